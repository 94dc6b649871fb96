use miette::Diagnostic;
use thiserror::Error;

use super::answer::AnswerError;
use super::help::{help_of, in_backticks};
use super::key::Key;
use super::missing::Missing;
use super::question::ChoiceError;
use super::resource::FieldsError;
use super::resource_name::ResourceName;
use super::version::VersionName;

/// Why answers do not come together.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
pub enum DraftError {
    #[error("{}", Missing::count(missing))]
    #[diagnostic(
        code(palisade::answers::missing),
        help("{}", Missing::how_to_give(missing))
    )]
    Missing { missing: Vec<Missing> },
    #[error("{place}: {cause}")]
    #[diagnostic(code(palisade::answers::refused), help("{}", help_of(cause)))]
    Refused { place: String, cause: AnswerError },
    #[error("the {key} is fixed to `{fixed}` by the preset {preset}, and {place} says `{given}`")]
    #[diagnostic(
        code(palisade::answers::fixed),
        help("leave the {key} out, or ask whoever keeps the preset")
    )]
    Fixed {
        key: Key,
        fixed: String,
        preset: String,
        place: String,
        given: String,
    },
    #[error("there is no answer for the variable `{variable}`")]
    #[diagnostic(code(palisade::answers::unknown_variable), help("there are {}", known.join(", ")))]
    UnknownVariable {
        variable: String,
        known: Vec<String>,
    },
    #[error(transparent)]
    #[diagnostic(transparent)]
    Fields(#[from] FieldsError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Choice(#[from] ChoiceError),
    #[error("two resources share the plural `{plural}`")]
    #[diagnostic(code(palisade::answers::resource_twice), help("rename one of them"))]
    ResourceTwice { plural: String },
    #[error(
        "the field `{field}` of `{resource}` refers to `{target}`, and no resource before it is called so"
    )]
    #[diagnostic(
        code(palisade::answers::reference),
        help("{}", way_to_refer(target, known))
    )]
    NoTarget {
        resource: String,
        field: String,
        target: String,
        known: Vec<String>,
    },
    #[error("`{resource}` is there since `{since}`, and there is no such version")]
    #[diagnostic(
        code(palisade::answers::since),
        help(
            "take one of {}, or leave `since` out for the first",
            in_backticks(known)
        )
    )]
    NoVersion {
        resource: ResourceName,
        since: VersionName,
        known: Vec<VersionName>,
    },
    #[error("the versions are not in order: `{name}` follows one that is as new")]
    #[diagnostic(
        code(palisade::answers::version_order),
        help("list them oldest first, each with a higher number")
    )]
    VersionOrder { name: VersionName },
}

fn way_to_refer(target: &str, known: &[String]) -> String {
    let add = format!("add `{target}` first");
    match known {
        [] => add,
        _ => format!("{add}, or refer to one of {}", in_backticks(known)),
    }
}
