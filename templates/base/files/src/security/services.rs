//! What handlers and their extractors share.

use std::fs::{DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lc_rs::rand;
use axum::extract::FromRef;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;

use super::audit_log::AuditKey;
use super::input::CursorKey;
use super::limits::Limits;
use super::problem::Cause;
use super::secret::Secret;
use crate::config::{Profile, settings};
use crate::store::Store;

settings! {
    /// Where state is kept.
    pub struct Settings in "database" {
        pub file: PathBuf,
        pub secret_file: Option<PathBuf>,
    }
}

/// Cheap to clone: each request takes its own.
#[derive(Clone)]
pub struct Services {
    pub store: Store,
    pub cursors: CursorKey,
    pub limits: Arc<Limits>,
}

/// Opens the database and reads the secret that seals records and cursors; makes what is missing.
///
/// # Errors
/// When either cannot be opened, or the secret is open to others.
pub async fn open(settings: &Settings) -> Result<(Store, Secret), Cause> {
    if let Some(folder) = settings.file.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let beside = || settings.file.with_extension("secret");
    let secret_file = settings.secret_file.clone().unwrap_or_else(beside);
    if !secret_file.exists() {
        make_secret(&secret_file)?;
    }
    let secret = Secret::load(&secret_file)?;
    let store = Store::open(&settings.file, AuditKey::new(&secret)).await?;
    Ok((store, secret))
}

/// Brings the schema up to date in development; elsewhere only looks whether it is.
///
/// # Errors
/// When it is not, or cannot be brought there.
pub async fn prepare(store: &Store, profile: Profile) -> Result<(), Cause> {
    if profile == Profile::Dev {
        return Ok(store.migrate().await?);
    }
    match store.is_current().await {
        Ok(true) => Ok(()),
        _ => Err("the database is older than the service: run `migrate` first".into()),
    }
}

fn make_secret(file: &Path) -> Result<(), Cause> {
    let mut secret = [0; 32];
    rand::fill(&mut secret).map_err(|_| "the system's random generator failed")?;
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
    writeln!(file, "{}", BASE64.encode(secret))?;
    Ok(())
}

impl FromRef<Services> for Store {
    fn from_ref(services: &Services) -> Self {
        services.store.clone()
    }
}

impl FromRef<Services> for CursorKey {
    fn from_ref(services: &Services) -> Self {
        services.cursors.clone()
    }
}

impl FromRef<Services> for Arc<Limits> {
    fn from_ref(services: &Services) -> Self {
        Self::clone(&services.limits)
    }
}
