//! Certificates for this machine alone, so that development is HTTPS too.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use time::{Duration, OffsetDateTime};
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;

/// The issuer's name, by which production knows what it must not show.
const ISSUER: &str = concat!(env!("CARGO_PKG_NAME"), " development CA");

const LIFE: Duration = Duration::days(30);

/// A pair with less left than this is made anew.
const RENEWAL: Duration = Duration::days(1);

/// Why no certificate could be made.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    #[error("{}: {source}", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Certificate(#[from] rcgen::Error),
}

/// Makes a pair where there is none, or where ours is about to end. A
/// certificate of someone else is left as it is.
pub fn ensure(certificate: &Path, key: &Path) -> Result<(), MakeError> {
    if certificate.exists() && key.exists() && !is_ours_and_ending(certificate) {
        return Ok(());
    }
    make(certificate, key)
}

/// Says whether a certificate is one of these.
pub fn is_ours(certificate: &X509Certificate<'_>) -> bool {
    certificate.issuer().iter_common_name().any(|name| name.as_str() == Ok(ISSUER))
}

/// Returns where the root is that a client must trust.
pub fn root_beside(certificate: &Path) -> PathBuf {
    certificate.with_file_name("ca.pem")
}

fn is_ours_and_ending(path: &Path) -> bool {
    let Ok(der) = CertificateDer::from_pem_file(path) else {
        return false;
    };
    let Ok((_, certificate)) = X509Certificate::from_der(&der) else {
        return false;
    };
    let renewal = OffsetDateTime::now_utc().saturating_add(RENEWAL);
    is_ours(&certificate) && certificate.validity().not_after.to_datetime() < renewal
}

/// The root's key is dropped with this function: nothing else can ever be
/// signed with what a developer was asked to trust.
fn make(certificate: &Path, key: &Path) -> Result<(), MakeError> {
    let root_key = KeyPair::generate()?;
    let root = root_params()?;
    let root_certificate = root.self_signed(&root_key)?;
    let leaf_key = KeyPair::generate()?;
    let leaf = leaf_params()?.signed_by(&leaf_key, &Issuer::new(root, root_key))?;
    write(&root_beside(certificate), &root_certificate.pem(), 0o644)?;
    write(key, &leaf_key.serialize_pem(), 0o600)?;
    write(certificate, &leaf.pem(), 0o644)
}

/// A root that can vouch for this machine alone.
fn root_params() -> Result<CertificateParams, MakeError> {
    let mut params = params(Vec::new(), ISSUER)?;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![
            GeneralSubtree::DnsName("localhost".to_owned()),
            GeneralSubtree::IpAddress(CidrSubnet::V4([127, 0, 0, 1], [255; 4])),
        ],
        excluded_subtrees: Vec::new(),
    });
    Ok(params)
}

fn leaf_params() -> Result<CertificateParams, MakeError> {
    let mut params = params(vec!["localhost".to_owned(), "127.0.0.1".to_owned()], "localhost")?;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

fn params(names: Vec<String>, common_name: &str) -> Result<CertificateParams, MakeError> {
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
fn write(path: &Path, text: &str, mode: u32) -> Result<(), MakeError> {
    let beside = path.with_extension(format!("{}.new", std::process::id()));
    let parent = path.parent().unwrap_or(Path::new("."));
    let written = fs::create_dir_all(parent).and_then(|()| {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(&beside)?;
        file.write_all(text.as_bytes())?;
        fs::rename(&beside, path)
    });
    written.map_err(|source| MakeError::Write { path: path.to_owned(), source })
}
