use super::error::UiError;
use super::prompter::Prompter;
use super::table::counted;

/// What the person said to a list of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Approval {
    Given,
    Refused,
}

/// Shows what would change, and asks whether it shall; `diffs` is shown to whoever wants to see each line.
///
/// # Errors
/// When the person interrupts, or the terminal fails.
pub fn approve(
    prompter: &Prompter<'_>,
    lines: &str,
    files: usize,
    diffs: impl Fn() -> String,
) -> Result<Approval, UiError> {
    prompter.say(lines.trim_end())?;
    let ways = [
        format!("Change {}", counted(files, "file")),
        "Show each line first".to_owned(),
        "Quit, changing nothing".to_owned(),
    ];
    loop {
        match prompter.one("Shall it be done?", &ways, &ways, 0)? {
            0 => return Ok(Approval::Given),
            1 => prompter.say(&coloured(prompter, &diffs()))?,
            _ => return Ok(Approval::Refused),
        }
    }
}

fn coloured(prompter: &Prompter<'_>, patch: &str) -> String {
    let palette = prompter.palette();
    let lines = patch.lines().map(|line| match line.chars().next() {
        Some('+') => palette.good(line),
        Some('-') => palette.bad(line),
        Some('@') => palette.aside(line),
        _ => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}
