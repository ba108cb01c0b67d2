//! Lists, as Relay's connections: pages by keyset cursors, and counts that are computed only where they are asked for.

use std::{borrow::Cow, sync::Arc};

use async_graphql::{ContainerType, Context, Object, SelectionField, TypeName};

use super::{
    error::{ClientError, Result, nullable},
    json::Json,
    list::{Arguments, List, PageArguments, newest_first},
    look_ahead::LookAhead,
    written::{Asked, Lists, Shown, ShownList, Write, Written},
};
use crate::store::{Cursor, Noun, Order, Page, Parent, Scope};

/// The scope of the request.
///
/// # Errors
/// If the request has none, which is a defect of the edge.
pub fn scope<'a>(context: &Context<'a>) -> Result<&'a Scope> {
    match context.data_opt::<Arc<Scope>>() {
        Some(scope) => Ok(scope),
        None => Err(ClientError::internal("a request without a scope")),
    }
}

/// A type that can be the node of a connection.
pub trait Listed: ContainerType + From<Arc<Self::Noun>> + 'static {
    /// What the store calls it.
    type Noun: Noun;
    /// What the schema calls it.
    const NAME: &'static str;
    /// The fields that are ready as soon as the row is there: all but its lists.
    const READY: &'static [&'static str];

    /// How the field is written, if it is a ready one.
    fn ready<'a>(field: Asked<'a>) -> Option<Write<'a, Self>>;

    /// How the lists that the field is of many rows are read and written at once.
    fn lists<'a>(_field: Asked<'a>) -> Option<Lists<'a, Self>> {
        None
    }

    /// Which rows a list of this type has, and in what order, by its arguments; nothing, if they are not in order.
    fn which(_arguments: &mut Arguments) -> Option<Which<Self>> {
        Some(all::<Self>())
    }
}

/// Which rows a list has, and in what order.
pub type Which<T> = (
    <<T as Listed>::Noun as Noun>::Filter,
    Order<<<T as Listed>::Noun as Noun>::OrderField>,
);

/// All rows, the newest first.
pub fn all<T: Listed>() -> Which<T> {
    (<T::Noun as Noun>::Filter::default(), newest_first())
}

/// A page of a list. The list's order is total, so walking through it by cursors neither repeats nor skips a row.
pub struct Connection<T: Listed> {
    page: Arc<Page<T::Noun>>,
    parent: Parent<T::Noun>,
    filter: Arc<<T::Noun as Noun>::Filter>,
}

/// A node of a list, and its place there.
pub struct Edge<T: Listed> {
    page: Arc<Page<T::Noun>>,
    row: Arc<T::Noun>,
}

/// Where a page stands in its list.
pub struct PageInfo {
    has_next: bool,
    has_previous: bool,
    start: Option<Cursor>,
    end: Option<Cursor>,
}

impl PageInfo {
    /// The information about a page.
    ///
    /// # Errors
    /// If the rows lack the order's column.
    pub fn of<N: Noun>(page: &Page<N>) -> Result<Self> {
        let cursor = |row: Option<&Arc<N>>| row.map(|row| page.cursor(row)).transpose();
        Ok(Self {
            has_next: page.has_next(),
            has_previous: page.has_previous(),
            start: cursor(page.rows().first())?,
            end: cursor(page.rows().last())?,
        })
    }
}

/// Where a page stands in its list.
#[Object]
impl PageInfo {
    /// Whether the list goes on after this page.
    fn has_next_page(&self) -> bool {
        self.has_next
    }

    /// Whether the list has something before this page.
    fn has_previous_page(&self) -> bool {
        self.has_previous
    }

    /// The place of the page's first node; null if the page is empty.
    fn start_cursor(&self) -> Option<String> {
        self.start.as_ref().map(Cursor::encode)
    }

    /// The place of the page's last node; null if the page is empty.
    fn end_cursor(&self) -> Option<String> {
        self.end.as_ref().map(Cursor::encode)
    }
}

impl Written for PageInfo {
    fn writer<'a>(field: Asked<'a>) -> Option<Write<'a, Self>> {
        match field.name() {
            "hasNextPage" => field.value(Self::has_next_page),
            "hasPreviousPage" => field.value(Self::has_previous_page),
            "startCursor" => field.value(Self::start_cursor),
            "endCursor" => field.value(Self::end_cursor),
            _ => None,
        }
    }
}

/// How many rows a list has, of which this is a page.
///
/// # Errors
/// If the database fails.
pub async fn total<N: Noun>(
    context: &Context<'_>,
    page: &Page<N>,
    parent: &Parent<N>,
    filter: &Arc<N::Filter>,
) -> Result<i32> {
    match told(page) {
        Some(total) => Ok(total),
        None => Ok(int(scope(context)?.count(parent.clone(), Arc::clone(filter)).await?)),
    }
}

/// How many rows a list has, if this page of it tells.
pub fn told<N: Noun>(page: &Page<N>) -> Option<i32> {
    page.total().map(int)
}

