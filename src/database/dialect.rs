//! What PostgreSQL and SQLite say in different words.

use sea_orm::{
    DbBackend, Value,
    sea_query::{
        Alias, Asterisk, CommonTableExpression, DynIden, Expr, ExprTrait, Func, FunctionCall, IntoColumnRef, JoinType,
        LikeExpr, NullOrdering, Order, Query, SelectStatement, WithClause,
        extension::postgres::{PgExpr, PgFunc},
    },
};

/// The parents' alias in a statement that reads each parent's own first rows.
const PARENT: &str = "parent";
/// The children's alias in such a statement, on PostgreSQL.
const CHILD: &str = "child";
/// What the first children of all parents are called there, before anything is looked up for them.
pub const PAGES: &str = "pages";
/// The alias of how many children each parent has.
const COUNTED: &str = "counted";

fn array(values: Vec<Value>) -> Option<Value> {
    let kind = values.first()?.array_type();
    Some(Value::Array(kind, Some(Box::new(values))))
}

/// The column is one of the values. On PostgreSQL one statement text serves any number of several values; one alone has its own,
/// with which an index has the rows in the order of a list. The several stand in a list that PostgreSQL makes as it goes: one
/// that is bound as it is gets a plan of its own each time where it is short, which takes longer than to find the rows.
pub fn any_of(backend: DbBackend, column: impl IntoColumnRef, values: Vec<Value>) -> Expr {
    let column = Expr::col(column.into_column_ref());
    match (backend, values.as_slice()) {
        (_, [only]) => column.eq(only.clone()),
        (DbBackend::Postgres, _) => match array(values) {
            Some(array) => {
                let values = Func::cust("unnest").arg(Expr::val(array));
                column.eq(PgFunc::any(list(Query::select().expr(values).take())))
            }
            None => Expr::cust("FALSE"),
        },
        _ => column.is_in(values),
    }
}

/// All that a statement gives, as PostgreSQL's list.
fn list(rows: SelectStatement) -> FunctionCall {
    Func::cust("ARRAY").arg(Expr::SubQuery(None, Box::new(rows.into())))
}

/// The text column holds these words, whatever their case (on SQLite: whatever the case of their ASCII letters).
pub fn contains_text(backend: DbBackend, column: impl IntoColumnRef, words: &str) -> Expr {
    let mut pattern = String::with_capacity(words.len() + 2);
    pattern.push('%');
    for letter in words.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    let pattern = LikeExpr::new(pattern);
    let column = Expr::col(column.into_column_ref());
    match backend {
        // The backslash is PostgreSQL's escape character without a word; SQLite has none until it is named.
        DbBackend::Postgres => column.ilike(pattern),
        _ => column.like(pattern.escape('\\')),
    }
}

/// The content has at least one of these tags. On PostgreSQL a function finds the keys by an index that row-level security
/// would keep from the statement itself (see the migration that makes it).
pub fn has_any_tag(backend: DbBackend, key: impl IntoColumnRef, tags: impl IntoColumnRef, any_of: &[String]) -> Expr {
    const TAGGED: &str = "tagged";
    let values: Vec<Value> = any_of.iter().map(|tag| tag.clone().into()).collect();
    match backend {
        DbBackend::Postgres => match array(values) {
            Some(array) => {
                let tagged = Query::select()
                    .column(TAGGED)
                    .from_function(Func::cust("codex_content_tagged").arg(Expr::val(array)), TAGGED)
                    .take();
                // One list, for one walk through the primary key: as rows to join, PostgreSQL might read all content for them.
                Expr::col(key.into_column_ref()).eq(PgFunc::any(list(tagged)))
            }
            None => Expr::cust("FALSE"),
        },
        _ => Expr::exists(
            Query::select()
                .expr(Expr::cust("1"))
                .from_function(Func::cust("json_each").arg(Expr::col(tags.into_column_ref())), "tag")
                .and_where(Expr::col(("tag", "value")).is_in(values))
                .take(),
        ),
    }
}

/// One column of an order.
#[derive(Clone, Debug)]
pub struct OrderColumn {
    /// The column's name.
    pub name: DynIden,
    /// Which way.
    pub order: Order,
    /// Whether the column may hold nothing; such rows come last if the order goes down, first if it goes up.
    pub nullable: bool,
}

/// Orders a statement by these columns of this table.
pub fn order_by(statement: &mut SelectStatement, table: DynIden, columns: &[OrderColumn]) {
    for column in columns {
        let name = (table.clone(), column.name.clone());
        match (column.nullable, &column.order) {
            (false, order) => statement.order_by(name, order.clone()),
            (true, Order::Desc) => statement.order_by_with_nulls(name, Order::Desc, NullOrdering::Last),
            (true, order) => statement.order_by_with_nulls(name, order.clone(), NullOrdering::First),
        };
    }
}

