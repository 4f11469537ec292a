//! The bodies of requests and answers, which tell their connection who waits for whom.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::body::Body;
use bytes::Bytes;
use domain::pace::Patience;
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

impl RequestBody {
    pub(super) fn new(inner: Incoming, connection: Arc<Connection>, limits: ConnectionLimits) -> Self {
        Self { inner, connection, patience: Patience::new(limits.of_body()), waiting: None }
    }

    fn waits(&mut self) {
        if self.waiting.is_none() {
            self.waiting = Some(Instant::now());
            self.connection.waits_for_body(self.patience.left());
        }
    }

    fn goes_on(&mut self, bytes: usize) {
        let waited = self.waiting.take().map(|since| since.elapsed());
        self.patience.went_on(waited.unwrap_or_default(), bytes as u64);
        if waited.is_some() {
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
