//! Row-level security on PostgreSQL: the second line of defence, stated by a migration for a role that owns nothing.

use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, QueryResult, Statement, TransactionSession, TransactionTrait, Value,
    sea_query::{Expr, Func, Query, SelectStatement},
};
use uuid::Uuid;

use super::Marks;

/// The role in which the gateway reads for a viewer.
pub const READER: &str = "codex_reader";
/// The role in which it reads for a visitor: somebody anonymous, whose request is pinned to no organization. What it may see is the same
/// for all of them, so its policies do not ask who asks.
pub const VISITOR: &str = "codex_visitor";

/// How a connection comes to read for viewers. (An option of the connection would do the same, but poolers drop those.)
/// The policies' price as PostgreSQL reckons it would have it compile statements, which takes longer than they run.
pub(super) const BECOME_READER: &str = "SET ROLE codex_reader; SET jit = off";
/// How it comes to read for visitors.
pub(super) const BECOME_VISITOR: &str = "SET ROLE codex_visitor; SET jit = off";
/// And how it stops.
pub(super) const BECOME_ITSELF: &str = "RESET ROLE; RESET jit";

/// Whether the database itself keeps from a viewer what the rules keep from them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowSecurity {
    /// Requests read as [`READER`], which is bound by the policies.
    On,
    /// Requests read as the gateway itself: on SQLite, or where somebody has said so.
    Off,
}

/// One of something for each of the roles in which the gateway reads.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reading<T> {
    /// For [`READER`].
    pub reader: T,
    /// For [`VISITOR`].
    pub visitor: T,
}

impl<T> Reading<T> {
    /// What becomes of both.
    pub fn map<U>(self, each: impl Fn(T) -> U) -> Reading<U> {
        Reading {
            reader: each(self.reader),
            visitor: each(self.visitor),
        }
    }

    /// Both, each beside the other's.
    pub fn zip<'a, U>(&'a self, other: &'a Reading<U>) -> Reading<(&'a T, &'a U)> {
        Reading {
            reader: (&self.reader, &other.reader),
            visitor: (&self.visitor, &other.visitor),
        }
    }

    /// One after the other.
    pub fn into_array(self) -> [T; 2] {
        [self.reader, self.visitor]
    }

    /// That of the asker's role.
    pub(super) fn of(&self, asker: &Asker) -> &T {
        match asker {
            Asker::Visitor => &self.visitor,
            Asker::Viewer { .. } => &self.reader,
        }
    }
}

/// Who asks, in the words of the policies.
#[derive(Clone, Debug)]
pub enum Asker {
    /// Somebody of whom there is nothing to say.
    Visitor,
    /// Anybody else.
    Viewer {
        /// `anonymous`, or `user:` and an id.
        viewer: String,
        /// `none`, or an organization's id.
        tenant: String,
    },
}

impl Asker {
    /// This user (none: the anonymous), pinned to this organization. Nothing here is an empty text, which is what PostgreSQL
    /// leaves behind of a setting that has ended, and which opens no row.
    pub fn new(user_id: Option<&str>, tenant: Option<Uuid>) -> Self {
        match (user_id, tenant) {
            (None, None) => Self::Visitor,
            _ => Self::Viewer {
                viewer: user_id.map_or_else(|| "anonymous".to_owned(), |id| format!("user:{id}")),
                tenant: tenant.map_or_else(|| "none".to_owned(), |id| id.to_string()),
            },
        }
    }

    /// An asker whose values are marks.
    pub(super) fn marked(&self, marks: &mut Marks) -> Self {
        let marked = match self {
            Self::Visitor => Self::Visitor,
            Self::Viewer { .. } => Self::Viewer {
                viewer: marks.mark_text(),
                tenant: marks.mark_text(),
            },
        };
        marks.values.extend(marked.values());
        marked
    }

    /// The values of [`Self::asks`].
    pub(super) fn values(&self) -> Vec<Value> {
        match self {
            Self::Visitor => Vec::new(),
            Self::Viewer { viewer, tenant } => vec![viewer.as_str().into(), tenant.as_str().into()],
        }
    }

    /// Has the statement say itself who asks. The condition asks nothing of any row, and PostgreSQL takes it before it
    /// looks for the first: so that the policies know, without a word sent ahead. If it ever were taken later, there would be no
    /// rows; the migration that makes `codex_asks` says more. A visitor's statement says no more than that it is one.
    pub(super) fn asks(&self, statement: &mut SelectStatement) {
        let asks = match self {
            Self::Visitor => Func::cust("codex_visits").into(),
            Self::Viewer { viewer, tenant } => {
                let asks = Func::cust("codex_asks").arg(viewer.as_str()).arg(tenant.as_str());
                Expr::SubQuery(None, Box::new(Query::select().expr(asks).take().into()))
            }
        };
        statement.and_where(asks);
    }
}

/// Something that keeps row-level security from holding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// The role or the table that it is about.
    pub subject: String,
    /// What it is.
    pub message: String,
    /// What to do.
    pub remedy: String,
}

/// What keeps row-level security from holding in this PostgreSQL database, in words for whoever runs it; nothing: all is well.
///
/// # Errors
/// If the database fails.
pub async fn complaints(connection: &(impl ConnectionTrait + TransactionTrait)) -> Result<Vec<Complaint>, DbErr> {
    let mut complaints = Vec::new();
    for role in [READER, VISITOR] {
        complaints.extend(complaints_about(role, connection).await?);
    }
    Ok(complaints)
}

