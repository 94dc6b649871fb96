//! The id of an item that another one belongs to.

use super::{Fault, Rule};
use crate::security::problem::Problem;

impl Rule {
    pub const REFERENCE: Self = Self("reference");
}

impl Problem {
    /// Says which members refer to nothing that the owner of their item has: an item of another
    /// owner is nothing (AUTHZ-4).
    pub fn dangling(members: &[String]) -> Self {
        let fault = |name: &String| Fault { pointer: String::new(), rule: Rule::REFERENCE }.below(name);
        Self::Invalid(members.iter().map(fault).collect())
    }
}

/// Declares the id of an item at a path; its doc comment is its description in the document.
///
/// Any UUID is taken: that there is such an item, and of the same owner, is held by the statement
/// that writes it (AUTHZ-5).
macro_rules! reference {
    (#[doc = $about:literal] $vis:vis struct $name:ident to $path:literal;) => {
        #[doc = $about]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, ::serde::Serialize, ::sqlx::Type)]
        #[serde(transparent)]
        #[sqlx(transparent)]
        $vis struct $name(pub $crate::security::input::Uuid);

        impl $crate::security::input::Field for $name {
            fn parse(value: ::serde_json::Value) -> Result<Self, $crate::security::input::Faults> {
                $crate::security::input::Uuid::parse(value).map(Self)
            }

            fn schema() -> $crate::security::input::Schema {
                ::serde_json::json!({
                    "type": "string",
                    "format": "uuid",
                    "pattern": "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$",
                    "description": $about.trim(),
                    "x-refers-to": $path,
                })
            }
        }
    };
}
pub(crate) use reference;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Rule;
    use crate::security::input::Field;

    reference! {
        /// The id of a folder of the same owner
        struct Folder to "folders";
    }

    #[test]
    fn an_id_has_one_form_and_says_what_it_is_of() {
        let id = "67e55044-10b1-426f-9247-bb680e5fe0c8";
        let read = |value| Folder::parse(value).map(|folder| folder.0.to_string());
        assert_eq!(read(json!(id.to_uppercase())), Ok(id.to_owned()));
        for (value, rule) in [(json!(id.replace('-', "")), Rule::FORMAT), (json!(7), Rule::TYPE)] {
            assert_eq!(read(value), Err(rule.into()));
        }
        assert_eq!(Folder::schema()["description"], "The id of a folder of the same owner");
        assert_eq!(Folder::schema()["x-refers-to"], "folders");
    }
}
