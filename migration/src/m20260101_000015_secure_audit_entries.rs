use sea_orm_migration::prelude::*;

use crate::shared::on_postgres;

/// States who may read the audit log a second time, on PostgreSQL alone, as the twelfth step does for the tables before it; that
/// step says how, and why policies have the form that they have. Whoever sees an entry sees the user who acted, so what the
/// users' policy asks last changes as well.
///
/// `CALL codex_secure_rows()` goes on making all policies: where the role was not there so far, none is made here either. The
/// procedure of that name now calls the former one, then the one for the audit log.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        on_postgres(manager, &[UP]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        on_postgres(manager, &[DOWN]).await
    }
}

/// Dropping everything to start afresh forgets procedures, and so may leave these behind.
///
/// A user's entries are asked for last, and in the viewer's organizations alone, so that one look at an index answers it however
/// much somebody has done. (As a sub-select, the organizations are nobody's in particular to the planner, and the plan is good for
/// everybody.)
const UP: &str = "
CREATE OR REPLACE FUNCTION codex_named(of_user text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        codex_viewer_id() <> '' AND (
            codex_is_platform_owner()
            OR EXISTS (SELECT FROM organization_memberships WHERE user_id = of_user)
            OR EXISTS (SELECT FROM content WHERE creator_id = of_user)
            OR EXISTS (SELECT FROM content_access WHERE user_id = of_user)
        )
    ) OR EXISTS (SELECT FROM media_items WHERE creator_id = of_user)
    OR EXISTS (
        SELECT FROM audit_entries
        WHERE actor_id = of_user AND organization_id = ANY ((SELECT codex_manager_of())::uuid[])
    );
END
$$;

DO $$
BEGIN
    -- To replace a function is to forget its settings.
    EXECUTE format('ALTER FUNCTION codex_named SET search_path = %I, pg_temp', current_schema());
END
$$;

DROP PROCEDURE IF EXISTS codex_secure_rows_but_audit_entries;
ALTER PROCEDURE codex_secure_rows RENAME TO codex_secure_rows_but_audit_entries;

CREATE OR REPLACE PROCEDURE codex_secure_audit_entries() LANGUAGE plpgsql AS $procedure$
BEGIN
    CREATE POLICY everyone ON audit_entries USING (true);
    ALTER TABLE audit_entries ENABLE ROW LEVEL SECURITY;

    CREATE POLICY visible ON audit_entries AS RESTRICTIVE FOR SELECT TO codex_reader USING (
        codex_within((SELECT codex_tenant()), organization_id)
        AND (organization_id = ANY ((SELECT codex_manager_of())::uuid[]) OR (SELECT codex_is_platform_owner()))
    );

    GRANT SELECT ON audit_entries TO codex_reader;
END
$procedure$;

CREATE PROCEDURE codex_secure_rows() LANGUAGE plpgsql AS $procedure$
BEGIN
    CALL codex_secure_rows_but_audit_entries();
    CALL codex_secure_audit_entries();
END
$procedure$;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_policy WHERE polrelid = 'users'::regclass AND polname = 'visible') THEN
        CALL codex_secure_audit_entries();
    END IF;
END
$$;
";

const DOWN: &str = "
CREATE OR REPLACE FUNCTION codex_named(of_user text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        codex_viewer_id() <> '' AND (
            codex_is_platform_owner()
            OR EXISTS (SELECT FROM organization_memberships WHERE user_id = of_user)
            OR EXISTS (SELECT FROM content WHERE creator_id = of_user)
            OR EXISTS (SELECT FROM content_access WHERE user_id = of_user)
        )
    ) OR EXISTS (SELECT FROM media_items WHERE creator_id = of_user);
END
$$;

DO $$
BEGIN
    -- To replace a function is to forget its settings.
    EXECUTE format('ALTER FUNCTION codex_named SET search_path = %I, pg_temp', current_schema());
END
$$;

DO $$
BEGIN
    DROP POLICY IF EXISTS everyone ON audit_entries;
    DROP POLICY IF EXISTS visible ON audit_entries;
    ALTER TABLE audit_entries DISABLE ROW LEVEL SECURITY;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'codex_reader') THEN
        REVOKE ALL ON audit_entries FROM codex_reader;
    END IF;
END
$$;

DROP PROCEDURE codex_secure_rows, codex_secure_audit_entries;
ALTER PROCEDURE codex_secure_rows_but_audit_entries RENAME TO codex_secure_rows;
";
