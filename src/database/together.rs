//! Several statements as one, for PostgreSQL.

use sea_orm::{
    DbErr,
    sea_query::{Alias, Asterisk, Expr, JoinType, Query, SelectStatement},
};

use super::Row;

/// The most statements that become one. A row may have 1,664 columns (<https://www.postgresql.org/docs/current/limits.html>): those of
/// eight pages are fewer, unless relations are selected that lead to each other again and again.
pub const MOST_TOGETHER: usize = 8;

/// The last column of each part, and in no other part's rows is there anything in it.
const PART: &str = "part";

/// One statement that gives all rows that these give: those of the first, then those of the second, and so on, each in their order.
///
/// Each part's columns stand beside the other's, so that nobody has to know their types; where a row is of one part, all others have
/// nothing. To join what never belongs together leaves PostgreSQL no other way than to read one part after the other, and to sort
/// neither.
pub fn together(mut statements: Vec<SelectStatement>) -> SelectStatement {
    if statements.len() < 2 {
        return statements.pop().unwrap_or_default();
    }
    let mut all = Query::select().column(Asterisk).take();
    for (number, mut part) in statements.into_iter().enumerate() {
        part.expr_as(Expr::cust("TRUE"), PART);
        let name = Alias::new(format!("part_{number}"));
        match number {
            0 => all.from_subquery(part, name),
            _ => all.join_subquery(JoinType::FullOuterJoin, part, name, Expr::cust("FALSE")),
        };
    }
    all
}

/// The rows of each of so many parts, as its own statement gives them.
///
/// # Errors
/// If they are not those of so many parts.
pub fn apart(rows: Vec<Row>, parts: usize) -> Result<Vec<Vec<Row>>, DbErr> {
    if parts == 1 {
        return Ok(vec![rows]);
    }
    let ends = rows.first().map(|row| row.named(PART)).unwrap_or_default();
    let mut each: Vec<Vec<Row>> = std::iter::repeat_with(Vec::new).take(parts).collect();
    for row in rows {
        let mut begin = 0;
        let mut whose = None;
        for (end, part) in ends.iter().zip(&mut each) {
            if !row.is_null(*end)? {
                whose = Some(part);
                break;
            }
            begin = end + 1;
        }
        let part = whose.ok_or_else(|| DbErr::Type("a row of no part".to_owned()))?;
        part.push(row.beginning(begin));
    }
    Ok(each)
}
