//! Nothing: this crate is the list of all crates that a service can have.
