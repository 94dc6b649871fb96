//! The question to the provider: as few as will do, over TLS, as a client that it knows.

use std::collections::HashMap;
use std::error::Error;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use axum::http::{HeaderValue, StatusCode, Uri};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use tokio::sync::{OnceCell, Semaphore};
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::Claims;
use super::breaker::{Breaker, Change};
use crate::config::Config;
use crate::security::authn::Host;
use crate::security::authn::presented::{Digest, Presented};
use crate::security::exchange::later;
use crate::security::input::parse_json;
use crate::security::outbound::Outbound;
use crate::security::problem::Cause;
use crate::security::secret::Secret;
use crate::security::telemetry::{Action, Log, causes};

/// How long the provider has for its answer (AUTHN-17), how long one waits for a place to ask, and how
/// long for what somebody else asked.
const ANSWER: Duration = Duration::from_secs(3);
const QUEUE: Duration = Duration::from_millis(500);
const JOINED: Duration = Duration::from_secs(4);
/// The largest answer that is read.
const MAX_ANSWER: usize = 64 * 1024;
/// Tokens that are known to be no good, and tokens that are asked about, are no more than this.
const MAX_KNOWN: usize = 10_000;

/// What is known of a token.
pub enum Asked {
    Active(Claims),
    Inactive,
    /// The provider did not answer, or not as it must.
    Nobody(Arc<dyn Error + Send + Sync>),
}

/// The provider, and what was learnt of it lately.
pub struct Asking {
    way: Way,
    refused_for: Duration,
    /// Tokens that are not active, and until when that is believed.
    refused: Mutex<HashMap<Digest, Instant>>,
    /// Tokens that are being asked about: whoever comes with one meanwhile waits for the same answer.
    open: Mutex<HashMap<Digest, Weak<OnceCell<Option<Claims>>>>>,
    places: Semaphore,
    breaker: Breaker,
    log: Log,
}

/// Who tells.
enum Way {
    Provider {
        outbound: Outbound,
        endpoint: Uri,
        credentials: HeaderValue,
    },
    /// The tokens of this machine, which tell of themselves.
    #[cfg(debug_assertions)]
    Development(Box<super::development::Maker>),
}

impl Asking {
    pub fn new(host: &Host<'_>) -> Result<Self, Cause> {
        let settings = &host.config.introspection;
        Ok(Self {
            way: Way::new(host.config)?,
            refused_for: settings.refused_seconds,
            refused: Mutex::default(),
            open: Mutex::default(),
            places: Semaphore::new(usize::try_from(settings.concurrent)?),
            breaker: Breaker::default(),
            log: host.log.clone(),
        })
    }

    pub async fn about(&self, presented: &Presented<'_>) -> Asked {
        let digest = presented.digest();
        if self.is_refused(&digest) {
            return Asked::Inactive;
        }
        let cell = self.join(digest);
        let asked = timeout(JOINED, cell.get_or_try_init(|| self.ask(presented.text))).await;
        match asked.unwrap_or_else(|_| Err("nobody who asked had an answer".into())) {
            Ok(Some(claims)) => Asked::Active(Arc::clone(claims)),
            Ok(None) => {
                self.refuse(digest);
                Asked::Inactive
            }
            Err(cause) => Asked::Nobody(cause.into()),
        }
    }

    /// Joins those who ask about the same token.
    fn join(&self, digest: Digest) -> Arc<OnceCell<Option<Claims>>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cell) = open.get(&digest).and_then(Weak::upgrade) {
            return cell;
        }
        if open.len() >= MAX_KNOWN {
            open.retain(|_, cell| cell.strong_count() > 0);
        }
        let cell = Arc::default();
        open.insert(digest, Arc::downgrade(&cell));
        cell
    }

    /// Asks once there is a place, unless that is in vain.
    async fn ask(&self, token: &str) -> Result<Option<Claims>, Cause> {
        let _place = timeout(QUEUE, self.places.acquire()).await.map_err(|_| "as many ask as may")??;
        if !self.breaker.admits() {
            return Err("the provider failed several times in a row, and is not asked".into());
        }
        let answer = timeout(ANSWER, self.way.ask(token)).await;
        let answer = answer.unwrap_or_else(|_| Err("no answer within 3 s".into()));
        match self.breaker.note(answer.is_ok()) {
            Some(Change::Suspended) => self.log.event(Action::IntrospectionSuspended, |line| {
                if let Err(cause) = &answer {
                    causes(line, &**cause);
                }
            }),
            Some(Change::Resumed) => self.log.event(Action::IntrospectionResumed, |_| {}),
            None => {}
        }
        answer
    }

    fn is_refused(&self, digest: &Digest) -> bool {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.get(digest).is_some_and(|until| Instant::now() < *until)
    }

    fn refuse(&self, digest: Digest) {
        let (mut refused, now) = (self.refused.lock().unwrap_or_else(PoisonError::into_inner), Instant::now());
        if refused.len() >= MAX_KNOWN {
            refused.retain(|_, until| now < *until);
        }
        if refused.len() < MAX_KNOWN {
            refused.insert(digest, later(now, self.refused_for));
        }
    }
}

