//! Relations to one row: read together with the rows that have them, as joins of the same statement.

use std::sync::Arc;

use sea_orm::{
    Condition,
    sea_query::{Alias, DynIden, Expr, ExprTrait, IntoIden, JoinType, Query, SelectExpr, SelectStatement},
};

use super::{
    Error, Noun,
    columns::ColumnSet,
    cursor::Kind,
    noun::{column, table},
};
use crate::{
    database::{Finding, by_bytes},
    viewer::Viewer,
};

/// A relation to one row of another table.
#[derive(Clone, Debug)]
pub enum Relation<N> {
    /// The selection did not name it.
    NotRead,
    /// What there is to see: the row, if there is one and the viewer may.
    Read(Option<Arc<N>>),
}

impl<N> Relation<N> {
    /// The row, if there is one to see. `name` says which relation it is.
    ///
    /// # Errors
    /// If the relation was not read.
    pub fn get(&self, name: &'static str) -> Result<Option<&Arc<N>>, Error> {
        match self {
            Self::NotRead => Err(Error::NotRead(name)),
            Self::Read(row) => Ok(row.as_ref()),
        }
    }
}

/// Which of the rows that a relation names may be read.
pub(super) enum Door {
    /// All: that a row names them which the viewer sees opens them, by the rules.
    Open,
    /// Those that a row names of which this holds, and whatever else the viewer may see. The condition is one over the naming
    /// row, under its table's own name.
    OpenIf(Condition),
    /// Those that the viewer may see, whatever row names them.
    Closed,
    /// Of those, the ones of which this holds.
    ClosedTo(Condition),
}

/// A statement that is being made, and the row in it whose relations are to be read along.
pub struct Along<'a> {
    statement: &'a mut SelectStatement,
    viewer: &'a Viewer,
    /// What the table of the naming row is called in the statement.
    name: DynIden,
    /// What the statement's tables are called.
    taken: &'a mut Vec<DynIden>,
    /// How many values of joined rows it reads already.
    values: &'a mut usize,
    /// Whether nothing of the row is held back from the viewer, nor of any other that the statement reads of its table.
    is_open: bool,
    /// What has found a page's rows before anything is looked up for them, if the statement is about a page.
    finding: Option<Finding<'a>>,
}

impl<'a> Along<'a> {
    /// Has the statement, whose own table is this noun's, read the relations that are selected along with each row. `is_open`: nothing
    /// of the rows that it reads is held back from the viewer. `finding`: what has found a page's rows before anything
    /// is looked up for them, if there is one. Says whether there are any relations.
    pub(super) fn read<N: Noun>(
        statement: &mut SelectStatement,
        viewer: &Viewer,
        selection: &N::Selection,
        is_open: bool,
        finding: Option<Finding<'_>>,
    ) -> bool {
        let mut values = 0;
        let own = table::<N::Entity>();
        let along = Along {
            statement,
            viewer,
            name: own.clone(),
            taken: &mut vec![own],
            values: &mut values,
            is_open,
            finding,
        };
        N::relations(selection, along);
        values > 0
    }

    /// Who reads.
    pub(super) fn viewer(&self) -> &Viewer {
        self.viewer
    }

    /// Whether it is known that nothing of the row whose relations are read is held back from the viewer.
    pub(super) fn is_open(&self) -> bool {
        self.is_open
    }

