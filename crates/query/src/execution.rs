//! One statement on the engine: started, and watched until it is over.
//!
//! Nothing here knows how long anybody waits. Who waits drops the work, or leaves it to others (`flight`). What a query counts for
//! is its `account`; what a later request needs to know of it is its `record`.

pub(crate) mod account;
pub(crate) mod cost;
mod error;
pub(crate) mod flight;
pub(crate) mod mistake;
mod progress;
pub(crate) mod record;
pub(crate) mod redact;

use std::{future::Future, time::Duration};

use domain::{
    port::{Clock, EngineError, Ids, Query, QueryEngine, QueryId, QueryState, StoredResult},
    settings::ScanTiers,
};

use crate::{digest::Digest, plan::literal::Literal, sql::Statement};

pub(crate) use error::{ExecuteError, ended};
pub(crate) use progress::{Progress, Stage};

/// The pause before the second look at a query; each further one is half as long again.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
/// The longest pause between two looks.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// How often a query is looked at that was just cancelled: within two thirds of a second, and what the looks take.
const LOOKS_AFTER_CANCEL: u32 = 8;
/// How often a call, or a whole query, is tried that failed for a passing reason.
const ATTEMPTS: u32 = 5;
/// The pause before the second attempt, at most; each further one is twice as long.
const FIRST_BACKOFF: Duration = Duration::from_millis(200);

/// A succeeded query.
#[derive(Debug)]
pub(crate) struct Finished {
    /// The engine's id.
    pub(crate) id: QueryId,
    /// Bytes that the engine read.
    pub(crate) bytes_scanned: u64,
    /// Milliseconds that the engine worked.
    pub(crate) engine_millis: u64,
    /// Whether the engine answered an earlier result.
    pub(crate) reused: bool,
    /// What the result is.
    pub(crate) result: StoredResult,
}

/// What running a statement needs.
#[derive(Debug)]
pub(crate) struct Runner<Q, K, I> {
    /// Where it runs.
    pub(crate) engine: Q,
    /// What it waits by.
    pub(crate) clock: K,
    /// Where tokens and jitter come from.
    pub(crate) ids: I,
    /// Where queries run: part of their tokens.
    pub(crate) workgroup: String,
    /// The database of queries: part of their tokens too.
    pub(crate) database: String,
    /// How old a result may be that the engine answers again.
    pub(crate) reuse: Option<Duration>,
    /// The workgroups that stop a query at a bound.
    pub(crate) tiers: ScanTiers,
}

impl<Q: QueryEngine, K: Clock, I: Ids> Runner<Q, K, I> {
    /// Runs the statement. What fails for a passing reason is tried again, some times, with pauses.
    ///
    /// A query with `max_bytes` runs in the scan tier with the highest cutoff that they allow, if there is one. It is
    /// stopped when it is seen to have read more, and one that had read more when it succeeded has no result for its
    /// caller. No earlier result is used for it: how much was read for that one, the engine does not say.
    pub(crate) async fn run(
        &self,
        statement: Statement,
        max_bytes: Option<u64>,
        progress: &Progress,
    ) -> Result<Finished, ExecuteError> {
        let workgroup = max_bytes.and_then(|bound| self.tiers.within(bound));
        let workgroup = workgroup.map(|tier| tier.workgroup.clone());
        let reuse = if max_bytes.is_none() { self.reuse } else { None };
        let max_bytes = max_bytes.unwrap_or(u64::MAX);
        let parameters = statement.parameters.into_iter().map(Literal::into_text).collect();
        let mut query = Query { sql: statement.sql, parameters, token: String::new(), reuse, workgroup };
        let mut attempt = 1;
        let finished = loop {
            // A new execution needs a new token: Athena answers the old one's otherwise.
            query.token = self.token(&query);
            match self.execution(&query, max_bytes, progress).await {
                Err(ExecuteError::Failed { id, reason, retryable: true, .. }) if attempt < ATTEMPTS => {
                    // The engine's words may quote a caller's text. The engine keeps them for whoever asks by the id.
                    tracing::warn!(
                        query_id = %id,
                        reason = mistake::code(&reason),
                        attempt,
                        "the query failed for a passing reason and is run again"
                    );
                    progress.enter(Stage::Idle);
                    self.back_off(attempt).await;
                    attempt += 1;
                }
                other => break other,
            }
        };
        progress.enter(Stage::Over);
        finished
    }

    /// The same for a call that is repeated, and for no other query: Athena compares neither parameters nor the
    /// workgroup of two calls with one token, and answers the first one's query to both.
    fn token(&self, query: &Query) -> String {
        let digest = Digest::new("token of a query")
            .text(query.workgroup.as_deref().unwrap_or(&self.workgroup))
            .text(&self.database)
            .text(&query.sql)
            .all(query.parameters.iter().map(String::as_str))
            .text(&format!("{:?}", query.reuse));
        format!("tributary-{}-{}", digest.hexadecimal(), self.ids.ulid())
    }

