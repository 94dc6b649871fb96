//! Roles are data: `policies/roles.toml` gives permissions to them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

use crate::config::settings;
use crate::security::problem::Cause;

settings! {
    /// Who may do what.
    pub struct Settings in "authorization" {
        pub roles: PathBuf,
    }
}

/// What the holders of one role may do.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    pub permissions: BTreeSet<String>,
    /// Whether it reaches the objects of every owner; otherwise those of its own.
    #[serde(default)]
    pub any_owner: bool,
}

/// The roles of the service, checked against the permissions that its code asks for.
#[derive(Debug)]
pub struct Roles(BTreeMap<String, Arc<Role>>);

impl Roles {
    /// Reads a table and checks it.
    ///
    /// # Errors
    /// When the file does not parse, or its permissions differ from `known`.
    pub fn load(path: &Path, known: &BTreeSet<&'static str>) -> Result<Self, Cause> {
        let refused = |fault: String| format!("{}: {fault}", path.display());
        let text = fs::read_to_string(path).map_err(|error| refused(error.to_string()))?;
        let roles: BTreeMap<String, Role> = toml::from_str(&text).map_err(|error| refused(error.to_string()))?;
        let granted: BTreeSet<_> = roles.values().flat_map(|role| &role.permissions).map(String::as_str).collect();
        if let Some(permission) = granted.difference(known).next() {
            return Err(refused(format!("no route asks for the permission `{permission}`")).into());
        }
        if let Some(permission) = known.difference(&granted).next() {
            return Err(refused(format!("no role has the permission `{permission}`, which a route asks for")).into());
        }
        Ok(Self(roles.into_iter().map(|(name, role)| (name, Arc::new(role))).collect()))
    }

    pub fn get(&self, name: &str) -> Option<&Arc<Role>> {
        self.0.get(name)
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}
