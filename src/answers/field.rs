use std::fmt;

use miette::Diagnostic;
use thiserror::Error;

use super::field_kind::{FieldKind, FieldKindError};
use super::field_name::{FieldName, FieldNameError};
use super::help::help_of;
use super::quoted::Quoted;
use super::resource_name::ResourceName;
use super::role_name::RoleName;
use super::variant::Variant;

/// One member of a resource, as a client sends and receives it.
///
/// Its text is `NAME:TYPE[:MIN..MAX][:optional][:write=ROLE]`, made of characters
/// that no shell expands; what it prints reads back as the same field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    name: FieldName,
    kind: FieldKind,
    optional: bool,
    write: Option<RoleName>,
}

/// What a field holds when somebody who may not write it creates an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DefaultValue {
    Nothing,
    False,
    Number(i64),
    EmptyString,
    EmptyList,
    Variant(Variant),
}

/// Why a text is no field.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
pub enum FieldError {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Name(#[from] FieldNameError),
    #[error("field `{field}`: {cause}")]
    #[diagnostic(code(palisade::answers::field), help("{}", help_of(cause)))]
    Kind {
        field: FieldName,
        cause: FieldKindError,
    },
    #[error("field `{field}`: {given} is not understood here")]
    #[diagnostic(code(palisade::answers::field), help("after `{kind}` may stand {}", FOLLOWS.join(" and ")))]
    Part {
        field: FieldName,
        kind: FieldKind,
        given: Quoted,
    },
    #[error("field `{field}`: {given} stands twice")]
    #[diagnostic(code(palisade::answers::field), help("say it once"))]
    Twice { field: FieldName, given: Quoted },
    #[error("field `{field}`: {given} is no role that could write it")]
    #[diagnostic(
        code(palisade::answers::field),
        help("use `write=editor` or `write=admin`; without it both may write")
    )]
    Role { field: FieldName, given: Quoted },
    #[error(
        "field `{field}`: only {role} may write it, and `{kind}` has no value for what others create"
    )]
    #[diagnostic(code(palisade::answers::field), help("{}", way_to_default(field, kind, *role)))]
    NoDefault {
        field: FieldName,
        kind: FieldKind,
        role: RoleName,
    },
}

const FOLLOWS: [&str; 2] = ["`optional`", "`write=ROLE`"];

impl Field {
    /// Reads a field's text.
    ///
    /// # Errors
    /// The first part that is wrong, with what may stand there.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        let mut parts = text.split(':').peekable();
        let name = FieldName::parse(parts.next().unwrap_or_default())?;
        let kind = FieldKind::parse(&mut parts).map_err(|cause| FieldError::Kind {
            field: name.clone(),
            cause,
        })?;
        let mut field = Self {
            name,
            kind,
            optional: false,
            write: None,
        };
        for part in parts {
            field.add(part)?;
        }
        match (field.write, field.value_for_others()) {
            (Some(role), None) => Err(FieldError::NoDefault {
                field: field.name,
                kind: field.kind,
                role,
            }),
            _ => Ok(field),
        }
    }

    fn add(&mut self, part: &str) -> Result<(), FieldError> {
        let field = || self.name.clone();
        let given = Quoted::new(part);
        match part.strip_prefix("write=") {
            Some(_) if self.write.is_some() => {
                return Err(FieldError::Twice {
                    field: field(),
                    given,
                });
            }
            Some(role) => {
                let refused = || FieldError::Role {
                    field: field(),
                    given: Quoted::new(role),
                };
                self.write = Some(RoleName::parse(role).ok_or_else(refused)?);
            }
            None if part == "optional" && self.optional => {
                return Err(FieldError::Twice {
                    field: field(),
                    given,
                });
            }
            None if part == "optional" => self.optional = true,
            None => {
                return Err(FieldError::Part {
                    field: field(),
                    kind: self.kind.clone(),
                    given,
                });
            }
        }
        Ok(())
    }

    pub fn name(&self) -> &FieldName {
        &self.name
    }

    pub fn kind(&self) -> &FieldKind {
        &self.kind
    }

    pub fn is_optional(&self) -> bool {
        self.optional
    }

    /// The role that alone may write the field, and those above it.
    pub fn write(&self) -> Option<RoleName> {
        self.write
    }

    /// Whether each create must bring the field.
    pub fn is_required(&self) -> bool {
        !self.optional && self.write.is_none()
    }

    /// Returns what the field holds when its creator may not write it: `None` if nothing would do.
    pub fn value_for_others(&self) -> Option<DefaultValue> {
        if self.optional {
            return Some(DefaultValue::Nothing);
        }
        match &self.kind {
            FieldKind::Bool => Some(DefaultValue::False),
            FieldKind::Int(range) | FieldKind::Decimal(range) => {
                Some(DefaultValue::Number(range.nearest_zero()))
            }
            FieldKind::Enum(variants) => variants.first().cloned().map(DefaultValue::Variant),
            FieldKind::String(range) | FieldKind::Text(range) if range.min() == 0 => {
                Some(DefaultValue::EmptyString)
            }
            FieldKind::List { count, .. } if count.min() == 0 => Some(DefaultValue::EmptyList),
            _ => None,
        }
    }

    /// Returns the resource whose ids the field holds, if it is a reference.
    pub fn target(&self) -> Option<&ResourceName> {
        match &self.kind {
            FieldKind::Ref(target) => Some(target.as_ref()),
            _ => None,
        }
    }

    /// Returns how many bytes the member takes in JSON at most, if all its characters are ASCII.
    pub(crate) fn longest_json(&self) -> u64 {
        // Two quotes, a colon and a comma.
        FieldName::MAX as u64 + 4 + self.kind.longest_json()
    }
}

