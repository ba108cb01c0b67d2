use sea_orm_migration::prelude::*;

use crate::shared::on_postgres;

/// Gives readers a view of what of the content they have made themselves, on PostgreSQL. The content's policy says of these rows what
/// the view does, and of everybody else's a good deal more, which each statement makes ready and, to count one's own, asks of hundreds
/// of rows. Whoever is pinned to an organization sees not all that is theirs, and finds nothing here.
///
/// A view reads with its owner's rights, so what it says is the whole rule, like a policy. It is no security barrier: there an order
/// would not reach the index, and all rows would be sorted. What a barrier keeps back is a row before which a condition of the
/// statement's is asked; of the gateway's statements each names the creator once more, and whoever writes others in this role may as
/// well say that somebody else asks.
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

/// The condition is about a row in all its parts. What asks nothing of any row is taken before the first, and so may come before the
/// statement has said who asks; to compare two keys with each other that are to equal a third asks nothing of any row, either.
///
/// The role may not have been there so far: `CALL codex_secure_rows()` goes on giving all rights once it is. Dropping everything to
/// start afresh forgets procedures, and so may leave these behind.
const UP: &str = "
CREATE VIEW own_content AS
SELECT * FROM content
WHERE deleted_at IS NULL AND CASE WHEN (SELECT codex_tenant()) IS NULL THEN creator_id = (SELECT codex_viewer_id()) ELSE false END;

CREATE OR REPLACE PROCEDURE codex_show_own_content() LANGUAGE plpgsql AS $procedure$
BEGIN
    IF EXISTS (SELECT FROM pg_policy WHERE polrelid = 'content'::regclass AND polname = 'visible') THEN
        GRANT SELECT ON own_content TO codex_reader;
    END IF;
END
$procedure$;

DROP PROCEDURE IF EXISTS codex_secure_rows_of_all;
ALTER PROCEDURE codex_secure_rows RENAME TO codex_secure_rows_of_all;

CREATE PROCEDURE codex_secure_rows() LANGUAGE plpgsql AS $procedure$
BEGIN
    CALL codex_secure_rows_of_all();
    CALL codex_show_own_content();
END
$procedure$;

CALL codex_show_own_content();
";

const DOWN: &str = "
DROP PROCEDURE codex_secure_rows, codex_show_own_content;
ALTER PROCEDURE codex_secure_rows_of_all RENAME TO codex_secure_rows;
DROP VIEW own_content;
";
