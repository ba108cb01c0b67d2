//! `codex-gateway schema`: the GraphQL schema as text.

use anyhow::{Context, bail};
use similar::TextDiff;

use crate::{config::SchemaSettings, graphql::sdl};

/// Prints the schema, or compares it with a file.
///
/// # Errors
/// If the file cannot be read, or differs: then with the difference, and what to type.
pub(super) fn run(settings: &SchemaSettings) -> anyhow::Result<()> {
    let code = sdl();
    let Some(file) = &settings.check else {
        print!("{code}");
        return Ok(());
    };
    let name = file.display().to_string();
    let held = std::fs::read_to_string(file).with_context(|| format!("cannot read {name}"))?;
    if held == code {
        println!("{name} is the schema of this gateway.");
        return Ok(());
    }
    print!(
        "{}",
        TextDiff::from_lines(&held, &code)
            .unified_diff()
            .header(&name, "the gateway")
    );
    bail!("{name} is not the schema of this gateway. If the change is meant: cargo run -- schema > {name}");
}
