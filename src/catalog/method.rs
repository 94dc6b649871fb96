//! What a piece that knows callers says of itself: `[method]` in its manifest.

use serde::Deserialize;

/// A method of authentication, as the code around it has to know it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Method {
    /// Which is asked first whether a credential has the form of its own.
    pub order: u32,
    /// How credentials are sent.
    pub schemes: Vec<Scheme>,
    /// Whether its credentials are tokens of a provider, which has to be told apart in challenges.
    #[serde(default)]
    pub tokens: bool,
    /// Whether it can be there without being ready.
    #[serde(default)]
    pub ready: bool,
    /// The subcommand that it brings, as a variant of an enum: `Keys`.
    pub command: Option<String>,
    /// The words that make a credential, before `--owner` and `--role`: `keys create`.
    pub issue: String,
    /// Whether that command is left out of release builds.
    #[serde(default)]
    pub debug_command: bool,
}

impl Default for Method {
    fn default() -> Self {
        Self {
            order: 0,
            schemes: vec![Scheme::Bearer],
            tokens: false,
            ready: false,
            command: None,
            issue: String::new(),
            debug_command: false,
        }
    }
}

/// A way in which a credential is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scheme {
    /// `Authorization: Bearer`
    Bearer,
    /// A client certificate.
    Certificate,
    /// `X-API-Key`
    Header,
}
