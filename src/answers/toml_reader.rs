use std::borrow::Cow;
use std::ops::Range;

use miette::NamedSource;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::answer::AnswerError;
use super::file_error::{Fault, FileError};
use super::quoted::Quoted;

/// Reads a TOML file part by part, and shows the line where one is wrong.
///
/// serde would show the line only of what has the wrong type, not of what breaks a rule.
pub(crate) struct TomlReader<'a> {
    file: &'a str,
    text: &'a str,
}

/// Boxed, since the error carries the file's text.
pub(crate) type Read<T> = Result<T, Box<FileError>>;

/// A value with its place in the text.
pub(crate) type Value<'a> = Spanned<DeValue<'a>>;

impl<'a> TomlReader<'a> {
    pub(crate) fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, text }
    }

    /// Reads the text as TOML.
    pub(crate) fn document(&self) -> Read<DeTable<'a>> {
        DeTable::parse(self.text)
            .map(Spanned::into_inner)
            .map_err(|error| {
                let message = error.message().to_owned();
                self.fault(error.span().unwrap_or_default(), Fault::Syntax { message })
            })
    }

    pub(crate) fn string<'t>(&self, value: &'t Value<'a>) -> Read<&'t str> {
        value
            .get_ref()
            .as_str()
            .ok_or_else(|| self.wrong_type(value, "a string"))
    }

    /// Reads a date, bare or in quotes.
    pub(crate) fn date(&self, value: &Value<'a>) -> Read<String> {
        match value.get_ref() {
            DeValue::String(text) => Ok(text.to_string()),
            DeValue::Datetime(date) => Ok(date.to_string()),
            _ => Err(self.wrong_type(value, "a date")),
        }
    }

    /// Reads one string, or an array of strings.
    pub(crate) fn strings<'t>(&self, value: &'t Value<'a>) -> Read<Vec<&'t str>> {
        match value.get_ref() {
            DeValue::String(text) => Ok(vec![text.as_ref()]),
            DeValue::Array(values) => values.iter().map(|value| self.string(value)).collect(),
            _ => Err(self.wrong_type(value, "a string or an array of strings")),
        }
    }

    pub(crate) fn table<'t>(&self, value: &'t Value<'a>) -> Read<&'t DeTable<'a>> {
        value
            .get_ref()
            .as_table()
            .ok_or_else(|| self.wrong_type(value, "a table"))
    }

    /// Reads an array of tables, as `[[…]]` makes it.
    pub(crate) fn tables<'t>(
        &self,
        value: &'t Value<'a>,
    ) -> Read<Vec<(Range<usize>, &'t DeTable<'a>)>> {
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
    pub(crate) fn exactly<'t>(
        &self,
        place: Range<usize>,
        table: &'t DeTable<'a>,
        keys: [&'static str; 2],
    ) -> Read<[&'t Value<'a>; 2]> {
        Ok(self.known(place, table, keys, [])?.0)
    }

    /// Returns the value of each of `keys`, and those that there are of `more`, in their order,
    /// refusing any other key.
    pub(crate) fn known<'t, const MORE: usize>(
        &self,
        place: Range<usize>,
        table: &'t DeTable<'a>,
        keys: [&'static str; 2],
        more: [&'static str; MORE],
    ) -> Read<([&'t Value<'a>; 2], [Option<&'t Value<'a>>; MORE])> {
        let all = || keys.into_iter().chain(more);
        let is_known = |key: &str| all().any(|known| known == key);
        if let Some((key, _)) = table.iter().find(|(key, _)| !is_known(key.get_ref())) {
            return Err(self.unknown_key(key, all()));
        }
        let value = |key| {
            table
                .get(key)
                .ok_or_else(|| self.fault(place.clone(), Fault::LackingKey { key }))
        };
        let [first, second] = keys;
        Ok((
            [value(first)?, value(second)?],
            more.map(|key| table.get(key)),
        ))
    }

    pub(crate) fn unknown_key(
        &self,
        key: &Spanned<Cow<'_, str>>,
        known: impl IntoIterator<Item = impl ToString>,
    ) -> Box<FileError> {
        let known = known.into_iter().map(|key| key.to_string()).collect();
        self.fault(
            key.span(),
            Fault::UnknownKey {
                key: Quoted::new(key.get_ref()),
                known,
            },
        )
    }

    /// Shows the line of a value that broke a rule.
    pub(crate) fn held<T>(
        &self,
        place: Range<usize>,
        answer: Result<T, impl Into<AnswerError>>,
    ) -> Read<T> {
        answer.map_err(|cause| self.fault(place, Fault::Refused(cause.into())))
    }

    fn wrong_type(&self, value: &Value<'a>, expected: &'static str) -> Box<FileError> {
        self.fault(value.span(), Fault::WrongType { expected })
    }

    fn fault(&self, place: Range<usize>, fault: Fault) -> Box<FileError> {
        Box::new(FileError {
            file: self.file.to_owned(),
            fault,
            source_code: NamedSource::new(self.file, self.text.to_owned()),
            span: place.into(),
        })
    }
}