/// What [`first_per_parent`] reads.
pub struct Children<R> {
    /// The children's table.
    pub table: DynIden,
    /// Its primary key.
    pub key: DynIden,
    /// Its column that names the parent.
    pub parent: DynIden,
    /// The columns of it that `reads` and the order look at.
    pub columns: Vec<&'static str>,
    /// Has a statement over the children's table read what is wanted of each child.
    pub reads: R,
    /// From where, which, and how many for each parent; neither columns nor order.
    pub rows: SelectStatement,
    /// In what order.
    pub order: Vec<OrderColumn>,
    /// Which children to count, where that is wanted: then each row begins with how many there are of its parent.
    pub counted: Option<SelectStatement>,
}

/// How many rows there are.
pub fn how_many() -> Expr {
    Func::count(Expr::cust("1")).into()
}

/// One statement that reads each parent's own first children. A window function would read every child of every parent;
/// `LATERAL` stops at the limit, and where there is none (SQLite) a correlated list of keys does.
///
/// What is read of the children is, on PostgreSQL, read when all of them are there, from [`PAGES`] under the table's own name: so that
/// what many of them name can be looked up once.
pub fn first_per_parent<R: Fn(&mut SelectStatement)>(
    backend: DbBackend,
    parents: Vec<Value>,
    children: Children<R>,
) -> SelectStatement {
    let Children {
        table,
        key,
        parent,
        columns,
        reads,
        mut rows,
        order,
        counted,
    } = children;
    order_by(&mut rows, table.clone(), &order);
    if let [only] = parents.as_slice() {
        // Of one parent, the planner knows how many rows it has.
        let is_parents = || Expr::col((table.clone(), parent.clone())).eq(only.clone());
        if let Some(mut counted) = counted {
            rows.expr(all_counted(counted.and_where(is_parents()).take()));
        }
        reads(&mut rows);
        return rows.and_where(is_parents()).take();
    }
    let is_parents = |name: &'static str| Expr::col((table.clone(), parent.clone())).equals((PARENT, name));
    // Counted once for all, and not again for each child.
    let counted = counted.map(|mut counted| {
        let column = (table.clone(), parent.clone());
        counted
            .expr_as(how_many(), COUNTED)
            .column(column.clone())
            .and_where(any_of(backend, column.clone(), parents.clone()))
            .group_by_col(column)
            .take()
    });
    let counts = |statement: &mut SelectStatement| {
        if let Some(counted) = counted {
            let of_parent = Expr::col((COUNTED, parent.clone())).equals((table.clone(), parent.clone()));
            statement
                .column((COUNTED, COUNTED))
                .join_subquery(JoinType::InnerJoin, counted, COUNTED, of_parent);
        }
    };
    let mut statement = Query::select();
    match (backend, array(parents.clone())) {
        (DbBackend::Postgres, Some(array)) => {
            rows.columns(columns.into_iter().map(|column| (table.clone(), Alias::new(column))))
                .and_where(is_parents(PARENT));
            let pages = Query::select()
                .column((CHILD, Asterisk))
                // A function that gives plain values has one column, named as its alias.
                .from_function(Func::cust("unnest").arg(Expr::val(array)), PARENT)
                .join_lateral(JoinType::InnerJoin, rows, CHILD, Expr::cust("TRUE"))
                .take();
            let pages = CommonTableExpression::new().table_name(PAGES).query(pages).to_owned();
            statement
                .with_cte(WithClause::new().cte(pages).to_owned())
                .from_as(PAGES, table.clone());
        }
        _ => {
            rows.column((table.clone(), key.clone()))
                .and_where(is_parents("column1"));
            // Inside `rows` the table's name means the inner reading of it, outside the outer one.
            let among_first = Expr::col((table.clone(), key)).in_subquery(rows);
            statement
                .from_values(parents, PARENT)
                .join(JoinType::InnerJoin, table.clone(), among_first);
        }
    }
    counts(&mut statement);
    reads(&mut statement);
    order_by(&mut statement, table, &order);
    statement
}

/// A text key, to be compared byte by byte. PostgreSQL would do so by its database's collation, which takes longer; users have two
/// indexes for this, one for a single key and one for many.
pub fn by_bytes(backend: DbBackend, key: Expr) -> Expr {
    match backend {
        DbBackend::Postgres => Expr::cust_with_expr("$1 COLLATE \"C\"", key),
        _ => key,
    }
}

/// The key is one of those that a column of [`PAGES`] names.
pub fn named_by_pages(key: Expr, naming: &'static str) -> Expr {
    let named = Query::select().column(naming).from(PAGES).take();
    key.eq(PgFunc::any(list(named)))
}

/// A count as one value of a row.
pub fn all_counted(mut counted: SelectStatement) -> Expr {
    Expr::SubQuery(None, Box::new(counted.expr(how_many()).take().into()))
}
