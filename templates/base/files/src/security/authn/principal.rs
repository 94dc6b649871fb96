//! The caller: a principal, or why there is none.

use std::sync::Arc;

use axum::http::Extensions;

use crate::security::authz::Role;
use crate::security::limits::Spent;
use crate::security::problem::Problem;
use crate::store::StoreError;

/// Whoever holds a good credential. An owner is a tenant: several credentials may act for it.
#[derive(Clone, Debug, Default)]
pub struct Principal {
    pub id: Arc<str>,
    pub owner: Arc<str>,
    pub role: Arc<Role>,
}

impl Principal {
    /// Answers 403 unless the role has a permission.
    pub fn demand(&self, permission: &'static str) -> Result<(), Problem> {
        let may = self.role.permissions.contains(permission);
        if may { Ok(()) } else { Err(Problem::Forbidden { policy: permission }) }
    }
}

/// Why a request has no principal.
#[derive(Clone, Debug)]
pub enum Denied {
    /// No credential, or one that is not good. The reason, from a closed set, and the id are for the
    /// log alone: the client is told the same for all.
    Unknown {
        reason: &'static str,
        id: Option<Box<str>>,
    },
    /// A credential that breaks a rule of how it is sent.
    Malformed(&'static str),
    Throttled(Spent),
    Unavailable(Arc<StoreError>),
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Unknown { .. } => Self::Unauthenticated(denied),
            Denied::Malformed(rule) => Self::Malformed(rule),
            Denied::Throttled(spent) => Self::Throttled(spent),
            Denied::Unavailable(cause) => Self::Unavailable { retry_after: 1, cause: cause.into() },
        }
    }
}

/// What authentication found; it travels with the request.
#[derive(Clone, Debug)]
pub struct Identity(pub(super) Result<Principal, Denied>);

impl Identity {
    /// Returns the caller of the request that has these extensions.
    ///
    /// # Errors
    /// The answer for those who are not known, 401 in most cases.
    pub fn of(extensions: &Extensions) -> Result<&Principal, Problem> {
        let identity: Option<&Self> = extensions.get();
        let identity = identity.ok_or_else(|| Problem::internal("the caller was not looked for"))?;
        identity.0.as_ref().map_err(|denied| denied.clone().into())
    }
}
