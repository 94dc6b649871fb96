use std::fmt::Display;

use dialoguer::console::Style;

/// The few styles that messages use, or none of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Palette {
    on: bool,
}

impl Palette {
    pub fn new(on: bool) -> Self {
        Self { on }
    }

    pub fn is_on(self) -> bool {
        self.on
    }

    /// A heading.
    pub fn heading(self, text: impl Display) -> String {
        self.apply(&Style::new().bold(), text)
    }

    /// What the reader chose.
    pub fn value(self, text: impl Display) -> String {
        self.apply(&Style::new().cyan(), text)
    }

    /// What the reader may pass over.
    pub fn aside(self, text: impl Display) -> String {
        self.apply(&Style::new().dim(), text)
    }

    pub fn good(self, text: impl Display) -> String {
        self.apply(&Style::new().green(), text)
    }

    pub fn bad(self, text: impl Display) -> String {
        self.apply(&Style::new().red(), text)
    }

    fn apply(self, style: &Style, text: impl Display) -> String {
        style
            .clone()
            .force_styling(self.on)
            .apply_to(text)
            .to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::Palette;

    #[test]
    fn a_palette_that_is_off_adds_nothing() {
        assert_eq!(Palette::new(false).heading("x"), "x");
        assert_eq!(Palette::new(true).bad("x"), "\u{1b}[31mx\u{1b}[0m");
    }
}
