//! The one trait of everything that a body can hold, and the types built from it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Map, json};

use super::{Faults, Pointer, Rule, Value};

/// A schema of `OpenAPI` 3.1.
pub type Schema = serde_json::Value;

/// A type that a request or a response can hold.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a member of a request or response",
    note = "use a type of `security::input`, or write a `Field` impl with its limits"
)]
pub trait Field: Sized {
    /// Turns a JSON value into the type, or says what is wrong with it.
    fn parse(value: Value<'_>, at: &Pointer<'_>, faults: &mut Faults) -> Option<Self>;

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
    fn parse(value: Value<'_>, at: &Pointer<'_>, faults: &mut Faults) -> Option<Self> {
        let Value::Bool(value) = value else {
            faults.push(at, Rule::Type);
            return None;
        };
        Some(value)
    }

    fn schema() -> Schema {
        json!({ "type": "boolean" })
    }
}

/// An optional member may be missing or `null`.
impl<T: Field> Field for Option<T> {
    fn parse(value: Value<'_>, at: &Pointer<'_>, faults: &mut Faults) -> Option<Self> {
        if value == Value::Null { Some(None) } else { T::parse(value, at, faults).map(Some) }
    }

    fn schema() -> Schema {
        json!({ "anyOf": [T::schema(), { "type": "null" }] })
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

/// An object's members, taken out by name: what is left over is unknown (INPUT-1).
pub struct Members<'a>(BTreeMap<Cow<'a, str>, Value<'a>>);

impl<'a> Members<'a> {
    pub fn of(value: Value<'a>, at: &Pointer<'_>, faults: &mut Faults) -> Option<Self> {
        let Value::Object(members) = value else {
            faults.push(at, Rule::Type);
            return None;
        };
        Some(Self(members))
    }

    pub fn take<T: Field>(&mut self, name: &str, at: &Pointer<'_>, faults: &mut Faults) -> Option<T> {
        let at = Pointer::Member(at, name);
        let Some(value) = self.0.remove(name) else {
            return T::absent().or_else(|| {
                faults.push(&at, Rule::Required);
                None
            });
        };
        T::parse(value, &at, faults)
    }

    pub fn finish(self, at: &Pointer<'_>, faults: &mut Faults) {
        for name in self.0.keys() {
            faults.push(&Pointer::Member(at, name), Rule::Unknown);
        }
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
    ($(#[$about:meta])* $vis:vis struct $name:ident {
        $($(#[$note:meta])* pub $field:ident: $type:ty,)*
    }) => {
        $(#[$about])*
        $vis struct $name { $($(#[$note])* pub $field: $type,)* }

        impl $crate::security::input::Field for $name {
            fn parse(
                value: $crate::security::input::Value<'_>,
                at: &$crate::security::input::Pointer<'_>,
                faults: &mut $crate::security::input::Faults,
            ) -> Option<Self> {
                let mut members = $crate::security::input::Members::of(value, at, faults)?;
                $(let $field = members.take(stringify!($field), at, faults);)*
                members.finish(at, faults);
                Some(Self { $($field: $field?,)* })
            }

            fn schema() -> $crate::security::input::Schema {
                $crate::security::input::object([$((
                    stringify!($field),
                    <$type as $crate::security::input::Field>::schema(),
                    <$type as $crate::security::input::Field>::absent().is_none(),
                ),)*])
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
                $crate::security::input::object([$((
                    stringify!($field),
                    <$type as $crate::security::input::Field>::schema(),
                    true,
                ),)*])
            }
        }
    };
}

pub(crate) use {request, response};

#[cfg(test)]
mod tests {
    use super::*;

    request! {
        struct Switch {
            pub on: bool,
            pub dim: Option<bool>,
        }
    }

    fn parse(body: &str) -> Result<Switch, Vec<(String, &'static str)>> {
        let mut faults = Faults::default();
        let value = Value::parse(body.as_bytes()).unwrap();
        let switch = Switch::parse(value, &Pointer::Root, &mut faults);
        let faults = faults.into_vec().into_iter();
        switch.ok_or(faults.map(|fault| (fault.pointer, fault.rule)).collect())
    }

    #[test]
    fn a_member_may_be_optional_but_not_unknown() {
        let switch = parse(r#"{"on":true}"#).ok().unwrap();
        assert!(switch.on && switch.dim.is_none());
        assert!(parse(r#"{"on":true,"dim":null}"#).is_ok());
        assert_eq!(parse("[]").err().unwrap(), [(String::new(), "type")]);
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let faults = parse(r#"{"dim":1,"x":2}"#).err().unwrap();
        let all = [("/on", "required"), ("/dim", "type"), ("/x", "unknown-member")];
        assert_eq!(faults, all.map(|(pointer, rule)| (pointer.to_owned(), rule)));
    }

    #[test]
    fn the_schema_is_closed() {
        let schema = Switch::schema();
        assert_eq!(schema["required"], json!(["on"]));
        assert_eq!(schema["additionalProperties"], json!(false));
    }
}
