//! What stands between strangers and the schema, a file a concern.

mod browsers;
mod documents;
mod hostile;
mod limits;
