//! The words that templates may place, ready for use.
//!
//! Whatever would be computed in a template is computed here and named. A kind
//! of template has one struct; its serialized keys are the names that a
//! template may use, and a test holds every template against them. To add a
//! word: add a field to the struct of its noun, and fill it where it is made.

mod auth;
mod field;
mod field_type;
mod reference;
mod resource;
mod sample;
mod schema;
mod service;
mod version;

pub use auth::{AuthWords, MemberWords, MethodWords, SchemeWords};
pub use field::{ChoiceWords, FieldWords, VariantWords};
pub use field_type::TypeWords;
pub use reference::ReferenceWords;
pub use resource::{ResourceContext, ResourceUses, ResourceWords, SchemaWords};
pub use service::{
    InputWords, PathWords, ProvedWords, SectionWords, ServiceContext, ServiceWords, ThreatWords,
};
pub use version::{ModuleWords, VersionContext, VersionWords, VersionedResourceContext};
