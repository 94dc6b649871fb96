//! What a provider says of a caller, and which of it counts here: providers differ, so where each
//! claim stands is a setting.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use axum::http::Uri;
use serde_json::{Map, Value};

use super::principal::Principal;
use crate::config::{Layers, Profile, Setting, setting, settings};
use crate::security::authz::{Role, Roles};

settings! {
    /// The provider whose tokens are good here, and where it says what.
    pub struct Settings in "token" {
        /// As it stands in the provider's tokens, byte for byte.
        pub issuer: Address,
        /// Where clients reach this service.
        pub resource: Address,
        /// How tokens name this service, if not by where it is.
        pub audience: Option<String>,
        /// The claim that names it.
        pub audience_claim: Claim,
        /// The CA of the provider's certificate, in PEM, if it is none that this machine trusts.
        pub ca: Option<PathBuf>,
        /// The tenant that a caller acts for; without it, each subject is its own.
        pub owner: Option<Claim>,
        pub roles: Claim,
        /// The scopes that a token is limited to; with an empty list, roles alone decide.
        pub scopes: Claim,
        /// What stands before each of this service's scopes.
        pub scope_prefix: Option<String>,
    }
}

/// Whose tokens this machine makes for itself: a name that no host can have (RFC 2606 §2).
const DEVELOPMENT: &str = "https://issuer.invalid";

/// What the names of subjects and owners may have for a length (`OpenID` Connect Core §2).
const NAME_LIMIT: usize = 255;

impl Settings {
    /// A resource is told to clients, who look below its origin for what they need.
    pub fn check(&self, profile: Profile, layers: &mut Layers) {
        if self.is_development() && [profile, Profile::DEFAULT].contains(&Profile::Prod) {
            layers.refuse(
                "token.issuer",
                "is that of development, which only a debug build with `--profile dev` believes",
            );
        }
        if self.resource.uri.path() != "/" || self.resource.text.ends_with('/') {
            layers.refuse("token.resource", "give scheme and host alone, as `https://api.example.com`");
        }
    }

    /// Tells whether the tokens are those that this machine makes for itself.
    pub fn is_development(&self) -> bool {
        self.issuer.text == DEVELOPMENT
    }

    /// Returns how tokens must name this service.
    pub fn audience(&self) -> &str {
        self.audience.as_deref().unwrap_or(&self.resource.text)
    }

    /// Returns where clients read which provider to ask for a token (RFC 9728 §3.1).
    pub fn metadata_url(&self) -> String {
        format!("{}{}", self.resource.text, super::resource::PATH)
    }

    /// Tells whether tokens are limited to scopes.
    pub const fn has_scopes(&self) -> bool {
        !self.scopes.0.is_empty()
    }

    /// Returns what the provider calls the scope for a permission.
    pub fn scope(&self, permission: &str) -> String {
        format!("{}{permission}", self.scope_prefix.as_deref().unwrap_or_default())
    }

    /// Tells whether a token was made for this service: one name stands there, or a list of them
    /// (RFC 7519 §4.1.3).
    pub fn is_audience(&self, claims: &Map<String, Value>) -> bool {
        let is_ours = |name: &Value| name == self.audience();
        let among = |named: &Value| named.as_array().is_some_and(|all| all.iter().any(is_ours));
        self.audience_claim.find(claims).is_some_and(|named| is_ours(named) || among(named))
    }

    /// Makes a principal of verified claims.
    ///
    /// The subject alone would not do: another provider may know another by the same name (AUTHN-12).
    ///
    /// # Errors
    /// Why there is none, for the log.
    pub fn principal(
        &self,
        method: &'static str,
        claims: &Map<String, Value>,
        roles: &Roles,
    ) -> Result<Principal, &'static str> {
        let subject = subject(claims).ok_or("subject")?;
        let id = format!("{}#{subject}", self.issuer.text);
        let owner = match &self.owner {
            Some(claim) => claim.find(claims).and_then(name).ok_or("owner")?,
            None => &id,
        };
        let role = merge(self.roles.words(claims).into_iter().filter_map(|name| roles.get(name)).collect());
        let prefix = self.scope_prefix.as_deref().unwrap_or_default();
        let words = self.scopes.words(claims).into_iter();
        let scopes: BTreeSet<_> = words.filter_map(|scope| scope.strip_prefix(prefix)).map(str::to_owned).collect();
        let scopes = self.has_scopes().then(|| Arc::new(scopes));
        Ok(Principal { scopes, ..Principal::new(method, &id, owner, role.into()) })
    }
}

