//! Quotas: so many requests of a class for one subject in a fixed window.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use axum::http::{HeaderMap, HeaderName, HeaderValue};

use crate::config::settings;

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

settings! {
    /// Requests for one subject in one window; what each class counts is said
    /// in `config/default.toml`.
    pub struct Settings in "quotas" {
        pub window: u32,
        pub client: u32,
        pub anonymous: u32,
        pub failed: u32,
        pub read: u32,
        pub write: u32,
        pub costly: u32,
    }
}

/// What a quota counts; also the name of its policy.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Class {
    /// Every request of a client address, before anything is looked at.
    Client,
    /// Requests of a client address without a credential.
    Anonymous,
    /// Failed credentials of a client address.
    Failed,
    /// A principal's reads.
    Read,
    /// A principal's changes.
    Write,
    /// A principal's requests that cost more than others.
    Costly,
}

impl Class {
    pub const ALL: [Self; 6] = [Self::Client, Self::Anonymous, Self::Failed, Self::Read, Self::Write, Self::Costly];

    /// Returns the name that headers, logs and metrics use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Anonymous => "anonymous",
            Self::Failed => "failed",
            Self::Read => "read",
            Self::Write => "write",
            Self::Costly => "costly",
        }
    }
}

/// Where a subject stands after a request was counted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Quota {
    pub class: Class,
    /// Requests in a window.
    pub limit: u32,
    /// Requests left in this one.
    pub left: u32,
    /// Seconds until the next one.
    pub reset: u32,
    /// Seconds in a window.
    pub window: u32,
}

impl Quota {
    /// Writes the fields of draft-ietf-httpapi-ratelimit-headers (GATE-2).
    pub fn write(&self, headers: &mut HeaderMap) {
        let Self { class, limit, left, reset, window } = self;
        let name = class.name();
        let fields = [
            (RATE_LIMIT_POLICY, format!("\"{name}\";q={limit};w={window}")),
            (RATE_LIMIT, format!("\"{name}\";r={left};t={reset}")),
        ];
        for (field, text) in fields {
            if let Ok(mut value) = HeaderValue::try_from(text) {
                value.set_sensitive(field == RATE_LIMIT);
                headers.insert(field, value);
            }
        }
    }
}

/// A quota with nothing left.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Spent(pub Quota);

/// A power of two, so that two cores seldom meet in one shard.
const SHARDS: usize = 64;
const LAST_SHARD: u64 = SHARDS as u64 - 1;

/// 100,000 subjects in all (GATE-4).
const SUBJECTS_PER_SHARD: usize = 100_000 / SHARDS;

/// Subjects looked at for the one that makes room.
const CANDIDATES: usize = 8;

/// The counters of all subjects, bounded in number.
#[derive(Debug)]
pub struct Limits {
    settings: Settings,
    shards: [Mutex<HashMap<u64, Window>>; SHARDS],
    hasher: RandomState,
    epoch: Instant,
}

#[derive(Clone, Copy, Debug)]
struct Window {
    /// Seconds after the epoch.
    started: u32,
    count: u32,
}

impl Limits {
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            shards: std::array::from_fn(|_| Mutex::default()),
            hasher: RandomState::new(),
            epoch: Instant::now(),
        }
    }

    /// Counts one request of `subject` in `class`.
    pub fn spend(&self, class: Class, subject: impl Hash) -> Result<Quota, Spent> {
        let now = u32::try_from(self.epoch.elapsed().as_secs()).unwrap_or(u32::MAX);
        self.spend_at(now, class, subject)
    }

    fn spend_at(&self, now: u32, class: Class, subject: impl Hash) -> Result<Quota, Spent> {
        let limit = self.limit(class);
        let key = self.hasher.hash_one((class, subject));
        let mut shard = self.shard(key);
        if shard.len() >= SUBJECTS_PER_SHARD && !shard.contains_key(&key) {
            self.make_room(&mut shard, now);
        }
        let window = shard.entry(key).or_insert(Window { started: now, count: 0 });
        if self.is_over(*window, now) {
            *window = Window { started: now, count: 0 };
        }
        let end = window.started.saturating_add(self.settings.window);
        let quota =
            |left| Quota { class, limit, left, reset: end.saturating_sub(now).max(1), window: self.settings.window };
        if window.count >= limit {
            return Err(Spent(quota(0)));
        }
        window.count = window.count.saturating_add(1);
        Ok(quota(limit.saturating_sub(window.count)))
    }

    const fn limit(&self, class: Class) -> u32 {
        match class {
            Class::Client => self.settings.client,
            Class::Anonymous => self.settings.anonymous,
            Class::Failed => self.settings.failed,
            Class::Read => self.settings.read,
            Class::Write => self.settings.write,
            Class::Costly => self.settings.costly,
        }
    }

    /// A poisoned shard still counts right: no step in it can be half done.
    fn shard(&self, key: u64) -> MutexGuard<'_, HashMap<u64, Window>> {
        let index = usize::try_from(key & LAST_SHARD).unwrap_or_default();
        #[expect(clippy::indexing_slicing, reason = "the mask leaves no more than the last index")]
        self.shards[index].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Drops one that is over or, of a few, the least busy: a flood of new
    /// subjects must not wash out a busy one's count.
    fn make_room(&self, shard: &mut HashMap<u64, Window>, now: u32) {
        let worth = |window: &Window| if self.is_over(*window, now) { 0 } else { window.count };
        let least = shard.iter().take(CANDIDATES).min_by_key(|(_, window)| worth(window));
        if let Some(key) = least.map(|(key, _)| *key) {
            shard.remove(&key);
        }
    }

    const fn is_over(&self, window: Window, now: u32) -> bool {
        now.saturating_sub(window.started) >= self.settings.window
    }
}

/// Returns what counts as one client: an IPv4 address, or an IPv6 /64, of which
/// one subscriber has more addresses than could be counted.
pub const fn client_network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !(u64::MAX as u128))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> Limits {
        Limits::new(Settings { window: 60, client: 3, anonymous: 1, failed: 1, read: 2, write: 1, costly: 1 })
    }

    #[test]
    fn a_quota_is_refilled_when_its_window_is_over() {
        let limits = limits();
        assert_eq!(limits.spend_at(0, Class::Read, "a").unwrap().left, 1);
        assert_eq!(limits.spend_at(9, Class::Read, "a").unwrap().left, 0);
        assert_eq!(limits.spend_at(10, Class::Read, "a").unwrap_err().0.reset, 50);
        assert!(limits.spend_at(10, Class::Read, "b").is_ok());
        assert!(limits.spend_at(60, Class::Read, "a").is_ok());
    }

    #[test]
    fn gate_4_a_flood_of_subjects_stays_within_the_bound_and_keeps_a_busy_one() {
        let limits = limits();
        for _ in 0..3 {
            limits.spend_at(0, Class::Client, "busy").unwrap();
        }
        for subject in 0..250_000 {
            let _ = limits.spend_at(1, Class::Anonymous, subject);
        }
        let subjects: usize = limits.shards.iter().map(|shard| shard.lock().unwrap().len()).sum();
        assert!(subjects <= 100_000, "{subjects}");
        assert!(limits.spend_at(2, Class::Client, "busy").is_err());
    }

    #[test]
    fn one_ipv6_network_is_one_client() {
        let [a, b, c] =
            ["2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:1::1"].map(|text| client_network(text.parse().unwrap()));
        assert!(a == b && b != c);
    }
}