    async fn execution(
        &self,
        query: &Query,
        max_bytes: u64,
        progress: &Progress,
    ) -> Result<Finished, ExecuteError> {
        let engine = &self.engine;
        let start = || async move {
            progress.enter(Stage::Starting);
            let started = engine.start(query).await;
            progress.turned_away(matches!(started, Err(EngineError::Busy)));
            if let Err(error) = &started {
                // It may run all the same, and nobody has its id.
                if matches!(error, EngineError::Unavailable { .. }) {
                    progress.lost();
                }
                progress.not_started(query);
            }
            started
        };
        let id = self.repeated(start).await.map_err(ExecuteError::of)?;
        progress.enter(Stage::Running(id.clone()));
        let completion = self.completion(&id, max_bytes, progress).await;
        // Nobody will look at it again.
        if matches!(completion, Err(ExecuteError::Refused(_)))
            && let Err(error) = self.engine.cancel(&id).await
        {
            tracing::warn!(query_id = %id, error = domain::chain(&error), "a query could not be cancelled");
        }
        let (bytes_scanned, engine_millis, reused) = completion?;
        let result = self.repeated(|| self.engine.result(&id)).await;
        let result = result.map_err(|error| ExecuteError::of_result(error, &id))?;
        Ok(Finished { id, bytes_scanned, engine_millis, reused, result })
    }

    /// Waits until the query has succeeded, and says what it cost.
    async fn completion(
        &self,
        id: &QueryId,
        max_bytes: u64,
        progress: &Progress,
    ) -> Result<(u64, u64, bool), ExecuteError> {
        let mut pause = FIRST_PAUSE;
        loop {
            // A look that could not be taken says nothing about the query: look again.
            match self.engine.status(id).await {
                Err(EngineError::Busy | EngineError::Unavailable { .. }) => {}
                Err(error) => return Err(ExecuteError::of(error)),
                Ok(status) => match ended(id, &status.state) {
                    Some(end) => {
                        progress.ended(cost::billed(&status));
                        // Between two looks it may have read any amount. Why it failed may quote what it read.
                        if status.bytes_scanned > max_bytes && status.state != QueryState::Cancelled {
                            return Err(ExecuteError::CutOff(id.clone()));
                        }
                        end?;
                        return Ok((status.bytes_scanned, status.engine_millis, status.reused));
                    }
                    None if status.bytes_scanned > max_bytes => match self.engine.cancel(id).await {
                        Ok(()) => {
                            // If its end is not seen, what was seen is more than its whole bound.
                            let (billed, _) = self.stopped(id).await;
                            progress.ended(billed.max(cost::billed(&status)));
                            return Err(ExecuteError::CutOff(id.clone()));
                        }
                        // It reads on: the next look stops it.
                        Err(EngineError::Busy | EngineError::Unavailable { .. }) => {}
                        Err(error) => return Err(ExecuteError::of(error)),
                    },
                    None => {}
                },
            }
            self.clock.sleep(pause).await;
            pause = (pause * 3 / 2).min(LONGEST_PAUSE);
        }
    }

    /// Looks at a query that was just cancelled until it is over, some times: the engine stops it a while after the
    /// call, and it reads on until then. Answers what it is billed as far as was seen, and whether that is final.
    pub(crate) async fn stopped(&self, id: &QueryId) -> (u64, bool) {
        let (mut billed, mut pause) = (0, FIRST_PAUSE);
        for look in 1..=LOOKS_AFTER_CANCEL {
            if let Ok(status) = self.engine.status(id).await {
                billed = cost::billed(&status).max(billed);
                if ended(id, &status.state).is_some() {
                    return (cost::billed(&status), true);
                }
            }
            if look < LOOKS_AFTER_CANCEL {
                self.clock.sleep(pause).await;
                pause = pause * 3 / 2;
            }
        }
        (billed, false)
    }

    /// The call, some times while the engine is busy or out of reach.
    async fn repeated<T, F: Future<Output = Result<T, EngineError>>>(
        &self,
        call: impl Fn() -> F,
    ) -> Result<T, EngineError> {
        let mut attempt = 1;
        loop {
            match call().await {
                Err(error @ (EngineError::Busy | EngineError::Unavailable { .. })) if attempt < ATTEMPTS => {
                    tracing::debug!(
                        error = domain::chain(&error),
                        attempt,
                        "a call to the engine is repeated"
                    );
                    self.back_off(attempt).await;
                    attempt += 1;
                }
                other => return other,
            }
        }
    }

    /// Twice as long for each attempt, and between half and all of that: callers that were turned away together do
    /// not come back together.
    async fn back_off(&self, attempt: u32) {
        let longest = FIRST_BACKOFF * 2_u32.saturating_pow(attempt - 1);
        let part = (self.ids.random() % 1_000) as u32;
        self.clock.sleep(longest / 2 + longest / 2 * part / 1_000).await;
    }
}

#[cfg(test)]
mod tests;
