//! How far a query is, and what it is billed.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use domain::port::{Query, QueryId};
use tokio::sync::watch;

/// How far a query is, for those who look on.
#[derive(Debug)]
pub(crate) struct Progress {
    stage: Mutex<Stage>,
    started: watch::Sender<Option<QueryId>>,
    billed: Mutex<Billed>,
    is_turned_away: AtomicBool,
}

/// What the executions of a query are billed.
#[derive(Debug, Clone, Copy, Default)]
struct Billed {
    /// Bytes of those that are over.
    bytes: u64,
    /// Whether there is one of which nobody saw the end.
    is_open: bool,
}

/// The stages of a query, as far as they matter to whoever would stop it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Nothing has happened that would have to be undone.
    Idle,
    /// A call to start it is under way.
    Starting,
    /// The reply to a call to start it was lost: it may run, and nobody has its id.
    Lost(Query),
    /// It runs.
    Running(QueryId),
    /// It is over.
    Over,
}

impl Progress {
    /// Of a query that nobody has begun with.
    pub(crate) fn new() -> Self {
        Self {
            stage: Mutex::new(Stage::Idle),
            started: watch::Sender::new(None),
            billed: Mutex::default(),
            is_turned_away: AtomicBool::new(false),
        }
    }

    /// Notes what came of a call to start the query: whether the engine has too many.
    pub(crate) fn turned_away(&self, is_turned_away: bool) {
        self.is_turned_away.store(is_turned_away, Ordering::Relaxed);
    }

    /// Whether the engine had too many queries when it was last asked to start this one.
    pub(crate) fn is_turned_away(&self) -> bool {
        self.is_turned_away.load(Ordering::Relaxed)
    }

    /// Bytes that the engine bills for every execution so far, those that failed included. `None` while there is one of
    /// which nobody saw the end.
    pub(crate) fn billed(&self) -> Option<u64> {
        let billed = *self.billed.lock().unwrap_or_else(PoisonError::into_inner);
        (!billed.is_open).then_some(billed.bytes)
    }

    /// Notes how the execution ended that was under way. It counts once: who stops a query may see the end that its
    /// watcher saw already.
    pub(crate) fn ended(&self, bytes_billed: u64) {
        let mut billed = self.billed.lock().unwrap_or_else(PoisonError::into_inner);
        if std::mem::take(&mut billed.is_open) {
            billed.bytes = billed.bytes.saturating_add(bytes_billed);
        }
    }

    /// Notes that an execution may be under way, since the reply to its start was lost.
    pub(crate) fn lost(&self) {
        self.billed.lock().unwrap_or_else(PoisonError::into_inner).is_open = true;
    }

    /// Notes that a call to start the query has failed. Nothing runs, unless the reply to this call or to one before was lost.
    pub(crate) fn not_started(&self, query: &Query) {
        let is_lost = self.billed.lock().unwrap_or_else(PoisonError::into_inner).is_open;
        self.enter(if is_lost { Stage::Lost(query.clone()) } else { Stage::Idle });
    }

    /// The stage.
    pub(crate) fn stage(&self) -> Stage {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The engine's id of the execution that goes on, as soon as there is one.
    pub(crate) async fn started(&self) -> QueryId {
        let mut seen = self.started.subscribe();
        loop {
            if let Some(id) = seen.borrow_and_update().clone() {
                return id;
            }
            if seen.changed().await.is_err() {
                // The sender is in `self`: it cannot be gone.
                std::future::pending::<()>().await;
            }
        }
    }

    /// The query is at this stage now.
    pub(crate) fn enter(&self, stage: Stage) {
        match &stage {
            Stage::Running(id) => {
                drop(self.started.send_replace(Some(id.clone())));
                self.billed.lock().unwrap_or_else(PoisonError::into_inner).is_open = true;
            }
            // An execution that failed is nothing to come back to: the next one is.
            Stage::Idle => drop(self.started.send_replace(None)),
            Stage::Starting | Stage::Lost(_) | Stage::Over => {}
        }
        *self.stage.lock().unwrap_or_else(PoisonError::into_inner) = stage;
    }
}
