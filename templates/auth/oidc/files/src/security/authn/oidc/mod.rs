//! Access tokens of a provider, as RFC 9068 has them: signed by it, made for this service, and good
//! for a while. The provider is asked for its keys alone, never about a request.
//!
//! - `token` is a token's form, `jwks` the keys that can have signed one, `provider` where they are
//!   from. What its claims mean stands in `claims`, beside this folder.
//! - `development` makes tokens on one machine, in builds that are no releases.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};
use time::OffsetDateTime;
use tokio::task::JoinHandle;

use super::Host;
use super::claims::{self, Address, second};
use super::presented::{Place, Presented};
use super::principal::{Denied, Verified};
use crate::config::{Layers, Profile, Setting, setting, settings};
use crate::security::authz::Roles;
use crate::security::problem::Cause;

use self::jwks::{Algorithm, KeySet, Missing};
use self::provider::Provider;
use self::token::Token;

#[cfg(debug_assertions)]
mod development;
mod jwks;
mod provider;
mod token;

#[cfg(debug_assertions)]
pub use self::development::Command;

/// What logs call this way of telling who one is.
const METHOD: &str = "oidc";

settings! {
    /// How a token is checked, and how long the provider's keys are good.
    pub struct Settings in "oidc" {
        pub algorithms: Vec<Algorithm>,
        /// What `typ` says of an access token; `none` for one that says nothing.
        pub types: Words,
        /// Claims that a token must have, as `name` or `name=value`.
        pub required_claims: Words,
        /// Where the keys are, if not where the issuer's discovery document says.
        pub key_set: Option<Address>,
        pub leeway_seconds: Duration,
        pub refresh_seconds: Duration,
        pub pause_seconds: Duration,
        pub stale_seconds: Duration,
    }
}

/// Texts in a list.
#[derive(Clone, Debug)]
pub struct Words(Vec<String>);

setting!(Words, "a list of texts", |value| {
    let words = value.as_array()?.iter().map(|word| word.as_str().map(str::to_owned));
    words.collect::<Option<_>>().map(Self)
});

/// What stands in the settings for a token that does not say what it is.
const UNTYPED: &str = "none";
/// How far apart clocks may be at most (AUTHN-14), and how long a key that the provider took back
/// may still be good (AUTHN-16).
const MOST_LEEWAY: Duration = Duration::from_mins(1);
const MOST_REFRESH: Duration = Duration::from_mins(9);
/// How long a good token is believed without another look: with the refresh, ten minutes at most.
const BELIEVED: Duration = Duration::from_mins(1);
/// What an ID token or a logout token has, and an access token never.
const OTHER_TOKENS: [&str; 5] = ["at_hash", "c_hash", "events", "nonce", "s_hash"];

impl Settings {
    /// Holds the settings to their bounds.
    pub fn check(&self, _: Profile, layers: &mut Layers) {
        if self.leeway_seconds > MOST_LEEWAY {
            layers.refuse("oidc.leeway_seconds", "60 at most: clocks that are further apart must be set");
        }
        if self.refresh_seconds > MOST_REFRESH {
            layers.refuse("oidc.refresh_seconds", "540 at most: a key that was taken back is good until then");
        }
        if self.types.0.is_empty() {
            layers.refuse("oidc.types", "name at least one, as `at+jwt`");
        }
    }
}

/// Knows the provider's keys and what its tokens must say.
pub struct Verifier {
    token: claims::Settings,
    settings: Settings,
    provider: Arc<Provider>,
    refreshing: Option<JoinHandle<()>>,
}

impl Drop for Verifier {
    fn drop(&mut self) {
        self.refreshing.iter().for_each(JoinHandle::abort);
    }
}

impl Verifier {
    /// Begins to ask for keys. The provider may be away: until it is back, nobody is let in.
    pub fn start(host: &Host<'_>) -> Result<Self, Cause> {
        let (token, settings) = (host.config.token.clone(), host.config.oidc.clone());
        let provider = Provider::new(&token, &settings, host.log.clone())?;
        let provider = Arc::new(provider);
        #[cfg(debug_assertions)]
        if token.is_development() {
            provider.hold(development::keys(host.config)?);
            return Ok(Self { token, settings, provider, refreshing: None });
        }
        let refreshing = Some(tokio::spawn(Arc::clone(&provider).run()));
        Ok(Self { token, settings, provider, refreshing })
    }

    /// Tells a token from other credentials by its three parts.
    pub fn claims(presented: &Presented<'_>) -> bool {
        presented.place == Place::Bearer && presented.text.bytes().filter(|byte| *byte == b'.').count() == 2
    }

