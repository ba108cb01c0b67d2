//! What clients see: one file a type. A resolver finds its row in the scope that came with the request; this room knows
//! neither SQL nor HTTP.

mod audit_entry;
mod connection;
mod content;
mod error;
mod grant;
mod guard;
mod id;
mod input;
mod json;
mod limits;
mod list;
mod look_ahead;
mod media_item;
mod membership;
mod mutation;
mod node;
mod organization;
mod purchase;
mod query;
mod scalar;
mod session;
mod trust;
mod user;
mod user_error;
mod written;

pub use error::{ClientError, Code};
pub use json::json;
pub use limits::{Limit, Limits};
pub use list::{LARGEST_SIZE, USUAL_SIZE};
pub use mutation::{Mutation, found_first};
pub use query::Query;
pub use scalar::BigInt;
pub use written::{Merges, ready_fields};

use async_graphql::{EmptySubscription, SDLExportOptions, SchemaBuilder};

/// The schema.
pub type Schema = async_graphql::Schema<Query, Mutation, EmptySubscription>;

/// Builds the schema. It holds nothing of a database or a viewer: those come with each request, as a `store::Scope`. The limits
/// it only tells; the edge holds them. With `suggestions`, an error about a field that there is not tells those that there are.
pub fn schema(limits: Limits, suggestions: bool) -> Schema {
    builder(limits, suggestions).finish()
}

/// The same schema, for operations that are known to be valid: it does not ask.
pub fn trusting_schema(limits: Limits, suggestions: bool) -> Schema {
    builder(limits, suggestions).extension(trust::Trust).finish()
}

fn builder(limits: Limits, suggestions: bool) -> SchemaBuilder<Query, Mutation, EmptySubscription> {
    let schema = Schema::build(Query::new(limits), Mutation::default(), EmptySubscription)
        // Below what the edge lets pass the library would refuse, without a code that says so.
        .limit_recursive_depth(Limits::NESTED as usize)
        .register_output_type::<guard::Rules>();
    match suggestions {
        true => schema,
        false => schema.disable_suggestions(),
    }
}

/// The schema's text, sorted, as `schema.graphql` holds it.
pub fn sdl() -> String {
    let options = SDLExportOptions::new()
        .sorted_fields()
        .sorted_arguments()
        .sorted_enum_items()
        .prefer_single_line_descriptions()
        .include_specified_by()
        .use_space_ident()
        .indent_width(2);
    let sdl = schema(Limits::USUAL, true).sdl_with_options(options);
    format!("{}\n", sdl.trim())
}
