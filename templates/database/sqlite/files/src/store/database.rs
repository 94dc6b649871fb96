//! The database: its pool, its migrations, and the transaction that every change runs in.

use std::borrow::Cow;
use std::path::Path;
use std::time::Duration;

use sqlx::migrate::{Migrate, MigrateError, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};

use crate::security::audit_log::{self, Actor, AuditKey, Broken};

pub type Db = sqlx::Sqlite;
pub type Pool = sqlx::Pool<Db>;
pub type Connection = <Db as sqlx::Database>::Connection;

/// How long a request waits for a connection or for a lock, before 503 (ERR-9).
const PATIENCE: Duration = Duration::from_secs(3);

/// Takes the write lock at once: two changes never meet half-way.
const BEGIN: &str = "BEGIN IMMEDIATE";

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");
/// The tables of keys and audit have a history of their own, so that their numbers are free in
/// the resources'.
static SECURITY_MIGRATIONS: Migrator =
    Migrator { table_name: Cow::Borrowed("_security_migrations"), ..sqlx::migrate!("./migrations/security") };

/// Why an operation of the store did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the item was changed meanwhile")]
    Stale,
    #[error("a value that must be unique is taken")]
    Taken(#[source] sqlx::Error),
    #[error("the database cannot be reached")]
    Unavailable(#[source] sqlx::Error),
    #[error("the database and the code disagree")]
    Broken(#[source] sqlx::Error),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error;
        match &error {
            Error::Database(cause) if cause.is_unique_violation() => Self::Taken(error),
            // A plain "SQL logic error", such as a missing table.
            Error::Database(cause) if cause.code().as_deref() == Some("1") => Self::Broken(error),
            Error::Database(_) | Error::Io(_) | Error::PoolTimedOut | Error::PoolClosed | Error::WorkerCrashed => {
                Self::Unavailable(error)
            }
            _ => Self::Broken(error),
        }
    }
}

/// The open database. Clones share one pool.
#[derive(Clone, Debug)]
pub struct Store {
    pool: Pool,
    audit: AuditKey,
}

impl Store {
    /// Opens the file and makes it when it is missing. Nothing is migrated yet.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub async fn open(file: &Path, audit: AuditKey) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .busy_timeout(PATIENCE);
        let pool = SqlitePoolOptions::new().acquire_timeout(PATIENCE).connect_with(options).await?;
        Ok(Self { pool, audit })
    }

    /// Brings the schema up to date: the service's own tables, then the resources'.
    ///
    /// # Errors
    /// When a migration fails, or one that has run was edited since.
    pub async fn migrate(&self) -> Result<(), MigrateError> {
        SECURITY_MIGRATIONS.run(&self.pool).await?;
        MIGRATIONS.run(&self.pool).await
    }

    /// Tells whether every migration has run.
    ///
    /// # Errors
    /// When the tables cannot be read, as before the first migration.
    pub async fn is_current(&self) -> Result<bool, MigrateError> {
        let mut connection = self.pool.acquire().await?;
        for migrator in [&SECURITY_MIGRATIONS, &MIGRATIONS] {
            let applied = connection.list_applied_migrations(&migrator.table_name).await?;
            let has_run = |version| applied.iter().any(|done| done.version == version);
            if !migrator.iter().all(|migration| has_run(migration.version)) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    pub const fn pool(&self) -> &Pool {
        &self.pool
    }

    /// Tells whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.pool).await?;
        Ok(())
    }

    /// Begins a change, which is undone unless it is committed with its record.
    ///
    /// # Errors
    /// When the database is busy or away.
    pub async fn change(&self, by: Actor) -> Result<Change<'_>, StoreError> {
        let transaction = self.pool.begin_with(BEGIN).await?;
        Ok(Change { transaction, by, audit: &self.audit })
    }

    /// Checks the audit chain and returns its length.
    ///
    /// # Errors
    /// The first record that is not as it was written.
    pub async fn verify_audit(&self) -> Result<i64, Broken> {
        audit_log::verify(&self.pool, &self.audit).await
    }
}

/// A transaction that cannot be committed without its audit record (LOG-8).
pub struct Change<'a> {
    transaction: sqlx::Transaction<'static, Db>,
    by: Actor,
    audit: &'a AuditKey,
}

impl Change<'_> {
    /// Returns what the change's statements run on.
    pub fn connection(&mut self) -> &mut Connection {
        &mut self.transaction
    }

    /// Records what was done to `target`, and commits both.
    ///
    /// # Errors
    /// When either fails: then neither is kept.
    pub async fn commit(mut self, action: &str, target: &str) -> Result<(), StoreError> {
        audit_log::append(&mut self.transaction, self.audit, &self.by, action, target).await?;
        self.transaction.commit().await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use sqlx::{Executor, SqlStr};

    use super::*;
    use crate::security::secret::Secret;

    impl Store {
        /// Opens a migrated database that lives in memory.
        pub async fn scratch() -> Self {
            let pool = SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await.unwrap();
            let store = Self { pool, audit: AuditKey::new(&Secret::parse(&"x".repeat(32)).unwrap()) };
            store.migrate().await.unwrap();
            store
        }

        /// Tells how the database would go about a statement.
        pub async fn plan(&self, statement: &str) -> String {
            let explain: &'static str = format!("EXPLAIN QUERY PLAN {statement}").leak();
            let steps: Vec<(i64, i64, i64, String)> = sqlx::query_as(explain).fetch_all(&self.pool).await.unwrap();
            steps.into_iter().map(|(.., step)| step + "\n").collect()
        }

        /// Fails when a statement does not fit the migrated schema.
        pub async fn prepare_all<const N: usize>(&self, statements: [&'static str; N]) {
            for statement in statements {
                let prepared = self.pool.prepare(SqlStr::from_static(statement)).await;
                assert!(prepared.is_ok(), "{statement}: {prepared:?}");
            }
        }
    }
}
