//! Settings: read in layers, checked as a whole, every fault reported at once.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fmt, fs};

use ipnet::IpNet;
use toml::{Table, Value};

use crate::security::secret::Secret;
use crate::security::{admin, authz, disclosure, limits, listener, services, tls};

/// The prefix of environment variables, the service's name in capitals.
const PREFIX: &str = concat!(env!("CARGO_PKG_NAME"), "__");

/// Declares all sections of the settings, and what looks at one as a whole.
macro_rules! config {
    ($($section:ident: $settings:ty $(=> $check:ident)?,)*) => {
        /// Every setting, valid as a whole.
        #[derive(Clone, Debug)]
        pub struct Config {
            pub profile: Profile,
            /// Where the settings and the tables beside them were read from.
            pub directory: PathBuf,
            $(pub $section: $settings,)*
        }

        impl Config {
            /// Reads every section before it gives up, so that no fault hides another.
            fn take(profile: Profile, directory: &Path, layers: &mut Layers) -> Option<Self> {
                $(
                    let $section = <$settings>::take(layers);
                    $(if let Some(section) = &$section {
                        section.$check(profile, layers);
                    })?
                )*
                Some(Self { profile, directory: directory.to_owned(), $($section: $section?,)* })
            }
        }
    };
}

config! {
    admin: admin::Settings => check,
    authorization: authz::Settings,
    database: services::Settings,
    disclosure: disclosure::Settings => check,
    listener: listener::Settings,
    quotas: limits::Settings,
    tls: tls::Settings,
}

impl Config {
    /// Reads `default.toml`, then the profile's file, then the environment.
    pub fn load(profile: Profile, directory: &Path) -> Result<Self, Faults> {
        let text = |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
        Self::read(profile, directory, env::vars_os().filter_map(text))
    }

    /// Reads as `load` does, with the given variables for an environment.
    pub fn read(
        profile: Profile,
        directory: &Path,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Faults> {
        let mut layers = Layers::default();
        layers.add_file(&directory.join("default.toml"));
        layers.add_file(&directory.join(format!("{profile}.toml")));
        layers.add_environment(environment);
        let config = Self::take(profile, directory, &mut layers);
        layers.refuse_unknown();
        match config {
            Some(config) if layers.faults.is_empty() => Ok(config),
            _ => Err(Faults(layers.faults)),
        }
    }
}

/// Which file of settings stands above `default.toml`.
#[derive(Clone, Copy, Debug, Eq, PartialEq, clap::ValueEnum)]
pub enum Profile {
    /// Works with no other set-up, on this machine alone.
    Dev,
    /// Has no default where one would be unsafe.
    Prod,
}

impl Default for Profile {
    /// A release build is for production.
    fn default() -> Self {
        if cfg!(debug_assertions) { Self::Dev } else { Self::Prod }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Self::Dev { "dev" } else { "prod" })
    }
}

/// What is wrong with the settings. Values are never repeated: one of them may
/// be a secret that was put at the wrong key.
#[derive(Debug, thiserror::Error)]
#[error("the settings are not valid:\n  {}", .0.join("\n  "))]
pub struct Faults(Vec<String>);

/// The values of all layers by dotted key, the uppermost alone, each with the
/// place where it was set.
#[derive(Debug, Default)]
pub struct Layers {
    values: BTreeMap<String, (Value, String)>,
    faults: Vec<String>,
}

impl Layers {
    fn add_file(&mut self, path: &Path) {
        let place = path.display().to_string();
        let text = fs::read_to_string(path).map_err(|error| error.to_string());
        match text.and_then(|text| parse_table(&text)) {
            Ok(table) => self.add_table("", table, &place),
            Err(reason) => self.faults.push(format!("{place} cannot be read: {reason}")),
        }
    }

    fn add_table(&mut self, parent: &str, table: Table, place: &str) {
        for (name, value) in table {
            let key = if parent.is_empty() { name } else { format!("{parent}.{name}") };
            match value {
                Value::Table(table) => self.add_table(&key, table, place),
                value => drop(self.values.insert(key, (value, place.to_owned()))),
            }
        }
    }

    fn add_environment(&mut self, variables: impl IntoIterator<Item = (String, String)>) {
        let prefix = variable("");
        for (name, value) in variables {
            if let Some(key) = name.strip_prefix(&prefix) {
                let key = key.replace("__", ".").to_lowercase();
                // A text that is no text in TOML, such as a path, is taken as it is.
                let value = parse_value(&value).unwrap_or(Value::String(value));
                self.values.insert(key, (value, name));
            }
        }
    }

    /// Takes the value of a key out, or notes why there is none.
    pub fn value<T: Setting>(&mut self, key: &'static str) -> Option<T> {
        let (read, fault) = if let Some((value, place)) = self.values.remove(key) {
            (T::read(&value), format!("{key} in {place}: expected {}", T::EXPECTED))
        } else {
            let remedy = format!("set it in the profile's file or as {} ({})", variable(key), T::EXPECTED);
            (T::unset(), format!("{key} is not set and has no default: {remedy}"))
        };
        if read.is_none() {
            self.faults.push(fault);
        }
        read
    }

