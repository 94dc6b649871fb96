use std::fmt;

use miette::Diagnostic;
use thiserror::Error;

use super::date::Date;
use super::quoted::Quoted;

/// A version of the API and the day from which it is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    pub name: VersionName,
    pub released: Date,
}

/// `v1`, `v2` and so on, up to `v999`: a module's name under every versioning scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VersionName(u16);

/// Why a text names no version.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
#[error("{given} does not name a version")]
#[diagnostic(
    code(palisade::answers::version),
    help("versions are called `v1`, `v2` and so on, up to `v999`")
)]
pub struct VersionError {
    given: Quoted,
}

impl VersionName {
    pub const FIRST: Self = Self(1);
    const LAST: u16 = 999;

    /// Reads `v1` to `v999`.
    ///
    /// # Errors
    /// When the text is anything else; `v01` too.
    pub fn parse(text: &str) -> Result<Self, VersionError> {
        let number = text
            .strip_prefix('v')
            .filter(|digits| digits.starts_with(|c: char| matches!(c, '1'..='9')));
        let number = number
            .and_then(|digits| digits.parse().ok())
            .filter(|number| *number <= Self::LAST);
        number.map(Self).ok_or_else(|| VersionError {
            given: Quoted::new(text),
        })
    }

    /// Returns the version after it; the last has none, and is its own.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1).min(Self::LAST))
    }

    pub fn number(self) -> u16 {
        self.0
    }
}

impl fmt::Display for VersionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::VersionName;

    #[test]
    fn versions_are_counted_from_one() {
        for text in ["v1", "v10", "v999"] {
            assert_eq!(VersionName::parse(text).expect(text).to_string(), text);
        }
        for text in [
            "", "v", "v0", "v01", "1", "V1", "v1000", "v1.0", "v-1", "v+1", "v1 ",
        ] {
            assert!(VersionName::parse(text).is_err(), "{text}");
        }
    }
}
