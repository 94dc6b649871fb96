//! How a refusal passes on the way out that its cause knows.

use miette::Diagnostic;

/// Returns what a cause says of the next step; nothing when it says nothing.
pub(super) fn help_of(cause: &dyn Diagnostic) -> String {
    cause
        .help()
        .map(|help| help.to_string())
        .unwrap_or_default()
}

/// Lists names, each in backticks.
pub(super) fn in_backticks(names: impl IntoIterator<Item = impl std::fmt::Display>) -> String {
    let quoted: Vec<_> = names.into_iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}
