use std::fmt;

use heck::{ToKebabCase, ToPascalCase};
use miette::Diagnostic;
use pluralizer::pluralize;
use thiserror::Error;

use super::quoted::Quoted;
use super::reserved::{Claim, claim_on_resource, claim_on_table};
use super::suggestion::{Suggestion, join_within, words};

/// A resource's name in the singular, `note` or `order_item`, and the plural that belongs to it.
///
/// The service calls one item and a collection by the two forms, so they differ.
/// Modules, tables, paths and type names all come from here.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceName {
    singular: String,
    plural: String,
}

/// Why a text names no resource.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
pub enum ResourceNameError {
    #[error("a resource needs a name, and this one is empty")]
    #[diagnostic(code(palisade::answers::resource), help("name one item, like `note`"))]
    Empty,
    #[error(
        "{given} has {length} characters; a resource's name has at most {}",
        ResourceName::MAX
    )]
    #[diagnostic(code(palisade::answers::resource), help("{suggestion}"))]
    TooLong {
        given: Quoted,
        length: usize,
        suggestion: Suggestion,
    },
    #[error(
        "{given} is not made of small words of `a` to `z` and digits, a letter first, joined by single `_`"
    )]
    #[diagnostic(code(palisade::answers::resource), help("{suggestion}"))]
    Spelling {
        given: Quoted,
        suggestion: Suggestion,
    },
    #[error("{given} is a plural; a resource is named after one item")]
    #[diagnostic(code(palisade::answers::resource), help("{suggestion}"))]
    Plural {
        given: Quoted,
        suggestion: Suggestion,
    },
    #[error("{given} has no plural of its own, and the service tells one item from many by it")]
    #[diagnostic(code(palisade::answers::resource), help("{suggestion}"))]
    Uncountable {
        given: Quoted,
        suggestion: Suggestion,
    },
    #[error("{given} needs the word {word}, which is {claim}")]
    #[diagnostic(code(palisade::answers::resource), help("{suggestion}"))]
    Claimed {
        given: Quoted,
        word: Quoted,
        claim: Claim,
        suggestion: Suggestion,
    },
}

impl ResourceName {
    /// Leaves a table's indexes room within PostgreSQL's 63 bytes.
    pub const MAX: usize = 32;

    /// Reads a singular in snake case and finds its plural.
    ///
    /// # Errors
    /// The first rule that the text breaks, with a name that would do.
    pub fn parse(text: &str) -> Result<Self, ResourceNameError> {
        Self::checked(text).map_err(|broken| broken.error(text))
    }

    fn checked(text: &str) -> Result<Self, Broken> {
        if text.is_empty() {
            return Err(Broken::Empty);
        }
        let length = text.chars().count();
        if length > Self::MAX {
            return Err(Broken::TooLong(length));
        }
        if !is_snake(text) {
            return Err(Broken::Spelling);
        }
        if text.starts_with("sqlite_") {
            return Err(Broken::Claimed("sqlite_".to_owned(), Claim::SqlitePrefix));
        }
        let plural = plural(text);
        if plural == text {
            let singular = singular(text);
            let is_uncountable = singular == text || claim_on_resource(&singular).is_some();
            return Err(if is_uncountable {
                Broken::Uncountable
            } else {
                Broken::Plural(singular)
            });
        }
        let claims = [
            (text, claim_on_resource(text)),
            (&plural, claim_on_resource(&plural)),
            (&plural, claim_on_table(&plural)),
        ];
        if let Some((word, claim)) = claims
            .into_iter()
            .find_map(|(word, claim)| Some((word, claim?)))
        {
            return Err(Broken::Claimed(word.to_owned(), claim));
        }
        Ok(Self {
            singular: text.to_owned(),
            plural,
        })
    }

    /// `note`, `order_item`.
    pub fn singular(&self) -> &str {
        &self.singular
    }

    /// The module and table: `notes`, `order_items`.
    pub fn plural(&self) -> &str {
        &self.plural
    }

    /// The type of one item: `Note`, `OrderItem`.
    pub fn type_name(&self) -> String {
        self.singular.to_pascal_case()
    }

    /// The type that stands for all items: `Notes`, `OrderItems`.
    pub fn plural_type_name(&self) -> String {
        self.plural.to_pascal_case()
    }

    /// The path segment: `notes`, `order-items`.
    pub fn path(&self) -> String {
        self.plural.to_kebab_case()
    }

