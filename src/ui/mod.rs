//! Everything that prints or asks. Results of a command go to standard output, all in
//! here goes to standard error.
//!
//! What is shown is rendered by pure functions from data that is passed in; the rest
//! is a thin layer over dialoguer.

mod approval;
mod error;
mod interrupt;
mod interview;
mod palette;
mod progress;
mod prompter;
mod report;
mod review;
mod screen;
mod summary;
mod table;

pub use approval::{Approval, approve};
pub use error::UiError;
pub use interrupt::Interrupt;
pub use interview::{Suggestions, interview};
pub use palette::Palette;
pub use progress::Progress;
pub use prompter::Prompter;
pub use report::{print_report, render_report};
pub use review::{Decision, review};
pub use screen::{ColourChoice, Screen};
pub use summary::{Duties, Practice, Summary};
