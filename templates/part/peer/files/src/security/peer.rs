//! Who is at the other end of a TLS connection, by certificate: its chain, what was revoked, and its name.

use std::path::PathBuf;
use std::sync::Arc;

use arc_swap::ArcSwap;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CertificateError, DigitallySignedStruct, DistinguishedName, Error, SignatureScheme};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer;

use super::problem::Cause;
use super::tls;

/// Those who may connect: certificates of one authority that bear one of some names.
///
/// An authority signs for many; the chain alone would let in every one of them.
#[derive(Debug)]
pub struct Peers {
    trust: Trust,
    names: Vec<String>,
    chain: ArcSwap<Chain>,
}

type Chain = Arc<dyn ClientCertVerifier>;

/// Where the authority's certificate is, and what it has revoked; both in PEM.
#[derive(Clone, Debug)]
pub struct Trust {
    pub ca: PathBuf,
    pub crl: Option<PathBuf>,
}

impl Peers {
    pub fn load(trust: Trust, names: Vec<String>) -> Result<Self, Cause> {
        let chain = ArcSwap::from_pointee(trust.load()?);
        Ok(Self { trust, names, chain })
    }

    /// Reads both files anew. Connections that are open live on.
    pub fn reload(&self) -> Result<(), Cause> {
        self.chain.store(Arc::new(self.trust.load()?));
        Ok(())
    }

    /// Returns the name by which a certificate is let in.
    pub fn identify(
        &self,
        leaf: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<&str, Error> {
        self.chain.load().verify_client_cert(leaf, between, now)?;
        let (_, leaf) = X509Certificate::from_der(leaf).map_err(|_| CertificateError::BadEncoding)?;
        let alternatives = leaf.subject_alternative_name().map_err(|_| CertificateError::BadEncoding)?;
        let given: Vec<_> = alternatives.iter().flat_map(|names| &names.value.general_names).collect();
        let is_given = |name: &&String| given.iter().any(|one| matches!(one, GeneralName::DNSName(dns) if dns == name));
        let known = self.names.iter().find(is_given);
        Ok(known.ok_or(CertificateError::ApplicationVerificationFailure)?)
    }
}

impl Trust {
    fn load(&self) -> Result<Chain, Cause> {
        let roots = Arc::new(tls::load_roots(&self.ca)?);
        let builder = WebPkiClientVerifier::builder_with_provider(roots, tls::provider());
        let Some(path) = &self.crl else {
            return Ok(builder.build()?);
        };
        let list = CertificateRevocationListDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let list = list.map_err(|error| format!("{}: {error}", path.display()))?;
        // A list past its time says nothing of today.
        let builder = builder.with_crls(list).enforce_revocation_expiration().only_check_end_entity_revocation();
        Ok(builder.build()?)
    }
}

impl ClientCertVerifier for Peers {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        leaf: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        self.identify(leaf, between, now).map(|_| ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.chain.load().verify_tls12_signature(message, leaf, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.chain.load().verify_tls13_signature(message, leaf, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.chain.load().supported_verify_schemes()
    }
}
