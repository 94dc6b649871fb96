//! Keys in the database: an id, a hash, and what the holder may do; never the key.

use std::time::Duration;

use sqlx::FromRow;
use thiserror::Error;

use super::api_key::{ApiKey, KeyHash};
use crate::security::authz::{Authorized, System};
use crate::security::input::DateTime;
use crate::store::{Connection, Store, StoreError};

const CREATED: &str = "key.create";
const ROTATED: &str = "key.rotate";
const REVOKED: &str = "key.revoke";

const FIND: &str = "
    SELECT
        id,
        hash,
        owner,
        role,
        created_at,
        expires_at
    FROM
        api_keys
    WHERE
        id = $1
";

const LIST: &str = "
    SELECT
        id,
        hash,
        owner,
        role,
        created_at,
        expires_at
    FROM
        api_keys
    ORDER BY
        owner,
        created_at,
        id
";

const INSERT: &str = "
    INSERT INTO api_keys (id, hash, owner, role, created_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6)
";

const END: &str = "
    UPDATE api_keys SET
        expires_at = $2
    WHERE
        id = $1
        AND expires_at > $2
";

/// Keys that end within this time are pointed out (AUTHN-23).
pub const SOON: Duration = Duration::from_hours(14 * 24);

/// One key as it is stored.
#[derive(Debug, FromRow)]
pub struct Record {
    pub id: String,
    pub hash: Vec<u8>,
    pub owner: String,
    pub role: Option<String>,
    pub created_at: DateTime,
    pub expires_at: DateTime,
}

/// What a new key is for.
#[derive(Debug)]
pub struct Grant {
    pub owner: String,
    pub role: Option<String>,
    pub lifetime: Duration,
}

/// Why keys were not changed.
#[derive(Debug, Error)]
pub enum KeysError {
    #[error("there is no key `{0}` in force")]
    Unknown(String),
    #[error("the system's random generator failed")]
    Generator,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for KeysError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// The table of keys.
#[derive(Clone, Debug)]
pub struct Keys(Store);

impl Keys {
    pub const fn new(store: Store) -> Self {
        Self(store)
    }

    pub async fn find(&self, id: &str) -> Result<Option<Record>, StoreError> {
        Ok(sqlx::query_as(FIND).bind(id).fetch_optional(self.0.pool()).await?)
    }

    pub async fn list(&self, _: &Authorized<System>) -> Result<Vec<Record>, StoreError> {
        Ok(sqlx::query_as(LIST).fetch_all(self.0.pool()).await?)
    }

    pub async fn create(&self, by: &Authorized<System>, grant: &Grant) -> Result<ApiKey, KeysError> {
        let key = ApiKey::generate().map_err(|_| KeysError::Generator)?;
        let mut change = self.0.change(by.actor()).await?;
        insert(&mut change, &key, grant).await?;
        change.commit(CREATED, &key.id).await?;
        Ok(key)
    }

    /// Makes a key like an old one, which ends after `overlap`.
    pub async fn rotate(
        &self,
        by: &Authorized<System>,
        id: &str,
        lifetime: Duration,
        overlap: Duration,
    ) -> Result<ApiKey, KeysError> {
        let old = self.find(id).await?.filter(Record::is_in_force);
        let old = old.ok_or_else(|| KeysError::Unknown(id.to_owned()))?;
        let key = ApiKey::generate().map_err(|_| KeysError::Generator)?;
        let grant = Grant { owner: old.owner, role: old.role, lifetime };
        let mut change = self.0.change(by.actor()).await?;
        insert(&mut change, &key, &grant).await?;
        let end = DateTime::now().after(overlap);
        sqlx::query(END).bind(id).bind(end).execute(&mut *change).await?;
        change.commit(ROTATED, id).await?;
        Ok(key)
    }

    /// Ends a key now.
    pub async fn revoke(&self, by: &Authorized<System>, id: &str) -> Result<(), KeysError> {
        let mut change = self.0.change(by.actor()).await?;
        let ended = sqlx::query(END).bind(id).bind(DateTime::now()).execute(&mut *change).await?;
        if ended.rows_affected() == 0 {
            return Err(KeysError::Unknown(id.to_owned()));
        }
        Ok(change.commit(REVOKED, id).await?)
    }
}

impl Record {
    pub fn is_in_force(&self) -> bool {
        DateTime::now() < self.expires_at
    }
}

async fn insert(change: &mut Connection, key: &ApiKey, grant: &Grant) -> Result<(), sqlx::Error> {
    let now = DateTime::now();
    let hash: KeyHash = key.hash();
    sqlx::query(INSERT)
        .bind(&key.id)
        .bind(&hash[..])
        .bind(&grant.owner)
        .bind(&grant.role)
        .bind(now)
        .bind(now.after(grant.lifetime))
        .execute(change)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn authn_22_only_a_hash_is_stored() {
        let store = Store::scratch().await;
        let keys = Keys::new(store.clone());
        let grant = Grant { owner: "acme".into(), role: None, lifetime: Duration::from_hours(1) };
        let key = keys.create(&Authorized::system("test"), &grant).await.unwrap();
        let record = keys.find(&key.id).await.unwrap().unwrap();
        assert_eq!(record.hash, key.hash());
        assert!(!format!("{record:?}").contains(key.text.as_str()));
        assert_eq!(store.verify_audit().await.unwrap(), 1);
    }

    #[tokio::test]
    async fn authn_23_a_rotated_key_ends_after_the_overlap_and_a_revoked_one_now() {
        let keys = Keys::new(Store::scratch().await);
        let by = Authorized::system("test");
        let hour = Duration::from_hours(1);
        let grant = Grant { owner: "acme".into(), role: Some("reader".into()), lifetime: hour * 9 };
        let old = keys.create(&by, &grant).await.unwrap();
        let new = keys.rotate(&by, &old.id, hour * 9, hour).await.unwrap();
        let [old_record, new_record] = [&old, &new].map(|key| keys.find(&key.id));
        let (old_record, new_record) = (old_record.await.unwrap().unwrap(), new_record.await.unwrap().unwrap());
        assert!(old_record.is_in_force() && old_record.expires_at <= DateTime::now().after(hour));
        assert_eq!((new_record.owner.as_str(), new_record.role.as_deref()), ("acme", Some("reader")));
        keys.revoke(&by, &new.id).await.unwrap();
        assert!(!keys.find(&new.id).await.unwrap().unwrap().is_in_force());
        assert!(matches!(keys.revoke(&by, &new.id).await, Err(KeysError::Unknown(_))));
    }

    #[tokio::test]
    async fn log_8_without_its_record_a_key_is_not_changed() {
        let store = Store::scratch().await;
        let keys = Keys::new(store.clone());
        let by = Authorized::system("test");
        let grant = Grant { owner: "acme".into(), role: None, lifetime: Duration::from_hours(1) };
        let key = keys.create(&by, &grant).await.unwrap();
        sqlx::query("DROP TABLE audit_log").execute(store.pool()).await.unwrap();
        assert!(keys.create(&by, &grant).await.is_err());
        assert!(keys.revoke(&by, &key.id).await.is_err());
        let all = keys.list(&by).await.unwrap();
        assert!(all.len() == 1 && all[0].is_in_force());
    }

    #[tokio::test]
    async fn each_statement_fits_the_schema() {
        Store::scratch().await.prepare_all([FIND, LIST, INSERT, END]).await;
    }
}
