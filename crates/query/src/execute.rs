//! One statement on the engine: started, waited for, fetched, or cancelled when the wait is over.

use std::{future::Future, pin::pin, time::Duration};

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use domain::port::{Clock, EngineError, Ids, Query, QueryEngine, QueryId, QueryState, StoredResult};
use futures::future::{Either, select};

use crate::{literal::Literal, sql::Statement};

/// The pause before the second look at a query; each further one is half as long again.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
/// The longest pause between two looks.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// How long after the wait a call under way, or the fetching of a result, may still take.
const SLACK: TimeDelta = TimeDelta::seconds(5);
/// How long a cancel may take: the caller has waited enough.
const CANCEL: TimeDelta = TimeDelta::seconds(2);

/// A result and what it cost.
#[derive(Debug)]
pub(crate) struct Execution {
    /// The engine's id.
    pub(crate) id: QueryId,
    /// What the result is.
    #[expect(dead_code, reason = "the pages of a result, which come next, need it")]
    pub(crate) result: StoredResult,
    /// Its CSV.
    pub(crate) csv: Bytes,
    /// Bytes that the engine read.
    pub(crate) bytes_scanned: u64,
    /// Milliseconds that the engine worked.
    pub(crate) engine_millis: u64,
}

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ExecuteError {
    /// The engine has too many queries: the same request may succeed in some seconds.
    #[error("the query engine has too many queries")]
    Busy,
    /// The engine is out of reach: the same request may succeed later.
    #[error("the query engine cannot be reached")]
    Unavailable(#[source] EngineError),
    /// The wait is over. A query that had started was told to stop.
    #[error("the query took longer than the wait")]
    TimedOut {
        /// The query, if it had started.
        id: Option<QueryId>,
    },
    /// The query ended without a result.
    #[error("query {id} failed: {reason}")]
    Failed {
        /// The query.
        id: QueryId,
        /// The engine's own words: for the log, not for a caller.
        reason: String,
        /// Whether a new execution may succeed.
        retryable: bool,
    },
    /// The result is longer than what would be read.
    #[error("the result of query {id} has {bytes} bytes")]
    TooLarge {
        /// The query.
        id: QueryId,
        /// The length of its CSV.
        bytes: u64,
    },
    /// The engine did not do what its port says.
    #[error("the query engine refused a call")]
    Refused(#[source] EngineError),
}

impl ExecuteError {
    /// The query that it is about, if one had started.
    pub(crate) fn query_id(&self) -> Option<&QueryId> {
        match self {
            Self::Failed { id, .. } | Self::TooLarge { id, .. } => Some(id),
            Self::TimedOut { id } => id.as_ref(),
            Self::Busy | Self::Unavailable(_) | Self::Refused(_) => None,
        }
    }

    fn of(error: EngineError) -> Self {
        match error {
            EngineError::Busy => Self::Busy,
            EngineError::Unavailable { .. } => Self::Unavailable(error),
            other => Self::Refused(other),
        }
    }
}

/// What running a statement needs.
#[derive(Debug)]
pub(crate) struct Executor<'a, Q, K, I> {
    /// Where it runs.
    pub(crate) engine: &'a Q,
    /// What it waits by.
    pub(crate) clock: &'a K,
    /// Where tokens come from.
    pub(crate) ids: &'a I,
    /// The longest CSV to be read.
    pub(crate) max_bytes: u64,
}

impl<Q: QueryEngine, K: Clock, I: Ids> Executor<'_, Q, K, I> {
    /// Runs the statement and waits for its result, at most `wait`. One that failed for a passing reason is
    /// run once more in the time that remains.
    ///
    /// What takes longer than the wait is cancelled: until there is a `/v1/queries/{id}` to come back to (and
    /// a 202 that names it), nobody could ever fetch it.
    pub(crate) async fn run(&self, statement: Statement, wait: Duration) -> Result<Execution, ExecuteError> {
        let wait = TimeDelta::from_std(wait).unwrap_or(TimeDelta::MAX);
        let deadline = self.clock.now().checked_add_signed(wait).unwrap_or(DateTime::<Utc>::MAX_UTC);
        let parameters = statement.parameters.into_iter().map(Literal::into_text).collect();
        let mut query = Query { sql: statement.sql, parameters, token: self.token(), reuse: None };
        match self.attempt(&query, deadline).await {
            Err(error @ ExecuteError::Failed { retryable: true, .. }) if self.clock.now() < deadline => {
                tracing::warn!(%error, "the query failed for a passing reason and is run once more");
                query.token = self.token();
                self.attempt(&query, deadline).await
            }
            other => other,
        }
    }

    /// Athena wants 32 to 128 characters; a ULID has 26.
    fn token(&self) -> String {
        format!("tributary-{}", self.ids.ulid())
    }

    async fn attempt(&self, query: &Query, deadline: DateTime<Utc>) -> Result<Execution, ExecuteError> {
        let last = deadline.checked_add_signed(SLACK).unwrap_or(deadline);
        let started = self.until(last, self.engine.start(query)).await;
        let id = started.ok_or(ExecuteError::TimedOut { id: None })?.map_err(ExecuteError::of)?;
        let (bytes_scanned, engine_millis) = self.completion(&id, deadline, last).await?;
        let timed_out = || ExecuteError::TimedOut { id: Some(id.clone()) };
        let result = self.until(last, self.engine.result(&id)).await.ok_or_else(timed_out)?;
        let result = result.map_err(ExecuteError::of)?;
        if result.bytes > self.max_bytes {
            return Err(ExecuteError::TooLarge { id, bytes: result.bytes });
        }
        let csv = self.until(last, self.engine.read(&result, 0..result.bytes)).await.ok_or_else(timed_out)?;
        let csv = csv.map_err(ExecuteError::of)?;
        Ok(Execution { id, result, csv, bytes_scanned, engine_millis })
    }

    /// Waits until the query has succeeded, and says what it cost.
    async fn completion(
        &self,
        id: &QueryId,
        deadline: DateTime<Utc>,
        last: DateTime<Utc>,
    ) -> Result<(u64, u64), ExecuteError> {
        let mut pause = FIRST_PAUSE;
        loop {
            // A look that could not be taken says nothing about the query: look again while there is time.
            let mut unseen = None;
            match self.until(last, self.engine.status(id)).await {
                None => return Err(self.give_up(id, None).await),
                Some(Err(error @ (EngineError::Busy | EngineError::Unavailable { .. }))) => {
                    unseen = Some(error);
                }
                Some(Err(error)) => return Err(ExecuteError::of(error)),
                Some(Ok(status)) => match status.state {
                    QueryState::Succeeded => return Ok((status.bytes_scanned, status.engine_millis)),
                    QueryState::Failed { reason, retryable } => {
                        return Err(ExecuteError::Failed { id: id.clone(), reason, retryable });
                    }
                    QueryState::Cancelled => {
                        let reason = "somebody cancelled it".to_owned();
                        return Err(ExecuteError::Failed { id: id.clone(), reason, retryable: false });
                    }
                    QueryState::CutOff => {
                        let reason = "it would have scanned more than it may".to_owned();
                        return Err(ExecuteError::Failed { id: id.clone(), reason, retryable: false });
                    }
                    QueryState::Queued | QueryState::Running => {}
                },
            }
            let left = (deadline - self.clock.now()).to_std().unwrap_or_default();
            if left.is_zero() {
                return Err(self.give_up(id, unseen).await);
            }
            self.clock.sleep(pause.min(left)).await;
            pause = (pause * 3 / 2).min(LONGEST_PAUSE);
        }
    }

    /// Cancels a query that nobody waits for any more: it would go on reading, and be billed for it.
    async fn give_up(&self, id: &QueryId, unseen: Option<EngineError>) -> ExecuteError {
        let cancelled = self.until(self.clock.now() + CANCEL, self.engine.cancel(id)).await;
        match cancelled {
            Some(Ok(())) => {}
            Some(Err(error)) => {
                tracing::warn!(query_id = %id, error = domain::chain(&error),
                    "a query could not be cancelled and goes on");
            }
            None => tracing::warn!(query_id = %id, "cancelling a query took too long; it may go on"),
        }
        match unseen {
            Some(error) => ExecuteError::of(error),
            None => ExecuteError::TimedOut { id: Some(id.clone()) },
        }
    }

    /// The call's outcome, or `None` when the time has come first.
    async fn until<T>(&self, time: DateTime<Utc>, call: impl Future<Output = T>) -> Option<T> {
        let left = (time - self.clock.now()).to_std().unwrap_or_default();
        match select(pin!(call), pin!(self.clock.sleep(left))).await {
            Either::Left((outcome, _)) => Some(outcome),
            Either::Right(_) => None,
        }
    }
}

#[cfg(test)]
mod tests;
