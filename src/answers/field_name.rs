use std::fmt;

use heck::ToPascalCase;
use miette::Diagnostic;
use thiserror::Error;

use super::quoted::Quoted;
use super::reserved::{Claim, claim_on_field};
use super::resource_name::is_snake;
use super::suggestion::{Suggestion, join_within, words};

/// A field's name in snake case: a JSON member, a column, and a field of a Rust struct.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldName(String);

/// Why a text names no field.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
pub enum FieldNameError {
    #[error("a field needs a name, and this one is empty")]
    #[diagnostic(
        code(palisade::answers::field_name),
        help("write it as NAME:TYPE, like `title:string`")
    )]
    Empty,
    #[error(
        "{given} has {length} characters; a field's name has at most {}",
        FieldName::MAX
    )]
    #[diagnostic(code(palisade::answers::field_name), help("{suggestion}"))]
    TooLong {
        given: Quoted,
        length: usize,
        suggestion: Suggestion,
    },
    #[error(
        "{given} is not made of small words of `a` to `z` and digits, a letter first, joined by single `_`"
    )]
    #[diagnostic(code(palisade::answers::field_name), help("{suggestion}"))]
    Spelling {
        given: Quoted,
        suggestion: Suggestion,
    },
    #[error("a field cannot be called {given}, which is {claim}")]
    #[diagnostic(code(palisade::answers::field_name), help("{suggestion}"))]
    Claimed {
        given: Quoted,
        claim: Claim,
        suggestion: Suggestion,
    },
}

/// Better words for names that people reach for and SQL or Rust keep for themselves.
const BETTER: &[(&str, &str)] = &[
    ("as", "alias"),
    ("asc", "ascending"),
    ("case", "case_number"),
    ("check", "checked"),
    ("column", "column_name"),
    ("default", "is_default"),
    ("desc", "description"),
    ("end", "ends_on"),
    ("for", "purpose"),
    ("from", "origin"),
    ("group", "group_name"),
    ("in", "inbound"),
    ("index", "position"),
    ("limit", "maximum"),
    ("match", "matches"),
    ("move", "moves"),
    ("offset", "start_at"),
    ("order", "position"),
    ("owner", "holder"),
    ("primary", "is_primary"),
    ("ref", "reference"),
    ("references", "sources"),
    ("role", "duty"),
    ("table", "table_name"),
    ("tenant", "occupant"),
    ("to", "recipient"),
    ("type", "kind"),
    ("unique", "is_unique"),
    ("user", "user_name"),
    ("version", "edition"),
    ("when", "due"),
    ("where", "place"),
];

impl FieldName {
    pub const MAX: usize = 40;

    /// Reads a name.
    ///
    /// # Errors
    /// The first rule that the text breaks, with a name that would do.
    pub fn parse(text: &str) -> Result<Self, FieldNameError> {
        let given = Quoted::new(text);
        let length = text.chars().count();
        match broken(text) {
            None => Ok(Self(text.to_owned())),
            Some(Broken::Empty) => Err(FieldNameError::Empty),
            Some(Broken::TooLong) => Err(FieldNameError::TooLong {
                given,
                length,
                suggestion: suggest(text),
            }),
            Some(Broken::Spelling) => Err(FieldNameError::Spelling {
                given,
                suggestion: suggest(text),
            }),
            Some(Broken::Claimed(claim)) => Err(FieldNameError::Claimed {
                given,
                claim,
                suggestion: suggest(text),
            }),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of a type that is made for this field: `Title`.
    pub fn type_name(&self) -> String {
        self.0.to_pascal_case()
    }

    /// The words for prose and permissions: `due-day`.
    pub fn kebab(&self) -> String {
        self.0.replace('_', "-")
    }
}

impl fmt::Display for FieldName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

enum Broken {
    Empty,
    TooLong,
    Spelling,
    Claimed(Claim),
}

fn broken(text: &str) -> Option<Broken> {
    if text.is_empty() {
        return Some(Broken::Empty);
    }
    if text.chars().count() > FieldName::MAX {
        return Some(Broken::TooLong);
    }
    if !is_snake(text) {
        return Some(Broken::Spelling);
    }
    claim_on_field(text).map(Broken::Claimed)
}

fn suggest(text: &str) -> Suggestion {
    let words = words(text);
    let whole = join_within(&words, '_', FieldName::MAX);
    let better = BETTER
        .iter()
        .filter(|(word, _)| *word == whole)
        .map(|(_, better)| (*better).to_owned());
    let value = format!(
        "{}_value",
        join_within(&words, '_', FieldName::MAX - "_value".len())
    );
    let candidates = std::iter::once(whole.clone())
        .chain(better)
        .chain([value, "title".to_owned()]);
    Suggestion::first(candidates, |name| broken(name).is_none())
}

#[cfg(test)]
mod tests {
    use super::{BETTER, FieldName, FieldNameError, broken};
    use crate::answers::reserved::Claim;

    fn help(text: &str) -> String {
        let error = FieldName::parse(text).expect_err(text);
        miette::Diagnostic::help(&error)
            .expect("every refusal says what to do")
            .to_string()
    }

    #[test]
    fn ordinary_names_are_taken() {
        for text in [
            "title",
            "due_day",
            "line2",
            "email",
            "date",
            "url",
            &"f".repeat(40),
        ] {
            assert_eq!(FieldName::parse(text).expect(text).as_str(), text);
        }
        assert_eq!(
            FieldName::parse("due_day").expect("a name").type_name(),
            "DueDay"
        );
        assert_eq!(
            FieldName::parse("due_day").expect("a name").kebab(),
            "due-day"
        );
    }

    #[test]
    fn what_the_service_sets_is_no_field() {
        for text in [
            "id",
            "owner",
            "tenant",
            "role",
            "created_at",
            "updated_at",
            "version",
        ] {
            assert!(
                matches!(
                    FieldName::parse(text),
                    Err(FieldNameError::Claimed {
                        claim: Claim::Server,
                        ..
                    })
                ),
                "{text}"
            );
        }
    }

    #[test]
    fn words_of_rust_and_sql_get_a_better_one() {
        assert_eq!(help("type"), "try `kind`");
        assert_eq!(help("order"), "try `position`");
        assert_eq!(help("select"), "try `select_value`");
        assert_eq!(help("Titel Größe"), "try `titel_grosse`");
        assert_eq!(help("createdAt"), "try `created_at_value`");
    }

    #[test]
    fn each_better_word_is_itself_taken() {
        for (word, better) in BETTER {
            assert!(broken(word).is_some(), "`{word}` needs no better word");
            assert!(broken(better).is_none(), "`{better}` is no better");
        }
    }
}
