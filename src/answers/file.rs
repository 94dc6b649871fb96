//! The answers file: what `--answers` reads, and what a project keeps as palisade.toml.

use std::borrow::Cow;
use std::ops::Range;

use miette::Diagnostic;
use thiserror::Error;
use toml::Spanned;
use toml::de::DeTable;

use super::all::Answers;
use super::answer::{Answer, parse_contact};
use super::choice::{ChoiceId, OptionId};
use super::date::Date;
use super::description::Description;
use super::draft::Draft;
use super::draft_error::DraftError;
use super::field::Field;
use super::file_error::FileError;
use super::project_name::ProjectName;
use super::question::Question;
use super::resource::{Fields, FieldsError, Resource};
use super::resource_name::ResourceName;
use super::source::Source;
use super::toml_reader::{Read, TomlReader, Value};
use super::version::{Version, VersionName};

/// The keys of the file, in the order in which they are written.
const KEYS: [&str; 7] = [
    "name",
    "description",
    "security_contact",
    "created",
    "choices",
    "version",
    "resource",
];

impl Draft {
    /// Takes the answers that a file gives; keys may be left out, unknown ones are refused.
    ///
    /// # Errors
    /// The first thing wrong in the file, with its line; or a contradiction to a preset.
    pub fn offer_file(
        &mut self,
        file: &str,
        text: &str,
        questions: &[Question],
    ) -> Result<(), OfferError> {
        let reader = TomlReader::new(file, text);
        for answer in read(&reader, &reader.document()?, questions)? {
            self.offer(Source::File(file.to_owned()), answer)?;
        }
        Ok(())
    }
}

/// Why a file's answers were not taken.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
pub enum OfferError {
    #[error(transparent)]
    #[diagnostic(transparent)]
    File(#[from] Box<FileError>),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Draft(#[from] DraftError),
}

/// Reads the answers of one table that has the file's keys.
pub(crate) fn read<'a>(
    reader: &TomlReader<'a>,
    table: &DeTable<'a>,
    questions: &[Question],
) -> Read<Vec<Answer>> {
    let mut answers = Vec::new();
    for (key, value) in table {
        let place = || value.span();
        match key.get_ref().as_ref() {
            "name" => {
                let name = ProjectName::parse(reader.string(value)?);
                answers.push(Answer::Name(reader.held(place(), name)?));
            }
            "description" => {
                let description = Description::parse(reader.string(value)?);
                answers.push(Answer::Description(reader.held(place(), description)?));
            }
            "security_contact" => {
                let contact = parse_contact(reader.string(value)?);
                answers.push(Answer::SecurityContact(reader.held(place(), contact)?));
            }
            "created" => answers.push(Answer::Created(read_date(reader, value)?)),
            "choices" => answers.extend(read_choices(reader, reader.table(value)?, questions)?),
            "version" => answers.push(read_versions(reader, value)?),
            "resource" => answers.extend(read_resources(reader, value)?),
            _ => return Err(reader.unknown_key(key, KEYS)),
        }
    }
    Ok(answers)
}

fn read_date<'a>(reader: &TomlReader<'a>, value: &Value<'a>) -> Read<Date> {
    reader.held(value.span(), Date::parse(&reader.date(value)?))
}

fn read_choices<'a>(
    reader: &TomlReader<'a>,
    table: &DeTable<'a>,
    questions: &[Question],
) -> Read<Vec<Answer>> {
    let known = || questions.iter().map(|question| &question.id);
    let read = |(key, value): (&Spanned<Cow<'a, str>>, &Value<'a>)| {
        let question = Question::find(questions, key.get_ref())
            .map_err(|_| reader.unknown_key(key, known()))?;
        let options = question.pick(reader.strings(value)?);
        Ok(Answer::Choice(
            question.id.clone(),
            reader.held(value.span(), options)?,
        ))
    };
    table.iter().map(read).collect()
}

