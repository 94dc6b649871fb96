//! What is left of a body when its request is answered. HTTP/1.1 reads it, or the connection ends:
//! the next request begins behind it (RFC 9112 §9.3).

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::HttpBody;
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Frame, Incoming, SizeHint};
use tokio::time::timeout;

/// What is read and dropped at most, and for how long.
const LIMIT: usize = 64 * 1024;
const PATIENCE: Duration = Duration::from_secs(1);

/// A body that can be taken up again where its reader stopped.
#[derive(Clone)]
pub struct Leftover(Arc<Mutex<Incoming>>);

impl Leftover {
    pub fn of(body: Incoming) -> Self {
        Self(Arc::new(Mutex::new(body)))
    }

    /// Tells whether nothing is left. If it may, it first reads and drops what is little and on its way.
    pub async fn is_drained(mut self, may_drain: bool) -> bool {
        if self.is_end_stream() {
            return true;
        }
        let mut room = LIMIT;
        let worthwhile = may_drain && self.size_hint().lower() <= LIMIT as u64;
        let drain = async {
            while let Some(frame) = self.frame().await {
                room = room.checked_sub(frame.ok()?.data_ref().map_or(0, Bytes::len))?;
            }
            Some(())
        };
        worthwhile && matches!(timeout(PATIENCE, drain).await, Ok(Some(())))
    }

    fn with<T>(&self, ask: impl FnOnce(&mut Incoming) -> T) -> T {
        ask(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl HttpBody for Leftover {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<hyper::Result<Frame<Bytes>>>> {
        self.with(|body| Pin::new(body).poll_frame(cx))
    }

    fn is_end_stream(&self) -> bool {
        self.with(|body| body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        self.with(|body| body.size_hint())
    }
}
