//! JSON lines, written by a thread of their own, and the closed catalogue of events among them.

use std::cell::RefCell;
use std::error::Error;
use std::io::Write;
use std::iter;
use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use time::OffsetDateTime;
use time::macros::format_description;

use crate::security::exchange::Exchange;
use crate::security::json::Object;

/// The longest line (LOG-1).
const LINE_LIMIT: usize = 16 * 1024;

/// The longest text of a cause or a backtrace in a line.
const TEXT_LIMIT: usize = 6 * 1024;

/// Bytes that wait for the writer; a line on top is dropped and counted.
const WAITING_LIMIT: usize = 2 * 1024 * 1024;

/// How long the writer lets lines gather, so that it wakes seldom.
const GATHER: Duration = Duration::from_millis(5);

macro_rules! actions {
    ($($action:ident = $name:literal, $level:literal;)*) => {
        /// One kind of event beside access records (LOG-5). Its name is the `action` of a log line.
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub enum Action {
            $($action,)*
        }

        impl Action {
            pub const ALL: &[Self] = &[$(Self::$action),*];

            /// Returns name and level.
            pub const fn text(self) -> (&'static str, &'static str) {
                match self {
                    $(Self::$action => ($name, $level),)*
                }
            }
        }
    };
}

actions! {
    AuthnFailed = "authn.failed", "warn";
    AuthzDenied = "authz.denied", "warn";
    CertificateWarning = "certificate.warning", "warn";
    ForwardedIgnored = "forwarded.ignored", "warn";
    HandshakeFailed = "handshake.failed", "info";
    InputInvalid = "input.invalid", "info";
    KeyCreated = "key.created", "info";
    KeyExpiring = "key.expiring", "warn";
    KeyRevoked = "key.revoked", "info";
    KeyRotated = "key.rotated", "info";
    ObjectHidden = "object.hidden", "warn";
    QuotaSpent = "quota.spent", "warn";
    Reloaded = "reload.done", "info";
    ReloadFailed = "reload.failed", "error";
    RequestFailed = "request.failed", "error";
    RequestRefused = "request.refused", "info";
    Started = "service.started", "info";
    Stopped = "service.stopped", "info";
    Stopping = "service.stopping", "info";
    TaskPanicked = "task.panicked", "error";
    VersionNotice = "version.notice", "warn";
    VersionShut = "version.shut", "warn";
}

/// A line under construction.
pub type Line = Object;

/// Where all log lines go. A request only ever adds its line to those that wait: a slow sink costs
/// lines, never a request's time (LOG-8).
#[derive(Clone, Debug)]
pub struct Log {
    waiting: Arc<Waiting>,
    bell: SyncSender<Ring>,
}

#[derive(Debug, Default)]
struct Waiting {
    lines: Mutex<Vec<u8>>,
    dropped: AtomicU64,
}

/// What wakes the writer: the first line after those that were written, or whoever asks for a word
/// when all lines are.
type Ring = Option<SyncSender<()>>;

impl Log {
    /// Starts the writer.
    pub fn start(sink: impl Write + Send + 'static) -> Self {
        let (bell, rings) = sync_channel(1);
        let log = Self { waiting: Arc::default(), bell };
        let waiting = Arc::clone(&log.waiting);
        thread::spawn(move || write(&rings, sink, &waiting));
        log
    }

    /// Writes an event of the catalogue that belongs to no request.
    pub fn event(&self, action: Action, fill: impl FnOnce(&mut Line)) {
        let (name, level) = action.text();
        self.line(level, "audit", |line| {
            line.text("action", name);
            fill(line);
        });
    }

    /// Writes an event of the catalogue that a request caused.
    pub fn event_of(&self, exchange: &Exchange, action: Action, fill: impl FnOnce(&mut Line)) {
        self.event(action, |line| {
            name_exchange(line, exchange);
            fill(line);
        });
    }

    /// Writes one line.
    pub(super) fn line(&self, level: &str, event: &str, fill: impl FnOnce(&mut Line)) {
        let mut line = Line::new();
        write_time(&mut line);
        line.text("level", level);
        line.text("event", event);
        fill(&mut line);
        let mut bytes = line.finish();
        bytes.push(b'\n');
        if bytes.len() > LINE_LIMIT {
            let nothing: fn(&mut Line) = |_| {};
            self.line(level, "overlong", nothing);
        } else if self.waiting.add(&bytes) {
            // Whoever rang before is still to be heard, and rang for this line too.
            let _ = self.bell.try_send(None);
        }
    }

    /// Returns how many lines were dropped so far.
    pub fn dropped(&self) -> u64 {
        self.waiting.dropped.load(Ordering::Relaxed)
    }

    /// Waits until all lines are written; called once, before the process ends.
    pub fn flush(&self) {
        let (done, written) = sync_channel(1);
        if self.bell.send(Some(done)).is_ok() {
            // It fails when the writer is gone, and nothing is left to wait for.
            let _ = written.recv();
        }
    }
}

impl Waiting {
    /// Adds a line, and tells whether it is the first.
    fn add(&self, line: &[u8]) -> bool {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let is_first = lines.is_empty();
        if lines.len().saturating_add(line.len()) > WAITING_LIMIT {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        } else {
            lines.extend_from_slice(line);
        }
        is_first
    }
}

fn write(rings: &Receiver<Ring>, mut sink: impl Write, waiting: &Waiting) {
    let mut batch = Vec::new();
    while let Ok(ring) = rings.recv() {
        thread::sleep(GATHER);
        mem::swap(&mut batch, &mut waiting.lines.lock().unwrap_or_else(PoisonError::into_inner));
        if sink.write_all(&batch).and_then(|()| sink.flush()).is_err() {
            let count = batch.split_inclusive(|byte| *byte == b'\n').count();
            waiting.dropped.fetch_add(u64::try_from(count).unwrap_or(u64::MAX), Ordering::Relaxed);
        }
        batch.clear();
        if let Some(done) = ring {
            // Who asked may have stopped waiting.
            let _ = done.send(());
        }
    }
}

/// Names the request that a line belongs to, and who sent it.
pub(super) fn name_exchange(line: &mut Line, exchange: &Exchange) {
    line.text("request_id", &exchange.id);
    line.text("trace_id", &exchange.trace);
    line.value("client.address", &exchange.client);
    line.text("method", exchange.method.as_str());
    line.text("route", exchange.route());
    if let Some(principal) = exchange.principal() {
        line.text("principal.id", principal);
    }
}

/// Writes an error with everything below it, cut to a length (ERR-6).
pub fn causes(line: &mut Line, error: &dyn Error) {
    let all: Vec<_> = iter::successors(Some(error), |&error| error.source()).map(ToString::to_string).collect();
    clipped(line, "cause", &all.join(": "));
}

/// Writes a text of any length, cut.
pub(super) fn clipped(line: &mut Line, name: &str, text: &str) {
    line.text(name, text.get(..text.floor_char_boundary(TEXT_LIMIT)).unwrap_or_default());
}

thread_local! {
    /// The second and the millisecond that this thread wrote last, and their text.
    static TIME: RefCell<((i64, u16), String)> = const { RefCell::new(((0, 0), String::new())) };
}

/// Writes the time in UTC with milliseconds (RFC 3339).
fn write_time(line: &mut Line) {
    let now = OffsetDateTime::now_utc();
    TIME.with_borrow_mut(|(last, text)| {
        let time = (now.unix_timestamp(), now.millisecond());
        if mem::replace(last, time) != time {
            let form = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
            *text = now.format(form).unwrap_or_default();
        }
        line.text("time", text);
    });
}
