use std::fmt;

use miette::Diagnostic;
use thiserror::Error;

use super::quoted::Quoted;
use super::reserved::{Claim, claim_on_crate};
use super::suggestion::{Suggestion, join_within, words};

/// A project's name: its folder, its crate, and the word in its settings and URNs.
///
/// Lower-case ASCII words of letters and digits with one `-` or `_` between them, a
/// letter first, at most [`ProjectName::MAX`] characters. That is what cargo, a
/// systemd unit, a media type, a URN and an environment variable all take.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProjectName(String);

/// Why a text is no project name.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
pub enum ProjectNameError {
    #[error("a project needs a name, and this one is empty")]
    #[diagnostic(
        code(palisade::answers::name),
        help("name it in small letters, like `notes-api`")
    )]
    Empty,
    #[error("{given} is a path, not a name")]
    #[diagnostic(
        code(palisade::answers::name),
        help("the folder is given as DIR, the name with `--name`: {suggestion}")
    )]
    Path {
        given: Quoted,
        suggestion: Suggestion,
    },
    #[error(
        "{given} has {length} characters; a project's name has at most {}",
        ProjectName::MAX
    )]
    #[diagnostic(code(palisade::answers::name), help("{suggestion}"))]
    TooLong {
        given: Quoted,
        length: usize,
        suggestion: Suggestion,
    },
    #[error("{given} does not begin with a letter from `a` to `z`")]
    #[diagnostic(code(palisade::answers::name), help("{suggestion}"))]
    Start {
        given: Quoted,
        suggestion: Suggestion,
    },
    #[error("{given} has {} in it; a project's name has small letters `a` to `z`, digits, `-` and `_`", Quoted::new(&found.to_string()))]
    #[diagnostic(code(palisade::answers::name), help("{suggestion}"))]
    Character {
        given: Quoted,
        found: char,
        suggestion: Suggestion,
    },
    #[error("{given} has a `-` or `_` that does not stand between two words")]
    #[diagnostic(code(palisade::answers::name), help("{suggestion}"))]
    Separator {
        given: Quoted,
        suggestion: Suggestion,
    },
    #[error("{given} is {claim}")]
    #[diagnostic(code(palisade::answers::name), help("{suggestion}"))]
    Claimed {
        given: Quoted,
        claim: Claim,
        suggestion: Suggestion,
    },
}

impl ProjectName {
    /// What crates.io takes at most.
    pub const MAX: usize = 64;

    /// Reads a name.
    ///
    /// # Errors
    /// The first rule that the text breaks, with a name that would do.
    pub fn parse(text: &str) -> Result<Self, ProjectNameError> {
        let given = || Quoted::new(text);
        let suggestion = || suggest(text);
        match first_broken(text) {
            None => Ok(Self(text.to_owned())),
            Some(Rule::Empty) => Err(ProjectNameError::Empty),
            Some(Rule::Path) => Err(ProjectNameError::Path {
                given: given(),
                suggestion: suggestion(),
            }),
            Some(Rule::TooLong(length)) => Err(ProjectNameError::TooLong {
                given: given(),
                length,
                suggestion: suggestion(),
            }),
            Some(Rule::Start) => Err(ProjectNameError::Start {
                given: given(),
                suggestion: suggestion(),
            }),
            Some(Rule::Character(found)) => Err(ProjectNameError::Character {
                given: given(),
                found,
                suggestion: suggestion(),
            }),
            Some(Rule::Separator) => Err(ProjectNameError::Separator {
                given: given(),
                suggestion: suggestion(),
            }),
            Some(Rule::Claimed(claim)) => Err(ProjectNameError::Claimed {
                given: given(),
                claim,
                suggestion: suggestion(),
            }),
        }
    }

    /// Refuses a name that one of the service's own dependencies has: cargo could not tell them apart.
    ///
    /// # Errors
    /// When `crates` holds the name, with `-` and `_` taken as one.
    pub fn apart_from<'a>(
        &self,
        crates: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), ProjectNameError> {
        let own = self.crate_name();
        if crates.into_iter().all(|name| name.replace('-', "_") != own) {
            return Ok(());
        }
        let suggestion = Suggestion::first(
            [format!("{}-api", self.0), format!("my-{}", self.0)],
            |name| first_broken(name).is_none(),
        );
        Err(ProjectNameError::Claimed {
            given: Quoted::new(&self.0),
            claim: Claim::Dependency,
            suggestion,
        })
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as Rust code spells it: `notes_api`.
    pub fn crate_name(&self) -> String {
        self.0.replace('-', "_")
    }

    /// The prefix of the service's environment variables: `NOTES_API`.
    pub fn env_prefix(&self) -> String {
        self.crate_name().to_ascii_uppercase()
    }
}

impl fmt::Display for ProjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

enum Rule {
    Empty,
    Path,
    TooLong(usize),
    Start,
    Character(char),
    Separator,
    Claimed(Claim),
}

