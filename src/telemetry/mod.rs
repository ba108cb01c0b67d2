//! Seeing inside: what the gateway tells those who run it. None of it may carry what was entrusted to the gateway: no token, no
//! password, no variable of a request, no value of a row.

mod log;
mod metrics;
mod panic;
mod traces;

pub use log::{Format, start};
pub use metrics::{Kind, Metrics, Operation, Outcome};
pub use traces::{Ended, Traces};
