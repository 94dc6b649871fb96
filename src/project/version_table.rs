//! `config/versions.toml`, changed by key: comments and order are the user's.

use std::fmt;

use miette::Diagnostic;
use thiserror::Error;
use toml_edit::{ArrayOfTables, Datetime, DocumentMut, Item, Table, Value};

use crate::answers::{Date, VersionName};

/// Where a service has its table of versions.
pub const VERSIONS: &str = "config/versions.toml";

/// The notice that a service promises, unless a version is unsafe (VER-8).
const NOTICE: u32 = 90;

/// The states, worst last, as the service's own check knows them.
const CURRENT: &str = "current";
const DEPRECATED: &str = "deprecated";
const RETIRED: &str = "retired";

/// The table of versions, with the text that the user gave it.
#[derive(Debug, Clone)]
pub struct VersionTable(DocumentMut);

/// Why a version comes to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Because {
    /// It is unsafe: there need be no 90 days of notice
    Security,
    /// A newer one has taken its place
    Superseded,
}

/// The end of a version, as it is announced.
#[derive(Debug, Clone)]
pub struct Deprecation {
    pub name: VersionName,
    /// The day on which it is announced.
    pub today: Date,
    pub sunset: Date,
    pub because: Because,
    /// The https address of the announcement.
    pub advisory: Option<String>,
    pub successor: Option<VersionName>,
}

/// The end of a version, as it comes.
#[derive(Debug, Clone)]
pub struct Retirement {
    pub name: VersionName,
    pub today: Date,
    /// Why, if it was not announced.
    pub because: Option<Because>,
    /// The https address of the announcement.
    pub advisory: Option<String>,
    pub successor: Option<VersionName>,
}

/// Why a version is not brought to its end.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
pub enum VersionTableError {
    #[error("`config/versions.toml` is no table of versions: {fault}")]
    #[diagnostic(
        code(palisade::versions::table),
        help("mend it first; `cargo run -- serve --check` tells whether the service takes it")
    )]
    Table { fault: String },
    #[error("there is no version `{name}` in `config/versions.toml`")]
    #[diagnostic(code(palisade::versions::unknown), help("there are {}", known.join(", ")))]
    Unknown { name: String, known: Vec<String> },
    #[error("`{name}` is the last current version")]
    #[diagnostic(
        code(palisade::versions::last),
        help("clients need one to go to, so add it first: palisade add version {next}")
    )]
    Last {
        name: VersionName,
        next: VersionName,
    },
    #[error("`{name}` is retired already")]
    #[diagnostic(
        code(palisade::versions::retired),
        help("to serve it again, edit its `state` in `config/versions.toml`")
    )]
    Retired { name: VersionName },
    #[error("the sunset, {sunset}, lies before the deprecation, {from}")]
    #[diagnostic(
        code(palisade::versions::sunset),
        help("choose that day or a later one: --sunset {earliest}")
    )]
    Sunset {
        sunset: Date,
        from: Date,
        earliest: Date,
    },
    #[error(
        "clients of `{name}` would have less than the 90 days from {from} on that they are promised"
    )]
    #[diagnostic(
        code(palisade::versions::notice),
        help(
            "let it be served until then: --sunset {earliest}. A version that is unsafe may end sooner: --because security"
        )
    )]
    Notice {
        name: VersionName,
        from: Date,
        earliest: Date,
    },
    #[error("`{given}` cannot follow on `{name}`")]
    #[diagnostic(
        code(palisade::versions::successor),
        help("name another version that is served: {}", known.join(", "))
    )]
    Successor {
        name: VersionName,
        given: VersionName,
        known: Vec<String>,
    },
    #[error("`{given}` cannot stand in a header as the address of an announcement")]
    #[diagnostic(
        code(palisade::versions::advisory),
        help(
            "give an address of printable ASCII that begins with `https://`: --advisory https://example.com/advisory"
        )
    )]
    Advisory { given: String },
    #[error("`{name}` is current, and its clients have had no notice")]
    #[diagnostic(
        code(palisade::versions::current),
        help(
            "announce its end: palisade deprecate {name} --sunset {earliest} --because superseded. One that is unsafe ends at once: palisade retire {name} --because security"
        )
    )]
    Unannounced { name: VersionName, earliest: Date },
    #[error("clients of `{name}` were promised that it is served until {sunset}")]
    #[diagnostic(
        code(palisade::versions::promised),
        help(
            "retire it from that day on. One that is unsafe ends at once: palisade retire {name} --because security"
        )
    )]
    Promised { name: VersionName, sunset: Date },
}

