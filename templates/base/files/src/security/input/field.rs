//! What a body is made of: one trait, the faults that it tells of, the types built from it, and the
//! values that most bodies hold.

use std::fmt;
use std::time::Duration;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};
use unicode_normalization::{UnicodeNormalization, is_nfc};
pub use uuid::Uuid;

/// A schema of `OpenAPI` 3.1.
pub type Schema = Value;

/// A rule that a value can break, by its code; each is declared where it is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Rule(pub(super) &'static str);

impl Rule {
    pub const CHARACTERS: Self = Self("characters");
    pub const FORMAT: Self = Self("format");
    pub const LENGTH: Self = Self("length");
    pub const RANGE: Self = Self("range");
    pub const REQUIRED: Self = Self("required");
    pub const TYPE: Self = Self("type");
    pub const UNKNOWN: Self = Self("unknown-member");
}

/// What is wrong with a value, and where: never what was sent (ERR-7).
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// JSON pointer to the member (RFC 6901).
    pub pointer: String,
    pub rule: Rule,
}

impl Fault {
    /// Says the same to the one who reads from further out.
    #[must_use]
    pub fn below(self, step: &str) -> Self {
        let step = step.replace('~', "~0").replace('/', "~1");
        Self { pointer: format!("/{step}{}", self.pointer), ..self }
    }
}

/// As the log has it: the name of an unknown member is the client's text, and stays out.
impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parent = self.pointer.rsplit_once('/').filter(|_| self.rule == Rule::UNKNOWN);
        write!(out, "{} {}", parent.map_or(&*self.pointer, |(parent, _)| parent), self.rule.0)
    }
}

/// All that is wrong with a value.
pub type Faults = Vec<Fault>;

impl From<Rule> for Faults {
    fn from(rule: Rule) -> Self {
        vec![Fault { pointer: String::new(), rule }]
    }
}

/// A type that a request or a response can hold.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a member of a request or response",
    note = "use a type of `security::input`, or write a `Field` impl with its limits"
)]
pub trait Field: Sized {
    /// Turns a JSON value into the type, or says what is wrong with it.
    fn parse(value: Value) -> Result<Self, Faults>;

    /// Returns the schema that [`parse`](Self::parse) enforces.
    fn schema() -> Schema;

    /// Returns what a missing member means; `None` makes the member required.
    fn absent() -> Option<Self> {
        None
    }

    /// Names the permissions that members ask for beyond their route's.
    fn permissions(_: &mut Vec<&'static str>) {}
}

impl Field for bool {
    fn parse(value: Value) -> Result<Self, Faults> {
        Ok(value.as_bool().ok_or(Rule::TYPE)?)
    }

    fn schema() -> Schema {
        json!({ "type": "boolean" })
    }
}

/// An optional member may be missing or `null`.
impl<T: Field> Field for Option<T> {
    fn parse(value: Value) -> Result<Self, Faults> {
        if value.is_null() { Ok(None) } else { T::parse(value).map(Some) }
    }

    fn schema() -> Schema {
        json!({ "anyOf": [T::schema(), { "type": "null" }] })
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

/// An object's members, taken out by name: what is left over is unknown (INPUT-1).
pub struct Members {
    rest: Map<String, Value>,
    faults: Faults,
}

impl Members {
    pub fn of(value: Value) -> Result<Self, Rule> {
        let Value::Object(rest) = value else { return Err(Rule::TYPE) };
        Ok(Self { rest, faults: Faults::new() })
    }

    pub fn take<T: Field>(&mut self, name: &str) -> Option<T> {
        let taken = match self.rest.remove(name) {
            Some(value) => T::parse(value),
            None => T::absent().ok_or_else(|| Rule::REQUIRED.into()),
        };
        taken.map_err(|faults| self.faults.extend(faults.into_iter().map(|fault| fault.below(name)))).ok()
    }

    /// Builds the whole, unless a member was at fault or is unknown.
    pub fn finish<T>(mut self, build: impl FnOnce() -> Option<T>) -> Result<T, Faults> {
        let unknown = |name: &String| Fault { pointer: String::new(), rule: Rule::UNKNOWN }.below(name);
        self.faults.extend(self.rest.keys().map(unknown));
        build().filter(|_| self.faults.is_empty()).ok_or(self.faults)
    }
}

/// Returns the schema of an object with these members, which may have to be there, and no others.
pub fn object<const N: usize>(members: [(&str, Schema, bool); N]) -> Schema {
    let required: Vec<_> = members.iter().filter(|member| member.2).map(|member| member.0).collect();
    let required = json!(required);
    let properties: Map<_, _> = members.into_iter().map(|(name, schema, _)| (name.to_owned(), schema)).collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

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

/// Declares the body of a request: parser and schema come from the field types.
macro_rules! request {
    ($(#[$about:meta])* $vis:vis struct $name:ident { $($(#[$note:meta])* pub $field:ident: $type:ty,)* }) => {
        $(#[$about])*
        $vis struct $name { $($(#[$note])* pub $field: $type,)* }

        impl $crate::security::input::Field for $name {
            fn parse(value: ::serde_json::Value) -> Result<Self, $crate::security::input::Faults> {
                let mut members = $crate::security::input::Members::of(value)?;
                $(let $field = members.take(stringify!($field));)*
                members.finish(|| Some(Self { $($field: $field?,)* }))
            }

            fn schema() -> $crate::security::input::Schema {
                $crate::security::input::object([
                    $((stringify!($field), <$type>::schema(), <$type>::absent().is_none()),)*
                ])
            }

            fn permissions(all: &mut Vec<&'static str>) {
                $(<$type as $crate::security::input::Field>::permissions(all);)*
            }
        }
    };
}

/// Declares what a client sees of a stored item: these members and no others, and all of them
/// always (EXPOSE-1, EXPOSE-2). `name: Type = member` shows a member by another name.
macro_rules! response {
    ($(#[$about:meta])* $vis:vis struct $name:ident from $stored:path {
        $($(#[$note:meta])* pub $field:ident: $type:ty $(= $member:ident)?,)*
    }) => {
        $(#[$about])*
        #[derive(::serde::Serialize)]
        $vis struct $name { $($(#[$note])* pub $field: $type,)* }

        impl From<$stored> for $name {
            fn from($stored { $($($member:)? $field,)* .. }: $stored) -> Self {
                Self { $($field,)* }
            }
        }

        impl $crate::security::answer::Shown for $name {
            fn schema() -> $crate::security::input::Schema {
                use $crate::security::input::{Field, object};
                object([$((stringify!($field), <$type>::schema(), true),)*])
            }
        }
    };
}

pub(crate) use {request, response};