fn first_broken(text: &str) -> Option<Rule> {
    let Some(first) = text.chars().next() else {
        return Some(Rule::Empty);
    };
    if text == "." || text == ".." || text.contains(['/', '\\']) {
        return Some(Rule::Path);
    }
    let length = text.chars().count();
    if length > ProjectName::MAX {
        return Some(Rule::TooLong(length));
    }
    if let Some(found) = text
        .chars()
        .find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '-' | '_'))
    {
        return Some(Rule::Character(found));
    }
    if first.is_ascii_digit() {
        return Some(Rule::Start);
    }
    if text.split(['-', '_']).any(str::is_empty) {
        return Some(Rule::Separator);
    }
    claim_on_crate(text).map(Rule::Claimed)
}

fn suggest(text: &str) -> Suggestion {
    // Of a path only the last part was meant as a name.
    let last = text
        .rsplit(['/', '\\'])
        .find(|part| !words(part).is_empty())
        .unwrap_or(text);
    let words = words(last);
    let whole = join_within(&words, '-', ProjectName::MAX);
    let with_api = format!(
        "{}-api",
        join_within(&words, '-', ProjectName::MAX - "-api".len())
    );
    Suggestion::first([whole, with_api, "notes-api".to_owned()], |name| {
        first_broken(name).is_none()
    })
}

#[cfg(test)]
mod tests {
    use super::{ProjectName, ProjectNameError};
    use crate::answers::reserved::Claim;

    fn suggestion(text: &str) -> String {
        let error = ProjectName::parse(text).expect_err(text);
        miette::Diagnostic::help(&error)
            .expect("every refusal says what to do")
            .to_string()
    }

    #[test]
    fn good_names_are_taken_as_they_are() {
        for name in [
            "a",
            "notes-api",
            "notes_api",
            "n2",
            "main",
            "lib",
            &"a".repeat(64),
        ] {
            assert_eq!(ProjectName::parse(name).expect(name).as_str(), name);
        }
    }

    #[test]
    fn each_spelling_of_the_name_fits_its_place() {
        let name = ProjectName::parse("notes-api2").expect("a good name");
        assert_eq!(name.crate_name(), "notes_api2");
        assert_eq!(name.env_prefix(), "NOTES_API2");
    }

    #[test]
    fn a_refused_name_gets_one_that_would_be_taken() {
        for (given, offered) in [
            ("Straße API", "try `strasse-api`"),
            ("NotesApi", "try `notes-api`"),
            ("notes--api", "try `notes-api`"),
            ("-notes", "try `notes`"),
            ("notes_", "try `notes`"),
            ("7notes", "try `notes`"),
            ("42", "try `notes-api`"),
            ("test", "try `test-api`"),
            ("proc-macro", "try `proc-macro-api`"),
            ("Self", "try `self-api`"),
            ("con", "try `con-api`"),
            ("build", "try `build-api`"),
            ("🦀", "try `crab`"),
            ("a\u{202e}b", "try `ab`"),
        ] {
            assert_eq!(suggestion(given), offered, "{given}");
        }
    }

    #[test]
    fn a_path_is_told_from_a_name() {
        for path in ["a/b", "..", ".", "/srv/notes", r"C:\notes", "../x"] {
            assert!(
                matches!(ProjectName::parse(path), Err(ProjectNameError::Path { .. })),
                "{path}"
            );
        }
        assert!(suggestion("/srv/My Notes/").ends_with("try `my-notes`"));
    }

    #[test]
    fn two_hundred_characters_are_counted_and_cut() {
        let error = ProjectName::parse(&"ab ".repeat(66)).expect_err("too long");
        assert!(error.to_string().contains("has 198 characters"), "{error}");
        assert!(suggestion(&"x".repeat(200)).contains(&"x".repeat(64)));
    }

    #[test]
    fn reserved_words_name_who_claims_them() {
        for (word, claim) in [
            ("fn", Claim::Rust),
            ("std", Claim::RustCrate),
            ("core", Claim::RustCrate),
            ("proc_macro", Claim::RustCrate),
            ("deps", Claim::CargoFolder),
            ("nul", Claim::WindowsDevice),
            ("com1", Claim::WindowsDevice),
        ] {
            assert!(
                matches!(ProjectName::parse(word), Err(ProjectNameError::Claimed { claim: by, .. }) if by == claim),
                "{word}"
            );
        }
    }

    #[test]
    fn the_name_of_a_dependency_is_refused() {
        let name = ProjectName::parse("serde_json").expect("a good name by itself");
        let error = name
            .apart_from(["axum", "serde-json"])
            .expect_err("a dependency has it");
        assert!(error.to_string().contains("depends on"));
        assert!(name.apart_from(["axum", "serde"]).is_ok());
    }

    #[test]
    fn whatever_is_suggested_is_taken() {
        for given in [
            "Straße API",
            "",
            "///",
            "9",
            "fn",
            "é",
            "A B C",
            "\u{0}",
            "~",
            "名前",
            &"ü".repeat(200),
        ] {
            let Err(error) = ProjectName::parse(given) else {
                continue;
            };
            let help = miette::Diagnostic::help(&error)
                .expect("every refusal says what to do")
                .to_string();
            let offered = help
                .rsplit('`')
                .nth(1)
                .expect("the last backticked word is the offer");
            ProjectName::parse(offered).expect(offered);
        }
    }
}
