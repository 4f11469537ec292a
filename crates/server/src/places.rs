//! The places of connections: as many as the settings allow, and some more that are reserved for health checks.
//!
//! Without the reserved ones, clients whose queries take long would keep an orchestrator's probe waiting, and it would end the
//! process under load. A connection gets a reserved place when no other is free. The head of its request has little time, and
//! only health checks are answered there. Any other request waits a moment for a regular place. It is answered 503 if it gets
//! none, and at once if a further connection finds no place at all. A reserved place serves one request.

use std::{
    future::pending,
    net::IpAddr,
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use domain::port::Clock;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::{
    seats::{Seated, Seats},
    sending::Sending,
    used::{Used, Waiting},
};

/// How many connections have a place beyond the bound.
pub(crate) const RESERVED: usize = 32;

/// After how long further connections are asked for their places: those before are not gone yet.
const AGAIN: Duration = Duration::from_millis(500);

/// How long a request on a reserved place waits for a regular one. By then a connection has left whose head, body or client is
/// too slow to keep its place.
const SOON: Duration = Duration::from_secs(2);

/// How long the head of a request may take on a reserved place while a further connection has none.
const CROWDED: Duration = Duration::from_millis(100);

/// How long a health check may take on a reserved place: `/readyz` asks the store and the catalog. While a further connection has
/// no place, it may take less.
const HEALTH: Duration = Duration::from_secs(5);
const CROWDED_HEALTH: Duration = Duration::from_secs(1);

/// How long a reserved place is held at most, once the head of its request is there: the longer wait, and the answer.
const LONGEST: Duration = HEALTH.saturating_mul(2);

/// All places of a server.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    regular: Arc<Semaphore>,
    reserved: Arc<Semaphore>,
    seats: Seats,
    waiting: watch::Sender<Waiting>,
}

impl Places {
    /// So many regular ones, and the reserved ones.
    pub(crate) fn new(regular: usize) -> Self {
        Self {
            regular: Arc::new(Semaphore::new(regular)),
            reserved: Arc::new(Semaphore::new(RESERVED)),
            seats: Seats::default(),
            waiting: watch::Sender::new(Waiting::default()),
        }
    }

    /// Tells all connections whether a client waits for a regular place.
    pub(crate) fn waiting(&self) -> watch::Receiver<Waiting> {
        self.waiting.subscribe()
    }

    /// A place for one more connection, once there is one. If the future is dropped, the client still waits, and those who
    /// make room are told so until the next call.
    pub(crate) async fn admit(&self) -> Option<Place> {
        if let Some(place) = self.free() {
            self.waiting.send_if_modified(Waiting::end);
            return Some(place);
        }
        self.waiting.send_if_modified(Waiting::begin);
        let mut regular = pin!(Arc::clone(&self.regular).acquire_owned());
        let mut reserved = pin!(Arc::clone(&self.reserved).acquire_owned());
        let mut attempt = 0_u32;
        loop {
            self.seats.make_room(attempt);
            attempt = attempt.saturating_add(1);
            // Nobody closes a semaphore.
            let place = tokio::select! {
                biased;
                permit = regular.as_mut() => permit.ok().map(|permit| self.place(permit, false)),
                permit = reserved.as_mut() => permit.ok().map(|permit| self.place(permit, true)),
                () = aws::SystemClock.sleep(AGAIN) => continue,
            };
            self.waiting.send_if_modified(Waiting::end);
            return place;
        }
    }

    fn free(&self) -> Option<Place> {
        if let Ok(permit) = Arc::clone(&self.regular).try_acquire_owned() {
            return Some(self.place(permit, false));
        }
        let permit = Arc::clone(&self.reserved).try_acquire_owned().ok()?;
        Some(self.place(permit, true))
    }

    fn place(&self, permit: OwnedSemaphorePermit, is_reserved: bool) -> Place {
        Place { places: self.clone(), permit: Mutex::new(permit), reserved: watch::Sender::new(is_reserved) }
    }

