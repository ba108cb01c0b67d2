//! Whether the database itself keeps each viewer to the rows that are theirs, and nobody gets around that.

use sea_orm::{DatabaseTransaction, DbBackend, DbErr, FromQueryResult, Statement, Value};

use super::report::{Finding, or_ok};

/// Row level security.
pub(super) const CHECK: &str = "row-security";

/// The role as which the gateway reads for a viewer.
const READER: &str = "codex_reader";

/// The tables of which not every row is for everyone.
const GUARDED: &[&str] = &[
    "users",
    "sessions",
    "organizations",
    "organization_memberships",
    "media_items",
    "content",
    "purchases",
    "content_access",
];

/// Everything that it takes, from the catalog alone: the role, the tables, and who else there is.
pub(super) async fn check(db: &DatabaseTransaction) -> Result<Vec<Finding>, DbErr> {
    let statement =
        |sql, values: &[Value]| Statement::from_sql_and_values(DbBackend::Postgres, sql, values.iter().cloned());
    let guarded: Vec<String> = GUARDED.iter().map(|table| (*table).to_owned()).collect();
    let (reader, both) = ([READER.into()], [READER.into(), guarded.into()]);
    let tables = TableRow::find_by_statement(statement(TABLES, &both)).all(db).await?;
    if tables.is_empty() {
        return Ok(vec![Finding::note(CHECK, "database", "there is no table to guard yet")]);
    }
    let role = RoleRow::find_by_statement(statement(ROLE, &reader)).one(db).await?;
    let others = OtherRow::find_by_statement(statement(OTHERS, &both)).all(db).await?;

    let mut found = match &role {
        Some(role) => role.findings(),
        None => {
            let message = "this role is not there, and without it nothing but the gateway's own filters keeps a viewer to their \
                           rows. Type `codex-gateway migrate up` as a role that may make roles";
            vec![Finding::care(CHECK, READER, message)]
        }
    };
    found.extend(tables.iter().filter_map(|table| table.finding(role.is_some())));
    found.extend(others.into_iter().map(|other| {
        let message = format!(
            "no policy is for this role, so that it finds no rows in {}. Give it a policy, or BYPASSRLS if it is to see all of \
             them, or revoke its SELECT",
            other.tables
        );
        Finding::note(CHECK, other.role, message)
    }));
    Ok(or_ok(
        found,
        CHECK,
        "every guarded table is, and the gateway reads as a role that cannot get around it",
    ))
}

#[derive(FromQueryResult)]
struct RoleRow {
    superuser: bool,
    bypasses: bool,
    owns: i64,
    login: String,
    login_may_become: bool,
}

/// From PostgreSQL 16 on, being a member is not yet being allowed to become.
const ROLE: &str = "
SELECT rolsuper AS superuser, rolbypassrls AS bypasses, session_user::text AS login,
    pg_has_role(
        session_user, pg_roles.oid,
        CASE WHEN current_setting('server_version_num')::integer < 160000 THEN 'MEMBER' ELSE 'SET' END
    ) AS login_may_become,
    (
        SELECT count(*) FROM pg_shdepend JOIN pg_database ON datname = current_database()
        WHERE refclassid = 'pg_authid'::regclass AND refobjid = pg_roles.oid AND deptype = 'o'
            AND (dbid = pg_database.oid OR (classid = 'pg_database'::regclass AND objid = pg_database.oid))
    ) AS owns
FROM pg_roles WHERE rolname = $1";

impl RoleRow {
    fn findings(&self) -> Vec<Finding> {
        let care = |wrong: bool, message: String| wrong.then(|| Finding::care(CHECK, READER, message));
        let found = [
            care(
                self.superuser,
                format!("this role is a superuser, whom no policy binds. ALTER ROLE {READER} NOSUPERUSER"),
            ),
            care(
                self.bypasses,
                format!("no policy binds this role. ALTER ROLE {READER} NOBYPASSRLS"),
            ),
            care(
                self.owns > 0,
                format!(
                    "this role owns {} things in this database, and no policy binds a table's owner. REASSIGN OWNED BY {READER} \
                     TO the role that migrates",
                    self.owns
                ),
            ),
            care(
                !self.login_may_become,
                format!("{0} may not act as this role. GRANT {READER} TO {0}", self.login),
            ),
        ];
        found.into_iter().flatten().collect()
    }
}

