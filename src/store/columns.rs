//! Rows that hold only the columns that were asked for.

use std::{ops::BitOr, sync::Arc};

use super::{
    Error,
    fields::{Field, Fields},
};
use crate::database::Row;

/// A set of a table's columns.
pub trait ColumnSet: Copy + BitOr<Output = Self> + Send + Sync {
    /// All of them.
    const ALL: Self;

    /// Their names, in the order in which rows have them.
    fn names(self) -> Vec<&'static str>;

    /// How many they are.
    fn count(self) -> usize;

    /// Which of them this one is, counted from zero, if it is among them.
    fn place(self, one: Self) -> Option<usize>;
}

/// Where the values of a row are. They stay where the driver has put them, and are taken from there when somebody looks at them:
/// to have each in a place of its own costs more than all else that is done with it.
#[derive(Clone, Debug)]
pub enum Source<C, M> {
    /// In a row that a statement has read, of its own table or of a joined one.
    Read {
        /// The statement's row.
        row: Arc<Row>,
        /// Where in it the values begin.
        first: usize,
        /// Of which columns they are.
        columns: C,
    },
    /// In a whole row that is known.
    Known(Arc<M>),
}

impl<C: ColumnSet, M> Source<C, M> {
    pub(super) fn take(fields: &mut Fields<'_>, columns: C) -> Self {
        let (row, first) = fields.take(columns.count());
        Self::Read { row, first, columns }
    }

    /// The value of a column.
    ///
    /// # Errors
    /// If it was not read, or is something else.
    pub(super) fn value<'a, F: Field<Held: 'a> + 'a>(
        &'a self,
        name: &'static str,
        column: C,
        of: impl FnOnce(&'a M) -> &'a F::Held,
    ) -> Result<F::Seen<'a>, Error> {
        match self {
            Self::Read { row, first, columns } => {
                let place = columns.place(column).ok_or(Error::NotRead(name))?;
                Ok(F::see(row, first + place)?)
            }
            Self::Known(model) => Ok(F::seen(of(model))),
        }
    }
}

/// Makes two types in the module of a noun: `Columns`, a set of the table's columns, and `Row`, which has the values of
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
        }

        impl std::ops::BitOr for Columns {
            type Output = Self;

            fn bitor(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }
        }

        impl std::ops::BitOrAssign for Columns {
            fn bitor_assign(&mut self, other: Self) {
                *self = *self | other;
            }
        }

        /// What was read of one row.
        #[derive(Clone, Debug)]
        pub struct Row($crate::store::columns::Source<Columns, <$entity as sea_orm::EntityTrait>::Model>);

        impl Row {
            $(
                #[doc = concat!("The value of `", stringify!($field), "`.")]
                ///
                /// # Errors
                /// If the column was not read, or holds something else.
                pub fn $field(
                    &self,
                ) -> Result<<$kind as $crate::store::fields::Field>::Seen<'_>, $crate::store::Error> {
                    self.0.value::<$kind>(stringify!($field), Columns::$constant, |model| &model.$field)
                }
            )+

            /// Of all columns, from a whole row.
            pub fn of(model: std::sync::Arc<<$entity as sea_orm::EntityTrait>::Model>) -> Self {
                Self($crate::store::columns::Source::Known(model))
            }

            /// Of these columns, whose values come next, in the order of their names.
            fn take(fields: &mut $crate::store::fields::Fields<'_>, columns: Columns) -> Self {
                Self($crate::store::columns::Source::take(fields, columns))
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

            fn place(self, one: Self) -> Option<usize> {
                let before = self.0 & (one.0 - 1);
                self.has(one).then_some(before.count_ones() as usize)
            }
        }
    };
}
