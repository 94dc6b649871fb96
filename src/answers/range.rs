use std::fmt;

use miette::Diagnostic;
use thiserror::Error;

use super::quoted::Quoted;

/// How many characters or elements there may be, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    min: u32,
    max: u32,
}

/// Between which whole numbers a value lies, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IntRange {
    min: i64,
    max: i64,
}

/// Why a text is no range.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
pub enum RangeError {
    #[error("{given} is not a range")]
    #[diagnostic(
        code(palisade::answers::range),
        help("write it as MIN..MAX, with either end left out if you like: `1..200`, `..200`")
    )]
    Form { given: Quoted },
    #[error("{given} has neither end")]
    #[diagnostic(
        code(palisade::answers::range),
        help("leave the range out, or give one end: `..200`")
    )]
    NoEnd { given: Quoted },
    #[error("{given} is upside down: {min} is more than {max}")]
    #[diagnostic(code(palisade::answers::range), help("try `{max}..{min}`"))]
    UpsideDown { given: Quoted, min: i64, max: i64 },
    #[error("{given} lets nothing in but nothing")]
    #[diagnostic(code(palisade::answers::range), help("give a maximum of at least 1"))]
    Nothing { given: Quoted },
    #[error("{given} goes beyond {limit}, the most that this type takes")]
    #[diagnostic(
        code(palisade::answers::range),
        help("stay between {floor} and {limit}")
    )]
    Beyond {
        given: Quoted,
        floor: i64,
        limit: i64,
    },
}

impl Range {
    /// The range from nothing to `max`.
    pub(crate) const fn up_to(max: u32) -> Self {
        Self { min: 0, max }
    }

    /// Reads `MIN..MAX`; a missing end is 0 or `limit`.
    pub(crate) fn parse(text: &str, limit: u32) -> Result<Self, RangeError> {
        let ends = ends(text)?;
        let (min, max) = ends.within(0, i64::from(limit), text)?;
        if max == 0 {
            return Err(RangeError::Nothing {
                given: Quoted::new(text),
            });
        }
        // `within` has held both against `limit`, a u32.
        let narrow = |end: i64| u32::try_from(end).unwrap_or(limit);
        Ok(Self {
            min: narrow(min),
            max: narrow(max),
        })
    }

    pub fn min(self) -> u32 {
        self.min
    }

    pub fn max(self) -> u32 {
        self.max
    }
}

impl IntRange {
    /// What every JSON reader can hold without losing a digit (RFC 8259 §6): ±(2^53 - 1).
    pub const SAFE: Self = Self {
        min: -9_007_199_254_740_991,
        max: 9_007_199_254_740_991,
    };

    /// Reads `MIN..MAX`; a missing end is that of [`IntRange::SAFE`].
    pub(crate) fn parse(text: &str) -> Result<Self, RangeError> {
        let (min, max) = ends(text)?.within(Self::SAFE.min, Self::SAFE.max, text)?;
        Ok(Self { min, max })
    }

    pub fn min(self) -> i64 {
        self.min
    }

    pub fn max(self) -> i64 {
        self.max
    }

    /// The number nearest to 0 that lies within.
    pub fn nearest_zero(self) -> i64 {
        0.clamp(self.min, self.max)
    }
}

struct Ends {
    min: Option<i64>,
    max: Option<i64>,
}

impl Ends {
    fn within(self, floor: i64, limit: i64, text: &str) -> Result<(i64, i64), RangeError> {
        let (min, max) = (self.min.unwrap_or(floor), self.max.unwrap_or(limit));
        if min < floor || max > limit || min > limit || max < floor {
            return Err(RangeError::Beyond {
                given: Quoted::new(text),
                floor,
                limit,
            });
        }
        if min > max {
            return Err(RangeError::UpsideDown {
                given: Quoted::new(text),
                min,
                max,
            });
        }
        Ok((min, max))
    }
}

