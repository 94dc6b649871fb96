use std::collections::BTreeSet;
use std::fmt;

use heck::ToPascalCase;
use miette::Diagnostic;
use thiserror::Error;

use super::quoted::Quoted;

/// A value of an enum field: the JSON string, and the Rust variant made from it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Variant(String);

/// Why a text does not list an enum's values.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
pub enum VariantError {
    #[error("an enum needs its values")]
    #[diagnostic(
        code(palisade::answers::variant),
        help("list them after the type: `state:enum:draft,sent`")
    )]
    None,
    #[error("{given} cannot be a value of an enum")]
    #[diagnostic(
        code(palisade::answers::variant),
        help(
            "values are small letters and digits, a letter first, in words joined by `_` or `-`, at most {} characters",
            Variant::MAX
        )
    )]
    Spelling { given: Quoted },
    #[error("{given} would be the variant `Self`, which is a keyword of Rust")]
    #[diagnostic(code(palisade::answers::variant), help("try `own`"))]
    Keyword { given: Quoted },
    #[error("{given} stands twice, or differs from another value only in its separators")]
    #[diagnostic(code(palisade::answers::variant), help("list each value once"))]
    Twice { given: Quoted },
    #[error("there are {count} values; an enum has at most {}", Variant::MOST)]
    #[diagnostic(
        code(palisade::answers::variant),
        help("use a `string` field, or a resource of its own")
    )]
    TooMany { count: usize },
}

impl Variant {
    pub const MAX: usize = 32;
    pub const MOST: usize = 32;

    /// Reads `draft,sent`.
    pub(crate) fn parse_all(text: &str) -> Result<Vec<Self>, VariantError> {
        if text.is_empty() {
            return Err(VariantError::None);
        }
        let variants = text
            .split(',')
            .map(Self::parse)
            .collect::<Result<Vec<_>, _>>()?;
        if variants.len() > Self::MOST {
            return Err(VariantError::TooMany {
                count: variants.len(),
            });
        }
        let mut seen = BTreeSet::new();
        match variants
            .iter()
            .find(|variant| !seen.insert(variant.type_name()))
        {
            Some(twice) => Err(VariantError::Twice {
                given: Quoted::new(&twice.0),
            }),
            None => Ok(variants),
        }
    }

    fn parse(text: &str) -> Result<Self, VariantError> {
        let is_word = |word: &str| {
            !word.is_empty() && word.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9'))
        };
        let is_start = text.starts_with(|c: char| c.is_ascii_lowercase());
        if !is_start || text.len() > Self::MAX || !text.split(['-', '_']).all(is_word) {
            return Err(VariantError::Spelling {
                given: Quoted::new(text),
            });
        }
        if text == "self" {
            return Err(VariantError::Keyword {
                given: Quoted::new(text),
            });
        }
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The Rust variant: `InReview`.
    pub fn type_name(&self) -> String {
        self.0.to_pascal_case()
    }
}

impl fmt::Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Variant, VariantError};

    #[test]
    fn values_become_variants_in_their_order() {
        let variants = Variant::parse_all("sent,in-review,x2").expect("three values");
        let names: Vec<_> = variants.iter().map(Variant::type_name).collect();
        assert_eq!(names, ["Sent", "InReview", "X2"]);
    }

    #[test]
    fn what_rust_could_not_tell_apart_is_refused() {
        assert!(matches!(
            Variant::parse_all("in_review,in-review"),
            Err(VariantError::Twice { .. })
        ));
        assert!(matches!(
            Variant::parse_all("a,b,a"),
            Err(VariantError::Twice { .. })
        ));
        assert!(matches!(
            Variant::parse_all("self"),
            Err(VariantError::Keyword { .. })
        ));
        for text in [
            "A",
            "1a",
            "a,",
            ",a",
            "a b",
            "ä",
            "a--b",
            "a;b",
            &"a".repeat(33),
        ] {
            assert!(
                matches!(Variant::parse_all(text), Err(VariantError::Spelling { .. })),
                "{text}"
            );
        }
        let many: Vec<_> = (0..33).map(|n| format!("v{n}")).collect();
        assert_eq!(
            Variant::parse_all(&many.join(",")),
            Err(VariantError::TooMany { count: 33 })
        );
        assert_eq!(Variant::parse_all(""), Err(VariantError::None));
    }
}
