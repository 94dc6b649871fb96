//! Who is calling, by API key.
//!
//! - `api_key` is the text of a key: prefix, id, secret, checksum.
//! - `keys` keeps their hashes in the database.
//! - `credential` finds the one credential of a request.
//! - `authenticator` turns it into a principal, or says why not; it never answers a request.
//! - `command` is `keys create`, `list`, `rotate` and `revoke`.

mod api_key;
mod authenticator;
pub mod command;
mod credential;
mod keys;
mod principal;

pub use api_key::ApiKey;
pub use authenticator::Authn;
pub use credential::{METHOD, challenge};
pub use keys::{Grant, Keys, KeysError};
pub use principal::{Denied, Identity, Principal};
