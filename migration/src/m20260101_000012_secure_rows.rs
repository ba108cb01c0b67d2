use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// States who may see which row a second time, on PostgreSQL alone (SQLite has nothing of the kind, and gets a view that both
/// databases need): row-level security for
/// the role `codex_reader`, which owns nothing and in which the gateway reads.
///
/// The role is told who asks by two settings of the transaction, and works out everything else itself:
///
/// | setting | value |
/// | --- | --- |
/// | `app.viewer` | `anonymous`, or `user:` and the user's id |
/// | `app.tenant` | `none`, or the id of the organization that the request is pinned to |
///
/// Without both there are no rows. An empty text counts as nothing: it is what PostgreSQL leaves behind once a setting that
/// was made for a transaction has ended.
///
/// A policy may look at other tables, and then their policies hold as well: a media item is visible if visible content uses
/// it, a user if a visible row names them. What must not be narrowed so (or would go in circles), the viewer's own
/// memberships, grants and purchases, comes from functions, which read with their owner's rights; as `(SELECT f())` they run
/// once a statement, and not before a row needs them. (Views would do the same, but PostgreSQL plans them anew with every
/// statement, which took longer than everything else: the plans inside functions it keeps.)
///
/// The forms matter to the planner. What depends on the row is a scalar with a limit: an `EXISTS` among `OR`s it would rather
/// answer by reading the whole other table first. That the request is known, and its tenant, are put as `<>`, which the
/// planner takes for nearly always true: of a bare condition that it knows nothing about it supposes that half of the rows
/// pass, and soon that so few are left that sorting them is cheaper than to walk through a feed's index.
///
/// For every other role nothing changes, whether it owns the tables or not: the rules are a restriction on `codex_reader`,
/// beneath a policy that lets everybody pass whom table privileges let in.
///
/// The role belongs to the whole cluster. Another database's step may be making it just now, and whoever takes this one may
/// not be allowed to: then the step goes through without policies, and `CALL codex_secure_rows()` makes them once the role
/// is there. The gateway does not start before that, unless told to do without.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(OWNERS).await?;
        run(manager, &[SETTINGS, FUNCTIONS, POLICIES, ROLE]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &[DOWN]).await?;
        manager
            .get_connection()
            .execute_unprepared("DROP VIEW content_owners")
            .await
            .map(|_| ())
    }
}

async fn run(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::Postgres {
        for sql in statements {
            manager.get_connection().execute_unprepared(sql).await?;
        }
    }
    Ok(())
}

/// Whose content is, and nothing else of it: what the rules about purchases and grants need to know of content that the viewer
/// may not see, deleted or not. A view reads with its owner's rights. SQLite has it too, so that both have the same rules;
/// dropping everything to start afresh forgets views there.
const OWNERS: &str = "
DROP VIEW IF EXISTS content_owners;
CREATE VIEW content_owners AS SELECT id, creator_id, organization_id FROM content;
";

/// Who asks, and where the request is pinned to: `none` or a uuid, or null unless both settings are there. `OR REPLACE`, because
/// dropping everything to start afresh forgets functions.
const SETTINGS: &str = "
CREATE OR REPLACE FUNCTION codex_viewer_id() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE
    WHEN starts_with(current_setting('app.viewer', true), 'user:') THEN substr(current_setting('app.viewer', true), 6)
END;

CREATE OR REPLACE FUNCTION codex_tenant() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE
    WHEN current_setting('app.viewer', true) = 'anonymous' OR codex_viewer_id() <> ''
    THEN NULLIF(current_setting('app.tenant', true), '')
END;
";

/// What the policies need to know of rows that the viewer may not see, or that their own policies ask about: always about the
/// viewer and nobody else, so that there is nothing to learn by calling them. (Which organizations are deleted, and which
/// content has a tag, they tell by keys alone.)
///
/// They have their owner's rights, and look for tables in the schema they were made in only.
///
/// The gateway looks for tags through `codex_content_tagged`, because under row-level security PostgreSQL runs an operator that
/// could tell of rows in its error messages (`?|` and `@>` count as such) only after the policies, and so never with an index.
/// The index on deleted organizations finds those few without the many that live.
const FUNCTIONS: &str = "
CREATE OR REPLACE FUNCTION codex_is_platform_owner() RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER AS $$
BEGIN
    RETURN EXISTS (SELECT FROM users WHERE id = codex_viewer_id() AND role = 'platform_owner');
