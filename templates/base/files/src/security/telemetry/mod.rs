//! What the service tells of itself: log lines, metrics and panics.
//!
//! To add an event: a variant of `Action`, its name and level, and a line in
//! the log inventory.

mod action;
mod log;
mod metrics;
mod panics;
mod record;

pub use action::{Action, Level};
pub use log::{Line, Log, causes};
pub use metrics::Metrics;
pub use panics::{Panic, catch, install_hook};
pub use record::{record, report};