#[derive(FromQueryResult)]
struct TableRow {
    name: String,
    enabled: bool,
    covered: bool,
    unbound: bool,
    readable: bool,
    owned: bool,
}

/// Several policies add up: some permissive one has to let rows through; and where one lets all of them through, a
/// restrictive one has to hold some back. `0` among a policy's roles is everyone. Where the reader is not there, whatever
/// depends on it is false.
const TABLES: &str = "
SELECT relname::text AS name, relrowsecurity AS enabled,
    coalesce(bool_or(permissive), false) AS covered,
    coalesce(bool_or(permissive AND lets_all), false) AND NOT bool_or(NOT permissive AND NOT lets_all) AS unbound,
    coalesce(has_any_column_privilege(reader.oid, pg_class.oid, 'SELECT'), false) AS readable,
    coalesce(NOT reader.rolsuper AND relowner <> reader.oid AND pg_has_role(reader.oid, relowner, 'USAGE'), false) AS owned
FROM pg_class
LEFT JOIN pg_roles AS reader ON reader.rolname = $1
LEFT JOIN LATERAL (
    SELECT polpermissive AS permissive, coalesce(pg_get_expr(polqual, polrelid), 'true') = 'true' AS lets_all
    FROM pg_policy
    WHERE polrelid = pg_class.oid AND polcmd IN ('r', '*') AND EXISTS (
        SELECT FROM unnest(polroles) AS grantee
        WHERE CASE grantee WHEN 0 THEN true ELSE pg_has_role(reader.oid, grantee, 'USAGE') END
    )
) AS policy ON true
WHERE relkind IN ('r', 'p') AND relnamespace = to_regnamespace(quote_ident(current_schema())) AND relname = ANY ($2)
GROUP BY pg_class.oid, relname, relrowsecurity, relowner, reader.oid, reader.rolsuper
ORDER BY 1";

impl TableRow {
    /// What is wrong with the table, in one finding; of what it is to the reader only if there is one.
    fn finding(&self, with_reader: bool) -> Option<Finding> {
        let name = &self.name;
        let wrong = [
            (
                !self.enabled,
                format!("row level security is off: ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"),
            ),
            (
                with_reader && !self.covered,
                format!("no policy lets {READER} read: make again those that the migrations have made"),
            ),
            (
                with_reader && self.unbound,
                format!("the policies let {READER} read every row: make again those that the migrations have made"),
            ),
            (
                with_reader && !self.readable,
                format!("{READER} has no right to read: GRANT SELECT ON {name} TO {READER}"),
            ),
            (
                with_reader && self.owned,
                format!("{READER} is a member of the table's owner, whom no policy binds: REVOKE that"),
            ),
        ];
        let wrong: Vec<String> = wrong
            .into_iter()
            .filter(|(is_so, _)| *is_so)
            .map(|(_, what)| what)
            .collect();
        (!wrong.is_empty()).then(|| Finding::care(CHECK, name, wrong.join("; ")))
    }
}

#[derive(FromQueryResult)]
struct OtherRow {
    role: String,
    tables: String,
}

/// Whoever has an owner's rights is not bound; roles that PostgreSQL itself brings (`pg_...`) are not people.
const OTHERS: &str = r"
SELECT rolname::text AS role, string_agg(relname, ', ' ORDER BY relname)::text AS tables
FROM pg_class JOIN pg_roles ON has_table_privilege(pg_roles.oid, pg_class.oid, 'SELECT')
WHERE relrowsecurity AND relkind IN ('r', 'p') AND relnamespace = to_regnamespace(quote_ident(current_schema()))
    AND relname = ANY ($2) AND rolname <> $1 AND rolname NOT LIKE 'pg\_%' AND NOT rolsuper AND NOT rolbypassrls
    AND NOT pg_has_role(pg_roles.oid, relowner, 'USAGE')
    AND NOT EXISTS (
        SELECT FROM pg_policy CROSS JOIN LATERAL unnest(polroles) AS grantee
        WHERE polrelid = pg_class.oid AND polpermissive AND polcmd IN ('r', '*')
            AND CASE grantee WHEN 0 THEN true ELSE pg_has_role(pg_roles.oid, grantee, 'USAGE') END
    )
GROUP BY rolname ORDER BY 1";
