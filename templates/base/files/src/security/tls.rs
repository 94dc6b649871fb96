//! TLS: which versions, suites and groups are spoken, and the service's
//! certificate.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;
use rustls::crypto::{CryptoProvider, aws_lc_rs as lc};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert, WebPkiClientVerifier};
use rustls::sign::CertifiedKey;
use rustls::version::{TLS12, TLS13};
use rustls::{RootCertStore, ServerConfig};
use time::OffsetDateTime;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;
use x509_parser::public_key::PublicKey;

use super::dev_certificates;
use super::secret::{self, Exposure, SecretError};
use crate::config::{Profile, settings};

settings! {
    /// Where certificate and key are.
    pub struct Settings in "tls" {
        /// The certificate and those between it and its root, in PEM.
        pub certificate: PathBuf,
        /// The key, in PEM; readable by the service's user alone.
        pub key: PathBuf,
    }
}

/// The smallest RSA key that is taken, and the smallest without a warning.
const RSA_MINIMUM: usize = 2048;
const RSA_ADVISED: usize = 3072;

/// Why a certificate and its key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error(transparent)]
    File(#[from] SecretError),
    #[error("{}: {fault}", path.display())]
    Unusable { path: PathBuf, fault: String },
    #[error("development certificates cannot be made")]
    Making(#[from] dev_certificates::MakeError),
    #[error("TLS cannot be set up")]
    Setup(#[from] rustls::Error),
    #[error("client certificates cannot be checked")]
    ClientCa(#[from] rustls::server::VerifierBuilderError),
}

fn unusable(path: &Path, fault: impl Into<String>) -> TlsError {
    TlsError::Unusable { path: path.to_owned(), fault: fault.into() }
}

/// A certificate with its key, found to be good.
#[derive(Debug)]
pub struct Identity {
    key: Arc<CertifiedKey>,
    pub expires: OffsetDateTime,
    pub warnings: Vec<&'static str>,
}

impl Identity {
    /// Loads the pair and checks all of it (TLS-8).
    pub fn load(settings: &Settings, profile: Profile) -> Result<Self, TlsError> {
        if profile == Profile::Dev {
            dev_certificates::ensure(&settings.certificate, &settings.key)?;
        }
        let mut warnings = Vec::new();
        if secret::check_mode(&settings.key)? == Exposure::ReadableMount {
            warnings.push("the key can be read by all users of this machine");
        }
        let (certificate, key) = (&settings.certificate, &settings.key);
        let chain = load_certificates(certificate)?;
        let der = PrivateKeyDer::from_pem_file(key).map_err(|_| unusable(key, "holds no key in PEM"))?;
        let expires = check_leaf(&chain, profile, &mut warnings).map_err(|fault| unusable(certificate, fault))?;
        let pair = CertifiedKey::from_der(chain, der, &provider());
        let pair = pair.map_err(|_| unusable(key, format!("is not the key of {}", certificate.display())))?;
        Ok(Self { key: Arc::new(pair), expires, warnings })
    }
}

/// Checks the dates and the key of the certificate that is shown to clients.
fn check_leaf(
    chain: &[CertificateDer<'_>],
    profile: Profile,
    warnings: &mut Vec<&'static str>,
) -> Result<OffsetDateTime, String> {
    let leaf = chain.first().ok_or("holds no certificate in PEM")?;
    let (_, leaf) = X509Certificate::from_der(leaf).map_err(|_| "is not a certificate that can be read")?;
    let [from, until] = [leaf.validity().not_before, leaf.validity().not_after].map(|at| at.to_datetime());
    let now = OffsetDateTime::now_utc();
    if profile == Profile::Prod && dev_certificates::is_ours(&leaf) {
        return Err("is a development certificate; production needs its own (tls.certificate)".to_owned());
    }
    if now < from {
        return Err(format!("is not valid before {from}"));
    }
    if now > until {
        return Err(format!("expired on {until}"));
    }
    if let Ok(PublicKey::RSA(key)) = leaf.public_key().parsed() {
        let bits = key.key_size();
        if bits < RSA_MINIMUM {
            return Err(format!("has an RSA key of {bits} bits; {RSA_MINIMUM} are the least"));
        }
        if bits < RSA_ADVISED {
            warnings.push("the RSA key has less than 3072 bits");
        }
    }
    Ok(until)
}

fn load_certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let not_pem = |_| unusable(path, "holds no certificate in PEM");
    CertificateDer::pem_file_iter(path).map_err(not_pem)?.collect::<Result<_, _>>().map_err(not_pem)
}

/// The pair that new handshakes show; a reload replaces it, and connections
/// that are open live on (TLS-7).
#[derive(Debug)]
pub struct Certificate(ArcSwap<Identity>);

impl Certificate {
    pub fn new(identity: Identity) -> Self {
        Self(ArcSwap::from_pointee(identity))
    }

    pub fn replace(&self, identity: Identity) {
        self.0.store(Arc::new(identity));
    }

    /// Returns when the pair in use ends, in Unix seconds.
    pub fn expires(&self) -> i64 {
        self.0.load().expires.unix_timestamp()
    }
}

impl ResolvesServerCert for Certificate {
    /// Shows the one certificate whatever name was asked for: a request's Host
    /// is checked later, where the answer can say why (TLS-11).
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.load().key))
    }
}

/// Sets the API's side of a handshake up.
pub fn server_config(certificate: &Arc<Certificate>) -> Result<Arc<ServerConfig>, TlsError> {
    let builder = ServerConfig::builder_with_provider(provider()).with_protocol_versions(&[&TLS13, &TLS12])?;
    let mut config = builder.with_no_client_auth().with_cert_resolver(Arc::<Certificate>::clone(certificate));
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Sets the admin listener's side up: with a CA, only its clients get in.
pub fn admin_config(certificate: &Arc<Certificate>, client_ca: Option<&Path>) -> Result<Arc<ServerConfig>, TlsError> {
    let builder = ServerConfig::builder_with_provider(provider()).with_protocol_versions(&[&TLS13, &TLS12])?;
    let builder = match client_ca {
        None => builder.with_no_client_auth(),
        Some(path) => {
            let mut roots = RootCertStore::empty();
            for root in load_certificates(path)? {
                roots.add(root)?;
            }
            builder.with_client_cert_verifier(
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider()).build()?,
            )
        }
    };
    let mut config = builder.with_cert_resolver(Arc::<Certificate>::clone(certificate));
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Says whether a client that we could speak to does not say which protocol.
pub fn lacks_protocol_alone(hello: &ClientHello<'_>) -> bool {
    let ours = provider();
    let suite = ours.cipher_suites.iter().any(|ours| hello.cipher_suites().contains(&ours.suite()));
    let groups = hello.named_groups().unwrap_or_default();
    suite && hello.alpn().is_none() && ours.kx_groups.iter().any(|ours| groups.contains(&ours.name()))
}

/// Names each suite and group, so that an update of the library adds none
/// unseen (TLS-2).
fn provider() -> Arc<CryptoProvider> {
    use lc::{cipher_suite as suite, kx_group as group};
    Arc::new(CryptoProvider {
        cipher_suites: vec![
            suite::TLS13_AES_256_GCM_SHA384,
            suite::TLS13_AES_128_GCM_SHA256,
            suite::TLS13_CHACHA20_POLY1305_SHA256,
            suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
            suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
            suite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
            suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
            suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
            suite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        ],
        kx_groups: vec![group::X25519MLKEM768, group::X25519, group::SECP256R1, group::SECP384R1],
        ..lc::default_provider()
    })
}
