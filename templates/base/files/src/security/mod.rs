//! Everything that keeps the service safe, whatever it is about.
//!
//! `app.rs` calls these rooms in order. To add a check to every request: write
//! it here as a function that returns a `Problem`, and call it there.

pub mod admin;
pub mod answer;
pub mod audit_log;
pub mod authn;
pub mod authz;
pub mod dev_certificates;
pub mod disclosure;
pub mod exchange;
pub mod headers;
pub mod input;
pub mod json;
pub mod leftover;
pub mod limits;
pub mod listener;
pub mod openapi;
pub mod problem;
pub mod pulse;
pub mod reload;
pub mod secret;
pub mod services;
pub mod telemetry;
pub mod tls;
pub mod uri;
pub mod versioning;
