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

/// What a quota counts.
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
    const ALL: [Self; 6] = [Self::Client, Self::Anonymous, Self::Failed, Self::Read, Self::Write, Self::Costly];

    /// Returns the name that headers, logs and metrics use, and how many requests a window has.
    const fn terms(self, settings: &Settings) -> (&'static str, u32) {
        match self {
            Self::Client => ("client", settings.client),
            Self::Anonymous => ("anonymous", settings.anonymous),
            Self::Failed => ("failed", settings.failed),
            Self::Read => ("read", settings.read),
            Self::Write => ("write", settings.write),
            Self::Costly => ("costly", settings.costly),
        }
    }
}

/// Where a subject stands after a request was counted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Quota {
    /// The name of the class that was counted.
    pub policy: &'static str,
    /// Requests left in this one.
    pub left: u32,
    /// Seconds until the next one.
    pub reset: u32,
}

/// A quota with nothing left.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Spent(pub Quota);

/// A power of two, so that two cores seldom meet in one shard.
const SHARDS: usize = 64;
const LAST_SHARD: u64 = SHARDS as u64 - 1;

/// 100,000 subjects in all (GATE-4).
const SUBJECTS_PER_SHARD: usize = 100_000 / SHARDS;

/// The counters of all subjects, bounded in number.
#[derive(Debug)]
pub struct Limits {
    settings: Settings,
    /// What answers tell of each class: the same for all subjects, hence written once.
    policies: [(&'static str, HeaderValue); 6],
    shards: [Mutex<HashMap<u64, Counter>>; SHARDS],
    hasher: RandomState,
    epoch: Instant,
}

#[derive(Clone, Copy, Debug)]
struct Counter {
    /// When its window began, in seconds after the epoch.
    started: u32,
    count: u32,
}

impl Limits {
    pub fn new(settings: Settings) -> Self {
        let policies = Class::ALL.map(|class| {
            let (policy, limit) = class.terms(&settings);
            // A name, two numbers and their marks can always be sent.
            let field = HeaderValue::try_from(format!("\"{policy}\";q={limit};w={}", settings.window));
            (policy, field.unwrap_or(HeaderValue::from_static("")))
        });
        Self {
            settings,
            policies,
            shards: std::array::from_fn(|_| Mutex::default()),
            hasher: RandomState::new(),
            epoch: Instant::now(),
        }
    }

    /// Counts one request of `subject` in `class`.
    pub fn spend(&self, class: Class, subject: impl Hash) -> Result<Quota, Spent> {
        let (policy, limit) = class.terms(&self.settings);
        let window = self.settings.window;
        let now = u32::try_from(self.epoch.elapsed().as_secs()).unwrap_or(u32::MAX);
        let is_over = |counter: &Counter| now.saturating_sub(counter.started) >= window;
        let key = self.hasher.hash_one((class, subject));
        let mut shard = self.shard(key);
        if shard.len() >= SUBJECTS_PER_SHARD && !shard.contains_key(&key) {
            // One goes whose window is over or, if there is none, the least busy: a flood of new
            // subjects must not wash out a busy one's count.
            let worth = |counter: &Counter| if is_over(counter) { 0 } else { counter.count };
            let least = shard.iter().min_by_key(|(_, counter)| worth(counter)).map(|(key, _)| *key);
            least.and_then(|key| shard.remove(&key));
        }
        let counter = shard.entry(key).or_insert(Counter { started: now, count: 0 });
        if is_over(counter) {
            *counter = Counter { started: now, count: 0 };
        }
        let reset = counter.started.saturating_add(window).saturating_sub(now).max(1);
        let quota = Quota { policy, left: limit.saturating_sub(counter.count), reset };
        if quota.left == 0 {
            return Err(Spent(quota));
        }
        counter.count = counter.count.saturating_add(1);
        Ok(Quota { left: quota.left.saturating_sub(1), ..quota })
    }

    /// Writes the fields of draft-ietf-httpapi-ratelimit-headers (GATE-2).
    pub fn label(&self, quota: &Quota, headers: &mut HeaderMap) {
        let Quota { policy, left, reset } = quota;
        for (_, terms) in self.policies.iter().filter(|(name, _)| name == policy) {
            headers.insert(RATE_LIMIT_POLICY, terms.clone());
        }
        let [mut left_digits, mut reset_digits] = [itoa::Buffer::new(); 2];
        let (left, reset) = (left_digits.format(*left), reset_digits.format(*reset));
        if let Ok(mut value) = HeaderValue::try_from(["\"", policy, "\";r=", left, ";t=", reset].concat()) {
            // Seldom the same again: it has no place in HTTP/2's header table.
            value.set_sensitive(true);
            headers.insert(RATE_LIMIT, value);
        }
    }

    /// A poisoned shard still counts right: no step in it can be half done.
    fn shard(&self, key: u64) -> MutexGuard<'_, HashMap<u64, Counter>> {
        let index = usize::try_from(key & LAST_SHARD).unwrap_or_default();
        #[expect(clippy::indexing_slicing, reason = "the mask leaves no more than the last index")]
        self.shards[index].lock().unwrap_or_else(PoisonError::into_inner)
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
