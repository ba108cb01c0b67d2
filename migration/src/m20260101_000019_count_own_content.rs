use sea_orm_migration::prelude::*;

use crate::shared::on_postgres;

/// Lets PostgreSQL count a creator's content without a look at the rows, and has it decide about their media before all others': both
/// of what creators see first. What is visible to whom stays as it was.
///
/// - What content's policy looks at is in the index by which a creator's is found. Of hundreds of rows, each lies somewhere else in the
///   table.
/// - That a media item is the viewer's own is a comparison. That everyone sees it, which was asked before, is a look at another
///   index.
///
/// `CALL codex_secure_rows()` goes on making all policies, in this form.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let once_there = once_there("CALL codex_show_own_media_first();");
        on_postgres(manager, &[COVERING, &own_first(), &once_there]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let policy = once_there(&policy("", "WHEN creator_id THEN true"));
        on_postgres(manager, &[BARE, &policy, AS_BEFORE]).await
    }
}

const COVERING: &str = "
DROP INDEX content_creator_id_status_published_at_idx;
CREATE INDEX content_creator_id_status_published_at_idx ON content (creator_id, status, published_at DESC, id DESC)
INCLUDE (organization_id, visibility) WHERE deleted_at IS NULL;
";

const BARE: &str = "
DROP INDEX content_creator_id_status_published_at_idx;
CREATE INDEX content_creator_id_status_published_at_idx ON content (creator_id, status, published_at DESC, id DESC)
WHERE deleted_at IS NULL;
";

/// Has the media items' policy ask this first, and of whoever is signed in that.
fn policy(first: &str, of_a_user: &str) -> String {
    format!(
        "ALTER POLICY visible ON media_items USING (
            deleted_at IS NULL
            AND (
                {first}
                (
                    SELECT true FROM content_for_everyone AS content
                    WHERE content.media_item_id = media_items.id
                        AND (visibility = 'public' OR price_cents IS NULL)
                        AND codex_within((SELECT codex_tenant()), organization_id)
                    LIMIT 1
                )
                OR CASE (SELECT codex_viewer_id())
                    WHEN '' THEN false
                    {of_a_user}
                    ELSE (SELECT codex_is_platform_owner())
                        OR (SELECT true FROM content_for_viewer AS content WHERE content.media_item_id = media_items.id LIMIT 1)
                END
            )
        );"
    )
}

/// Does this where the policy is there. Where the role was not there so far, none is changed here either.
fn once_there(then: &str) -> String {
    format!(
        "DO $$
        BEGIN
            IF EXISTS (SELECT FROM pg_policy WHERE polrelid = 'media_items'::regclass AND polname = 'visible') THEN
                {then}
            END IF;
        END
        $$;"
    )
}

/// Dropping everything to start afresh forgets procedures, and so may leave these behind.
fn own_first() -> String {
    let policy = policy("creator_id = (SELECT codex_viewer_id()) OR", "");
    format!(
        "CREATE OR REPLACE PROCEDURE codex_show_own_media_first() LANGUAGE plpgsql AS $procedure$
        BEGIN
            {policy}
        END
        $procedure$;

        DROP PROCEDURE IF EXISTS codex_secure_rows_before;
        ALTER PROCEDURE codex_secure_rows RENAME TO codex_secure_rows_before;

        CREATE PROCEDURE codex_secure_rows() LANGUAGE plpgsql AS $procedure$
        BEGIN
            CALL codex_secure_rows_before();
            CALL codex_show_own_media_first();
        END
        $procedure$;"
    )
}

const AS_BEFORE: &str = "
DROP PROCEDURE codex_secure_rows, codex_show_own_media_first;
ALTER PROCEDURE codex_secure_rows_before RENAME TO codex_secure_rows;
";
