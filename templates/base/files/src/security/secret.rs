//! Secrets, and the files that hold them.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

use aws_lc_rs::{constant_time, hmac};
use rustix::fs::StatVfsMountFlags;
use zeroize::Zeroizing;

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
    pub fn load(path: &Path) -> Result<Self, SecretError> {
        check_mode(path)?;
        let text = Zeroizing::new(read(path)?);
        Self::parse(text.trim_end()).ok_or_else(|| SecretError::Short(path.to_owned()))
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

/// Why a file is no place for a secret.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    #[error("{}: cannot be read: {source}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{}: can be {what} by others (mode {mode:04o}): use chmod 600 or 640", path.display())]
    Exposed { path: PathBuf, what: &'static str, mode: u32 },
    #[error("{}: holds less than {MINIMUM} characters", .0.display())]
    Short(PathBuf),
}

/// Refuses a key or secret file that others can write, or read.
///
/// Inside a read-only mount, where an orchestrator sets the modes, being
/// readable is let through (TLS-8); the caller is told, to warn of it.
pub fn check_mode(path: &Path) -> Result<Exposure, SecretError> {
    let unreadable = |source| SecretError::Unreadable { path: path.to_owned(), source };
    let mode = fs::metadata(path).map_err(unreadable)?.permissions().mode() & 0o777;
    let exposed = |what| Err(SecretError::Exposed { path: path.to_owned(), what, mode });
    if mode & 0o022 != 0 {
        return exposed("written");
    }
    if mode & 0o004 == 0 {
        return Ok(Exposure::Private);
    }
    let mount = rustix::fs::statvfs(path).map_err(|error| unreadable(error.into()))?;
    if mount.f_flag.contains(StatVfsMountFlags::RDONLY) { Ok(Exposure::ReadableMount) } else { exposed("read") }
}

/// How far a file is open to other users of the machine.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Exposure {
    Private,
    /// Readable by all, in a mount that none can write.
    ReadableMount,
}

fn read(path: &Path) -> Result<String, SecretError> {
    fs::read_to_string(path).map_err(|source| SecretError::Unreadable { path: path.to_owned(), source })
}
