//! Free text: one line or many, normalized, counted in code points (INPUT-13, RFC 9839 §4.3).

use std::borrow::Cow;

use serde::Serialize;
use serde_json::json;
use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::{Faults, Field, Pointer, Rule, Schema, Value};

/// What no text may hold, as far as a regular expression can say it: controls, bidirectional
/// overrides and noncharacters of the basic plane.
const LINE: &str = r"^[^\u0000-\u001f\u007f-\u009f\u2028-\u202e\ufdd0-\ufdef\ufffe\uffff]*$";
/// The same, but line feed and tabulator are welcome.
const LINES: &str = r"^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\ufdd0-\ufdef\ufffe\uffff]*$";

/// One line of text, `MIN` to `MAX` code points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, sqlx::Type)]
#[serde(transparent)]
#[sqlx(transparent)]
pub struct Line<const MIN: usize, const MAX: usize>(String);

/// Lines of text, `MIN` to `MAX` code points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, sqlx::Type)]
#[serde(transparent)]
#[sqlx(transparent)]
pub struct Text<const MIN: usize, const MAX: usize>(String);

impl<const MIN: usize, const MAX: usize> Field for Line<MIN, MAX> {
    fn parse(value: Value<'_>, at: &Pointer<'_>, faults: &mut Faults) -> Option<Self> {
        parse_text(value, "", MIN, MAX).map(Self).map_err(|rule| faults.push(at, rule)).ok()
    }

    fn schema() -> Schema {
        json!({ "type": "string", "minLength": MIN, "maxLength": MAX, "pattern": LINE })
    }
}

impl<const MIN: usize, const MAX: usize> Field for Text<MIN, MAX> {
    fn parse(value: Value<'_>, at: &Pointer<'_>, faults: &mut Faults) -> Option<Self> {
        parse_text(value, "\n\t", MIN, MAX).map(Self).map_err(|rule| faults.push(at, rule)).ok()
    }

    fn schema() -> Schema {
        json!({ "type": "string", "minLength": MIN, "maxLength": MAX, "pattern": LINES })
    }
}

impl<const MAX: usize> Default for Line<0, MAX> {
    fn default() -> Self {
        Self(String::new())
    }
}

impl<const MAX: usize> Default for Text<0, MAX> {
    fn default() -> Self {
        Self(String::new())
    }
}

/// Normalizes first: what is counted and checked is what is stored.
fn parse_text(value: Value<'_>, controls: &str, min: usize, max: usize) -> Result<String, Rule> {
    let Value::String(text) = value else {
        return Err(Rule::Type);
    };
    let text = if is_nfc(&text) { text } else { Cow::Owned(text.nfc().collect()) };
    if !(min..=max).contains(&text.chars().count()) {
        return Err(Rule::Length);
    }
    if text.chars().any(|c| is_refused(c) && !controls.contains(c)) || !has_balanced_isolates(&text) {
        return Err(Rule::Characters);
    }
    Ok(text.into_owned())
}

fn is_refused(c: char) -> bool {
    let is_noncharacter = u32::from(c) & 0xfffe == 0xfffe;
    c.is_control() || is_noncharacter || matches!(c, '\u{2028}'..='\u{202e}' | '\u{fdd0}'..='\u{fdef}')
}

/// An isolate that stays open would reorder the text that is shown after it.
fn has_balanced_isolates(text: &str) -> bool {
    let open = text.chars().try_fold(0_usize, |open, c| match c {
        '\u{2066}'..='\u{2068}' => open.checked_add(1),
        '\u{2069}' => open.checked_sub(1),
        _ => Some(open),
    });
    open == Some(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Result<String, Rule> {
        parse_text(Value::String(text.into()), "", 1, 5)
    }

    #[test]
    fn counts_code_points_after_normalizing() {
        assert_eq!(line("e\u{301}e\u{301}e\u{301}").unwrap(), "ééé");
        assert_eq!(line("😀😀😀😀😀").unwrap().chars().count(), 5);
        assert_eq!(line(""), Err(Rule::Length));
        assert_eq!(line("123456"), Err(Rule::Length));
    }

    #[test]
    fn refuses_controls_noncharacters_and_overrides() {
        for c in
            ["\n", "\t", "\u{7f}", "\u{85}", "\u{2028}", "\u{202e}", "\u{fdd0}", "\u{1ffff}", "\u{2066}", "\u{2069}"]
        {
            assert_eq!(line(c), Err(Rule::Characters), "{}", c.escape_unicode());
        }
        assert!(line("\u{2067}א\u{2069}").is_ok());
    }

    #[test]
    fn only_text_has_lines() {
        let lines = |text: &'static str| parse_text(Value::String(text.into()), "\n\t", 0, 9);
        assert!(lines("a\n\tb").is_ok());
        assert_eq!(lines("a\rb"), Err(Rule::Characters));
        assert_eq!(parse_text(Value::Int(1), "", 0, 9), Err(Rule::Type));
    }
}
