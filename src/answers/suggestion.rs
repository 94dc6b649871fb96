//! The way out of a refused name.

use std::fmt;

use deunicode::deunicode;

/// A spelling that would have been accepted, if one could be found.
///
/// As text it is the help line under an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion(Option<String>);

impl Suggestion {
    /// Offers the first candidate that `accepts` takes.
    pub(crate) fn first<I>(candidates: I, accepts: impl Fn(&str) -> bool) -> Self
    where
        I: IntoIterator<Item = String>,
    {
        Self(candidates.into_iter().find(|candidate| accepts(candidate)))
    }

    pub fn as_deref(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

impl fmt::Display for Suggestion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(spelling) => write!(f, "try `{spelling}`"),
            None => f.write_str("choose another name"),
        }
    }
}

/// Spells any text in lower-case ASCII words: `Straße API` is `strasse`, `api`.
///
/// Words end at whatever is neither a letter nor a digit, and where a capital
/// follows a small letter. Leading digits are dropped, since no name in Rust has them.
pub(crate) fn words(text: &str) -> Vec<String> {
    // Long input is cut first: what is cut off could not be part of a name anyway.
    let start: String = text.chars().take(256).collect();
    let mut words = vec![String::new()];
    let mut after_small = false;
    for character in deunicode(&start).chars() {
        if !character.is_ascii_alphanumeric() || (after_small && character.is_ascii_uppercase()) {
            words.push(String::new());
        }
        after_small = character.is_ascii_lowercase() || character.is_ascii_digit();
        if let (Some(word), true) = (words.last_mut(), character.is_ascii_alphanumeric()) {
            word.push(character.to_ascii_lowercase());
        }
    }
    strip_leading_digits(words)
}

fn strip_leading_digits(words: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for word in words {
        let word = if kept.is_empty() {
            word.trim_start_matches(|c: char| c.is_ascii_digit())
        } else {
            &word
        };
        if !word.is_empty() {
            kept.push(word.to_owned());
        }
    }
    kept
}

/// Joins as many whole words as fit into `limit` characters.
pub(crate) fn join_within(words: &[String], separator: char, limit: usize) -> String {
    let mut joined = String::new();
    for word in words {
        if !joined.is_empty() && joined.len() + 1 + word.len() > limit {
            break;
        }
        if !joined.is_empty() {
            joined.push(separator);
        }
        joined.push_str(word);
    }
    joined.truncate(limit);
    joined
}

#[cfg(test)]
mod tests {
    use super::{Suggestion, join_within, words};

    #[test]
    fn any_script_is_spelled_in_ascii_words() {
        assert_eq!(words("Straße API"), ["strasse", "api"]);
        assert_eq!(words("notesApi"), ["notes", "api"]);
        assert_eq!(words("HTTPServer2Go"), ["httpserver2", "go"]);
        assert_eq!(words("../../etc/passwd"), ["etc", "passwd"]);
        assert_eq!(words("2024 3 notes"), ["notes"]);
        assert!(words("東京").concat().starts_with("dong"));
        assert!(words("!!!").is_empty());
    }

    #[test]
    fn words_are_cut_at_a_word_and_a_long_word_in_itself() {
        let words = ["notes".to_owned(), "api".to_owned(), "server".to_owned()];
        assert_eq!(join_within(&words, '-', 10), "notes-api");
        assert_eq!(join_within(&["a".repeat(30)], '-', 10), "a".repeat(10));
    }

    #[test]
    fn the_first_accepted_spelling_is_offered() {
        let offers = ["a".to_owned(), "bb".to_owned(), "cc".to_owned()];
        assert_eq!(
            Suggestion::first(offers.clone(), |name| name.len() == 2).to_string(),
            "try `bb`"
        );
        assert_eq!(
            Suggestion::first(offers, |name| name.len() == 9).to_string(),
            "choose another name"
        );
    }
}
