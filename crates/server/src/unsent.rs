//! The memory of answers that their clients have not taken yet.
//!
//! An answer is there as a whole before its first byte is sent, and a client may take minutes for it. Without a bound, a few
//! hundred clients that read slowly would keep more memory than the process has.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::{body::Body, http::Response};
use hyper::body::{Body as _, Bytes, Frame, SizeHint};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes of all answers together: a quarter of the memory that `deploy/kubernetes` gives a process.
pub(crate) const UNSENT: u64 = 128 << 20;

/// An answer of no more bytes always has room: health checks, states of queries and problems are small. With the default of
/// 1,024 connections all small answers together take 64 MiB at the most.
const SMALL: u64 = 64 << 10;

/// What room is counted in.
const UNIT: u64 = 1 << 10;

/// Room for answers that are not sent yet.
#[derive(Debug, Clone)]
pub(crate) struct Unsent {
    room: Arc<Semaphore>,
    all: u32,
}

impl Unsent {
    /// Room for so many bytes.
    pub(crate) fn new(bytes: u64) -> Self {
        let all = u32::try_from(bytes / UNIT).unwrap_or(u32::MAX);
        Self { room: Arc::new(Semaphore::new(usize::try_from(all).unwrap_or(Semaphore::MAX_PERMITS))), all }
    }

    /// The response, whose bytes count until each of them is sent; in its place 429 `busy` if there is no room for it now.
    /// One that is larger than all room is sent when there is no other.
    pub(crate) fn hold(&self, response: Response<Body>) -> Response<Body> {
        let size = response.body().size_hint();
        let bytes = size.upper().unwrap_or(size.lower());
        if bytes <= SMALL {
            return response;
        }
        let units = u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX).min(self.all);
        match Arc::clone(&self.room).try_acquire_many_owned(units) {
            Ok(place) => response.map(|body| Body::new(Held { body, place: Arc::new(place) })),
            Err(_) => query::too_much_unsent(),
        }
    }
}

/// A body whose bytes have a place.
struct Held {
    body: Body,
    place: Arc<OwnedSemaphorePermit>,
}

/// Some bytes of it: the connection keeps them when the body itself is gone.
struct Placed {
    bytes: Bytes,
    _place: Arc<OwnedSemaphorePermit>,
}

impl AsRef<[u8]> for Placed {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl hyper::body::Body for Held {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        let placed = |bytes| Bytes::from_owner(Placed { bytes, _place: Arc::clone(&self.place) });
        frame.map_ok(|frame| frame.map_data(placed))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(bytes: usize) -> Response<Body> {
        Response::new(Body::from(vec![b'x'; bytes]))
    }

    async fn taken(response: Response<Body>) -> Bytes {
        axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap()
    }

    #[tokio::test]
    async fn answers_beyond_the_room_are_turned_away_until_others_are_sent() {
        let unsent = Unsent::new(1 << 20);
        let held: Vec<Response<Body>> = (0..4).map(|_| unsent.hold(response(256 << 10))).collect();
        assert!(held.iter().all(|response| response.status() == 200));
        let turned_away = unsent.hold(response(SMALL as usize + 1));
        assert_eq!(turned_away.status(), 429);
        assert!(turned_away.headers().contains_key("retry-after"));
        assert_eq!(unsent.hold(response(SMALL as usize)).status(), 200, "small ones always have room");

        // A body that is gone has bytes on their way: those count.
        let mut sent = Vec::new();
        for response in held {
            sent.push(taken(response).await);
        }
        assert_eq!(unsent.hold(response(256 << 10)).status(), 429);
        assert_eq!(sent.pop().unwrap().len(), 256 << 10);
        let next = unsent.hold(response(256 << 10));
        assert_eq!(next.status(), 200);
        drop((next, sent));
        assert_eq!(unsent.hold(response(1 << 30)).status(), 200, "the largest one alone");
    }
}
