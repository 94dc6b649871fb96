//! Certificates for development: what the gateway shows to clients, and what it and the service show to
//! each other.

use std::path::Path;

use rcgen::{
    BasicConstraints, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints,
};

use crate::security::problem::Cause;
use crate::security::tls;

/// The name by which the gateway knows the service.
const SERVICE: &str = "service.internal";

/// All that either side shows to the other bears such a name.
const DOMAIN: &str = "internal";

/// Makes what is missing or about to end.
pub fn make(service: &tls::Settings, ca: &Path, names: &[String]) -> Result<(), Cause> {
    let beside = |name: &str| ca.with_file_name(name);
    let [shown, shown_key] = [beside("cert.pem"), beside("key.pem")];
    if tls::needs_making(&shown, &shown_key) {
        tls::make(&shown, &shown_key)?;
    }
    let [gateway, gateway_key] = [beside("gateway.pem"), beside("gateway.key")];
    if !tls::needs_making(&service.certificate, &service.key) && !tls::needs_making(&gateway, &gateway_key) {
        return Ok(());
    }
    let mut root = tls::params(&[], tls::ISSUER)?;
    root.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    root.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let domain = GeneralSubtree::DnsName(DOMAIN.to_owned());
    root.name_constraints = Some(NameConstraints { permitted_subtrees: vec![domain], excluded_subtrees: Vec::new() });
    let root_key = KeyPair::generate()?;
    let root_pem = root.self_signed(&root_key)?.pem();
    // The root's key is dropped with this function, as that of the other one is.
    let issuer = Issuer::new(root, root_key);
    let service_names = [SERVICE.to_owned()];
    for (names, purpose, certificate, key) in [
        (&service_names[..], ExtendedKeyUsagePurpose::ServerAuth, &service.certificate, &service.key),
        (names, ExtendedKeyUsagePurpose::ClientAuth, &gateway, &gateway_key),
    ] {
        let mut leaf = tls::params(names, names.first().map_or(DOMAIN, String::as_str))?;
        leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        leaf.extended_key_usages = vec![purpose];
        leaf.use_authority_key_identifier_extension = true;
        let leaf_key = KeyPair::generate()?;
        tls::write(key, &leaf_key.serialize_pem(), 0o600)?;
        tls::write(certificate, &leaf.signed_by(&leaf_key, &issuer)?.pem(), 0o644)?;
    }
    tls::write(ca, &root_pem, 0o644)
}
