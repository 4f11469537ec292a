//! Queries under way. Identical requests at the same time share one; the last one that leaves stops it.

mod share;
mod stop;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use domain::port::{Clock, Ids, QueryEngine, QueryId};
use futures::{
    FutureExt,
    future::{BoxFuture, Either, Shared, select},
};

use super::{
    ExecuteError, Finished, Progress, Runner, Stage,
    account::{Account, settle_soon},
};
use crate::sql::Statement;

pub(crate) use share::{Full, Owner};

use share::{Permit, QueryPlaces};
use stop::stop;

/// How old a query may be that others still join, if it counts for somebody. Its entry in the account is kept for the wait
/// of a request and a minute; who joins waits for as long as a request, and so the query is over before that.
const JOINABLE: TimeDelta = TimeDelta::seconds(30);

/// What is to run, and how.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    /// The statement.
    pub(crate) statement: Statement,
    /// The most bytes that it may read, beside the workgroup's own bound.
    pub(crate) max_bytes: Option<u64>,
    /// Whether it may be cancelled after the request is gone, if nobody waits for it.
    pub(crate) in_background: bool,
    /// Whose share of the places of this process it takes.
    pub(crate) owner: Owner,
    /// What it counts for.
    pub(crate) account: Option<Arc<dyn Account>>,
}

/// How a query ended, for everybody who waited.
pub(crate) type SharedResult = Result<Arc<Finished>, Arc<ExecuteError>>;

/// What makes two requests identical: a digest.
pub(crate) type FlightKey = [u8; 16];

/// The queries under way in this process.
#[derive(Debug)]
pub(crate) struct Flights<Q: QueryEngine, K: Clock, I: Ids> {
    /// What they run by.
    pub(crate) runner: Arc<Runner<Q, K, I>>,
    open: Open<Q, K, I>,
    places: QueryPlaces,
}

/// A hold on a query under way, which goes on while somebody has one.
pub(crate) type FlightHandle<Q, K, I> = Arc<Flight<Q, K, I>>;

/// The work on a query, which whoever polls it carries on.
type Work = Shared<BoxFuture<'static, SharedResult>>;

type Open<Q, K, I> = Arc<Mutex<HashMap<FlightKey, Weak<Flight<Q, K, I>>>>>;

/// One of them, held by everybody who has a place in it. While somebody polls [`Flight::wait`] the query goes on; when
/// the last place is given up before the query is over, and nobody can come back to it, it is cancelled.
pub(crate) struct Flight<Q: QueryEngine, K: Clock, I: Ids> {
    runner: Arc<Runner<Q, K, I>>,
    open: Open<Q, K, I>,
    key: FlightKey,
    progress: Arc<Progress>,
    outcome: Work,
    handed_over: AtomicBool,
    in_background: bool,
    account: Option<Arc<dyn Account>>,
    /// Whether the background settles it.
    is_left: Arc<AtomicBool>,
    begun: DateTime<Utc>,
    _permit: Permit,
}

/// What came of waiting.
#[derive(Debug)]
pub(crate) enum Waited {
    /// The query is over.
    Over(SharedResult),
    /// It goes on.
    Running(QueryId),
    /// The engine has not even said that it has it.
    NotStarted,
}

impl<Q: QueryEngine, K: Clock, I: Ids> Flights<Q, K, I> {
    /// None under way; `most` may be, and half of them may be one API key's.
    pub(crate) fn new(runner: Runner<Q, K, I>, most: usize) -> Self {
        Self { runner: Arc::new(runner), open: Arc::default(), places: QueryPlaces::new(most) }
    }

    /// A place in the query under way for this key, or in a new one; and whether somebody else has one too.
    pub(crate) fn join(&self, key: FlightKey, run: Run) -> Result<(FlightHandle<Q, K, I>, bool), Full> {
        // A panic elsewhere cannot leave the map half changed.
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        match open.get(&key).and_then(Weak::upgrade) {
            Some(flight) if flight.is_joinable() => Ok((flight, true)),
            old => {
                let started = self.start(key, run).map(Arc::new);
                if let Ok(flight) = &started {
                    open.insert(key, Arc::downgrade(flight));
                }
                drop(open);
                // Only now: its end takes the lock too.
                drop(old);
                started.map(|flight| (flight, false))
            }
        }
    }

