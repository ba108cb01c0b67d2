//! The tests, through the public door: HTTP and GraphQL, on both databases. One binary, a module a concern.

#[macro_use]
mod support;

mod access;
mod changes;
mod command_line;
mod coverage;
mod credentials;
mod doctor;
mod edge;
mod graphql_library;
mod indexes;
mod input;
mod javascript;
mod matrix;
mod migrations;
mod oracle;
mod paging;
mod passwords;
mod protocol;
mod row_security;
mod schema;
mod sessions;
mod sign_in_attempts;
mod statements;
mod tables;
mod telemetry;
mod written_rows;
