//! Tokens for this machine. Each holds what a provider would say of it, sealed with a key that comes
//! from the secret beside the database, and only the profile of development believes it. A release
//! build has none of this.

use std::future::{Ready, ready};
use std::io::{self, Write};

use aws_lc_rs::hmac;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use clap::Subcommand;
use serde_json::{Map, Value};

use crate::config::Config;
use crate::security::authn::development::Grant;
use crate::security::input::parse_json;
use crate::security::problem::Cause;
use crate::server;

/// Make opaque tokens for this machine
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a token and print it
    Create(Grant),
}

impl Command {
    /// Makes a token and prints it.
    ///
    /// # Errors
    /// When the settings name another provider.
    pub fn run(self, config: &Config) -> Ready<Result<(), Cause>> {
        let Self::Create(grant) = self;
        ready(seal(grant, config).and_then(|token| Ok(writeln!(io::stdout(), "{token}")?)))
    }
}

fn seal(grant: Grant, config: &Config) -> Result<String, Cause> {
    let mut claims = grant.claims(config)?;
    claims.insert("active".into(), true.into());
    Ok(Maker::new(config)?.seal(claims))
}

/// Makes tokens, and knows its own again.
pub struct Maker(hmac::Key);

impl Maker {
    pub fn new(config: &Config) -> Result<Self, Cause> {
        Ok(Self(server::secret(&config.database)?.derive("development opaque tokens")))
    }

    fn seal(&self, claims: Map<String, Value>) -> String {
        let body = BASE64.encode(Value::from(claims).to_string());
        let seal = BASE64.encode(hmac::sign(&self.0, body.as_bytes()));
        format!("{body}~{seal}")
    }

    /// Returns what a token says, if it was made here.
    pub fn read(&self, token: &str) -> Option<Map<String, Value>> {
        let (body, seal) = token.split_once('~')?;
        hmac::verify(&self.0, body.as_bytes(), &BASE64.decode(seal).ok()?).ok()?;
        match parse_json(&BASE64.decode(body).ok()?).ok()? {
            Value::Object(claims) => Some(claims),
            _ => None,
        }
    }
}
