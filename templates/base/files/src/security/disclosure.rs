//! Where to report a weakness (RFC 9116).

use std::future::ready;

use axum::response::{IntoResponse, Response};
use time::Date;
use time::macros::format_description;

use super::authz::{Authorized, Public, Routes};
use super::openapi::{Describe, Operation};
use crate::config::{Layers, Profile, Setting, setting, settings};

settings! {
    /// What `/.well-known/security.txt` says; without a contact there is none.
    pub struct Settings in "disclosure" {
        pub contact: Option<Contact>,
        /// The day after which the contact must be confirmed anew.
        pub expires: Option<Expiry>,
    }
}

impl Settings {
    /// Production needs an address to report to.
    pub fn check(&self, profile: Profile, layers: &mut Layers) {
        if self.contact.is_none() && profile == Profile::Prod {
            layers.refuse(
                "disclosure.contact",
                "production needs a contact for security reports: set `mailto:…` or `https://…`",
            );
        }
        if self.contact.is_some() && self.expires.is_none() {
            layers.refuse(
                "disclosure.expires",
                "a contact needs a day, within a year, on which it is confirmed anew, such as `2027-06-30`",
            );
        }
    }

    /// Mounts the file, if there is a contact to name.
    pub fn mount(&self, routes: &mut Routes) {
        if let Some(text) = self.render() {
            routes.get("/.well-known/security.txt", move |_: Authorized<Public>| ready(Ok(Text(text.clone()))));
        }
    }

    fn render(&self) -> Option<String> {
        let (Contact(contact), Expiry(day)) = (self.contact.as_ref()?, self.expires?);
        Some(format!("Contact: {contact}\nExpires: {day}T00:00:00Z\n"))
    }
}

/// The one answer that is not JSON.
struct Text(String);

impl IntoResponse for Text {
    fn into_response(self) -> Response {
        self.0.into_response()
    }
}

impl Describe for Text {
    const SERVES: &'static str = "text/plain";

    fn describe(_: &mut Operation) {}
}

/// An address for reports: `mailto:` or `https:` (RFC 9116 §2.5.3).
#[derive(Clone, Debug)]
pub struct Contact(String);

setting!(Contact, "`mailto:…` or `https://…`", |value| {
    let text = value.as_str()?;
    let rest = text.strip_prefix("mailto:").or_else(|| text.strip_prefix("https://"))?;
    let plain = !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_graphic());
    plain.then(|| Self(text.to_owned()))
});

/// A day, written `2027-06-30`.
#[derive(Clone, Copy, Debug)]
pub struct Expiry(Date);

setting!(Expiry, "a day such as `2027-06-30`", |value| {
    let day = value.as_datetime()?.to_string();
    Date::parse(&day, format_description!("[year]-[month]-[day]")).ok().map(Self)
});
