use dialoguer::console::{Term, measure_text_width, set_colors_enabled_stderr, style};
use dialoguer::theme::{ColorfulTheme, Theme as _};
use dialoguer::{Input, MultiSelect, Select};

use super::error::UiError;
use super::interrupt::Interrupt;
use super::palette::Palette;
use super::screen::Screen;

/// Asks at the terminal, one question at a time.
///
/// Needs an [`Interrupt`]: without its handlers Ctrl-C would kill the process while the
/// cursor is hidden.
pub struct Prompter<'a> {
    screen: Screen,
    interrupt: &'a Interrupt,
    term: Term,
    theme: ColorfulTheme,
}

/// What a line begins with.
#[derive(Debug, Clone)]
pub(crate) enum Start {
    /// Taken when nothing is typed.
    Default(String),
    /// Stands there to be edited.
    Edit(String),
}

impl Start {
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Default(text) | Self::Edit(text) => text,
        }
    }
}

impl<'a> Prompter<'a> {
    /// Takes the terminal.
    ///
    /// # Errors
    /// When there is none, or nobody sits there.
    pub fn new(screen: Screen, interrupt: &'a Interrupt) -> Result<Self, UiError> {
        if !screen.interactive {
            return Err(UiError::NoTerminal);
        }
        set_colors_enabled_stderr(screen.palette.is_on());
        Ok(Self {
            screen,
            interrupt,
            term: Term::stderr(),
            theme: theme(screen.unicode),
        })
    }

    pub(crate) fn screen(&self) -> Screen {
        self.screen
    }

    pub(crate) fn palette(&self) -> Palette {
        self.screen.palette
    }

    /// Shows lines above the next question.
    pub(crate) fn say(&self, text: &str) -> Result<(), UiError> {
        Ok(self.term.write_line(text)?)
    }

    /// Asks for a line, again and again until `check` has no objection.
    pub(crate) fn line(
        &self,
        prompt: &str,
        start: Start,
        check: impl Fn(&str) -> Result<(), String>,
    ) -> Result<String, UiError> {
        let input = Input::<String>::with_theme(&self.theme)
            .with_prompt(prompt)
            .report(false);
        let (input, default) = match start {
            Start::Default(text) => (input.default(text.clone()), Some(text)),
            Start::Edit(text) => (input.with_initial_text(text), None),
        };
        let given = self.guarded(|| {
            input
                .validate_with(|text: &String| check(text))
                .interact_text_on(&self.term)
        })?;
        self.clear_wrapped(prompt, default.as_deref(), &given)?;
        let mut line = String::new();
        // Writing to a text cannot fail.
        let _ = self
            .theme
            .format_input_prompt_selection(&mut line, prompt, &given);
        self.say(&line)?;
        Ok(given)
    }

    /// Clears the rows above the last one that a question and its answer took: the library
    /// takes every line for one row.
    fn clear_wrapped(
        &self,
        prompt: &str,
        default: Option<&str>,
        given: &str,
    ) -> Result<(), UiError> {
        let mut asked = String::new();
        // Writing to a text cannot fail.
        let _ = self.theme.format_input_prompt(&mut asked, prompt, default);
        let typed = if default == Some(given) {
            0
        } else {
            measure_text_width(given)
        };
        let width = usize::from(self.term.size().1).max(1);
        let columns = measure_text_width(&asked) + typed;
        Ok(self
            .term
            .clear_last_lines(columns.saturating_sub(1) / width)?)
    }

    /// Asks for one of `items` and returns its index.
    ///
    /// The line that stays is its entry in `short`: a longer one would be broken at the
    /// terminal's edge, in the midst of a word.
    pub(crate) fn one(
        &self,
        prompt: &str,
        items: &[String],
        short: &[String],
        first: usize,
    ) -> Result<usize, UiError> {
        let select = Select::with_theme(&self.theme)
            .with_prompt(prompt)
            .items(items)
            .default(first)
            .report(false);
        let picked = self.guarded(|| select.interact_on(&self.term))?;
        self.say_picked(prompt, short, &[picked])?;
        Ok(picked)
    }

    /// Asks for any of `items` and returns their indexes. The line that stays lists their entries
    /// in `short`.
    pub(crate) fn several(
        &self,
        prompt: &str,
        items: &[(String, bool)],
        short: &[String],
    ) -> Result<Vec<usize>, UiError> {
        let select = MultiSelect::with_theme(&self.theme)
            .with_prompt(format!("{prompt} (space marks, Enter takes)"))
            .items_checked(items.iter().cloned())
            .report(false);
        let picked = self.guarded(|| select.interact_on(&self.term))?;
        self.say_picked(prompt, short, &picked)?;
        Ok(picked)
    }

    fn say_picked(&self, prompt: &str, short: &[String], picked: &[usize]) -> Result<(), UiError> {
        let names: Vec<_> = picked
            .iter()
            .filter_map(|index| Some(short.get(*index)?.as_str()))
            .collect();
        let mut line = String::new();
        // Writing to a text cannot fail.
        let _ = self
            .theme
            .format_select_prompt_selection(&mut line, prompt, &names.join(", "));
        self.say(&line)
    }

    /// Asks unless an end is wanted already, and shows the cursor again whatever happens.
    fn guarded<T>(&self, ask: impl FnOnce() -> dialoguer::Result<T>) -> Result<T, UiError> {
        if self.interrupt.raised() {
            return Err(UiError::Interrupted);
        }
        let answer = ask();
        if answer.is_err() {
            // The prompt's line is left as it is; what follows begins below it.
            self.term.show_cursor()?;
            self.term.write_line("")?;
        }
        if self.interrupt.raised() {
            return Err(UiError::Interrupted);
        }
        Ok(answer?)
    }
}

fn theme(unicode: bool) -> ColorfulTheme {
    let mut theme = ColorfulTheme::default();
    if !unicode {
        theme.prompt_suffix = style(">".to_owned()).for_stderr();
        theme.success_prefix = style("+".to_owned()).for_stderr();
        theme.success_suffix = style(":".to_owned()).for_stderr();
        theme.error_prefix = style("x".to_owned()).for_stderr();
        theme.active_item_prefix = style(">".to_owned()).for_stderr();
        theme.checked_item_prefix = style("[x]".to_owned()).for_stderr();
        theme.unchecked_item_prefix = style("[ ]".to_owned()).for_stderr();
    }
    theme
}

#[cfg(test)]
mod tests {
    use super::{Interrupt, Prompter, Screen, UiError};

    #[test]
    fn nobody_is_asked_without_a_terminal() {
        let interrupt = Interrupt::listen().expect("handlers are allowed");
        assert!(matches!(
            Prompter::new(Screen::plain(), &interrupt),
            Err(UiError::NoTerminal)
        ));
    }
}
