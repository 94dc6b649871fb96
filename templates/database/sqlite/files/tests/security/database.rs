//! The service while its database is away, and after.

use std::time::{Duration, Instant};

use axum::http::Method;
use sqlx::{Connection, SqliteConnection};

use crate::caller::{json, key, mounted, with_key};
use crate::harness::spawn;

#[tokio::test]
async fn err_9_a_database_that_is_away_answers_503_and_leaves_no_half_of_a_change() {
    let service = spawn().await;
    let key = key(&service, "me", "editor").await;
    let mounted = mounted().remove(0);
    let create = || service.send(json(Method::POST, &mounted.list, &key, &mounted.sample.body));
    let file = service.folder.path().join("data/service.db");
    let mut other = SqliteConnection::connect(&format!("sqlite://{}", file.display())).await.unwrap();
    sqlx::query("BEGIN EXCLUSIVE").execute(&mut other).await.unwrap();
    let started = Instant::now();
    let answer = create().await;
    assert!(started.elapsed() < Duration::from_secs(5));
    assert_eq!(answer.status, 503);
    assert!(answer.headers.contains_key("retry-after"));
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    assert_eq!(create().await.status, 201);
    let list = service.send(with_key(Method::GET, &mounted.list, &key)).await.json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    service.stopped().await;
}
