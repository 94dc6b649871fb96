//! The pipe that every command goes through: answers, pieces, tree, plan.
//!
//! Pure but for its input: what is there on disk is handed in.

mod change;

pub use change::{Changed, Rendered, Standing, render_change, serial};

use miette::Diagnostic;
use semver::Version;
use thiserror::Error;

use crate::answers::{Answers, Question};
use crate::catalog::{Catalog, Selection, SelectionError};
use crate::merge::{Disk, Plan, Wanted, Written, plan};
use crate::project::remember;
use crate::render::{RenderError, Surroundings, places, render};

/// A set of answers, worked out to what will be done.
#[derive(Debug)]
pub struct Prepared<'a> {
    pub selection: Selection<'a>,
    pub plan: Plan,
}

/// Why answers lead to no plan.
#[derive(Debug, Error, Diagnostic)]
pub enum PipeError {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Selection(#[from] SelectionError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Render(#[from] RenderError),
}

/// Works out a new service, where nothing is yet.
///
/// # Errors
/// When answers do not go together, or palisade's own templates are at fault.
pub fn prepare_new<'a>(
    catalog: &'a Catalog,
    questions: &[Question],
    answers: &Answers,
    surroundings: Surroundings,
) -> Result<Prepared<'a>, PipeError> {
    let selection = catalog.select(answers)?;
    let mut tree = render(answers, catalog, &selection, surroundings)?;
    let places = places(answers, &selection);
    remember(&mut tree, answers.to_toml(questions), version(), &places);
    let written = Written::nothing(version());
    let plan = plan(&written, &Disk::new(), Wanted::new(version(), tree));
    Ok(Prepared { selection, plan })
}

/// Returns the version of this palisade.
pub fn version() -> Version {
    Version::parse(env!("CARGO_PKG_VERSION")).expect("cargo has read the version before us")
}
