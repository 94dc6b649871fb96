use std::collections::BTreeSet;

use miette::Diagnostic;
use thiserror::Error;

use super::field::{Field, FieldError};
use super::field_name::FieldName;
use super::quoted::Quoted;
use super::resource_name::ResourceName;
use super::suggestion::Suggestion;
use super::version::VersionName;

/// What the service keeps for its clients: a name and the fields of one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    name: ResourceName,
    fields: Fields,
    since: Option<VersionName>,
}

/// The fields of a resource, in the order in which they are shown.
///
/// At least one must come with each create (so neither optional nor restricted to a
/// role): an object that says nothing is a client's mistake, and refusing it is
/// tested for each resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fields(Vec<Field>);

/// Why fields do not make a resource.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
pub enum FieldsError {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Field(#[from] FieldError),
    #[error("a resource needs at least one field")]
    #[diagnostic(
        code(palisade::answers::fields),
        help("write them with blanks between: `{}`", Fields::DEFAULT)
    )]
    None,
    #[error("there are {count} fields; a resource has at most {}", Fields::MAX)]
    #[diagnostic(
        code(palisade::answers::fields),
        help("make a second resource of those that belong together")
    )]
    TooMany { count: usize },
    #[error("there are two fields called `{name}`")]
    #[diagnostic(code(palisade::answers::fields), help("rename one of them"))]
    Twice { name: FieldName },
    #[error("no field has to come with a create")]
    #[diagnostic(
        code(palisade::answers::fields),
        help("let at least one be neither `optional` nor `write=ROLE`")
    )]
    NoneRequired,
    #[error(
        "even in plain ASCII the longest object would take {bytes} bytes of JSON; a request has at most {}",
        Fields::BODY_MAX
    )]
    #[diagnostic(
        code(palisade::answers::fields),
        help("give `{longest}` a smaller maximum")
    )]
    TooLong { bytes: u64, longest: FieldName },
    #[error("the field {given} would share its type's name with the resource")]
    #[diagnostic(code(palisade::answers::fields), help("{suggestion}"))]
    NamedAlike {
        given: Quoted,
        suggestion: Suggestion,
    },
    #[error(
        "the field `{field}` refers to the resource itself, and its first item would find none"
    )]
    #[diagnostic(
        code(palisade::answers::fields),
        help("make it optional: `{field}:ref:{name}:optional`")
    )]
    NoFirst {
        field: FieldName,
        name: ResourceName,
    },
}

impl Fields {
    /// More belong into a second resource.
    pub const MAX: usize = 40;
    /// The service's limit for a request body, 64 KiB.
    pub const BODY_MAX: u64 = 65_536;
    /// What a resource has when nobody says otherwise.
    pub const DEFAULT: &'static str =
        "title:string:1..200 body:text:..10000 pinned:bool:write=admin";

    /// Reads fields with blanks between them, as they stand in a flag or at the prompt.
    ///
    /// # Errors
    /// The first field that is wrong, or the first rule that they break together.
    pub fn parse(text: &str) -> Result<Self, FieldsError> {
        Self::parse_each(text.split_whitespace())
    }

    /// Reads fields given one by one, as they stand in a file.
    ///
    /// # Errors
    /// As [`Fields::parse`].
    pub fn parse_each<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Self, FieldsError> {
        let fields = texts
            .into_iter()
            .map(Field::parse)
            .collect::<Result<Vec<_>, _>>()?;
        if fields.is_empty() {
            return Err(FieldsError::None);
        }
        if fields.len() > Self::MAX {
            return Err(FieldsError::TooMany {
                count: fields.len(),
            });
        }
        let mut seen = BTreeSet::new();
        // By type name, since `line2` and `line_2` would be one type.
        if let Some(twice) = fields
            .iter()
            .find(|field| !seen.insert(field.name().type_name()))
        {
            return Err(FieldsError::Twice {
                name: twice.name().clone(),
            });
        }
        if !fields.iter().any(Field::is_required) {
            return Err(FieldsError::NoneRequired);
        }
        Self::within_a_body(fields)
    }

    fn within_a_body(fields: Vec<Field>) -> Result<Self, FieldsError> {
        let bytes = fields.iter().map(Field::longest_json).sum::<u64>() + 2;
        match fields.iter().max_by_key(|field| field.longest_json()) {
            Some(longest) if bytes > Self::BODY_MAX => Err(FieldsError::TooLong {
                bytes,
                longest: longest.name().clone(),
            }),
            _ => Ok(Self(fields)),
        }
    }

    pub fn iter(&self) -> std::slice::Iter<'_, Field> {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a Fields {
    type Item = &'a Field;
    type IntoIter = std::slice::Iter<'a, Field>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Default for Fields {
    fn default() -> Self {
        Self::parse(Self::DEFAULT).expect("the default fields are held by a test")
    }
}

