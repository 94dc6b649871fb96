//! The API's versions: which are current, on their way out, or shut.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use arc_swap::ArcSwap;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use serde::Deserialize;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, Duration, OffsetDateTime, Time};
use toml::value::Datetime;

use super::json::Object;

/// Names the version that answered: `1` for `v1` (VER-3).
const API_VERSION: HeaderName = HeaderName::from_static("api-version");

/// RFC 9745.
const DEPRECATION: HeaderName = HeaderName::from_static("deprecation");

/// RFC 8594.
const SUNSET: HeaderName = HeaderName::from_static("sunset");

/// The notice that clients get before a version ends, unless it is unsafe.
const NOTICE: Duration = Duration::days(90);

/// The table in use; a reload replaces it as a whole.
#[derive(Debug)]
pub struct Versions(ArcSwap<Vec<Arc<Version>>>);

/// One version, and what its answers carry.
#[derive(Debug)]
pub struct Version {
    pub name: Arc<str>,
    pub deprecated: bool,
    pub reason: Box<str>,
    shut: bool,
    sunset: Option<OffsetDateTime>,
    short_notice: bool,
    successor: Option<Box<str>>,
    fields: Vec<(HeaderName, HeaderValue)>,
}

/// Why a table of versions cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum VersionsError {
    #[error("the table of versions cannot be read")]
    Unreadable(#[from] std::io::Error),
    #[error("the table of versions is malformed")]
    Malformed(#[from] toml::de::Error),
    #[error("in the table of versions, `{name}`: {fault}")]
    Unsound { name: String, fault: &'static str },
}

/// The file, as its editor writes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    state: State,
    #[expect(dead_code, reason = "a date for readers; it is checked for its form alone")]
    released: Datetime,
    deprecated: Option<Datetime>,
    sunset: Option<Datetime>,
    successor: Option<String>,
    notice: Option<String>,
    reason: Option<String>,
    #[serde(default)]
    security: bool,
}

#[derive(Clone, Copy, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
enum State {
    Current,
    Deprecated,
    Retired,
}

impl Versions {
    pub fn load(path: &Path) -> Result<Self, VersionsError> {
        Ok(Self(ArcSwap::from_pointee(parse(&fs::read_to_string(path)?)?)))
    }

    /// Reads the table anew and returns the versions that it shuts. One that is
    /// not sound changes nothing.
    pub fn reload(&self, path: &Path) -> Result<Vec<Arc<Version>>, VersionsError> {
        let after = parse(&fs::read_to_string(path)?)?;
        let before = self.0.swap(Arc::new(after.clone()));
        let was_shut = |name: &str| before.iter().any(|version| version.shut && *version.name == *name);
        Ok(after.into_iter().filter(|version| version.shut && !was_shut(&version.name)).collect())
    }

    /// Looks up the version that a path begins with.
    pub fn resolve(&self, path: &str) -> Option<Arc<Version>> {
        let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
        self.0.load().iter().find(|version| *version.name == *first).cloned()
    }

    /// Returns the versions that end sooner after their deprecation than
    /// clients are promised, without a security reason (VER-8).
    pub fn short_notices(&self) -> Vec<Arc<Version>> {
        self.0.load().iter().filter(|version| version.short_notice).cloned().collect()
    }
}

impl Version {
    /// Says whether the version is shut, as of now (VER-6).
    pub fn is_shut(&self) -> bool {
        self.shut || self.sunset.is_some_and(|sunset| sunset <= OffsetDateTime::now_utc())
    }

    /// Adds what each answer of the version carries (VER-3 to VER-5).
    ///
    /// The successor is linked by the same path (RFC 5829 §3.2). It was checked
    /// to be canonical, so that no byte in it ends the link early.
    pub fn label(&self, path: &str, headers: &mut HeaderMap) {
        headers.extend(self.fields.iter().cloned());
        let rest = path.strip_prefix('/').and_then(|path| path.strip_prefix(&*self.name));
        let link = self.successor.as_ref().zip(rest);
        let link = link.map(|(successor, rest)| format!("</{successor}{rest}>; rel=\"successor-version\""));
        if let Some(Ok(link)) = link.map(HeaderValue::try_from) {
            headers.append(header::LINK, link);
        }
    }

    /// Adds reason and successor to the body of a 410.
    pub fn describe(&self, body: &mut Object) {
        body.text("reason", &self.reason);
        if let Some(successor) = &self.successor {
            body.text("successor", successor);
        }
    }
}

fn parse(text: &str) -> Result<Vec<Arc<Version>>, VersionsError> {
    let file: File = toml::from_str(text)?;
    let names: BTreeSet<_> = file.version.iter().map(|entry| entry.name.clone()).collect();
    let unsound = |name: &str, fault| VersionsError::Unsound { name: name.to_owned(), fault };
    if names.len() != file.version.len() {
        return Err(unsound("version", "a name stands twice"));
    }
    if !file.version.iter().any(|entry| entry.state == State::Current) {
        return Err(unsound("version", "none is current"));
    }
    let checked = |entry: Entry| {
        let name = entry.name.clone();
        entry.check(&names).map(Arc::new).map_err(|fault| unsound(&name, fault))
    };
    file.version.into_iter().map(checked).collect()
}

impl Entry {
    fn check(self, names: &BTreeSet<String>) -> Result<Version, &'static str> {
        let read = |date: &Option<Datetime>| date.as_ref().map(instant).transpose();
        let (deprecated, sunset) = (read(&self.deprecated)?, read(&self.sunset)?);
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        if self.name.is_empty() || !self.name.bytes().all(is_plain) {
            return Err("the name is not of a-z and 0-9");
        }
        if self.successor.as_ref().is_some_and(|successor| !names.contains(successor) || *successor == self.name) {
            return Err("the successor is no other version of the table");
        }
        match self.state {
            State::Current if deprecated.is_some() || sunset.is_some() => Err("a current version has no end"),
            State::Deprecated if deprecated.is_none() => Err("a deprecated version needs the date `deprecated`"),
            State::Retired if self.reason.is_none() => Err("a retired version needs a `reason`"),
            _ => Ok(()),
        }?;
        let span = deprecated.zip(sunset);
        if span.is_some_and(|(deprecated, sunset)| sunset < deprecated) {
            return Err("the sunset lies before the deprecation");
        }
        let short = span.is_some_and(|(deprecated, sunset)| sunset < deprecated.saturating_add(NOTICE));
        Ok(Version {
            fields: fields(&self.name, deprecated, sunset, self.notice.as_deref())?,
            name: self.name.into(),
            deprecated: deprecated.is_some(),
            reason: self.reason.unwrap_or_else(|| "the version has reached its end".to_owned()).into(),
            shut: self.state == State::Retired,
            sunset,
            short_notice: short && !self.security,
            successor: self.successor.map(Box::from),
        })
    }
}

