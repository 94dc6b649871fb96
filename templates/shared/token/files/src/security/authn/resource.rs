//! Where a client without a token learns which provider to ask for one (RFC 9728).

use std::future::ready;

use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::claims::Settings;
use crate::security::answer::{Describe, Operation};
use crate::security::authz::{Authorized, Public, Routes};

/// Below the origin of a resource that has no path of its own (RFC 9728 §3.1).
pub const PATH: &str = "/.well-known/oauth-protected-resource";

/// Mounts the document.
pub fn mount(settings: &Settings, routes: &mut Routes) {
    let permissions = routes.table().permissions.into_iter().filter(|_| settings.has_scopes());
    let document = json!({
        "resource": settings.resource.as_str(),
        "authorization_servers": [settings.issuer.as_str()],
        "bearer_methods_supported": ["header"],
        "scopes_supported": permissions.map(|permission| settings.scope(permission)).collect::<Vec<_>>(),
    });
    routes.get(PATH, move |_: Authorized<Public>| ready(Ok(Metadata(document.clone()))));
}

struct Metadata(Value);

impl IntoResponse for Metadata {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

impl Describe for Metadata {
    fn describe(operation: &mut Operation) {
        operation.serves = Some("application/json");
    }
}
