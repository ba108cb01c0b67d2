//! The statements: rows by key, pages and counts, of all rows or of many parents' at once.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use derive_where::derive_where;
use sea_orm::sea_query::{Alias, IntoIden, SelectStatement};

use super::{
    Direction, Error, Key, Noun, Page, PageRequest, Parent,
    columns::ColumnSet,
    cursor::Kind,
    fields::Fields,
    noun::{column, table},
    own::Own,
    question::{self, Question},
    relation::Along,
    round::ask,
    scope::Access,
    walk::Walk,
};
use crate::{
    database::{Finding, First, Row, Slots, any_of, first, how_many},
    viewer::Viewer,
};

/// Reads rows by key, as far as the viewer may see them.
pub(super) async fn rows<N: Noun>(
    access: &Access,
    selection: &N::Selection,
    keys: &[Key],
) -> Result<HashMap<Key, Option<Arc<N>>>, Error> {
    let distinct: HashSet<&Key> = keys.iter().collect();
    let keys: Vec<Key> = distinct.into_iter().cloned().collect();
    let question = Arc::new(RowsByKey::<N> {
        selection: selection.clone(),
        own: Own::by(access, None, &keys),
        keys,
    });
    let rows = ask(access, &question).await?;
    let rows = decode::<N>(rows, N::columns(selection, None, None), selection)?;
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
        let mut statement = self.own.select(viewer, false);
        statement.and_where(any_of(viewer.backend(), key, values(&self.keys)));
        let columns = N::columns(&self.selection, None, None);
        let is_open = self.own.is_own();
        reads::<N>(&mut statement, viewer, columns, &self.selection, is_open, None);
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
        let read = some_rows(access, request, request.window.size + 1, false, via, &parents).await?;
        let behind = match request.looks_back && request.window.cursor.is_some() {
            true => some_rows(access, request, 1, true, via, &parents).await?,
            false => vec![Found::default(); parents.len()],
        };
        for ((parent, found), behind) in parents.into_iter().zip(read).zip(behind) {
            let Found { mut rows, total } = found;
            let further = rows.len() as u64 > request.window.size;
            rows.truncate(request.window.size as usize);
            let back = !behind.rows.is_empty();
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
                    total,
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
        let question = Arc::new(Count::<N> {
            filter: filter.clone(),
            via,
            own: Own::by(access, via, &parents),
            parents,
        });
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
        let mut statement = every::<N>(viewer, &self.filter, self.own, false);
        statement.expr(how_many());
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

/// Some rows of a list.
#[derive_where(Clone, Default)]
struct Found<N> {
    rows: Vec<Arc<N>>,
    /// How many the whole list has, if that is asked.
    total: Option<i64>,
}

/// The first rows of each parent, in the parents' order, on one side of the cursor; `behind`: on the other side, the cursor's own row
/// among them.
async fn some_rows<N: Noun>(
    access: &Access,
    request: &PageRequest<N>,
    limit: u64,
    behind: bool,
    via: Option<N::Via>,
    parents: &[Parent<N>],
) -> Result<Vec<Found<N>>, Error> {
    let keys = keys(parents);
    let mut question = FirstRows {
        request: request.clone(),
        limit,
        behind,
        via,
        own: Own::by(access, via, &keys),
        parents: keys.clone(),
    };
    if behind {
        question.request.selection = N::Selection::default();
    }
    // A list that begins in the middle may have nothing there, and so no row to tell how many it has.
    question.request.counts &= request.window.cursor.is_none();
    let nobody = Found {
        rows: Vec::new(),
        total: question.request.counts.then_some(0),
    };
    let question = Arc::new(question);
    let read = ask(access, &question).await?;
    let mut grouped = vec![nobody; parents.len().max(1)];
    // To look a short key up among a page's worth of others takes less than to hash it.
    let mut places: Vec<(Key, usize)> = keys.into_iter().zip(0..).collect();
    places.sort_unstable();
    // Parents have about as many children each as there are in a page.
    let each = read.len().div_ceil(grouped.len());
    grouped.iter_mut().for_each(|group| group.rows.reserve(each));
    let columns = question.columns();
    for row in read {
        let (row, total) = question.decode(&Arc::new(row), columns)?;
        let place = match via {
            Some(via) if places.len() > 1 => {
                let Some(parent) = row.parent(via)? else { continue };
                let found = places.binary_search_by(|(key, _)| key.cmp(&parent)).ok();
                found.and_then(|found| places.get(found)).map(|(_, place)| *place)
            }
            _ => Some(0),
        };
        if let Some(group) = place.and_then(|place| grouped.get_mut(place)) {
            group.rows.push(row);
            group.total = total;
        }
    }
    if question.is_ordered_here() {
        let walk = question.walk(&access.viewer);
        for group in &mut grouped {
            walk.put_in_order(request.order.field, &mut group.rows)?;
        }
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

    fn walk(&self, viewer: &Viewer) -> Walk {
        let backward = self.request.window.direction == Direction::Backward;
        Walk::new(viewer, &self.request, backward != self.behind)
    }

    /// Whether the rows are put in order when they are there. The database finds them so, but to promise it for all that is looked up
    /// beside them it would copy everything once more. Texts are left to it, as it has its own way to compare them.
    fn is_ordered_here(&self) -> bool {
        let kinds = [N::order_column(self.request.order.field).kind, N::KEY.kind];
        !self.request.is_only && !kinds.contains(&Kind::Text)
    }

    /// A row, and how many its list has, if that is asked.
    fn decode(&self, row: &Arc<Row>, columns: N::Columns) -> Result<(Arc<N>, Option<i64>), Error> {
        let mut fields = Fields::new(row);
        let total = match self.request.counts {
            true => Some(fields.next::<i64>()?),
            false => None,
        };
        Ok((Arc::new(fields.noun(columns, &self.request.selection)?), total))
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
        let walk = self.walk(viewer);
        let every = every::<N>(viewer, &request.filter, self.own, request.is_only);
        let counted = request.counts.then(|| every.clone());
        let mut rows = every;
        rows.limit(self.limit).cond_where(walk.present());
        if let Some(cursor) = &request.window.cursor {
            rows.cond_where(walk.beyond(cursor, self.behind));
        }
        let parents = |via| (Alias::new(N::via_column(via).name).into_iden(), values(&self.parents));
        let list = First {
            table: table::<N::Entity>(),
            key: Alias::new(N::KEY.name).into_iden(),
            parents: self.via.map(parents),
            columns: self.columns().names(),
            reads: |statement: &mut SelectStatement, finding: Option<Finding<'_>>| {
                let columns = self.columns();
                let is_open = self.own.is_own() || N::is_open(&request.filter);
                reads::<N>(statement, viewer, columns, &request.selection, is_open, finding)
            },
            rows,
            order: if request.is_only { Vec::new() } else { walk.columns() },
            is_ordered_later: self.is_ordered_here(),
            counted,
        };
        first(viewer.backend(), list)
    }
}

/// All rows that the viewer may see and the filter lets through; what to read of them is still to be said. `one`: these are few.
fn every<N: Noun>(viewer: &Viewer, filter: &N::Filter, own: Own<N>, one: bool) -> SelectStatement {
    let mut every = own.select(viewer, one);
    every.cond_where(N::matching(filter, viewer.backend())).take()
}

/// Has the statement read what is wanted of each row, and the selected relations along with it, and says whether there are any.
fn reads<N: Noun>(
    statement: &mut SelectStatement,
    viewer: &Viewer,
    columns: N::Columns,
    selection: &N::Selection,
    is_open: bool,
    finding: Option<Finding<'_>>,
) -> bool {
    statement.exprs(N::expressions(columns, selection, viewer, &table::<N::Entity>()));
    Along::read::<N>(statement, viewer, selection, is_open, finding)
}

/// Takes rows apart.
fn decode<N: Noun>(rows: Vec<Row>, columns: N::Columns, selection: &N::Selection) -> Result<Vec<Arc<N>>, Error> {
    let mut nouns = Vec::with_capacity(rows.len());
    for row in rows {
        nouns.push(Arc::new(Fields::new(&Arc::new(row)).noun(columns, selection)?));
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
