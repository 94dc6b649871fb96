//! Who is calling, by API key: from the one credential of a request to its principal, or to why there
//! is none. Nothing here answers a request.
//!
//! `keys` are the keys' texts, the table that keeps their hashes, and what an operator does with them.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use aws_lc_rs::constant_time;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri, header};

use super::authz::{Role, Roles};
use super::exchange::Exchange;
use super::input::{DateTime, query};
use super::limits::{Class, Limits, Spent};
use super::problem::Problem;
use super::telemetry::{Action, Log};
use crate::store::StoreError;

use self::keys::{KeyHash, Presented, Record};

pub mod keys;

pub use self::keys::Keys;

/// What logs call this way of telling who one is.
pub const METHOD: &str = "api-key";

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");
/// Where a credential would end in logs and histories: it is not even looked at (AUTHN-4).
const IN_QUERY: [&str; 3] = ["access_token", "api_key", "token"];
/// The reason that counts for less than a bad credential.
const MISSING: &str = "missing";

/// How long a good key is believed without another look: what revoking it, or taking a permission
/// from its role, takes at most (AUTHN-23, AUTHZ-11).
const BELIEVED: Duration = Duration::from_secs(5);
/// Keys that are remembered at once; above it, all are looked up anew.
const MAX_KEYS: usize = 10_000;
/// Keys in use that end within this time are pointed out (AUTHN-23).
pub const SOON: Duration = Duration::from_hours(14 * 24);

/// Whoever holds a good credential. An owner is a tenant: several credentials may act for it.
#[derive(Clone, Debug, Default)]
pub struct Principal {
    pub id: Arc<str>,
    pub owner: Arc<str>,
    pub role: Arc<Role>,
}

impl Principal {
    /// Answers 403 unless the role has a permission.
    pub fn demand(&self, permission: &'static str) -> Result<(), Problem> {
        let may = self.role.permissions.contains(permission);
        if may { Ok(()) } else { Err(Problem::Forbidden { policy: permission }) }
    }
}

/// Why a request has no principal.
#[derive(Clone, Debug)]
pub enum Denied {
    /// No credential, or one that is not good. The reason, from a closed set, and the id are for the
    /// log alone: the client is told the same for all.
    Unknown {
        reason: &'static str,
        id: Option<Box<str>>,
    },
    /// A credential that breaks a rule of how it is sent.
    Malformed(&'static str),
    Throttled(Spent),
    Unavailable(Arc<StoreError>),
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Unknown { .. } => Self::Unauthenticated(denied),
            Denied::Malformed(rule) => Self::Malformed(rule),
            Denied::Throttled(spent) => Self::Throttled(spent),
            Denied::Unavailable(cause) => Self::Unavailable { retry_after: 1, cause: cause.into() },
        }
    }
}

/// What authentication found.
pub type Identity = Result<Arc<Principal>, Denied>;

/// Knows keys and roles. It never answers: routes turn its verdict into one.
pub struct Authn {
    keys: Keys,
    roles: ArcSwap<Roles>,
    limits: Arc<Limits>,
    log: Log,
    known: RwLock<HashMap<KeyHash, Known>>,
}

/// A key that was good when it was looked up.
struct Known {
    principal: Arc<Principal>,
    until: Instant,
    ends_soon: bool,
}

impl Authn {
    pub fn new(keys: Keys, roles: Roles, limits: Arc<Limits>, log: Log) -> Self {
        Self { keys, roles: ArcSwap::from_pointee(roles), limits, log, known: RwLock::default() }
    }

    /// Puts new roles in the place of the old; they hold for a key when it is looked up next.
    pub fn replace_roles(&self, roles: Roles) {
        self.roles.store(Arc::new(roles));
    }

    /// Says who sent a request.
    ///
    /// A failure is counted against the client's address.
    pub async fn authenticate(&self, headers: &HeaderMap, uri: &Uri, exchange: &Exchange) -> Identity {
        let found = self.identify(headers, uri).await;
        found.map_err(|denied| self.throttle(denied, exchange.client_quota_key()))
    }

    async fn identify(&self, headers: &HeaderMap, uri: &Uri) -> Identity {
        let text = find_credential(headers, uri)?;
        // Form and checksum of a key that is remembered were looked at before.
        if let Some(principal) = self.remembered(&keys::hash(text)) {
            return Ok(principal);
        }
        let key = Presented::parse(text).ok_or(unknown("malformed"))?;
        // Seldom needed, and large: on the heap, it makes no other request's state larger.
        Box::pin(self.look_up(&key)).await
    }

