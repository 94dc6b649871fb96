//! Whether a connection is alive: what it waits for, and since when.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicU32, AtomicU64};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use super::exchange::later;

/// The state of one connection, noted by its stream and its requests.
///
/// Until the first request, and from the first byte of a head to its last, the
/// client has the header time; between requests, the idle time (GATE-16).
#[derive(Debug)]
pub struct Pulse {
    opened: Instant,
    /// Bytes of a head can be told from others; in HTTP/2 they cannot.
    sees_heads: bool,
    header: Duration,
    idle: Duration,
    running: AtomicU32,
    /// Milliseconds after opening at which a head began; `NEVER` if none did.
    head: AtomicU64,
    /// Milliseconds after opening at which the last request ended.
    ended: AtomicU64,
}

const NEVER: u64 = u64::MAX;

/// How long a client may still send after the last answer.
const LINGER: Duration = Duration::from_secs(1);

impl Pulse {
    pub fn new(sees_heads: bool, header: Duration, idle: Duration) -> Self {
        Self {
            opened: Instant::now(),
            sees_heads,
            header,
            idle,
            running: AtomicU32::new(0),
            head: AtomicU64::new(NEVER),
            ended: AtomicU64::new(NEVER),
        }
    }

    /// Notes that a request runs until the returned value is dropped.
    pub fn begin_request(pulse: &Arc<Self>) -> Beat {
        pulse.running.fetch_add(1, Relaxed);
        pulse.head.store(NEVER, Relaxed);
        Beat(Arc::clone(pulse))
    }

    /// Returns when to look again; a moment that has passed means that the
    /// client's time is over.
    pub fn next_check(&self) -> Instant {
        // What begins later has at least this long.
        let soonest = later(Instant::now(), self.header.min(self.idle));
        if self.running.load(Relaxed) > 0 {
            return soonest;
        }
        let end = match (self.head.load(Relaxed), self.ended.load(Relaxed)) {
            (NEVER, NEVER) => later(self.opened, self.header),
            (NEVER, ended) => later(self.at(ended), self.idle),
            (head, _) => later(self.at(head), self.header),
        };
        end.min(soonest)
    }

    fn at(&self, milliseconds: u64) -> Instant {
        later(self.opened, Duration::from_millis(milliseconds))
    }

    fn now(&self) -> u64 {
        u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(NEVER)
    }

    fn note_bytes(&self) {
        if self.sees_heads && self.running.load(Relaxed) == 0 && self.head.load(Relaxed) == NEVER {
            self.head.store(self.now(), Relaxed);
        }
    }
}

/// A request that runs.
pub struct Beat(Arc<Pulse>);

impl Drop for Beat {
    fn drop(&mut self) {
        self.0.ended.store(self.0.now(), Relaxed);
        self.0.running.fetch_sub(1, Relaxed);
    }
}

/// A stream that notes when bytes arrive.
pub struct Watched<S> {
    stream: S,
    pulse: Arc<Pulse>,
    linger: Option<Pin<Box<Sleep>>>,
}

impl<S> Watched<S> {
    pub const fn new(stream: S, pulse: Arc<Pulse>) -> Self {
        Self { stream, pulse, linger: None }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let poll = Pin::new(&mut self.stream).poll_read(cx, buf);
        if buf.filled().len() > before {
            self.pulse.note_bytes();
        }
        poll
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    /// Ends our half, and reads until the client ends its own. A socket that is closed while bytes
    /// arrive is reset, and a reset can take from the client the answer that it has not read yet
    /// (RFC 9112 §9.6).
    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Self { stream, linger, .. } = self.get_mut();
        if linger.is_none() {
            ready!(Pin::new(&mut *stream).poll_shutdown(cx))?;
        }
        let linger = linger.get_or_insert_with(|| Box::pin(sleep(LINGER)));
        while linger.as_mut().poll(cx).is_pending() {
            let mut scratch = [0; 4096];
            let mut dropped = ReadBuf::new(&mut scratch);
            let read = ready!(Pin::new(&mut *stream).poll_read(cx, &mut dropped));
            if read.is_err() || dropped.filled().is_empty() {
                break;
            }
        }
        Poll::Ready(Ok(()))
    }
}
