//! JSON lines, written by a thread of their own.

use std::cell::RefCell;
use std::error::Error;
use std::fmt::{self, Write as _};
use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use time::OffsetDateTime;
use time::macros::format_description;

use super::{Action, Level};
use crate::security::exchange::Exchange;
use crate::security::json::Object;

/// The longest line (LOG-1).
const LINE_LIMIT: usize = 16 * 1024;

/// The longest text of a cause or a backtrace in a line.
const TEXT_LIMIT: usize = 6 * 1024;

/// Bytes that wait for the writer; what comes on top is dropped and counted.
const QUEUE_LIMIT: usize = 4 * 1024 * 1024;

/// How long the writer lets lines gather, so that it wakes seldom.
const GATHER: Duration = Duration::from_millis(5);

/// A line under construction.
pub type Line = Object;

/// Where all log lines go. A request only ever copies its line into a buffer;
/// a slow sink costs lines, never a request's time (LOG-8).
#[derive(Clone, Debug)]
pub struct Log(Arc<Queue>);

#[derive(Debug, Default)]
struct Queue {
    state: Mutex<State>,
    changed: Condvar,
    dropped: AtomicU64,
}

#[derive(Debug, Default)]
struct State {
    waiting: Vec<u8>,
    lines: u64,
    /// The writer has bytes in hand that are not written yet.
    writing: bool,
}

impl Log {
    /// Starts the writer.
    pub fn start(sink: impl Write + Send + 'static) -> Self {
        let log = Self(Arc::default());
        let queue = Arc::clone(&log.0);
        thread::spawn(move || queue.drain(sink));
        log
    }

    /// Writes an event of the catalogue that belongs to no request.
    pub fn event(&self, action: Action, fill: impl FnOnce(&mut Line)) {
        self.line(action.level(), "audit", |line| {
            line.text("action", action.name());
            fill(line);
        });
    }

    /// Writes an event of the catalogue that a request caused.
    pub fn event_of(&self, exchange: &Exchange, action: Action, fill: impl FnOnce(&mut Line)) {
        self.event(action, |line| {
            name_exchange(line, exchange);
            line.text("method", exchange.method.as_str());
            line.text("route", exchange.route());
            if let Some(principal) = exchange.principal.get() {
                line.text("principal.id", principal);
            }
            fill(line);
        });
    }

    /// Writes one line.
    pub(super) fn line(&self, level: Level, event: &str, fill: impl FnOnce(&mut Line)) {
        let mut line = Line::new();
        write_time(&mut line);
        line.text("level", level.name());
        line.text("event", event);
        fill(&mut line);
        let mut bytes = line.finish();
        if bytes.len() >= LINE_LIMIT {
            let mut line = Line::new();
            write_time(&mut line);
            line.text("level", level.name());
            line.text("event", "overlong");
            bytes = line.finish();
        }
        bytes.push(b'\n');
        self.0.push(&bytes);
    }

    /// Returns how many lines were dropped so far.
    pub fn dropped(&self) -> u64 {
        self.0.dropped.load(Ordering::Relaxed)
    }

    /// Waits until all lines are written; called once, before the process ends.
    pub fn flush(&self) {
        let mut state = self.0.lock();
        while !state.waiting.is_empty() || state.writing {
            state = self.0.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, line: &[u8]) {
        let mut state = self.lock();
        if state.waiting.len().saturating_add(line.len()) > QUEUE_LIMIT {
            self.dropped.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let first = state.waiting.is_empty();
        state.waiting.extend_from_slice(line);
        state.lines = state.lines.saturating_add(1);
        drop(state);
        if first {
            self.changed.notify_all();
        }
    }

    /// Takes what waits and leaves an empty buffer; returns how many lines.
    fn take(&self, batch: &mut Vec<u8>) -> u64 {
        let mut state = self.lock();
        std::mem::swap(&mut state.waiting, batch);
        std::mem::take(&mut state.lines)
    }

    fn drain(&self, mut sink: impl Write) {
        let mut batch = Vec::new();
        loop {
            let mut state = self.lock();
            while state.waiting.is_empty() {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            state.writing = true;
            drop(state);
            thread::sleep(GATHER);
            let lines = self.take(&mut batch);
            if sink.write_all(&batch).and_then(|()| sink.flush()).is_err() {
                self.dropped.fetch_add(lines, Ordering::Relaxed);
            }
            batch.clear();
            self.lock().writing = false;
            self.changed.notify_all();
        }
    }
}

/// Names the request that a line belongs to.
pub(super) fn name_exchange(line: &mut Line, exchange: &Exchange) {
    line.text("request_id", &exchange.id);
    line.text("trace_id", &exchange.trace);
    line.text("client.address", &exchange.client.to_string());
}

/// Writes an error with everything below it, cut to a length (ERR-6).
pub fn causes(line: &mut Line, error: &dyn Error) {
    let mut text = Clipped(String::new());
    let mut next = Some(error);
    while let Some(error) = next {
        let separator = if text.0.is_empty() { "" } else { ": " };
        // Full is no failure: the text is cut on purpose.
        let _ = write!(text, "{separator}{error}");
        next = error.source();
    }
    line.text("cause", &text.0);
}

/// Writes a text of any length, cut.
pub fn clipped(line: &mut Line, name: &str, value: &str) {
    let mut text = Clipped(String::new());
    let _ = text.write_str(value);
    line.text(name, &text.0);
}

struct Clipped(String);

impl fmt::Write for Clipped {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        for letter in more.chars() {
            if self.0.len() >= TEXT_LIMIT {
                return Err(fmt::Error);
            }
            self.0.push(letter);
        }
        Ok(())
    }
}

thread_local! {
    /// The second that this thread wrote last, and its text up to the point.
    static SECOND: RefCell<(i64, String)> = const { RefCell::new((0, String::new())) };
}

/// The length of `2026-11-24T06:15:56.`
const SECOND_LENGTH: usize = 20;

/// Writes the time in UTC with milliseconds (RFC 3339).
fn write_time(line: &mut Line) {
    let now = OffsetDateTime::now_utc();
    SECOND.with_borrow_mut(|(second, text)| {
        if *second != now.unix_timestamp() {
            *second = now.unix_timestamp();
            *text =
                now.format(format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].")).unwrap_or_default();
        }
        text.truncate(SECOND_LENGTH);
        // Writing to a string cannot fail.
        let _ = write!(text, "{:03}Z", now.millisecond());
        line.text("time", text);
    });
}