END
$$;

CREATE OR REPLACE FUNCTION codex_member_of(any_of text[]) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 10 AS $$
BEGIN
    RETURN QUERY
    SELECT organization_id FROM organization_memberships
    WHERE user_id = codex_viewer_id() AND status = 'active' AND role = ANY (any_of)
        AND EXISTS (SELECT FROM organizations WHERE organizations.id = organization_id AND deleted_at IS NULL);
END
$$;

CREATE OR REPLACE FUNCTION codex_granted() RETURNS SETOF uuid
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 10 AS $$
BEGIN
    RETURN QUERY
    SELECT content_id FROM content_access
    WHERE user_id = codex_viewer_id() AND (expires_at IS NULL OR expires_at > now());
END
$$;

-- Whether the viewer made this content or manages it, deleted or not.
CREATE OR REPLACE FUNCTION codex_keeps(of_content uuid) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM content WHERE id = of_content
            AND (creator_id = codex_viewer_id() OR organization_id IN (SELECT codex_member_of('{owner,admin}')))
    );
END
$$;

-- Whether this content, of which the viewer has some business to know, is nobody's or the tenant's, deleted or not.
CREATE OR REPLACE FUNCTION codex_in_tenant(of_content uuid) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM content WHERE id = of_content AND (organization_id IS NULL OR organization_id::text = codex_tenant())
    ) AND (
        EXISTS (SELECT FROM content_access WHERE content_id = of_content AND user_id = codex_viewer_id())
        OR EXISTS (SELECT FROM purchases WHERE content_id = of_content AND customer_id = codex_viewer_id())
        OR codex_is_platform_owner()
        OR codex_keeps(of_content)
    );
END
$$;

CREATE OR REPLACE FUNCTION codex_deleted_organizations() RETURNS SETOF uuid
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 10 AS $$
BEGIN
    RETURN QUERY SELECT id FROM organizations WHERE deleted_at IS NOT NULL;
END
$$;

CREATE INDEX organizations_deleted_at_idx ON organizations (deleted_at, id) WHERE deleted_at IS NOT NULL;

CREATE OR REPLACE FUNCTION codex_content_tagged(any_of text[]) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER AS $$
BEGIN
    RETURN QUERY SELECT id FROM content WHERE tags ?| any_of;
END
$$;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'codex_is_platform_owner', 'codex_member_of', 'codex_granted', 'codex_keeps', 'codex_in_tenant',
        'codex_deleted_organizations', 'codex_content_tagged'
    ] LOOP
        EXECUTE format('ALTER FUNCTION %I SET search_path = %I, pg_temp', name, current_schema());
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %I FROM PUBLIC', name);
    END LOOP;
END
$$;
";

