//! The gateway, as a library: the binary and the tests share it.

pub mod database;
pub mod graphql;
pub mod http;
pub mod policy;
pub mod store;
pub mod viewer;