impl Way {
    fn new(config: &Config) -> Result<Self, Cause> {
        let (token, settings) = (&config.token, &config.introspection);
        #[cfg(debug_assertions)]
        if token.is_development() {
            return Ok(Self::Development(super::development::Maker::new(config)?.into()));
        }
        let missing = |name| format!("introspection.{name} is not set");
        let endpoint = settings.endpoint.as_ref().ok_or_else(|| missing("endpoint"))?.uri().clone();
        let id = settings.client_id.as_deref().ok_or_else(|| missing("client_id"))?;
        let secret = match (&settings.client_secret, &settings.client_secret_file) {
            (Some(secret), _) => secret.clone(),
            (None, Some(file)) => Secret::load(file)?,
            (None, None) => return Err(missing("client_secret_file").into()),
        };
        let outbound = Outbound::new(token.ca.as_deref())?;
        Ok(Self::Provider { outbound, endpoint, credentials: basic(id, &secret)? })
    }

    /// Returns what is said of a token, or nothing when it is not active. What is no clear answer is a
    /// failure: it lets nobody in, and marks no token as bad.
    async fn ask(&self, token: &str) -> Result<Option<Claims>, Cause> {
        let (outbound, endpoint, credentials) = match self {
            Self::Provider { outbound, endpoint, credentials } => (outbound, endpoint, credentials),
            #[cfg(debug_assertions)]
            Self::Development(maker) => return Ok(maker.read(token).map(Arc::new)),
        };
        let form = format!("token={}&token_type_hint=access_token", encode(token));
        let reply = outbound.post_form(endpoint, credentials, form, MAX_ANSWER).await?;
        // The question is always well-formed: what cannot be read is the token. Were that a failure of the
        // provider, any client could suspend the asking.
        if reply.status == StatusCode::BAD_REQUEST {
            return Ok(None);
        }
        if reply.status != StatusCode::OK {
            return Err(format!("{endpoint}: {}", reply.status).into());
        }
        let parsed = parse_json(&reply.body).map_err(|_| "the answer is no JSON, or has a member twice")?;
        let Value::Object(mut claims) = parsed else {
            return Err("the answer is no object".into());
        };
        // Where nobody stands behind the client, the client is who acts (RFC 9068 §2.2).
        if let (None, Some(client)) = (claims.get("sub"), claims.get("client_id").cloned()) {
            claims.insert("sub".to_owned(), client);
        }
        match claims.get("active") {
            Some(Value::Bool(true)) => Ok(Some(Arc::new(claims))),
            Some(Value::Bool(false)) => Ok(None),
            _ => Err("the answer does not say whether the token is active".into()),
        }
    }
}

/// Says who asks (RFC 6749 §2.3.1).
fn basic(id: &str, secret: &Secret) -> Result<HeaderValue, Cause> {
    let secret = Zeroizing::new(encode(secret.expose()));
    let pair = Zeroizing::new(format!("{}:{}", encode(id), *secret));
    let text = Zeroizing::new(format!("Basic {}", BASE64_STANDARD.encode(&*pair)));
    let mut value = HeaderValue::from_str(&text)?;
    value.set_sensitive(true);
    Ok(value)
}

/// Writes a text as forms do: what is not surely plain, by its bytes.
fn encode(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut form, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            form.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(form, "%{byte:02X}");
        }
        form
    })
}