/// Adds roles up. Those that reach every owner stand alone: with them, what the others may do would
/// reach every owner too.
fn merge(roles: Vec<&Arc<Role>>) -> Role {
    let any_owner = roles.iter().any(|role| role.any_owner);
    let counted = roles.into_iter().filter(|role| role.any_owner == any_owner);
    Role { permissions: counted.flat_map(|role| role.permissions.iter().cloned()).collect(), any_owner }
}

/// Returns who the provider says it is.
pub fn subject(claims: &Map<String, Value>) -> Option<Box<str>> {
    claims.get("sub").and_then(name).map(Box::from)
}

/// Returns the second that a claim names, if it is there.
///
/// # Errors
/// When it is no whole number, or none that every reader of JSON understands alike (RFC 8259 §6).
pub fn second(claims: &Map<String, Value>, name: &str) -> Result<Option<i64>, &'static str> {
    let whole = |value: &Value| value.as_i64().filter(|second| (0..1 << 53).contains(second)).ok_or("time");
    claims.get(name).map(whole).transpose()
}

/// A text that may name someone in records and statements.
fn name(value: &Value) -> Option<&str> {
    let is_plain =
        |name: &&str| (1..=NAME_LIMIT).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic());
    value.as_str().filter(is_plain)
}

/// An address of the provider or of this service: `https`, without query and fragment.
#[derive(Clone, Debug)]
pub struct Address {
    text: String,
    uri: Uri,
}

impl Address {
    pub fn parse(text: &str) -> Option<Self> {
        let uri: Uri = text.strip_prefix("https://").and_then(|_| text.parse().ok())?;
        let is_plain = uri.host().is_some() && !text.contains(['?', '#', '@']);
        is_plain.then(|| Self { text: text.to_owned(), uri })
    }

    /// Returns the address as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub const fn uri(&self) -> &Uri {
        &self.uri
    }

    /// Tells whether both are served by one host, at one port.
    pub fn is_beside(&self, other: &Self) -> bool {
        self.uri.authority() == other.uri.authority()
    }
}

setting!(Address, "an address such as `https://login.example.com`, without query", |value| Self::parse(
    value.as_str()?
));

/// Where a claim stands: names of members, from the outermost to the claim's own.
#[derive(Clone, Debug)]
pub struct Claim(Vec<String>);

impl Claim {
    /// Returns the value, if all members are there.
    pub fn find<'a>(&self, claims: &'a Map<String, Value>) -> Option<&'a Value> {
        let (first, others) = self.0.split_first()?;
        others.iter().try_fold(claims.get(first)?, |value, name| value.as_object()?.get(name))
    }

    /// Returns the names of members that lead there.
    pub fn names(&self) -> &[String] {
        &self.0
    }

    /// Returns the words there: of a text that spaces divide, of a list, or the names of members.
    pub fn words<'a>(&self, claims: &'a Map<String, Value>) -> Vec<&'a str> {
        match self.find(claims) {
            Some(Value::String(text)) => text.split_ascii_whitespace().collect(),
            Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
            Some(Value::Object(members)) => members.keys().map(String::as_str).collect(),
            _ => Vec::new(),
        }
    }
}

impl Setting for Claim {
    const EXPECTED: &'static str =
        "the claim's name in a list, such as `[\"roles\"]`, after those of the members around it";

    fn read(value: &toml::Value) -> Option<Self> {
        let names = value.as_array()?.iter().map(|name| name.as_str().map(str::to_owned));
        names.collect::<Option<_>>().map(Self)
    }
}
