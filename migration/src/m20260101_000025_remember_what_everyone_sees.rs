use sea_orm_migration::prelude::*;

use crate::shared::on_postgres;

/// Has PostgreSQL remember of a user and a media item that everyone sees them, in the row itself, so that a policy need not look for the
/// content that shows it, which for each row that a page names had been a way down an index. It is asked of whoever is pinned to no
/// organization; for those who are, it may have been another's content.
///
/// `seen_by_everyone` is the first half of a rule, never all of it. Where it is true there is such content; where it is false the
/// policy looks for itself, as before. So it may be false at any time, but true only while something shows the row:
///
/// - Content that shows a row makes it true in its own transaction, which holds the content, and its organization unless that
///   is deleted. If somebody is at one of the rows it stays as it is: nobody waits for this.
/// - Whatever may show a row no longer changes the content or the organization, and so comes after all those transactions. It makes it
///   false whether something else shows the row or not. To find that out would not do: two who hide the last two at the same time
///   would each find the other's.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        on_postgres(manager, &[COLUMNS, FUNCTIONS, LOOKS, RIGHTS, TRIGGERS, FILL, POLICIES]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        on_postgres(manager, &[BY_LOOKING, DOWN]).await
    }
}

const COLUMNS: &str = "
ALTER TABLE users ADD COLUMN seen_by_everyone boolean NOT NULL DEFAULT false;
ALTER TABLE media_items ADD COLUMN seen_by_everyone boolean NOT NULL DEFAULT false;
";

/// They have their owner's rights, since whoever changes content need not be allowed to change users; so they look for tables in the
/// schema they were made in only, and nobody else may make triggers of them, on a table of their own say. (Nor of that which releases
/// a purged organization's content.) `OR REPLACE`, because dropping everything to start afresh forgets functions.
///
/// What content shows is told when its statement ends, by which time something within that may have changed it again. And what an
/// organization's content has shown is looked up in the present: a transaction that goes on seeing the state of its beginning would
/// miss what was published since, and fails.
const FUNCTIONS: &str = "
CREATE OR REPLACE FUNCTION content_shows() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM content WHERE content.id = NEW.id AND content IS NOT DISTINCT FROM NEW) THEN
        RETURN NULL;
    END IF;
    IF NEW.organization_id IS NOT NULL THEN
        PERFORM FROM organizations WHERE id = NEW.organization_id AND deleted_at IS NULL FOR SHARE SKIP LOCKED;
        IF NOT FOUND THEN
            RETURN NULL;
        END IF;
    END IF;
    UPDATE users SET seen_by_everyone = true WHERE id = (
        SELECT id FROM users WHERE id = NEW.creator_id AND NOT seen_by_everyone FOR NO KEY UPDATE SKIP LOCKED
    );
    IF NEW.visibility = 'public' OR NEW.price_cents IS NULL THEN
        UPDATE media_items SET seen_by_everyone = true WHERE id = (
            SELECT id FROM media_items WHERE id = NEW.media_item_id AND NOT seen_by_everyone FOR NO KEY UPDATE SKIP LOCKED
        );
    END IF;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION content_shows_no_longer() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    UPDATE users SET seen_by_everyone = false WHERE id = OLD.creator_id AND seen_by_everyone;
    UPDATE media_items SET seen_by_everyone = false WHERE id = OLD.media_item_id AND seen_by_everyone;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION codex_sees_the_present() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
        RAISE EXCEPTION 'this is to be done in a transaction at READ COMMITTED' USING ERRCODE = 'invalid_transaction_state';
    END IF;
END
$$;

CREATE OR REPLACE FUNCTION organizations_show_no_longer() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    PERFORM codex_sees_the_present();
    UPDATE users SET seen_by_everyone = false
    WHERE seen_by_everyone AND id IN (SELECT creator_id FROM content WHERE organization_id = NEW.id);
    UPDATE media_items SET seen_by_everyone = false
    WHERE seen_by_everyone AND id IN (SELECT media_item_id FROM content WHERE organization_id = NEW.id);
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION content_emptied() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    PERFORM codex_sees_the_present();
    UPDATE users SET seen_by_everyone = false WHERE seen_by_everyone;
    UPDATE media_items SET seen_by_everyone = false WHERE seen_by_everyone;
    RETURN NULL;
END
$$;
";