/// The rules. A transaction's `now()` stands still at its beginning, as a request's time does. A body, the counts, an email
/// address and a storage key have rules of their own within a visible row, and those are the gateway's alone.
const POLICIES: &str = "
CREATE OR REPLACE PROCEDURE codex_secure_rows() LANGUAGE plpgsql AS $procedure$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'users', 'sessions', 'organizations', 'organization_memberships', 'media_items', 'content', 'purchases',
        'content_access'
    ] LOOP
        EXECUTE format('CREATE POLICY everyone ON %I USING (true)', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    END LOOP;

    CREATE POLICY visible ON organizations AS RESTRICTIVE FOR SELECT TO codex_reader USING (
        CASE WHEN (SELECT codex_tenant()) IN ('none', id::text) THEN 'in' ELSE 'out' END <> 'out'
        AND deleted_at IS NULL
    );

    CREATE POLICY visible ON content AS RESTRICTIVE FOR SELECT TO codex_reader USING (
        CASE
            WHEN (SELECT codex_tenant()) = 'none' OR COALESCE(organization_id::text, '') IN ('', (SELECT codex_tenant()))
            THEN 'in' ELSE 'out'
        END <> 'out'
        AND (SELECT codex_tenant()) <> ''
        AND deleted_at IS NULL
        AND (
            (
                status = 'published'
                AND (
                    visibility IN ('public', 'purchased_only')
                    OR (
                        visibility = 'members_only'
                        AND organization_id IN (SELECT codex_member_of('{owner,admin,creator,subscriber,member}'))
                    )
                )
                AND (organization_id IS NULL OR organization_id NOT IN (SELECT codex_deleted_organizations()))
            )
            OR creator_id = (SELECT codex_viewer_id())
            OR organization_id IN (SELECT codex_member_of('{owner,admin}'))
            OR (status IN ('published', 'archived') AND id IN (SELECT codex_granted()))
            OR (SELECT codex_is_platform_owner())
        )
    );

    CREATE POLICY visible ON media_items AS RESTRICTIVE FOR SELECT TO codex_reader USING (
        (SELECT codex_tenant()) <> ''
        AND deleted_at IS NULL
        AND (
            creator_id = (SELECT codex_viewer_id())
            OR (SELECT codex_is_platform_owner())
            OR (SELECT true FROM content WHERE content.media_item_id = media_items.id AND (
                (
                    content.status = 'published'
                    AND (
                        visibility IN ('public', 'members_only')
                        OR (visibility = 'purchased_only' AND price_cents IS NULL)
                    )
                )
                OR content.creator_id = (SELECT codex_viewer_id())
                OR organization_id IN (SELECT codex_member_of('{owner,admin}'))
                OR content.id IN (SELECT codex_granted())
            ) LIMIT 1)
        )
    );

    CREATE POLICY visible ON organization_memberships AS RESTRICTIVE FOR SELECT TO codex_reader USING (
        CASE WHEN (SELECT codex_tenant()) IN ('none', organization_id::text) THEN 'in' ELSE 'out' END <> 'out'
        AND (
            user_id = (SELECT codex_viewer_id())
            OR organization_id IN (SELECT codex_member_of('{owner,admin}'))
            OR (
                status = 'active'
                AND role IN ('owner', 'admin', 'creator')
                AND organization_id IN (SELECT codex_member_of('{owner,admin,creator}'))
            )
            OR (SELECT codex_is_platform_owner())
        )
    );

    CREATE POLICY visible ON purchases AS RESTRICTIVE FOR SELECT TO codex_reader USING (
        (SELECT codex_tenant()) <> ''
        AND (customer_id = (SELECT codex_viewer_id()) OR (SELECT codex_is_platform_owner()))
        AND CASE
            WHEN (SELECT codex_tenant()) = 'none' OR codex_in_tenant(content_id) THEN 'in' ELSE 'out'
        END <> 'out'
    );

    CREATE POLICY visible ON content_access AS RESTRICTIVE FOR SELECT TO codex_reader USING (
        (SELECT codex_tenant()) <> ''
        AND (
            user_id = (SELECT codex_viewer_id())
            OR (SELECT codex_is_platform_owner())
            OR codex_keeps(content_id)
        )
        AND CASE
            WHEN (SELECT codex_tenant()) = 'none' OR codex_in_tenant(content_id) THEN 'in' ELSE 'out'
        END <> 'out'
    );

    CREATE POLICY visible ON sessions AS RESTRICTIVE FOR SELECT TO codex_reader USING (
        (SELECT codex_tenant()) <> ''
        AND (user_id = (SELECT codex_viewer_id()) OR (SELECT codex_is_platform_owner()))
    );

    CREATE POLICY visible ON users AS RESTRICTIVE FOR SELECT TO codex_reader USING (
        (SELECT codex_tenant()) <> ''
        AND (
            id = (SELECT codex_viewer_id())
            OR (SELECT codex_is_platform_owner())
            OR (SELECT true FROM content WHERE creator_id = users.id LIMIT 1)
            OR (SELECT true FROM media_items WHERE creator_id = users.id LIMIT 1)
            OR (SELECT true FROM organization_memberships WHERE user_id = users.id LIMIT 1)
            OR (SELECT true FROM content_access WHERE user_id = users.id LIMIT 1)
        )
    );

    -- A session's token is for its user alone, and nobody reads it back; accounts are the authentication library's.
    GRANT SELECT (id, user_id, expires_at, ip_address, user_agent, created_at, updated_at) ON sessions TO codex_reader;
    GRANT SELECT (id, name, image, email, email_verified, created_at, updated_at) ON users TO codex_reader;
    GRANT SELECT ON organizations, organization_memberships, media_items, content, purchases, content_access
        TO codex_reader;
    GRANT SELECT ON content_owners TO codex_reader;
    GRANT EXECUTE ON FUNCTION codex_is_platform_owner, codex_member_of, codex_granted, codex_keeps, codex_in_tenant,
        codex_deleted_organizations, codex_content_tagged TO codex_reader;
    IF NOT has_schema_privilege('codex_reader', current_schema(), 'USAGE') THEN
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO codex_reader', current_schema());
    END IF;
END
$procedure$;
";

/// Makes the role where it is missing, lets the current user take it, and makes the policies. `undefined_object`: another
/// database has just dropped the role as its last user, which can happen a few times in a row at the most.
const ROLE: &str = "
DO $$
BEGIN
    FOR attempt IN 1..10 LOOP
        BEGIN
            BEGIN
                IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'codex_reader') THEN
                    CREATE ROLE codex_reader NOLOGIN NOBYPASSRLS;
                END IF;
            EXCEPTION
                WHEN duplicate_object OR unique_violation THEN NULL;
                WHEN insufficient_privilege THEN
                    RAISE WARNING 'row-level security is not set up: % may not make the role codex_reader', current_user;
                    RETURN;
            END;
            BEGIN
                IF NOT pg_has_role('codex_reader', CASE
                    WHEN current_setting('server_version_num')::int < 160000 THEN 'MEMBER' ELSE 'SET'
                END) THEN
                    GRANT codex_reader TO CURRENT_USER;
                END IF;
            EXCEPTION
                WHEN unique_violation THEN NULL;
                WHEN insufficient_privilege THEN
                    RAISE WARNING '% may not grant itself the role codex_reader', current_user;
            END;
            CALL codex_secure_rows();
            RETURN;
        EXCEPTION WHEN undefined_object THEN
            IF attempt = 10 THEN
                RAISE;
            END IF;
        END;
    END LOOP;
