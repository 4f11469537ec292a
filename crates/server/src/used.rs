//! What a connection is used for, and whether it makes room for another.
//!
//! A head that never ends is judged in the same way wherever it stands: the first of a connection, and one behind a whole
//! request, also if its beginning came with that request.

use std::time::Duration;

use domain::port::Clock;
use tokio::{sync::watch, time::Instant};

use crate::sending::Sending;

/// How long the head of a request may be on the way before nobody counts on its end any longer. The first one of a connection
/// is on the way from the start.
pub(crate) const HEAD_ENDS: Duration = Duration::from_secs(1);

/// How long a connection that is to make room, or is stopped, may take to end, if nothing goes on on it.
pub(crate) const LEAVING: Duration = Duration::from_secs(1);

/// The clients that wait for a place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Waiting {
    /// Whether one waits that has no place at all: what it wants is not known.
    outside: bool,
    /// How many wait on reserved places, with a request that needs a regular one.
    asking: usize,
    /// How many have waited. Who looks only after a client has its place would else not see that it waited.
    clients: u64,
}

impl Waiting {
    /// A client without any place begins to wait. Answers whether that is new.
    pub(crate) fn begin(&mut self) -> bool {
        let is_new = !std::mem::replace(&mut self.outside, true);
        self.clients = self.clients.wrapping_add(u64::from(is_new));
        is_new
    }

    /// It has its place. Answers whether that is new.
    pub(crate) fn end(&mut self) -> bool {
        std::mem::take(&mut self.outside)
    }

    /// A client on a reserved place begins to wait for a regular one.
    pub(crate) fn ask(&mut self) {
        self.asking = self.asking.saturating_add(1);
        self.clients = self.clients.wrapping_add(1);
    }

    /// It has got one, or waits no longer.
    pub(crate) fn leave(&mut self) {
        self.asking = self.asking.saturating_sub(1);
    }

    /// Whether a client has no place at all.
    pub(crate) fn is_crowd(&self) -> bool {
        self.outside
    }

    /// Whether a client waits, or one has waited since so many had.
    pub(crate) fn has_waited(&self, before: u64) -> bool {
        self.outside || self.asking > 0 || self.clients != before
    }
}

/// What a connection is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    /// Its first request may be on the way, since then.
    New(Instant),
    /// It has had its time for the head of a request, and has not sent a whole one.
    Silent,
    /// A request is under way.
    Asked,
    /// A request is under way, and its body comes too slowly to keep a place that another client waits for.
    Slow,
    /// It is kept for later requests.
    Kept,
    /// It was kept, and a part of the next head is there, since then.
    Begun(Instant),
}

impl Use {
    /// Whether a request is under way.
    fn is_asked(self) -> bool {
        matches!(self, Self::Asked | Self::Slow)
    }

    /// Since when a head is on the way.
    fn head_since(self) -> Option<Instant> {
        match self {
            Self::New(since) | Self::Begun(since) => Some(since),
            Self::Silent | Self::Asked | Self::Slow | Self::Kept => None,
        }
    }
}

/// The use of one connection. It is told of every step.
#[derive(Debug)]
pub(crate) struct Used(watch::Sender<Use>);

impl Default for Used {
    /// Of a connection that has just been opened.
    fn default() -> Self {
        Self(watch::Sender::new(Use::New(Instant::now())))
    }
}

impl Used {
    /// The head of a request has come to its end.
    pub(crate) fn asked(&self) {
        self.0.send_replace(Use::Asked);
    }

    /// The last request has its answer. Whether a part of the next head came with it.
    pub(crate) fn answered(&self, next_has_begun: bool) {
        self.0.send_replace(if next_has_begun { Use::Begun(Instant::now()) } else { Use::Kept });
    }

    /// The client has sent some bytes.
    pub(crate) fn has_read(&self) {
        self.0.send_if_modified(|used| {
            let begins = *used == Use::Kept;
            if begins {
                *used = Use::Begun(Instant::now());
            }
            begins
        });
    }

    /// The handler of the request has waited too long for its body.
    pub(crate) fn body_is_slow(&self) {
        self.turns(Use::Asked, Use::Slow);
    }

    /// Some of the body has come, or all of it, or it is not waited for any more.
    pub(crate) fn body_goes_on(&self) {
        self.turns(Use::Slow, Use::Asked);
    }

