//! The gateway, as a library: the binary and the tests share it.

pub mod cli;
pub mod config;
pub mod database;
pub mod graphql;
pub mod http;
pub mod policy;
pub mod store;
pub mod telemetry;
pub mod viewer;
