//! `codex-gateway seed`: rows to look at.

use anyhow::{Context, bail};

use super::{demo, people, scale};
use crate::{
    cli::{connect, migrate, progress},
    config::{DatabaseSettings, SeedSettings},
};

/// Fills the database with the demo data, or with as many rows as are asked for.
///
/// # Errors
/// If the schema is not up to date, or the database fails.
pub async fn run(database: &DatabaseSettings, settings: &SeedSettings) -> anyhow::Result<()> {
    let connection = connect(database).await?;
    if !migrate::pending(&connection).await?.is_empty() {
        bail!("the database's schema is not up to date. Type `codex-gateway migrate up` first");
    }
    match settings.scale {
        None => {
            progress::shown("Making the demo data", demo(&connection))
                .await
                .context("cannot make the demo data")?;
            println!(
                "The demo data is there. `codex-gateway serve` prints its {} people.",
                people(&connection).await?.len()
            );
        }
        Some(contents) => {
            let bar = progress::bar(contents, "Seeding");
            let summary = scale(&connection, contents, |done, total| {
                bar.set_length(total);
                bar.set_position(done);
            })
            .await
            .context("cannot make the rows")?;
            bar.finish_and_clear();
            println!(
                "{} pieces of content are there, with {} users, {} organizations and {} media items.",
                summary.contents, summary.users, summary.organizations, summary.media_items,
            );
        }
    }
    Ok(())
}
