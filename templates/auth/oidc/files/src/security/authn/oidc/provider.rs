//! Where keys come from: the provider's own word, fetched over TLS, and kept for as long as it may be.

use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use axum::http::{StatusCode, Uri};
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::sleep;

use super::Settings;
use super::jwks::KeySet;
use crate::security::authn::claims::{self, Address};
use crate::security::exchange::later;
use crate::security::input::parse_json;
use crate::security::outbound::Outbound;
use crate::security::problem::Cause;
use crate::security::telemetry::{Action, Log, causes};

/// Bytes of a document that are read at most (AUTHN-15).
const DOCUMENT_LIMIT: usize = 256 * 1024;

/// The provider, with its keys as it gave them last.
pub struct Provider {
    issuer: Address,
    key_set: Option<Address>,
    refresh: Duration,
    pause: Duration,
    stale: Duration,
    outbound: Outbound,
    held: ArcSwap<Held>,
    /// When keys were asked for last. Whoever holds it asks; the others wait for what it brings.
    asked: Mutex<Option<Instant>>,
    log: Log,
}

/// Keys, and the moment after which they are too old to be believed.
#[derive(Default)]
struct Held {
    keys: Arc<KeySet>,
    until: Option<Instant>,
}

impl Provider {
    pub fn new(token: &claims::Settings, settings: &Settings, log: Log) -> Result<Self, Cause> {
        Ok(Self {
            issuer: token.issuer.clone(),
            key_set: settings.key_set.clone(),
            refresh: settings.refresh_seconds,
            pause: settings.pause_seconds,
            stale: settings.stale_seconds,
            outbound: Outbound::new(token.ca.as_deref())?,
            held: ArcSwap::default(),
            asked: Mutex::default(),
            log,
        })
    }

    /// Returns the keys, unless there are none, or for too long no newer ones (AUTHN-15).
    pub fn keys(&self) -> Option<Arc<KeySet>> {
        let held = self.held.load();
        let is_fresh = held.until.is_some_and(|until| Instant::now() < until);
        is_fresh.then(|| Arc::clone(&held.keys))
    }

    /// Keeps the keys fresh for as long as the service runs.
    pub async fn run(self: Arc<Self>) {
        loop {
            let pause = if self.ask().await { self.refresh } else { self.pause };
            sleep(pause).await;
        }
    }

    /// Asks for the keys, unless that was done a moment ago: unknown names cannot make it ask more
    /// often (AUTHN-16). Tells whether what is held is what the provider said last.
    pub async fn ask(&self) -> bool {
        let mut asked = self.asked.lock().await;
        if asked.is_some_and(|at| at.elapsed() < self.pause) {
            return true;
        }
        // Noted first: who goes away in the middle has asked too.
        *asked = Some(Instant::now());
        match self.fetch().await {
            Ok(keys) => {
                self.hold(keys);
                true
            }
            Err(error) => {
                self.log.event(Action::ProviderFailed, |line| causes(line, &*error));
                false
            }
        }
    }

    /// Puts keys in the place of the old ones: a key that is gone is good no longer.
    pub fn hold(&self, keys: KeySet) {
        let is_new = keys.differs_from(&self.held.load().keys);
        let until = later(Instant::now(), self.stale);
        self.held.store(Arc::new(Held { keys: Arc::new(keys), until: Some(until) }));
        if is_new {
            self.log.event(Action::ProviderKeys, |line| line.text("issuer", self.issuer.as_str()));
        }
    }

    async fn fetch(&self) -> Result<KeySet, Cause> {
        let address = match &self.key_set {
            Some(address) => address.clone(),
            None => self.discover().await?,
        };
        Ok(KeySet::parse(&self.read(address.uri()).await?)?)
    }

    /// Asks the provider where its keys are (`OpenID` Connect Discovery §4). It must be who it is said
    /// to be, and name its own host (AUTHN-12, INPUT-17).
    async fn discover(&self) -> Result<Address, Cause> {
        let place = format!("{}/.well-known/openid-configuration", self.issuer.as_str().trim_end_matches('/'));
        let document = self.read(&place.parse()?).await?;
        let document = parse_json(&document).map_err(|_| "the discovery document is no JSON, or has a member twice")?;
        let text = |name: &str| document.get(name).and_then(Value::as_str);
        if text("issuer") != Some(self.issuer.as_str()) {
            return Err("the discovery document is another issuer's".into());
        }
        let keys = text("jwks_uri").and_then(Address::parse).filter(|keys| keys.is_beside(&self.issuer));
        Ok(keys
            .ok_or("the discovery document names no key set on the issuer's host; `oidc.key_set` can name another")?)
    }

    async fn read(&self, address: &Uri) -> Result<Vec<u8>, Cause> {
        let failed = |reason: String| format!("{address}: {reason}");
        let reply = self.outbound.get(address, DOCUMENT_LIMIT).await.map_err(|fault| failed(fault.to_string()))?;
        if reply.status == StatusCode::OK {
            Ok(reply.body.into())
        } else {
            Err(failed(reply.status.to_string()).into())
        }
    }
}
