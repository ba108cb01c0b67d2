//! What is read and changed, one file a noun, always inside a [`Scope`]. This room knows no GraphQL.

#[macro_use]
mod columns;
mod batch;
pub mod change;
mod cursor;
mod error;
mod fields;
mod known;
mod noun;
mod own;
mod page;
mod question;
mod read;
mod relation;
mod round;
mod scope;
mod walk;

pub mod audit_entry;
pub mod content;
pub mod grant;
pub mod media_item;
pub mod membership;
pub mod organization;
pub mod purchase;
pub mod session;
pub mod user;

pub use cursor::{Cursor, CursorError};
pub use error::Error;
pub use known::Known;
pub use noun::{Key, Named, Noun, Plain, TimeRange};
pub use page::{Direction, Order, Page, PageRequest, Parent, Window};
pub use relation::Relation;
pub use scope::{Outcome, Scope};
