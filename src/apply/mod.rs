//! A plan becomes files on disk, all of them or none.
//!
//! `new` writes into a hidden stage beside its target, and one rename puts all
//! in place. Whatever ends the run before that leaves the target absent; the
//! stage of a killed run is told from a live one by its lock, and removed by
//! the next run beside it.
//!
//! Changes to a project that is there go through [`Work`], which keeps a
//! journal of them.

mod change;
mod disk;
mod error;
mod journal;
mod new;
mod stage;
mod target;
mod work;
mod write;

pub use change::{After, Change};
pub use error::ApplyError;
pub use new::{Applied, apply_new};
pub use target::Target;
pub use work::{Settled, Work, settle};
