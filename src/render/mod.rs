//! Pieces and answers in, a tree of files out: the one room that knows Tera,
//! and how Cargo.toml and Cargo.lock are put together.
//!
//! Pure: the same answers give the same bytes.

mod check;
pub mod context;
mod engine;
mod error;
mod lock;
mod manifest;
mod places;
mod service;
mod tag;
mod tree;
mod vocabulary;

pub use check::check;
pub use error::RenderError;
pub use lock::{Clash, Entry, FragmentError, Graph, LockError, PackageId};
pub use manifest::{Head, Surroundings, render_manifest};
pub use places::{Place, places};
pub use service::{render, render_lock};
pub use tree::{File, Tree};
pub use vocabulary::{SampleError, TemplateError, TemplateFault, Vocabulary};