fn way_to_default(field: &FieldName, kind: &FieldKind, role: RoleName) -> String {
    let optional = format!("make it optional: `{field}:{kind}:optional:write={role}`");
    match kind {
        FieldKind::String(_) | FieldKind::Text(_) | FieldKind::List { .. } => {
            format!("{optional}, or let it be empty: begin the range with 0")
        }
        _ => optional,
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.name, self.kind)?;
        if self.optional {
            f.write_str(":optional")?;
        }
        match self.write {
            Some(role) => write!(f, ":write={role}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{DefaultValue, Field, FieldError};
    use crate::answers::field_kind::{FieldKind, FieldKindError};

    fn field(text: &str) -> Field {
        Field::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn refusal(text: &str) -> (String, String) {
        let error = Field::parse(text).expect_err(text);
        let help = miette::Diagnostic::help(&error)
            .expect("every refusal says what to do")
            .to_string();
        (error.to_string(), help)
    }

    #[test]
    fn the_canonical_text_reads_back_as_it_is() {
        for text in [
            "title:string:1..200",
            "body:text:..10000",
            "pinned:bool:write=admin",
            "count:int",
            "count:int:-5..10",
            "count:int:0..",
            "price:decimal:0..1000000",
            "ref_number:uuid:optional",
            "due:date",
            "seen:datetime:optional:write=editor",
            "contact:email",
            "home:url",
            "state:enum:draft,sent",
            "state:enum:draft,in-review:optional:write=admin",
            "tags:list:..20:string:1..50",
            "customer:ref:customer",
            "parent:ref:order_item:optional:write=admin",
            "days:list:1..7:enum:mon,tue:optional",
            "scores:list:..100:int:0..10",
        ] {
            assert_eq!(field(text).to_string(), text);
        }
    }

    #[test]
    fn a_field_without_a_range_is_given_the_documented_maximum() {
        for (short, canonical) in [
            ("a1:string", "a1:string:..200"),
            ("a1:text", "a1:text:..10000"),
            ("a1:list:string", "a1:list:..100:string:..200"),
            ("a1:list:1..:int", "a1:list:1..100:int"),
            ("a1:string:5..", "a1:string:5..1000"),
            (
                "a1:bool:write=admin:optional",
                "a1:bool:optional:write=admin",
            ),
        ] {
            assert_eq!(field(short).to_string(), canonical);
            assert_eq!(field(canonical), field(short));
        }
    }

    #[test]
    fn no_field_needs_a_character_that_a_shell_expands() {
        let text = field("days:list:1..7:enum:mon,tue_2:optional:write=admin").to_string();
        assert!(
            text.chars()
                .all(|c| c.is_ascii_alphanumeric() || ":.,=_-".contains(c))
        );
    }

    #[test]
    fn a_restricted_field_has_a_value_for_others() {
        for (text, value) in [
            ("a1:bool:write=admin", DefaultValue::False),
            ("a1:int:3..9:write=admin", DefaultValue::Number(3)),
            ("a1:decimal:-9..-3:write=editor", DefaultValue::Number(-3)),
            ("a1:string:..9:write=admin", DefaultValue::EmptyString),
            ("a1:text:write=admin", DefaultValue::EmptyString),
            ("a1:list:string:write=admin", DefaultValue::EmptyList),
            ("a1:uuid:optional:write=admin", DefaultValue::Nothing),
        ] {
            assert_eq!(field(text).value_for_others(), Some(value), "{text}");
        }
        assert!(
            matches!(field("a1:enum:b,a:write=admin").value_for_others(), Some(DefaultValue::Variant(first)) if first.as_str() == "b")
        );
    }

    #[test]
    fn a_restricted_field_without_such_a_value_is_refused_with_a_way_out() {
        for text in [
            "a1:uuid:write=admin",
            "a1:ref:customer:write=admin",
            "a1:date:write=admin",
            "a1:email:write=editor",
            "a1:url:write=admin",
            "a1:string:1..:write=admin",
            "a1:list:1..:int:write=admin",
        ] {
            assert!(
                matches!(Field::parse(text), Err(FieldError::NoDefault { .. })),
                "{text}"
            );
            let help = refusal(text).1;
            let offered = help.split('`').nth(1).expect("the help quotes a field");
            assert!(field(offered).is_optional(), "{offered}");
        }
    }

    #[test]
    fn each_wrong_part_is_named() {
        for (text, said) in [
            ("", "a field needs a name, and this one is empty"),
            ("title", "field `title`: there is no type"),
            ("title:", "field `title`: there is no type"),
            ("title:varchar", "field `title`: there is no type `varchar`"),
            ("title:String", "field `title`: there is no type `String`"),
            ("title:string:200", "field `title`: `200` is not a range"),
            (
                "title:string:1..2000",
                "field `title`: `1..2000` goes beyond 1000, the most that this type takes",
            ),
            (
                "title:text:..20001",
                "field `title`: `..20001` goes beyond 20000, the most that this type takes",
            ),
            (
                "tags:list:..101:int",
                "field `tags`: `..101` goes beyond 100, the most that this type takes",
            ),
            (
                "title:string:9..3",
                "field `title`: `9..3` is upside down: 9 is more than 3",
            ),
            (
                "title:string:required",
                "field `title`: `required` is not understood here",
            ),
            (
                "flag:bool:1..2",
                "field `flag`: `1..2` is not understood here",
            ),
            (
                "flag:bool:optional:optional",
                "field `flag`: `optional` stands twice",
            ),
            (
                "flag:bool:write=admin:write=editor",
                "field `flag`: `write=editor` stands twice",
            ),
            (
                "flag:bool:write=reader",
                "field `flag`: `reader` is no role that could write it",
            ),
            ("flag:bool:", "field `flag`: `` is not understood here"),
            ("state:enum", "field `state`: an enum needs its values"),
            (
                "tags:list",
                "field `tags`: a list needs the type of its elements",
            ),
            (
                "tags:list:..5",
                "field `tags`: a list needs the type of its elements",
            ),
            (
                "tags:list:list:int",
                "field `tags`: a list cannot hold `list`",
            ),
            ("tags:list:text", "field `tags`: a list cannot hold `text`"),
            (
                "tags:list:ref:tag",
                "field `tags`: a list cannot hold `ref`, since the database could not hold its elements to it",
            ),
            (
                "buyer:ref",
                "field `buyer`: a ref needs the resource whose ids it holds",
            ),
            (
                "buyer:ref:",
                "field `buyer`: a ref needs the resource whose ids it holds",
            ),
            (
                "buyer:ref:customers",
                "field `buyer`: `customers` is a plural; a resource is named after one item",
            ),
            (
                "buyer:ref:customer:1..2",
                "field `buyer`: `1..2` is not understood here",
            ),
            (
                "id:uuid",
                "a field cannot be called `id`, which is set by the service, never by a client",
            ),
        ] {
            assert_eq!(refusal(text).0, said);
        }
    }

    #[test]
    fn an_unknown_type_gets_the_list_of_those_there_are() {
        assert!(matches!(
            Field::parse("a1:json"),
            Err(FieldError::Kind {
                cause: FieldKindError::Unknown { .. },
                ..
            })
        ));
        assert_eq!(
            refusal("a1:json").1,
            "use one of string, text, int, decimal, bool, uuid, date, datetime, email, url, enum, ref, list"
        );
    }

    #[test]
    fn a_list_gives_its_own_kind_and_that_of_its_elements() {
        let words: Vec<_> = field("tags:list:email")
            .kind()
            .and_item()
            .map(FieldKind::word)
            .collect();
        assert_eq!(words, ["list", "email"]);
    }
}
