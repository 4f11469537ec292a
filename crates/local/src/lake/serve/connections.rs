//! All connections of a port: whether there is room for another, and who has to go.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::{connection::Connection, limits::ConnectionLimits};

/// How many connections beyond the bound are heard: they learn that there is no room, or that the lake is alive.
const RESERVE: usize = 16;

/// What a connection may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seat {
    /// Everything.
    Regular,
    /// Whether the lake is alive, and ready. One request is answered there.
    Reserve,
}

/// The connections that are open.
#[derive(Debug)]
pub(super) struct Connections {
    limits: ConnectionLimits,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    last: u64,
    seats: HashMap<u64, (Seat, Arc<Connection>)>,
}

/// A connection's place; dropped, it is free again.
#[derive(Debug)]
pub(super) struct Admitted {
    pub(super) seat: Seat,
    pub(super) connection: Arc<Connection>,
    number: u64,
    connections: Arc<Connections>,
}

impl Drop for Admitted {
    fn drop(&mut self) {
        self.connections.open().seats.remove(&self.number);
    }
}

impl Connections {
    pub(super) fn new(limits: ConnectionLimits) -> Self {
        Self { limits, open: Mutex::default() }
    }

    /// A place of this kind for one more, if there is one or somebody makes room.
    pub(super) fn admit(self: &Arc<Self>, seat: Seat) -> Option<Admitted> {
        let (now, mut open) = (Instant::now(), self.open());
        let (room, limits) = match seat {
            Seat::Regular => (self.limits.connections, self.limits),
            Seat::Reserve => (RESERVE, self.limits.on_reserve()),
        };
        if open.taken(seat) >= room && !open.make_room(seat, now) {
            return None;
        }
        open.last += 1;
        let (number, connection) = (open.last, Arc::new(Connection::new(limits)));
        open.seats.insert(number, (seat, Arc::clone(&connection)));
        Some(Admitted { seat, connection, number, connections: Arc::clone(self) })
    }

    /// Whether one with a regular place has no request under way, so that it makes room when it has waited for long
    /// enough.
    pub(super) fn make_room_soon(&self) -> bool {
        let open = self.open();
        let mut regular = open.seats.values().filter(|(seat, _)| *seat == Seat::Regular);
        regular.any(|(_, connection)| connection.is_idle_since().is_some())
    }

    /// Asks the oldest with a regular place to end after its answer, of those that are not asked yet. Whoever sends request after
    /// request would else keep a place for good. Answers whether there is one. All clients are on this machine: it makes no
    /// difference from which address they come.
    pub(super) fn ask_one(&self) -> bool {
        let (now, open) = (Instant::now(), self.open());
        let mut regular: Vec<_> = open.seats.iter().filter(|(_, (seat, _))| *seat == Seat::Regular).collect();
        regular.sort_by_key(|(number, _)| **number);
        regular.into_iter().any(|(_, (_, connection))| connection.asked_to_leave(now))
    }

    /// Closes those that have waited longer than they may.
    pub(super) fn close_overdue(&self) {
        let now = Instant::now();
        self.close(|connection| connection.is_overdue(now));
    }

    /// Closes those that have had no request for so long.
    pub(super) fn close_waiting(&self, longer_than: Duration) {
        let now = Instant::now();
        self.close(|connection| {
            connection.is_idle_since().is_some_and(|since| now.duration_since(since) >= longer_than)
        });
    }

    /// Closes one that waits for its client, if there is any.
    pub(super) fn close_oldest(&self) {
        let (now, mut open) = (Instant::now(), self.open());
        let _closed = open.make_room(Seat::Reserve, now) || open.make_room(Seat::Regular, now);
    }

