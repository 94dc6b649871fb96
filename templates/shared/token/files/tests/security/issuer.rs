//! A provider of tokens for tests: its documents are served over TLS, and a test says what is in them.

#![allow(dead_code, reason = "one kind of token needs what another does not")]

use std::collections::HashMap;
use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::thread;

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
    RsaKeyPair,
};
use axum::body::Bytes;
use axum::http::{Method, Request, Response};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD as BASE64};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use serde_json::{Value, json};
use tempfile::TempDir;
use time::OffsetDateTime;
use tokio_rustls::TlsAcceptor;
use x509_parser::prelude::FromDer;
use x509_parser::public_key::PublicKey;
use x509_parser::x509::SubjectPublicKeyInfo;

const DISCOVERY: &str = "/.well-known/openid-configuration";

pub const INTROSPECTION: &str = "/introspect";

/// What is said of a token that nobody made.
const INACTIVE: &str = "{\"active\":false}";

/// Who may ask about tokens.
pub const CLIENT: &str = "tests";
pub const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// A provider on a port of its own, for as long as the process runs.
pub struct Issuer {
    pub url: String,
    pub key: Signer,
    folder: TempDir,
    documents: Arc<Mutex<HashMap<String, (u16, String)>>>,
    asked: Arc<Asked>,
    away: Arc<AtomicBool>,
}

/// How often the provider was asked for its keys, and about tokens.
#[derive(Default)]
struct Asked {
    keys: AtomicUsize,
    tokens: AtomicUsize,
}

/// The one for tests that are about something else.
pub static ISSUER: LazyLock<Issuer> = LazyLock::new(Issuer::start);

/// What the tokens of tests say, whatever the service's own provider says where.
pub fn settings() -> String {
    let (url, ca) = (&ISSUER.url, ISSUER.ca().display().to_string());
    format!(
        "[token]\nissuer = \"{url}\"\nca = \"{ca}\"\nresource = \"https://localhost\"\n\
         audience_claim = [\"aud\"]\nowner = [\"tenant\"]\nroles = [\"roles\"]\nscopes = [\"scope\"]\n"
    )
}

impl Issuer {
    /// Starts a provider that has one key.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        fs::write(folder.path().join("ca.pem"), own.cert.pem()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let key = PrivateKeyDer::Pkcs8(own.signing_key.serialize_der().into());
        let config = builder.with_no_client_auth().with_single_cert(vec![own.cert.der().clone()], key).unwrap();
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        socket.set_nonblocking(true).unwrap();
        let url = format!("https://localhost:{}", socket.local_addr().unwrap().port());
        let key = Signer::new("ES256", "first");
        let issuer = Self { url, key, folder, documents: Arc::default(), asked: Arc::default(), away: Arc::default() };
        issuer.answer(DISCOVERY, 200, &issuer.discovery());
        issuer.publish(&[issuer.key.public()]);
        let (documents, asked, away) =
            (Arc::clone(&issuer.documents), Arc::clone(&issuer.asked), Arc::clone(&issuer.away));
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let socket = tokio::net::TcpListener::from_std(socket).unwrap();
                let tls = TlsAcceptor::from(Arc::new(config));
                while let Ok((stream, _)) = socket.accept().await {
                    let (tls, documents) = (tls.clone(), Arc::clone(&documents));
                    let (asked, away) = (Arc::clone(&asked), Arc::clone(&away));
                    tokio::spawn(async move {
                        let Ok(stream) = tls.accept(stream).await else { return };
                        let service = service_fn(async |request: Request<Incoming>| {
                            if away.load(Ordering::Relaxed) {
                                return Err("away");
                            }
                            let mut path = request.uri().path().to_owned();
                            asked.keys.fetch_add(usize::from(path == "/keys"), Ordering::Relaxed);
                            let asks = request.method() == Method::POST;
                            if asks {
                                asked.tokens.fetch_add(1, Ordering::Relaxed);
                                // Who asks about a token, and which one: what is said of it stands at that place.
                                let client = request.headers()["authorization"].to_str().unwrap().to_owned();
                                let form = request.into_body().collect().await.unwrap().to_bytes();
                                path = format!("{path} {client} {}", str::from_utf8(&form).unwrap());
                            }
                            let found = documents.lock().unwrap().get(&path).cloned();
                            let unknown = if asks { (200, INACTIVE.to_owned()) } else { (404, String::new()) };
                            let (status, body) = found.unwrap_or(unknown);
                            let mut answer = Response::builder().status(status);
                            if status == 302 {
                                answer = answer.header("location", &body);
                            }
                            Ok(answer.body(Full::new(Bytes::from(body))).unwrap())
                        });
                        let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
                    });
                }
            });
        });
        issuer
    }

    /// The document in which a service looks for the keys.
    pub fn discovery(&self) -> String {
        json!({ "issuer": self.url, "jwks_uri": format!("{}/keys", self.url) }).to_string()
    }

    /// Replaces what is at a path.
    pub fn answer(&self, path: &str, status: u16, body: &str) {
        self.documents.lock().unwrap().insert(path.to_owned(), (status, body.to_owned()));
    }

    /// Says something of an opaque token, to a client that may ask.
    pub fn introspects(&self, token: &str, said: &Value) {
        self.says_plainly(token, 200, &said.to_string());
    }

    /// Says it in any words.
    pub fn says_plainly(&self, token: &str, status: u16, body: &str) {
        let asker = BASE64_STANDARD.encode(format!("{CLIENT}:{SECRET}"));
        let place = format!("{INTROSPECTION} Basic {asker} token={token}&token_type_hint=access_token");
        self.answer(&place, status, body);
    }

    /// Replaces the public keys.
    pub fn publish(&self, keys: &[Value]) {
        self.answer("/keys", 200, &json!({ "keys": keys }).to_string());
    }

    /// Goes away, or comes back: meanwhile connections end without an answer.
    pub fn leave(&self, away: bool) {
        self.away.store(away, Ordering::Relaxed);
    }

    /// Returns how often the keys were asked for.
    pub fn asked(&self) -> usize {
        self.asked.keys.load(Ordering::Relaxed)
    }

    /// Returns how often it was asked about tokens.
    pub fn questions(&self) -> usize {
        self.asked.tokens.load(Ordering::Relaxed)
    }

    pub fn ca(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// Returns what a service must be told to believe this provider, and not that of all tests.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        vec![("token.issuer", self.url.clone()), ("token.ca", self.ca().display().to_string())]
    }

    /// The claims of a token that is good for an hour.
    pub fn claims(&self, owner: &str, role: &str) -> Value {
        static SUBJECTS: AtomicUsize = AtomicUsize::new(0);
        let subject = format!("subject-{}", SUBJECTS.fetch_add(1, Ordering::Relaxed));
        let now = OffsetDateTime::now_utc().unix_timestamp();
        let scopes: Vec<_> = crate::caller::TABLE.permissions.iter().copied().collect();
        json!({
            "iss": self.url,
            "sub": subject,
            "aud": "https://localhost",
            "iat": now,
            "exp": now + 3600,
            "jti": subject,
            "client_id": "tests",
            "scope": scopes.join(" "),
            "tenant": owner,
            "roles": if role.is_empty() { json!([]) } else { json!([role]) },
        })
    }
}