    /// The words for prose: `order item`.
    pub fn label(&self) -> String {
        self.singular.replace('_', " ")
    }

    /// The words for prose: `order items`.
    pub fn plural_label(&self) -> String {
        self.plural.replace('_', " ")
    }

    /// `a` or `an`, by the first letter.
    pub fn article(&self) -> &'static str {
        if self.singular.starts_with(['a', 'e', 'i', 'o']) {
            "an"
        } else {
            "a"
        }
    }
}

impl fmt::Display for ResourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.singular)
    }
}

enum Broken {
    Empty,
    TooLong(usize),
    Spelling,
    Plural(String),
    Uncountable,
    Claimed(String, Claim),
}

impl Broken {
    fn error(self, text: &str) -> ResourceNameError {
        let given = Quoted::new(text);
        match self {
            Self::Empty => ResourceNameError::Empty,
            Self::TooLong(length) => ResourceNameError::TooLong {
                given,
                length,
                suggestion: suggest(text),
            },
            Self::Spelling => ResourceNameError::Spelling {
                given,
                suggestion: suggest(text),
            },
            Self::Plural(singular) => ResourceNameError::Plural {
                given,
                suggestion: suggest(&singular),
            },
            Self::Uncountable => ResourceNameError::Uncountable {
                given,
                suggestion: suggest(text),
            },
            Self::Claimed(word, claim) => ResourceNameError::Claimed {
                given,
                word: Quoted::new(&word),
                claim,
                suggestion: suggest(text),
            },
        }
    }
}

/// Words that the library takes for something else, each with its plural.
const CORRECTED: &[(&str, &str)] = &[
    ("lens", "lenses"),
    ("species", "species"),
    ("trellis", "trellises"),
    ("virus", "viruses"),
];

/// Words in -man and -men whose plural is their own with an s; the library knows `human` alone.
///
/// A list, since an ending does not tell them from `women`, `salesmen` and the like.
const WITH_S: &[&str] = &[
    "abdomen",
    "acumen",
    "agnomen",
    "albumen",
    "bitumen",
    "brahman",
    "caiman",
    "catechumen",
    "cayman",
    "cerumen",
    "cognomen",
    "cyclamen",
    "dolman",
    "dolmen",
    "examen",
    "foramen",
    "german",
    "gravamen",
    "hetman",
    "hymen",
    "lumen",
    "norman",
    "nomen",
    "numen",
    "omen",
    "ottoman",
    "praenomen",
    "putamen",
    "ramen",
    "regimen",
    "roman",
    "rumen",
    "semen",
    "shaman",
    "specimen",
    "stamen",
    "talisman",
    "tegmen",
    "turkmen",
    "turkoman",
    "yemen",
];

/// Returns the text with its last word in the plural.
///
/// The library compiles the rules of a number when it is first asked for one, which takes as long as
/// all else that is done in memory: who needs one form does not ask for both.
fn plural(text: &str) -> String {
    let (before, last) = last_word(text);
    let plural = corrected(last).map_or_else(|| pluralize(last, 2, false), |(_, plural)| plural);
    format!("{before}{plural}")
}

/// Returns the text with its last word in the singular.
fn singular(text: &str) -> String {
    let (before, last) = last_word(text);
    let singular =
        corrected(last).map_or_else(|| pluralize(last, 1, false), |(singular, _)| singular);
    format!("{before}{singular}")
}

/// Parts the last word from what stands before it.
fn last_word(text: &str) -> (&str, &str) {
    text.split_at(text.rfind('_').map_or(0, |place| place + 1))
}

/// Returns singular and plural of a word that the library takes for something else.
fn corrected(word: &str) -> Option<(String, String)> {
    let stem = word.strip_suffix('s').unwrap_or(word);
    if WITH_S.contains(&stem) {
        return Some((stem.to_owned(), format!("{stem}s")));
    }
    let (singular, plural) = CORRECTED
        .iter()
        .find(|(singular, plural)| [*singular, *plural].contains(&word))?;
    Some(((*singular).to_owned(), (*plural).to_owned()))
}

pub(crate) fn is_snake(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.split('_').all(|word| {
            !word.is_empty() && word.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9'))
        })
}

