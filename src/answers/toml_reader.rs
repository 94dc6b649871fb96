use std::ops::Range;

use miette::{Diagnostic, NamedSource, SourceSpan};
use thiserror::Error;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::answer::AnswerError;
use super::quoted::Quoted;

/// Reads a TOML file part by part, and shows the line where one is wrong.
pub(crate) struct TomlReader<'a> {
    file: &'a str,
    text: &'a str,
}

/// What is wrong with a TOML file, with the line.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
pub enum FileError {
    #[error("{file} is not TOML: {message}")]
    #[diagnostic(
        code(palisade::answers::not_toml),
        help("see https://toml.io for the form")
    )]
    Syntax {
        file: String,
        message: String,
        #[source_code]
        source_code: NamedSource<String>,
        #[label("here")]
        span: SourceSpan,
    },
    #[error("{file} has an unknown key {key}")]
    #[diagnostic(code(palisade::answers::unknown_key), help("{}", known(known_keys)))]
    UnknownKey {
        file: String,
        key: Quoted,
        known_keys: Vec<String>,
        #[source_code]
        source_code: NamedSource<String>,
        #[label("nothing reads this")]
        span: SourceSpan,
    },
    #[error("{file} lacks `{key}` here")]
    #[diagnostic(code(palisade::answers::lacking_key), help("add `{key} = …`"))]
    LackingKey {
        file: String,
        key: &'static str,
        #[source_code]
        source_code: NamedSource<String>,
        #[label("in this table")]
        span: SourceSpan,
    },
    #[error("{file}: {expected} belongs here")]
    #[diagnostic(code(palisade::answers::wrong_type), help("write {expected}"))]
    WrongType {
        file: String,
        expected: &'static str,
        #[source_code]
        source_code: NamedSource<String>,
        #[label("not {expected}")]
        span: SourceSpan,
    },
    #[error("{file}: {cause}")]
    #[diagnostic(code(palisade::answers::refused), help("{}", help_of(cause)))]
    Refused {
        file: String,
        cause: AnswerError,
        #[source_code]
        source_code: NamedSource<String>,
        #[label("refused")]
        span: SourceSpan,
    },
}

/// A key with its value, each with its place in the text.
pub(crate) type Entry<'t, 'a> = (
    &'t Spanned<std::borrow::Cow<'a, str>>,
    &'t Spanned<DeValue<'a>>,
);

impl<'a> TomlReader<'a> {
    pub(crate) fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, text }
    }

    /// Reads the text as TOML.
    pub(crate) fn document(&self) -> Result<DeTable<'a>, FileError> {
        DeTable::parse(self.text)
            .map(Spanned::into_inner)
            .map_err(|error| FileError::Syntax {
                file: self.file.to_owned(),
                message: error.message().to_owned(),
                source_code: self.source(),
                span: span(error.span().unwrap_or_default()),
            })
    }

    pub(crate) fn string<'t>(&self, value: &'t Spanned<DeValue<'a>>) -> Result<&'t str, FileError> {
        value
            .get_ref()
            .as_str()
            .ok_or_else(|| self.wrong_type(value, "a string"))
    }

    /// Reads a date, bare or in quotes.
    pub(crate) fn date(&self, value: &Spanned<DeValue<'a>>) -> Result<String, FileError> {
        match value.get_ref() {
            DeValue::String(text) => Ok(text.to_string()),
            DeValue::Datetime(date) => Ok(date.to_string()),
            _ => Err(self.wrong_type(value, "a date")),
        }
    }

    /// Reads one string, or an array of strings.
    pub(crate) fn strings<'t>(
        &self,
        value: &'t Spanned<DeValue<'a>>,
    ) -> Result<Vec<&'t str>, FileError> {
        match value.get_ref() {
            DeValue::String(text) => Ok(vec![text.as_ref()]),
            DeValue::Array(values) => values.iter().map(|value| self.string(value)).collect(),
            _ => Err(self.wrong_type(value, "a string or an array of strings")),
        }
    }

    pub(crate) fn table<'t>(
        &self,
        value: &'t Spanned<DeValue<'a>>,
    ) -> Result<&'t DeTable<'a>, FileError> {
        value
            .get_ref()
            .as_table()
            .ok_or_else(|| self.wrong_type(value, "a table"))
    }

    /// Reads an array of tables, as `[[…]]` makes it.
    pub(crate) fn tables<'t>(
        &self,
        value: &'t Spanned<DeValue<'a>>,
    ) -> Result<Vec<(Range<usize>, &'t DeTable<'a>)>, FileError> {
        let values = value
            .get_ref()
            .as_array()
            .ok_or_else(|| self.wrong_type(value, "an array of tables"))?;
        values
            .iter()
            .map(|value| Ok((value.span(), self.table(value)?)))
            .collect()
    }

    /// Returns the value of each of `keys`, in their order, refusing any other key.
    pub(crate) fn exactly<'t, const N: usize>(
        &self,
        place: Range<usize>,
        table: &'t DeTable<'a>,
        keys: [&'static str; N],
    ) -> Result<[&'t Spanned<DeValue<'a>>; N], FileError> {
        if let Some(entry) = table
            .iter()
            .find(|(key, _)| !keys.contains(&key.get_ref().as_ref()))
        {
            return Err(self.unknown_key(entry, keys.iter().map(ToString::to_string).collect()));
        }
        let lacking = |key| FileError::LackingKey {
            file: self.file.to_owned(),
            key,
            source_code: self.source(),
            span: span(place.clone()),
        };
        let mut values = Vec::new();
        for key in keys {
            values.push(table.get(key).ok_or_else(|| lacking(key))?);
        }
        values
            .try_into()
            .map_err(|_| lacking(keys.first().copied().unwrap_or_default()))
    }

    pub(crate) fn unknown_key(
        &self,
        (key, _): Entry<'_, 'a>,
        known_keys: Vec<String>,
    ) -> FileError {
        FileError::UnknownKey {
            file: self.file.to_owned(),
            key: Quoted::new(key.get_ref()),
            known_keys,
            source_code: self.source(),
            span: span(key.span()),
        }
    }

    /// Holds a value that broke a rule against its line.
    pub(crate) fn refused(&self, place: Range<usize>) -> impl FnOnce(AnswerError) -> FileError {
        let (file, source_code) = (self.file.to_owned(), self.source());
        move |cause| FileError::Refused {
            file,
            cause,
            source_code,
            span: span(place),
        }
    }

    fn wrong_type(&self, value: &Spanned<DeValue<'a>>, expected: &'static str) -> FileError {
        FileError::WrongType {
            file: self.file.to_owned(),
            expected,
            source_code: self.source(),
            span: span(value.span()),
        }
    }

    fn source(&self) -> NamedSource<String> {
        NamedSource::new(self.file, self.text.to_owned())
    }
}

fn span(range: Range<usize>) -> SourceSpan {
    range.into()
}

fn known(keys: &[String]) -> String {
    format!("there are {}", keys.join(", "))
}

fn help_of(cause: &AnswerError) -> String {
    cause
        .help()
        .map(|help| help.to_string())
        .unwrap_or_default()
}