impl VersionTable {
    /// Reads the text of `config/versions.toml`.
    ///
    /// # Errors
    /// When it has no versions that could be changed.
    pub fn parse(text: &str) -> Result<Self, VersionTableError> {
        let fault = |fault: &str| VersionTableError::Table {
            fault: fault.trim_end().to_owned(),
        };
        let document: DocumentMut = text
            .parse()
            .map_err(|error: toml_edit::TomlError| fault(error.message()))?;
        let table = Self(document);
        let is_empty = table.entries().next().is_none();
        match is_empty {
            true => Err(fault("it has no `[[version]]`")),
            false => Ok(table),
        }
    }

    /// Announces the end of a version.
    ///
    /// One that is deprecated already keeps the day on which that began.
    ///
    /// # Errors
    /// What the service would not start with, or would warn of.
    pub fn deprecate(&mut self, end: &Deprecation) -> Result<(), VersionTableError> {
        let name = end.name;
        let state = self.state(name)?;
        if state == RETIRED {
            return Err(VersionTableError::Retired { name });
        }
        self.keep_one_current(name)?;
        let began = self.entry(name).and_then(|entry| day(entry, "deprecated"));
        let from = began.unwrap_or(end.today);
        let earliest = from.max(end.today);
        if end.sunset < earliest {
            return Err(VersionTableError::Sunset {
                sunset: end.sunset,
                from: earliest,
                earliest: match end.because {
                    Because::Security => earliest,
                    Because::Superseded => from.plus_days(NOTICE).max(earliest),
                },
            });
        }
        let promised = from.plus_days(NOTICE);
        if end.because == Because::Superseded && end.sunset < promised {
            return Err(VersionTableError::Notice {
                name,
                from,
                earliest: promised.max(end.today),
            });
        }
        self.check_successor(name, end.successor)?;
        check_advisory(end.advisory.as_deref())?;
        let entry = self.entry_mut(name)?;
        set(entry, "state", DEPRECATED);
        if began.is_none() {
            set(entry, "deprecated", date(end.today));
        }
        set(entry, "sunset", date(end.sunset));
        set_way_on(entry, end.successor, end.advisory.as_deref());
        set_security(entry, end.because);
        Ok(())
    }

    /// Shuts a version.
    ///
    /// What its clients are told stays, if the table has it.
    ///
    /// # Errors
    /// When clients were promised that it is served still, or there is none to go to.
    pub fn retire(&mut self, end: &Retirement) -> Result<(), VersionTableError> {
        let (name, today) = (end.name, end.today);
        let state = self.state(name)?;
        if state == RETIRED {
            return Err(VersionTableError::Retired { name });
        }
        self.keep_one_current(name)?;
        self.check_successor(name, end.successor)?;
        check_advisory(end.advisory.as_deref())?;
        let entry = self.entry_mut(name)?;
        let is_unsafe = match end.because {
            Some(because) => because == Because::Security,
            None => entry.get("security").and_then(Item::as_bool) == Some(true),
        };
        let sunset = day(entry, "sunset");
        match sunset {
            _ if is_unsafe => {}
            _ if state == CURRENT => {
                let earliest = today.plus_days(NOTICE);
                return Err(VersionTableError::Unannounced { name, earliest });
            }
            Some(sunset) if today < sunset => {
                return Err(VersionTableError::Promised { name, sunset });
            }
            _ => {}
        }
        set(entry, "state", RETIRED);
        set_way_on(entry, end.successor, end.advisory.as_deref());
        // The headers that carry the announcement's address are those of the two days.
        let days = ["deprecated", "sunset"];
        if end.advisory.is_some() && !days.iter().any(|day| entry.contains_key(day)) {
            days.iter().for_each(|day| set(entry, day, date(today)));
        }
        if !entry.contains_key("reason") {
            let successor = entry.get("successor").and_then(Item::as_str);
            let reason = match successor {
                _ if is_unsafe => "the version is unsafe".to_owned(),
                Some(successor) => format!("the version was superseded by {successor}"),
                None => "the version has reached its end".to_owned(),
            };
            set(entry, "reason", reason);
        }
        if let Some(because) = end.because {
            set_security(entry, because);
        }
        Ok(())
    }

    /// Returns the versions that are shut.
    pub fn retired(&self) -> Vec<String> {
        self.named(|state| state == RETIRED)
    }

    fn named(&self, wanted: impl Fn(&str) -> bool) -> Vec<String> {
        let entries = self.entries().filter(|entry| wanted(text(entry, "state")));
        entries
            .map(|entry| text(entry, "name").to_owned())
            .collect()
    }

