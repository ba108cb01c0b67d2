//! Rows that hold only the columns that were asked for.

use std::ops::BitOr;

/// A set of a table's columns.
pub trait ColumnSet: Copy + BitOr<Output = Self> + Send + Sync {
    /// All of them.
    const ALL: Self;

    /// Their names, in the order in which rows have them.
    fn names(self) -> Vec<&'static str>;

    /// How many they are.
    fn count(self) -> usize;
}

/// Makes two types in the module of a noun: `Columns`, a set of the table's columns, and `Row`, which holds the values of
/// those that were read. A column that was not read is an error and never a default: a defect cannot pass for an empty field.
macro_rules! columns {
    ($entity:path { $($constant:ident $field:ident : $kind:ty = $column:ident;)+ }) => {
        #[derive(Clone, Copy)]
        #[repr(u32)]
        enum Position { $($column),+ }

        /// A set of columns of the table.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub struct Columns(u32);

        impl Columns {
            $(
                #[doc = concat!("The column `", stringify!($field), "`.")]
                pub const $constant: Self = Self(1 << Position::$column as u32);
            )+

            const fn has(self, one: Self) -> bool {
                self.0 & one.0 != 0
            }

            /// These columns, too.
            #[allow(dead_code, reason = "not every table has constants of several columns")]
            const fn and(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }
        }

        impl std::ops::BitOr for Columns {
            type Output = Self;

            fn bitor(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }
        }

        impl std::ops::BitOrAssign for Columns {
            fn bitor_assign(&mut self, other: Self) {
                self.0 |= other.0;
            }
        }

        /// What was read of one row.
        #[derive(Clone, Debug, Default)]
        pub struct Row { $($field: Option<$kind>),+ }

        impl Row {
            $(
                #[doc = concat!("The value of `", stringify!($field), "`.")]
                ///
                /// # Errors
                /// If the column was not read.
                pub fn $field(&self) -> Result<&$kind, $crate::store::Error> {
                    self.$field.as_ref().ok_or($crate::store::Error::NotRead(stringify!($field)))
                }
            )+

            /// Of all columns, from a whole row.
            pub fn of(model: &<$entity as sea_orm::EntityTrait>::Model) -> Self {
                Self { $($field: Some(model.$field.clone())),+ }
            }

            /// Reads the values of these columns, which come in the order of their names.
            fn decode(fields: &mut $crate::store::fields::Fields<'_>, columns: Columns) -> Result<Self, sea_orm::DbErr> {
                let mut read = Self::default();
                $(
                    if columns.has(Columns::$constant) {
                        read.$field = Some(fields.next()?);
                    }
                )+
                Ok(read)
            }
        }

        impl $crate::store::columns::ColumnSet for Columns {
            const ALL: Self = Self($(1 << Position::$column as u32)|+);

            fn names(self) -> Vec<&'static str> {
                type Column = <$entity as sea_orm::EntityTrait>::Column;
                let mut names = Vec::with_capacity(self.count());
                $(
                    if self.has(Columns::$constant) {
                        names.push(sea_orm::IdenStatic::as_str(&Column::$column));
                    }
                )+
                names
            }

            fn count(self) -> usize {
                self.0.count_ones() as usize
            }
        }
    };
}
