mod facts;

use facts::{FUNCTIONS, SETTINGS, VIEWS};
use sea_orm_migration::prelude::*;

use crate::shared::{drop_role, make_role, on_postgres};

/// States who may see which row a second time, on PostgreSQL alone (SQLite has nothing of the kind, and gets a view that both
/// databases need): row-level security for
/// the role `codex_reader`, which owns nothing and in which the gateway reads.
///
/// A reading statement says itself who asks, by one more condition at its top, `(SELECT codex_asks(viewer, tenant))`. That asks
/// nothing of any row, and so PostgreSQL takes it before all else that the statement does. It makes settings, which end with the
/// statement (or with the transaction, where there is one):
///
/// | setting | value |
/// | --- | --- |
/// | `app.viewer` | `anonymous`, or `user:` and the user's id |
/// | `app.tenant` | `none`, or the id of the organization that the request is pinned to |
///
/// Without both there are no rows; as soon as one would be looked at, the statement fails. An empty text counts as nothing: it is
/// what PostgreSQL leaves behind once a setting has ended. What the viewer is, the database works out itself, when a row first
/// depends on it, and keeps it for the rest of the statement in further settings: `app.member_of`, `app.author_of`,
/// `app.manager_of`, `app.platform_owner`, and in `app.known` for whom.
///
/// A policy may look at other tables, and then their policies hold as well: a media item is visible if visible content uses
/// it, a user if a visible row names them. What must not be narrowed so (or would go in circles), the viewer's own
/// memberships, grants and purchases, comes from functions and views, which read with their owner's rights. As `(SELECT f())`
/// a function runs once a statement, and not before a row needs it.
///
/// The forms matter to the planner, and to the executor, which makes every part of a plan ready at each execution, run or not:
///
/// - What most rows are decided by comes first, and is said in few parts: that everyone may see them. Users and media items ask
///   `content_for_everyone` for it, whose rows no policy has to look at again, and each has an index that answers without the
///   table. The rest is a function, so that it costs nothing unless a row depends on it.
/// - What depends on the row is a scalar with a limit: an `EXISTS` among `OR`s the planner would rather answer by reading the
///   whole other table first.
/// - What depends on the viewer and on no row is asked in as few parts as can be, each of which is made ready whether any row needs it
///   or not: what opens content is one object with a key for each reason, and not a list for each.
/// - The tenant is put as `<>`, which the planner takes for nearly always true: of a bare condition that it knows nothing about it
///   supposes that half of the rows pass, and soon that so few are left that sorting them is cheaper than to walk through a
///   feed's index.
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
        manager.get_connection().execute_unprepared(UNSEEN).await?;
        on_postgres(
            manager,
            &[
                SETTINGS,
                FUNCTIONS,
                VIEWS,
                POLICIES,
                &make_role(ROLE, "CALL codex_secure_rows();"),
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        on_postgres(manager, &[DOWN, &drop_role(ROLE)]).await?;
        manager
            .get_connection()
            .execute_unprepared("DROP VIEW deleted_organizations; DROP VIEW content_owners")
            .await
            .map(|_| ())
    }
}

const ROLE: &str = "codex_reader";

/// What the gateway's own rules need to know of rows that the viewer may not see: whose content is, deleted or not, which the rules
/// about purchases and grants ask, and which organizations are deleted, whose content is out no longer. A view reads with its owner's
/// rights. SQLite has them too, so that both have the same rules; dropping everything to start afresh forgets views there.
const UNSEEN: &str = "
DROP VIEW IF EXISTS content_owners;
CREATE VIEW content_owners AS SELECT id, creator_id, organization_id FROM content;
DROP VIEW IF EXISTS deleted_organizations;
CREATE VIEW deleted_organizations AS SELECT id FROM organizations WHERE deleted_at IS NOT NULL;
";

