use std::fmt;

use miette::Diagnostic;
use thiserror::Error;

use super::quoted::Quoted;

/// A day of the Gregorian calendar, from 1970-01-01 to 9999-12-31.
///
/// Kept as days since 1970-01-01, so that adding days is adding numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(u32);

/// Why a text is no date.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
pub enum DateError {
    #[error("{given} is not a date")]
    #[diagnostic(
        code(palisade::answers::date),
        help("write it as YYYY-MM-DD, like `2026-11-23`")
    )]
    Form { given: Quoted },
    #[error("{given} is not in the calendar between 1970-01-01 and 9999-12-31")]
    #[diagnostic(code(palisade::answers::date), help("check the month and the day"))]
    Calendar { given: Quoted },
}

impl Date {
    const LAST: u32 = 2_932_896;

    /// Reads `YYYY-MM-DD`.
    ///
    /// # Errors
    /// When the text has another form, or names a day that no calendar has.
    pub fn parse(text: &str) -> Result<Self, DateError> {
        let form = || DateError::Form {
            given: Quoted::new(text),
        };
        let is_form = text.len() == 10
            && text.bytes().enumerate().all(|(i, byte)| {
                if i == 4 || i == 7 {
                    byte == b'-'
                } else {
                    byte.is_ascii_digit()
                }
            });
        if !is_form {
            return Err(form());
        }
        let number = |range| {
            text.get(range)
                .and_then(|digits: &str| digits.parse().ok())
                .ok_or_else(form)
        };
        let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
        if year < 1970 || !(1..=12).contains(&month) || day < 1 || day > days_in(year, month) {
            return Err(DateError::Calendar {
                given: Quoted::new(text),
            });
        }
        Ok(Self(days_since_1970(year, month, day)))
    }

    /// Returns the UTC day of a moment given in seconds since 1970, the last day if it lies beyond.
    pub fn from_unix_seconds(seconds: u64) -> Self {
        Self(
            u32::try_from(seconds / 86_400)
                .unwrap_or(Self::LAST)
                .min(Self::LAST),
        )
    }

    /// Returns the day `days` later, the last day if that lies beyond.
    #[must_use]
    pub fn plus_days(self, days: u32) -> Self {
        Self(self.0.saturating_add(days).min(Self::LAST))
    }

    /// Returns how many days this day lies after another, 0 if it does not.
    pub fn days_since(self, earlier: Self) -> u32 {
        self.0.saturating_sub(earlier.0)
    }

    fn year_month_day(self) -> (u32, u32, u32) {
        let mut year = 1970 + self.0 / 366;
        while days_since_1970(year + 1, 1, 1) <= self.0 {
            year += 1;
        }
        let mut month = 1;
        while month < 12 && days_since_1970(year, month + 1, 1) <= self.0 {
            month += 1;
        }
        (year, month, self.0 - days_since_1970(year, month, 1) + 1)
    }
}

fn is_leap(year: u32) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn days_in(year: u32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Counts the days before a date that exists, from 1970 on.
fn days_since_1970(year: u32, month: u32, day: u32) -> u32 {
    let before = year - 1;
    // 477 leap days lie in the years up to 1969.
    let leap_days = before / 4 - before / 100 + before / 400 - 477;
    let months: u32 = (1..month).map(|earlier| days_in(year, earlier)).sum();
    (year - 1970) * 365 + leap_days + months + day - 1
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.year_month_day();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::{Date, DateError};

    fn date(text: &str) -> Date {
        Date::parse(text).expect(text)
    }

    #[test]
    fn a_date_is_written_as_it_was_read() {
        for text in [
            "1970-01-01",
            "2000-02-29",
            "2026-11-23",
            "2100-02-28",
            "2024-12-31",
            "9999-12-31",
        ] {
            assert_eq!(date(text).to_string(), text);
        }
    }

    #[test]
    fn each_day_follows_the_one_before() {
        let mut day = date("1999-12-31");
        for _ in 0..3000 {
            let next = Date::parse(&day.plus_days(1).to_string()).expect("a day");
            assert_eq!(next, day.plus_days(1));
            day = next;
        }
        assert_eq!(day.to_string(), "2008-03-18");
    }

    #[test]
    fn days_are_added_over_months_and_leap_years() {
        assert_eq!(date("2026-11-23").plus_days(90).to_string(), "2027-02-21");
        assert_eq!(date("2028-02-28").plus_days(1).to_string(), "2028-02-29");
        assert_eq!(date("9999-12-31").plus_days(1).to_string(), "9999-12-31");
    }

    #[test]
    fn the_clock_gives_the_utc_day() {
        assert_eq!(Date::from_unix_seconds(86_399).to_string(), "1970-01-01");
        assert_eq!(
            Date::from_unix_seconds(1_795_499_515).to_string(),
            "2026-11-24"
        );
        assert_eq!(Date::from_unix_seconds(u64::MAX).to_string(), "9999-12-31");
    }

    #[test]
    fn what_no_calendar_has_is_refused() {
        for text in [
            "2026-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-04-31",
            "2026-01-00",
            "1969-12-31",
            "1900-02-29",
        ] {
            assert!(
                matches!(Date::parse(text), Err(DateError::Calendar { .. })),
                "{text}"
            );
        }
        for text in [
            "",
            "today",
            "2026-1-1",
            "26-01-01",
            "2026/01/01",
            "2026-01-01T00:00",
            "２０２６-01-01",
            "+026-01-01",
        ] {
            assert!(
                matches!(Date::parse(text), Err(DateError::Form { .. })),
                "{text}"
            );
        }
    }
}
