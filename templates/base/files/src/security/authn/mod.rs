//! Who is calling, by API key.
//!
//! - `principal` is the caller, or why there is none.
//! - `keys` are their texts, and the table that keeps their hashes.
//! - `authenticator` turns the one credential of a request into a principal, or says why not; it
//!   never answers a request.
//! - `command` is `keys create`, `list`, `rotate` and `revoke`.

mod authenticator;
pub mod command;
mod keys;
mod principal;

pub use authenticator::{Authn, METHOD, challenge};
pub use keys::{ApiKey, Grant, Keys};
pub use principal::{Denied, Identity, Principal};
