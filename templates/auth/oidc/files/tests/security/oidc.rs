//! Access tokens of a provider.

use std::future::{Ready, ready};
use std::time::Duration;

use axum::http::Method;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::caller::{TABLE, and, anonymous, json as change, mounted, with_key};
use crate::harness::{Answer, Service, eventually, request, spawn_with};
use crate::issuer::{ISSUER, Issuer, Signer, with};

/// What holds in these tests, whatever the service's own provider needs.
const SETTINGS: &str = "
[oidc]
algorithms = [\"EdDSA\", \"ES256\", \"PS256\", \"RS256\"]
types = [\"at+jwt\"]
required_claims = []
leeway_seconds = 30
refresh_seconds = 300
pause_seconds = 30
stale_seconds = 86400
";

pub fn settings() -> String {
    SETTINGS.to_owned()
}

/// Makes a token that is good for an hour; no role for an empty name.
pub fn credential(_: &Service, owner: &str, role: &str) -> Ready<String> {
    ready(ISSUER.key.token(&ISSUER.claims(owner, role)))
}

/// Starts a service that believes a provider, with some settings changed.
async fn spawn(issuer: &Issuer, more: &[(&'static str, &str)]) -> Service {
    let mut settings = issuer.settings();
    settings.extend(["quotas.failed", "quotas.anonymous"].map(|quota| (quota, "1000000".to_owned())));
    settings.extend(more.iter().map(|(key, value)| (*key, (*value).to_owned())));
    let settings: Vec<_> = settings.iter().map(|(key, value)| (*key, value.as_str())).collect();
    spawn_with(&settings).await
}

/// Returns some path that answers 200 to whoever may read.
fn readable() -> String {
    mounted().remove(0).list
}

async fn read(service: &Service, token: &str) -> Answer {
    service.send(with_key(Method::GET, &readable(), token)).await
}

/// Returns why a credential was refused, as the log knows it.
fn reason(service: &Service, answer: &Answer) -> String {
    let lines = service.lines_of(answer);
    let event = lines.iter().find(|line| line["action"] == "authn.failed");
    event.unwrap_or_else(|| panic!("{lines:?}"))["reason"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn authn_5_each_challenge_says_what_is_wrong_with_the_token() {
    let service = spawn(&ISSUER, &[]).await;
    let metadata = "resource_metadata=\"https://localhost/.well-known/oauth-protected-resource\"";
    let claims = ISSUER.claims("acme", "admin");
    let none = service.get(&readable()).await;
    let bad = read(&service, "a.b.c").await;
    let narrow = read(&service, &ISSUER.key.token(&with(&claims, json!({ "scope": "other" })))).await;
    let permission = TABLE.routes.iter().find(|(method, path, _)| *method == Method::GET && *path == readable());
    let scope = format!("error=\"insufficient_scope\", scope=\"{}\"", permission.unwrap().2.unwrap());
    for (answer, status, error) in [(none, 401, ""), (bad, 401, "error=\"invalid_token\""), (narrow, 403, &scope)] {
        let challenge = answer.header("www-authenticate");
        assert_eq!(answer.status, status);
        assert!(challenge.starts_with("Bearer realm=\"") && challenge.contains(metadata), "{challenge}");
        assert!(challenge.contains(error) && challenge.contains("error=") != error.is_empty(), "{challenge}");
    }
    service.stopped().await;
}

#[tokio::test]
async fn authn_6_a_client_learns_from_the_401_where_tokens_are_made() {
    let service = spawn(&ISSUER, &[]).await;
    let answer = service.get(&readable()).await;
    let (_, place) = answer.header("www-authenticate").split_once("resource_metadata=\"https://localhost").unwrap();
    let document = service.get(place.split('"').next().unwrap()).await;
    assert_eq!(document.status, 200);
    let document = document.json();
    assert_eq!(document["resource"], "https://localhost");
    assert_eq!(document["authorization_servers"], json!([ISSUER.url]));
    assert_eq!(document["bearer_methods_supported"], json!(["header"]));
    service.stopped().await;
}

#[tokio::test]
async fn authn_7_each_algorithm_is_verified_and_a_forged_one_is_not() {
    let issuer = Issuer::start();
    let signers = ["EdDSA", "ES256", "PS256", "RS256"].map(|algorithm| Signer::new(algorithm, algorithm));
    issuer.publish(&signers.each_ref().map(Signer::public));
    let service = spawn(&issuer, &[]).await;
    let claims = issuer.claims("acme", "reader");
    for signer in &signers {
        assert_eq!(read(&service, &signer.token(&claims)).await.status, 200, "{}", signer.algorithm);
        let other = Signer::new(signer.algorithm, signer.algorithm);
        let forged = read(&service, &other.token(&claims)).await;
        assert_eq!((forged.status.as_u16(), &*reason(&service, &forged)), (401, "signature"));
    }
    let unsigned = ISSUER.key.token_with(&json!({ "alg": "none", "typ": "at+jwt" }), &claims);
    let answer = read(&service, &format!("{}.", unsigned.rsplit_once('.').unwrap().0)).await;
    assert_eq!(reason(&service, &answer), "algorithm");
    service.stopped().await;
}

#[tokio::test]
async fn authn_11_12_13_14_bad_tokens_are_answered_alike_and_logged_apart() {
    let service = spawn(&ISSUER, &[]).await;
    let claims = ISSUER.claims("acme", "reader");
    assert_eq!(read(&service, &ISSUER.key.token(&claims)).await.status, 200);
    let now = claims["iat"].as_i64().unwrap();
    let claim = |changes: Value| ISSUER.key.token(&with(&claims, changes));
    let head = |changes: Value| ISSUER.key.token_with(&with(&ISSUER.key.header(), changes), &claims);
    let mut bodies = Vec::new();
    for (token, cause) in [
        (head(json!({ "typ": "JWT" })), "type"),
        (claim(json!({ "nonce": "n" })), "type"),
        (claim(json!({ "iss": format!("{}/", ISSUER.url) })), "issuer"),
        (claim(json!({ "aud": ["https://localhost.example"] })), "audience"),
        (claim(json!({ "exp": now - 31 })), "expired"),
        (claim(json!({ "nbf": now + 60 })), "not-yet"),
        (claim(json!({ "iat": now + 60 })), "issued-later"),
        (claim(json!({ "exp": null })), "time"),
        (claim(json!({ "sub": null })), "subject"),
        (claim(json!({ "tenant": null })), "owner"),
        (claim(json!({ "cnf": { "x5t#S256": "t" } })), "bound"),
        (head(json!({ "kid": "second" })), "key-unknown"),
        (head(json!({ "alg": "EdDSA" })), "key-misused"),
        (head(json!({ "crit": ["exp"] })), "critical"),
    ] {
        let answer = read(&service, &token).await;
        assert_eq!(answer.status, 401, "{cause}");
        assert_eq!(reason(&service, &answer), cause);
        bodies.push((anonymous(&answer), answer.header("www-authenticate").to_owned()));
        assert!(!service.text().contains(token.rsplit('.').next().unwrap()));
    }
    assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]), "{bodies:?}");
    service.stopped().await;
}

#[tokio::test]
async fn authn_12_one_subject_of_two_providers_is_two_principals() {
    let other = Issuer::start();
    let mut names = Vec::new();
    for issuer in [&*ISSUER, &other] {
        let service = spawn(issuer, &[]).await;
        let claims = with(&issuer.claims("acme", "reader"), json!({ "sub": "someone", "email": "a@example.com" }));
        let answer = read(&service, &issuer.key.token(&claims)).await;
        assert_eq!(answer.status, 200);
        names.push(service.access_of(&answer)["principal.id"].clone());
        service.stopped().await;
    }
    assert_ne!(names[0], names[1]);
}

#[tokio::test]
async fn authn_15_without_keys_the_service_starts_and_is_not_ready() {
    let issuer = Issuer::start();
    issuer.leave(true);
    let service = spawn(&issuer, &[("oidc.pause_seconds", "1")]).await;
    let token = issuer.key.token(&issuer.claims("acme", "reader"));
    assert_eq!(service.ask_admin("/readyz").await.status, 503);
    let answer = read(&service, &token).await;
    assert_eq!(answer.status, 503);
    assert!(answer.header("retry-after").parse::<u32>().unwrap() > 0);
    issuer.leave(false);
    eventually("the service is ready", async || service.ask_admin("/readyz").await.status == 200).await;
    assert_eq!(read(&service, &token).await.status, 200);
    service.stopped().await;
}

#[tokio::test]
async fn authn_15_old_keys_serve_for_a_while_and_then_nobody_is_let_in() {
    let issuer = Issuer::start();
    let settings = [("oidc.pause_seconds", "1"), ("oidc.refresh_seconds", "1"), ("oidc.stale_seconds", "4")];
    let service = spawn(&issuer, &settings).await;
    let token = || issuer.key.token(&issuer.claims("acme", "reader"));
    assert_eq!(read(&service, &token()).await.status, 200);
    issuer.leave(true);
    sleep(Duration::from_millis(1500)).await;
    assert_eq!(read(&service, &token()).await.status, 200);
    eventually("the keys are too old", async || read(&service, &token()).await.status == 503).await;
    service.stopped().await;
}

#[tokio::test]
async fn authn_16_a_new_key_works_and_one_that_is_gone_does_not() {
    let issuer = Issuer::start();
    let service = spawn(&issuer, &[("oidc.pause_seconds", "1"), ("oidc.refresh_seconds", "2")]).await;
    let claims = || issuer.claims("acme", "reader");
    assert_eq!(read(&service, &issuer.key.token(&claims())).await.status, 200);
    let second = Signer::new("ES256", "second");
    issuer.publish(&[second.public()]);
    sleep(Duration::from_millis(1100)).await;
    assert_eq!(read(&service, &second.token(&claims())).await.status, 200);
    assert_eq!(read(&service, &issuer.key.token(&claims())).await.status, 401);
    service.stopped().await;
}

#[tokio::test]
async fn authn_16_unknown_keys_cause_no_more_than_one_request() {
    let issuer = Issuer::start();
    let service = spawn(&issuer, &[]).await;
    assert_eq!(read(&service, &issuer.key.token(&issuer.claims("acme", "reader"))).await.status, 200);
    for number in 0..100 {
        let unknown = Signer::new("EdDSA", &number.to_string());
        assert_eq!(read(&service, &unknown.token(&issuer.claims("acme", "reader"))).await.status, 401);
    }
    assert_eq!(issuer.asked(), 1);
    service.stopped().await;
}

#[tokio::test]
async fn authz_9_a_scope_limits_and_never_widens() {
    let service = spawn(&ISSUER, &[]).await;
    let mounted = mounted().remove(0);
    let admin = ISSUER.claims("acme", "admin");
    let permissions: Vec<_> = TABLE.permissions.iter().copied().collect();
    let create = async |claims: &Value| {
        let token = ISSUER.key.token(claims);
        service.send(change(Method::POST, &mounted.list, &token, &mounted.sample.body)).await.status.as_u16()
    };
    assert_eq!(create(&admin).await, 201);
    assert_eq!(create(&with(&admin, json!({ "scope": "" }))).await, 403);
    assert_eq!(create(&with(&admin, json!({ "scope": null }))).await, 403);
    assert_eq!(create(&with(&admin, json!({ "scope": [permissions.join(" ")] }))).await, 403);
    assert_eq!(create(&with(&admin, json!({ "scope": permissions }))).await, 201);
    assert_eq!(create(&with(&admin, json!({ "roles": ["reader"] }))).await, 403);
    assert_eq!(create(&with(&admin, json!({ "roles": [], "scope": permissions }))).await, 403);
    service.stopped().await;
}

#[tokio::test]
async fn authz_8_no_header_and_no_other_claim_grants() {
    let service = spawn(&ISSUER, &[]).await;
    let token = ISSUER.key.token(&with(&ISSUER.claims("acme", ""), json!({ "role": "admin", "groups": ["admin"] })));
    let answer = service.send(and(with_key(Method::GET, &readable(), &token), "x-role", "admin")).await;
    assert_eq!(answer.status, 403);
    let anonymous = and(request(Method::GET, &readable()), "x-user-id", "subject-1");
    assert_eq!(service.send(anonymous).await.status, 401);
    service.stopped().await;
}
