//! Puts the parts together and runs them until the service is told to stop.

use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Once};

use axum::http::Method;
use rustls::ServerConfig;
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;

use crate::app::App;
use crate::config::{Config, Profile};
use crate::security::admin::{Admin, Shown};
use crate::security::authn::{Authn, Keys};
use crate::security::authz::{Roles, Routes, Table};
use crate::security::dev_certificates;
use crate::security::input::CursorKey;
use crate::security::limits::Limits;
use crate::security::listener::Listener;
use crate::security::problem::Cause;
use crate::security::reload::{self, Reloadable};
use crate::security::secret::Secret;
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
        let admin = bind_admin(&config, &app, store, &table, &certificate, &draining).await?;
        Ok(Self { config, app, listener, admin, certificate, table, draining })
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
        let reloadables = vec![reload_certificate(&self), reload_roles(&self), reload_versions(&self)];
        let metrics = Arc::clone(&self.app.metrics);
        let admin = tokio::spawn(self.admin.run());
        let reloading = tokio::spawn(reload::watch(reloadables, log.clone(), metrics));
        let serving = tokio::spawn(self.listener.run());
        stop.await;
        log.event(Action::Stopping, |_| {});
        self.draining.send_replace(true);
        serving.await?;
        log.event(Action::Stopped, |_| {});
        admin.abort();
        reloading.abort();
        Ok(())
    }
}

async fn bind_admin(
    config: &Config,
    app: &Arc<App>,
    store: Store,
    table: &Table,
    certificate: &Arc<Certificate>,
    draining: &watch::Sender<bool>,
) -> Result<Admin, Cause> {
    let tls: Arc<ServerConfig> = tls::admin_config(certificate, config.admin.client_ca.as_deref())?;
    let token = config.admin.token_file.as_deref().map(Secret::load).transpose()?;
    let metrics = Arc::clone(&app.metrics);
    let (log, gauge, certificate) = (app.log.clone(), Arc::clone(&metrics), Arc::clone(certificate));
    let drained = draining.subscribe();
    let shown = Shown {
        metrics,
        readiness: Arc::new(move || {
            let (drains, store) = (*drained.borrow(), store.clone());
            Box::pin(async move { !drains && store.ping().await.is_ok() })
        }),
        refresh: Box::new(move || gauge.refresh(&log, certificate.expires())),
        openapi: (config.profile == Profile::Dev).then(|| table.document.clone()),
    };
    Ok(Admin::bind(&config.admin, token, TlsAcceptor::from(tls), shown).await?)
}

fn reload_certificate(server: &Server) -> Reloadable {
    let (certificate, settings, profile) =
        (Arc::clone(&server.certificate), server.config.tls.clone(), server.config.profile);
    Reloadable {
        name: "certificate",
        files: vec![settings.certificate.clone(), settings.key.clone()],
        reload: Box::new(move || {
            certificate.replace(Identity::load(&settings, profile)?);
            Ok(())
        }),
    }
}

fn reload_roles(server: &Server) -> Reloadable {
    let (app, file) = (Arc::clone(&server.app), server.config.authorization.roles.clone());
    let permissions = server.table.permissions.clone();
    Reloadable {
        name: "roles",
        files: vec![file.clone()],
        reload: Box::new(move || {
            app.authn.replace_roles(Roles::load(&file, &permissions)?);
            Ok(())
        }),
    }
}

fn reload_versions(server: &Server) -> Reloadable {
    let (app, file) = (Arc::clone(&server.app), versions_file(&server.config));
    Reloadable {
        name: "versions",
        files: vec![file.clone()],
        reload: Box::new(move || {
            for retired in app.versions.reload(&file)? {
                app.log.event(Action::VersionShut, |line| {
                    line.text("version", &retired.name);
                    line.text("reason", &retired.reason);
                });
            }
            Ok(())
        }),
    }
}

fn versions_file(config: &Config) -> PathBuf {
    config.directory.join("versions.toml")
}
