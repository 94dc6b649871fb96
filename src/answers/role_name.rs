use std::fmt;

/// A role that can be given a field of its own with `write=ROLE`.
///
/// Of the service's three roles `reader` is missing: it writes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RoleName {
    Editor,
    Admin,
}

impl RoleName {
    pub(crate) const ALL: [Self; 2] = [Self::Editor, Self::Admin];

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Editor => "editor",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for RoleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
