//! From credential to principal.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use aws_lc_rs::constant_time;
use axum::http::{HeaderMap, Uri};

use super::api_key::{KeyHash, Presented};
use super::credential;
use super::keys::{Keys, Record, SOON};
use super::{Denied, Identity, Principal};
use crate::security::authz::Roles;
use crate::security::exchange::Exchange;
use crate::security::input::DateTime;
use crate::security::limits::{Class, Limits};
use crate::security::telemetry::{Action, Log};

/// How long a good key is believed without another look: what revoking takes at most (AUTHN-23).
const BELIEVED: Duration = Duration::from_secs(5);
/// Keys that are remembered at once; above it, all are looked up anew.
const MAX_KEYS: usize = 10_000;

/// Knows keys and roles. It never answers: routes turn its verdict into one.
pub struct Authn {
    keys: Keys,
    roles: ArcSwap<Roles>,
    limits: Arc<Limits>,
    log: Log,
    known: RwLock<HashMap<KeyHash, Known>>,
    /// Keys whose end was announced.
    warned: Mutex<HashSet<Arc<str>>>,
}

/// A key that was good when it was looked up.
#[derive(Clone)]
struct Known {
    id: Arc<str>,
    owner: Arc<str>,
    role: Option<Arc<str>>,
    expires_at: DateTime,
    until: Instant,
}

impl Authn {
    pub fn new(keys: Keys, roles: Roles, limits: Arc<Limits>, log: Log) -> Self {
        Self {
            keys,
            roles: ArcSwap::from_pointee(roles),
            limits,
            log,
            known: RwLock::default(),
            warned: Mutex::default(),
        }
    }

    /// Puts new roles in the place of the old; the next request goes by them.
    pub fn replace_roles(&self, roles: Roles) {
        self.roles.store(Arc::new(roles));
    }

    /// Says who sent a request, and notes it in the exchange.
    ///
    /// A failure is counted against the client's address.
    pub async fn authenticate(&self, headers: &HeaderMap, uri: &Uri, exchange: &Exchange) -> Identity {
        let found = self.identify(headers, uri).await;
        let verdict = found.map_err(|denied| self.throttle(denied, exchange.client_quota_key()));
        if let Ok(principal) = &verdict {
            exchange.principal.get_or_init(|| Arc::clone(principal.id()));
        }
        Identity(verdict)
    }

    async fn identify(&self, headers: &HeaderMap, uri: &Uri) -> Result<Principal, Denied> {
        let text = credential::find(headers, uri)?;
        let key = Presented::parse(text).ok_or(Denied::bad("malformed"))?;
        let known = match self.remembered(&key.hash) {
            Some(known) => known,
            // Seldom needed, and large: on the heap, it makes no other request's state larger.
            None => Box::pin(self.look_up(&key)).await?,
        };
        if known.expires_at <= DateTime::now() {
            return Err(Denied::Bad { reason: "expired", key: Some(key.id.into()) });
        }
        let role = known.role.and_then(|role| self.roles.load().get(&role).cloned());
        Ok(Principal::new(known.id, known.owner, role))
    }

    fn remembered(&self, hash: &KeyHash) -> Option<Known> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.get(hash).filter(|known| Instant::now() < known.until).cloned()
    }

    /// Compares in constant time, with nothing when the id is unknown (AUTHN-22).
    async fn look_up(&self, key: &Presented<'_>) -> Result<Known, Denied> {
        let found = self.keys.find(key.id).await;
        let record = found.map_err(|error| Denied::Unavailable(Arc::new(error)))?;
        let hash = record.as_ref().map_or(&[0; 32][..], |record| &record.hash);
        let is_equal = constant_time::verify_slices_are_equal(hash, &key.hash).is_ok();
        let bad = |reason| Denied::Bad { reason, key: Some(key.id.into()) };
        let record = record.ok_or(bad("unknown"))?;
        if !is_equal {
            return Err(bad("wrong"));
        }
        let known = Known::from(record);
        self.announce_end(&known);
        let mut all = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MAX_KEYS {
            all.clear();
        }
        all.insert(key.hash, known.clone());
        Ok(known)
    }

    /// Warns once of a key in use that ends soon (AUTHN-23).
    fn announce_end(&self, known: &Known) {
        let is_soon = known.expires_at <= DateTime::now().after(SOON);
        let mut warned = self.warned.lock().unwrap_or_else(PoisonError::into_inner);
        if is_soon && warned.len() < MAX_KEYS && warned.insert(Arc::clone(&known.id)) {
            self.log.event(Action::KeyExpiring, |line| {
                line.text("key.id", &known.id);
                line.text("expires_at", &known.expires_at.to_string());
            });
        }
    }

    /// Counts a failure. A good credential never comes here, so none is locked out (AUTHN-25).
    fn throttle(&self, denied: Denied, client: Option<IpAddr>) -> Denied {
        let class = match denied {
            Denied::Missing => Class::Anonymous,
            Denied::Unavailable(_) => return denied,
            _ => Class::Failed,
        };
        let spent = client.and_then(|client| self.limits.spend(class, client).err());
        spent.map_or(denied, Denied::Throttled)
    }
}

impl From<Record> for Known {
    fn from(record: Record) -> Self {
        Self {
            id: record.id.into(),
            owner: record.owner.into(),
            role: record.role.map(Arc::from),
            expires_at: record.expires_at,
            until: Instant::now().checked_add(BELIEVED).unwrap_or_else(Instant::now),
        }
    }
}
