use super::key::Key;
use super::question::Question;

/// An answer that nobody gave, and what may be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    pub key: Key,
    pub allowed: String,
}

impl Missing {
    pub(crate) fn new(key: Key, questions: &[Question]) -> Self {
        Self {
            allowed: key.expects(questions),
            key,
        }
    }

    /// Says how many answers are missing.
    pub(crate) fn count(missing: &[Self]) -> String {
        match missing.len() {
            1 => "an answer is missing, and there is no terminal to ask at".to_owned(),
            many => format!("{many} answers are missing, and there is no terminal to ask at"),
        }
    }

    /// Lists the flag of each, with what it takes.
    pub(crate) fn how_to_give(missing: &[Self]) -> String {
        let flags: Vec<_> = missing
            .iter()
            .map(|missing| missing.key.flag().unwrap_or_default())
            .collect();
        let width = flags.iter().map(String::len).max().unwrap_or_default();
        // The name alone has no default, so `--defaults` would not help.
        let all_but_the_name = missing.iter().any(|missing| missing.key != Key::Name);
        let defaults = if all_but_the_name {
            ", or take `--defaults`"
        } else {
            ""
        };
        let mut lines = vec![format!(
            "give each by its flag or in an answers file{defaults}:"
        )];
        lines.extend(
            flags
                .iter()
                .zip(missing)
                .map(|(flag, missing)| format!("  {flag:width$}  {}", missing.allowed)),
        );
        lines.join("\n")
    }
}
