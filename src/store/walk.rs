//! The way through a list: its order, and what comes after a place in it.

use std::sync::Arc;

use sea_orm::{
    Condition,
    sea_query::{Alias, DynIden, Expr, ExprTrait, IntoIden, Order as Sort},
};

use super::{
    Cursor, Error, Key, Noun, PageRequest,
    cursor::Mark,
    noun::{Named, table},
};
use crate::{database::OrderColumn, viewer::Viewer};

/// A way through a list: its order, possibly from the end.
pub(super) struct Walk {
    table: DynIden,
    column: Named,
    key: &'static str,
    /// Whether rows that have nothing in the column are on the way.
    may_lack: bool,
    descending: bool,
}

impl Walk {
    pub(super) fn new<N: Noun>(viewer: &Viewer, request: &PageRequest<N>, reversed: bool) -> Self {
        Self {
            table: table::<N::Entity>(),
            column: N::order_column(request.order.field),
            key: N::KEY.name,
            may_lack: N::may_lack(request.order.field, &request.filter, viewer),
            descending: request.order.descending != reversed,
        }
    }

    pub(super) fn columns(&self) -> Vec<OrderColumn> {
        let order = if self.descending { Sort::Desc } else { Sort::Asc };
        let column = |name: &'static str, nullable| OrderColumn {
            name: Alias::new(name).into_iden(),
            order: order.clone(),
            nullable,
        };
        vec![column(self.column.name, self.may_lack), column(self.key, false)]
    }

    /// Puts rows in this order, in which they nearly always come.
    ///
    /// # Errors
    /// If the order's column was not read.
    pub(super) fn put_in_order<N: Noun>(&self, field: N::OrderField, rows: &mut Vec<Arc<N>>) -> Result<(), Error> {
        let place = |row: &N| Ok::<_, Error>((row.mark(field)?, row.key()?));
        let goes = |one: &(Mark, Key), other: &(Mark, Key)| match self.descending {
            true => other.cmp(one),
            false => one.cmp(other),
        };
        let mut last = None;
        let mut are_in_order = true;
        for row in rows.iter() {
            let place = place(row)?;
            are_in_order &= last.is_none_or(|last| goes(&last, &place).is_le());
            last = Some(place);
        }
        if !are_in_order {
            let placed = rows.drain(..).map(|row| Ok((place(&row)?, row)));
            let mut placed: Vec<_> = placed.collect::<Result<_, Error>>()?;
            placed.sort_by(|(one, _), (other, _)| goes(one, other));
            rows.extend(placed.into_iter().map(|(_, row)| row));
        }
        Ok(())
    }

    /// The rows that are on the way at all.
    pub(super) fn present(&self) -> Condition {
        let lacks_nothing = Expr::col((self.table.clone(), Alias::new(self.column.name))).is_not_null();
        Condition::all().add_option((self.column.nullable && !self.may_lack).then_some(lacks_nothing))
    }

    /// The rows that come after the cursor on this way; `inclusive`: its own row too. A row that has nothing in the column
    /// counts as the smallest.
    pub(super) fn beyond(&self, cursor: &Cursor, inclusive: bool) -> Condition {
        let col = |name: &'static str| Expr::col((self.table.clone(), Alias::new(name)));
        let after = |left: Expr, right: Expr| match (self.descending, inclusive) {
            (true, false) => left.lt(right),
            (true, true) => left.lte(right),
            (false, false) => left.gt(right),
            (false, true) => left.gte(right),
        };
        let key = || Expr::val(cursor.key.value());
        match &cursor.value {
            value if *value != Mark::Time(None) => {
                // Compared as one, since this is what an index on both columns serves.
                let row = Expr::tuple([col(self.column.name), col(self.key)]);
                let later = after(row, Expr::tuple([Expr::val(value.value()), key()]));
                let nothing_later = (self.may_lack && self.descending).then(|| col(self.column.name).is_null());
                Condition::any().add(later).add_option(nothing_later)
            }
            _ => {
                let among = Condition::all()
                    .add(col(self.column.name).is_null())
                    .add(after(col(self.key), key()));
                let something = (!self.descending).then(|| col(self.column.name).is_not_null());
                Condition::any().add(among).add_option(something)
            }
        }
    }
}
