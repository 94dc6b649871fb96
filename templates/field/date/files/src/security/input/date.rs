//! A day of the calendar.

use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use time::Date as Day;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use super::field::string;
use super::{Faults, Field, Rule, Schema};

const FORMAT: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

/// A day between the years 0000 and 9999, as `2026-11-24` (RFC 3339 `full-date`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(transparent)]
pub struct Date(Day);

impl Field for Date {
    /// The library also reads signed years, which have more than ten characters.
    fn parse(value: Value) -> Result<Self, Faults> {
        let text = string(value)?;
        let day = Day::parse(&text, FORMAT).ok().filter(|_| text.len() == 10);
        Ok(day.map(Self).ok_or(Rule::FORMAT)?)
    }

    fn schema() -> Schema {
        json!({ "type": "string", "format": "date" })
    }
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
        assert_eq!(Date::parse(json!("2028-02-29")).unwrap().0.to_string(), "2028-02-29");
        for text in ["2026-02-29", "2026-2-01", "2026-11-24T00:00:00Z", "+2026-11-2", "24.11.2026", ""] {
            assert_eq!(Date::parse(json!(text)), Err(Rule::FORMAT.into()), "{text}");
        }
    }
}
