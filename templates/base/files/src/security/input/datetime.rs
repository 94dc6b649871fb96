//! An instant, as RFC 3339 text with an offset; kept in UTC.

use std::fmt;
use std::time::Duration;

use serde::{Serialize, Serializer};
use serde_json::json;
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

use super::{Faults, Field, Pointer, Rule, Schema, Value};

/// An instant between the years 0000 and 9999, to the microsecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, sqlx::Type)]
#[sqlx(transparent)]
pub struct DateTime(OffsetDateTime);

impl DateTime {
    /// The start of 1970, before anything that the service stamps.
    pub const EPOCH: Self = Self(OffsetDateTime::UNIX_EPOCH);

    /// Returns the current second: what the service stamps is never finer.
    pub fn now() -> Self {
        Self::from(OffsetDateTime::now_utc())
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

/// Drops what is finer than a second.
impl From<OffsetDateTime> for DateTime {
    fn from(instant: OffsetDateTime) -> Self {
        Self(instant.truncate_to_second())
    }
}

impl Field for DateTime {
    fn parse(value: Value<'_>, at: &Pointer<'_>, faults: &mut Faults) -> Option<Self> {
        let parsed = match value {
            Value::String(text) => parse_instant(&text),
            _ => Err(Rule::Type),
        };
        parsed.map(Self).map_err(|rule| faults.push(at, rule)).ok()
    }

    fn schema() -> Schema {
        json!({ "type": "string", "format": "date-time" })
    }
}

fn parse_instant(text: &str) -> Result<OffsetDateTime, Rule> {
    let instant = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| Rule::Format)?;
    let instant = instant.checked_to_offset(UtcOffset::UTC).ok_or(Rule::Range)?;
    if !(0..=9999).contains(&instant.year()) {
        return Err(Rule::Range);
    }
    Ok(instant.truncate_to_microsecond())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_has_an_offset_and_a_range() {
        let utc = parse_instant("2026-11-24T07:30:00.123456789+02:00").unwrap();
        assert_eq!(DateTime(utc).to_string(), "2026-11-24T05:30:00.123456Z");
        for text in ["2026-11-24T07:30:00", "2026-11-24", "2026-02-30T00:00:00Z", "1", ""] {
            assert_eq!(parse_instant(text), Err(Rule::Format), "{text}");
        }
        assert_eq!(parse_instant("9999-12-31T23:59:59-01:00"), Err(Rule::Range));
    }
}
