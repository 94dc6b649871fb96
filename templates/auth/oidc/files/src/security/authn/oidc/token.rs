//! A JSON Web Token (RFC 7519) in the one form that is read here: three parts, signed, and no
//! feature that would let its sender choose how it is checked (RFC 8725).

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use serde_json::{Map, Value};

use super::jwks::{Algorithm, Key, KeySet, Missing};
use crate::security::input::parse_json;

/// Bytes of a token that are looked at most (AUTHN-10).
const TOKEN_LIMIT: usize = 8 * 1024;
/// Bytes of a key's name.
const KEY_ID_LIMIT: usize = 128;

/// A token whose form was checked, and nothing else.
pub struct Token<'a> {
    pub algorithm: Algorithm,
    /// Which key is said to have signed it.
    pub key_id: Option<String>,
    /// What kind of token it says it is.
    pub kind: Option<String>,
    signed: &'a [u8],
    payload: &'a str,
    signature: Vec<u8>,
}

impl<'a> Token<'a> {
    /// Reads the form and the header; costs no signature (AUTHN-10).
    ///
    /// # Errors
    /// What is wrong with it, for the log.
    pub fn parse(text: &'a str) -> Result<Self, &'static str> {
        if text.len() > TOKEN_LIMIT {
            return Err("too-long");
        }
        let (signed, signature) = text.rsplit_once('.').ok_or("form")?;
        let (header, payload) = signed.split_once('.').ok_or("form")?;
        let header = object(header)?;
        let text = |name: &str| match header.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err("header"),
        };
        // An extension that must be understood, and none is.
        if header.contains_key("crit") {
            return Err("critical");
        }
        // A token within a token.
        if header.contains_key("cty") || header.contains_key("enc") {
            return Err("nested");
        }
        let key_id = text("kid")?;
        if key_id.as_ref().is_some_and(|id| id.len() > KEY_ID_LIMIT) {
            return Err("header");
        }
        Ok(Self {
            algorithm: text("alg")?.and_then(|name| Algorithm::parse(&name)).ok_or("algorithm")?,
            key_id,
            kind: text("typ")?.map(|kind| kind.to_ascii_lowercase()),
            signed: signed.as_bytes(),
            payload,
            signature: BASE64.decode(signature).map_err(|_| "form")?,
        })
    }

    /// Finds the key that the token names. Keys that it brings along (`jwk`, `jku`, `x5c`, `x5u`)
    /// are not looked at (AUTHN-9).
    pub fn key<'k>(&self, keys: &'k KeySet) -> Result<&'k Key, Missing> {
        keys.find(self.key_id.as_deref(), self.algorithm)
    }

    /// Checks the signature, and only then reads what was signed.
    ///
    /// # Errors
    /// What is wrong with it, for the log.
    pub fn verify(&self, key: &Key) -> Result<Map<String, Value>, &'static str> {
        if key.verify(self.signed, &self.signature) { object(self.payload) } else { Err("signature") }
    }
}

/// Reads a part that holds an object, with each member once.
fn object(part: &str) -> Result<Map<String, Value>, &'static str> {
    // It refuses padding and bits beyond the last byte: one text for one content.
    let json = BASE64.decode(part).map_err(|_| "form")?;
    match parse_json(&json) {
        Ok(Value::Object(members)) => Ok(members),
        _ => Err("json"),
    }
}