    fn remembered(&self, hash: &KeyHash) -> Option<Arc<Principal>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.get(hash).filter(|known| Instant::now() < known.until).map(|known| Arc::clone(&known.principal))
    }

    /// Compares in constant time, with nothing when the id is unknown (AUTHN-22).
    async fn look_up(&self, key: &Presented<'_>) -> Identity {
        let found = self.keys.find(key.id).await;
        let record = found.map_err(|error| Denied::Unavailable(Arc::new(error)))?;
        let hash = record.as_ref().map_or(&[0; 32][..], |record| &record.hash);
        let is_equal = constant_time::verify_slices_are_equal(hash, &key.hash).is_ok();
        let bad = |reason| Denied::Unknown { reason, id: Some(key.id.into()) };
        let record = record.ok_or(bad("unknown"))?;
        if !is_equal {
            return Err(bad("wrong"));
        }
        if !record.outlives(DateTime::now()) {
            return Err(bad("expired"));
        }
        let role = record.role.as_deref().and_then(|role| self.roles.load().get(role).cloned());
        let owner = record.owner.as_str().into();
        let principal = Arc::new(Principal { id: key.id.into(), owner, role: role.unwrap_or_default() });
        self.remember(key.hash, Arc::clone(&principal), &record);
        Ok(principal)
    }

    /// Believes a good key for a while, and warns once of one that ends soon (AUTHN-23).
    fn remember(&self, hash: KeyHash, principal: Arc<Principal>, record: &Record) {
        let now = DateTime::now();
        let ends_soon = !record.outlives(now.after(SOON));
        let time = if record.outlives(now.after(BELIEVED)) { BELIEVED } else { Duration::ZERO };
        let until = Instant::now().checked_add(time).unwrap_or_else(Instant::now);
        let mut all = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MAX_KEYS {
            all.clear();
        }
        let before = all.insert(hash, Known { principal, until, ends_soon });
        drop(all);
        if ends_soon && !before.is_some_and(|known| known.ends_soon) {
            self.log.event(Action::KeyExpiring, |line| {
                line.text("key.id", &record.id);
                line.text("expires_at", &record.expires_at.to_string());
            });
        }
    }

    /// Counts a failure. A good credential never comes here, so none is locked out (AUTHN-25).
    fn throttle(&self, denied: Denied, client: Option<IpAddr>) -> Denied {
        let class = match denied {
            Denied::Unavailable(_) => return denied,
            Denied::Unknown { reason: MISSING, .. } => Class::Anonymous,
            _ => Class::Failed,
        };
        let spent = client.and_then(|client| self.limits.spend(class, client).err());
        spent.map_or(denied, Denied::Throttled)
    }
}

/// Finds the API key in `Authorization: Bearer` or `X-API-Key`: one, and not in the URL.
fn find_credential<'a>(headers: &'a HeaderMap, uri: &Uri) -> Result<&'a str, Denied> {
    if query(uri.query()).any(|(name, _)| IN_QUERY.iter().any(|known| name.eq_ignore_ascii_case(known))) {
        return Err(Denied::Malformed("credential-in-url"));
    }
    let authorization = headers.get_all(header::AUTHORIZATION).iter().map(|value| (true, value));
    let api_key = headers.get_all(&API_KEY).iter().map(|value| (false, value));
    let mut all = authorization.chain(api_key);
    let (has_scheme, value) = all.next().ok_or(unknown(MISSING))?;
    if all.next().is_some() {
        return Err(Denied::Malformed("invalid_request"));
    }
    let value = value.to_str().map_err(|_| unknown("malformed"))?;
    if !has_scheme {
        return Ok(value);
    }
    // The scheme is compared without case (RFC 9110 §11.1).
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token.trim()) } else { Err(unknown("scheme")) }
}

const fn unknown(reason: &'static str) -> Denied {
    Denied::Unknown { reason, id: None }
}

/// Adds the challenge of the one scheme that is served (RFC 9110 §11.6.1).
pub fn challenge(headers: &mut HeaderMap) {
    let challenge = concat!("Bearer realm=\"", env!("CARGO_PKG_NAME"), "\"");
    headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
}
