//! Settings: read in layers, checked as a whole, every fault reported at once.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use ipnet::IpNet;
use toml::{Table, Value};

use crate::security::secret::Secret;
use crate::security::{admin, authz, disclosure, limits, listener, tls};
use crate::server;

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
                    $($section.as_ref().inspect(|section| section.$check(profile, layers));)?
                )*
                Some(Self { profile, directory: directory.to_owned(), $($section: $section?,)* })
            }
        }
    };
}

config! {
    admin: admin::Settings => check,
    authorization: authz::Settings,
    database: server::Settings,
    disclosure: disclosure::Settings => check,
    listener: listener::Settings,
    quotas: limits::Settings,
    tls: tls::Settings,
}

impl Config {
    /// Reads `default.toml`, then the profile's file, then the environment.
    pub fn load(
        profile: Profile,
        directory: &Path,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, Faults> {
        let mut layers = Layers::default();
        layers.add_file(&directory.join("default.toml"));
        layers.add_file(&directory.join(format!("{}.toml", profile.name())));
        layers.add_environment(environment);
        let config = Self::take(profile, directory, &mut layers);
        // What no section asked for is a typing error that would go unnoticed.
        for (key, (_, place)) in layers.values {
            layers.faults.push(format!("{key} in {place}: there is no such setting; remove it or correct its name"));
        }
        config.filter(|_| layers.faults.is_empty()).ok_or(Faults(layers.faults))
    }

    /// Returns where the table of versions is.
    pub fn versions_file(&self) -> PathBuf {
        self.directory.join("versions.toml")
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

impl Profile {
    /// A release build is for production.
    pub const DEFAULT: Self = if cfg!(debug_assertions) { Self::Dev } else { Self::Prod };

    pub const fn name(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Prod => "prod",
        }
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
        match text.and_then(|text| parse(&text)) {
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

    fn add_environment(&mut self, variables: impl IntoIterator<Item = (OsString, OsString)>) {
        let prefix = variable("");
        for (name, value) in variables {
            let (Ok(name), Ok(value)) = (name.into_string(), value.into_string()) else {
                continue;
            };
            if let Some(key) = name.strip_prefix(&prefix) {
                let key = key.replace("__", ".").to_lowercase();
                // A text that is no text in TOML, such as a path, is taken as it is.
                let read = format!("value = {value}").parse::<Table>().ok().and_then(|mut table| table.remove("value"));
                self.values.insert(key, (read.unwrap_or(Value::String(value)), name));
            }
        }
    }

    /// Takes the value of a key out, or notes why there is none.
    pub fn value<T: Setting>(&mut self, key: &'static str) -> Option<T> {
        let found = self.values.remove(key);
        let read = found.as_ref().map_or_else(T::unset, |(value, _)| T::read(value));
        if read.is_none() {
            let remedy = || format!("set it in the profile's file or as {} ({})", variable(key), T::EXPECTED);
            self.faults.push(match found {
                Some((_, place)) => format!("{key} in {place}: expected {}", T::EXPECTED),
                None => format!("{key} is not set and has no default: {}", remedy()),
            });
        }
        read
    }

    /// Notes that a value, or its absence, cannot be lived with.
    pub fn refuse(&mut self, key: &'static str, remedy: &str) {
        self.faults.push(format!("{key}: {remedy}"));
    }
}

/// Returns the environment variable that sets a key.
pub fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "__")).replace('-', "_").to_uppercase()
}

/// The parser's own message quotes the line, which may hold a secret.
fn parse(text: &str) -> Result<Table, String> {
    text.parse::<Table>().map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        format!("line {} is not valid TOML", before.lines().count().max(1))
    })
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
setting!(Vec<String>, "a list of host names without port, such as `[\"api.example.com\"]`", |value| {
    let name = |item: &Value| item.as_str().filter(|name| is_host(name)).map(str::to_owned);
    value.as_array()?.iter().map(name).collect::<Option<Self>>().filter(|names| !names.is_empty())
});

fn is_host(name: &str) -> bool {
    let is_address = name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    is_address || (!name.is_empty() && name.bytes().all(is_letter))
}
