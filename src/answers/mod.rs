//! What was chosen. Each answer is a type that exists only when it is valid: it is
//! checked where it enters, and the refusal says the rule and a spelling that would do.
//!
//! Pure: no clock, disk or terminal in here.
//!
//! To add an answer: its type in a file of its own, a key in `key.rs`, its place in
//! `draft.rs` and `file.rs`, its prompt in `ui/interview.rs`.

mod all;
mod answer;
mod choice;
mod date;
mod description;
mod draft;
mod draft_error;
mod field;
mod field_kind;
mod field_name;
mod file;
mod file_error;
mod help;
mod key;
mod missing;
mod preset;
mod project_name;
mod question;
mod quoted;
mod range;
mod reserved;
mod resource;
mod resource_name;
mod resources;
mod role_name;
mod security_contact;
mod source;
mod suggestion;
mod toml_reader;
mod variant;
mod version;

pub use all::Answers;
pub use answer::{Answer, AnswerError};
pub use choice::{ChoiceId, IdError, OptionId};
pub use date::{Date, DateError};
pub use description::{Description, DescriptionError};
pub use draft::{Draft, Rest};
pub use draft_error::DraftError;
pub use field::{DefaultValue, Field, FieldError};
pub use field_kind::{FieldKind, FieldKindError};
pub use field_name::{FieldName, FieldNameError};
pub use file::OfferError;
pub use file_error::FileError;
pub use key::Key;
pub use missing::Missing;
pub use project_name::{ProjectName, ProjectNameError};
pub use question::{ChoiceError, Offer, Question};
pub use quoted::Quoted;
pub use range::{IntRange, Range, RangeError};
pub use reserved::Claim;
pub use resource::{Fields, FieldsError, Resource};
pub use resource_name::{ResourceName, ResourceNameError};
pub use role_name::RoleName;
pub use security_contact::{SecurityContact, SecurityContactError};
pub use source::{STANDARD_INPUT, Source};
pub use suggestion::Suggestion;
pub use variant::{Variant, VariantError};
pub use version::{Version, VersionError, VersionName};

#[cfg(test)]
pub(crate) use question::tests::question as test_question;