impl std::fmt::Display for Fields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, field) in self.0.iter().enumerate() {
            write!(f, "{}{field}", if index == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}

impl Resource {
    /// Puts a name and fields together.
    ///
    /// # Errors
    /// When a field is called like the resource, since their types would be one; or when each
    /// item would need another one before it.
    pub fn new(name: ResourceName, fields: Fields) -> Result<Self, FieldsError> {
        let alike = |field: &&Field| {
            [name.type_name(), name.plural_type_name()].contains(&field.name().type_name())
        };
        let Some(field) = fields.iter().find(alike) else {
            return Self::with_a_first(name, fields);
        };
        let given = field.name().as_str();
        let offers = [format!("{given}_text"), format!("{given}_value")];
        let suggestion = Suggestion::first(offers, |offer| FieldName::parse(offer).is_ok());
        Err(FieldsError::NamedAlike {
            given: Quoted::new(given),
            suggestion,
        })
    }

    fn with_a_first(name: ResourceName, fields: Fields) -> Result<Self, FieldsError> {
        let endless = |field: &&Field| field.target() == Some(&name) && !field.is_optional();
        match fields.iter().find(endless) {
            None => Ok(Self {
                name,
                fields,
                since: None,
            }),
            Some(field) => Err(FieldsError::NoFirst {
                field: field.name().clone(),
                name,
            }),
        }
    }

    pub fn name(&self) -> &ResourceName {
        &self.name
    }

    pub fn fields(&self) -> &Fields {
        &self.fields
    }

    /// Says which version is the oldest that has the resource, if it is not the service's first.
    #[must_use]
    pub fn with_since(self, since: Option<VersionName>) -> Self {
        Self { since, ..self }
    }

    /// The oldest version that has the resource, and its code: the service's first if `None`.
    pub fn since(&self) -> Option<VersionName> {
        self.since
    }

    /// Whether a version has the resource.
    pub fn is_in(&self, version: VersionName) -> bool {
        self.since.is_none_or(|since| since <= version)
    }

    /// Returns the fields that hold the id of an item, each with the resource of that.
    pub fn references(&self) -> impl Iterator<Item = (&Field, &ResourceName)> {
        let fields = self.fields.iter();
        fields.filter_map(|field| Some((field, field.target()?)))
    }
}

impl Default for Resource {
    fn default() -> Self {
        let name = ResourceName::parse("note").expect("the default name is held by a test");
        Self {
            name,
            fields: Fields::default(),
            since: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Fields, FieldsError, Resource};
    use crate::answers::resource_name::ResourceName;

    #[test]
    fn the_default_resource_is_a_note() {
        let note = Resource::default();
        assert_eq!(note.name().plural(), "notes");
        assert_eq!(note.fields().to_string(), Fields::DEFAULT);
    }

    #[test]
    fn fields_stay_in_order_and_read_back() {
        let fields =
            Fields::parse("  zebra:int\tapple:bool \n mango:date:optional ").expect("three fields");
        assert_eq!(
            fields.to_string(),
            "zebra:int apple:bool mango:date:optional"
        );
    }

    #[test]
    fn rules_over_all_fields_are_held() {
        assert_eq!(Fields::parse(""), Err(FieldsError::None));
        assert!(matches!(
            Fields::parse("a1:int a1:bool"),
            Err(FieldsError::Twice { .. })
        ));
        assert!(matches!(
            Fields::parse("line2:int line_2:bool"),
            Err(FieldsError::Twice { .. })
        ));
        assert_eq!(
            Fields::parse("a1:int:optional b1:bool:write=admin"),
            Err(FieldsError::NoneRequired)
        );
        let many: Vec<_> = (0..41).map(|n| format!("f{n}:int")).collect();
        assert_eq!(
            Fields::parse(&many.join(" ")),
            Err(FieldsError::TooMany { count: 41 })
        );
        assert!(Fields::parse(&many[..40].join(" ")).is_ok());
    }

    #[test]
    fn an_object_that_no_request_could_carry_is_refused() {
        assert!(Fields::parse("a1:text:..20000 b1:text:..20000 c1:text:..20000").is_ok());
        let error = Fields::parse("a1:text:..20000 b1:text:..20000 c1:text:..20000 d1:text")
            .expect_err("80 KB");
        assert!(
            matches!(
                error,
                FieldsError::TooLong {
                    bytes: 70_000..=71_000,
                    ..
                }
            ),
            "{error}"
        );
        assert!(Fields::parse("tags:list:string body:text").is_ok());
        assert!(matches!(
            Fields::parse("links:list:url"),
            Err(FieldsError::TooLong { .. })
        ));
    }

    #[test]
    fn a_field_is_not_called_like_its_resource() {
        let note = ResourceName::parse("note").expect("a name");
        for fields in ["note:text", "notes:text"] {
            let fields = Fields::parse(fields).expect("fields");
            assert!(matches!(
                Resource::new(note.clone(), fields),
                Err(FieldsError::NamedAlike { .. })
            ));
        }
    }

    #[test]
    fn a_reference_to_its_own_kind_is_optional() {
        let category = ResourceName::parse("category").expect("a name");
        let fields = |text: &str| Fields::parse(text).expect("fields");
        let refused = Resource::new(category.clone(), fields("parent:ref:category"));
        let error = refused.expect_err("the first one has no parent");
        let help = miette::Diagnostic::help(&error).expect("help").to_string();
        assert_eq!(help, "make it optional: `parent:ref:category:optional`");
        let taken = fields("title:string parent:ref:category:optional");
        assert!(Resource::new(category, taken).is_ok());
    }
}
