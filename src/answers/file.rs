//! The answers file: what `--answers` reads, and what a project keeps as palisade.toml.

use std::fmt::Write;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::all::Answers;
use super::answer::{Answer, AnswerError, parse_contact};
use super::choice::OptionId;
use super::date::Date;
use super::description::Description;
use super::draft::{Draft, DraftError};
use super::project_name::ProjectName;
use super::question::Question;
use super::resource::{Fields, Resource};
use super::resource_name::ResourceName;
use super::source::Source;
use super::toml_reader::{FileError, TomlReader};
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
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, miette::Diagnostic)]
pub enum OfferError {
    #[error(transparent)]
    #[diagnostic(transparent)]
    File(Box<FileError>),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Draft(#[from] DraftError),
}

// Boxed, since it carries the file's text and would make each `Result` large.
impl From<FileError> for OfferError {
    fn from(error: FileError) -> Self {
        Self::File(Box::new(error))
    }
}

/// Reads the answers of one table that has the file's keys.
pub(crate) fn read<'a>(
    reader: &TomlReader<'a>,
    table: &DeTable<'a>,
    questions: &[Question],
) -> Result<Vec<Answer>, FileError> {
    let mut answers = Vec::new();
    for entry @ (key, value) in table {
        let refused = || reader.refused(value.span());
        match key.get_ref().as_ref() {
            "name" => answers.push(Answer::Name(
                ProjectName::parse(reader.string(value)?)
                    .map_err(AnswerError::from)
                    .map_err(refused())?,
            )),
            "description" => answers.push(Answer::Description(
                Description::parse(reader.string(value)?)
                    .map_err(AnswerError::from)
                    .map_err(refused())?,
            )),
            "security_contact" => answers.push(Answer::SecurityContact(
                parse_contact(reader.string(value)?)
                    .map_err(AnswerError::from)
                    .map_err(refused())?,
            )),
            "created" => answers.push(Answer::Created(date(reader, value)?)),
            "choices" => answers.extend(read_choices(reader, reader.table(value)?, questions)?),
            "version" => answers.push(read_versions(reader, value)?),
            "resource" => answers.extend(read_resources(reader, value)?),
            _ => {
                return Err(
                    reader.unknown_key(entry, KEYS.iter().map(ToString::to_string).collect())
                );
            }
        }
    }
    Ok(answers)
}

fn date<'a>(reader: &TomlReader<'a>, value: &Spanned<DeValue<'a>>) -> Result<Date, FileError> {
    Date::parse(&reader.date(value)?)
        .map_err(AnswerError::from)
        .map_err(reader.refused(value.span()))
}

fn read_choices<'a>(
    reader: &TomlReader<'a>,
    table: &DeTable<'a>,
    questions: &[Question],
) -> Result<Vec<Answer>, FileError> {
    let mut answers = Vec::new();
    for entry @ (key, value) in table {
        let known = || {
            questions
                .iter()
                .map(|question| question.id.to_string())
                .collect()
        };
        let question = Question::find(questions, key.get_ref())
            .map_err(|_| reader.unknown_key(entry, known()))?;
        let options = question
            .pick(reader.strings(value)?)
            .map_err(AnswerError::from);
        answers.push(Answer::Choice(
            question.id.clone(),
            options.map_err(reader.refused(value.span()))?,
        ));
    }
    Ok(answers)
}

fn read_versions<'a>(
    reader: &TomlReader<'a>,
    value: &Spanned<DeValue<'a>>,
) -> Result<Answer, FileError> {
    let mut versions = Vec::new();
    for (place, table) in reader.tables(value)? {
        let [name, released] = reader.exactly(place, table, ["name", "released"])?;
        let refused = reader.refused(name.span());
        let name = VersionName::parse(reader.string(name)?)
            .map_err(AnswerError::from)
            .map_err(refused)?;
        versions.push(Version {
            name,
            released: date(reader, released)?,
        });
    }
    Ok(Answer::Versions(versions))
}

/// Splits the resources into the first, whose name and fields are two answers, and the rest.
fn read_resources<'a>(
    reader: &TomlReader<'a>,
    value: &Spanned<DeValue<'a>>,
) -> Result<Vec<Answer>, FileError> {
    let mut resources = Vec::new();
    for (place, table) in reader.tables(value)? {
        resources.push(read_resource(reader, place, table)?);
    }
    let mut resources = resources.into_iter();
    let Some(first) = resources.next() else {
        return Ok(Vec::new());
    };
    let (name, fields) = (first.name().clone(), first.fields().clone());
    Ok(vec![
        Answer::Resource(name),
        Answer::Fields(fields),
        Answer::MoreResources(resources.collect()),
    ])
}