async fn complaints_about(
    role: &str,
    connection: &(impl ConnectionTrait + TransactionTrait),
) -> Result<Vec<Complaint>, DbErr> {
    let look = Statement::from_sql_and_values(DbBackend::Postgres, COMPLAINTS, [role.into()]);
    let rows = connection.query_all_raw(look).await?;
    let complaint = |row: &QueryResult| {
        Ok(Complaint {
            subject: row.try_get_by_index(0)?,
            message: row.try_get_by_index(1)?,
            remedy: row.try_get_by_index(2)?,
        })
    };
    let mut complaints = rows.iter().map(complaint).collect::<Result<Vec<_>, DbErr>>()?;
    if complaints.is_empty() {
        let attempt = connection.begin().await?;
        // Up to the transaction's end, to see whether that is allowed.
        if let Err(error) = attempt.execute_unprepared(&format!("SET LOCAL ROLE {role}")).await {
            complaints.push(Complaint {
                subject: role.to_owned(),
                message: format!("the gateway's own role cannot take the role {role}: {error}"),
                remedy: format!("GRANT {role} to it"),
            });
        }
        attempt.rollback().await?;
    }
    Ok(complaints)
}

/// One row for each thing that is wrong. A table is kept safe by the policy that restricts the role; one that merely has row
/// security enabled is not, since other roles' policies may count for it too.
const COMPLAINTS: &str = "
WITH reader AS (SELECT * FROM pg_roles WHERE rolname = $1),
tables AS (
    SELECT pg_class.oid, relname, relowner, relrowsecurity AND EXISTS (
        SELECT FROM pg_policy
        WHERE polrelid = pg_class.oid AND NOT polpermissive AND polcmd IN ('r', '*') AND reader.oid = ANY (polroles)
    ) AS safe
    FROM reader, pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relkind IN ('r', 'p', 'm', 'f') AND nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'
        AND has_schema_privilege(reader.oid, pg_namespace.oid, 'USAGE')
        AND has_any_column_privilege(reader.oid, pg_class.oid, 'SELECT')
        AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
)
SELECT $1::text, format('there is no role %s', $1),
    format('CREATE ROLE %s NOLOGIN, GRANT it to the gateway''s role, and CALL codex_secure_rows()', $1)
WHERE NOT EXISTS (SELECT FROM reader)
UNION ALL
SELECT $1, format('the role %s can bypass row security, or is a superuser', $1),
    format('ALTER ROLE %s NOSUPERUSER NOBYPASSRLS', $1)
FROM reader WHERE rolsuper OR rolbypassrls
UNION ALL
SELECT $1, format('the role %s owns something', $1), format('REASSIGN OWNED BY %s to the role that migrates', $1)
FROM reader
WHERE EXISTS (SELECT FROM pg_shdepend WHERE refclassid = 'pg_authid'::regclass AND refobjid = oid AND deptype = 'o')
UNION ALL
SELECT $1, format('the role %s is a member of %s, whose rights it shares', $1, roleid::regrole),
    format('REVOKE %s FROM %s', roleid::regrole, $1)
FROM reader JOIN pg_auth_members ON member = oid
UNION ALL
SELECT relname, format('the role %s reads the table %s without a policy', $1, relname),
    format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, with the policy that the migrations make, or revoke the SELECT', relname)
FROM tables WHERE NOT safe
UNION ALL
SELECT name, format('the role %s may not read the table %s', $1, name), 'GRANT it the columns that the migrations do'
FROM reader, unnest(ARRAY[
    'users', 'sessions', 'organizations', 'organization_memberships', 'media_items', 'content', 'purchases', 'content_access',
    'audit_entries'
]) AS name
WHERE name NOT IN (SELECT relname FROM tables)
UNION ALL
SELECT 'own_content', format('the role %s may not read the view own_content', $1), 'CALL codex_secure_rows(), as the tables'' owner'
FROM reader
WHERE $1 = 'codex_reader' AND NOT coalesce(has_table_privilege(reader.oid, to_regclass('own_content'), 'SELECT'), false)
UNION ALL
SELECT split_part(forgets, '.', 1),
    format('the trigger %s is missing or off, so %s may see what nothing shows any longer', forgets, $1),
    'ENABLE it, and UPDATE users and media_items SET seen_by_everyone = false'
FROM reader, unnest(ARRAY[
    'content.content_1_shows_no_longer', 'content.content_emptied', 'organizations.organizations_show_no_longer'
]) AS forgets
WHERE $1 = 'codex_visitor' AND NOT EXISTS (
    SELECT FROM pg_trigger
    WHERE tgrelid = to_regclass(split_part(forgets, '.', 1)) AND tgname = split_part(forgets, '.', 2) AND tgenabled IN ('O', 'A')
)
UNION ALL
SELECT current_user,
    format('%s, as which the gateway connects, neither owns the tables nor may it inherit the rights of %s', current_user, $1),
    format('ALTER ROLE %I NOINHERIT', current_user)
FROM reader, pg_roles AS own
WHERE own.rolname = current_user AND NOT own.rolsuper AND NOT own.rolbypassrls AND pg_has_role(reader.oid, 'USAGE')
    AND EXISTS (SELECT FROM tables WHERE NOT pg_has_role(relowner, 'USAGE'))
";
