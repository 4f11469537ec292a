//! One connection: whether it waits for its client, since when, and until when it may.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use domain::pace::Patience;
use tokio::{sync::Notify, time::Instant};

use super::limits::ConnectionLimits;

/// For how long a client may have been waited for in vain before its connection makes room for another: more of a body,
/// or that it takes its answer. Bytes give time back as they do of all the time that there is, so a client gains nothing by
/// one of them now and then. Clients that are busy with what they have got so far pause; a body has no reason to.
const BODY_STUCK: Duration = Duration::from_secs(1);
const ANSWER_STUCK: Duration = Duration::from_secs(5);

/// How long a connection keeps its place at least whose client asks again and again, and takes its answers.
const TURN: Duration = Duration::from_secs(1);

/// What the connection waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// For a request; some of its bytes may be there.
    Idle { begun: bool },
    /// For more of a request's body.
    Receiving,
    /// For nothing of the client's: the lake is at work.
    Working,
    /// For the client to take its answer.
    Sending,
}

#[derive(Debug)]
struct State {
    phase: Phase,
    since: Instant,
    until: Option<Instant>,
    /// The last answer is handed over; of its bytes some may still be on their way.
    answered: bool,
    /// For the client to take the answer.
    patience: Patience,
    /// Since when bytes wait for the client, and none is taken. A further request may be under way: the server does not go on
    /// with it meanwhile.
    blocked: Option<Instant>,
    /// It is asked to end after its answer.
    leaves: bool,
}

/// What is known of one connection. It is told of every step, and says when it has waited too long.
#[derive(Debug)]
pub(super) struct Connection {
    limits: ConnectionLimits,
    began: Instant,
    state: Mutex<State>,
    closing: Notify,
    leaving: Notify,
}

impl Connection {
    pub(super) fn new(limits: ConnectionLimits) -> Self {
        let now = Instant::now();
        let phase = Phase::Idle { begun: false };
        let (until, patience) = (now.checked_add(limits.head), Patience::new(limits.of_answer()));
        let state =
            State { phase, since: now, until, answered: true, patience, blocked: None, leaves: false };
        let (closing, leaving) = (Notify::new(), Notify::new());
        Self { limits, began: now, state: Mutex::new(state), closing, leaving }
    }

    /// All of a request's headers are there.
    pub(super) fn request_began(&self) {
        let mut state = self.state();
        state.answered = false;
        // What is left of an earlier answer is waited for on.
        if state.blocked.is_none() {
            state.patience = Patience::new(self.limits.of_answer());
        }
        state.enter(Phase::Working, None);
    }

    /// The handler waits for more of the body, which may take so long.
    pub(super) fn waits_for_body(&self, allowed: Duration) {
        self.state().enter(Phase::Receiving, Some(allowed));
    }

    /// The lake has what it needs.
    pub(super) fn works(&self) {
        self.state().enter(Phase::Working, None);
    }

    /// Nobody wants the rest of the body. The answer may be on its way already.
    pub(super) fn stops_receiving(&self) {
        let mut state = self.state();
        if matches!(state.phase, Phase::Receiving) {
            state.enter(Phase::Working, None);
        }
    }

    /// Some of the answer is there to be taken.
    pub(super) fn sends(&self) {
        self.state().send();
    }

    /// All of the answer is there to be taken.
    pub(super) fn answered(&self) {
        let mut state = self.state();
        state.answered = true;
        state.enter(Phase::Idle { begun: false }, Some(self.limits.idle));
    }

    /// The client has sent some bytes.
    pub(super) fn has_read(&self) {
        let mut state = self.state();
        if state.phase == (Phase::Idle { begun: false }) {
            state.phase = Phase::Idle { begun: true };
            state.until = Instant::now().checked_add(self.limits.head);
        }
    }

