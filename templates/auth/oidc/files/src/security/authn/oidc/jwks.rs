//! The provider's public keys (RFC 7517), each for one algorithm.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256,
    RsaPublicKeyComponents,
};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use serde_json::Value;

use crate::config::{Setting, setting};
use crate::security::input::parse_json;

/// Keys of one set that are taken at most.
const MAX_KEYS: usize = 64;
/// Bits of an RSA key that are the least (AUTHN-8).
const RSA_MINIMUM: usize = 2048;

/// A signature that only the holder of a private key can make. There is no other kind: what has no
/// name here cannot be asked for (RFC 8725 §3.1).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Algorithm {
    EdDsa,
    Es256,
    Ps256,
    Rs256,
}

impl Algorithm {
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "EdDSA" => Some(Self::EdDsa),
            "ES256" => Some(Self::Es256),
            "PS256" => Some(Self::Ps256),
            "RS256" => Some(Self::Rs256),
            _ => None,
        }
    }
}

setting!(Vec<Algorithm>, "a list of `EdDSA`, `ES256`, `PS256` and `RS256`", |value| {
    let all = value.as_array()?.iter().map(|name| Algorithm::parse(name.as_str()?));
    all.collect::<Option<Self>>().filter(|all| !all.is_empty())
});

/// A public key, and the one algorithm that it serves.
pub struct Key {
    id: Option<String>,
    algorithm: Algorithm,
    public: ParsedPublicKey,
}

impl Key {
    /// Tells whether the holder of the private key signed a message.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        self.public.verify_sig(message, signature).is_ok()
    }
}

/// Why a set has no key for a token.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Missing {
    /// None is called so: the provider may have a new one.
    Unknown,
    /// The one that is called so serves another algorithm.
    Misused,
    /// The token names none, and there is not just one that fits.
    Unnamed,
}

/// The keys that are good at present.
#[derive(Default)]
pub struct KeySet {
    keys: Vec<Key>,
    /// The ids, to tell whether a new set differs.
    text: Vec<u8>,
}

impl KeySet {
    /// Reads a set. Keys that are no use here are left out: symmetric ones, those for encryption,
    /// short ones (AUTHN-8, AUTHN-15).
    ///
    /// # Errors
    /// When it is no set, or has no key of use.
    pub fn parse(text: &[u8]) -> Result<Self, &'static str> {
        let set = parse_json(text).map_err(|_| "the key set is no JSON, or has a member twice")?;
        let listed = set.get("keys").and_then(Value::as_array).ok_or("the key set has no keys")?;
        if listed.len() > MAX_KEYS {
            return Err("the key set has too many keys");
        }
        let keys: Vec<_> = listed.iter().flat_map(read).collect();
        let is_usable = !keys.is_empty();
        is_usable.then(|| Self { keys, text: text.to_vec() }).ok_or("the key set has no key that can be used")
    }

    /// Tells whether it is another than an earlier one.
    pub fn differs_from(&self, earlier: &Self) -> bool {
        self.text != earlier.text
    }

    /// Finds the key that a token names, compared byte for byte (AUTHN-9).
    pub fn find(&self, id: Option<&str>, algorithm: Algorithm) -> Result<&Key, Missing> {
        let mut fitting = self.keys.iter().filter(|key| key.algorithm == algorithm);
        let Some(id) = id else {
            let only = fitting.next().filter(|_| fitting.next().is_none());
            return only.ok_or(Missing::Unnamed);
        };
        let is_named = |key: &&Key| key.id.as_deref() == Some(id);
        let is_known = self.keys.iter().any(|key| is_named(&key));
        fitting.find(is_named).ok_or(if is_known { Missing::Misused } else { Missing::Unknown })
    }
}

/// Returns a key once for each algorithm that it serves: an RSA key may be for two.
fn read(key: &Value) -> Vec<Key> {
    let text = |name: &str| key.get(name).and_then(Value::as_str);
    let verifies = |operations: &Value| operations.as_array().is_some_and(|all| all.iter().any(|one| one == "verify"));
    let is_for_signatures =
        text("use").is_none_or(|purpose| purpose == "sig") && key.get("key_ops").is_none_or(verifies);
    let algorithms: &[Algorithm] = match (text("kty"), text("crv")) {
        (Some("OKP"), Some("Ed25519")) => &[Algorithm::EdDsa],
        (Some("EC"), Some("P-256")) => &[Algorithm::Es256],
        (Some("RSA"), None) => &[Algorithm::Ps256, Algorithm::Rs256],
        _ => &[],
    };
    let declared = |algorithm: &&Algorithm| text("alg").is_none_or(|name| Algorithm::parse(name) == Some(**algorithm));
    let serves = algorithms.iter().filter(|_| is_for_signatures).filter(declared);
    let made = serves.filter_map(|&algorithm| {
        Some(Key { id: text("kid").map(str::to_owned), algorithm, public: public(key, algorithm)? })
    });
    made.collect()
}

/// Reads the numbers of a key (RFC 7518 §6, RFC 8037 §2).
fn public(key: &Value, algorithm: Algorithm) -> Option<ParsedPublicKey> {
    let number = |name: &str| BASE64.decode(key.get(name)?.as_str()?).ok();
    match algorithm {
        Algorithm::EdDsa => ParsedPublicKey::new(&ED25519, number("x")?).ok(),
        Algorithm::Es256 => {
            let (x, y) = (number("x")?, number("y")?);
            let is_point = x.len() == 32 && y.len() == 32;
            // The mark of a point of which both numbers are given (SEC 1 §2.3.3).
            let point = [&[4], &*x, &*y].concat();
            ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).ok().filter(|_| is_point)
        }
        Algorithm::Ps256 => rsa(&number("n")?, &number("e")?)?.to_parsed_public_key(&RSA_PSS_2048_8192_SHA256).ok(),
        Algorithm::Rs256 => rsa(&number("n")?, &number("e")?)?.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256).ok(),
    }
}

/// Returns modulus and exponent, if the key is long enough.
fn rsa<'a>(modulus: &'a [u8], exponent: &'a [u8]) -> Option<RsaPublicKeyComponents<&'a [u8]>> {
    let zeros = modulus.iter().take_while(|byte| **byte == 0).count();
    let (_, modulus) = modulus.split_at_checked(zeros)?;
    let bits = modulus.len().saturating_mul(8).saturating_sub(modulus.first()?.leading_zeros() as usize);
    (bits >= RSA_MINIMUM).then_some(RsaPublicKeyComponents { n: modulus, e: exponent })
}