    fn close(&self, wanted: impl Fn(&Connection) -> bool) {
        for (_, connection) in self.open().seats.values() {
            if wanted(connection) {
                connection.close();
            }
        }
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    fn taken(&self, seat: Seat) -> usize {
        self.seats.values().filter(|(taken, _)| *taken == seat).count()
    }

    /// Closes the one that loses least and has waited longest. Its place is free at once, and its file soon after.
    fn make_room(&mut self, seat: Seat, now: Instant) -> bool {
        let of_seat = self.seats.iter().filter(|(_, (taken, _))| *taken == seat);
        let waiting =
            of_seat.filter_map(|(number, (_, connection))| Some((connection.may_go(now)?, *number)));
        let Some((_, number)) = waiting.min() else { return false };
        if let Some((_, connection)) = self.seats.remove(&number) {
            connection.close();
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: usize = 3;

    fn connections() -> Arc<Connections> {
        Arc::new(Connections::new(ConnectionLimits { connections: ROOM, ..ConnectionLimits::default() }))
    }

    fn admitted(connections: &Arc<Connections>) -> Admitted {
        let admitted = connections.admit(Seat::Regular).or_else(|| connections.admit(Seat::Reserve));
        admitted.expect("there is room")
    }

    fn is_closed(admitted: &Admitted) -> bool {
        futures::FutureExt::now_or_never(admitted.connection.closed()).is_some()
    }

    #[tokio::test(start_paused = true)]
    async fn one_more_takes_the_place_of_who_has_waited_longest() {
        let connections = connections();
        let mut open = Vec::new();
        for _ in 0..ROOM {
            open.push(admitted(&connections));
            tokio::time::advance(Duration::from_secs(1)).await;
        }
        open[0].connection.request_began();
        let next = admitted(&connections);
        assert_eq!(next.seat, Seat::Regular);
        let closed: Vec<bool> = open.iter().map(is_closed).collect();
        assert_eq!(closed, [false, true, false], "the oldest is at work, the next oldest goes");
        assert_eq!(connections.open().seats.len(), ROOM);
    }

    #[tokio::test(start_paused = true)]
    async fn who_has_only_just_come_makes_room_soon() {
        let connections = connections();
        let young: Vec<_> = (0..ROOM).map(|_| admitted(&connections)).collect();
        assert!(connections.admit(Seat::Regular).is_none() && connections.make_room_soon());
        tokio::time::advance(connections.limits.patience).await;
        assert_eq!(admitted(&connections).seat, Seat::Regular);
        assert!(is_closed(&young[0]));
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_at_work_is_asked_to_end_after_a_turn_one_after_another() {
        let connections = connections();
        let working: Vec<_> = (0..ROOM).map(|_| admitted(&connections)).collect();
        for admitted in &working {
            admitted.connection.request_began();
        }
        assert!(!connections.ask_one(), "all have only just come");
        tokio::time::advance(Duration::from_secs(1)).await;
        for expected in 1..=ROOM {
            assert!(connections.ask_one());
            let asked = working[expected - 1].connection.leaves();
            assert!(futures::FutureExt::now_or_never(asked).is_some(), "{expected}");
        }
        assert!(!connections.ask_one());
        assert!(!working.iter().any(is_closed), "they have their answers first");
    }

    #[tokio::test(start_paused = true)]
    async fn when_all_are_at_work_a_few_more_are_heard() {
        let connections = connections();
        let working: Vec<_> = (0..ROOM).map(|_| admitted(&connections)).collect();
        for admitted in &working {
            admitted.connection.request_began();
        }
        tokio::time::advance(Duration::from_secs(60)).await;
        let reserve: Vec<_> = (0..RESERVE).map(|_| admitted(&connections)).collect();
        assert!(reserve.iter().all(|admitted| admitted.seat == Seat::Reserve));
        let more = [Seat::Regular, Seat::Reserve].map(|seat| connections.admit(seat).is_none());
        assert_eq!(more, [true, true], "all of them have only just come");
        assert!(!connections.make_room_soon());
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(admitted(&connections).seat, Seat::Reserve, "who says nothing makes room there too");
        assert!(working.iter().all(|admitted| !is_closed(admitted)));
        drop(working);
        assert_eq!(admitted(&connections).seat, Seat::Regular);
    }

    #[tokio::test(start_paused = true)]
    async fn beyond_the_bound_a_head_has_little_time() {
        let connections = connections();
        let regular: Vec<_> = (0..ROOM).map(|_| admitted(&connections)).collect();
        let reserve = admitted(&connections);
        assert_eq!(reserve.seat, Seat::Reserve);
        tokio::time::advance(query::RESERVED_HEAD).await;
        connections.close_overdue();
        assert!(is_closed(&reserve) && !regular.iter().any(is_closed));
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_overdue_is_closed_and_no_other() {
        let connections = connections();
        let (old, working) = (admitted(&connections), admitted(&connections));
        working.connection.request_began();
        tokio::time::advance(connections.limits.head).await;
        let young = admitted(&connections);
        connections.close_overdue();
        assert_eq!([&old, &working, &young].map(is_closed), [true, false, false]);
        connections.close_waiting(Duration::ZERO);
        assert_eq!([&old, &working, &young].map(is_closed), [true, false, true]);
    }
}
