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
/// memberships, grants and purchases, comes from views, which read with their owner's rights and give nothing that is not
/// the viewer's. Views and not functions, so that PostgreSQL plans them into the statement, looks them up by hash, and reads
/// them once a statement and at most when the first row needs them.
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
        run(manager, &[SETTINGS, VIEWS, TAGS, POLICIES, ROLE]).await
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

/// What the policies need to know of rows that the viewer may not see, or that their own policies ask about. Of content it is
/// what the viewer made, manages, bought or was granted, deleted or not: there a purchase or a grant finds its organization.
/// Of deleted organizations it is the keys and nothing else; the index finds those few without the many that live.
const VIEWS: &str = "
CREATE VIEW codex_viewer WITH (security_barrier) AS
SELECT role = 'platform_owner' AS is_platform_owner FROM users WHERE id = codex_viewer_id();

CREATE VIEW codex_viewer_memberships WITH (security_barrier) AS
SELECT organization_id, role FROM organization_memberships
WHERE user_id = codex_viewer_id() AND status = 'active' AND organization_id IN (
    SELECT id FROM organizations WHERE deleted_at IS NULL
);

CREATE VIEW codex_viewer_grants WITH (security_barrier) AS
SELECT content_id FROM content_access
WHERE user_id = codex_viewer_id() AND (expires_at IS NULL OR expires_at > now());

CREATE VIEW codex_viewer_content WITH (security_barrier) AS
SELECT id, organization_id, kept FROM content, LATERAL (
    SELECT creator_id = codex_viewer_id() OR COALESCE(organization_id IN (
        SELECT organization_id FROM codex_viewer_memberships WHERE role IN ('owner', 'admin')
    ), false) AS kept
) AS keeping
WHERE kept OR (SELECT is_platform_owner FROM codex_viewer)
    OR EXISTS (SELECT FROM purchases WHERE content_id = content.id AND customer_id = codex_viewer_id())
    OR EXISTS (SELECT FROM content_access WHERE content_id = content.id AND user_id = codex_viewer_id());

CREATE VIEW codex_deleted_organizations AS
SELECT id FROM organizations WHERE deleted_at IS NOT NULL;

CREATE INDEX organizations_deleted_at_idx ON organizations (deleted_at, id) WHERE deleted_at IS NOT NULL;
";

/// The keys, and nothing else, of the content that has one of these tags. The gateway looks for tags through this, because
/// under row-level security PostgreSQL runs an operator that could tell of rows in its error messages (`?|` and `@>` count as
/// such) only after the policies, and so never with an index. The names in the body were resolved when it was made.
const TAGS: &str = "
CREATE OR REPLACE FUNCTION codex_content_tagged(any_of text[]) RETURNS SETOF uuid
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
BEGIN ATOMIC
    SELECT id FROM content WHERE tags ?| any_of;
END;

