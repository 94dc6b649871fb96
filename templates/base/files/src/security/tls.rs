//! HTTPS: which versions, suites and groups are spoken, the service's certificate, and one for
//! development.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints,
};
use rustls::crypto::{CryptoProvider, aws_lc_rs as lc};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{ClientHello, NoServerSessionStorage, ResolvesServerCert, WebPkiClientVerifier};
use rustls::sign::CertifiedKey;
use rustls::version::{TLS12, TLS13};
use rustls::{RootCertStore, ServerConfig};
use time::{Duration, OffsetDateTime};
use tokio_rustls::TlsAcceptor;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;
use x509_parser::public_key::PublicKey;

use super::problem::Cause;
use super::secret;
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

/// The issuer of certificates for development, by which production knows what it must not show.
pub(super) const ISSUER: &str = concat!(env!("CARGO_PKG_NAME"), " development CA");

/// How long these live; a pair with less left than the second is made anew.
const LIFE: Duration = Duration::days(30);
const RENEWAL: Duration = Duration::days(1);

/// A certificate with its key, found to be good.
#[derive(Debug)]
pub struct Identity {
    key: Arc<CertifiedKey>,
    expires: OffsetDateTime,
    pub warnings: Vec<&'static str>,
}

impl Identity {
    /// Loads the pair and checks all of it (TLS-8).
    pub fn load(settings: &Settings, profile: Profile) -> Result<Self, Cause> {
        let Settings { certificate, key } = settings;
        if profile == Profile::Dev && needs_making(certificate, key) {
            make(certificate, key)?;
        }
        let mut warnings: Vec<_> = secret::check_mode(key)?.into_iter().collect();
        let chain = load_certificates(certificate)?;
        let der = PrivateKeyDer::from_pem_file(key).map_err(|_| unusable(key, "holds no key in PEM"))?;
        let leaf = chain.first().ok_or_else(|| unusable(certificate, "holds no certificate in PEM"))?;
        let (_, leaf) = X509Certificate::from_der(leaf).map_err(|_| unusable(certificate, "cannot be read"))?;
        let expires = leaf.validity().not_after.to_datetime();
        check(&leaf, profile, &mut warnings).map_err(|fault| unusable(certificate, &fault))?;
        let other = |_| unusable(key, &format!("is not the key of {}", certificate.display()));
        let pair = CertifiedKey::from_der(chain.clone(), der, &provider()).map_err(other)?;
        Ok(Self { key: Arc::new(pair), expires, warnings })
    }
}

/// Checks the dates and the key of the certificate that is shown to clients.
fn check(leaf: &X509Certificate<'_>, profile: Profile, warnings: &mut Vec<&'static str>) -> Result<(), String> {
    let [from, until] = [leaf.validity().not_before, leaf.validity().not_after].map(|at| at.to_datetime());
    let now = OffsetDateTime::now_utc();
    let bits = match leaf.public_key().parsed() {
        Ok(PublicKey::RSA(key)) => key.key_size(),
        _ => usize::MAX,
    };
    if bits < RSA_ADVISED {
        warnings.push("the RSA key has less than 3072 bits");
    }
    if profile == Profile::Prod && is_ours(leaf) {
        Err("is a development certificate; production needs its own (tls.certificate)".to_owned())
    } else if now < from {
        Err(format!("is not valid before {from}"))
    } else if now > until {
        Err(format!("expired on {until}"))
    } else if bits < RSA_MINIMUM {
        Err(format!("has an RSA key of {bits} bits; {RSA_MINIMUM} are the least"))
    } else {
        Ok(())
    }
}

fn load_certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Cause> {
    let not_pem = |_| unusable(path, "holds no certificate in PEM");
    CertificateDer::pem_file_iter(path).map_err(not_pem)?.collect::<Result<_, _>>().map_err(not_pem)
}

