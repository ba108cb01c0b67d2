//! What PostgreSQL and SQLite say in different words.

use sea_orm::{
    Condition, DbBackend, Value,
    sea_query::{
        Alias, Asterisk, DynIden, Expr, ExprTrait, Func, FunctionCall, IntoColumnRef, JoinType, LikeExpr, NullOrdering,
        Order, Query, SelectStatement,
        extension::postgres::{PgExpr, PgFunc},
    },
};

/// The parents' alias in a statement that reads each parent's own first rows.
const PARENT: &str = "parent";
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

/// The key is none of those that a statement gives. On PostgreSQL they are put in a list to walk through.
pub fn is_none_of(backend: DbBackend, key: Expr, keys: SelectStatement) -> Expr {
    match backend {
        DbBackend::Postgres => key.ne(PgFunc::all(list(keys))),
        _ => key.not_in_subquery(keys),
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
fn order_by(statement: &mut SelectStatement, table: DynIden, columns: &[OrderColumn]) {
    for column in columns {
        let name = (table.clone(), column.name.clone());
        match (column.nullable, &column.order) {
            (false, order) => statement.order_by(name, order.clone()),
            (true, Order::Desc) => statement.order_by_with_nulls(name, Order::Desc, NullOrdering::Last),
            (true, order) => statement.order_by_with_nulls(name, order.clone(), NullOrdering::First),
        };
    }
}

/// What [`first`] reads.
pub struct First<R> {
    /// The rows' table.
    pub table: DynIden,
    /// Its primary key.
    pub key: DynIden,
    /// Whose rows: the column that names a parent, and the parents; none: everybody's.
    pub parents: Option<(DynIden, Vec<Value>)>,
    /// The columns that `reads` and the order look at.
    pub columns: Vec<&'static str>,
    /// Has a statement over the table read what is wanted of each row, and says whether that is looked up elsewhere, too. If the rows have
    /// been found before, so that it can look up for each of them, it is given what finds them.
    pub reads: R,
    /// Which rows, and how many of each parent; neither columns nor order.
    pub rows: SelectStatement,
    /// In what order.
    pub order: Vec<OrderColumn>,
    /// Whether whoever reads the rows puts them in it: then they need only be the first of it.
    pub is_ordered_later: bool,
    /// Which rows to count, where that is wanted: then each row begins with how many there are of its list.
    pub counted: Option<SelectStatement>,
}

/// What finds the rows of a list before anything is looked up for them.
pub struct Finding<'a> {
    rows: &'a mut SelectStatement,
    /// Whether it finds each of several parents' own.
    is_of_several: bool,
}

impl Finding<'_> {
    /// The same, for somebody else to ask.
    pub fn reborrow(&mut self) -> Finding<'_> {
        Finding {
            rows: self.rows,
            ..*self
        }
    }

    /// Has an answer found with each row, by this name.
    pub fn asks(&mut self, question: impl Into<Expr>, name: DynIden) {
        self.rows.expr_as(question, name);
    }

    /// Has a key found with each row, by this name, that is to be looked up for it.
    ///
    /// PostgreSQL keeps what it has looked up where it expects the same key again. Of several parents' rows that is as it should be; of
    /// one list's fifty it reckons with as many as the share of different ones in the whole table, which is far too few. Of what a function
    /// gives it expects nothing.
    pub fn names(&mut self, key: Expr, name: DynIden) {
        self.asks(
            if self.is_of_several {
                key
            } else {
                Func::greatest([key]).into()
            },
            name,
        );
    }
}

/// How many rows there are.
pub fn how_many() -> Expr {
    Func::count(Expr::cust("1")).into()
}