    fn turns(&self, from: Use, to: Use) {
        self.0.send_if_modified(|used| {
            let turns = *used == from;
            if turns {
                *used = to;
            }
            turns
        });
    }

    #[cfg(test)]
    pub(crate) fn has_slow_body(&self) -> bool {
        *self.0.borrow() == Use::Slow
    }

    /// Comes back when a client waits for a place while the body of this connection's request comes too slowly. All such
    /// requests end then, as all connections do whose head does not end: whoever sends many would else keep the others out.
    pub(crate) async fn body_is_in_the_way(&self, mut waiting: watch::Receiver<Waiting>) {
        let mut used = self.0.subscribe();
        // An error cannot be: this has the sender.
        while used.wait_for(|used| *used == Use::Slow).await.is_ok() {
            let before = waiting.borrow().clients;
            let goes_on = async { used.wait_for(|used| *used != Use::Slow).await.is_ok() };
            let has_waited = |waiting: &Waiting| waiting.has_waited(before);
            let wanted = async { waiting.wait_for(has_waited).await.is_ok() };
            tokio::select! {
                biased;
                _goes_on = goes_on => {}
                true = wanted => return,
            }
        }
    }

    /// Whether the connection is kept for later requests. A head that has only begun keeps no place: whoever sends whole requests
    /// and a part of the next one each time would keep it for good.
    pub(crate) fn is_kept(&self) -> bool {
        matches!(*self.0.borrow(), Use::Kept | Use::Begun(_))
    }

    /// Takes the connection for silent when a head does not end in time. Never comes back.
    pub(crate) async fn grows_silent(&self) {
        let mut used = self.0.subscribe();
        loop {
            let awaited = used.wait_for(|used| used.head_since().is_some()).await.map(|used| *used);
            // An error cannot be: this has the sender.
            let Ok(now) = awaited else { return std::future::pending().await };
            let waited = now.head_since().map(|since| since.elapsed()).unwrap_or_default();
            let changed = async { used.wait_for(|used| *used != now).await.is_ok() };
            tokio::select! {
                _changed = changed => {}
                () = aws::SystemClock.sleep(HEAD_ENDS.saturating_sub(waited)) => {
                    self.0.send_if_modified(|used| {
                        let waits = *used == now;
                        if waits {
                            *used = Use::Silent;
                        }
                        waits
                    });
                }
            }
        }
    }

    /// Comes back when no request is under way on a connection that has to make room, and its client takes no answer.
    pub(crate) async fn nothing_goes_on(&self, sending: &Sending) {
        loop {
            aws::SystemClock.sleep(LEAVING).await;
            if !self.0.borrow().is_asked() && sending.until_stuck().is_none() {
                return;
            }
        }
    }

    /// Whether no head of a request has come to its end, or a later one has not in time.
    pub(crate) fn awaits_head(&self) -> bool {
        matches!(*self.0.borrow(), Use::New(_) | Use::Silent)
    }

    /// Comes back after a while if a connection that is to end has not sent a whole head by then.
    pub(crate) async fn no_request_comes(&self) {
        aws::SystemClock.sleep(LEAVING).await;
        if !self.awaits_head() {
            std::future::pending::<()>().await;
        }
    }

    /// Comes back when a client waits for a place while the head of this connection's request does not end. All such connections
    /// end then: whoever opens many of them would else keep the others out for as long as they take to leave one by one. While an
    /// answer is on its way, hyper reads no head: how the client takes it is judged by [`Sending`].
    pub(crate) async fn silence_is_in_the_way(
        &self,
        sending: &Sending,
        mut waiting: watch::Receiver<Waiting>,
    ) {
        let mut used = self.0.subscribe();
        // An error cannot be: this has the sender.
        while used.wait_for(|used| *used == Use::Silent).await.is_ok() {
            let before = waiting.borrow().clients;
            let goes_on = async { used.wait_for(|used| *used != Use::Silent).await.is_ok() };
            if let Some(left) = sending.until_stuck() {
                tokio::select! {
                    () = aws::SystemClock.sleep(left) => {}
                    _goes_on = goes_on => {}
                }
                continue;
            }
            // An error means that no connection is accepted any more.
            let has_waited = |waiting: &Waiting| waiting.has_waited(before);
            let wanted = async { waiting.wait_for(has_waited).await.is_ok() };
            tokio::select! {
                biased;
                _goes_on = goes_on => {}
                true = wanted => return,
            }
        }
    }
}

#[cfg(test)]
mod tests;
