//! One test, on both databases.

/// Makes of each `async fn name(app) { ... }` a test on SQLite and a test on PostgreSQL, each with a gateway over an empty
/// database of its own.
macro_rules! on_both {
    ($($(#[$meta:meta])* async fn $name:ident($app:ident) $body:block)+) => {$(
        $(#[$meta])*
        mod $name {
            use super::*;

            async fn test($app: crate::support::App) $body

            #[tokio::test]
            async fn sqlite() {
                test(crate::support::App::on(crate::support::Database::sqlite().await).await).await;
            }

            #[tokio::test]
            async fn postgres() {
                if let Some(database) = crate::support::Database::postgres().await {
                    test(crate::support::App::on(database).await).await;
                }
            }
        }
    )+};
}