REVOKE EXECUTE ON FUNCTION codex_content_tagged FROM PUBLIC;
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
                    OR (visibility = 'members_only'
                        AND organization_id IN (SELECT organization_id FROM codex_viewer_memberships))
                )
                AND (organization_id IS NULL OR organization_id NOT IN (SELECT id FROM codex_deleted_organizations))
            )
            OR creator_id = (SELECT codex_viewer_id())
            OR organization_id IN (SELECT organization_id FROM codex_viewer_memberships WHERE role IN ('owner', 'admin'))
            OR (status IN ('published', 'archived') AND id IN (SELECT content_id FROM codex_viewer_grants))
            OR (SELECT is_platform_owner FROM codex_viewer)
        )
    );

    CREATE POLICY visible ON media_items AS RESTRICTIVE FOR SELECT TO codex_reader USING (
        (SELECT codex_tenant()) <> ''
        AND deleted_at IS NULL
        AND (
            creator_id = (SELECT codex_viewer_id())
            OR (SELECT is_platform_owner FROM codex_viewer)
            OR (SELECT true FROM content WHERE content.media_item_id = media_items.id AND (
                (
                    content.status = 'published'
                    AND (
                        visibility IN ('public', 'members_only')
                        OR (visibility = 'purchased_only' AND price_cents IS NULL)
                    )
                )
                OR content.creator_id = (SELECT codex_viewer_id())
                OR organization_id IN (SELECT organization_id FROM codex_viewer_memberships WHERE role IN ('owner', 'admin'))
                OR content.id IN (SELECT content_id FROM codex_viewer_grants)
            ) LIMIT 1)
        )
    );

    CREATE POLICY visible ON organization_memberships AS RESTRICTIVE FOR SELECT TO codex_reader USING (
        CASE WHEN (SELECT codex_tenant()) IN ('none', organization_id::text) THEN 'in' ELSE 'out' END <> 'out'
        AND (
            user_id = (SELECT codex_viewer_id())
            OR organization_id IN (SELECT organization_id FROM codex_viewer_memberships WHERE role IN ('owner', 'admin'))
            OR (
                status = 'active'
                AND role IN ('owner', 'admin', 'creator')
                AND organization_id IN (
                    SELECT organization_id FROM codex_viewer_memberships WHERE role IN ('owner', 'admin', 'creator')
                )
            )
            OR (SELECT is_platform_owner FROM codex_viewer)
        )
    );

    CREATE POLICY visible ON purchases AS RESTRICTIVE FOR SELECT TO codex_reader USING (
        (SELECT codex_tenant()) <> ''
        AND (customer_id = (SELECT codex_viewer_id()) OR (SELECT is_platform_owner FROM codex_viewer))
        AND CASE
            WHEN (SELECT codex_tenant()) = 'none' OR (
                SELECT organization_id IS NULL OR organization_id::text = (SELECT codex_tenant())
                FROM codex_viewer_content WHERE codex_viewer_content.id = purchases.content_id
            ) THEN 'in' ELSE 'out'
        END <> 'out'
    );

    CREATE POLICY visible ON content_access AS RESTRICTIVE FOR SELECT TO codex_reader USING (
        (SELECT codex_tenant()) <> ''
        AND (
            user_id = (SELECT codex_viewer_id())
            OR (SELECT is_platform_owner FROM codex_viewer)
            OR (SELECT kept FROM codex_viewer_content WHERE codex_viewer_content.id = content_access.content_id)
        )
        AND CASE
            WHEN (SELECT codex_tenant()) = 'none' OR (
                SELECT organization_id IS NULL OR organization_id::text = (SELECT codex_tenant())
                FROM codex_viewer_content WHERE codex_viewer_content.id = content_access.content_id
            ) THEN 'in' ELSE 'out'
        END <> 'out'
    );

    CREATE POLICY visible ON sessions AS RESTRICTIVE FOR SELECT TO codex_reader USING (
        (SELECT codex_tenant()) <> ''
        AND (user_id = (SELECT codex_viewer_id()) OR (SELECT is_platform_owner FROM codex_viewer))
    );

    CREATE POLICY visible ON users AS RESTRICTIVE FOR SELECT TO codex_reader USING (
        (SELECT codex_tenant()) <> ''
        AND (
            id = (SELECT codex_viewer_id())
            OR (SELECT is_platform_owner FROM codex_viewer)
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
    GRANT SELECT ON codex_viewer, codex_viewer_memberships, codex_viewer_grants, codex_viewer_content,
        codex_deleted_organizations, content_owners TO codex_reader;
    GRANT EXECUTE ON FUNCTION codex_content_tagged TO codex_reader;
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
DROP FUNCTION codex_content_tagged;
DROP INDEX organizations_deleted_at_idx;
DROP VIEW codex_deleted_organizations, codex_viewer_content, codex_viewer_grants, codex_viewer_memberships, codex_viewer;
DROP FUNCTION codex_tenant, codex_viewer_id;

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
