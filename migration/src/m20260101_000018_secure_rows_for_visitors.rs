use sea_orm_migration::prelude::*;

use crate::shared::{drop_role, make_role, on_postgres};

/// States what a visitor may see, on PostgreSQL alone: somebody anonymous, whose request is pinned to no organization. The twelfth step
/// states it too, as what is left of rules that begin with who asks; here it is said for a role that nobody else reads in,
/// `codex_visitor`, whose policies have nothing to find out. PostgreSQL makes every part of a plan ready at each execution, run or
/// not, and for a single row that is most of what it does.
///
/// A visitor's statement has one more condition at its top, `codex_visits()`. It asks nothing of any row, so PostgreSQL takes it once
/// and before all else, and refuses whoever has another role, as `codex_asks` does.
///
/// `CALL codex_secure_rows()` goes on making all policies, those that there are not yet.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        on_postgres(manager, &[UP, &make_role(ROLE, POLICIES_ONCE_READERS_HAVE)]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        on_postgres(manager, &[DOWN, &drop_role(ROLE)]).await
    }
}

const ROLE: &str = "codex_visitor";

/// Where the other role was not there so far, no policy is made here either.
const POLICIES_ONCE_READERS_HAVE: &str = "
            IF EXISTS (SELECT FROM pg_policy WHERE polrelid = 'users'::regclass AND polname = 'visible') THEN
                CALL codex_secure_rows_for_visitors();
            END IF;";

/// Dropping everything to start afresh forgets functions and procedures, and so may leave these behind.
///
/// The functions of the condition are stable, or it would be taken for every row.
const UP: &str = "
CREATE OR REPLACE FUNCTION codex_refuse(role text) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RAISE EXCEPTION 'a statement for a viewer came as %, not as %', current_user, role
        USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE OR REPLACE FUNCTION codex_visits() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN current_user = 'codex_visitor' THEN true ELSE codex_refuse('codex_visitor') END;

-- Whether a media item that everyone sees names this user. It reads as whoever asks.
CREATE OR REPLACE FUNCTION codex_named_to_visitors(of_user text) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM media_items WHERE creator_id = of_user);
END
$$;

DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION codex_named_to_visitors SET search_path = %I, pg_temp', current_schema());
    REVOKE EXECUTE ON FUNCTION codex_named_to_visitors FROM PUBLIC;
END
$$;

DROP PROCEDURE IF EXISTS codex_secure_rows_for_viewers;
ALTER PROCEDURE codex_secure_rows RENAME TO codex_secure_rows_for_viewers;

CREATE OR REPLACE PROCEDURE codex_secure_rows_for_visitors() LANGUAGE plpgsql AS $procedure$
DECLARE
    name text;
BEGIN
    CREATE POLICY for_everyone ON organizations AS RESTRICTIVE FOR SELECT TO codex_visitor USING (deleted_at IS NULL);

    CREATE POLICY for_everyone ON content AS RESTRICTIVE FOR SELECT TO codex_visitor USING (
        deleted_at IS NULL
        AND status = 'published'
        AND visibility IN ('public', 'purchased_only')
        AND (organization_id IS NULL OR organization_id NOT IN (SELECT id FROM deleted_organizations))
    );

    CREATE POLICY for_everyone ON media_items AS RESTRICTIVE FOR SELECT TO codex_visitor USING (
        deleted_at IS NULL
        AND (
            SELECT true FROM content_for_everyone AS content
            WHERE content.media_item_id = media_items.id AND (visibility = 'public' OR price_cents IS NULL)
            LIMIT 1
        )
    );

    CREATE POLICY for_everyone ON users AS RESTRICTIVE FOR SELECT TO codex_visitor USING (
        (SELECT true FROM content_for_everyone AS content WHERE creator_id COLLATE \"C\" = users.id LIMIT 1)
        OR codex_named_to_visitors(id)
    );

    FOREACH name IN ARRAY ARRAY[
        'organization_memberships', 'purchases', 'content_access', 'sessions', 'audit_entries'
    ] LOOP
        EXECUTE format('CREATE POLICY for_everyone ON %I AS RESTRICTIVE FOR SELECT TO codex_visitor USING (false)', name);
    END LOOP;

    GRANT SELECT (id, user_id, expires_at, ip_address, user_agent, created_at, updated_at) ON sessions TO codex_visitor;
    GRANT SELECT (id, name, image, email, email_verified, created_at, updated_at) ON users TO codex_visitor;
    GRANT SELECT ON organizations, organization_memberships, media_items, content, purchases, content_access, audit_entries
        TO codex_visitor;
    GRANT SELECT ON content_owners, content_for_everyone, deleted_organizations TO codex_visitor;
    GRANT EXECUTE ON FUNCTION codex_content_tagged, codex_named_to_visitors TO codex_visitor;
    IF NOT has_schema_privilege('codex_visitor', current_schema(), 'USAGE') THEN
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO codex_visitor', current_schema());
    END IF;
END
$procedure$;

CREATE PROCEDURE codex_secure_rows() LANGUAGE plpgsql AS $procedure$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = 'users'::regclass AND polname = 'visible') THEN
        CALL codex_secure_rows_for_viewers();
    END IF;
    IF NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = 'users'::regclass AND polname = 'for_everyone') THEN
        CALL codex_secure_rows_for_visitors();
    END IF;
END
$procedure$;
";

const DOWN: &str = "
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'users', 'sessions', 'organizations', 'organization_memberships', 'media_items', 'content', 'purchases',
        'content_access', 'audit_entries'
    ] LOOP
        EXECUTE format('DROP POLICY IF EXISTS for_everyone ON %I', name);
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'codex_visitor') THEN
            EXECUTE format('REVOKE ALL ON %I FROM codex_visitor', name);
        END IF;
    END LOOP;
    FOREACH name IN ARRAY ARRAY['content_owners', 'content_for_everyone', 'deleted_organizations'] LOOP
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'codex_visitor') THEN
            EXECUTE format('REVOKE ALL ON %I FROM codex_visitor', name);
        END IF;
    END LOOP;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'codex_visitor') THEN
        REVOKE EXECUTE ON FUNCTION codex_content_tagged FROM codex_visitor;
    END IF;
END
$$;

DROP PROCEDURE codex_secure_rows, codex_secure_rows_for_visitors;
ALTER PROCEDURE codex_secure_rows_for_viewers RENAME TO codex_secure_rows;
DROP FUNCTION codex_named_to_visitors(text), codex_visits(), codex_refuse(text);
";
