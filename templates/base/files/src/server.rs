//! Puts the parts together and runs them until the service is told to stop.

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder};
use std::future::Future;
use std::io;
use std::mem;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::sync::{Arc, Once};
use std::time::{Duration, SystemTime};

use axum::extract::FromRef;
use axum::http::Method;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::interval;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::config::{Config, Profile, settings};
use crate::security::admin::Admin;
use crate::security::audit_log::{self, AuditKey};
use crate::security::authn::{self, Authn, Host};
use crate::security::authz::{Roles, Routes, Table};
use crate::security::input::CursorKey;
use crate::security::limits::Limits;
use crate::security::listener::Listener;
use crate::security::problem::Cause;
use crate::security::secret::Secret;
use crate::security::telemetry::{Action, Log, Metrics, causes};
use crate::security::tls::{self, Certificate, Identity};
use crate::security::versioning::Versions;
use crate::store::Store;

settings! {
    /// Where state is kept.
    pub struct Settings in "database" {
        pub file: PathBuf,
        pub secret_file: Option<PathBuf>,
    }
}

/// How often files are looked at that may change; a change holds within 10 s (TLS-7, VER-7).
const PERIOD: Duration = Duration::from_secs(2);

/// What handlers and their extractors share; cheap to clone, for each request takes its own.
#[derive(Clone, FromRef)]
pub struct Services {
    store: Store,
    cursors: CursorKey,
    limits: Arc<Limits>,
}

/// A service that listens and does not answer yet.
pub struct Server {
    config: Config,
    table: Table,
    listener: Listener,
    admin: Arc<Admin>,
    admin_socket: TcpListener,
}

impl Server {
    /// Checks everything that a start depends on, and binds both sockets.
    pub async fn bind(config: Config, mut routes: Routes, log: Log) -> Result<Self, Cause> {
        let identity = Identity::load(&config.tls, config.profile)?;
        for warning in &identity.warnings {
            log.event(Action::CertificateWarning, |line| line.text("warning", warning));
        }
        let certificate = Arc::new(Certificate::new(identity));
        let versions = Versions::load(&config.versions_file())?;
        for version in versions.short_notices() {
            log.event(Action::VersionNotice, |line| line.text("version", &version.name));
        }
        let (store, secret) = open(&config.database, config.profile).await?;
        config.disclosure.mount(&mut routes);
        let table = routes.table();
        let documents = (config.profile == Profile::Dev).then(|| routes.documents(&versions));
        let roles = Roles::load(&config.authorization.roles, &table.permissions)?;
        let limits = Arc::new(Limits::new(config.quotas.clone()));
        let authn = Authn::start(&Host { config: &config, store: &store, log: &log }, roles, Arc::clone(&limits))?;
        let services = Services { store: store.clone(), cursors: CursorKey::new(&secret), limits: Arc::clone(&limits) };
        let app = Arc::new(App {
            routers: routes.routers(&services),
            authn,
            limits,
            versions,
            settings: Arc::new(config.listener.clone()),
            running: Semaphore::new(usize::try_from(config.listener.requests)?),
            log,
            metrics: Arc::new(Metrics::default()),
            warned_of_proxy: Once::new(),
        });
        let draining = CancellationToken::new();
        let api = tls::acceptor(&certificate, &["h2", "http/1.1"], None)?;
        let listener = Listener::bind(Arc::clone(&app), api, draining.clone()).await?;
        let admin_socket = TcpListener::bind(config.admin.address).await?;
        let admin = Arc::new(Admin {
            app,
            store,
            draining,
            documents,
            token: config.admin.token()?,
            tls: tls::acceptor(&certificate, &["http/1.1"], config.admin.client_ca.as_deref())?,
            certificate,
        });
        Ok(Self { config, table, listener, admin, admin_socket })
    }

    pub fn addresses(&self) -> io::Result<(SocketAddr, SocketAddr)> {
        Ok((self.listener.address()?, self.admin_socket.local_addr()?))
    }

    /// Returns the commands that lead to a first answer, in development.
    pub fn greeting(&self) -> Option<String> {
        let lists = |(method, path, _): &&(Method, String, _)| method == Method::GET && !path.contains('{');
        let (_, path, _) = self.table.routes.iter().find(lists)?;
        let root = tls::root_beside(&self.config.tls.certificate);
        let port = self.listener.address().ok()?.port();
        let commands = authn::first_request(&root, &format!("https://localhost:{port}{path}"));
        (self.config.profile == Profile::Dev).then(|| format!("In a second terminal:\n\n{commands}"))
    }

