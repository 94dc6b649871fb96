//! The API's versions: which are current, on their way out, or shut.
//!
//! Here is their table; `scheme` tells which of them a request is for, and how clients call it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use arc_swap::ArcSwap;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use serde::{Deserialize, Deserializer, de};
use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Duration, OffsetDateTime, UtcOffset};
use toml::value::Datetime;

use super::json::Object;
use super::problem::Cause;

pub mod scheme;

/// Names the version that answered (VER-3).
const API_VERSION: HeaderName = HeaderName::from_static("api-version");

/// RFC 9745.
const DEPRECATION: HeaderName = HeaderName::from_static("deprecation");

/// RFC 8594.
const SUNSET: HeaderName = HeaderName::from_static("sunset");

/// RFC 9110 §5.6.7.
const HTTP_DATE: &[BorrowedFormatItem<'_>] =
    format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");

/// The notice that clients get before a version ends, unless it is unsafe.
const NOTICE: Duration = Duration::days(90);

/// The table in use; a reload replaces it as a whole.
#[derive(Debug)]
pub struct Versions(ArcSwap<Vec<Arc<Version>>>);

/// The file, as its editor writes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: Vec<Version>,
}

/// One version, and what its answers carry.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Version {
    pub name: Arc<str>,
    state: State,
    #[serde(deserialize_with = "instant")]
    released: OffsetDateTime,
    #[serde(default, deserialize_with = "some_instant")]
    pub deprecated: Option<OffsetDateTime>,
    #[serde(default, deserialize_with = "some_instant")]
    sunset: Option<OffsetDateTime>,
    /// The version to go to: its name in the file, and what clients call it once that is read.
    successor: Option<Arc<str>>,
    notice: Option<String>,
    reason: Option<String>,
    #[serde(default)]
    security: bool,
    /// The header fields that do not depend on the path.
    #[serde(skip)]
    fields: Vec<(HeaderName, HeaderValue)>,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
enum State {
    Current,
    Deprecated,
    Retired,
}

impl Versions {
    pub fn load(path: &Path) -> Result<Self, Cause> {
        Ok(Self(ArcSwap::from_pointee(read(path)?)))
    }

    /// Reads the table anew and returns the versions that it shuts. One that is
    /// not sound changes nothing.
    pub fn reload(&self, path: &Path) -> Result<Vec<Arc<Version>>, Cause> {
        let after = read(path)?;
        let before = self.0.swap(Arc::new(after.clone()));
        let is_new = |shut: &Version| !before.iter().any(|known| known.is_retired() && known.name == shut.name);
        Ok(after.into_iter().filter(|version| version.is_retired() && is_new(version)).collect())
    }

    /// Returns the versions that are not retired, the newest current one first.
    pub fn live(&self) -> Vec<Arc<Version>> {
        let mut live: Vec<_> = self.0.load().iter().filter(|version| !version.is_retired()).cloned().collect();
        // Of those that were released on one day, `v10` is newer than `v9`.
        let age = |v: &Arc<Version>| (v.state == State::Current, v.released, v.name.len(), Arc::clone(&v.name));
        live.sort_by_cached_key(|version| Reverse(age(version)));
        live
    }

    /// Returns the versions that end sooner after their deprecation than
    /// clients are promised, without a security reason (VER-8).
    pub fn short_notices(&self) -> Vec<Arc<Version>> {
        let is_short = |version: &&Arc<Version>| {
            let span = version.deprecated.zip(version.sunset);
            !version.security && span.is_some_and(|(from, to)| to < from.saturating_add(NOTICE))
        };
        self.0.load().iter().filter(is_short).cloned().collect()
    }
}

impl Version {
    fn is_retired(&self) -> bool {
        self.state == State::Retired
    }

    /// Says whether the version is shut, as of now (VER-6).
    pub fn is_shut(&self) -> bool {
        self.is_retired() || self.sunset.is_some_and(|sunset| sunset <= OffsetDateTime::now_utc())
    }

    /// Returns when it ends, in Unix seconds; 0 while no end is planned.
    pub fn sunset_seconds(&self) -> i64 {
        self.sunset.map_or(0, OffsetDateTime::unix_timestamp)
    }

    /// Returns why it is shut.
    pub fn reason(&self) -> &str {
        let usual = if self.security { "the version is unsafe" } else { "the version has reached its end" };
        self.reason.as_deref().unwrap_or(usual)
    }

