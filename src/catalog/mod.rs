//! What can be built: the pieces and choices of `templates/`, read and checked.
//!
//! A choice is a folder with a `choice.toml`, an option a folder in it with a
//! `piece.toml` and its `files/`. To add an option, add its folder: prompts,
//! flags, help and docs are derived from the manifests.

mod choice;
mod duty;
mod error;
mod evidence;
mod files;
mod id;
mod manifest;
mod method;
mod naming;
mod piece;
mod practice;
mod questions;
mod read;
mod requirement;
mod selection;

mod source;
mod structure;
mod template;

pub use choice::{AnsweredBy, Choice, Pick};
pub use duty::{By, Duty};
pub use error::{CatalogError, Fault};
pub use evidence::{Evidence, Place, Proof, proves, test_names};
pub use id::PieceId;
pub use manifest::Manifest;
pub use method::{Method, Scheme};
pub use naming::Naming;
pub use piece::{Crate, Crates, Event, Package, Piece, Proved, Threat};
pub use practice::Practice;
pub use read::Catalog;
pub use requirement::{Requirement, Requirements};
pub use selection::{Selection, SelectionError};

pub use source::Source;
pub use template::{Body, Class, Scope, Tags, Template};
pub(crate) use template::{DOCUMENT, PLURAL, SERIAL, SINGULAR, VERSION};