/// Of what happens to one row, PostgreSQL calls these in the order of their names: first what it has shown, then what it shows. A
/// change of anything else, such as a title, calls none.
const TRIGGERS: &str = "
CREATE TRIGGER content_1_shows_no_longer
AFTER DELETE OR UPDATE OF creator_id, organization_id, media_item_id, status, visibility, price_cents, deleted_at ON content
FOR EACH ROW WHEN (OLD.status = 'published') EXECUTE FUNCTION content_shows_no_longer();

CREATE TRIGGER content_2_shows
AFTER INSERT OR UPDATE OF creator_id, organization_id, media_item_id, status, visibility, price_cents, deleted_at ON content
FOR EACH ROW WHEN (NEW.deleted_at IS NULL AND NEW.status = 'published' AND NEW.visibility IN ('public', 'purchased_only'))
EXECUTE FUNCTION content_shows();

CREATE TRIGGER content_emptied AFTER TRUNCATE ON content FOR EACH STATEMENT EXECUTE FUNCTION content_emptied();

CREATE TRIGGER organizations_show_no_longer AFTER UPDATE OF deleted_at ON organizations
FOR EACH ROW WHEN (NEW.deleted_at IS NOT NULL) EXECUTE FUNCTION organizations_show_no_longer();
";

/// Nobody publishes meanwhile: to make a trigger locks the table.
const FILL: &str = "
UPDATE users SET seen_by_everyone = true WHERE id IN (SELECT creator_id FROM content_for_everyone);
UPDATE media_items SET seen_by_everyone = true
WHERE id IN (SELECT media_item_id FROM content_for_everyone WHERE visibility = 'public' OR price_cents IS NULL);
";

/// What the policies ask where nothing is remembered. Each is one part of a plan, where the looks themselves had been several that every
/// statement made ready: mostly for nothing, now that the row tells. They read as whoever asks.
///
/// Visitors' policy on media items looks itself: it is a single look, and an organization's page names a score of media items that are to
/// be bought, of which nothing is remembered.
const LOOKS: &str = "
CREATE OR REPLACE FUNCTION codex_shows_user_to_visitors(of_user text) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM content_for_everyone WHERE creator_id COLLATE \"C\" = of_user) OR codex_named_to_visitors(of_user);
END
$$;

CREATE OR REPLACE FUNCTION codex_shows_media_item(of_item uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM content_for_everyone
        WHERE media_item_id = of_item AND (visibility = 'public' OR price_cents IS NULL) AND codex_within(codex_tenant(), organization_id)
    ) OR (
        codex_viewer_id() <> ''
        AND (codex_is_platform_owner() OR EXISTS (SELECT FROM content_for_viewer WHERE media_item_id = of_item))
    );
END
$$;

CREATE OR REPLACE FUNCTION codex_shows_user(of_user text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM content_for_everyone
        WHERE creator_id COLLATE \"C\" = of_user AND codex_within(codex_tenant(), organization_id)
    ) OR codex_named(of_user);
END
$$;
";

/// In which schema all of these look for tables, and that they are nobody else's to call.
const RIGHTS: &str = "
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'content_shows', 'content_shows_no_longer', 'organizations_show_no_longer', 'content_emptied',
        'codex_shows_user_to_visitors', 'codex_shows_media_item', 'codex_shows_user'
    ] LOOP
        EXECUTE format('ALTER FUNCTION %I SET search_path = %I, pg_temp', name, current_schema());
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %I FROM PUBLIC', name);
    END LOOP;
    REVOKE EXECUTE ON FUNCTION organizations_release_content FROM PUBLIC;
END
$$;
";

