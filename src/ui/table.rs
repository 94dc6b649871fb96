use textwrap::core::display_width;
use textwrap::{Options, WordSeparator, WordSplitter};

use super::screen::Screen;

/// Rows in two columns; the second is folded to the screen's width.
pub(crate) struct Table(pub(crate) Vec<Row>);

/// A line of a table: what, and which.
pub(crate) struct Row {
    what: String,
    which: String,
    aside: &'static str,
}

impl Row {
    pub(crate) fn new(what: &str, which: &str) -> Self {
        Self {
            what: what.to_owned(),
            which: which.to_owned(),
            aside: "",
        }
    }

    /// Adds a remark in parentheses.
    pub(crate) fn aside(self, aside: &'static str) -> Self {
        Self { aside, ..self }
    }
}

impl Table {
    pub(crate) fn render(&self, screen: Screen) -> String {
        let column = self
            .0
            .iter()
            .map(|row| display_width(&row.what))
            .max()
            .unwrap_or_default();
        let line = |row: &Row| {
            let pad = " ".repeat(column.saturating_sub(display_width(&row.what)));
            let aside = if row.aside.is_empty() {
                String::new()
            } else {
                format!(" ({})", row.aside)
            };
            fold(
                screen,
                &format!("  {}{pad}  ", row.what),
                &format!("{}{aside}", row.which),
            )
        };
        self.0.iter().map(line).collect()
    }
}

/// Folds `text` behind `head`, which stands in the first line only.
///
/// Breaks at blanks alone: a field's text or an address stays in one piece, to be copied.
pub(crate) fn fold(screen: Screen, head: &str, text: &str) -> String {
    let blank = " ".repeat(display_width(head));
    let options = Options::new(screen.width)
        .initial_indent(head)
        .subsequent_indent(&blank)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation);
    format!("{}\n", textwrap::fill(text, options).trim_end())
}

/// Counts in words: `1 file`, `2 files`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::{Row, Table, counted};
    use crate::ui::screen::Screen;

    #[test]
    fn the_second_column_is_folded_under_itself() {
        let screen = Screen {
            width: 24,
            ..Screen::plain()
        };
        let rows = vec![
            Row::new("Täg", "one two three four"),
            Row::new("Kind", "x").aside("fixed"),
        ];
        assert_eq!(
            Table(rows).render(screen),
            "  Täg   one two three\n        four\n  Kind  x (fixed)\n"
        );
    }

    #[test]
    fn one_is_not_many() {
        assert_eq!(
            [counted(1, "file"), counted(0, "file"), counted(2, "file")],
            ["1 file", "0 files", "2 files"]
        );
    }
}
