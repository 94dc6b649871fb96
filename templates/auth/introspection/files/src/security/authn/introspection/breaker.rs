//! Whether it makes sense to ask: not for a while, after several failures in a row.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::security::exchange::later;

/// Failures in a row, after which nobody asks.
const FAILURES: u32 = 5;
/// For how long; then one may try, and the others follow when that goes well.
const PAUSE: Duration = Duration::from_secs(5);

#[derive(Debug, Default)]
pub struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    failures: u32,
    /// While asking is suspended: when the next one may try.
    until: Option<Instant>,
}

/// What one outcome changes for those who come next.
#[derive(Debug, Eq, PartialEq)]
pub enum Change {
    Suspended,
    Resumed,
}

impl Breaker {
    /// Tells whether one may ask.
    pub fn admits(&self) -> bool {
        let (mut state, now) = (self.state(), Instant::now());
        match state.until {
            None => true,
            Some(until) if now < until => false,
            Some(_) => {
                // The others wait for what this one finds.
                state.until = Some(later(now, PAUSE));
                true
            }
        }
    }

    /// Notes how it went.
    pub fn note(&self, has_answered: bool) -> Option<Change> {
        let mut state = self.state();
        if has_answered {
            state.failures = 0;
            return state.until.take().map(|_| Change::Resumed);
        }
        state.failures = state.failures.saturating_add(1);
        if state.failures < FAILURES {
            return None;
        }
        let before = state.until.replace(later(Instant::now(), PAUSE));
        before.is_none().then_some(Change::Suspended)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