/// What alters the policies on both tables: those that there are. A role may not have been there so far, and then has none yet.
///
/// `CALL codex_secure_rows()` goes on making all policies, in this form. Dropping everything to start afresh forgets procedures, and so
/// may leave these behind.
const POLICIES: &str = "
CREATE OR REPLACE PROCEDURE codex_ask_what_is_remembered() LANGUAGE plpgsql AS $procedure$
BEGIN
    IF EXISTS (SELECT FROM pg_policy WHERE polrelid = 'users'::regclass AND polname = 'for_everyone') THEN
        ALTER POLICY for_everyone ON media_items USING (
            deleted_at IS NULL
            AND (
                seen_by_everyone
                OR (
                    SELECT true FROM content_for_everyone AS content
                    WHERE content.media_item_id = media_items.id AND (visibility = 'public' OR price_cents IS NULL)
                    LIMIT 1
                )
            )
        );
        ALTER POLICY for_everyone ON users USING (seen_by_everyone OR codex_shows_user_to_visitors(id));
        GRANT EXECUTE ON FUNCTION codex_shows_user_to_visitors TO codex_visitor;
    END IF;

    IF EXISTS (SELECT FROM pg_policy WHERE polrelid = 'users'::regclass AND polname = 'visible') THEN
        ALTER POLICY visible ON media_items USING (
            deleted_at IS NULL
            AND (
                creator_id = (SELECT codex_viewer_id())
                OR (seen_by_everyone AND (SELECT codex_tenant()) IS NULL)
                OR codex_shows_media_item(id)
            )
        );
        ALTER POLICY visible ON users USING (
            (seen_by_everyone AND (SELECT codex_tenant()) IS NULL)
            OR id = (SELECT codex_viewer_id())
            OR codex_shows_user(id)
        );
        GRANT EXECUTE ON FUNCTION codex_shows_media_item, codex_shows_user TO codex_reader;
    END IF;
END
$procedure$;

DROP PROCEDURE IF EXISTS codex_secure_rows_by_looking;
ALTER PROCEDURE codex_secure_rows RENAME TO codex_secure_rows_by_looking;

CREATE PROCEDURE codex_secure_rows() LANGUAGE plpgsql AS $procedure$
BEGIN
    CALL codex_secure_rows_by_looking();
    CALL codex_ask_what_is_remembered();
END
$procedure$;

CALL codex_ask_what_is_remembered();
";

/// The policies as they were before.
const BY_LOOKING: &str = "
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_policy WHERE polrelid = 'users'::regclass AND polname = 'for_everyone') THEN
        ALTER POLICY for_everyone ON media_items USING (
            deleted_at IS NULL
            AND (
                SELECT true FROM content_for_everyone AS content
                WHERE content.media_item_id = media_items.id AND (visibility = 'public' OR price_cents IS NULL)
                LIMIT 1
            )
        );
        ALTER POLICY for_everyone ON users USING (
            (SELECT true FROM content_for_everyone AS content WHERE creator_id COLLATE \"C\" = users.id LIMIT 1)
            OR codex_named_to_visitors(id)
        );
    END IF;

    IF EXISTS (SELECT FROM pg_policy WHERE polrelid = 'users'::regclass AND polname = 'visible') THEN
        ALTER POLICY visible ON media_items USING (
            deleted_at IS NULL
            AND (
                creator_id = (SELECT codex_viewer_id())
                OR (
                    SELECT true FROM content_for_everyone AS content
                    WHERE content.media_item_id = media_items.id
                        AND (visibility = 'public' OR price_cents IS NULL)
                        AND codex_within((SELECT codex_tenant()), organization_id)
                    LIMIT 1
                )
                OR CASE (SELECT codex_viewer_id())
                    WHEN '' THEN false
                    ELSE (SELECT codex_is_platform_owner())
                        OR (SELECT true FROM content_for_viewer AS content WHERE content.media_item_id = media_items.id LIMIT 1)
                END
            )
        );
        ALTER POLICY visible ON users USING (
            (
                SELECT true FROM content_for_everyone AS content
                WHERE creator_id COLLATE \"C\" = users.id AND codex_within((SELECT codex_tenant()), organization_id)
                LIMIT 1
            )
            OR id = (SELECT codex_viewer_id())
            OR codex_named(id)
        );
    END IF;
END
$$;
";

const DOWN: &str = "
DROP PROCEDURE codex_secure_rows, codex_ask_what_is_remembered;
ALTER PROCEDURE codex_secure_rows_by_looking RENAME TO codex_secure_rows;
DROP FUNCTION codex_shows_user_to_visitors, codex_shows_media_item, codex_shows_user;
DROP TRIGGER content_1_shows_no_longer ON content;
DROP TRIGGER content_2_shows ON content;
DROP TRIGGER content_emptied ON content;
DROP TRIGGER organizations_show_no_longer ON organizations;
DROP FUNCTION content_shows, content_shows_no_longer, content_emptied, organizations_show_no_longer, codex_sees_the_present;
GRANT EXECUTE ON FUNCTION organizations_release_content TO PUBLIC;
ALTER TABLE users DROP COLUMN seen_by_everyone;
ALTER TABLE media_items DROP COLUMN seen_by_everyone;
";