fn read_resource<'a>(
    reader: &TomlReader<'a>,
    place: Range<usize>,
    table: &DeTable<'a>,
) -> Result<Resource, FileError> {
    let [name, fields] = reader.exactly(place, table, ["name", "fields"])?;
    let refused = |place: Range<usize>| reader.refused(place);
    let name_text = reader.string(name)?;
    let parsed = ResourceName::parse(name_text)
        .map_err(AnswerError::from)
        .map_err(refused(name.span()))?;
    let texts = reader.strings(fields)?;
    // A field that is wrong by itself is shown alone, one that is wrong beside others with them.
    let alone = fields.get_ref().as_array().into_iter().flatten();
    for (field, text) in alone.zip(&texts) {
        super::field::Field::parse(text)
            .map_err(super::resource::FieldsError::from)
            .map_err(AnswerError::from)
            .map_err(refused(field.span()))?;
    }
    // One string with blanks between the fields is taken too, as a flag takes it.
    let each = texts.iter().flat_map(|text| text.split_whitespace());
    Fields::parse_each(each)
        .and_then(|fields| Resource::new(parsed, fields))
        .map_err(AnswerError::from)
        .map_err(refused(fields.span()))
}

impl Answers {
    /// Writes palisade.toml: the same answers give the same bytes.
    pub fn to_toml(&self, questions: &[Question]) -> String {
        let mut text = String::from(HEAD);
        let mut line = |key: &str, value: &str| push(&mut text, &format!("{key} = {value}\n"));
        line("name", &quoted(self.name().as_str()));
        line("description", &quoted(self.description().as_str()));
        let contact = self
            .security_contact()
            .map_or("none", |contact| contact.as_str());
        line("security_contact", &quoted(contact));
        line("created", &self.created().to_string());
        push(
            &mut text,
            "\n# `palisade list` shows the options of each.\n[choices]\n",
        );
        for (choice, options) in self.choices() {
            let many = questions
                .iter()
                .any(|question| question.id == *choice && question.many);
            push(
                &mut text,
                &format!("{choice} = {}\n", write_options(options, many)),
            );
        }
        push(
            &mut text,
            "\n# Versions and resources are only ever added to: `palisade add`.\n",
        );
        for Version { name, released } in self.versions() {
            push(
                &mut text,
                &format!("[[version]]\nname = \"{name}\"\nreleased = {released}\n\n"),
            );
        }
        for resource in self.resources() {
            push(
                &mut text,
                &format!("[[resource]]\nname = \"{}\"\nfields = [\n", resource.name()),
            );
            for field in resource.fields() {
                push(&mut text, &format!("    \"{field}\",\n"));
            }
            push(&mut text, "]\n\n");
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
        text
    }
}

const HEAD: &str = "# What was chosen for this service. Change a line and run `palisade regen`.\n";

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

fn push(text: &mut String, part: &str) {
    // Writing to a String cannot fail.
    let _ = text.write_str(part);
}

#[cfg(test)]
mod tests {
    use super::OfferError;
    use crate::answers::date::Date;
    use crate::answers::draft::{Draft, Rest};
    use crate::answers::question::Question;
    use crate::answers::question::tests::question;
    use crate::answers::toml_reader::FileError;

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

    const WHOLE: &str = r#"# What was chosen for this service. Change a line and run `palisade regen`.
name = "notes-api"
description = "Keeps \"notes\" in C:\\notes"
security_contact = "mailto:security@example.org"
created = 2026-11-23

# `palisade list` shows the options of each.
[choices]
auth = ["api-key", "oidc"]
ci = "none"
database = "sqlite"

# Versions and resources are only ever added to: `palisade add`.
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
            ["name", "description", "security contact", "auth", "ci"]
        );
    }

    #[test]
    fn what_is_wrong_is_shown_at_its_place() {
        for (text, said, shown) in [
            (
                "nam = \"x\"",
                "palisade.toml has an unknown key `nam`",
                "nam",
            ),
            (
                "[choices]\ncl = \"none\"",
                "palisade.toml has an unknown key `cl`",
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
                "palisade.toml: `Notes` has `N` in it; a project's name has `a` to `z`, digits, `-` and `_`",
                "\"Notes\"",
            ),
            ("created = 2026-02-30x", "palisade.toml is not TOML: ", ""),
            (
                "created = 12:00:00",
                "palisade.toml: `12:00:00` is not a date",
                "12:00:00",
            ),
            ("name = ", "palisade.toml is not TOML: ", ""),
            (
                "[[version]]\nname = \"v1\"",
                "palisade.toml lacks `released` here",
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
                "palisade.toml has an unknown key `foo`",
                "foo",
            ),
        ] {
            let error = offered(text).expect_err(text);
            assert!(error.to_string().starts_with(said), "{text}: {error}");
            let OfferError::File(error) = error else {
                panic!("{text}: not a fault of the file")
            };
            let (FileError::Syntax { span, .. }
            | FileError::UnknownKey { span, .. }
            | FileError::LackingKey { span, .. }
            | FileError::WrongType { span, .. }
            | FileError::Refused { span, .. }) = *error;
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