END
$$;
";

/// Other databases of the cluster may still have the role in use.
const DOWN: &str = "
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'users', 'sessions', 'organizations', 'organization_memberships', 'media_items', 'content', 'purchases',
        'content_access'
    ] LOOP
        EXECUTE format('DROP POLICY IF EXISTS everyone ON %I', name);
        EXECUTE format('DROP POLICY IF EXISTS visible ON %I', name);
        EXECUTE format('ALTER TABLE %I DISABLE ROW LEVEL SECURITY', name);
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'codex_reader') THEN
            EXECUTE format('REVOKE ALL ON %I FROM codex_reader', name);
        END IF;
    END LOOP;
END
$$;

DROP PROCEDURE codex_secure_rows;
DROP INDEX organizations_deleted_at_idx;
DROP FUNCTION codex_content_tagged, codex_deleted_organizations, codex_in_tenant, codex_keeps, codex_granted, codex_member_of,
    codex_is_platform_owner, codex_tenant, codex_viewer_id;

DO $$
BEGIN
    IF EXISTS (
        SELECT FROM pg_namespace, aclexplode(nspacl) AS granted
        JOIN pg_roles ON pg_roles.oid = granted.grantee AND rolname = 'codex_reader'
        WHERE nspname = current_schema()
    ) THEN
        EXECUTE format('REVOKE ALL ON SCHEMA %I FROM codex_reader', current_schema());
    END IF;
    DROP ROLE IF EXISTS codex_reader;
EXCEPTION WHEN dependent_objects_still_exist OR insufficient_privilege THEN NULL;
END
$$;
";
