//! Where to report a weakness (RFC 9116).

use std::future::ready;

use axum::response::{IntoResponse, Response};
use time::Date;
use time::macros::format_description;

use super::answer::{Describe, Operation};
use super::authz::{Authorized, Public, Routes};
use crate::config::{Layers, Profile, Setting, setting, settings};

settings! {
    /// What `/.well-known/security.txt` says; without a contact there is none.
    pub struct Settings in "disclosure" {
        pub contact: Option<Contact>,
        /// The day after which the contact must be confirmed anew.
        pub expires: Option<Date>,
    }
}

impl Settings {
    /// Production needs an address to report to.
    pub fn check(&self, profile: Profile, layers: &mut Layers) {
        if self.contact.is_none() && profile == Profile::Prod {
            layers
                .refuse("disclosure.contact", "production needs one, for security reports: `mailto:…` or `https://…`");
        }
        if self.contact.is_some() && self.expires.is_none() {
            layers.refuse(
                "disclosure.expires",
                "a contact is confirmed anew within a year: set the day, as `2027-06-30`",
            );
        }
    }

    /// Mounts the file, if there is a contact to name.
    pub fn mount(&self, routes: &mut Routes) {
        if let (Some(Contact(contact)), Some(day)) = (&self.contact, self.expires) {
            let text = format!("Contact: {contact}\nExpires: {day}T00:00:00Z\n");
            routes.get("/.well-known/security.txt", move |_: Authorized<Public>| ready(Ok(Text(text.clone()))));
        }
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
    fn describe(operation: &mut Operation) {
        operation.serves = Some("text/plain");
    }
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
setting!(Date, "a day such as `2027-06-30`", |value| {
    Self::parse(&value.as_datetime()?.to_string(), format_description!("[year]-[month]-[day]")).ok()
});
