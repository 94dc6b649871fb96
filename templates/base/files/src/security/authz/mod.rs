//! Who may do what, by types: a route without a policy does not compile, and the store asks for
//! the proof that a policy was satisfied.
//!
//! - `policy` declares policies and the proof, [`Authorized`].
//! - `routes` mounts handlers that ask for the proof, and no others.
//! - `roles` reads `policies/roles.toml`, which gives permissions to roles.
//! - `restricted` is a member of a body that takes a permission of its own.

mod policy;
mod restricted;
mod roles;
mod routes;

pub(crate) use policy::policy;
pub use policy::{Authorized, Permits, Policy, Public, System};
pub use restricted::Restricted;
pub use roles::{Role, Roles, RolesError, Settings};
pub use routes::{Documented, Guarded, Routes, Table};
