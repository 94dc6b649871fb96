//! The service as a library; `main.rs` is its command line.

#[cfg(windows)]
compile_error!("this service runs on Linux and macOS; on Windows, build it inside WSL");

pub mod api;
pub mod app;
pub mod config;
pub mod domain;
pub mod security;
pub mod server;
pub mod store;