    /// Notes that a value, or its absence, cannot be lived with.
    pub fn refuse(&mut self, key: &'static str, remedy: &str) {
        self.faults.push(format!("{key}: {remedy}"));
    }

    /// What no section asked for is a typing error that would go unnoticed.
    fn refuse_unknown(&mut self) {
        for (key, (_, place)) in std::mem::take(&mut self.values) {
            self.faults.push(format!("{key} in {place}: there is no such setting; remove it or correct its name"));
        }
    }
}

/// Returns the environment variable that sets a key.
pub fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "__")).replace('-', "_").to_uppercase()
}

/// The parser's own message quotes the line, which may hold a secret.
fn parse_table(text: &str) -> Result<Table, String> {
    text.parse::<Table>().map_err(|error| {
        let line =
            error.span().and_then(|span| text.get(..span.start)).map_or(1, |before| before.lines().count().max(1));
        format!("line {line} is not valid TOML")
    })
}

fn parse_value(text: &str) -> Option<Value> {
    format!("value = {text}").parse::<Table>().ok()?.remove("value")
}

/// Declares a section: the struct and how it is read are one text.
macro_rules! settings {
    ($(#[$meta:meta])* pub struct $name:ident in $section:literal { $($(#[$note:meta])* pub $field:ident: $kind:ty,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Debug)]
        pub struct $name { $($(#[$note])* pub $field: $kind,)* }

        impl $name {
            /// Takes all values of the section, noting every fault on the way.
            pub fn take(layers: &mut $crate::config::Layers) -> Option<Self> {
                $(let $field = layers.value::<$kind>(concat!($section, ".", stringify!($field)));)*
                Some(Self { $($field: $field?,)* })
            }
        }
    };
}
pub(crate) use settings;

/// A type that a setting can have.
pub trait Setting: Sized {
    /// Completes "expected …".
    const EXPECTED: &'static str;

    fn read(value: &Value) -> Option<Self>;

    /// Returns what stands for a key that is nowhere set, if it may be left out.
    fn unset() -> Option<Self> {
        None
    }
}

impl<T: Setting> Setting for Option<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    fn read(value: &Value) -> Option<Self> {
        T::read(value).map(Some)
    }

    fn unset() -> Option<Self> {
        Some(None)
    }
}

/// Declares how a type is read from a value that has the right TOML type.
macro_rules! setting {
    ($kind:ty, $expected:literal, $read:expr) => {
        impl Setting for $kind {
            const EXPECTED: &'static str = $expected;

            fn read(value: &::toml::Value) -> Option<Self> {
                let read: fn(&::toml::Value) -> Option<Self> = $read;
                read(value)
            }
        }
    };
}
pub(crate) use setting;

setting!(u32, "a whole number from 1 to 1000000000", |value| {
    value.as_integer()?.try_into().ok().filter(|number| (1..=1_000_000_000).contains(number))
});
setting!(Duration, "whole seconds from 1 to 86400", |value| {
    let seconds = value.as_integer()?.try_into().ok().filter(|seconds| (1..=86_400).contains(seconds));
    seconds.map(Self::from_secs)
});
setting!(String, "a text that is not empty", |value| value.as_str().filter(|text| !text.is_empty()).map(Self::from));
setting!(PathBuf, "a path", |value| String::read(value).map(Self::from));
setting!(Secret, "a secret of at least 32 characters", |value| Self::parse(value.as_str()?));
setting!(SocketAddr, "an address and port such as `127.0.0.1:8443`", |value| value.as_str()?.parse().ok());
setting!(Vec<IpNet>, "a list of networks such as `[\"10.0.0.0/8\"]`", |value| {
    value.as_array()?.iter().map(|item| item.as_str()?.parse().ok()).collect()
});
setting!(HostNames, "a list of host names without port, such as `[\"api.example.com\"]`", |value| {
    let name = |item: &Value| item.as_str().filter(|name| is_host(name)).map(str::to_ascii_lowercase);
    let names: Vec<_> = value.as_array()?.iter().map(name).collect::<Option<_>>()?;
    (!names.is_empty()).then_some(Self(names))
});

/// Names that the service answers to, in lower case, without port.
#[derive(Clone, Debug)]
pub struct HostNames(Vec<String>);

impl HostNames {
    /// Compares without case (RFC 9110 §4.2.3).
    pub fn contains(&self, name: &str) -> bool {
        self.0.iter().any(|known| known.eq_ignore_ascii_case(name))
    }
}

fn is_host(name: &str) -> bool {
    let is_address = name.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok();
    is_address
        || (!name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.')))
}
