//! Who has the regular places, and who makes room while another client waits for one.
//!
//! The choice is made by whoever waits, and at intervals while it waits. It needs no step of the connections that it is about: what
//! they do is told by their [`Used`], and whether their clients take anything by their [`Sending`].

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
    future::pending,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::watch, time::Instant};

use crate::{sending::Sending, used::Used};

/// How long a connection keeps its place at least whose client sends requests and takes answers.
const TURN: Duration = Duration::from_secs(1);

/// So many times, only those of the addresses with the most connections are chosen.
const SPARING: u32 = 3;

/// No more connections are chosen at once than two to the power of this.
const MOST: u32 = 5;

/// How a connection is to leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Leave {
    /// Not at all.
    Stay,
    /// After the answer to the request that is under way; at once if there is none.
    AfterAnswer,
    /// At once.
    Now,
}

/// Why a connection may be chosen, those first that lose least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    /// Its client takes nothing of its answers.
    Stuck,
    /// It has no request under way.
    Kept,
    /// It has had its turn.
    Busy,
}

/// All connections that have a place.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seats(Arc<Mutex<Taken>>);

#[derive(Debug, Default)]
struct Taken {
    last: u64,
    seats: BTreeMap<u64, Seat>,
}

/// One of them.
#[derive(Debug)]
struct Seat {
    peer: Option<IpAddr>,
    since: Instant,
    /// Whether its place is a reserved one: that has bounds of its own.
    reserved: watch::Receiver<bool>,
    used: Arc<Used>,
    sending: Arc<Sending>,
    leave: watch::Sender<Leave>,
}

/// A connection's entry among the others; dropped, it is gone.
#[derive(Debug)]
pub(crate) struct Seated {
    seats: Seats,
    number: u64,
    leave: watch::Receiver<Leave>,
}

impl Seats {
    /// One more connection, from this peer.
    pub(crate) fn take(
        &self,
        peer: Option<IpAddr>,
        reserved: watch::Receiver<bool>,
        used: &Arc<Used>,
        sending: &Arc<Sending>,
    ) -> Seated {
        let (leave, told) = watch::channel(Leave::Stay);
        let (used, sending) = (Arc::clone(used), Arc::clone(sending));
        let seat = Seat { peer, since: Instant::now(), reserved, used, sending, leave };
        let mut taken = self.taken();
        taken.last += 1;
        let number = taken.last;
        taken.seats.insert(number, seat);
        Seated { seats: self.clone(), number, leave: told }
    }

    /// Asks connections for their places, for a client that has asked for one so many times before. One is asked at first, and
    /// twice as many each time.
    ///
    /// First come those whose clients take nothing of their answers, then those that have no request under way, then those that
    /// send request after request. Among these the address with the most connections is first, then who has taken most. While the
    /// client has not waited for long, nobody is asked whose address has less than half as many connections as another.
    pub(crate) fn make_room(&self, attempt: u32) {
        let (now, taken) = (Instant::now(), self.taken());
        let regular: Vec<&Seat> = taken.seats.values().filter(|seat| !*seat.reserved.borrow()).collect();
        let mut of_peers: HashMap<Option<IpAddr>, usize> = HashMap::new();
        for seat in &regular {
            *of_peers.entry(seat.peer).or_default() += 1;
        }
        let most = of_peers.values().copied().max().unwrap_or_default();
        let least = if attempt < SPARING { most.div_ceil(2) } else { 0 };
        let beside = |seat: &Seat| of_peers.get(&seat.peer).copied().unwrap_or_default();
        let mut chosen: Vec<(Standing, &Seat)> = regular
            .into_iter()
            .filter(|&seat| beside(seat) >= least)
            .filter_map(|seat| Some((seat.standing(now)?, seat)))
            .collect();
        // Each key is taken once: connections go on meanwhile.
        chosen.sort_by_cached_key(|&(standing, seat)| {
            (standing, Reverse(beside(seat)), Reverse(seat.sending.taken()), seat.since)
        });
        let Some(first) = chosen.first().map(|(standing, _)| *standing) else { return };
        let alike = chosen.iter().take_while(|(standing, _)| *standing == first);
        for &(standing, seat) in alike.take(1 << attempt.min(MOST)) {
            let leave = if standing == Standing::Stuck { Leave::Now } else { Leave::AfterAnswer };
            seat.leave.send_replace(leave);
        }
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    /// Why it may be chosen. `None` if it leaves already, or may stay.
    fn standing(&self, now: Instant) -> Option<Standing> {
        let told = *self.leave.borrow();
        if told != Leave::Now && self.sending.is_stuck() {
            return Some(Standing::Stuck);
        }
        if told != Leave::Stay {
            return None;
        }
        let is_sending = self.sending.until_stuck().is_some();
        if self.used.is_kept() && !is_sending {
            return Some(Standing::Kept);
        }
        // Whose head does not end, leaves by another rule.
        let is_busy = is_sending || !self.used.awaits_head();
        (is_busy && now.duration_since(self.since) >= TURN).then_some(Standing::Busy)
    }
}

impl Seated {
    /// Comes back when the connection is to leave in this way, or sooner.
    pub(crate) async fn told(&self, least: Leave) -> Leave {
        let mut leave = self.leave.clone();
        let told = leave.wait_for(|told| *told >= least).await.map(|told| *told);
        match told {
            Ok(told) => told,
            // Cannot be: its entry has the sender.
            Err(_) => pending().await,
        }
    }
}

impl Drop for Seated {
    fn drop(&mut self) {
        self.seats.taken().seats.remove(&self.number);
    }
}

/// Whom an address counts for: for itself, and of IPv6 for its network of 64 bits. A client has all addresses of such a one.
pub(crate) fn peer(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let network = u128::from(address) >> 64 << 64;
            Ipv6Addr::from(network).into()
        }
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests;
