//! Why a service cannot be rendered. Each is a fault of palisade's own files.

use miette::Diagnostic;
use thiserror::Error;

use super::{Clash, FragmentError};
use crate::catalog::PieceId;

/// A fault in the templates that only rendering shows.
#[derive(Debug, Error, Diagnostic)]
#[diagnostic(
    code(palisade::render),
    help("this is a fault of palisade: please report it")
)]
pub enum RenderError {
    #[error("template `{origin}`: {message}")]
    Template { origin: String, message: String },
    #[error("no piece brings the head of Cargo.toml")]
    NoPackage,
    #[error("{piece} has no part of Cargo.lock: `cargo run --example refresh-lock` cuts it")]
    NoLock { piece: PieceId },
    #[error("the part of Cargo.lock of {piece}: {cause}")]
    Fragment {
        piece: PieceId,
        cause: FragmentError,
    },
    #[error("the part of Cargo.lock of {piece}: {cause}")]
    Clash { piece: PieceId, cause: Clash },
    #[error("`{path}` is rendered twice, at last from `{origin}`")]
    Twice { path: String, origin: String },
}

impl RenderError {
    pub(super) fn template(origin: &str, error: &tera::Error) -> Self {
        Self::Template {
            origin: origin.to_owned(),
            message: error.to_string(),
        }
    }
}
