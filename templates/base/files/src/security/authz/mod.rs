//! Who may do what, by types: a route without a policy does not compile, and the store asks for
//! the proof that a policy was satisfied.
//!
//! - `policy` declares policies, the proof [`Authorized`], and members of a body that take one.
//! - `routes` mounts handlers that ask for the proof, and no others.
//! - `roles` reads `policies/roles.toml`, which gives permissions to roles.

mod policy;
mod roles;
mod routes;

pub(crate) use policy::policy;
pub use policy::{Authorized, Permits, Policy, Public, Restricted, System};
pub use roles::{Role, Roles, Settings};
pub use routes::{Guarded, Routes, Table};
