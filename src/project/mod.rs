//! A written project and what it remembers: palisade.toml and `.palisade/`.
//!
//! `pristine/` has each managed file as last rendered, so that an edit can be
//! told from what palisade wrote, without git and in a monorepo's sub-folder.

mod base64_lines;
mod drift;
mod error;
mod look;
mod memory;
mod open;
mod permit;
mod record;
mod surroundings;
mod unmerged;
mod uses;
mod version_table;

pub use drift::{AnswersState, Drift, State};
pub use error::ProjectError;
pub use look::look;
pub use memory::{ANSWERS, memory, remember};
pub use open::Project;
pub use permit::{Applied, ChangeError, Reference};
pub use record::Record;
pub use surroundings::workspace_above;
pub use uses::{mounts_of, uses_of};
pub use version_table::{
    Because, Deprecation, Retirement, VERSIONS, VersionTable, VersionTableError,
};
