//! Puts the parts together and runs them until the service is told to stop.

use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Once};

use axum::http::Method;
use tokio::sync::{Semaphore, watch};

use crate::app::App;
use crate::config::{Config, Profile};
use crate::security::admin::{Admin, Shown};
use crate::security::audit_log;
use crate::security::authn::{Authn, Keys};
use crate::security::authz::{Roles, Routes, Table};
use crate::security::dev_certificates;
use crate::security::input::CursorKey;
use crate::security::limits::Limits;
use crate::security::listener::Listener;
use crate::security::problem::Cause;
use crate::security::reload::{self, Reloadable};
use crate::security::services::{self, Services};
use crate::security::telemetry::{Action, Log, Metrics};
use crate::security::tls::{self, Certificate, Identity};
use crate::security::versioning::Versions;
use crate::store::Store;

/// A service that listens and does not answer yet.
pub struct Server {
    config: Config,
    app: Arc<App>,
    listener: Listener,
    admin: Admin,
    certificate: Arc<Certificate>,
    store: Store,
    table: Table,
    draining: watch::Sender<bool>,
}

impl Server {
    /// Checks everything that a start depends on, and binds both sockets.
    pub async fn bind(config: Config, mut routes: Routes, log: Log) -> Result<Self, Cause> {
        let identity = Identity::load(&config.tls, config.profile)?;
        for warning in &identity.warnings {
            log.event(Action::CertificateWarning, |line| line.text("warning", warning));
        }
        let certificate = Arc::new(Certificate::new(identity));
        let versions = Versions::load(&versions_file(&config))?;
        for version in versions.short_notices() {
            log.event(Action::VersionNotice, |line| line.text("version", &version.name));
        }
        let metrics = Arc::new(Metrics::default());
        let limits = Arc::new(Limits::new(config.quotas.clone()));
        let (store, secret) = services::open(&config.database).await?;
        services::prepare(&store, config.profile).await?;
        config.disclosure.mount(&mut routes);
        let table = routes.table();
        let roles = Roles::load(&config.authorization.roles, &table.permissions)?;
        let keys = Keys::new(store.clone());
        let shared = Services { store: store.clone(), cursors: CursorKey::new(&secret), limits: Arc::clone(&limits) };
        let (draining, drained) = watch::channel(false);
        let app = Arc::new(App {
            router: routes.router(shared),
            authn: Authn::new(keys, roles, Arc::clone(&limits), log.clone()),
            limits,
            versions,
            names: config.listener.names.clone(),
            proxies: config.listener.proxies.clone(),
            times: config.listener.times(),
            running: Semaphore::new(usize::try_from(config.listener.requests)?),
            log,
            metrics,
            warned_of_proxy: Once::new(),
        });
        let listener =
            Listener::bind(config.listener.clone(), Arc::clone(&app), tls::server_config(&certificate)?, drained)
                .await?;
        let shown = Shown {
            app: Arc::clone(&app),
            store: store.clone(),
            certificate: Arc::clone(&certificate),
            draining: draining.subscribe(),
            openapi: (config.profile == Profile::Dev).then(|| table.document.clone()),
        };
        let admin = Admin::bind(&config.admin, shown).await?;
        Ok(Self { config, app, listener, admin, certificate, store, table, draining })
    }

    pub fn addresses(&self) -> std::io::Result<(SocketAddr, SocketAddr)> {
        Ok((self.listener.address()?, self.admin.address()?))
    }

    /// Returns the commands that lead to a first answer, in development.
    pub fn greeting(&self) -> Option<String> {
        let lists = |(method, path, _): &&(Method, String, _)| method == Method::GET && !path.contains('{');
        let (_, path, _) = self.table.routes.iter().find(lists)?;
        let root = dev_certificates::root_beside(&self.config.tls.certificate);
        let port = self.listener.address().ok()?.port();
        let greeting = format!(
            "In a second terminal:\n\n  KEY=$(cargo run -q -- keys create --owner me --role editor)\n  \
             curl --cacert {} -H \"Authorization: Bearer $KEY\" https://localhost:{port}{path}\n",
            root.display()
        );
        (self.config.profile == Profile::Dev).then_some(greeting)
    }

    /// Answers until `stop` is done, then drains (GATE-18).
    pub async fn run(self, stop: impl Future<Output = ()>) -> Result<(), Cause> {
        let log = self.app.log.clone();
        let (api, admin) = self.addresses()?;
        log.event(Action::Started, |line| {
            line.text("api", &api.to_string());
            line.text("admin", &admin.to_string());
            line.text("profile", &self.config.profile.to_string());
        });
        let reloadables = self.reloadables();
        let metrics = Arc::clone(&self.app.metrics);
        let admin = tokio::spawn(self.admin.run());
        let reloading = tokio::spawn(reload::watch(reloadables, log.clone(), Arc::clone(&metrics)));
        let auditing = tokio::spawn(audit_log::watch(self.store, metrics));
        let serving = tokio::spawn(self.listener.run());
        stop.await;
        log.event(Action::Stopping, |_| {});
        self.draining.send_replace(true);
        serving.await?;
        log.event(Action::Stopped, |_| {});
        admin.abort();
        reloading.abort();
        auditing.abort();
        Ok(())
    }

    /// Returns the parts that take a changed file up by themselves.
    fn reloadables(&self) -> Vec<Reloadable> {
        let (certificate, pair, profile) =
            (Arc::clone(&self.certificate), self.config.tls.clone(), self.config.profile);
        let (app, roles) = (Arc::clone(&self.app), self.config.authorization.roles.clone());
        let (authn, versions) = (Arc::clone(&self.app), versions_file(&self.config));
        let permissions = self.table.permissions.clone();
        vec![
            Reloadable::new("certificate", [pair.certificate.clone(), pair.key.clone()], move || {
                certificate.replace(Identity::load(&pair, profile)?);
                Ok(())
            }),
            Reloadable::new("roles", [roles.clone()], move || {
                authn.authn.replace_roles(Roles::load(&roles, &permissions)?);
                Ok(())
            }),
            Reloadable::new("versions", [versions.clone()], move || {
                for version in app.versions.reload(&versions)? {
                    app.log.event(Action::VersionShut, |line| {
                        line.text("version", &version.name);
                        line.text("reason", &version.reason);
                    });
                }
                Ok(())
            }),
        ]
    }
}

fn versions_file(config: &Config) -> PathBuf {
    config.directory.join("versions.toml")
}