    /// Reads a relation, if it is selected: the row whose `key` is what `column` names.
    pub(super) fn one<N: Noun>(
        &mut self,
        selection: Option<&N::Selection>,
        column: &'static str,
        key: &'static str,
        door: Door,
    ) {
        let Some(selection) = selection else { return };
        let name = self.free_name::<N>();
        let columns = N::columns(selection, None, None);
        let own = table::<N::Entity>();
        let named = self.named_of_page(column, &name);
        let is_named = |by: &DynIden| {
            let its_key = Expr::col((by.clone(), Alias::new(key)));
            let is_text = N::KEY.name == key && N::KEY.kind == Kind::Text;
            let its_key = if is_text {
                by_bytes(self.viewer.backend(), its_key)
            } else {
                its_key
            };
            named.clone().eq(its_key)
        };
        // In a statement of its own the table has its own name, by which the rules call it. The planner has no more read of its columns
        // than are asked for.
        let mut rows = Query::select();
        rows.from(own.clone());
        for column in N::Columns::ALL.names() {
            rows.column((own.clone(), Alias::new(column)));
        }
        // Of a table that names itself, the naming row could not be told from its own.
        if self.finding.is_some() && self.name != own {
            let seen = match door {
                Door::Open => N::alive(),
                Door::OpenIf(open) => {
                    let open = self.asked_of_page(open, &name);
                    N::alive().add(Condition::any().add(open).add(N::visible_one(self.viewer)))
                }
                Door::Closed => N::visible_one(self.viewer),
                Door::ClosedTo(which) => Condition::all().add(N::visible_one(self.viewer)).add(which),
            };
            // There is one at the most. To say so keeps PostgreSQL from reading the whole table for a page's few rows.
            rows.and_where(is_named(&own)).cond_where(seen).limit(1);
            self.statement
                .join_lateral(JoinType::LeftJoin, rows, name.clone(), Expr::cust("TRUE"));
            return self.beyond::<N>(selection, columns, name);
        }
        let same = is_named(&name);
        let on = match door {
            Door::Open => {
                rows.cond_where(N::alive());
                Condition::all().add(same)
            }
            // Under its own name the rules can be asked about the joined row itself.
            Door::OpenIf(open) if name == own => {
                let may = Condition::any().add(open).add(N::visible_one(self.viewer));
                self.statement.join(
                    JoinType::LeftJoin,
                    own,
                    Condition::all().add(same).add(N::alive()).add(may),
                );
                return self.beyond::<N>(selection, columns, name);
            }
            Door::OpenIf(open) => {
                rows.cond_where(N::alive());
                let own = self::column::<N::Entity>(key);
                let visible = Query::select()
                    .column(own.clone())
                    .from(table::<N::Entity>())
                    .and_where(Expr::col(own).eq(named.clone()))
                    .cond_where(N::visible_one(self.viewer))
                    .take();
                let may = Condition::any().add(open).add(named.in_subquery(visible));
                Condition::all().add(same).add(may)
            }
            Door::Closed => {
                rows.cond_where(N::visible_one(self.viewer));
                Condition::all().add(same)
            }
            Door::ClosedTo(which) => {
                rows.cond_where(N::visible_one(self.viewer)).cond_where(which);
                Condition::all().add(same)
            }
        };
        self.statement.join_subquery(JoinType::LeftJoin, rows, name.clone(), on);
        self.beyond::<N>(selection, columns, name);
    }

    /// What finds the naming row, if that is one of a page's own.
    fn finding_page(&mut self) -> Option<&mut Finding<'a>> {
        let is_pages = self.taken.first() == Some(&self.name);
        self.finding.as_mut().filter(|_| is_pages)
    }

    /// The key that this column of the naming row holds; of a page's own rows, as they are found.
    fn named_of_page(&mut self, column: &'static str, name: &DynIden) -> Expr {
        let own = Expr::col((self.name.clone(), Alias::new(column)));
        let found = Alias::new(format!("names_{name}")).into_iden();
        match self.finding_page() {
            Some(finding) => {
                finding.names(own, found.clone());
                Expr::col((self.name.clone(), found))
            }
            None => own,
        }
    }

    /// Whether this holds of the naming row. Of a page's own rows it is asked where they are found: PostgreSQL keeps what it has looked up
    /// by all the naming row's values that were asked for it, and several rows more often have one in common than several.
    fn asked_of_page(&mut self, which: Condition, name: &DynIden) -> Condition {
        let answer = Alias::new(format!("opens_{name}")).into_iden();
        match self.finding_page() {
            Some(finding) => {
                finding.asks(which, answer.clone());
                Condition::all().add(Expr::col((self.name.clone(), answer)))
            }
            None => which,
        }
    }

    /// Reads the values of a joined row, and the relations that it has in turn.
    fn beyond<N: Noun>(&mut self, selection: &N::Selection, columns: N::Columns, name: DynIden) {
        for value in N::expressions(columns, selection, self.viewer, &name) {
            *self.values += 1;
            // The statement may be read from by another, where names have to be told apart.
            let alias = Alias::new(format!("along_{}", self.values)).into_iden();
            self.statement.expr(SelectExpr {
                alias: Some(alias),
                ..value
            });
        }
        let along = Along {
            statement: self.statement,
            viewer: self.viewer,
            name,
            taken: self.taken,
            values: self.values,
            is_open: false,
            finding: self.finding.as_mut().map(Finding::reborrow),
        };
        N::relations(selection, along);
    }

    /// What a table is called that is joined: its own name, unless the statement has one of that name.
    fn free_name<N: Noun>(&mut self) -> DynIden {
        let own = table::<N::Entity>();
        let name = match self.taken.contains(&own) {
            true => Alias::new(format!("{own}_{}", self.taken.len())).into_iden(),
            false => own,
        };
        self.taken.push(name.clone());
        name
    }
}
