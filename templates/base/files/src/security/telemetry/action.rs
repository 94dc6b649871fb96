//! The closed catalogue of what is logged beside access records (LOG-5).

/// How much an event asks for a reader.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Level {
    Info,
    Warn,
    Error,
}

impl Level {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

macro_rules! actions {
    ($($action:ident = $name:literal, $level:ident;)*) => {
        /// One kind of event. Its name is the `action` of a log line.
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub enum Action {
            $($action,)*
        }

        impl Action {
            pub const ALL: &[Self] = &[$(Self::$action),*];

            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$action => $name,)*
                }
            }

            pub const fn level(self) -> Level {
                match self {
                    $(Self::$action => Level::$level,)*
                }
            }
        }
    };
}

actions! {
    AuthnFailed = "authn.failed", Warn;
    AuthzDenied = "authz.denied", Warn;
    CertificateWarning = "certificate.warning", Warn;
    ForwardedIgnored = "forwarded.ignored", Warn;
    HandshakeFailed = "handshake.failed", Info;
    InputInvalid = "input.invalid", Info;
    KeyCreated = "key.created", Info;
    KeyExpiring = "key.expiring", Warn;
    KeyRevoked = "key.revoked", Info;
    KeyRotated = "key.rotated", Info;
    ObjectHidden = "object.hidden", Warn;
    QuotaSpent = "quota.spent", Warn;
    Reloaded = "reload.done", Info;
    ReloadFailed = "reload.failed", Error;
    RequestFailed = "request.failed", Error;
    RequestRefused = "request.refused", Info;
    Started = "service.started", Info;
    Stopped = "service.stopped", Info;
    Stopping = "service.stopping", Info;
    TaskPanicked = "task.panicked", Error;
    VersionNotice = "version.notice", Warn;
    VersionShut = "version.shut", Warn;
}
