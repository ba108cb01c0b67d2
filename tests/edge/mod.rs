//! What stands between strangers and the schema, a file a concern.

mod hostile;
mod limits;
