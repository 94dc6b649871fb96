//! The record of state changes: numbered, chained by HMAC, written in the transaction of the
//! change itself (LOG-7, LOG-8).

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::{constant_time, hmac};
use sqlx::FromRow;
use tokio::time::interval;

use super::input::DateTime;
use super::secret::Secret;
use super::telemetry::Metrics;
use crate::store::{Connection, Pool, Store, StoreError};

const HEAD: &str = "
    SELECT
        number,
        mac,
        seal
    FROM
        audit_head
    WHERE
        one = 1
";

const APPEND: &str = "
    INSERT INTO audit_log (number, at, actor, request, action, target, mac)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
";

const MOVE_HEAD: &str = "
    INSERT INTO audit_head (one, number, mac, seal)
    VALUES (1, $1, $2, $3)
    ON CONFLICT (one) DO UPDATE SET number = $1, mac = $2, seal = $3
";

const NEXT: &str = "
    SELECT
        number,
        at,
        actor,
        request,
        action,
        target,
        mac
    FROM
        audit_log
    WHERE
        number > $1
    ORDER BY
        number
    LIMIT
        1000
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
#[derive(Clone)]
pub struct AuditKey(Arc<hmac::Key>);

impl fmt::Debug for AuditKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("[redacted]")
    }
}

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

#[derive(FromRow)]
struct Head {
    number: i64,
    mac: Vec<u8>,
    seal: Vec<u8>,
}

impl AuditKey {
    pub fn new(secret: &Secret) -> Self {
        Self(Arc::new(secret.derive("audit")))
    }

    /// Covers the record before; each text is preceded by its length, so that none can grow at
    /// its neighbour's cost.
    fn mac(&self, before: &[u8], record: &Record) -> Vec<u8> {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(before);
        context.update(&record.number.to_be_bytes());
        let at = record.at.to_string();
        for text in [&at, &record.actor, &record.request, &record.action, &record.target] {
            context.update(&text.len().to_be_bytes());
            context.update(text.as_bytes());
        }
        context.sign().as_ref().to_vec()
    }

    fn seal(&self, number: i64, mac: &[u8]) -> Vec<u8> {
        let head = [b"head", &number.to_be_bytes()[..], mac].concat();
        hmac::sign(&self.0, &head).as_ref().to_vec()
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
    let head: Option<Head> = sqlx::query_as(HEAD).fetch_optional(&mut *connection).await?;
    let (last, before) = head.map_or((0, Vec::new()), |head| (head.number, head.mac));
    let mut record = Record {
        number: last.saturating_add(1),
        at: DateTime::now(),
        actor: by.id.to_string(),
        request: by.request.to_string(),
        action: action.to_owned(),
        target: target.to_owned(),
        mac: Vec::new(),
    };
    record.mac = key.mac(&before, &record);
    sqlx::query(APPEND)
        .bind(record.number)
        .bind(record.at)
        .bind(record.actor)
        .bind(record.request)
        .bind(record.action)
        .bind(record.target)
        .bind(&record.mac)
        .execute(&mut *connection)
        .await?;
    let seal = key.seal(record.number, &record.mac);
    sqlx::query(MOVE_HEAD).bind(record.number).bind(record.mac).bind(seal).execute(connection).await?;
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
    // In this order, what is written meanwhile only makes the chain longer.
    let first: Option<Record> = sqlx::query_as(NEXT).bind(i64::MIN).fetch_optional(pool).await?;
    let head: Option<Head> = sqlx::query_as(HEAD).fetch_optional(pool).await?;
    let Some(head) = head else {
        return if first.is_none() { Ok(0) } else { Err(Broken::Head) };
    };
    if head.seal != key.seal(head.number, &head.mac) {
        return Err(Broken::Head);
    }
    let (mut number, mut before, mut last) = (0_i64, Vec::new(), i64::MIN);
    loop {
        let records: Vec<Record> = sqlx::query_as(NEXT).bind(last).fetch_all(pool).await?;
        if records.is_empty() {
            break;
        }
        for record in records {
            number = number.saturating_add(1);
            if record.number != number {
                return Err(Broken::Lost(number));
            }
            if constant_time::verify_slices_are_equal(&key.mac(&before, &record), &record.mac).is_err() {
                return Err(Broken::Altered(number));
            }
            if head.number == number && head.mac != record.mac {
                return Err(Broken::Head);
            }
            before = record.mac;
            last = number;
        }
    }
    if head.number > number {
        return Err(Broken::Lost(number.saturating_add(1)));
    }
    Ok(number)
}

/// Tells the metrics, at once and then hourly, whether the chain is whole (LOG-10).
pub async fn watch(store: Store, metrics: Arc<Metrics>) {
    let mut hours = interval(HOUR);
    loop {
        hours.tick().await;
        let broken = match store.verify_audit().await {
            Ok(_) => 0,
            Err(Broken::Unreadable(error)) => match error.into() {
                // A database that is away says nothing of its records.
                StoreError::Unavailable(_) => continue,
                _ => 1,
            },
            Err(_) => 1,
        };
        metrics.audit_chain_broken.set(broken);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn store_with_records() -> Store {
        let store = Store::scratch().await;
        let by = Actor { id: "k1".into(), request: "r1".into() };
        for target in ["a", "b", "c", "d"] {
            store.change(&by).await.unwrap().commit("thing.create", target).await.unwrap();
        }
        store
    }

    async fn verdict_after(statement: &'static str) -> String {
        let store = store_with_records().await;
        assert_eq!(store.verify_audit().await.unwrap(), 4);
        sqlx::query(statement).execute(store.pool()).await.unwrap();
        store.verify_audit().await.unwrap_err().to_string()
    }

    #[tokio::test]
    async fn log_7_an_altered_lost_or_moved_record_is_named() {
        let altered = verdict_after("UPDATE audit_log SET target = 'x' WHERE number = 2").await;
        assert_eq!(altered, "record 2 was altered");
        let lost = verdict_after("DELETE FROM audit_log WHERE number = 3").await;
        assert_eq!(lost, "record 3 is lost or out of order");
        let moved = verdict_after(
            "UPDATE audit_log SET target = CASE number WHEN 2 THEN 'c' ELSE 'b' END WHERE number IN (2, 3)",
        );
        assert_eq!(moved.await, "record 2 was altered");
        let cut = verdict_after("DELETE FROM audit_log WHERE number = 4").await;
        assert_eq!(cut, "record 4 is lost or out of order");
        let sealed = verdict_after("UPDATE audit_head SET number = 3").await;
        assert_eq!(sealed, "the end of the chain was altered");
        let endless = verdict_after("DELETE FROM audit_head").await;
        assert_eq!(endless, "the end of the chain was altered");
    }

    #[tokio::test]
    async fn log_7_a_chain_is_walked_beyond_what_is_read_at_once() {
        let store = store_with_records().await;
        let by = Actor { id: "k1".into(), request: "r1".into() };
        for _ in 0..1000 {
            store.change(&by).await.unwrap().commit("thing.create", "e").await.unwrap();
        }
        assert_eq!(store.verify_audit().await.unwrap(), 1004);
    }

    #[tokio::test]
    async fn each_statement_fits_the_schema() {
        Store::scratch().await.prepare_all([HEAD, APPEND, MOVE_HEAD, NEXT]).await;
    }
}