    /// Answers until `stop` is done, then drains (GATE-18).
    pub async fn run(self, stop: impl Future<Output = ()>) -> Result<(), Cause> {
        let (api, operators) = self.addresses()?;
        let Self { config, table, listener, admin, admin_socket } = self;
        let log = &admin.app.log;
        log.event(Action::Started, |line| {
            line.text("api", &api.to_string());
            line.text("admin", &operators.to_string());
            line.text("profile", config.profile.name());
        });
        let reload = Reload { config, admin: Arc::clone(&admin), permissions: table.permissions };
        let background = [
            tokio::spawn(audit_log::watch(admin.store.clone(), Arc::clone(&admin.app.metrics))),
            tokio::spawn(Arc::clone(&admin).run(admin_socket)),
            tokio::spawn(reload.run(signal(SignalKind::hangup())?)),
        ];
        let serving = tokio::spawn(listener.run());
        stop.await;
        log.event(Action::Stopping, |_| {});
        admin.draining.cancel();
        serving.await?;
        log.event(Action::Stopped, |_| {});
        background.iter().for_each(JoinHandle::abort);
        Ok(())
    }
}

/// Opens the database with the secret that seals records and cursors. What is missing is made; an
/// older schema is brought up to date in development, and refused elsewhere.
pub async fn open(settings: &Settings, profile: Profile) -> Result<(Store, Secret), Cause> {
    let (store, secret) = open_any(settings).await?;
    if profile == Profile::Dev {
        store.migrate().await?;
    } else if !store.is_current().await.unwrap_or(false) {
        return Err("the database is older than the service: run `migrate` first".into());
    }
    Ok((store, secret))
}

/// Opens the database, however old it is.
pub async fn open_any(settings: &Settings) -> Result<(Store, Secret), Cause> {
    if let Some(folder) = settings.file.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let beside = || settings.file.with_extension("secret");
    let secret = Secret::load_or_make(&settings.secret_file.clone().unwrap_or_else(beside))?;
    let store = Store::open(&settings.file, AuditKey::new(&secret)).await?;
    Ok((store, secret))
}

/// What takes a changed file up by itself. A file that cannot be used is logged, and what was in use
/// stays.
struct Reload {
    config: Config,
    admin: Arc<Admin>,
    permissions: BTreeSet<&'static str>,
}

impl Reload {
    /// Watches the files, and the hang-up signal, for as long as the service runs.
    async fn run(self, mut hangup: Signal) {
        let mut ticks = interval(PERIOD);
        let mut seen = self.stamps();
        loop {
            let asked = tokio::select! {
                _ = hangup.recv() => true,
                _ = ticks.tick() => false,
            };
            let now = self.stamps();
            if mem::replace(&mut seen, now) != now || asked {
                let pair = Identity::load(&self.config.tls, self.config.profile);
                self.note("certificate", &pair.map(|pair| self.admin.certificate.replace(pair)));
                let roles = Roles::load(&self.config.authorization.roles, &self.permissions);
                self.note("roles", &roles.map(|roles| self.admin.app.authn.replace_roles(roles)));
                self.note("versions", &self.versions());
            }
        }
    }

    /// Returns when each file was written last; one that is swapped through a link changes its time,
    /// too.
    fn stamps(&self) -> [Option<SystemTime>; 4] {
        let Config { tls, authorization, .. } = &self.config;
        let files = [&tls.certificate, &tls.key, &authorization.roles, &self.config.versions_file()];
        files.map(|file| fs::metadata(file).and_then(|data| data.modified()).ok())
    }

    fn versions(&self) -> Result<(), Cause> {
        for version in self.admin.app.versions.reload(&self.config.versions_file())? {
            self.admin.app.log.event(Action::VersionShut, |line| {
                line.text("version", &version.name);
                line.text("reason", version.reason());
            });
        }
        Ok(())
    }

    fn note(&self, part: &str, outcome: &Result<(), Cause>) {
        let action = if outcome.is_ok() { Action::Reloaded } else { Action::ReloadFailed };
        self.admin.app.metrics.reloads_failed.inc_by(u64::from(outcome.is_err()));
        self.admin.app.log.event(action, |line| {
            line.text("part", part);
            if let Err(error) = outcome {
                causes(line, &**error);
            }
        });
    }
}
