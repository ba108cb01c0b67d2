//! The statements: rows by key, pages and counts, of all rows or of many parents' at once.

use std::{
    collections::{HashMap, HashSet},
    fmt::Debug,
    sync::Arc,
};

use derive_where::derive_where;
use sea_orm::{
    Condition,
    sea_query::{Alias, Expr, Func, IntoIden, Query, SelectStatement},
};

use super::{
    Cursor, CursorError, Error, Key, Noun,
    fields::Fields,
    noun::{column, table},
    own::Own,
    question::{self, Question, ask},
    relation::Along,
    scope::Access,
    walk::Walk,
};
use crate::{
    database::{self, Children, Row, Slots, any_of, first_per_parent},
    viewer::Viewer,
};

/// Whose rows: the whole platform's, or one parent's.
#[derive_where(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Parent<N: Noun>(Option<(N::Via, Key)>);

impl<N: Noun> Parent<N> {
    /// Nobody's in particular.
    pub const ROOT: Self = Self(None);

    /// Those of the row with this key.
    pub fn row(via: N::Via, key: impl Into<Key>) -> Self {
        Self(Some((via, key.into())))
    }
}

/// By what rows are ordered. The primary key decides between equals, so the order is total.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Order<F> {
    /// The column.
    pub field: F,
    /// Whether the largest comes first.
    pub descending: bool,
}

/// From which end of the list a page is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The first rows after a cursor.
    #[default]
    Forward,
    /// The last rows before a cursor.
    Backward,
}

/// Which part of a list a page is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Window {
    /// From which end.
    pub direction: Direction,
    /// How many rows at the most.
    pub size: u64,
    /// After (before) which place; none: from the very end.
    pub cursor: Option<Cursor>,
}

/// All that makes a page what it is, but for whose it is.
#[derive_where(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct PageRequest<N: Noun> {
    /// Which rows.
    pub filter: N::Filter,
    /// In what order.
    pub order: Order<N::OrderField>,
    /// Which of them.
    pub window: Window,
    /// What of each.
    pub selection: N::Selection,
    /// Whether to find out if there are rows on the cursor's other side, which takes a statement.
    pub looks_back: bool,
    /// Whether there is one such row at the most: then it is in no order, and has no cursor.
    pub is_only: bool,
}

impl<N: Noun> PageRequest<N> {
    /// Makes sure that the cursor belongs to this list.
    ///
    /// # Errors
    /// [`CursorError`], for the client.
    pub fn check_cursor(&self) -> Result<(), CursorError> {
        let Some(cursor) = &self.window.cursor else {
            return Ok(());
        };
        let column = N::order_column(self.order.field);
        cursor.check(column.name, column.kind, N::KEY.kind)
    }
}

/// Some rows of a list, in its order.
#[derive_where(Debug, Default)]
pub struct Page<N: Noun> {
    rows: Vec<Arc<N>>,
    field: N::OrderField,
    has_previous: bool,
    has_next: bool,
}

impl<N: Noun> Page<N> {
    /// The rows.
    pub fn rows(&self) -> &[Arc<N>] {
        &self.rows
    }

    /// Whether there are rows before these. After a cursor it is known only if the request looks back.
    pub fn has_previous(&self) -> bool {
        self.has_previous
    }

    /// Whether there are rows after these. Before a cursor it is known only if the request looks back.
    pub fn has_next(&self) -> bool {
        self.has_next
    }

    /// The place of one of these rows.
    ///
    /// # Errors
    /// If the order's column was not read.
    pub fn cursor(&self, row: &N) -> Result<Cursor, Error> {
        let column = N::order_column(self.field);
        Ok(Cursor {
            order: column.name.to_owned(),
            value: row.mark(self.field)?,
            key: row.key()?.mark(),
        })
    }
}

/// Reads rows by key, as far as the viewer may see them.
pub(super) async fn rows<N: Noun>(
    access: &Access,
    selection: &N::Selection,
    keys: &[Key],
) -> Result<HashMap<Key, Option<Arc<N>>>, Error> {
    let distinct: HashSet<&Key> = keys.iter().collect();
    let keys: Vec<Key> = distinct.into_iter().cloned().collect();
    let question = RowsByKey::<N> {
        selection: selection.clone(),
        own: Own::by(&access.viewer, None, &keys),
        keys,
    };
    let rows = ask(access, &question).await?;
    let rows = decode::<N>(&rows, N::columns(selection, None, None), selection)?;
    rows.into_iter().map(|row| Ok((row.key()?, Some(row)))).collect()
}

/// The rows with these keys.
#[derive_where(Clone, Hash)]
struct RowsByKey<N: Noun> {
    selection: N::Selection,
    keys: Vec<Key>,
    own: Own<N>,
}