fn read_versions<'a>(reader: &TomlReader<'a>, value: &Value<'a>) -> Read<Answer> {
    let read = |(place, table)| {
        let [name, released] = reader.exactly(place, table, ["name", "released"])?;
        let version = VersionName::parse(reader.string(name)?);
        Ok(Version {
            name: reader.held(name.span(), version)?,
            released: read_date(reader, released)?,
        })
    };
    reader
        .tables(value)?
        .into_iter()
        .map(read)
        .collect::<Read<_>>()
        .map(Answer::Versions)
}

/// Splits the resources into the first, whose name and fields are two answers, and the rest.
fn read_resources<'a>(reader: &TomlReader<'a>, value: &Value<'a>) -> Read<Vec<Answer>> {
    let read = |(place, table)| read_resource(reader, place, table);
    let resources = reader
        .tables(value)?
        .into_iter()
        .map(read)
        .collect::<Read<Vec<_>>>()?;
    let since = resources
        .iter()
        .filter_map(|resource| Some((resource.name().clone(), resource.since()?)));
    let since = Answer::Since(since.collect());
    let mut resources = resources.into_iter();
    let Some(first) = resources.next() else {
        return Ok(Vec::new());
    };
    let (name, fields) = (first.name().clone(), first.fields().clone());
    Ok(vec![
        Answer::Resource(name),
        Answer::Fields(fields),
        Answer::MoreResources(resources.collect()),
        since,
    ])
}

fn read_resource<'a>(
    reader: &TomlReader<'a>,
    place: Range<usize>,
    table: &DeTable<'a>,
) -> Read<Resource> {
    let ([name, fields], [since]) = reader.known(place, table, ["name", "fields"], ["since"])?;
    let since = since.map(|since| {
        let version = VersionName::parse(reader.string(since)?);
        reader.held(since.span(), version)
    });
    let since = since.transpose()?;
    let parsed = reader.held(name.span(), ResourceName::parse(reader.string(name)?))?;
    let texts = reader.strings(fields)?;
    // A field that is wrong by itself is shown alone; one that does not go with others, with them.
    for (field, text) in fields
        .get_ref()
        .as_array()
        .into_iter()
        .flatten()
        .zip(&texts)
    {
        reader.held(field.span(), Field::parse(text).map_err(FieldsError::from))?;
    }
    // One string with blanks between the fields is taken too, as a flag takes it.
    let each = texts.iter().flat_map(|text| text.split_whitespace());
    let resource = Fields::parse_each(each).and_then(|fields| Resource::new(parsed, fields));
    Ok(reader.held(fields.span(), resource)?.with_since(since))
}

impl Answers {
    /// Writes palisade.toml: the same answers give the same bytes.
    pub fn to_toml(&self, questions: &[Question]) -> String {
        let contact = self
            .security_contact()
            .map_or("none", |contact| contact.as_str());
        let is_many = |choice: &ChoiceId| {
            questions
                .iter()
                .any(|question| question.id == *choice && question.many)
        };
        let mut text = HEAD.to_owned();
        text += &format!("name = {}\n", quoted(self.name().as_str()));
        text += &format!("description = {}\n", quoted(self.description().as_str()));
        text += &format!("security_contact = {}\n", quoted(contact));
        text += &format!("created = {}\n", self.created());
        text += "\n# `palisade list` shows the options of each.\n[choices]\n";
        for (choice, options) in self.choices() {
            text += &format!("{choice} = {}\n", write_options(options, is_many(choice)));
        }
        text += "\n# Versions and resources are only ever added to.\n";
        let versions = self.versions().iter().map(write_version);
        text += &versions
            .chain(self.resources().iter().map(write_resource))
            .collect::<Vec<_>>()
            .join("\n");
        text
    }
}

fn write_version(version: &Version) -> String {
    format!(
        "[[version]]\nname = \"{}\"\nreleased = {}\n",
        version.name, version.released
    )
}

fn write_resource(resource: &Resource) -> String {
    // A field a line, so that two branches which each add one can be merged.
    let fields: Vec<_> = resource
        .fields()
        .iter()
        .map(|field| format!("    \"{field}\",\n"))
        .collect();
    let since = resource.since();
    let since = since.map(|version| format!("since = \"{version}\"\n"));
    format!(
        "[[resource]]\nname = \"{}\"\n{}fields = [\n{}]\n",
        resource.name(),
        since.unwrap_or_default(),
        fields.concat()
    )
}

