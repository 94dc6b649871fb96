//! How a piece lets requests name a version: `naming` in its manifest.

use serde::Deserialize;

/// Where a request names the version of the API.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Naming {
    /// The path begins with it.
    #[default]
    Path,
    /// `Api-Version` has its number.
    Header,
    /// Its JSON has a name of its own.
    MediaType,
}
