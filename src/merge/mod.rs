//! Three trees in, a plan out: what was written, what is there, what is wanted.
//!
//! Pure. The plan is what the review shows, what `--dry-run` prints and what
//! is applied; nobody decides again later.

mod plan;
mod verdict;

pub use plan::{Plan, Planned, plan};
pub use verdict::Verdict;

/// Files by path, without more than their bytes.
pub type Contents = std::collections::BTreeMap<String, Vec<u8>>;