const HEAD: &str = "# What was chosen for this service. palisade reads it here.\n";

fn write_options(options: &[OptionId], many: bool) -> String {
    match options {
        [only] if !many => format!("\"{only}\""),
        _ => format!(
            "[{}]",
            options
                .iter()
                .map(|option| format!("\"{option}\""))
                .collect::<Vec<_>>()
                .join(", ")
        ),
    }
}

/// Writes a basic string (TOML 1.0, "String"); no control character gets here.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(character);
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::OfferError;
    use crate::answers::date::Date;
    use crate::answers::draft::{Draft, Rest};
    use crate::answers::draft_error::DraftError;
    use crate::answers::question::Question;
    use crate::answers::question::tests::question;

    fn questions() -> Vec<Question> {
        vec![
            question("auth", true, &["api-key", "oidc"]),
            question("ci", false, &["github", "none"]),
            question("database", false, &["sqlite"]),
        ]
    }

    fn offered(text: &str) -> Result<Draft, OfferError> {
        let mut draft = Draft::new(Date::parse("2000-01-01").expect("a date"));
        draft.offer_file("palisade.toml", text, &questions())?;
        Ok(draft)
    }

    const WHOLE: &str = r#"# What was chosen for this service. palisade reads it here.
name = "notes-api"
description = "Keeps \"notes\" in C:\\notes"
security_contact = "mailto:security@example.org"
created = 2026-11-23

# `palisade list` shows the options of each.
[choices]
auth = ["api-key", "oidc"]
ci = "none"
database = "sqlite"

# Versions and resources are only ever added to.
[[version]]
name = "v1"
released = 2026-11-23

[[version]]
name = "v2"
released = 2027-01-01

[[resource]]
name = "note"
fields = [
    "title:string:1..200",
    "pinned:bool:write=admin",
]

