//! The bodies of requests and answers, which tell their connection who waits for whom.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::body::Body;
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use tokio::time::Instant;

use super::{connection::Connection, limits::ConnectionLimits};

/// The body of a request, while a handler reads it.
pub(super) struct RequestBody {
    inner: Incoming,
    connection: Arc<Connection>,
    patience: Patience,
    waiting: Option<Instant>,
}

/// How long a body may still be waited for.
#[derive(Debug)]
struct Patience {
    limits: ConnectionLimits,
    received: u64,
    waited: Duration,
}

impl Patience {
    /// The next wait: no longer than one may be, and none once the body was too slow on the whole. A body that came
    /// quickly may wait as long as any other; one that comes byte by byte gains a moment with each.
    fn next_wait(&self) -> Duration {
        let earned = Duration::from_secs(self.received / self.limits.body_rate.max(1));
        let left = self.limits.body.saturating_add(earned).saturating_sub(self.waited);
        left.min(self.limits.body)
    }
}

impl RequestBody {
    pub(super) fn new(inner: Incoming, connection: Arc<Connection>, limits: ConnectionLimits) -> Self {
        let patience = Patience { limits, received: 0, waited: Duration::ZERO };
        Self { inner, connection, patience, waiting: None }
    }

    fn waits(&mut self) {
        if self.waiting.is_none() {
            self.waiting = Some(Instant::now());
            self.connection.waits_for_body(self.patience.next_wait());
        }
    }

    fn goes_on(&mut self, bytes: usize) {
        self.patience.received += bytes as u64;
        if let Some(since) = self.waiting.take() {
            self.patience.waited += since.elapsed();
            self.connection.works();
        }
    }
}

impl HttpBody for RequestBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.inner).poll_frame(context);
        match &polled {
            Poll::Pending => this.waits(),
            Poll::Ready(Some(Ok(frame))) => this.goes_on(frame.data_ref().map_or(0, Bytes::len)),
            Poll::Ready(_) => this.goes_on(0),
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// Who gives up a body while it is waited for works on: the client is not waited for any more.
impl Drop for RequestBody {
    fn drop(&mut self) {
        if self.waiting.is_some() {
            self.connection.stops_receiving();
        }
    }
}

/// The body of an answer, while the server takes it.
pub(super) struct ResponseBody {
    inner: Body,
    connection: Arc<Connection>,
}

impl ResponseBody {
    pub(super) fn new(inner: Body, connection: Arc<Connection>) -> Self {
        Self { inner, connection }
    }
}

impl HttpBody for ResponseBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = self.get_mut();
        // The client has taken what there was, and the next piece is the lake's to make.
        this.connection.works();
        let polled = Pin::new(&mut this.inner).poll_frame(context);
        if polled.is_ready() {
            this.connection.sends();
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl Drop for ResponseBody {
    /// The server drops it when it has all of it.
    fn drop(&mut self) {
        self.connection.answered();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_body_has_an_end_and_a_quick_one_has_not() {
        let limits = ConnectionLimits {
            body: Duration::from_secs(30),
            body_rate: 1_000,
            ..ConnectionLimits::default()
        };
        let next = |received, waited| {
            let waited = Duration::from_secs(waited);
            Patience { limits, received, waited }.next_wait().as_secs()
        };
        assert_eq!(next(0, 0), 30);
        assert_eq!(next(60, 29), 1, "a byte now and then gains nothing");
        assert_eq!(next(60, 30), 0);
        assert_eq!(next(60_000, 60), 30, "as quick as it must be");
        assert_eq!(next(60_000, 80), 10);
        assert_eq!(next(1 << 40, 0), 30, "what came quickly is no reason to wait for ever");
    }
}
