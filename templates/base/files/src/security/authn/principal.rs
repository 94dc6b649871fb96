//! The caller: a principal, or why there is none.

use std::sync::Arc;

use axum::http::Extensions;

use crate::security::authz::Role;
use crate::security::limits::Spent;
use crate::security::problem::Problem;
use crate::store::StoreError;

/// Whoever holds a good key. An owner is a tenant: several keys may act for it.
#[derive(Clone, Debug)]
pub struct Principal {
    id: Arc<str>,
    owner: Arc<str>,
    role: Option<Arc<Role>>,
}

impl Principal {
    pub(super) const fn new(id: Arc<str>, owner: Arc<str>, role: Option<Arc<Role>>) -> Self {
        Self { id, owner, role }
    }

    pub const fn id(&self) -> &Arc<str> {
        &self.id
    }

    pub const fn owner(&self) -> &Arc<str> {
        &self.owner
    }

    /// Tells whether the role has a permission. A key without a role has none.
    pub fn may(&self, permission: &str) -> bool {
        self.role.as_ref().is_some_and(|role| role.may(permission))
    }

    pub fn reaches_any_owner(&self) -> bool {
        self.role.as_ref().is_some_and(|role| role.reaches_any_owner())
    }
}

/// Why a request has no principal.
#[derive(Clone, Debug)]
pub enum Denied {
    Missing,
    /// For the log alone: the client is told the same for all.
    Bad {
        reason: &'static str,
        key: Option<Box<str>>,
    },
    Ambiguous,
    InUrl,
    Throttled(Spent),
    Unavailable(Arc<StoreError>),
}

impl Denied {
    pub(super) const fn bad(reason: &'static str) -> Self {
        Self::Bad { reason, key: None }
    }

    /// Returns the class of reason, from a closed set; the client is not told.
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Bad { reason, .. } => reason,
            Self::Ambiguous => "ambiguous",
            Self::InUrl => "in-url",
            Self::Throttled(_) => "throttled",
            Self::Unavailable(_) => "unavailable",
        }
    }

    /// Returns the id of the key that was sent, if it has the form of ours.
    pub fn key(&self) -> Option<&str> {
        match self {
            Self::Bad { key, .. } => key.as_deref(),
            _ => None,
        }
    }
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Missing | Denied::Bad { .. } => Self::Unauthenticated(denied),
            Denied::Ambiguous => Self::Malformed("invalid_request"),
            Denied::InUrl => Self::Malformed("credential-in-url"),
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
