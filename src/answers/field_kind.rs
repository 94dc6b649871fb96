use std::fmt;
use std::str::Split;

use miette::Diagnostic;
use thiserror::Error;

use super::help::help_of;
use super::quoted::Quoted;
use super::range::{IntRange, Range, RangeError};
use super::resource_name::{ResourceName, ResourceNameError};
use super::variant::{Variant, VariantError};

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldKind {
    /// One line, counted in code points.
    String(Range),
    /// Several lines, counted in code points.
    Text(Range),
    Int(IntRange),
    Decimal(IntRange),
    Bool,
    Uuid,
    Date,
    DateTime,
    Email,
    Url,
    Enum(Vec<Variant>),
    /// The id of an item of that resource.
    Ref(Box<ResourceName>),
    List {
        count: Range,
        item: Box<Self>,
    },
}

/// Why a text is no type.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
pub enum FieldKindError {
    #[error("there is no type")]
    #[diagnostic(code(palisade::answers::field_type), help("write NAME:TYPE, with one of {}", FieldKind::WORDS.join(", ")))]
    Missing,
    #[error("there is no type {given}")]
    #[diagnostic(code(palisade::answers::field_type), help("use one of {}", FieldKind::WORDS.join(", ")))]
    Unknown { given: Quoted },
    #[error("a list needs the type of its elements")]
    #[diagnostic(
        code(palisade::answers::field_type),
        help("write it after the list's range: `tags:list:..20:string:1..50`")
    )]
    NoItem,
    #[error("a list cannot hold `{word}`")]
    #[diagnostic(code(palisade::answers::field_type), help("use one of {}; what needs more than a list is a resource of its own", FieldKind::ITEM_WORDS.join(", ")))]
    Item { word: &'static str },
    #[error("a list cannot hold `ref`, since the database could not hold its elements to it")]
    #[diagnostic(
        code(palisade::answers::field_type),
        help("make a resource of its own, with a `ref` to each of the two")
    )]
    RefItem,
    #[error("a ref needs the resource whose ids it holds")]
    #[diagnostic(
        code(palisade::answers::field_type),
        help("name it after the type: `customer:ref:customer`")
    )]
    NoTarget,
    #[error("{0}")]
    #[diagnostic(code(palisade::answers::field_type), help("{}", help_of(.0.as_ref())))]
    Target(Box<ResourceNameError>),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Range(#[from] RangeError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Variant(#[from] VariantError),
}

impl FieldKind {
    /// Characters of a `string` without a range.
    pub const STRING_DEFAULT: u32 = 200;
    /// The most characters that a `string` may be given.
    pub const STRING_MAX: u32 = 1_000;
    /// Characters of a `text` without a range.
    pub const TEXT_DEFAULT: u32 = 10_000;
    /// The most characters that a `text` may be given.
    pub const TEXT_MAX: u32 = 20_000;
    /// Elements of a `list`, with and without a range.
    pub const LIST_MAX: u32 = 100;

    /// The words of all types.
    pub const WORDS: [&'static str; 13] = [
        "string", "text", "int", "decimal", "bool", "uuid", "date", "datetime", "email", "url",
        "enum", "ref", "list",
    ];
    /// Longer text and nested lists do not fit a column of JSON that is read as a whole.
    const ITEM_WORDS: [&'static str; 9] = [
        "string", "int", "decimal", "uuid", "date", "datetime", "email", "url", "enum",
    ];

    /// Reads a type with what belongs to it from the parts of a field's text, and leaves the rest.
    pub(crate) fn parse(parts: &mut Parts<'_>) -> Result<Self, FieldKindError> {
        let word = parts
            .next()
            .filter(|word| !word.is_empty())
            .ok_or(FieldKindError::Missing)?;
        match word {
            "string" => Ok(Self::String(length(
                parts,
                Self::STRING_DEFAULT,
                Self::STRING_MAX,
            )?)),
            "text" => Ok(Self::Text(length(
                parts,
                Self::TEXT_DEFAULT,
                Self::TEXT_MAX,
            )?)),
            "int" => Ok(Self::Int(numbers(parts)?)),
            "decimal" => Ok(Self::Decimal(numbers(parts)?)),
            "bool" => Ok(Self::Bool),
            "uuid" => Ok(Self::Uuid),
            "date" => Ok(Self::Date),
            "datetime" => Ok(Self::DateTime),
            "email" => Ok(Self::Email),
            "url" => Ok(Self::Url),
            "enum" => Ok(Self::Enum(Variant::parse_all(
                parts.next().unwrap_or_default(),
            )?)),
            "ref" => {
                let target = parts.next().filter(|name| !name.is_empty());
                let target = target.ok_or(FieldKindError::NoTarget)?;
                match ResourceName::parse(target) {
                    Ok(target) => Ok(Self::Ref(Box::new(target))),
                    Err(cause) => Err(FieldKindError::Target(Box::new(cause))),
                }
            }
            "list" => Self::parse_list(parts),
            _ => Err(FieldKindError::Unknown {
                given: Quoted::new(word),
            }),
        }
    }