/// Returns the fields of answers as far as they do not depend on the path.
fn fields(
    name: &str,
    deprecated: Option<OffsetDateTime>,
    sunset: Option<OffsetDateTime>,
    notice: Option<&str>,
) -> Result<Vec<(HeaderName, HeaderValue)>, &'static str> {
    let number = name.strip_prefix('v').filter(|number| number.parse::<u32>().is_ok());
    let mut texts = vec![(API_VERSION, number.unwrap_or(name).to_owned())];
    texts.extend(deprecated.map(|date| (DEPRECATION, format!("@{}", date.unix_timestamp()))));
    texts.extend(sunset.map(|date| (SUNSET, http_date(date))));
    if let Some(notice) = notice {
        let is_sound = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>');
        if !notice.starts_with("https://") || !notice.bytes().all(is_sound) {
            return Err("the notice is no https address");
        }
        let link = |relation| (header::LINK, format!("<{notice}>; rel=\"{relation}\""));
        texts.extend(deprecated.map(|_| link("deprecation")));
        texts.extend(sunset.map(|_| link("sunset")));
    }
    let value = |(field, text): (HeaderName, String)| Some((field, HeaderValue::try_from(text).ok()?));
    texts.into_iter().map(value).collect::<Option<_>>().ok_or("a value cannot stand in a header")
}

/// RFC 9110 §5.6.7.
fn http_date(date: OffsetDateTime) -> String {
    let form =
        format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");
    date.to_offset(time::UtcOffset::UTC).format(form).unwrap_or_default()
}

/// A day begins at midnight UTC.
fn instant(date: &Datetime) -> Result<OffsetDateTime, &'static str> {
    let text = date.to_string();
    let day = Date::parse(&text, format_description!("[year]-[month]-[day]"));
    day.map(|day| day.with_time(Time::MIDNIGHT).assume_utc())
        .or_else(|_| OffsetDateTime::parse(&text, &Rfc3339))
        .map_err(|_| "a date is neither a day nor an instant with offset")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(rest: &str) -> String {
        let current = "[[version]]\nname = \"v2\"\nstate = \"current\"\nreleased = 2026-01-01\n";
        parse(&format!("{current}[[version]]\nname = \"v1\"\nreleased = 2025-01-01\n{rest}"))
            .map_or_else(|error| error.to_string(), |_| String::new())
    }

    #[test]
    fn each_unsound_table_is_refused_with_its_reason() {
        let cases = [
            ("state = \"deprecated\"\n", "needs the date `deprecated`"),
            ("state = \"deprecated\"\ndeprecated = 2026-06-01\nsunset = 2026-05-01\n", "before the deprecation"),
            ("state = \"retired\"\n", "needs a `reason`"),
            ("state = \"current\"\nsunset = 2027-01-01\n", "has no end"),
            ("state = \"current\"\nsuccessor = \"v9\"\n", "no other version"),
            ("state = \"current\"\nnotice = \"http://x\"\n", "no https address"),
            ("state = \"gone\"\n", "malformed"),
            ("state = \"current\"\nsunsets = 2027-01-01\n", "malformed"),
        ];
        for (rest, expected) in cases {
            assert!(fault(rest).contains(expected), "{rest}: {}", fault(rest));
        }
        assert_eq!(fault("state = \"deprecated\"\ndeprecated = 2026-06-01T00:00:00Z\nsuccessor = \"v2\"\n"), "");
        assert!(parse("version = []").is_err());
    }
}
