use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::shared::now;

/// Makes the trigger by which a purged (hard deleted) organization's content becomes its creators' personal drafts.
///
/// It runs before the organization goes, hence for a purge and for nothing else: content that is moved out of an organization
/// that stays keeps its status. The foreign key's own `SET NULL` finds nothing left to do; it alone would leave the content
/// published, and fail on a slug that its creator's personal content already has. Such a row arrives as `slug-2`, or with the
/// first number from there on that is free; deleted rows share slugs and keep theirs.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sql = match manager.get_database_backend() {
            DbBackend::Sqlite => SQLITE_UP.replace("{now}", now(DbBackend::Sqlite)),
            _ => POSTGRES_UP.to_owned(),
        };
        manager.get_connection().execute_unprepared(&sql).await.map(|_| ())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sql = match manager.get_database_backend() {
            DbBackend::Sqlite => "DROP TRIGGER organizations_release_content",
            _ => {
                "DROP TRIGGER organizations_release_content ON organizations;
                 DROP FUNCTION organizations_release_content();"
            }
        };
        manager.get_connection().execute_unprepared(sql).await.map(|_| ())
    }
}

/// Row by row, those whose slug is free first, and the unique index itself is asked whether it is: a slug that somebody else
/// is just taking, and that no query shows yet, is met as well.
///
/// The function has its owner's rights, as a foreign key's action has, because whoever may delete an organization need not
/// see all its content; so it looks for tables in the schema it was made in only. `OR REPLACE`, because dropping everything to
/// start afresh forgets functions.
const POSTGRES_UP: &str = "
CREATE OR REPLACE FUNCTION organizations_release_content() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    released record;
    free_slug text;
    number integer;
    violated text;
BEGIN
    FOR released IN
        SELECT id, slug FROM content WHERE organization_id = OLD.id
        ORDER BY EXISTS (
            SELECT 1 FROM content AS taken
            WHERE taken.creator_id = content.creator_id AND taken.slug = content.slug
                AND taken.organization_id IS NULL AND taken.deleted_at IS NULL
        ), id
    LOOP
        free_slug := released.slug;
        number := 1;
        LOOP
            BEGIN
                UPDATE content
                SET organization_id = NULL, slug = free_slug, status = 'draft', published_at = NULL, updated_at = now()
                WHERE id = released.id;
                EXIT;
            EXCEPTION WHEN unique_violation THEN
                GET STACKED DIAGNOSTICS violated = CONSTRAINT_NAME;
                IF violated <> 'content_creator_id_slug_key' THEN
                    RAISE;
                END IF;
                number := number + 1;
                free_slug := rtrim(left(released.slug, 499 - length(number::text)), '-') || '-' || number;
            END;
        END LOOP;
    END LOOP;
    RETURN OLD;
END
$$;

DO $$
BEGIN
    EXECUTE format(
        'ALTER FUNCTION organizations_release_content() SET search_path = %I, pg_temp',
        current_schema()
    );
END
$$;

CREATE TRIGGER organizations_release_content BEFORE DELETE ON organizations
FOR EACH ROW EXECUTE FUNCTION organizations_release_content();
";

/// First the rows whose slug is taken get another, while they are still the organization's: hence one that is free there as
/// well. SQLite works out each row from what the earlier ones have become, so that no two get the same.
const SQLITE_UP: &str = "
CREATE TRIGGER organizations_release_content BEFORE DELETE ON organizations
BEGIN
    UPDATE content
    SET slug = (
        WITH RECURSIVE candidate (number, slug) AS (
            SELECT 1, content.slug
            UNION ALL
            SELECT number + 1, rtrim(substr(content.slug, 1, 499 - length(number + 1)), '-') || '-' || (number + 1)
            FROM candidate
            WHERE EXISTS (
                SELECT 1 FROM content AS taken
                WHERE taken.slug = candidate.slug AND taken.deleted_at IS NULL AND (
                    taken.organization_id = OLD.id
                    OR (taken.organization_id IS NULL AND taken.creator_id = content.creator_id)
                )
            )
        )
        SELECT slug FROM candidate ORDER BY number DESC LIMIT 1
    )
    WHERE organization_id = OLD.id AND deleted_at IS NULL AND EXISTS (
        SELECT 1 FROM content AS taken
        WHERE taken.creator_id = content.creator_id AND taken.slug = content.slug
            AND taken.organization_id IS NULL AND taken.deleted_at IS NULL
    );

    UPDATE content SET organization_id = NULL, status = 'draft', published_at = NULL, updated_at = {now}
    WHERE organization_id = OLD.id;
END
";
