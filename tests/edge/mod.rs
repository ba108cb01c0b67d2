//! What stands between strangers and the schema, a file a concern.

mod batches;
mod browsers;
mod documents;
mod explorers;
mod hostile;
mod limits;
mod load;
mod rates;