/// A private key of a provider.
pub struct Signer {
    pub algorithm: &'static str,
    pub id: String,
    key: Private,
}

enum Private {
    EdDsa(Ed25519KeyPair),
    Es256(EcdsaKeyPair),
    Rsa(RsaKeyPair),
}

impl Signer {
    pub fn new(algorithm: &'static str, id: &str) -> Self {
        let key = match algorithm {
            "EdDSA" => Private::EdDsa(Ed25519KeyPair::generate().unwrap()),
            "ES256" => Private::Es256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap()),
            _ => Private::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).unwrap()),
        };
        Self { algorithm, id: id.to_owned(), key }
    }

    /// The public key, as a provider publishes it.
    pub fn public(&self) -> Value {
        let mut key = match &self.key {
            Private::EdDsa(pair) => json!({ "kty": "OKP", "crv": "Ed25519", "x": BASE64.encode(pair.public_key()) }),
            Private::Es256(pair) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                json!({ "kty": "EC", "crv": "P-256", "x": BASE64.encode(x), "y": BASE64.encode(y) })
            }
            Private::Rsa(pair) => {
                let der: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
                let (_, info) = SubjectPublicKeyInfo::from_der(der.as_ref()).unwrap();
                let PublicKey::RSA(numbers) = info.parsed().unwrap() else { panic!("an RSA key") };
                let modulus = numbers.modulus.strip_prefix(&[0]).unwrap_or(numbers.modulus);
                json!({ "kty": "RSA", "n": BASE64.encode(modulus), "e": BASE64.encode(numbers.exponent) })
            }
        };
        let more = json!({ "kid": self.id, "alg": self.algorithm, "use": "sig" });
        key.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        key
    }

    /// The header of an access token.
    pub fn header(&self) -> Value {
        json!({ "alg": self.algorithm, "typ": "at+jwt", "kid": self.id })
    }

    pub fn token(&self, claims: &Value) -> String {
        self.token_with(&self.header(), claims)
    }

    pub fn token_with(&self, header: &Value, claims: &Value) -> String {
        self.sign(&format!("{}.{}", BASE64.encode(header.to_string()), BASE64.encode(claims.to_string())))
    }

    /// Signs header and payload as they are.
    pub fn sign(&self, signed: &str) -> String {
        let message = signed.as_bytes();
        let signature = match &self.key {
            Private::EdDsa(pair) => pair.sign(message).as_ref().to_vec(),
            Private::Es256(pair) => pair.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec(),
            Private::Rsa(pair) => {
                let padding = if self.algorithm == "PS256" { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 };
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(padding, &SystemRandom::new(), message, &mut signature).unwrap();
                signature
            }
        };
        format!("{signed}.{}", BASE64.encode(signature))
    }
}

/// Returns an object with some members replaced; a `null` takes one out.
pub fn with(object: &Value, changes: Value) -> Value {
    let (Value::Object(mut members), Value::Object(changes)) = (object.clone(), changes) else { panic!("two objects") };
    for (name, value) in changes {
        if value.is_null() {
            members.remove(&name);
        } else {
            members.insert(name, value);
        }
    }
    members.into()
}
