//! Opaque tokens of a provider, which is asked about each (RFC 7662). What it answers is believed for
//! a while; when it does not answer, nobody is let in (AUTHN-17).
//!
//! - `question` asks it, once at a time for one token, and `breaker` tells when asking is in vain.
//! - `development` makes tokens on one machine, in builds that are no releases.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};
use time::OffsetDateTime;

use super::Host;
use super::claims::{self, Address, second};
use super::presented::{Place, Presented};
use super::principal::{Denied, Verified};
use crate::config::{Layers, Profile, settings};
use crate::security::authz::Roles;
use crate::security::problem::Cause;
use crate::security::secret::Secret;

use self::question::{Asked, Asking};

mod breaker;
#[cfg(debug_assertions)]
mod development;
mod question;

#[cfg(debug_assertions)]
pub use self::development::Command;

/// What logs call this way of proving who one is.
const METHOD: &str = "introspection";

settings! {
    /// Where the provider is asked, by whom, and how long its answers are good.
    pub struct Settings in "introspection" {
        pub endpoint: Option<Address>,
        pub client_id: Option<String>,
        pub client_secret: Option<Secret>,
        pub client_secret_file: Option<PathBuf>,
        pub believed_seconds: Duration,
        pub refused_seconds: Duration,
        pub concurrent: u32,
    }
}

/// The longest that a token may be good after it was revoked (AUTHN-17).
const MOST_BELIEVED: Duration = Duration::from_secs(30);
/// The longest token that the provider is asked about.
const MAX_TOKEN: usize = 4096;
/// By which clocks may differ, in seconds.
const LEEWAY: i64 = 30;

impl Settings {
    /// Production asks a provider that is named; nobody is believed for longer than may be.
    pub fn check(&self, profile: Profile, layers: &mut Layers) {
        let secrets = [self.client_secret.is_some(), self.client_secret_file.is_some()];
        if profile == Profile::Prod {
            if self.endpoint.is_none() {
                layers.refuse("introspection.endpoint", "name the provider's introspection endpoint");
            }
            if self.client_id.is_none() {
                layers.refuse("introspection.client_id", "say as whom the provider is asked");
            }
            if secrets == [false, false] {
                layers.refuse("introspection.client_secret_file", "name the file with the client's secret");
            }
        }
        if secrets == [true, true] {
            layers.refuse("introspection.client_secret", "give it here or in a file, not both");
        }
        if self.believed_seconds > MOST_BELIEVED {
            layers.refuse("introspection.believed_seconds", "30 at most: a token that was revoked is good until then");
        }
    }
}

/// Knows whom to ask.
pub struct Verifier {
    token: claims::Settings,
    believed: Duration,
    asking: Asking,
}

impl Verifier {
    pub fn start(host: &Host<'_>) -> Result<Self, Cause> {
        let believed = host.config.introspection.believed_seconds;
        Ok(Self { token: host.config.token.clone(), believed, asking: Asking::new(host)? })
    }

    /// Takes what is in the place of a token and is no other method's.
    pub fn claims(presented: &Presented<'_>) -> bool {
        presented.place == Place::Bearer
    }

    /// Judges a token by what the provider says of it now.
    pub async fn verify(&self, presented: &Presented<'_>, roles: &Roles) -> Result<Verified, Denied> {
        if !is_token(presented.text) {
            return Err(denied("malformed", None));
        }
        let claims = match self.asking.about(presented).await {
            Asked::Active(claims) => claims,
            Asked::Inactive => return Err(denied("inactive", None)),
            Asked::Nobody(cause) => return Err(Denied::Unavailable { retry_after: 5, cause }),
        };
        let judged = self.judge(&claims, OffsetDateTime::now_utc().unix_timestamp(), roles);
        judged.map_err(|reason| denied(reason, claims::subject(&claims)))
    }

    /// Checks what the provider says of a token that it calls active (RFC 7662 §2.2).
    fn judge(&self, claims: &Map<String, Value>, now: i64, roles: &Roles) -> Result<Verified, &'static str> {
        let text = |name: &str| claims.get(name).map(|value| value.as_str().unwrap_or_default());
        if text("token_type").is_some_and(|kind| !kind.eq_ignore_ascii_case("bearer")) {
            return Err("type");
        }
        // With a certificate or a key of its holder it would be good, and with neither it is stolen
        // (RFC 8705 §3.2, RFC 9449 §6.2).
        if claims.contains_key("cnf") {
            return Err("bound");
        }
        if text("iss").is_some_and(|issuer| issuer != self.token.issuer.as_str()) {
            return Err("issuer");
        }
        if !self.token.is_audience(claims) {
            return Err("audience");
        }
        let latest = now.saturating_add(LEEWAY);
        if [second(claims, "nbf")?, second(claims, "iat")?].into_iter().flatten().any(|begins| begins > latest) {
            return Err("not-yet");
        }
        let left = match second(claims, "exp")?.map(|expires| expires.saturating_sub(now)) {
            Some(left) if left <= 0 => return Err("expired"),
            Some(left) => Duration::from_secs(u64::try_from(left).unwrap_or_default()),
            None => self.believed,
        };
        let principal = self.token.principal(METHOD, claims, roles)?;
        Ok(Verified { principal, believed: left.min(self.believed) })
    }
}

/// Tells whether a text can be a token at all (RFC 6750 §2.1).
fn is_token(text: &str) -> bool {
    let is_known = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
    let body = text.trim_end_matches('=');
    text.len() <= MAX_TOKEN && !body.is_empty() && body.bytes().all(is_known)
}

const fn denied(reason: &'static str, id: Option<Box<str>>) -> Denied {
    Denied::Unknown { method: METHOD, reason, id }
}

/// What the provider says of an active token.
type Claims = Arc<Map<String, Value>>;
