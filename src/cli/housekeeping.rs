//! What has to be done from time to time while the gateway serves, for nobody in particular: here no viewer's scope is around
//! the rows, and none are shown to anybody.

use std::{convert::Infallible, time::Duration};

use sea_orm::{ConnectionTrait, DbBackend, DbErr};

use crate::database::{Pool, begin_change};

/// How long to wait before looking again.
const PAUSE: Duration = Duration::from_secs(2);

/// Keeps house for as long as somebody awaits it, and never longer: what it has begun when it is dropped is rolled back.
pub(super) async fn keep(pool: &Pool) -> Infallible {
    loop {
        tokio::time::sleep(PAUSE).await;
        if let Err(error) = fold_views(pool).await {
            tracing::warn!("the views recorded so far are not counted yet: {error}");
        }
    }
}

/// Adds the views recorded so far to the counts of their content, each exactly once, whoever else is at it and whenever it is
/// interrupted. That is no edit of the content: its time of change stays.
///
/// # Errors
/// If the database fails; what is not counted by then stays for the next time.
pub async fn fold_views(pool: &Pool) -> Result<(), DbErr> {
    match pool.get_database_backend() {
        DbBackend::Postgres => {
            while pool.execute_unprepared(FOLD_ON_POSTGRES).await?.rows_affected() > 0 {}
            pool.execute_unprepared(FORGET_ON_POSTGRES).await.map(|_| ())
        }
        _ => {
            // There is nobody else in such a transaction.
            let transaction = begin_change(&pool.clone().into()).await?;
            transaction.execute_unprepared(FOLD_ON_SQLITE).await?;
            transaction.execute_unprepared("DELETE FROM content_views").await?;
            transaction.commit().await
        }
    }
}

/// Counts views and deletes them, some at a time, in one statement. Whatever somebody holds is left for another time, be it a view
/// that another gateway is counting or content that is being changed: so it waits for nobody, and there are no deadlocks. A
/// count that would not fit stands still, rather than keep all others from being counted.
const FOLD_ON_POSTGRES: &str = "
WITH free AS (
    SELECT content_views.id FROM content_views JOIN content ON content.id = content_id
    LIMIT 1000
    FOR UPDATE OF content_views SKIP LOCKED FOR NO KEY UPDATE OF content SKIP LOCKED
), folded AS (
    DELETE FROM content_views USING free WHERE content_views.id = free.id RETURNING content_id
)
UPDATE content SET view_count = LEAST(view_count + views, 2147483647)
FROM (SELECT content_id, count(*) AS views FROM folded GROUP BY content_id) AS counted
WHERE content.id = counted.content_id";

/// Views of content that is gone for good are never counted.
const FORGET_ON_POSTGRES: &str =
    "DELETE FROM content_views WHERE NOT EXISTS (SELECT FROM content WHERE content.id = content_id)";

const FOLD_ON_SQLITE: &str = "
UPDATE content SET view_count = MIN(view_count + views, 2147483647)
FROM (SELECT content_id, count(*) AS views FROM content_views GROUP BY content_id) AS counted
WHERE content.id = counted.content_id";