    /// Comes back after so long, or after `crowded` as soon as a connection has no place.
    async fn time_is_up(&self, usually: Duration, crowded: Duration) {
        aws::SystemClock.sleep(crowded).await;
        let mut waiting = self.waiting.subscribe();
        let is_crowd = async { waiting.wait_for(Waiting::is_crowd).await.is_ok() };
        tokio::select! {
            _is_crowd = is_crowd => {}
            () = aws::SystemClock.sleep(usually.saturating_sub(crowded)) => {}
        }
    }

    /// A regular place, if there is one soon, and nobody has to wait for the reserved one meanwhile.
    async fn regular_soon(&self) -> Option<OwnedSemaphorePermit> {
        let _asks = Asks::new(&self.waiting);
        let mut waiting = self.waiting.subscribe();
        let mut regular = pin!(Arc::clone(&self.regular).acquire_owned());
        let mut late = pin!(aws::SystemClock.sleep(SOON));
        let mut attempt = 0_u32;
        loop {
            self.seats.make_room(attempt);
            attempt = attempt.saturating_add(1);
            let crowded = async { waiting.wait_for(Waiting::is_crowd).await.is_ok() };
            tokio::select! {
                biased;
                permit = regular.as_mut() => return permit.ok(),
                _crowded = crowded => return None,
                () = late.as_mut() => return None,
                () = aws::SystemClock.sleep(AGAIN) => {}
            }
        }
    }
}

/// A request on a reserved place that needs a regular one, for as long as it waits.
struct Asks<'a>(&'a watch::Sender<Waiting>);

impl<'a> Asks<'a> {
    fn new(waiting: &'a watch::Sender<Waiting>) -> Self {
        waiting.send_modify(Waiting::ask);
        Self(waiting)
    }
}

impl Drop for Asks<'_> {
    fn drop(&mut self) {
        self.0.send_modify(Waiting::leave);
    }
}

/// The place of one connection; dropped, it is free again.
#[derive(Debug)]
pub(crate) struct Place {
    places: Places,
    permit: Mutex<OwnedSemaphorePermit>,
    reserved: watch::Sender<bool>,
}

impl Place {
    /// Whether only health checks are answered here.
    pub(crate) fn is_reserved(&self) -> bool {
        *self.reserved.borrow()
    }

    /// Names its connection to those who choose whose place another client gets.
    pub(crate) fn seat(&self, peer: Option<IpAddr>, used: &Arc<Used>, sending: &Arc<Sending>) -> Seated {
        self.places.seats.take(peer, self.reserved.subscribe(), used, sending)
    }

    /// Waits a moment for a regular place, where this is none. Answers whether the connection has one now.
    pub(crate) async fn becomes_regular(&self) -> bool {
        if !self.is_reserved() {
            return true;
        }
        let free = Arc::clone(&self.places.regular).try_acquire_owned();
        let permit = match free {
            Ok(permit) => Some(permit),
            Err(_) => self.places.regular_soon().await,
        };
        let Some(permit) = permit else { return false };
        *self.permit.lock().unwrap_or_else(PoisonError::into_inner) = permit;
        self.reserved.send_replace(false);
        true
    }

    /// Comes back when a health check, which begins now, has had its time on a reserved place.
    pub(crate) async fn health_is_late(&self) {
        self.places.time_is_up(HEALTH, CROWDED_HEALTH).await;
    }

    /// Comes back when a reserved place has been held for too long: while its connection waits for the head of its request, or
    /// after that.
    pub(crate) async fn is_overdue(&self, used: &Used) {
        if self.is_reserved() {
            self.places.time_is_up(query::RESERVED_HEAD, CROWDED).await;
            if self.is_reserved() && used.awaits_head() {
                return;
            }
            aws::SystemClock.sleep(LONGEST).await;
            if self.is_reserved() {
                return;
            }
        }
        pending::<()>().await;
    }
}

#[cfg(test)]
mod tests;
