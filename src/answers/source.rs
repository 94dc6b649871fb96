use super::key::Key;

/// What an answers file is called that came by no path.
pub const STANDARD_INPUT: &str = "standard input";

/// Where an answer came from, the weakest first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    Default,
    Prompt,
    /// A default in the preset of that name.
    Preset(String),
    /// The answers file of that name.
    File(String),
    Variable,
    Flag,
    /// Fixed by the preset of that name.
    Fixed(String),
}

impl Source {
    /// The place as a message names it.
    pub(crate) fn place(&self, key: &Key) -> String {
        let backticked = |name: Option<String>| {
            name.map_or_else(|| format!("the {key}"), |name| format!("`{name}`"))
        };
        match self {
            Self::Default => format!("the default {key}"),
            Self::Prompt => format!("the {key}"),
            Self::Preset(file) | Self::Fixed(file) => format!("the preset {file}"),
            Self::File(file) if file == STANDARD_INPUT => file.clone(),
            Self::File(file) => format!("the answers file {file}"),
            Self::Variable => backticked(key.variable()),
            Self::Flag => backticked(key.flag()),
        }
    }
}