fn ends(text: &str) -> Result<Ends, RangeError> {
    let form = || RangeError::Form {
        given: Quoted::new(text),
    };
    let (min, max) = text.split_once("..").ok_or_else(form)?;
    if min.is_empty() && max.is_empty() {
        return Err(RangeError::NoEnd {
            given: Quoted::new(text),
        });
    }
    let end = |digits: &str| match digits {
        "" => Ok(None),
        _ if is_whole(digits) => digits.parse().map(Some).map_err(|_| form()),
        _ => Err(form()),
    };
    Ok(Ends {
        min: end(min)?,
        max: end(max)?,
    })
}

/// One spelling a number: no plus, no leading zero, no `-0`.
fn is_whole(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let canonical = text == "0" || digits.starts_with(|c: char| matches!(c, '1'..='9'));
    canonical && digits.chars().all(|c| c.is_ascii_digit())
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.min == 0 {
            write!(f, "..{}", self.max)
        } else {
            write!(f, "{}..{}", self.min, self.max)
        }
    }
}

impl fmt::Display for IntRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.min == Self::SAFE.min, self.max == Self::SAFE.max) {
            (true, _) => write!(f, "..{}", self.max),
            (false, true) => write!(f, "{}..", self.min),
            (false, false) => write!(f, "{}..{}", self.min, self.max),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{IntRange, Range, RangeError};

    #[test]
    fn either_end_may_be_left_out() {
        let range = Range::parse("..20", 200).expect("a range");
        assert_eq!((range.min(), range.max()), (0, 20));
        let range = Range::parse("5..", 200).expect("a range");
        assert_eq!((range.min(), range.max()), (5, 200));
        let range = IntRange::parse("-5..").expect("a range");
        assert_eq!((range.min(), range.max()), (-5, IntRange::SAFE.max()));
    }

    #[test]
    fn a_range_is_written_as_it_is_read() {
        for text in ["..20", "1..20", "7..7"] {
            assert_eq!(Range::parse(text, 200).expect(text).to_string(), text);
        }
        for text in ["..20", "-5..5", "0..", "..-1"] {
            assert_eq!(IntRange::parse(text).expect(text).to_string(), text);
        }
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for text in [
            "",
            "5",
            "1...5",
            "1-5",
            "a..b",
            "+1..5",
            "01..5",
            "1..5..9",
            "..=5",
            "1 .. 5",
            "-0..1",
            "..99999999999999999999",
            "--1..5",
            "-..5",
        ] {
            assert!(
                matches!(IntRange::parse(text), Err(RangeError::Form { .. })),
                "{text}: {:?}",
                IntRange::parse(text)
            );
        }
        assert!(matches!(
            Range::parse("..", 200),
            Err(RangeError::NoEnd { .. })
        ));
        assert!(matches!(
            Range::parse("9..3", 200),
            Err(RangeError::UpsideDown { min: 9, max: 3, .. })
        ));
        assert!(matches!(
            Range::parse("..0", 200),
            Err(RangeError::Nothing { .. })
        ));
        assert!(matches!(
            Range::parse("..201", 200),
            Err(RangeError::Beyond { limit: 200, .. })
        ));
        assert!(matches!(
            Range::parse("-1..5", 200),
            Err(RangeError::Beyond { floor: 0, .. })
        ));
        assert!(matches!(
            Range::parse("201..", 200),
            Err(RangeError::Beyond { .. })
        ));
        assert!(matches!(
            IntRange::parse("..9007199254740992"),
            Err(RangeError::Beyond { .. })
        ));
    }

    #[test]
    fn the_default_for_others_lies_within() {
        for (text, nearest) in [("..", 0), ("-5..5", 0), ("3..9", 3), ("-9..-3", -3)] {
            let range = if text == ".." {
                IntRange::SAFE
            } else {
                IntRange::parse(text).expect(text)
            };
            assert_eq!(range.nearest_zero(), nearest);
        }
    }
}
