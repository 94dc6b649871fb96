//! The values that most bodies are made of: text, ids and instants.

use std::fmt;
use std::time::Duration;

use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};
use unicode_normalization::{UnicodeNormalization, is_nfc};
pub use uuid::Uuid;

use super::{Faults, Field, Rule, Schema};

/// What no text may hold, as far as a regular expression can say it: controls, bidirectional
/// overrides and noncharacters of the basic plane.
const LINE: &str = r"^[^\u0000-\u001f\u007f-\u009f\u2028-\u202e\ufdd0-\ufdef\ufffe\uffff]*$";
/// The same, but line feed and tabulator are welcome.
const LINES: &str = r"^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\ufdd0-\ufdef\ufffe\uffff]*$";

/// One line of text, `MIN` to `MAX` code points.
pub type Line<const MIN: usize, const MAX: usize> = Free<MIN, MAX, false>;

/// Lines of text, `MIN` to `MAX` code points.
pub type Text<const MIN: usize, const MAX: usize> = Free<MIN, MAX, true>;

/// Free text, normalized, counted in code points (INPUT-13, RFC 9839 §4.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, sqlx::Type)]
#[serde(transparent)]
#[sqlx(transparent)]
pub struct Free<const MIN: usize, const MAX: usize, const HAS_LINES: bool>(String);

impl<const MIN: usize, const MAX: usize, const HAS_LINES: bool> Field for Free<MIN, MAX, HAS_LINES> {
    /// Normalizes first: what is counted and checked is what is stored.
    fn parse(value: Value) -> Result<Self, Faults> {
        let text = string(value)?;
        let text = if is_nfc(&text) { text } else { text.nfc().collect() };
        if !(MIN..=MAX).contains(&text.chars().count()) {
            return Err(Rule::LENGTH.into());
        }
        let is_welcome = |c| !is_refused(c) || (HAS_LINES && matches!(c, '\n' | '\t'));
        if text.chars().all(is_welcome) && has_balanced_isolates(&text) {
            Ok(Self(text))
        } else {
            Err(Rule::CHARACTERS.into())
        }
    }

    fn schema() -> Schema {
        let pattern = if HAS_LINES { LINES } else { LINE };
        json!({ "type": "string", "minLength": MIN, "maxLength": MAX, "pattern": pattern })
    }
}

impl<const MAX: usize, const HAS_LINES: bool> Default for Free<0, MAX, HAS_LINES> {
    fn default() -> Self {
        Self(String::new())
    }
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

impl Field for Uuid {
    fn parse(value: Value) -> Result<Self, Faults> {
        Ok(parse_id(&string(value)?).ok_or(Rule::FORMAT)?)
    }

    fn schema() -> Schema {
        json!({ "type": "string", "format": "uuid" })
    }
}

/// Of the spellings that the library reads, only the hyphenated one has 36 bytes (INPUT-12).
pub(super) fn parse_id(text: &str) -> Option<Uuid> {
    if text.len() == 36 { Uuid::try_parse(text).ok() } else { None }
}

/// An instant between the years 0000 and 9999, to the microsecond; in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, sqlx::Type)]
#[sqlx(transparent)]
pub struct DateTime(OffsetDateTime);

impl DateTime {
    /// The start of 1970, before anything that the service stamps.
    pub const EPOCH: Self = Self(OffsetDateTime::UNIX_EPOCH);

    /// Returns the current second: what the service stamps is never finer.
    pub fn now() -> Self {
        Self(OffsetDateTime::now_utc().truncate_to_second())
    }

    /// Reads seconds since 1970; `None` when they lie beyond the year 9999.
    pub fn from_unix(seconds: i64) -> Option<Self> {
        OffsetDateTime::from_unix_timestamp(seconds).ok().map(Self)
    }

    /// Adds, up to the end of the calendar.
    #[must_use]
    pub fn after(self, time: Duration) -> Self {
        let time = time::Duration::try_from(time).unwrap_or(time::Duration::MAX);
        Self(self.0.saturating_add(time))
    }

    pub const fn unix(self) -> i64 {
        self.0.unix_timestamp()
    }
}

impl Field for DateTime {
    /// RFC 3339 text; its offset may lead out of the calendar.
    fn parse(value: Value) -> Result<Self, Faults> {
        let instant = OffsetDateTime::parse(&string(value)?, &Rfc3339).map_err(|_| Rule::FORMAT)?;
        let instant = instant.checked_to_offset(UtcOffset::UTC).ok_or(Rule::RANGE)?;
        let instant = Some(instant).filter(|instant| (0..=9999).contains(&instant.year()));
        Ok(Self(instant.ok_or(Rule::RANGE)?.truncate_to_microsecond()))
    }

    fn schema() -> Schema {
        json!({ "type": "string", "format": "date-time" })
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0.format(&Rfc3339).map_err(|_| fmt::Error)?)
    }
}

impl Serialize for DateTime {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

/// Returns the text of a value that is one.
pub(super) fn string(value: Value) -> Result<String, Rule> {
    if let Value::String(text) = value { Ok(text) } else { Err(Rule::TYPE) }
}
