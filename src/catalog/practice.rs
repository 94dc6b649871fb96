//! The ten practices that a service is measured by.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One of the ten practices, in their usual order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Practice {
    Https,
    Access,
    Input,
    Gateway,
    Exposure,
    Logging,
    Versioning,
    Patching,
    Errors,
    Audits,
}

impl Practice {
    /// All ten, in order.
    pub const ALL: [Self; 10] = [
        Self::Https,
        Self::Access,
        Self::Input,
        Self::Gateway,
        Self::Exposure,
        Self::Logging,
        Self::Versioning,
        Self::Patching,
        Self::Errors,
        Self::Audits,
    ];

    /// Returns the practice's number, from 1.
    pub fn number(self) -> u8 {
        self as u8 + 1
    }

    /// Returns the practice's name, as a heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Https => "HTTPS",
            Self::Access => "Authentication and authorization",
            Self::Input => "Input validation",
            Self::Gateway => "Gateway and throttling",
            Self::Exposure => "Minimal data exposure",
            Self::Logging => "Logging and monitoring",
            Self::Versioning => "Versioning and deprecation",
            Self::Patching => "Update and patch",
            Self::Errors => "Error handling",
            Self::Audits => "Security audits",
        }
    }
}

impl fmt::Display for Practice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}
