//! Panics: caught where a request is handled, told to the log with a backtrace.

use std::backtrace::Backtrace;
use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::panic::{self, AssertUnwindSafe};
use std::pin::Pin;
use std::task::Poll;

use super::log::{Line, clipped};

thread_local! {
    /// Whether a panic on this thread would be caught below.
    static CATCHING: Cell<bool> = const { Cell::new(false) };
    /// What the hook saw last on this thread; the catch fetches it.
    static LAST: RefCell<Option<Panic>> = const { RefCell::new(None) };
}

/// A panic that was caught.
#[derive(Debug, Default, thiserror::Error)]
#[error("{message}")]
pub struct Panic {
    message: String,
    backtrace: String,
}

impl Panic {
    /// Writes message and backtrace, cut to a length.
    pub fn describe(&self, line: &mut Line) {
        clipped(line, "cause", &self.message);
        clipped(line, "backtrace", &self.backtrace);
    }
}

/// Keeps message and backtrace of a panic that will be caught, for the log;
/// any other is printed as ever.
pub fn install_hook() {
    let print = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if CATCHING.get() {
            let seen = Panic { message: info.to_string(), backtrace: Backtrace::force_capture().to_string() };
            LAST.set(Some(seen));
        } else {
            print(info);
        }
    }));
}

/// Runs a future to its end or to its panic. It is boxed by the caller or
/// small: a future that waits for another holds it twice.
pub async fn catch<F: Future + Unpin>(mut future: F) -> Result<F::Output, Panic> {
    poll_fn(|context| {
        // What a panic leaves half done is dropped with the future; what is
        // shared (pools, counters) is behind locks that forgive poisoning.
        let outer = CATCHING.replace(true);
        let poll = panic::catch_unwind(AssertUnwindSafe(|| Pin::new(&mut future).poll(context)));
        CATCHING.set(outer);
        match poll {
            Ok(poll) => poll.map(Ok),
            Err(_) => Poll::Ready(Err(LAST.take().unwrap_or_default())),
        }
    })
    .await
}