/// The rules. `now()` stands still while a statement goes on. A body, the counts, an email
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
        codex_within((SELECT codex_tenant()), id) AND deleted_at IS NULL
    );

    CREATE POLICY visible ON content AS RESTRICTIVE FOR SELECT TO codex_reader USING (
        codex_within((SELECT codex_tenant()), organization_id)
        AND deleted_at IS NULL
        AND (
            (
                status = 'published'
                AND visibility IN ('public', 'purchased_only')
                AND (organization_id IS NULL OR organization_id NOT IN (SELECT id FROM deleted_organizations))
            )
            OR CASE (SELECT codex_viewer_id())
                WHEN '' THEN false
                WHEN creator_id THEN true
                ELSE codex_opens((SELECT codex_holds()), id, organization_id, status, visibility)
            END
        )
    );

    CREATE POLICY visible ON media_items AS RESTRICTIVE FOR SELECT TO codex_reader USING (
        deleted_at IS NULL
        AND (
            (
                SELECT true FROM content_for_everyone AS content
                WHERE content.media_item_id = media_items.id
                    AND (visibility = 'public' OR price_cents IS NULL)
                    AND codex_within((SELECT codex_tenant()), organization_id)
                LIMIT 1
            )
            OR CASE (SELECT codex_viewer_id())
                WHEN '' THEN false
                WHEN creator_id THEN true
                ELSE (SELECT codex_is_platform_owner())
                    OR (SELECT true FROM content_for_viewer AS content WHERE content.media_item_id = media_items.id LIMIT 1)
            END
        )
    );

    CREATE POLICY visible ON organization_memberships AS RESTRICTIVE FOR SELECT TO codex_reader USING (
        codex_within((SELECT codex_tenant()), organization_id)
        AND (
            user_id = (SELECT codex_viewer_id())
            OR organization_id = ANY ((SELECT codex_manager_of())::uuid[])
            OR (
                status = 'active'
                AND role IN ('owner', 'admin', 'creator')
                AND organization_id = ANY ((SELECT codex_author_of())::uuid[])
            )
            OR (SELECT codex_is_platform_owner())
        )
    );

    CREATE POLICY visible ON purchases AS RESTRICTIVE FOR SELECT TO codex_reader USING (
        (customer_id = (SELECT codex_viewer_id()) OR (SELECT codex_is_platform_owner()))
        AND CASE
            WHEN (SELECT codex_tenant()) IS NULL OR codex_in_tenant(content_id) THEN 'in' ELSE 'out'
        END <> 'out'
    );

    CREATE POLICY visible ON content_access AS RESTRICTIVE FOR SELECT TO codex_reader USING (
        (
            user_id = (SELECT codex_viewer_id())
            OR (SELECT codex_is_platform_owner())
            OR codex_keeps(content_id)
        )
        AND CASE
            WHEN (SELECT codex_tenant()) IS NULL OR codex_in_tenant(content_id) THEN 'in' ELSE 'out'
        END <> 'out'
    );

    CREATE POLICY visible ON sessions AS RESTRICTIVE FOR SELECT TO codex_reader USING (
        user_id = (SELECT codex_viewer_id()) OR (SELECT codex_is_platform_owner())
    );

    CREATE POLICY visible ON users AS RESTRICTIVE FOR SELECT TO codex_reader USING (
        (
            SELECT true FROM content_for_everyone AS content
            WHERE creator_id COLLATE \"C\" = users.id AND codex_within((SELECT codex_tenant()), organization_id)
            LIMIT 1
        )
        OR id = (SELECT codex_viewer_id())
        OR codex_named(id)
    );

    -- A session's token is for its user alone, and nobody reads it back; accounts are the authentication library's.
    GRANT SELECT (id, user_id, expires_at, ip_address, user_agent, created_at, updated_at) ON sessions TO codex_reader;
    GRANT SELECT (id, name, image, email, email_verified, created_at, updated_at) ON users TO codex_reader;
    GRANT SELECT ON organizations, organization_memberships, media_items, content, purchases, content_access
        TO codex_reader;
    GRANT SELECT ON content_owners, content_for_everyone, content_for_viewer, deleted_organizations TO codex_reader;
    GRANT EXECUTE ON FUNCTION codex_learn, codex_holds, codex_keeps, codex_in_tenant, codex_content_tagged, codex_named
        TO codex_reader;
    IF NOT has_schema_privilege('codex_reader', current_schema(), 'USAGE') THEN
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO codex_reader', current_schema());
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
DROP INDEX content_for_everyone_creator_id_idx, content_for_everyone_media_item_id_idx, organizations_deleted_at_idx;
DROP VIEW content_for_viewer, content_for_everyone;
DROP FUNCTION codex_named, codex_content_tagged, codex_in_tenant, codex_keeps, codex_opens, codex_holds, codex_manager_of,
    codex_author_of, codex_member_of, codex_is_platform_owner, codex_known, codex_learn, codex_within, codex_viewer_id,
    codex_tenant, codex_asks, codex_refuse;
";
