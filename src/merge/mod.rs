//! Three trees in, a plan out: what was written, what is there, what is wanted.
//!
//! Pure. The plan is what the review shows, what `--dry-run` prints and what
//! is applied; nobody decides again later.

mod decide;
mod document;
mod keys;
mod lines;
mod list;
mod markers;
mod note;
mod plan;
mod planned;
mod reason;
mod sides;
mod text;
mod values;
mod verdict;

pub use markers::has_markers;
pub use note::Note;
pub use plan::{Plan, plan};
pub use planned::Planned;
pub use reason::{Conflict, Kept, Obstacle, Reason};
pub use sides::{Disk, There, Wanted, Written};
pub use text::edit;
pub(crate) use text::with_line_feeds;
pub use verdict::Verdict;

/// Files by path, without more than their bytes.
pub type Contents = std::collections::BTreeMap<String, Vec<u8>>;
