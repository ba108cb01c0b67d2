//! Whether the database itself keeps each viewer to the rows that are theirs, and nobody gets around that.

use sea_orm::{DatabaseTransaction, DbBackend, DbErr, FromQueryResult, Statement};

use super::report::{Finding, or_ok};
use crate::database::{Complaint, READER, RowSecurity, VISITOR, catalog::Catalog, complaints};

/// Row-level security.
pub(super) const CHECK: &str = "row-security";

/// Looks for what the gateway itself would refuse to start over, and for who else is bound without knowing it.
pub(super) async fn check(
    db: &DatabaseTransaction,
    catalog: &Catalog,
    wanted: RowSecurity,
) -> Result<Vec<Finding>, DbErr> {
    if catalog.tables.is_empty() {
        return Ok(vec![Finding::note(CHECK, "database", "there is no table to guard yet")]);
    }
    let first = match wanted {
        RowSecurity::On => complaints(db).await?.into_iter().map(care).collect(),
        RowSecurity::Off => {
            let message = "it is off by choice (--no-rls): nothing but the gateway's own rules guards the rows";
            vec![Finding::note(CHECK, "database", message)]
        }
    };
    let statement =
        Statement::from_sql_and_values(DbBackend::Postgres, WITHOUT_A_POLICY, [READER.into(), VISITOR.into()]);
    let others = OtherRow::find_by_statement(statement).all(db).await?;
    let others = others.into_iter().map(|other| {
        let message = format!(
            "no policy is for this role, so that it finds no rows in {}. Give it a policy, or BYPASSRLS if it is to see all of \
             them, or revoke its SELECT",
            other.tables
        );
        Finding::note(CHECK, other.role, message)
    });
    let fine =
        "every table that the gateway reads for a viewer is guarded, and it reads in roles that cannot get around that";
    Ok(or_ok(first.into_iter().chain(others).collect(), CHECK, fine))
}

fn care(complaint: Complaint) -> Finding {
    let message = format!("{}. {}", complaint.message, complaint.remedy);
    Finding::care(CHECK, complaint.subject, message)
}

#[derive(FromQueryResult)]
struct OtherRow {
    role: String,
    tables: String,
}

/// Roles that may read a table and are let through by none of its policies. Whoever has an owner's rights is not bound; roles
/// that PostgreSQL itself brings (`pg_...`) are nobody's; `0` among a policy's roles is everybody.
const WITHOUT_A_POLICY: &str = r"
SELECT rolname::text AS role, string_agg(relname, ', ' ORDER BY relname)::text AS tables
FROM pg_class JOIN pg_roles ON has_table_privilege(pg_roles.oid, pg_class.oid, 'SELECT')
WHERE relrowsecurity AND relkind IN ('r', 'p') AND relnamespace = to_regnamespace(quote_ident(current_schema()))
    AND rolname NOT IN ($1, $2) AND rolname NOT LIKE 'pg\_%' AND NOT rolsuper AND NOT rolbypassrls
    AND NOT pg_has_role(pg_roles.oid, relowner, 'USAGE')
    AND NOT EXISTS (
        SELECT FROM pg_policy CROSS JOIN LATERAL unnest(polroles) AS grantee
        WHERE polrelid = pg_class.oid AND polpermissive AND polcmd IN ('r', '*')
            AND CASE grantee WHEN 0 THEN true ELSE pg_has_role(pg_roles.oid, grantee, 'USAGE') END
    )
GROUP BY rolname ORDER BY 1";