    fn parse_list(parts: &mut Parts<'_>) -> Result<Self, FieldKindError> {
        let count = length(parts, Self::LIST_MAX, Self::LIST_MAX)?;
        let item = match Self::parse(parts) {
            Err(FieldKindError::Missing) => return Err(FieldKindError::NoItem),
            item => item?,
        };
        if matches!(item, Self::Ref(_)) {
            return Err(FieldKindError::RefItem);
        }
        if !Self::ITEM_WORDS.contains(&item.word()) {
            return Err(FieldKindError::Item { word: item.word() });
        }
        Ok(Self::List {
            count,
            item: Box::new(item),
        })
    }

    /// The type's word in a field's text, which also names its piece in the catalog.
    pub fn word(&self) -> &'static str {
        match self {
            Self::String(_) => "string",
            Self::Text(_) => "text",
            Self::Int(_) => "int",
            Self::Decimal(_) => "decimal",
            Self::Bool => "bool",
            Self::Uuid => "uuid",
            Self::Date => "date",
            Self::DateTime => "datetime",
            Self::Email => "email",
            Self::Url => "url",
            Self::Enum(_) => "enum",
            Self::Ref(_) => "ref",
            Self::List { .. } => "list",
        }
    }

    /// Returns this type and, of a list, that of its elements.
    pub fn and_item(&self) -> impl Iterator<Item = &Self> {
        let item = match self {
            Self::List { item, .. } => Some(item.as_ref()),
            _ => None,
        };
        std::iter::once(self).chain(item)
    }

    /// Returns how many bytes the longest value takes in JSON, if all its characters are ASCII.
    pub(crate) fn longest_json(&self) -> u64 {
        match self {
            Self::String(range) | Self::Text(range) => u64::from(range.max()) + 2,
            Self::Int(_) | Self::Decimal(_) | Self::Date | Self::DateTime => 32,
            Self::Bool => 5,
            Self::Uuid | Self::Ref(_) => 38,
            Self::Email => 256,
            Self::Url => 2050,
            Self::Enum(_) => 34,
            Self::List { count, item } => u64::from(count.max()) * (item.longest_json() + 1) + 2,
        }
    }
}

/// The parts between the colons of a field's text.
pub(crate) type Parts<'a> = std::iter::Peekable<Split<'a, char>>;

fn range<'a>(parts: &mut Parts<'a>) -> Option<&'a str> {
    parts.next_if(|part| {
        part.contains("..") || part.starts_with(|c: char| c.is_ascii_digit() || c == '-')
    })
}

fn length(parts: &mut Parts<'_>, default: u32, limit: u32) -> Result<Range, RangeError> {
    range(parts).map_or(Ok(Range::up_to(default)), |text| Range::parse(text, limit))
}

fn numbers(parts: &mut Parts<'_>) -> Result<IntRange, RangeError> {
    range(parts).map_or(Ok(IntRange::SAFE), IntRange::parse)
}

impl fmt::Display for FieldKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())?;
        match self {
            Self::String(range) | Self::Text(range) => write!(f, ":{range}"),
            Self::Int(range) | Self::Decimal(range) if *range != IntRange::SAFE => {
                write!(f, ":{range}")
            }
            Self::Enum(variants) => {
                for (index, variant) in variants.iter().enumerate() {
                    write!(f, "{}{variant}", if index == 0 { ':' } else { ',' })?;
                }
                Ok(())
            }
            Self::Ref(target) => write!(f, ":{target}"),
            Self::List { count, item } => write!(f, ":{count}:{item}"),
            _ => Ok(()),
        }
    }
}