    /// The client has taken so many bytes.
    pub(super) fn has_written(&self, bytes: u64) {
        let mut state = self.state();
        let (phase, blocked) = (state.phase, state.blocked.take());
        match phase {
            Phase::Working => {
                let waited = blocked.map(|since| since.elapsed()).unwrap_or_default();
                state.patience.went_on(waited, bytes);
            }
            Phase::Sending => {
                let waited = state.since.elapsed();
                state.patience.went_on(waited, bytes);
                state.send();
            }
            Phase::Idle { begun: false } if state.answered => {
                state.enter(Phase::Idle { begun: false }, Some(self.limits.idle));
            }
            _ => {}
        }
    }

    /// The client takes no more bytes for now.
    pub(super) fn is_blocked(&self) {
        let mut state = self.state();
        state.blocked.get_or_insert_with(Instant::now);
        if matches!(state.phase, Phase::Idle { .. }) {
            state.send();
        }
    }

    /// There are no bytes left that the client has to take.
    pub(super) fn has_flushed(&self) {
        let mut state = self.state();
        state.blocked = None;
        if state.phase == Phase::Working {
            state.patience = Patience::new(self.limits.of_answer());
        }
        if state.answered && state.phase == Phase::Sending {
            state.enter(Phase::Idle { begun: false }, Some(self.limits.idle));
        }
    }

    /// Whether it has waited longer than it may.
    pub(super) fn is_overdue(&self, now: Instant) -> bool {
        self.state().until().is_some_and(|until| until <= now)
    }

    /// Since when it has no request under way, if it has none.
    pub(super) fn is_idle_since(&self) -> Option<Instant> {
        let state = self.state();
        matches!(state.phase, Phase::Idle { .. }).then_some(state.since)
    }

    /// Since when it keeps a place that another could have, and how much would be lost: who has sent no whole request
    /// loses least. `None` where the lake is at work, or the client is not slow. While a client takes nothing, the lake is not at
    /// work for it, whatever else it has asked for.
    pub(super) fn may_go(&self, now: Instant) -> Option<(u8, Instant)> {
        let state = self.state();
        let waited = now.duration_since(state.since);
        let is_blocked = state.blocked.is_some();
        let (loss, waited, patience) = match state.phase {
            Phase::Idle { .. } => (0, waited, self.limits.patience),
            Phase::Receiving => (1, state.used(self.limits.body, now), BODY_STUCK),
            Phase::Sending => (1, state.used(self.limits.answer, now), ANSWER_STUCK),
            Phase::Working if is_blocked => (1, state.used(self.limits.answer, now), ANSWER_STUCK),
            Phase::Working => return None,
        };
        (waited >= patience).then_some((loss, state.since))
    }

    /// Asks it to end after the answer to the request that is under way, if it has had its turn, and was not asked before. Answers
    /// whether it was asked now.
    pub(super) fn asked_to_leave(&self, now: Instant) -> bool {
        let mut state = self.state();
        let is_asked = !state.leaves && now.duration_since(self.began) >= TURN;
        if is_asked {
            state.leaves = true;
            self.leaving.notify_one();
        }
        is_asked
    }

    /// Comes back when it is to end after its answer.
    pub(super) async fn leaves(&self) {
        self.leaving.notified().await;
    }

    /// Has it closed by the task that serves it.
    pub(super) fn close(&self) {
        self.closing.notify_one();
    }

    /// Comes back when it is to be closed.
    pub(super) async fn closed(&self) {
        self.closing.notified().await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// How much the client has used up of all the time that it may be waited for.
    fn used(&self, all: Duration, now: Instant) -> Duration {
        let left = self.until().map(|until| until.saturating_duration_since(now));
        left.map_or(Duration::ZERO, |left| all.saturating_sub(left))
    }

    /// Until when the client may be waited for.
    fn until(&self) -> Option<Instant> {
        match (self.phase, self.blocked) {
            (Phase::Working, Some(since)) => since.checked_add(self.patience.left()),
            _ => self.until,
        }
    }

    fn send(&mut self) {
        self.enter(Phase::Sending, Some(self.patience.left()));
    }

    fn enter(&mut self, phase: Phase, allowed: Option<Duration>) {
        let now = Instant::now();
        self.phase = phase;
        self.since = now;
        self.until = allowed.and_then(|allowed| now.checked_add(allowed));
    }
}

#[cfg(test)]
mod tests;
