//! The service's promises, one file a practice; the id of each leads its name.
//!
//! To add a test: ask `spawn()` for a running service. No resource is named
//! here; `tests/sample` says what a valid body looks like.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test ends at the first surprise"
)]

mod caller;
mod harness;
#[path = "../sample/mod.rs"]
mod sample;

mod authn;
mod authz;
mod errors;
mod exposure;
mod gateway;
mod input;
mod logging;
mod properties;
mod scheme;
mod tls;
mod versioning;
