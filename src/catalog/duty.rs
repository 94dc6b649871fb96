//! Who does what: the duties that a choice names, and what each of its options makes of them.

use std::fmt;

use serde::Deserialize;

/// A duty that every option of a choice says who does.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Duty {
    pub id: String,
    /// What is to be done, as the heading of a row.
    pub title: String,
}

/// Who does it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// The option's own program.
    Native,
    /// That program asks another.
    Delegated,
    /// The service alone.
    Service,
    /// Nobody could, and why; so the two do not go together.
    Refused(String),
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Native => "native",
            Self::Delegated => "delegated",
            Self::Service => "left to the service",
            Self::Refused(_) => "refused",
        })
    }
}