impl<N: Noun> Question for RowsByKey<N> {
    fn slots(&mut self, slots: &mut dyn Slots) {
        question::keys(&mut self.keys, slots);
    }

    fn statement(&self, viewer: &Viewer) -> SelectStatement {
        let key = column::<N::Entity>(N::KEY.name);
        let mut statement = Query::select();
        statement
            .from(table::<N::Entity>())
            .and_where(any_of(viewer.backend(), key, values(&self.keys)))
            .cond_where(self.own.visible(viewer));
        reads::<N>(
            &mut statement,
            viewer,
            N::columns(&self.selection, None, None),
            &self.selection,
            self.own,
        );
        statement
    }
}

/// Reads the same page of many parents.
pub(super) async fn pages<N: Noun>(
    access: &Access,
    request: &PageRequest<N>,
    parents: &[Parent<N>],
) -> Result<HashMap<Parent<N>, Arc<Page<N>>>, Error> {
    let mut pages = HashMap::with_capacity(parents.len());
    for (via, parents) in by_via(parents) {
        let mut read = some_rows(access, request, request.window.size + 1, false, via, &parents).await?;
        let mut behind = HashMap::new();
        if request.looks_back && request.window.cursor.is_some() {
            behind = some_rows(access, request, 1, true, via, &parents).await?;
        }
        for parent in parents {
            let mut rows = read.remove(&parent).unwrap_or_default();
            let further = rows.len() as u64 > request.window.size;
            rows.truncate(request.window.size as usize);
            let back = behind.contains_key(&parent);
            let (has_previous, has_next) = match request.window.direction {
                Direction::Forward => (back, further),
                Direction::Backward => (further, back),
            };
            if request.window.direction == Direction::Backward {
                rows.reverse();
            }
            pages.insert(
                parent,
                Arc::new(Page {
                    rows,
                    field: request.order.field,
                    has_previous,
                    has_next,
                }),
            );
        }
    }
    Ok(pages)
}

/// Counts the rows of many parents.
pub(super) async fn counts<N: Noun>(
    access: &Access,
    filter: &N::Filter,
    parents: &[Parent<N>],
) -> Result<HashMap<Parent<N>, i64>, Error> {
    let mut counts = HashMap::with_capacity(parents.len());
    for (via, parents) in by_via(parents) {
        let parents = keys(&parents);
        let question = Count::<N> {
            filter: filter.clone(),
            via,
            own: Own::by(&access.viewer, via, &parents),
            parents,
        };
        for row in ask(access, &question).await? {
            let parent = match via {
                None => Parent::ROOT,
                Some(via) => Parent::row(via, Key::decode(&row, 1, N::via_column(via).kind)?),
            };
            counts.insert(parent, row.get(0)?);
        }
    }
    Ok(counts)
}

/// How many rows there are, of all or of each of these parents.
#[derive_where(Clone, Hash)]
struct Count<N: Noun> {
    filter: N::Filter,
    via: Option<N::Via>,
    parents: Vec<Key>,
    own: Own<N>,
}

impl<N: Noun> Question for Count<N> {
    fn slots(&mut self, slots: &mut dyn Slots) {
        N::slots(&mut self.filter, slots);
        question::keys(&mut self.parents, slots);
    }

    fn statement(&self, viewer: &Viewer) -> SelectStatement {
        let mut statement = Query::select();
        statement
            .expr(Func::count(Expr::cust("1")))
            .from(table::<N::Entity>())
            .cond_where(wanted(viewer, &self.filter, self.own));
        if let Some(via) = self.via {
            let parent = column::<N::Entity>(N::via_column(via).name);
            statement
                .column(parent.clone())
                .and_where(any_of(viewer.backend(), parent.clone(), values(&self.parents)))
                .group_by_col(parent);
        }
        statement
    }
}

/// The first rows of each parent on one side of the cursor; `behind`: on the other side, the cursor's own row among them.
async fn some_rows<N: Noun>(
    access: &Access,
    request: &PageRequest<N>,
    limit: u64,
    behind: bool,
    via: Option<N::Via>,
    parents: &[Parent<N>],
) -> Result<HashMap<Parent<N>, Vec<Arc<N>>>, Error> {
    let parent_keys = keys(parents);
    let mut question = FirstRows {
        request: request.clone(),
        limit,
        behind,
        via,
        own: Own::by(&access.viewer, via, &parent_keys),
        parents: parent_keys,
    };
    if behind {
        question.request.selection = N::Selection::default();
    }
    let read = ask(access, &question).await?;
    let rows = decode::<N>(&read, question.columns(), &question.request.selection)?;
    let mut grouped: HashMap<Parent<N>, Vec<Arc<N>>> = HashMap::with_capacity(parents.len());
    if let [parent] = parents {
        // A parent without rows is none that has some.
        if !rows.is_empty() {
            grouped.insert(parent.clone(), rows);
        }
        return Ok(grouped);
    }
    for row in rows {
        let parent = match via {
            None => Parent::ROOT,
            Some(via) => Parent(row.parent(via)?.map(|key| (via, key))),
        };
        grouped.entry(parent).or_default().push(row);
    }
    Ok(grouped)
}

