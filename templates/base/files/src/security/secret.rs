//! Secrets, and the files that hold them.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use aws_lc_rs::{constant_time, hmac, rand};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use rustix::fs::StatVfsMountFlags;
use zeroize::Zeroizing;

use super::problem::Cause;

/// The shortest secret that is taken: 32 hexadecimal digits are 128 bits.
const MINIMUM: usize = 32;

/// A text that is not printed, compared in constant time and wiped on drop.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a text that is long enough to be a secret.
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() >= MINIMUM).then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// Reads a secret from a file that only its owner can change, without the
    /// line end that editors add.
    pub fn load(path: &Path) -> Result<Self, Cause> {
        check_mode(path)?;
        let text = Zeroizing::new(fs::read_to_string(path).map_err(|error| unreadable(path, &error))?);
        let short = || format!("{}: holds less than {MINIMUM} characters", path.display());
        Ok(Self::parse(text.trim_end()).ok_or_else(short)?)
    }

    /// Reads a secret as `load` does, and makes it first where there is none.
    pub fn load_or_make(path: &Path) -> Result<Self, Cause> {
        if !path.exists() {
            let mut secret = Zeroizing::new([0; 32]);
            rand::fill(&mut *secret).map_err(|_| "the system's random generator failed")?;
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
            file.write_all(BASE64.encode(*secret).as_bytes())?;
        }
        Self::load(path)
    }

    /// Compares in a time that says nothing of where the two differ.
    pub fn matches(&self, given: &[u8]) -> bool {
        constant_time::verify_slices_are_equal(self.0.as_bytes(), given).is_ok()
    }

    /// Returns a key for one purpose, which says nothing of the keys for others.
    pub fn derive(&self, purpose: &str) -> hmac::Key {
        let root = hmac::Key::new(hmac::HMAC_SHA256, self.0.as_bytes());
        hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&root, purpose.as_bytes()).as_ref())
    }

    /// Returns the secret itself; each use is to be seen in a review.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Refuses a key or secret file that others can write, or read.
///
/// Inside a read-only mount, where an orchestrator sets the modes, being
/// readable is let through (TLS-8), and what is returned warns of it.
pub fn check_mode(path: &Path) -> Result<Option<&'static str>, Cause> {
    let mode = fs::metadata(path).map_err(|error| unreadable(path, &error))?.permissions().mode() & 0o777;
    let exposed = |what| format!("{}: can be {what} by others (mode {mode:04o}): use chmod 600 or 640", path.display());
    if mode & 0o022 != 0 {
        return Err(exposed("written").into());
    }
    if mode & 0o004 == 0 {
        return Ok(None);
    }
    if rustix::fs::statvfs(path)?.f_flag.contains(StatVfsMountFlags::RDONLY) {
        return Ok(Some("the key can be read by all users of this machine"));
    }
    Err(exposed("read").into())
}

fn unreadable(path: &Path, error: &io::Error) -> Cause {
    format!("{}: cannot be read: {error}", path.display()).into()
}
