//! `keys`: what an operator does with keys. A new key alone goes to standard output, once.

use std::io::{self, Write};
use std::time::Duration;

use anyhow::Context;
use clap::Subcommand;

use super::authenticator::SOON;
use super::keys::{Grant, Keys};
use crate::security::authz::{Authorized, Roles};
use crate::security::input::DateTime;
use crate::security::problem::Cause;
use crate::security::telemetry::{Action, Log};

/// Make, list, rotate and revoke API keys
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a key and print it, once
    Create(Grant),
    /// List all keys, without their secrets
    List,
    /// Make a key like an old one, which ends after the overlap
    Rotate {
        /// Id of the key: the part between the underscores
        id: String,
        /// How long the old key is still good, at most `7d`
        #[arg(long, default_value = "24h", value_parser = parse_overlap)]
        overlap: Duration,
        /// Life of the new key, at most `365d`
        #[arg(long, default_value = "90d", value_parser = parse_lifetime)]
        expires: Duration,
    },
    /// End a key now
    Revoke {
        /// Id of the key: the part between the underscores
        id: String,
    },
}

impl Command {
    /// Runs against the configured database.
    ///
    /// # Errors
    /// When there is no such role or key, or the database refuses.
    pub async fn run(self, keys: &Keys, roles: &Roles, log: &Log) -> Result<(), Cause> {
        let mut out = io::stdout().lock();
        let (action, new, id) = match self {
            Self::List => return list(keys, out).await,
            Self::Create(grant) => {
                if let Some(role) = grant.role.as_ref().filter(|role| roles.get(role).is_none()) {
                    let known: Vec<_> = roles.names().collect();
                    return Err(format!("there is no role `{role}`: choose one of {}", known.join(", ")).into());
                }
                let key = keys.create(&Authorized::system("keys create"), &grant).await?;
                (Action::KeyCreated, Some(key.text), key.id)
            }
            Self::Rotate { id, overlap, expires } => {
                let key = keys.rotate(&Authorized::system("keys rotate"), &id, expires, overlap).await?;
                (Action::KeyRotated, Some(key.text), key.id)
            }
            Self::Revoke { id } => {
                keys.revoke(&Authorized::system("keys revoke"), &id).await?;
                (Action::KeyRevoked, None, id)
            }
        };
        log.event(action, |line| line.text("key.id", &id));
        log.flush();
        if let Some(text) = new {
            writeln!(out, "{}", *text).context("the key could not be printed: revoke it")?;
        }
        Ok(())
    }
}

async fn list(keys: &Keys, mut out: impl Write) -> Result<(), Cause> {
    let now = DateTime::now();
    for key in keys.list(&Authorized::system("keys list")).await? {
        let role = key.role.as_deref().unwrap_or("-");
        let state = match key {
            _ if !key.outlives(now) => "ended",
            _ if !key.outlives(now.after(SOON)) => "ends soon",
            _ => "good",
        };
        writeln!(out, "{}\t{}\t{role}\t{}\t{state}", key.id, key.owner, key.expires_at)?;
    }
    Ok(())
}

pub fn parse_owner(text: &str) -> Result<String, &'static str> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    let is_name = (1..=64).contains(&text.len()) && text.bytes().all(is_plain);
    if is_name { Ok(text.to_owned()) } else { Err("1 to 64 letters, digits, `.`, `_` or `-`") }
}

pub fn parse_lifetime(text: &str) -> Result<Duration, &'static str> {
    parse_duration(text, 365).ok_or("a number and a unit, such as `90d`, `12h`, `30m` or `10s`, and 365 days at most")
}

fn parse_overlap(text: &str) -> Result<Duration, &'static str> {
    parse_duration(text, 7).ok_or("a number and a unit, such as `2d`, `12h`, `30m` or `10s`, and 7 days at most")
}

/// Reads a number and a unit, up to a number of days.
fn parse_duration(text: &str, days: u32) -> Option<Duration> {
    let units = [("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400)];
    let (digits, seconds) = units.iter().find_map(|(unit, seconds)| Some((text.strip_suffix(unit)?, *seconds)))?;
    let duration = Duration::from_secs(seconds).saturating_mul(digits.parse().ok()?);
    let most = Duration::from_hours(24).saturating_mul(days);
    (Duration::from_secs(1)..=most).contains(&duration).then_some(duration)
}