/// The first rows of all, or of each of these parents.
#[derive_where(Clone, Hash)]
struct FirstRows<N: Noun> {
    request: PageRequest<N>,
    limit: u64,
    behind: bool,
    via: Option<N::Via>,
    parents: Vec<Key>,
    own: Own<N>,
}

impl<N: Noun> FirstRows<N> {
    fn columns(&self) -> N::Columns {
        let request = &self.request;
        let order = (!request.is_only).then_some(request.order.field);
        N::columns(&request.selection, order, self.via)
    }
}

impl<N: Noun> Question for FirstRows<N> {
    fn slots(&mut self, slots: &mut dyn Slots) {
        N::slots(&mut self.request.filter, slots);
        if let Some(cursor) = &mut self.request.window.cursor {
            cursor.slots(slots);
        }
        question::keys(&mut self.parents, slots);
    }

    fn statement(&self, viewer: &Viewer) -> SelectStatement {
        let request = &self.request;
        let reads = |statement: &mut SelectStatement| {
            reads(statement, viewer, self.columns(), &request.selection, self.own);
        };
        let backward = request.window.direction == Direction::Backward;
        let walk = Walk::new(viewer, request, backward != self.behind);

        let mut rows = Query::select();
        rows.from(table::<N::Entity>())
            .cond_where(wanted(viewer, &request.filter, self.own))
            .limit(self.limit);
        rows.cond_where(walk.present());
        if let Some(cursor) = &request.window.cursor {
            rows.cond_where(walk.beyond(cursor, self.behind));
        }
        match self.via {
            None => {
                if !request.is_only {
                    database::order_by(&mut rows, table::<N::Entity>(), &walk.columns());
                }
                reads(&mut rows);
                rows
            }
            Some(via) => {
                let children = Children {
                    table: table::<N::Entity>(),
                    key: Alias::new(N::KEY.name).into_iden(),
                    parent: Alias::new(N::via_column(via).name).into_iden(),
                    reads,
                    rows,
                    order: walk.columns(),
                };
                first_per_parent(viewer.backend(), values(&self.parents), children)
            }
        }
    }
}

/// The rows that the viewer may see and the filter lets through.
fn wanted<N: Noun>(viewer: &Viewer, filter: &N::Filter, own: Own<N>) -> Condition {
    Condition::all()
        .add(own.visible(viewer))
        .add(N::matching(filter, viewer.backend()))
}

/// Has the statement read what is wanted of each row, and the selected relations along with it.
fn reads<N: Noun>(
    statement: &mut SelectStatement,
    viewer: &Viewer,
    columns: N::Columns,
    selection: &N::Selection,
    own: Own<N>,
) {
    statement.exprs(N::expressions(columns, selection, viewer, &table::<N::Entity>()));
    Along::read::<N>(statement, viewer, selection, own.is_own());
}

/// Takes rows apart. They are large: each is put where it stays.
fn decode<N: Noun>(rows: &[Row], columns: N::Columns, selection: &N::Selection) -> Result<Vec<Arc<N>>, Error> {
    let mut nouns = Vec::with_capacity(rows.len());
    for row in rows {
        nouns.push(Arc::new(Fields::new(row).noun(columns, selection)?));
    }
    Ok(nouns)
}

/// The parents, by the column through which they own their rows. A query's field has one such column, so this is one group.
fn by_via<N: Noun>(parents: &[Parent<N>]) -> HashMap<Option<N::Via>, Vec<Parent<N>>> {
    let mut groups: HashMap<Option<N::Via>, Vec<Parent<N>>> = HashMap::new();
    for parent in parents {
        groups
            .entry(parent.0.as_ref().map(|(via, _)| *via))
            .or_default()
            .push(parent.clone());
    }
    groups
}

fn keys<N: Noun>(parents: &[Parent<N>]) -> Vec<Key> {
    parents
        .iter()
        .filter_map(|parent| parent.0.as_ref())
        .map(|(_, key)| key.clone())
        .collect()
}

fn values(keys: &[Key]) -> Vec<sea_orm::Value> {
    keys.iter().map(Key::value).collect()
}
