use std::ffi::OsStr;
use std::io::IsTerminal;

use dialoguer::console::Term;

use super::palette::Palette;

/// What `--color` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum ColourChoice {
    /// Colours at a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Colours everywhere
    Always,
    /// No colours
    Never,
}

/// What the place can do where messages are shown: standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Screen {
    /// Whether somebody sits there who can be asked.
    pub interactive: bool,
    /// Whether messages are seen as they appear, so that a line may be overwritten.
    pub live: bool,
    pub palette: Palette,
    /// Whether more than ASCII can be drawn.
    pub unicode: bool,
    /// In columns.
    pub width: usize,
}

impl Screen {
    /// Looks at the standard streams and the environment.
    pub fn detect(choice: ColourChoice) -> Self {
        let live = std::io::stderr().is_terminal();
        let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let term = variable("TERM");
        // The first of these that is set counts (POSIX, "Internationalization Variables").
        let locale = variable("LC_ALL")
            .or_else(|| variable("LC_CTYPE"))
            .or_else(|| variable("LANG"));
        Self {
            interactive: live && std::io::stdin().is_terminal(),
            live,
            palette: Palette::new(has_colours(
                choice,
                live,
                variable("NO_COLOR").as_deref(),
                term.as_deref(),
            )),
            unicode: has_unicode(live, locale.as_deref(), term.as_deref()),
            width: if live {
                usize::from(Term::stderr().size().1).clamp(40, 100)
            } else {
                PLAIN_WIDTH
            },
        }
    }

    /// A screen of plain text, as a file or a pipe is.
    pub fn plain() -> Self {
        Self {
            interactive: false,
            live: false,
            palette: Palette::new(false),
            unicode: false,
            width: PLAIN_WIDTH,
        }
    }
}

const PLAIN_WIDTH: usize = 80;

/// An order on the command line stands above NO_COLOR (no-color.org).
fn has_colours(
    choice: ColourChoice,
    live: bool,
    no_color: Option<&OsStr>,
    term: Option<&OsStr>,
) -> bool {
    match choice {
        ColourChoice::Always => true,
        ColourChoice::Never => false,
        ColourChoice::Auto => live && no_color.is_none() && term.is_some_and(|term| term != "dumb"),
    }
}

fn has_unicode(live: bool, locale: Option<&OsStr>, term: Option<&OsStr>) -> bool {
    let spelled = locale
        .map(|locale| locale.to_string_lossy().to_ascii_uppercase())
        .unwrap_or_default();
    let utf8 = spelled.contains("UTF-8") || spelled.contains("UTF8");
    live && utf8 && term.is_none_or(|term| term != "linux" && term != "dumb")
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::{ColourChoice, has_colours, has_unicode};

    #[test]
    fn colours_are_for_terminals_that_did_not_decline() {
        let xterm = Some(OsStr::new("xterm"));
        assert!(has_colours(ColourChoice::Auto, true, None, xterm));
        assert!(!has_colours(ColourChoice::Auto, false, None, xterm));
        assert!(!has_colours(
            ColourChoice::Auto,
            true,
            Some(OsStr::new("1")),
            xterm
        ));
        assert!(!has_colours(
            ColourChoice::Auto,
            true,
            None,
            Some(OsStr::new("dumb"))
        ));
        assert!(!has_colours(ColourChoice::Auto, true, None, None));
    }

    #[test]
    fn the_command_line_stands_above_no_color() {
        assert!(has_colours(
            ColourChoice::Always,
            false,
            Some(OsStr::new("1")),
            None
        ));
        assert!(!has_colours(
            ColourChoice::Never,
            true,
            None,
            Some(OsStr::new("xterm"))
        ));
    }

    #[test]
    fn lines_are_drawn_where_they_can_be_seen() {
        assert!(has_unicode(true, Some(OsStr::new("de_DE.utf8")), None));
        assert!(has_unicode(
            true,
            Some(OsStr::new("C.UTF-8")),
            Some(OsStr::new("xterm"))
        ));
        assert!(!has_unicode(true, Some(OsStr::new("C")), None));
        assert!(!has_unicode(true, None, None));
        assert!(!has_unicode(false, Some(OsStr::new("C.UTF-8")), None));
        assert!(!has_unicode(
            true,
            Some(OsStr::new("C.UTF-8")),
            Some(OsStr::new("linux"))
        ));
    }
}
