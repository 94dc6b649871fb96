use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, ThemeCharacters, ThemeStyles};

use super::screen::Screen;

/// Prints an error to standard error.
///
/// A closed standard error is nothing that could be told to anybody.
pub fn print_report(screen: Screen, error: &(dyn Diagnostic + 'static)) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr().lock(), "{}", render_report(screen, error));
}

/// Renders an error with its help and, for a fault in a file, the line.
///
/// What has nothing but a message takes one line.
pub fn render_report(screen: Screen, error: &(dyn Diagnostic + 'static)) -> String {
    if is_plain(error) {
        return screen.palette.bad(error);
    }
    let theme = GraphicalTheme {
        characters: if screen.unicode {
            ThemeCharacters::unicode()
        } else {
            ThemeCharacters::ascii()
        },
        styles: if screen.palette.is_on() {
            ThemeStyles::ansi()
        } else {
            ThemeStyles::none()
        },
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_links(false)
        .with_width(screen.width)
        .with_break_words(false)
        .with_word_separator(textwrap::WordSeparator::AsciiSpace)
        .with_word_splitter(textwrap::WordSplitter::NoHyphenation)
        .without_syntax_highlighting();
    let mut text = String::new();
    match handler.render_report(&mut text, error) {
        Ok(()) => text.trim_end().to_owned(),
        // The handler fails only where a span lies outside of its text: the message alone is left.
        Err(_) => error.to_string(),
    }
}

fn is_plain(error: &dyn Diagnostic) -> bool {
    error.help().is_none() && error.source().is_none() && error.labels().is_none()
}

#[cfg(test)]
mod tests {
    use super::render_report;
    use crate::answers::{Date, Draft};
    use crate::ui::error::UiError;
    use crate::ui::palette::Palette;
    use crate::ui::screen::Screen;

    fn fault() -> crate::answers::OfferError {
        let mut draft = Draft::new(Date::parse("2026-11-23").expect("a date"));
        draft
            .offer_file("answers.toml", "# mine\nnam = \"x\"\n", &[])
            .expect_err("an unknown key")
    }

    #[test]
    fn a_fault_in_a_file_shows_the_line() {
        let shown = render_report(Screen::plain(), &fault());
        for part in [
            "answers.toml: there is no key `nam`",
            "nam = \"x\"",
            "nothing reads this",
            "there are name, description",
        ] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
        assert!(shown.is_ascii(), "{shown}");
    }

    #[test]
    fn an_interrupt_is_told_in_one_line() {
        assert_eq!(
            render_report(Screen::plain(), &UiError::Interrupted),
            "interrupted; nothing was written"
        );
    }

    #[test]
    fn colours_and_lines_are_for_those_who_see_them() {
        let screen = Screen {
            palette: Palette::new(true),
            unicode: true,
            ..Screen::plain()
        };
        let shown = render_report(screen, &fault());
        assert!(shown.contains("\u{1b}[") && shown.contains('×'), "{shown}");
    }
}
