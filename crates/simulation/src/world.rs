//! What the processes of a schedule share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use domain::port::Clock;
use futures::channel::oneshot::Canceled;

use crate::{
    call::{Call, Held, Request},
    lake::Lake,
    process::ProcessId,
    time::Time,
    trace::Trace,
};

/// The lake, its time, and the calls under way.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) time: Arc<Time>,
    state: Mutex<State>,
}

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) lake: Lake,
    pub(crate) trace: Trace,
    /// In the order in which they were made.
    pub(crate) calls: Vec<Call>,
    /// Calls that nobody waits for, and that may still take effect.
    pub(crate) adrift: Vec<Call>,
    made: u64,
}

impl World {
    pub(crate) fn new(time: Arc<Time>, lake: Lake, trace: Trace) -> Self {
        let state = State { lake, trace, calls: Vec::new(), adrift: Vec::new(), made: 0 };
        Self { time, state: Mutex::new(state) }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.time.now()
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn into_state(self) -> State {
        self.state.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a call, and comes back with what the scheduler lets come back.
    pub(crate) async fn call<T: Send + 'static>(
        &self,
        process: ProcessId,
        due: Option<DateTime<Utc>>,
        request: Request<T>,
    ) -> T {
        let (held, answer) = Held::new(request);
        {
            let made_at = self.now();
            let mut state = self.state();
            state.made += 1;
            let number = state.made;
            let pending = Box::new(held);
            state.calls.push(Call { number, process, made_at, due, again: false, pending });
        }
        match answer.await {
            Ok(answer) => answer,
            // The schedule is over.
            Err(Canceled) => futures::future::pending().await,
        }
    }
}
