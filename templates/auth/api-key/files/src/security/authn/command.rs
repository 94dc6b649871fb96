//! `keys`: what an operator does with keys. A new key alone goes to standard output, once.

use std::io::{self, Write};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use clap::{Args, Subcommand};

use super::ApiKey;
use super::keys::{Grant, Keys, Record, SOON};
use crate::security::authz::{Authorized, Roles};
use crate::security::input::DateTime;
use crate::security::telemetry::{Action, Log};

const DAY: Duration = Duration::from_hours(24);
const MAX_LIFETIME: Duration = DAY.saturating_mul(365);
const MAX_OVERLAP: Duration = DAY.saturating_mul(7);

/// Make, list, rotate and revoke API keys
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a key and print it, once
    Create(Create),
    /// List all keys, without their secrets
    List,
    /// Make a key like an old one, which ends after the overlap
    Rotate(Rotate),
    /// End a key now
    Revoke {
        /// Id of the key: the part between the underscores
        id: String,
    },
}

#[derive(Debug, Args)]
pub struct Create {
    /// Tenant that the key acts for: letters, digits, `.`, `_` and `-`
    #[arg(long, value_parser = parse_owner)]
    owner: String,
    /// Role of `policies/roles.toml`; without one the key may do nothing
    #[arg(long)]
    role: Option<String>,
    /// Life of the key, such as `90d` or `12h`, at most `365d`
    #[arg(long, default_value = "90d", value_parser = parse_duration)]
    expires: Duration,
}

#[derive(Debug, Args)]
pub struct Rotate {
    /// Id of the key: the part between the underscores
    id: String,
    /// How long the old key is still good, at most `7d`
    #[arg(long, default_value = "24h", value_parser = parse_duration)]
    overlap: Duration,
    /// Life of the new key
    #[arg(long, default_value = "90d", value_parser = parse_duration)]
    expires: Duration,
}

impl Command {
    /// Runs against the configured database.
    ///
    /// # Errors
    /// When an argument is out of bounds, or the database refuses.
    pub async fn run(self, keys: &Keys, roles: &Roles, log: &Log) -> Result<()> {
        let (action, id) = match self {
            Self::List => return list(keys).await,
            Self::Create(create) => (Action::KeyCreated, create.run(keys, roles).await?),
            Self::Rotate(rotate) => (Action::KeyRotated, rotate.run(keys).await?),
            Self::Revoke { id } => {
                keys.revoke(&Authorized::system("keys revoke"), &id).await?;
                (Action::KeyRevoked, id)
            }
        };
        log.event(action, |line| line.text("key.id", &id));
        log.flush();
        Ok(())
    }
}

impl Create {
    async fn run(self, keys: &Keys, roles: &Roles) -> Result<String> {
        ensure!(self.expires <= MAX_LIFETIME, "a key lives for 365 days at most");
        if let Some(role) = self.role.as_deref().filter(|role| roles.get(role).is_none()) {
            let known: Vec<_> = roles.names().collect();
            bail!("there is no role `{role}`: choose one of {}", known.join(", "));
        }
        let grant = Grant { owner: self.owner, role: self.role, lifetime: self.expires };
        show(keys.create(&Authorized::system("keys create"), &grant).await?)
    }
}

impl Rotate {
    async fn run(self, keys: &Keys) -> Result<String> {
        ensure!(self.expires <= MAX_LIFETIME, "a key lives for 365 days at most");
        ensure!(self.overlap <= MAX_OVERLAP, "two keys overlap for 7 days at most");
        let by = Authorized::system("keys rotate");
        show(keys.rotate(&by, &self.id, self.expires, self.overlap).await?)
    }
}

async fn list(keys: &Keys) -> Result<()> {
    let mut out = io::stdout().lock();
    for key in keys.list(&Authorized::system("keys list")).await? {
        let role = key.role.as_deref().unwrap_or("-");
        let state = state(&key);
        writeln!(out, "{}\t{}\t{role}\t{}\t{state}", key.id, key.owner, key.expires_at)?;
    }
    Ok(())
}

fn state(key: &Record) -> &'static str {
    if !key.is_in_force() {
        "ended"
    } else if key.expires_at <= DateTime::now().after(SOON) {
        "ends soon"
    } else {
        "good"
    }
}

/// Prints a key and returns its id.
fn show(key: ApiKey) -> Result<String> {
    writeln!(io::stdout(), "{}", key.text.as_str()).context("the key could not be printed: revoke it")?;
    Ok(key.id)
}

fn parse_owner(text: &str) -> Result<String, &'static str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    if (1..=64).contains(&text.len()) && text.bytes().all(plain) {
        return Ok(text.to_owned());
    }
    Err("1 to 64 letters, digits, `.`, `_` or `-`")
}

/// Reads a number and a unit: `s`, `m`, `h` or `d`.
fn parse_duration(text: &str) -> Result<Duration, &'static str> {
    let fault = "a number and a unit, such as `90d`, `12h`, `30m` or `10s`";
    let mut digits = text.chars();
    let seconds = match digits.next_back() {
        Some('s') => 1,
        Some('m') => 60,
        Some('h') => 3_600,
        Some('d') => 86_400,
        _ => return Err(fault),
    };
    let number: u32 = digits.as_str().parse().map_err(|_| fault)?;
    if number == 0 {
        return Err(fault);
    }
    Ok(Duration::from_secs(seconds).saturating_mul(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_has_a_unit_and_is_not_nothing() {
        assert_eq!(parse_duration("90d"), Ok(DAY * 90));
        for text in ["", "d", "90", "0d", "-1d", "1.5h", "1w", "9d9"] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_owner_is_a_plain_name() {
        assert!(parse_owner("acme-2.eu_x").is_ok());
        for text in ["", "a b", "a/b", "ä", "x\n", &"x".repeat(65)] {
            assert!(parse_owner(text).is_err(), "{text}");
        }
    }
}
