//! Roles are data: `policies/roles.toml` gives permissions to them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use serde::Deserialize;

use crate::config::settings;

settings! {
    /// Who may do what.
    pub struct Settings in "authorization" {
        pub roles: PathBuf,
    }
}

/// What the holders of one role may do.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    permissions: BTreeSet<String>,
    #[serde(default)]
    owners: Owners,
}

/// Whose objects a role reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Owners {
    #[default]
    Own,
    Any,
}

impl Role {
    pub fn may(&self, permission: &str) -> bool {
        self.permissions.contains(permission)
    }

    pub fn reaches_any_owner(&self) -> bool {
        self.owners == Owners::Any
    }
}

/// The roles of the service, checked against the permissions that its code asks for.
#[derive(Debug)]
pub struct Roles(BTreeMap<String, Arc<Role>>);

/// Why a table of roles cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RolesError {
    #[error("{0}: cannot be read")]
    Unreadable(String, #[source] io::Error),
    #[error("{0}: is not a table of roles")]
    Malformed(String, #[source] toml::de::Error),
    #[error("role `{role}` has the permission `{permission}`, which no route asks for")]
    Unknown { role: String, permission: String },
    #[error("no role has the permission `{0}`, which a route asks for")]
    Ungranted(&'static str),
}

impl Roles {
    /// Reads a table and checks it.
    ///
    /// # Errors
    /// When the file does not parse, or its permissions differ from `known`.
    pub fn load(path: &Path, known: &BTreeSet<&'static str>) -> Result<Self, RolesError> {
        let name = path.display().to_string();
        let text = fs::read_to_string(path).map_err(|error| RolesError::Unreadable(name.clone(), error))?;
        let roles: BTreeMap<String, Role> =
            toml::from_str(&text).map_err(|error| RolesError::Malformed(name, error))?;
        Self(roles.into_iter().map(|(name, role)| (name, Arc::new(role))).collect()).checked(known)
    }

    pub fn get(&self, name: &str) -> Option<&Arc<Role>> {
        self.0.get(name)
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    fn checked(self, known: &BTreeSet<&'static str>) -> Result<Self, RolesError> {
        for (role, granted) in &self.0 {
            if let Some(permission) = granted.permissions.iter().find(|name| !known.contains(name.as_str())) {
                return Err(RolesError::Unknown { role: role.clone(), permission: permission.clone() });
            }
        }
        let is_granted = |permission: &str| self.0.values().any(|role| role.may(permission));
        match known.iter().find(|permission| !is_granted(permission)) {
            Some(permission) => Err(RolesError::Ungranted(permission)),
            None => Ok(self),
        }
    }
}