    /// A place in the query under way for this key, if there is one.
    pub(crate) fn under_way(&self, key: &FlightKey) -> Option<FlightHandle<Q, K, I>> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let flight = open.get(key).and_then(Weak::upgrade);
        // The end of one that is not joined takes the lock too.
        drop(open);
        flight.filter(|flight| flight.is_joinable())
    }

    /// A place in a query of one's own.
    pub(crate) fn alone(&self, run: Run) -> Result<FlightHandle<Q, K, I>, Full> {
        // Never in the map, so the key is nobody's.
        self.start(FlightKey::default(), run).map(Arc::new)
    }

    fn start(&self, key: FlightKey, run: Run) -> Result<Flight<Q, K, I>, Full> {
        let Run { statement, max_bytes, in_background, owner, account } = run;
        let permit = self.places.take(owner)?;
        let progress = Arc::new(Progress::new());
        let (runner, seen) = (Arc::clone(&self.runner), Arc::clone(&progress));
        let (counted, is_left) = (account.clone(), Arc::<AtomicBool>::default());
        let leaving = Arc::clone(&is_left);
        let work = async move {
            let outcome = runner.run(statement, max_bytes, &seen).await.map(Arc::new).map_err(Arc::new);
            if let Some(account) = counted
                && settle_soon(account, seen.billed(), &runner.clock, in_background).await
            {
                leaving.store(true, Ordering::SeqCst);
            }
            outcome
        };
        Ok(Flight {
            runner: Arc::clone(&self.runner),
            open: Arc::clone(&self.open),
            key,
            progress,
            outcome: work.boxed().shared(),
            handed_over: AtomicBool::new(false),
            in_background,
            account,
            is_left,
            begun: self.runner.clock.now(),
            _permit: permit,
        })
    }
}

impl<Q: QueryEngine, K: Clock, I: Ids> Flight<Q, K, I> {
    /// Waits until the query is over, at most so long; then, if it has not even started, for that, at most
    /// `slack`, and as long if it is over and only its account is left to settle.
    pub(crate) async fn wait(&self, longest: Duration, slack: Duration) -> Waited {
        if !longest.is_zero() {
            let sleep = std::pin::pin!(self.runner.clock.sleep(longest));
            if let Either::Left((outcome, _)) = select(self.outcome.clone(), sleep).await {
                return Waited::Over(outcome);
            }
        }
        let sleep = std::pin::pin!(self.runner.clock.sleep(slack));
        if matches!(self.progress.stage(), Stage::Over) {
            return match select(self.outcome.clone(), sleep).await {
                Either::Left((outcome, _)) => Waited::Over(outcome),
                Either::Right(_) => match self.progress.started().now_or_never() {
                    Some(id) => Waited::Running(id),
                    None => Waited::NotStarted,
                },
            };
        }
        let started = std::pin::pin!(self.progress.started());
        match select(self.outcome.clone(), select(started, sleep)).await {
            Either::Left((outcome, _)) => Waited::Over(outcome),
            Either::Right((Either::Left((id, _)), _)) => Waited::Running(id),
            Either::Right((Either::Right(_), _)) => Waited::NotStarted,
        }
    }

    /// Whether somebody else may join it.
    fn is_joinable(&self) -> bool {
        self.account.is_none() || self.runner.clock.now() - self.begun <= JOINABLE
    }

    /// Whether the engine had too many queries when it was last asked to start this one.
    pub(crate) fn is_turned_away(&self) -> bool {
        self.progress.is_turned_away()
    }

    /// What the query counts for.
    pub(crate) fn account(&self) -> Option<&Arc<dyn Account>> {
        self.account.as_ref()
    }

    /// From now on somebody can come back to the query by its id: it goes on when nobody waits any more.
    pub(crate) fn hand_over(&self) {
        self.handed_over.store(true, Ordering::SeqCst);
    }

    /// Gives the place up, and if it was the last one, comes back when the query is stopped.
    pub(crate) async fn give_up(self: Arc<Self>) {
        if let Some(mut flight) = Arc::into_inner(self)
            && !*flight.handed_over.get_mut()
        {
            let (runner, progress) = (Arc::clone(&flight.runner), Arc::clone(&flight.progress));
            let (work, account) = (flight.outcome.clone(), flight.account.clone());
            stop(runner, progress, work, account, flight.in_background).await;
            // Only now: whoever waits for this may go away meanwhile, and then it is left to `drop`.
            *flight.handed_over.get_mut() = true;
        }
    }
}

impl<Q: QueryEngine, K: Clock, I: Ids> Drop for Flight<Q, K, I> {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.get(&self.key).is_some_and(|flight| flight.strong_count() == 0) {
            open.remove(&self.key);
        }
        drop(open);
        if *self.handed_over.get_mut() {
            return;
        }
        let stage = self.progress.stage();
        let is_under_way = !matches!(stage, Stage::Idle | Stage::Over);
        let is_settled = self.is_left.load(Ordering::SeqCst)
            || self.account.as_ref().is_none_or(|account| account.is_settled());
        if !is_under_way && is_settled {
            return;
        }
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) if self.in_background => {
                if matches!(stage, Stage::Running(_)) {
                    tracing::info!("nobody waits for a query any more: it is cancelled");
                }
                let (runner, progress) = (Arc::clone(&self.runner), Arc::clone(&self.progress));
                let work = self.outcome.clone();
                runtime.spawn(stop(runner, progress, work, self.account.take(), true));
            }
            // In a Lambda, what is left to be done after the answer is frozen with the process.
            _ if matches!(stage, Stage::Running(_)) => {
                tracing::warn!("nobody waits for a query any more, and it goes on");
            }
            _ if is_under_way => stop::may_go_on(),
            // Its entry expires.
            _ => {}
        }
    }
}

impl<Q: QueryEngine, K: Clock, I: Ids> std::fmt::Debug for Flight<Q, K, I> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Flight").field("progress", &self.progress).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