/// One statement that reads the first rows of a list, or of each parent's.
///
/// On PostgreSQL the rows are found first, and what is read beside them is looked up for those. So it knows how few they are: reckoning
/// with all rows of a list it would make room for what thousands of them may name. And as each parent has few of them, it expects
/// several parents' rows to name the same, and keeps what it has looked up once.
pub fn first<R>(backend: DbBackend, mut list: First<R>) -> SelectStatement
where
    R: Fn(&mut SelectStatement, Option<Finding<'_>>) -> bool,
{
    let Some((parent, parents)) = list.parents.take() else {
        return list.of_one(backend, Condition::all());
    };
    match parents.as_slice() {
        // Of one parent, the planner knows how many rows it has.
        [only] => {
            let is_parents = Expr::col((list.table.clone(), parent)).eq(only.clone());
            list.of_one(backend, Condition::all().add(is_parents))
        }
        _ => list.of_each(backend, parent, parents),
    }
}

impl<R: Fn(&mut SelectStatement, Option<Finding<'_>>) -> bool> First<R> {
    /// The rows of one list.
    fn of_one(self, backend: DbBackend, which: Condition) -> SelectStatement {
        let Self { table, mut rows, .. } = self;
        order_by(rows.cond_where(which.clone()), table.clone(), &self.order);
        let counted = self
            .counted
            .map(|mut counted| all_counted(counted.cond_where(which).take()));
        let mut plain = rows.clone();
        let looks_up = (self.reads)(plain.exprs(counted.clone()), None);
        // What is in no order is a single row.
        if !looks_up || self.order.is_empty() || backend != DbBackend::Postgres {
            return plain;
        }
        rows.columns(named(&table, self.columns));
        let mut statement = Query::select();
        let finding = Finding {
            rows: &mut rows,
            is_of_several: false,
        };
        (self.reads)(statement.exprs(counted), Some(finding));
        statement.from_subquery(rows, table.clone());
        if !self.is_ordered_later {
            order_by(&mut statement, table, &self.order);
        }
        statement
    }

    /// Each parent's own rows. A window function would read every row of every parent; `LATERAL` stops at the limit, and where there is
    /// none (SQLite) a correlated list of keys does.
    fn of_each(self, backend: DbBackend, parent: DynIden, parents: Vec<Value>) -> SelectStatement {
        let Self { table, mut rows, .. } = self;
        order_by(&mut rows, table.clone(), &self.order);
        let is_parents = |name: &'static str| Expr::col((table.clone(), parent.clone())).equals((PARENT, name));
        // Counted once for all, and not again for each row.
        let counted = self.counted.map(|mut counted| {
            let column = (table.clone(), parent.clone());
            counted
                .expr_as(how_many(), COUNTED)
                .column(column.clone())
                .and_where(any_of(backend, column.clone(), parents.clone()))
                .group_by_col(column)
                .take()
        });
        let with_count = |statement: &mut SelectStatement| {
            let Some(counted) = counted else { return };
            let of_parent = Expr::col((COUNTED, parent.clone())).equals((table.clone(), parent.clone()));
            statement
                .column((COUNTED, COUNTED))
                .join_subquery(JoinType::InnerJoin, counted, COUNTED, of_parent);
        };
        let mut statement = Query::select();
        match (backend, array(parents.clone())) {
            (DbBackend::Postgres, Some(array)) => {
                rows.columns(named(&table, self.columns)).and_where(is_parents(PARENT));
                with_count(&mut statement);
                let finding = Finding {
                    rows: &mut rows,
                    is_of_several: true,
                };
                (self.reads)(&mut statement, Some(finding));
                let each = Query::select()
                    .column((table.clone(), Asterisk))
                    // A function that gives plain values has one column, named as its alias.
                    .from_function(Func::cust("unnest").arg(Expr::val(array)), PARENT)
                    .join_lateral(JoinType::InnerJoin, rows, table.clone(), Expr::cust("TRUE"))
                    .take();
                statement.from_subquery(each, table.clone());
            }
            _ => {
                rows.column((table.clone(), self.key.clone()))
                    .and_where(is_parents("column1"));
                // Inside `rows` the table's name means the inner reading of it, outside the outer one.
                let among_first = Expr::col((table.clone(), self.key)).in_subquery(rows);
                statement
                    .from_values(parents, PARENT)
                    .join(JoinType::InnerJoin, table.clone(), among_first);
                with_count(&mut statement);
                (self.reads)(&mut statement, None);
            }
        }
        if !self.is_ordered_later {
            order_by(&mut statement, table, &self.order);
        }
        statement
    }
}

fn named(table: &DynIden, columns: Vec<&'static str>) -> impl Iterator<Item = (DynIden, Alias)> {
    columns.into_iter().map(|column| (table.clone(), Alias::new(column)))
}

/// A text key, to be compared byte by byte. PostgreSQL would do so by its database's collation, which takes longer; users have an
/// index for this.
pub fn by_bytes(backend: DbBackend, key: Expr) -> Expr {
    match backend {
        DbBackend::Postgres => Expr::cust_with_expr("$1 COLLATE \"C\"", key),
        _ => key,
    }
}

/// A count as one value of a row.
fn all_counted(mut counted: SelectStatement) -> Expr {
    Expr::SubQuery(None, Box::new(counted.expr(how_many()).take().into()))
}
