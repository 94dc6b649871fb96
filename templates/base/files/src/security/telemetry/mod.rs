//! What the service tells of itself: log lines, metrics and panics.
//!
//! To add an event: a line in `actions!` of `log`, and one in the log inventory.

mod log;
mod metrics;
mod panics;
mod record;

pub use log::{Action, Line, Log, causes};
pub use metrics::Metrics;
pub use panics::{Panic, catch, install_hook};
pub use record::{record, report};