/// `Int` has 32 bits.
fn int(count: i64) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// What one of a connection's fields needs of a row: a node is the row itself.
fn see_nodes<S: LookAhead>(selection: &mut S, field: SelectionField<'_>) {
    match field.name() {
        "nodes" => selection.see_under(field),
        "edges" => field
            .selection_set()
            .filter(|field| field.name() == "node")
            .for_each(|node| selection.see_under(node)),
        _ => (),
    }
}

impl<T: Listed> Connection<T>
where
    <T::Noun as Noun>::Selection: LookAhead,
{
    /// The connection that a field asks for.
    ///
    /// # Errors
    /// For arguments that do not fit, and if the database fails.
    pub async fn load(
        context: &Context<'_>,
        parent: Parent<T::Noun>,
        arguments: PageArguments,
        (filter, order): Which<T>,
    ) -> Result<Shown<Self>> {
        let list = List::asked(context.field(), arguments, filter, order, see_nodes)?;
        // In a box: or every field's future, which is moved about, would be as large as this one.
        let page = Box::pin(list.page(scope(context)?, parent.clone())).await?;
        Ok(Shown(Self::of(&list, parent, page)))
    }

    /// What such a field asks for, whosever list it is; nothing, if something is wrong with it.
    pub fn asked(field: &Context<'_>) -> Option<List<T::Noun>> {
        let field = field.field();
        let mut arguments = Arguments::of(field)?;
        let (filter, order) = T::which(&mut arguments)?;
        List::asked(field, arguments.page()?, filter, order, see_nodes).ok()
    }
}

impl<T: Listed> Connection<T> {
    fn of(list: &List<T::Noun>, parent: Parent<T::Noun>, page: Arc<Page<T::Noun>>) -> Self {
        Self {
            page,
            parent,
            filter: Arc::clone(list.filter()),
        }
    }

    /// Those of these parents, in their order.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn of_each(list: &List<T::Noun>, scope: &Scope, parents: Vec<Parent<T::Noun>>) -> Result<Vec<Self>> {
        let pages = list.pages(scope, parents.clone()).await?;
        let each = parents.into_iter().zip(pages);
        Ok(each.map(|(parent, page)| Self::of(list, parent, page)).collect())
    }

    fn edge(&self, row: &Arc<T::Noun>) -> Edge<T> {
        Edge {
            page: Arc::clone(&self.page),
            row: Arc::clone(row),
        }
    }
}

impl<T: Listed> Written for Connection<T> {
    fn writer<'a>(field: Asked<'a>) -> Option<Write<'a, Self>> {
        match field.name() {
            "edges" => field.list(|this: &Self| this.page.rows(), |this, row| Ok(this.edge(row))),
            "nodes" => field.list(|this: &Self| this.page.rows(), |_, row| Ok(T::from(Arc::clone(row)))),
            "pageInfo" => field.object(|this: &Self| PageInfo::of(&this.page)),
            "totalCount" => Some(Box::new(|this, text| told(&this.page)?.write(text))),
            _ => None,
        }
    }
}

impl<T: Listed> Written for Edge<T> {
    fn writer<'a>(field: Asked<'a>) -> Option<Write<'a, Self>> {
        match field.name() {
            "cursor" => field.value(Self::cursor),
            "node" => field.object(|edge: &Self| Ok(T::from(Arc::clone(&edge.row)))),
            _ => None,
        }
    }
}

impl<T: Listed> TypeName for Connection<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Connection", T::NAME).into()
    }
}

impl<T: Listed> TypeName for Edge<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Edge", T::NAME).into()
    }
}

/// A page of a list. The list's order is total, so walking through it by cursors neither repeats nor skips a row.
#[Object(name_type)]
impl<T: Listed> Connection<T> {
    /// The page's nodes, each with its place.
    async fn edges(&self) -> ShownList<Edge<T>> {
        ShownList(self.page.rows().iter().map(|row| self.edge(row)).collect())
    }

    /// The page's nodes.
    async fn nodes(&self) -> ShownList<T> {
        let nodes = self.page.rows().iter().map(|row| T::from(Arc::clone(row)));
        ShownList(nodes.collect())
    }

    /// Where the page stands in the list.
    async fn page_info(&self) -> Result<Shown<PageInfo>> {
        Ok(Shown(PageInfo::of(&self.page)?))
    }

    /// How many nodes the whole list has: those that the viewer may see and the filter lets through.
    async fn total_count(&self, context: &Context<'_>) -> Result<i32> {
        total(context, &self.page, &self.parent, &self.filter).await
    }
}

/// A node of a list, and its place there.
#[Object(name_type)]
impl<T: Listed> Edge<T> {
    /// The node's place, for `after` and `before`.
    fn cursor(&self) -> Result<String> {
        Ok(self.page.cursor(&self.row)?.encode())
    }

    /// The node.
    async fn node(&self) -> Shown<T> {
        Shown(T::from(Arc::clone(&self.row)))
    }
}

/// A row that may be missing, as the type that shows it.
pub fn shown<T: Listed>(
    row: std::result::Result<Option<&Arc<T::Noun>>, crate::store::Error>,
) -> Option<Result<Shown<T>>> {
    nullable(row.map(|row| row.map(|row| Shown(T::from(Arc::clone(row))))))
}
