//! The record of state changes: numbered, chained by HMAC, written in the transaction of the
//! change itself (LOG-7, LOG-8).
//!
//! A record's mac covers the seal of the record before it. Only the last seal is kept, at the head of
//! the chain: whoever cuts records off the end cannot know the seal of what is then the last one.

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::{constant_time, hmac};
use sqlx::FromRow;
use tokio::time::interval;

use super::input::DateTime;
use super::secret::Secret;
use super::telemetry::Metrics;
use crate::store::{Connection, Pool, Store};

const HEAD: &str = "SELECT number, seal FROM audit_head";

const MOVE_HEAD: &str = "UPDATE audit_head SET number = $1, seal = $2";

const APPEND: &str = "
    INSERT INTO audit_log (number, at, actor, request, action, target, mac)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
";

const NEXT: &str = "
    SELECT number, at, actor, request, action, target, mac FROM audit_log
    WHERE number > $1
    ORDER BY number
    LIMIT 1000
";

/// How often a running service looks at its own records.
const HOUR: Duration = Duration::from_hours(1);

/// Who changes something: the id of a credential, and the request or command.
#[derive(Clone, Debug)]
pub struct Actor {
    pub id: Arc<str>,
    pub request: Arc<str>,
}

/// Seals the chain. Who can write the database but lacks the key cannot alter a record unseen.
#[derive(Clone, Debug)]
pub struct AuditKey(Arc<hmac::Key>);

#[derive(FromRow)]
struct Record {
    number: i64,
    at: DateTime,
    actor: String,
    request: String,
    action: String,
    target: String,
    mac: Vec<u8>,
}

#[derive(Default, Eq, FromRow, PartialEq)]
struct Head {
    number: i64,
    seal: Vec<u8>,
}

impl AuditKey {
    pub fn new(secret: &Secret) -> Self {
        Self(Arc::new(secret.derive("audit")))
    }

    /// Covers all records before; each text is preceded by its length, so that none can grow at its
    /// neighbour's cost.
    fn mac(&self, before: &Head, record: &Record) -> Vec<u8> {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(&before.seal);
        context.update(&record.number.to_be_bytes());
        let at = record.at.to_string();
        for text in [&at, &record.actor, &record.request, &record.action, &record.target] {
            context.update(&text.len().to_be_bytes());
            context.update(text.as_bytes());
        }
        context.sign().as_ref().to_vec()
    }

    /// Returns the head of a chain that ends with a record.
    fn seal(&self, record: &Record) -> Head {
        let seal = hmac::sign(&self.0, &[b"seal", &record.mac[..]].concat());
        Head { number: record.number, seal: seal.as_ref().to_vec() }
    }
}

/// Adds a record to the chain, inside the transaction that `connection` is in.
///
/// # Errors
/// When the database refuses; the change must then not be committed.
pub async fn append(
    connection: &mut Connection,
    key: &AuditKey,
    by: &Actor,
    action: &str,
    target: &str,
) -> Result<(), sqlx::Error> {
    let before: Head = sqlx::query_as(HEAD).fetch_one(&mut *connection).await?;
    let mut record = Record {
        number: before.number.saturating_add(1),
        at: DateTime::now(),
        actor: by.id.to_string(),
        request: by.request.to_string(),
        action: action.to_owned(),
        target: target.to_owned(),
        mac: Vec::new(),
    };
    record.mac = key.mac(&before, &record);
    let head = key.seal(&record);
    let query = sqlx::query(APPEND).bind(record.number).bind(record.at).bind(record.actor).bind(record.request);
    query.bind(record.action).bind(record.target).bind(record.mac).execute(&mut *connection).await?;
    sqlx::query(MOVE_HEAD).bind(head.number).bind(head.seal).execute(connection).await?;
    Ok(())
}

/// Why the chain is not whole.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    #[error("record {0} is lost or out of order")]
    Lost(i64),
    #[error("record {0} was altered")]
    Altered(i64),
    #[error("the end of the chain was altered")]
    Head,
    #[error("the records cannot be read")]
    Unreadable(#[from] sqlx::Error),
}

/// Walks the chain from its first record to its sealed end, and returns its length.
///
/// # Errors
/// The first record that was altered, lost or moved.
pub async fn verify(pool: &Pool, key: &AuditKey) -> Result<i64, Broken> {
    // One transaction sees one state, whatever is written meanwhile.
    let mut snapshot = pool.begin().await?;
    let head: Option<Head> = sqlx::query_as(HEAD).fetch_optional(&mut *snapshot).await?;
    let (mut last, mut read) = (Head::default(), i64::MIN);
    loop {
        let records: Vec<Record> = sqlx::query_as(NEXT).bind(read).fetch_all(&mut *snapshot).await?;
        if records.is_empty() {
            break;
        }
        for record in records {
            let number = last.number.saturating_add(1);
            if record.number != number {
                return Err(Broken::Lost(number));
            }
            if constant_time::verify_slices_are_equal(&key.mac(&last, &record), &record.mac).is_err() {
                return Err(Broken::Altered(number));
            }
            (last, read) = (key.seal(&record), number);
        }
    }
    match head {
        Some(head) if head == last => Ok(last.number),
        Some(head) if head.number > last.number => Err(Broken::Lost(last.number.saturating_add(1))),
        _ => Err(Broken::Head),
    }
}

/// Tells the metrics, at once and then hourly, whether the chain is whole (LOG-10).
pub async fn watch(store: Store, metrics: Arc<Metrics>) {
    let mut hours = interval(HOUR);
    loop {
        hours.tick().await;
        match store.verify_audit().await {
            // A database that is away says nothing of its records.
            Err(Broken::Unreadable(_)) => {}
            verdict => drop(metrics.audit_chain_broken.set(verdict.is_err().into())),
        }
    }
}
