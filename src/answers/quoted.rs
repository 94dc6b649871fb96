//! How a message shows text that somebody gave us.

use std::fmt;

const SHOWN: usize = 60;

/// Text from outside as a message may print it: in backticks, cut when long,
/// with control characters escaped so that it cannot drive the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quoted(String);

impl Quoted {
    pub fn new(text: &str) -> Self {
        let mut shown = String::from("`");
        for (index, character) in text.chars().enumerate() {
            if index == SHOWN {
                shown.push('…');
                break;
            }
            push_escaped(&mut shown, character);
        }
        shown.push('`');
        Self(shown)
    }
}

/// Backticks stay as they are: they end the quotation early but do no harm.
fn push_escaped(shown: &mut String, character: char) {
    if character.is_control() || is_invisible(character) {
        shown.extend(character.escape_unicode());
    } else {
        shown.push(character);
    }
}

/// Zero-width and direction marks, which would let two different names look alike.
pub(crate) fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

impl fmt::Display for Quoted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Quoted;

    #[test]
    fn an_escape_sequence_is_shown_not_sent() {
        assert_eq!(Quoted::new("a\u{1b}[31m").to_string(), r"`a\u{1b}[31m`");
    }

    #[test]
    fn a_direction_mark_is_shown() {
        assert_eq!(Quoted::new("a\u{202e}b").to_string(), r"`a\u{202e}b`");
    }

    #[test]
    fn a_long_text_is_cut() {
        assert_eq!(
            Quoted::new(&"ß".repeat(200)).to_string(),
            format!("`{}…`", "ß".repeat(60))
        );
        assert_eq!(
            Quoted::new(&"a".repeat(60)).to_string(),
            format!("`{}`", "a".repeat(60))
        );
    }
}
