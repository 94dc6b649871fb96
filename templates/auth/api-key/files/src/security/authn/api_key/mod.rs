//! API keys: who holds one, and whether it is still good.
//!
//! `keys` are the keys' texts, the table that keeps their hashes, and what an operator does with them.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_lc_rs::constant_time;

use super::Host;
use super::presented::{Place, Presented};
use super::principal::{Denied, Principal, Verified};
use crate::security::authz::Roles;
use crate::security::input::DateTime;
use crate::security::problem::Cause;
use crate::security::telemetry::{Action, Log};

use self::keys::{Key, Record};

mod keys;

pub use self::keys::{ApiKey, Command, Grant, Keys};

/// What logs call this way of proving who one is.
const METHOD: &str = "api-key";

/// How long a good key is believed without another look: what revoking it takes at most (AUTHN-23).
const BELIEVED: Duration = Duration::from_secs(5);
/// Keys in use that end within this time are pointed out (AUTHN-23).
const SOON: Duration = Duration::from_hours(14 * 24);

/// Judges API keys.
pub struct Verifier {
    keys: Keys,
    log: Log,
    /// Ids of keys that end soon, and were pointed out.
    announced: Mutex<HashSet<String>>,
}

impl Verifier {
    pub fn start(host: &Host<'_>) -> Result<Self, Cause> {
        Ok(Self { keys: Keys::new(host.store.clone()), log: host.log.clone(), announced: Mutex::default() })
    }

    /// Tells keys by their prefix from other credentials.
    pub fn claims(presented: &Presented<'_>) -> bool {
        presented.place == Place::Header || Key::has_prefix(presented.text)
    }

    /// Compares in constant time, with nothing when the id is unknown (AUTHN-22).
    pub async fn verify(&self, presented: &Presented<'_>, roles: &Roles) -> Result<Verified, Denied> {
        let bad = |reason, id: Option<&str>| Denied::Unknown { method: METHOD, reason, id: id.map(Into::into) };
        let key = Key::parse(presented.text).ok_or(bad("malformed", None))?;
        let found = self.keys.find(key.id).await;
        let record = found.map_err(|error| Denied::Unavailable { retry_after: 1, cause: Arc::new(error) })?;
        let hash = record.as_ref().map_or(&[0; 32][..], |record| &record.hash);
        let is_equal = constant_time::verify_slices_are_equal(hash, &key.hash).is_ok();
        let record = record.ok_or(bad("unknown", Some(key.id)))?;
        if !is_equal {
            return Err(bad("wrong", Some(key.id)));
        }
        let now = DateTime::now();
        if !record.outlives(now) {
            return Err(bad("expired", Some(key.id)));
        }
        self.announce(&record, now);
        let role = record.role.as_deref().and_then(|role| roles.get(role).cloned()).unwrap_or_default();
        let believed = if record.outlives(now.after(BELIEVED)) { BELIEVED } else { Duration::ZERO };
        Ok(Verified { principal: Principal::new(METHOD, key.id, &record.owner, role), believed })
    }

    /// Warns once of a key that ends soon (AUTHN-23).
    fn announce(&self, record: &Record, now: DateTime) {
        let mut announced = self.announced.lock().unwrap_or_else(PoisonError::into_inner);
        if !record.outlives(now.after(SOON)) && announced.insert(record.id.clone()) {
            self.log.event(Action::KeyExpiring, |line| {
                line.text("key.id", &record.id);
                line.text("expires_at", &record.expires_at.to_string());
            });
        }
    }
}
