//! The same three answers as the measured service, from axum and rustls with nothing between.
//!
//! `bare ADDRESS CERTIFICATE KEY DATABASE`. No credential, limit, check, header, record or metric:
//! what a written service takes beyond this is what those cost.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{self, State};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde::Serialize;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use sqlx::{FromRow, SqlitePool};
use time::OffsetDateTime;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use uuid::Uuid;

const NOTE: &str = include_str!("note.json");

const OWNER: &str = "bench";
const PATIENCE: Duration = Duration::from_secs(3);
const PAGE: usize = 20;

const LIST: &str = "
    SELECT id, title, body, pinned, version, created_at, updated_at
    FROM notes
    WHERE (created_at, id) > ($1, $2) AND owner = $4
    ORDER BY created_at, id
    LIMIT $3
";

const FIND: &str = "
    SELECT id, title, body, pinned, version, created_at, updated_at
    FROM notes
    WHERE id = $1 AND (owner = $2 OR $3)
";

#[derive(FromRow, Serialize)]
struct Note {
    id: Uuid,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    updated_at: OffsetDateTime,
    title: String,
    body: String,
    pinned: bool,
    #[serde(skip)]
    #[expect(dead_code, reason = "the service reads it for its ETag")]
    version: i64,
}

#[derive(Serialize)]
struct Page {
    items: Vec<Note>,
    next: Option<Uuid>,
}

async fn memory() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], NOTE)
}

async fn list(State(pool): State<SqlitePool>) -> Result<Json<Page>, StatusCode> {
    let query = sqlx::query_as(LIST)
        .bind(OffsetDateTime::UNIX_EPOCH)
        .bind(Uuid::nil());
    let query = query
        .bind(i64::try_from(PAGE + 1).map_err(failed)?)
        .bind(OWNER);
    let mut items: Vec<Note> = query.fetch_all(&pool).await.map_err(failed)?;
    let more = items.len() > PAGE;
    items.truncate(PAGE);
    let next = items.last().filter(|_| more).map(|last| last.id);
    Ok(Json(Page { items, next }))
}

async fn read(
    State(pool): State<SqlitePool>,
    extract::Path(id): extract::Path<Uuid>,
) -> Result<Json<Note>, StatusCode> {
    let query = sqlx::query_as(FIND).bind(id).bind(OWNER).bind(false);
    let note = query.fetch_optional(&pool).await.map_err(failed)?;
    note.map(Json).ok_or(StatusCode::NOT_FOUND)
}

fn failed<E>(_: E) -> StatusCode {
    StatusCode::INTERNAL_SERVER_ERROR
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, certificate, key, database] = &arguments[..] else {
        return Err("usage: bare ADDRESS CERTIFICATE KEY DATABASE".into());
    };
    let router = Router::new()
        .route("/v1/memory", get(memory))
        .route("/v1/notes", get(list))
        .route("/v1/notes/{id}", get(read))
        .with_state(pool(Path::new(database)).await?);
    let tls = TlsAcceptor::from(Arc::new(tls(certificate, key)?));
    let listener = TcpListener::bind(address).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        let (tls, router) = (tls.clone(), router.clone());
        // A client that leaves ends its connection, and that alone.
        tokio::spawn(async move { serve(stream, tls, router).await.ok() });
    }
}

async fn serve(
    stream: TcpStream,
    tls: TlsAcceptor,
    router: Router,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    stream.set_nodelay(true)?;
    let stream = TokioIo::new(tls.accept(stream).await?);
    Builder::new(TokioExecutor::new())
        .serve_connection(stream, TowerToHyperService::new(router))
        .await
}

/// As the service opens its own.
async fn pool(database: &Path) -> Result<SqlitePool, sqlx::Error> {
    let options = SqliteConnectOptions::new()
        .filename(database)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        .busy_timeout(PATIENCE);
    SqlitePoolOptions::new()
        .acquire_timeout(PATIENCE)
        .connect_with(options)
        .await
}

fn tls(certificate: &str, key: &str) -> Result<ServerConfig, Box<dyn Error>> {
    let chain = CertificateDer::pem_file_iter(certificate)?.collect::<Result<Vec<_>, _>>()?;
    let key = PrivateKeyDer::from_pem_file(key)?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder =
        ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let mut config = builder.with_no_client_auth().with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
