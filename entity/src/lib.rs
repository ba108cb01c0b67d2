//! The tables as SeaORM entities: one module a table, named by the noun that names it everywhere else, with its columns,
//! its relations and the values its "one of" columns take. The schema itself (constraints, indexes, defaults) is made by
//! the `migration` crate.
//!
//! # Keys
//! The identity tables ([`user`], [`account`], [`session`], [`verification_token`]) have text keys, because the
//! authentication library that shares the database mints them. Everything else has a uuid key: the gateway mints version 7,
//! whose order is the order of creation, and the database defaults to `gen_random_uuid()` for rows that others write.
//!
//! # Times
//! UTC. Every table has `created_at` and `updated_at`; both default to now, and whoever updates a row sets `updated_at`.
//! Keep them at microseconds: PostgreSQL stores no more, and a cursor has to meet the value that the database holds.

mod constant;

pub mod account;
pub mod audit_entry;
pub mod content;
pub mod content_view;
pub mod grant;
pub mod idempotency_key;
pub mod media_item;
pub mod membership;
pub mod organization;
pub mod purchase;
pub mod session;
pub mod sign_in_attempt;
pub mod user;
pub mod verification_token;

pub use constant::{Constant, is, is_one_of};
