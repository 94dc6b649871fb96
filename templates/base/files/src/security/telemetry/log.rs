//! JSON lines, written by a thread of their own, and the closed catalogue of events among them.

use std::cell::RefCell;
use std::error::Error;
use std::io::Write;
use std::iter;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
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

/// Lines that wait for the writer; what comes on top is dropped and counted.
const QUEUE_LIMIT: usize = 8192;

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

/// Where all log lines go. A request only ever hands its line over: a slow sink costs lines, never a
/// request's time (LOG-8).
#[derive(Clone, Debug)]
pub struct Log {
    queue: SyncSender<Message>,
    dropped: Arc<AtomicU64>,
}

#[derive(Debug)]
enum Message {
    Line(Vec<u8>),
    /// Asks for a word when all lines before it are written.
    Flush(SyncSender<()>),
}

impl Log {
    /// Starts the writer.
    pub fn start(sink: impl Write + Send + 'static) -> Self {
        let (queue, lines) = sync_channel(QUEUE_LIMIT);
        let log = Self { queue, dropped: Arc::default() };
        let dropped = Arc::clone(&log.dropped);
        thread::spawn(move || write(&lines, sink, &dropped));
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
        } else if self.queue.try_send(Message::Line(bytes)).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Returns how many lines were dropped so far.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Waits until all lines are written; called once, before the process ends.
    pub fn flush(&self) {
        let (done, written) = sync_channel(1);
        if self.queue.send(Message::Flush(done)).is_ok() {
            // It fails when the writer is gone, and nothing is left to wait for.
            let _ = written.recv();
        }
    }
}

fn write(lines: &Receiver<Message>, mut sink: impl Write, dropped: &AtomicU64) {
    let mut batch = Vec::new();
    while let Ok(first) = lines.recv() {
        thread::sleep(GATHER);
        let (mut count, mut flushes) = (0, Vec::new());
        for message in iter::once(first).chain(lines.try_iter().take(QUEUE_LIMIT)) {
            match message {
                Message::Line(line) => {
                    batch.extend_from_slice(&line);
                    count = u64::saturating_add(count, 1);
                }
                Message::Flush(done) => flushes.push(done),
            }
        }
        if sink.write_all(&batch).and_then(|()| sink.flush()).is_err() {
            dropped.fetch_add(count, Ordering::Relaxed);
        }
        batch.clear();
        for done in flushes {
            // Who asked may have stopped waiting.
            let _ = done.send(());
        }
    }
}

/// Names the request that a line belongs to, and who sent it.
pub(super) fn name_exchange(line: &mut Line, exchange: &Exchange) {
    line.text("request_id", &exchange.id);
    line.text("trace_id", &exchange.trace);
    line.text("client.address", &exchange.client.to_string());
    line.text("method", exchange.method.as_str());
    line.text("route", exchange.route());
    if let Some(principal) = exchange.principal.get() {
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
    /// The second that this thread wrote last, and its text.
    static SECOND: RefCell<(i64, String)> = const { RefCell::new((0, String::new())) };
}

/// Writes the time in UTC with milliseconds (RFC 3339).
fn write_time(line: &mut Line) {
    let now = OffsetDateTime::now_utc();
    SECOND.with_borrow_mut(|(second, text)| {
        if *second != now.unix_timestamp() {
            *second = now.unix_timestamp();
            let form = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]");
            *text = now.format(form).unwrap_or_default();
        }
        line.text("time", &format!("{text}.{:03}Z", now.millisecond()));
    });
}
