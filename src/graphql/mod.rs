//! What clients see: one file a type. A resolver finds its row in the scope that came with the request; this room knows
//! neither SQL nor HTTP.

mod connection;
mod content;
mod error;
mod grant;
mod guard;
mod id;
mod input;
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
mod user;
mod user_error;

pub use error::{ClientError, Code};
pub use mutation::Mutation;
pub use query::Query;
pub use scalar::BigInt;

use async_graphql::{EmptySubscription, SDLExportOptions};

/// The schema.
pub type Schema = async_graphql::Schema<Query, Mutation, EmptySubscription>;

/// Builds the schema. It holds nothing of a database or a viewer: those come with each request, as a `store::Scope`.
pub fn schema() -> Schema {
    Schema::build(Query, Mutation::default(), EmptySubscription)
        .register_output_type::<guard::Rules>()
        .finish()
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
    let sdl = schema().sdl_with_options(options);
    format!("{}\n", sdl.trim())
}
