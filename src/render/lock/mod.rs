//! Cargo.lock of a service, put together without cargo.
//!
//! A lock is a union: base's fragment and, for each other piece, what it adds,
//! all cut from one superset lock by `cargo run --example refresh-lock`. Names
//! are disambiguated anew for each union, so fragments hold full ids.

mod fragment;
mod graph;
mod text;

pub use fragment::FragmentError;
pub use graph::{Clash, Entry, Graph, PackageId};
pub use text::LockError;
