//! What the tokens of one machine say, which only the profile of development believes. A release build
//! has none of this.

use std::time::Duration;

use clap::Args;
use serde_json::{Map, Value};
use time::OffsetDateTime;

use super::claims::Claim;
use crate::api;
use crate::config::{Config, Profile};
use crate::security::problem::Cause;

/// How long a token is good.
const LIFE: Duration = Duration::from_hours(8);

/// What a new token is for.
#[derive(Debug, Args)]
pub struct Grant {
    /// Who holds the token; what is made with it is theirs
    #[arg(long)]
    owner: String,
    /// Role of `policies/roles.toml` (can be repeated)
    #[arg(long = "role")]
    roles: Vec<String>,
    /// Permission that the token is limited to (can be repeated); without one, all
    #[arg(long = "scope")]
    scopes: Vec<String>,
}

impl Grant {
    /// Returns what a token says.
    ///
    /// # Errors
    /// When the settings name another provider than this machine.
    pub fn claims(self, config: &Config) -> Result<Map<String, Value>, Cause> {
        if config.profile != Profile::Dev || !config.token.is_development() {
            return Err("tokens are made by the provider that the settings name, not here".into());
        }
        let now = OffsetDateTime::now_utc().unix_timestamp();
        let expires = now.saturating_add(i64::try_from(LIFE.as_secs())?);
        let mut claims = Map::new();
        claims.insert("iss".into(), config.token.issuer.as_str().into());
        claims.insert("sub".into(), self.owner.as_str().into());
        claims.insert("iat".into(), now.into());
        claims.insert("exp".into(), expires.into());
        place(&config.token.audience_claim, &mut claims, config.token.audience().into());
        let permissions = api::routes().table().permissions.into_iter().map(str::to_owned);
        let scopes = if self.scopes.is_empty() { permissions.collect() } else { self.scopes };
        let scopes: Vec<_> = scopes.iter().map(|scope| config.token.scope(scope)).collect();
        place(&config.token.scopes, &mut claims, scopes.join(" ").into());
        place(&config.token.roles, &mut claims, self.roles.into());
        if let Some(owner) = &config.token.owner {
            place(owner, &mut claims, self.owner.into());
        }
        Ok(claims)
    }
}

/// Puts a value where a claim stands.
fn place(claim: &Claim, claims: &mut Map<String, Value>, value: Value) {
    let Some((first, others)) = claim.names().split_first() else { return };
    let whole = others.iter().rev().fold(value, |value, name| Value::from_iter([(name.clone(), value)]));
    claims.insert(first.clone(), whole);
}
