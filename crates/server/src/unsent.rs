//! The memory of answers that their clients have not taken yet.
//!
//! An answer is there as a whole before its first byte is sent, and a client may take minutes for it. Without a bound, a few
//! hundred clients that read slowly would keep more memory than the process has. Nobody may take all that memory: one that opens
//! some dozen connections would turn everybody else's answers away.

use std::{
    collections::HashMap,
    net::IpAddr,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use axum::{body::Body, http::Response};
use hyper::body::{Body as _, Bytes, Frame, SizeHint};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes of all answers together. What they and all else add up to is in `docs/limits.md`, and `deploy/kubernetes` gives a
/// process that much.
pub(crate) const UNSENT: u64 = 128 << 20;

/// An answer of no more bytes always has room: health checks, states of queries and problems are small. With the default of
/// 1,024 connections all small answers together take 64 MiB at the most.
const SMALL: u64 = 64 << 10;

/// What room is counted in.
const UNIT: u64 = 1 << 10;

/// The part of the room that one API key may take, or one address where there is no key: one of so many.
const SHARES: u32 = 2;

/// Room for answers that are not sent yet.
#[derive(Debug, Clone)]
pub(crate) struct Unsent {
    room: Arc<Semaphore>,
    all: u32,
    taken: Arc<Mutex<HashMap<Owner, u32>>>,
}

/// Whose share an answer takes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Owner {
    /// The owner of the API key with this id.
    Key(String),
    /// Whoever connects from here. `None` if the system does not know.
    Address(Option<IpAddr>),
}

impl Unsent {
    /// Room for so many bytes.
    pub(crate) fn new(bytes: u64) -> Self {
        let all = u32::try_from(bytes / UNIT).unwrap_or(u32::MAX);
        let room = Semaphore::new(usize::try_from(all).unwrap_or(Semaphore::MAX_PERMITS));
        Self { room: Arc::new(room), all, taken: Arc::default() }
    }

    /// The response to a client at this address, whose bytes count until each of them is sent; in its place 429 `busy` if there is
    /// no room for it now, or none in the share of its API key; where it came without a key, in that of its address. One that is
    /// larger than the room, or the share, is sent when there is no other.
    pub(crate) fn hold(&self, response: Response<Body>, address: Option<IpAddr>) -> Response<Body> {
        let size = response.body().size_hint();
        let bytes = size.upper().unwrap_or(size.lower());
        if bytes <= SMALL {
            return response;
        }
        let units = u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX).min(self.all);
        let owner = match query::key_of(&response) {
            Some(key) => Owner::Key(key.to_owned()),
            None => Owner::Address(address),
        };
        match self.place(owner, units) {
            Some(place) => response.map(|body| Body::new(Held { body, place: Arc::new(place) })),
            None => query::too_much_unsent(),
        }
    }

    fn place(&self, owner: Owner, units: u32) -> Option<Place> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let before = taken.get(&owner).copied().unwrap_or_default();
        let after = before.saturating_add(units);
        if before > 0 && after > self.all / SHARES {
            return None;
        }
        let room = Arc::clone(&self.room).try_acquire_many_owned(units).ok()?;
        taken.insert(owner.clone(), after);
        Some(Place { _room: room, units, owner, taken: Arc::clone(&self.taken) })
    }
}

/// The room of one answer, which is free again when this is gone.
#[derive(Debug)]
struct Place {
    _room: OwnedSemaphorePermit,
    units: u32,
    owner: Owner,
    taken: Arc<Mutex<HashMap<Owner, u32>>>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let left = taken.get(&self.owner).map_or(0, |units| units.saturating_sub(self.units));
        if left == 0 {
            taken.remove(&self.owner);
        } else {
            taken.insert(self.owner.clone(), left);
        }
    }
}

/// A body whose bytes have a place.
struct Held {
    body: Body,
    place: Arc<Place>,
}

/// Some bytes of it: the connection keeps them when the body itself is gone.
struct Placed {
    bytes: Bytes,
    _place: Arc<Place>,
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

    fn from(client: u8) -> Option<IpAddr> {
        Some(IpAddr::from([127, 0, 0, client]))
    }

    async fn taken(response: Response<Body>) -> Bytes {
        axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap()
    }

    #[tokio::test]
    async fn answers_beyond_the_room_are_turned_away_until_others_are_sent() {
        let unsent = Unsent::new(1 << 20);
        let held: Vec<Response<Body>> =
            (0..4).map(|number| unsent.hold(response(256 << 10), from(number))).collect();
        assert!(held.iter().all(|response| response.status() == 200));
        let turned_away = unsent.hold(response(SMALL as usize + 1), from(9));
        assert_eq!(turned_away.status(), 429);
        assert!(turned_away.headers().contains_key("retry-after"));
        assert_eq!(
            unsent.hold(response(SMALL as usize), from(9)).status(),
            200,
            "small ones always have room"
        );

        // A body that is gone has bytes on their way: those count.
        let mut sent = Vec::new();
        for response in held {
            sent.push(taken(response).await);
        }
        assert_eq!(unsent.hold(response(256 << 10), from(9)).status(), 429);
        assert_eq!(sent.pop().unwrap().len(), 256 << 10);
        let next = unsent.hold(response(256 << 10), from(9));
        assert_eq!(next.status(), 200);
        drop((next, sent));
        assert_eq!(unsent.hold(response(1 << 30), from(9)).status(), 200, "the largest one alone");
    }
    #[tokio::test]
    async fn nobody_takes_more_than_a_share() {
        let unsent = Unsent::new(1 << 20);
        let mut held: Vec<Response<Body>> =
            (0..2).map(|_| unsent.hold(response(256 << 10), from(1))).collect();
        assert!(held.iter().all(|response| response.status() == 200));
        assert_eq!(unsent.hold(response(SMALL as usize + 1), from(1)).status(), 429, "half is its share");
        assert_eq!(
            unsent.hold(response(SMALL as usize), from(1)).status(),
            200,
            "small ones always have room"
        );
        assert_eq!(unsent.hold(response(256 << 10), from(2)).status(), 200, "the other half is for others");
        assert_eq!(unsent.hold(response(256 << 10), None).status(), 200);
        // What was turned away, or is sent, takes nothing.
        held.pop();
        let next = unsent.hold(response(256 << 10), from(1));
        assert_eq!(next.status(), 200);
        drop((held, next));
        let large = unsent.hold(response(768 << 10), from(1));
        assert_eq!(large.status(), 200, "an answer that is larger than a share, alone");
        assert_eq!(unsent.hold(response(SMALL as usize + 1), from(1)).status(), 429);
        drop(large);
        assert!(unsent.taken.lock().unwrap().is_empty());
        assert_eq!(unsent.room.available_permits(), 1 << 10);
    }

    /// Behind a load balancer all clients have its address.
    #[test]
    fn who_has_a_key_takes_the_share_of_the_key() {
        let unsent = Unsent::new(1 << 20);
        let key = |id: &str| Owner::Key(id.to_owned());
        let address = Owner::Address(from(1));
        let held: Vec<Option<Place>> =
            [key("a"), key("a"), address.clone()].map(|owner| unsent.place(owner, 250)).into();
        assert!(held.iter().all(Option::is_some));
        assert!(unsent.place(key("a"), 100).is_none());
        assert!(unsent.place(key("b"), 100).is_some() && unsent.place(address, 100).is_some());
    }
}