fn unusable(path: &Path, fault: &str) -> Cause {
    format!("{}: {fault}", path.display()).into()
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

/// Sets a listener's side of a handshake up. A client that names protocols and none of these gets
/// an alert (TLS-4).
pub fn acceptor(
    certificate: &Arc<Certificate>,
    protocols: &[&str],
    clients: Arc<dyn ClientCertVerifier>,
) -> Result<TlsAcceptor, Cause> {
    let asks_for_certificates = clients.offer_client_auth();
    let builder = ServerConfig::builder_with_provider(provider()).with_protocol_versions(&[&TLS13, &TLS12])?;
    let builder = builder.with_client_cert_verifier(clients);
    let mut config = builder.with_cert_resolver(Arc::<Certificate>::clone(certificate));
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    if asks_for_certificates {
        // A session that is resumed would be believed without another look at its certificate.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
    }
    Ok(Arc::new(config).into())
}

/// Lets clients of a CA in; without one, all.
pub fn clients_of(ca: Option<&Path>) -> Result<Arc<dyn ClientCertVerifier>, Cause> {
    let Some(path) = ca else { return Ok(WebPkiClientVerifier::no_client_auth()) };
    let roots = Arc::new(load_roots(path)?);
    Ok(WebPkiClientVerifier::builder_with_provider(roots, provider()).build()?)
}

pub(super) fn load_roots(path: &Path) -> Result<RootCertStore, Cause> {
    let mut roots = RootCertStore::empty();
    for root in load_certificates(path)? {
        roots.add(root)?;
    }
    Ok(roots)
}

/// Names each suite and group, so that an update of the library adds none
/// unseen (TLS-2).
pub(super) fn provider() -> Arc<CryptoProvider> {
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

/// Returns where the root is that a client must trust in development.
pub fn root_beside(certificate: &Path) -> PathBuf {
    certificate.with_file_name("ca.pem")
}

fn is_ours(certificate: &X509Certificate<'_>) -> bool {
    certificate.issuer().iter_common_name().any(|name| name.as_str() == Ok(ISSUER))
}

/// Tells whether there is no pair, or one of ours that is about to end. One of
/// someone else is left as it is.
pub(super) fn needs_making(certificate: &Path, key: &Path) -> bool {
    let is_ending = |der: &[u8]| {
        let renewal = OffsetDateTime::now_utc().saturating_add(RENEWAL);
        X509Certificate::from_der(der)
            .is_ok_and(|(_, leaf)| is_ours(&leaf) && leaf.validity().not_after.to_datetime() < renewal)
    };
    !certificate.exists()
        || !key.exists()
        || CertificateDer::from_pem_file(certificate).is_ok_and(|leaf| is_ending(&leaf))
}

/// Makes a pair for this machine, and a root that can vouch for no other. The
/// root's key is dropped with this function: nothing else can ever be signed
/// with what a developer was asked to trust.
pub(super) fn make(certificate: &Path, key: &Path) -> Result<(), Cause> {
    let mut root = params(&[], ISSUER)?;
    root.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    root.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let host = GeneralSubtree::DnsName("localhost".to_owned());
    let address = GeneralSubtree::IpAddress(CidrSubnet::V4([127, 0, 0, 1], [255; 4]));
    root.name_constraints =
        Some(NameConstraints { permitted_subtrees: vec![host, address], excluded_subtrees: Vec::new() });
    let root_key = KeyPair::generate()?;
    let root_pem = root.self_signed(&root_key)?.pem();
    let mut leaf = params(&["localhost".to_owned(), "127.0.0.1".to_owned()], "localhost")?;
    leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    leaf.use_authority_key_identifier_extension = true;
    let leaf_key = KeyPair::generate()?;
    let leaf_pem = leaf.signed_by(&leaf_key, &Issuer::new(root, root_key))?.pem();
    write(&root_beside(certificate), &root_pem, 0o644)?;
    write(key, &leaf_key.serialize_pem(), 0o600)?;
    write(certificate, &leaf_pem, 0o644)
}

pub(super) fn params(names: &[String], common_name: &str) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, common_name);
    let now = OffsetDateTime::now_utc();
    // A clock that is a little behind must not refuse what was made just now.
    params.not_before = now.saturating_sub(Duration::hours(1));
    params.not_after = now.saturating_add(LIFE);
    Ok(params)
}

/// Writes beside the file and renames, so that a reader never sees half of it.
pub(super) fn write(path: &Path, text: &str, mode: u32) -> Result<(), Cause> {
    let beside = path.with_extension(format!("{}.new", std::process::id()));
    let written = fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).and_then(|()| {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(&beside)?;
        file.write_all(text.as_bytes())?;
        fs::rename(&beside, path)
    });
    written.map_err(|error| unusable(path, &format!("cannot be written: {error}")))
}