    /// Adds what each answer of the version carries (VER-3 to VER-5).
    ///
    /// The successor is linked by the same path (RFC 5829 §3.2). It was checked
    /// to be canonical, so that no byte in it ends the link early.
    pub fn label(&self, path: &str, headers: &mut HeaderMap) {
        headers.extend(self.fields.iter().cloned());
        if let Some(link) = self.successor.as_ref().map(|successor| self.link_to(successor, path)) {
            let link = HeaderValue::try_from(format!("{link}; rel=\"successor-version\""));
            headers.extend(link.map(|link| (header::LINK, link)));
        }
    }

    /// Adds reason and successor to the body of a 410.
    pub fn describe(&self, body: &mut Object) {
        body.text("reason", self.reason());
        if let Some(successor) = &self.successor {
            body.text("successor", successor);
        }
    }

    /// Checks the table's entry as a whole, and writes the fields that its answers carry.
    fn settle(&mut self, called: &BTreeMap<Arc<str>, Arc<str>>) -> Result<(), &'static str> {
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let is_sound = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>');
        let (successor, notice) = (self.successor.as_ref(), self.notice.as_deref());
        match (self.state, self.deprecated, self.sunset) {
            _ if self.name.is_empty() || !self.name.bytes().all(is_plain) => Err("the name is not of a-z and 0-9"),
            _ if successor.is_some_and(|next| !called.contains_key(next) || *next == self.name) => {
                Err("the successor is no other version of the table")
            }
            _ if notice.is_some_and(|link| !link.starts_with("https://") || !link.bytes().all(is_sound)) => {
                Err("the notice is no https address")
            }
            (State::Current, Some(_), _) | (State::Current, _, Some(_)) => Err("a current version has no end"),
            (State::Deprecated, None, _) => Err("a deprecated version needs the date `deprecated`"),
            (State::Retired, ..) if self.reason.is_none() => Err("a retired version needs a `reason`"),
            (_, Some(from), Some(to)) if to < from => Err("the sunset lies before the deprecation"),
            _ => Ok(()),
        }?;
        let link = |relation| notice.map(|notice| (header::LINK, format!("<{notice}>; rel=\"{relation}\"")));
        let mut fields = vec![(API_VERSION, self.in_answers())];
        if let Some(date) = self.deprecated {
            fields.push((DEPRECATION, format!("@{}", date.unix_timestamp())));
            fields.extend(link("deprecation"));
        }
        if let Some(date) = self.sunset {
            fields.push((SUNSET, date.format(HTTP_DATE).map_err(|_| "the sunset has no form in HTTP")?));
            fields.extend(link("sunset"));
        }
        let sendable = |(field, text)| Some((field, HeaderValue::try_from(text).ok()?));
        self.fields = fields.into_iter().map(sendable).collect::<Option<_>>().ok_or("it cannot stand in a header")?;
        self.successor = successor.and_then(|next| called.get(next)).cloned();
        Ok(())
    }
}

fn read(path: &Path) -> Result<Vec<Arc<Version>>, Cause> {
    let refused = |fault: &str| Cause::from(format!("{}: {fault}", path.display()));
    let text = fs::read_to_string(path).map_err(|error| refused(&error.to_string()))?;
    let File { version: mut versions } = toml::from_str(&text).map_err(|error| refused(&error.to_string()))?;
    let called = versions.iter().map(|version| (Arc::clone(&version.name), version.in_requests()));
    let called: BTreeMap<_, _> = called.collect();
    if called.values().collect::<BTreeSet<_>>().len() != versions.len() {
        return Err(refused("a name stands twice"));
    }
    if !versions.iter().any(|version| version.state == State::Current) {
        return Err(refused("no version is current"));
    }
    for version in &mut versions {
        version.settle(&called).map_err(|fault| refused(&format!("`{}`: {fault}", version.name)))?;
    }
    Ok(versions.into_iter().map(Arc::new).collect())
}

/// Reads a day, which begins at midnight UTC, or an instant with its offset.
fn instant<'de, D: Deserializer<'de>>(input: D) -> Result<OffsetDateTime, D::Error> {
    let date = Datetime::deserialize(input)?;
    let midnight = if date.time.is_none() { "T00:00:00Z" } else { "" };
    let instant = OffsetDateTime::parse(&format!("{date}{midnight}"), &Rfc3339);
    let instant = instant.map_err(|_| de::Error::custom("a date is neither a day nor an instant with offset"))?;
    Ok(instant.to_offset(UtcOffset::UTC))
}

fn some_instant<'de, D: Deserializer<'de>>(input: D) -> Result<Option<OffsetDateTime>, D::Error> {
    instant(input).map(Some)
}