    fn keep_one_current(&self, name: VersionName) -> Result<(), VersionTableError> {
        let own = name.to_string();
        if self
            .named(|state| state == CURRENT)
            .iter()
            .any(|current| *current != own)
        {
            return Ok(());
        }
        let all = self.named(|_| true);
        let all = all.iter().filter_map(|name| VersionName::parse(name).ok());
        Err(VersionTableError::Last {
            name,
            next: all.max().unwrap_or(name).next(),
        })
    }

    fn check_successor(
        &self,
        name: VersionName,
        given: Option<VersionName>,
    ) -> Result<(), VersionTableError> {
        let Some(given) = given else {
            return Ok(());
        };
        let mut known = self.named(|state| state != RETIRED);
        known.retain(|known| *known != name.to_string());
        match known.contains(&given.to_string()) {
            true => Ok(()),
            false => Err(VersionTableError::Successor { name, given, known }),
        }
    }

    fn state(&self, name: VersionName) -> Result<String, VersionTableError> {
        match self.entry(name) {
            Some(entry) => Ok(text(entry, "state").to_owned()),
            None => Err(self.unknown(name)),
        }
    }

    fn unknown(&self, name: VersionName) -> VersionTableError {
        VersionTableError::Unknown {
            name: name.to_string(),
            known: self.named(|_| true),
        }
    }

    fn entries(&self) -> impl Iterator<Item = &Table> {
        let entries = self.0.get("version").and_then(Item::as_array_of_tables);
        entries.into_iter().flat_map(ArrayOfTables::iter)
    }

    fn entry(&self, name: VersionName) -> Option<&Table> {
        let name = name.to_string();
        self.entries().find(|entry| text(entry, "name") == name)
    }

    fn entry_mut(&mut self, name: VersionName) -> Result<&mut Table, VersionTableError> {
        let unknown = self.unknown(name);
        let name = name.to_string();
        let entries = self
            .0
            .get_mut("version")
            .and_then(Item::as_array_of_tables_mut);
        let mut entries = entries.into_iter().flat_map(ArrayOfTables::iter_mut);
        entries
            .find(|entry| text(entry, "name") == name)
            .ok_or(unknown)
    }
}

impl fmt::Display for VersionTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

fn text<'a>(entry: &'a Table, key: &str) -> &'a str {
    entry.get(key).and_then(Item::as_str).unwrap_or_default()
}

/// Returns the first day that wholly follows on a moment: with any offset, no instant of a day
/// lies more than two days after its beginning in UTC.
fn day(entry: &Table, key: &str) -> Option<Date> {
    let moment = entry.get(key).and_then(Item::as_datetime)?;
    let day = Date::parse(&moment.date?.to_string()).ok()?;
    Some(day.plus_days(if moment.time.is_some() { 2 } else { 0 }))
}

fn date(day: Date) -> Value {
    let day: Datetime = day
        .to_string()
        .parse()
        .expect("a day is written as TOML writes it");
    day.into()
}

/// Sets a value, and leaves the comment beside the one that it replaces.
fn set(entry: &mut Table, key: &str, value: impl Into<Value>) {
    let mut value = value.into();
    match entry.get_mut(key) {
        Some(Item::Value(there)) => {
            *value.decor_mut() = there.decor().clone();
            *there = value;
        }
        _ => {
            entry.insert(key, Item::Value(value));
        }
    }
}

/// Says where to go and to read on, where that is given.
fn set_way_on(entry: &mut Table, successor: Option<VersionName>, advisory: Option<&str>) {
    if let Some(successor) = successor {
        set(entry, "successor", successor.to_string());
    }
    if let Some(advisory) = advisory {
        set(entry, "notice", advisory);
    }
}

fn check_advisory(given: Option<&str>) -> Result<(), VersionTableError> {
    match given.filter(|given| !is_address(given)) {
        None => Ok(()),
        Some(given) => Err(VersionTableError::Advisory {
            given: given.to_owned(),
        }),
    }
}

/// Says that a version is unsafe; or no longer, if the table said so.
fn set_security(entry: &mut Table, because: Because) {
    let is_unsafe = because == Because::Security;
    if is_unsafe || entry.contains_key("security") {
        set(entry, "security", is_unsafe);
    }
}

/// Whether the service takes an address for a link.
fn is_address(given: &str) -> bool {
    let is_sound = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>');
    given.len() > "https://".len() && given.starts_with("https://") && given.bytes().all(is_sound)
}
