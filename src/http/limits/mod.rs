//! How much a request may ask for, found out before anything is read: a file for each way of looking at it.

mod catalog;
mod cost;
pub(super) mod shape;
pub(super) mod tokens;

pub(super) use cost::{Cost, cost};

use crate::graphql::{ClientError, Limit};

/// Something that exceeds a limit.
fn exceeded(limit: Limit, most: u32, found: Option<u32>) -> ClientError {
    ClientError::exceeded(limit, most, found)
}
