//! Everything that keeps the service safe, whatever it is about.
//!
//! `app.rs` calls these rooms in order. To add a check to every request: write
//! it here as a function that returns a `Problem`, and call it there.

pub mod admin;
pub mod answer;
pub mod audit_log;
pub mod authn;
pub mod authz;
pub mod disclosure;
pub mod exchange;
pub mod http;
pub mod input;
pub mod json;
pub mod limits;
pub mod listener;
pub mod problem;
pub mod secret;
pub mod telemetry;
pub mod tls;
pub mod versioning;
