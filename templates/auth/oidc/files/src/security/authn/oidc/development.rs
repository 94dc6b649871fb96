//! A provider of one's own, for this machine: it signs with a key that comes from the secret beside the
//! database, and only the profile of development believes it. A release build has none of this.

use std::future::{Ready, ready};
use std::io::{self, Write};

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use clap::Subcommand;
use serde_json::{Value, json};

use super::jwks::KeySet;
use crate::config::Config;
use crate::security::authn::development::Grant;
use crate::security::problem::Cause;
use crate::server;

const KEY_ID: &str = "development";

/// Make tokens for this machine
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a token and print it
    Create(Grant),
}

impl Command {
    /// Signs a token and prints it.
    ///
    /// # Errors
    /// When the settings name another provider.
    pub fn run(self, config: &Config) -> Ready<Result<(), Cause>> {
        let Self::Create(grant) = self;
        ready(sign(grant, config).and_then(|token| Ok(writeln!(io::stdout(), "{token}")?)))
    }
}

fn sign(grant: Grant, config: &Config) -> Result<String, Cause> {
    let header = json!({ "alg": "EdDSA", "typ": "at+jwt", "kid": KEY_ID });
    let claims = Value::from(grant.claims(config)?);
    let signed = format!("{}.{}", BASE64.encode(header.to_string()), BASE64.encode(claims.to_string()));
    let signature = key(config)?.sign(signed.as_bytes());
    Ok(format!("{signed}.{}", BASE64.encode(signature)))
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