    /// Tells whether there are keys to judge by.
    pub fn is_ready(&self) -> bool {
        self.provider.keys().is_some()
    }

    /// Judges a token: form and header, then signature, then claims.
    pub async fn verify(&self, presented: &Presented<'_>, roles: &Roles) -> Result<Verified, Denied> {
        let token = Token::parse(presented.text).and_then(|token| self.check_head(token)).map_err(denied)?;
        let keys = self.keys_for(&token).await?;
        let key = token.key(&keys).map_err(|missing| {
            denied(match missing {
                Missing::Unknown => "key-unknown",
                Missing::Misused => "key-misused",
                Missing::Unnamed => "key-unnamed",
            })
        })?;
        let claims = token.verify(key).map_err(denied)?;
        let now = OffsetDateTime::now_utc().unix_timestamp();
        let judged = self.check_claims(&claims, now).and_then(|left| {
            let principal = self.token.principal(METHOD, &claims, roles)?;
            Ok(Verified { principal, believed: left.min(BELIEVED) })
        });
        judged.map_err(|reason| Denied::Unknown { method: METHOD, reason, id: claims::subject(&claims) })
    }

    fn check_head<'a>(&self, token: Token<'a>) -> Result<Token<'a>, &'static str> {
        if !self.settings.algorithms.contains(&token.algorithm) {
            return Err("algorithm");
        }
        let is_listed = |kind: &str| self.settings.types.0.iter().any(|known| known.eq_ignore_ascii_case(kind));
        let is_fitting = match token.kind.as_deref() {
            None => is_listed(UNTYPED),
            Some(UNTYPED) => false,
            Some(kind) => is_listed(kind.strip_prefix("application/").unwrap_or(kind)),
        };
        if is_fitting { Ok(token) } else { Err("type") }
    }

    /// Returns the keys, asked for anew when the token names one that is not among them.
    async fn keys_for(&self, token: &Token<'_>) -> Result<Arc<KeySet>, Denied> {
        let is_known = |keys: &Arc<KeySet>| !matches!(token.key(keys), Err(Missing::Unknown));
        if let Some(keys) = self.provider.keys().filter(is_known) {
            return Ok(keys);
        }
        if self.refreshing.is_some() {
            self.provider.ask().await;
        }
        self.provider.keys().ok_or_else(|| {
            let cause: Cause = "there are no keys of the provider that are fresh enough".into();
            Denied::Unavailable { retry_after: 5, cause: cause.into() }
        })
    }

    /// Checks what a signed token says, and returns for how long it is good.
    fn check_claims(&self, claims: &Map<String, Value>, now: i64) -> Result<Duration, &'static str> {
        if OTHER_TOKENS.iter().any(|name| claims.contains_key(*name)) {
            return Err("type");
        }
        // With a certificate or a key of its holder it would be good, and with neither it is stolen
        // (RFC 8705 §3.1, RFC 9449 §7).
        if claims.contains_key("cnf") {
            return Err("bound");
        }
        if claims.get("iss").and_then(Value::as_str) != Some(self.token.issuer.as_str()) {
            return Err("issuer");
        }
        if !self.token.is_audience(claims) {
            return Err("audience");
        }
        let leeway = i64::try_from(self.settings.leeway_seconds.as_secs()).unwrap_or_default();
        let [latest, earliest] = [now.saturating_add(leeway), now.saturating_sub(leeway)];
        let expires = second(claims, "exp")?.ok_or("time")?;
        if expires <= earliest {
            return Err("expired");
        }
        if second(claims, "iat")?.ok_or("time")? > latest {
            return Err("issued-later");
        }
        if second(claims, "nbf")?.is_some_and(|begins| begins > latest) {
            return Err("not-yet");
        }
        if !self.settings.required_claims.0.iter().all(|rule| is_met(rule, claims)) {
            return Err("required-claim");
        }
        Ok(Duration::from_secs(u64::try_from(expires.saturating_sub(now)).unwrap_or_default()))
    }
}

/// Tells whether claims have what `name` or `name=value` asks for.
fn is_met(rule: &str, claims: &Map<String, Value>) -> bool {
    match rule.split_once('=') {
        Some((name, value)) => claims.get(name).and_then(Value::as_str) == Some(value),
        None => claims.contains_key(rule),
    }
}

const fn denied(reason: &'static str) -> Denied {
    Denied::Unknown { method: METHOD, reason, id: None }
}