[[resource]]
name = "order_item"
since = "v2"
fields = [
    "count:int:1..",
]
"#;

    #[test]
    fn a_written_file_reads_back_and_is_written_byte_for_byte() {
        let answers = offered(WHOLE)
            .expect("good")
            .finish(&questions(), Rest::Missing)
            .expect("whole");
        assert_eq!(answers.to_toml(&questions()), WHOLE);
    }

    #[test]
    fn an_unset_contact_is_an_answer() {
        let text = WHOLE.replace("mailto:security@example.org", "none");
        let answers = offered(&text)
            .expect("good")
            .finish(&questions(), Rest::Missing)
            .expect("whole");
        assert_eq!(answers.security_contact(), None);
        assert_eq!(answers.to_toml(&questions()), text);
    }

    #[test]
    fn resources_and_versions_are_told_apart() {
        let finished = |text: &str| {
            offered(text)
                .expect("good by itself")
                .finish(&questions(), Rest::Missing)
        };
        for (first, second) in [("note", "note"), ("axe", "axis")] {
            let text = WHOLE
                .replace("\"note\"", &format!("\"{first}\""))
                .replace("order_item", second);
            assert!(
                matches!(finished(&text), Err(DraftError::ResourceTwice { .. })),
                "{first} {second}"
            );
        }
        for name in ["v1", "v3"] {
            let text = WHOLE
                .replace("\"v1\"", "\"v3\"")
                .replace("\"v2\"", &format!("\"{name}\""));
            assert!(
                matches!(finished(&text), Err(DraftError::VersionOrder { .. })),
                "{name}"
            );
        }
        assert!(finished(&WHOLE.replace("v2", "v3")).is_ok());
    }

    #[test]
    fn a_resource_is_there_since_a_version_that_is_there() {
        let text = WHOLE.replace("since = \"v2\"", "since = \"v3\"");
        let error = offered(&text)
            .expect("good by itself")
            .finish(&questions(), Rest::Missing)
            .expect_err("there are two versions");
        let said = "`order_item` is there since `v3`, and there is no such version";
        assert_eq!(error.to_string(), said);
        let help = miette::Diagnostic::help(&error).expect("help").to_string();
        assert!(help.starts_with("take one of `v1`, `v2`"), "{help}");
    }

    #[test]
    fn a_reference_leads_to_a_resource_that_stands_before_it() {
        let finished = |resources: &[(&str, &str)]| {
            let resources = resources.iter().map(|(name, fields)| {
                format!("[[resource]]\nname = \"{name}\"\nfields = [\"{fields}\"]\n")
            });
            let text = format!("name = \"shop\"\n{}", resources.collect::<String>());
            let draft = offered(&text).expect("good by itself");
            draft.finish(&questions(), Rest::Defaults)
        };
        let customer = ("customer", "label:string");
        let invoice = ("invoice", "buyer:ref:customer");
        assert!(finished(&[customer, invoice]).is_ok());
        let Err(DraftError::NoTarget { known, .. }) = finished(&[invoice, customer]) else {
            panic!("the invoices' table would come before what it refers to");
        };
        assert!(known.is_empty());
        let error = finished(&[("note", "title:string"), invoice]).expect_err("no customer");
        assert_eq!(
            error.to_string(),
            "the field `buyer` of `invoice` refers to `customer`, and no resource before it is called so"
        );
        let help = miette::Diagnostic::help(&error).expect("help").to_string();
        assert_eq!(help, "add `customer` first, or refer to one of `note`");
    }

    #[test]
    fn a_short_file_leaves_the_rest_open() {
        let draft = offered(
            "created = \"2026-11-23\"\n[[resource]]\nname = \"task\"\nfields = \"title:string done:bool\"\n",
        );
        let open: Vec<_> = draft
            .expect("good")
            .open(&questions())
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            open,
            [
                "name",
                "description",
                "security contact",
                "choice `auth`",
                "choice `ci`"
            ]
        );
    }

    #[test]
    fn what_is_wrong_is_shown_at_its_place() {
        for (text, said, shown) in [
            ("nam = \"x\"", "palisade.toml: there is no key `nam`", "nam"),
            (
                "[choices]\ncl = \"none\"",
                "palisade.toml: there is no key `cl`",
                "cl",
            ),
            (
                "[choices]\nci = \"gitlab\"",
                "palisade.toml: there is no ci called `gitlab`",
                "\"gitlab\"",
            ),
            (
                "[choices]\nci = 1",
                "palisade.toml: a string or an array of strings belongs here",
                "1",
            ),
            (
                "name = \"Notes\"",
                "palisade.toml: `Notes` has `N` in it; a project's name has small letters `a` to `z`, digits, `-` and `_`",
                "\"Notes\"",
            ),
            ("created = 2026-02-30x", "palisade.toml: not TOML: ", ""),
            (
                "created = 12:00:00",
                "palisade.toml: `12:00:00` is not a date",
                "12:00:00",
            ),
            ("name = ", "palisade.toml: not TOML: ", ""),
            (
                "[[version]]\nname = \"v1\"",
                "palisade.toml: `released` is missing",
                "[[version]]",
            ),
            (
                "[[resource]]\nname = \"note\"\nfields = [\"a1:int\", \"b1:json\"]",
                "palisade.toml: field `b1`: there is no type `json`",
                "\"b1:json\"",
            ),
            (
                "[[resource]]\nname = \"note\"\nfields = [\"a1:int\", \"a1:int\"]",
                "palisade.toml: there are two fields called `a1`",
                "[\"a1:int\", \"a1:int\"]",
            ),
            (
                "[[resource]]\nname = \"note\"\nfields = [\"a1:int\"]\nfoo = 1",
                "palisade.toml: there is no key `foo`",
                "foo",
            ),
        ] {
            let error = offered(text).expect_err(text);
            assert!(error.to_string().starts_with(said), "{text}: {error}");
            let OfferError::File(error) = error else {
                panic!("{text}: not a fault of the file")
            };
            let span = error.span;
            if !shown.is_empty() {
                assert_eq!(
                    &text[span.offset()..span.offset() + span.len()],
                    shown,
                    "{text}"
                );
            }
        }
    }
}
