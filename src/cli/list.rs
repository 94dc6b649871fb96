//! What can be chosen.

use std::fmt::Write as _;

use serde::Serialize;

use super::failure::{Failure, Outcome};
use super::out::Out;
use crate::answers::OptionId;
use crate::catalog::{AnsweredBy, Catalog, Choice};

const EXAMPLES: &str = "\
Examples:
  palisade list
  palisade list --json";

/// List the choices and their options
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ListArgs {}

/// A choice, in `list --json`.
#[derive(Debug, Serialize)]
struct Listed<'a> {
    id: &'a str,
    title: &'a str,
    /// `user`; `fields` when the types of fields decide, `need` when other options do.
    answered_by: &'static str,
    default: Vec<&'a str>,
    options: Vec<ListedOption<'a>>,
}

/// An option, in `list --json`.
#[derive(Debug, Serialize)]
struct ListedOption<'a> {
    id: &'a str,
    title: &'a str,
    summary: &'a str,
}

pub(super) fn run(_: &ListArgs, out: Out) -> Result<Outcome, Failure> {
    let catalog = Catalog::embedded()?;
    let choices = catalog.in_order();
    if out.json {
        out.json(
            &choices
                .iter()
                .map(|choice| listed(choice))
                .collect::<Vec<_>>(),
        )?;
    } else {
        out.result(rendered(&choices, out))?;
    }
    Ok(Outcome::Done)
}

fn listed(choice: &Choice) -> Listed<'_> {
    Listed {
        id: choice.id.as_str(),
        title: &choice.title,
        answered_by: match choice.answered_by {
            AnsweredBy::User => "user",
            AnsweredBy::Fields => "fields",
            AnsweredBy::Need => "need",
        },
        default: choice.default.iter().map(OptionId::as_str).collect(),
        options: choice
            .options
            .iter()
            .map(|(id, piece)| ListedOption {
                id: id.as_str(),
                title: &piece.title,
                summary: &piece.summary,
            })
            .collect(),
    }
}

fn rendered(choices: &[&Choice], out: Out) -> String {
    let palette = out.screen.palette;
    let mut text = String::new();
    let widths = choices.iter().flat_map(|choice| choice.options.keys());
    let width = widths.map(|id| id.as_str().len()).max().unwrap_or_default();
    for choice in choices {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}  {}", palette.heading(&choice.id), choice.title);
        for (id, piece) in &choice.options {
            let mark = if choice.default.contains(id) {
                '*'
            } else {
                ' '
            };
            let _ = writeln!(text, "  {mark} {:width$}  {}", id.as_str(), piece.summary);
        }
    }
    text
}
