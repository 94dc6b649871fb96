//! A day of the calendar.

use serde::{Serialize, Serializer};
use serde_json::json;
use time::Date as Day;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use super::{Faults, Field, Pointer, Rule, Schema, Value};

const FORMAT: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

/// A day between the years 0000 and 9999, as `2026-11-24` (RFC 3339 `full-date`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(transparent)]
pub struct Date(Day);

impl Field for Date {
    fn parse(value: Value<'_>, at: &Pointer<'_>, faults: &mut Faults) -> Option<Self> {
        let parsed = match value {
            Value::String(text) => parse_day(&text).ok_or(Rule::Format),
            _ => Err(Rule::Type),
        };
        parsed.map(Self).map_err(|rule| faults.push(at, rule)).ok()
    }

    fn schema() -> Schema {
        json!({ "type": "string", "format": "date" })
    }
}

/// The library also reads signed years, which have more than ten characters.
fn parse_day(text: &str) -> Option<Day> {
    if text.len() == 10 { Day::parse(text, FORMAT).ok() } else { None }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_in_the_calendar() {
        assert_eq!(parse_day("2028-02-29").unwrap().to_string(), "2028-02-29");
        for text in ["2026-02-29", "2026-2-01", "2026-11-24T00:00:00Z", "+2026-11-2", "24.11.2026", ""] {
            assert_eq!(parse_day(text), None, "{text}");
        }
    }
}
