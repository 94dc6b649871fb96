//! Where words go: results to standard output, all else to standard error.

use std::fmt::Display;
use std::io::{self, Write as _};

use serde::Serialize;

use super::args::Common;
use super::failure::Failure;
use crate::ui::Screen;

/// The two streams, and how much is said.
#[derive(Debug, Clone, Copy)]
pub(super) struct Out {
    pub(super) screen: Screen,
    pub(super) json: bool,
    quiet: bool,
    verbose: bool,
}

impl Out {
    pub(super) fn new(common: Common) -> Self {
        Self {
            screen: Screen::detect(common.color),
            json: common.json,
            quiet: common.quiet,
            verbose: common.verbose,
        }
    }

    /// Whether somebody sits there who wants to be asked, unless they said yes already.
    pub(super) fn asks(&self, yes: bool) -> bool {
        self.screen.interactive && !yes && !self.json
    }

    /// Prints a result as it stands.
    ///
    /// # Errors
    /// When standard output is closed; that ends the command quietly.
    pub(super) fn result(&self, text: impl Display) -> Result<(), Failure> {
        let mut stdout = io::stdout().lock();
        write!(stdout, "{text}")
            .and_then(|()| stdout.flush())
            .map_err(Failure::Output)
    }

    /// Prints a result as JSON, followed by a line feed.
    pub(super) fn json(&self, result: &impl Serialize) -> Result<(), Failure> {
        let text =
            serde_json::to_string_pretty(result).map_err(|error| Failure::Output(error.into()))?;
        self.result(format_args!("{text}\n"))
    }

    /// Says something about the way, unless silence is wanted.
    pub(super) fn say(&self, text: impl Display) {
        if !self.quiet {
            note(text);
        }
    }

    /// Says something that only `-v` asks for.
    pub(super) fn detail(&self, text: impl Display) {
        if self.verbose {
            note(text);
        }
    }
}

fn note(text: impl Display) {
    // Whoever closed standard error does not want to know.
    let _ = writeln!(io::stderr().lock(), "{text}");
}
