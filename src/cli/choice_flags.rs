//! A flag for each choice of the catalog, as `--ci github`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Arg, ArgMatches, Command};

use crate::answers::ChoiceId;
use crate::catalog::{AnsweredBy, Catalog, Choice, Pick};

/// The choices; a catalog that cannot be read has none here, and fails where it is used.
static CHOICES: LazyLock<Vec<Choice>> = LazyLock::new(|| {
    let catalog = Catalog::embedded().ok();
    let choices = catalog.iter().flat_map(Catalog::in_order);
    choices
        .filter(|choice| choice.answered_by == AnsweredBy::User)
        .cloned()
        .collect()
});

/// What was given for choices, as text.
#[derive(Debug, Clone, Default)]
pub(super) struct ChoiceFlags(pub(super) BTreeMap<ChoiceId, String>);

impl clap::Args for ChoiceFlags {
    fn augment_args(command: Command) -> Command {
        CHOICES
            .iter()
            .fold(command, |command, choice| command.arg(flag(choice)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl clap::FromArgMatches for ChoiceFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = |choice: &Choice| {
            let options = matches.get_many::<String>(choice.id.as_str())?;
            Some((
                choice.id.clone(),
                options.cloned().collect::<Vec<_>>().join(","),
            ))
        };
        Ok(Self(CHOICES.iter().filter_map(given).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.0.extend(Self::from_arg_matches(matches)?.0);
        Ok(())
    }
}

fn flag(choice: &'static Choice) -> Arg {
    let options = choice
        .options
        .iter()
        .map(|(id, piece)| PossibleValue::new(id.as_str()).help(piece.summary.as_str()));
    let flag = Arg::new(choice.id.as_str())
        .long(choice.id.as_str())
        .value_name("OPTION")
        .value_parser(PossibleValuesParser::new(options))
        .help(choice.title.as_str())
        .help_heading("Choices");
    match choice.pick {
        Pick::One => flag,
        Pick::Many => flag.value_delimiter(',').num_args(1..),
    }
}