fn suggest(text: &str) -> Suggestion {
    let words = words(text);
    let whole = join_within(&words, '_', ResourceName::MAX);
    let singular = singular(&whole);
    let item = format!(
        "{}_record",
        join_within(&words, '_', ResourceName::MAX - "_record".len())
    );
    Suggestion::first([whole, singular, item, "note".to_owned()], |name| {
        ResourceName::checked(name).is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::{ResourceName, ResourceNameError};
    use crate::answers::reserved::Claim;

    fn name(text: &str) -> ResourceName {
        ResourceName::parse(text).expect(text)
    }

    fn help(text: &str) -> String {
        let error = ResourceName::parse(text).expect_err(text);
        miette::Diagnostic::help(&error)
            .expect("every refusal says what to do")
            .to_string()
    }

    #[test]
    fn the_plural_is_english() {
        for (singular, plural) in [
            ("note", "notes"),
            ("category", "categories"),
            ("person", "people"),
            ("child", "children"),
            ("address", "addresses"),
            ("status", "statuses"),
            ("order_item", "order_items"),
            ("bus", "buses"),
            ("analysis", "analyses"),
            ("invoice2", "invoice2s"),
            ("contact_lens", "contact_lenses"),
            ("virus", "viruses"),
            ("specimen", "specimens"),
            ("blood_specimen", "blood_specimens"),
            ("regimen", "regimens"),
            ("omen", "omens"),
            ("yemen", "yemens"),
            ("human", "humans"),
            ("talisman", "talismans"),
            ("woman", "women"),
            ("salesman", "salesmen"),
        ] {
            assert_eq!(name(singular).plural(), plural);
        }
    }

    #[test]
    fn each_form_fits_its_place() {
        let name = name("order_item");
        assert_eq!(name.type_name(), "OrderItem");
        assert_eq!(name.plural_type_name(), "OrderItems");
        assert_eq!(name.path(), "order-items");
        assert_eq!(name.label(), "order item");
        assert_eq!(name.plural_label(), "order items");
        assert_eq!(name.article(), "an");
    }

    #[test]
    fn a_plural_is_refused_with_its_singular() {
        assert!(matches!(
            ResourceName::parse("notes"),
            Err(ResourceNameError::Plural { .. })
        ));
        assert_eq!(help("notes"), "try `note`");
        assert_eq!(help("people"), "try `person`");
        assert_eq!(help("lenses"), "try `lens`");
        assert_eq!(help("specimens"), "try `specimen`");
        assert_eq!(help("women"), "try `woman`");
        assert_eq!(help("salesmen"), "try `salesman`");
        assert_eq!(help("order_items"), "try `order_item`");
    }

    #[test]
    fn a_singular_that_ends_like_men_is_a_name() {
        for word in super::WITH_S {
            assert_eq!(name(word).plural(), format!("{word}s"));
        }
    }

    #[test]
    fn a_word_without_a_plural_of_its_own_is_refused() {
        for word in ["sheep", "news", "series", "species", "equipment"] {
            assert!(
                matches!(
                    ResourceName::parse(word),
                    Err(ResourceNameError::Uncountable { .. })
                ),
                "{word}"
            );
            assert_eq!(help(word), format!("try `{word}_record`"));
        }
    }

    #[test]
    fn keywords_and_the_services_own_words_are_refused() {
        for (word, claim) in [
            ("type", Claim::Rust),
            ("mod", Claim::Rust),
            ("key", Claim::Service),
            ("route", Claim::Service),
            ("api_key", Claim::Service),
            ("value", Claim::Sql),
            ("sqlite_note", Claim::SqlitePrefix),
            ("con", Claim::WindowsDevice),
        ] {
            assert!(
                matches!(ResourceName::parse(word), Err(ResourceNameError::Claimed { claim: by, .. }) if by == claim),
                "{word}: {:?}",
                ResourceName::parse(word)
            );
        }
        assert_eq!(help("type"), "try `type_record`");
    }

    #[test]
    fn a_misspelt_name_is_offered_in_snake_case() {
        for (given, offered) in [
            ("Note", "note"),
            ("orderItem", "order_item"),
            ("order-item", "order_item"),
            ("Straße", "strasse"),
            ("../notes", "note"),
            ("2note", "note"),
            ("_note", "note"),
            ("a__b", "a_b"),
        ] {
            assert_eq!(help(given), format!("try `{offered}`"), "{given}");
        }
    }

    #[test]
    fn a_long_name_is_counted() {
        assert!(matches!(
            ResourceName::parse(&"n".repeat(200)),
            Err(ResourceNameError::TooLong { length: 200, .. })
        ));
        assert_eq!(name(&"n".repeat(32)).singular().len(), 32);
    }
}
