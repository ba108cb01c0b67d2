//! What stands between strangers and the schema, a file a concern.

mod batches;
mod browsers;
mod connections;
mod documents;
mod explorers;
mod fuzz;
mod hostile;
mod limits;
mod load;
mod outage;
mod owasp;
mod rates;
