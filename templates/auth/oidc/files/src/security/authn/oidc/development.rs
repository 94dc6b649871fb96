//! A provider of one's own, for this machine: it signs with a key that comes from the secret beside the
//! database, and only the profile of development believes it. A release build has none of this.

use std::future::{Ready, ready};
use std::io::{self, Write};
use std::time::Duration;

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use super::jwks::KeySet;
use crate::api;
use crate::config::{Config, Profile};
use crate::security::authn::claims::Claim;
use crate::security::problem::Cause;
use crate::server;

const KEY_ID: &str = "development";
/// How long a token is good.
const LIFE: Duration = Duration::from_hours(8);

/// Make tokens for this machine
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a token and print it
    Create(Grant),
}

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

impl Command {
    /// Signs a token and prints it.
    ///
    /// # Errors
    /// When the settings name another provider.
    pub fn run(self, config: &Config) -> Ready<Result<(), Cause>> {
        let Self::Create(grant) = self;
        ready(grant.sign(config).and_then(|token| Ok(writeln!(io::stdout(), "{token}")?)))
    }
}

impl Grant {
    fn sign(self, config: &Config) -> Result<String, Cause> {
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
        let header = json!({ "alg": "EdDSA", "typ": "at+jwt", "kid": KEY_ID });
        let signed =
            format!("{}.{}", BASE64.encode(header.to_string()), BASE64.encode(Value::from(claims).to_string()));
        let signature = key(config)?.sign(signed.as_bytes());
        Ok(format!("{signed}.{}", BASE64.encode(signature)))
    }
}

/// Puts a value where a claim stands.
fn place(claim: &Claim, claims: &mut Map<String, Value>, value: Value) {
    let Some((first, others)) = claim.names().split_first() else { return };
    let whole = others.iter().rev().fold(value, |value, name| Value::from_iter([(name.clone(), value)]));
    claims.insert(first.clone(), whole);
}

/// Returns what the tokens of `token` are checked with.
pub fn keys(config: &Config) -> Result<KeySet, Cause> {
    let public = BASE64.encode(key(config)?.public_key());
    let set = json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "kid": KEY_ID, "alg": "EdDSA", "x": public }] });
    Ok(KeySet::parse(set.to_string().as_bytes())?)
}

fn key(config: &Config) -> Result<Ed25519KeyPair, Cause> {
    let secret = server::secret(&config.database)?;
    let seed = hmac::sign(&secret.derive("development tokens"), b"ed25519");
    Ok(Ed25519KeyPair::from_seed_unchecked(seed.as_ref()).map_err(|_| "the secret makes no key")?)
}
