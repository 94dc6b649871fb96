//! What a body is made of: one trait, the faults that it tells of, and the types built from it.

use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value, json};

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
/// always (EXPOSE-1, EXPOSE-2).
macro_rules! response {
    ($(#[$about:meta])* $vis:vis struct $name:ident from $stored:path {
        $($(#[$note:meta])* pub $field:ident: $type:ty,)*
    }) => {
        $(#[$about])*
        #[derive(::serde::Serialize)]
        $vis struct $name { $($(#[$note])* pub $field: $type,)* }

        impl From<$stored> for $name {
            fn from(stored: $stored) -> Self {
                Self { $($field: stored.$field,)* }
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
