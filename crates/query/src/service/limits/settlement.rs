//! The end of queries in the accounts that they count for: what was set aside becomes what they scanned.
//!
//! Whoever waits for a query settles it (`execution::account`). This is for queries that go on without their request: the
//! first request that finds one over settles it, or an account that has no room asks the engine what became of them.

use std::sync::Arc;

use chrono::TimeDelta;
use domain::{
    access::{
        KeyId,
        usage::{self, Changed, Holder, OpenQuery, UsageError},
    },
    key::ExecutionName,
    port::{Clock, EngineError, Ids, QueryEngine, QueryId, QueryStatus},
};
use futures::{FutureExt, StreamExt, stream};

use super::accounts::{busy, unusable};
use crate::{
    access::Caller,
    execution::{account::Account, cost, ended, record::QueryRecord},
    ports::Ports,
    problem::Problem,
    service::Api,
};

/// How long a query that goes on may take: Athena runs none for longer than four hours.
const LONGEST_QUERY: TimeDelta = TimeDelta::hours(5);

/// How many executions the engine is asked for at the same time, and by one request: all keys share the calls that the
/// engine answers in a second.
const LOOKS: usize = 5;
const MOST_LOOKS: usize = 10;

/// An execution that is over, and what it is charged; without a number, what was set aside.
pub(in crate::service) type Over = (String, Option<u64>);

impl<P: Ports> Api<P> {
    /// Notes in its account, if it counts for one, that a query goes on as this execution.
    pub(in crate::service) async fn goes_on(
        &self,
        account: Option<&Arc<dyn Account>>,
        id: &QueryId,
    ) -> Result<(), Problem> {
        let Some(account) = account else { return Ok(()) };
        let until = self.clock().now() + LONGEST_QUERY;
        account.hand_over(id, until).await.map_err(|error| {
            tracing::error!(error = domain::chain(&error), "a query that goes on cannot be counted");
            busy("the query cannot be counted as one that goes on: try again in some seconds")
        })
    }

    /// Settles a query that was handed over and is over now. What fails here is made good when the account is looked at
    /// the next time.
    pub(in crate::service) async fn settle(
        &self,
        name: &ExecutionName,
        record: &QueryRecord,
        status: &QueryStatus,
        caller: &Caller,
    ) {
        if ended(&QueryId::new(name.as_str()), &status.state).is_none() {
            return;
        }
        let over = [(name.to_string(), Some(cost::billed(status)))];
        let of_key = self.allowance(caller).map(|(_, allowance)| allowance.holder);
        for holder in of_key.into_iter().chain(record.place.map(Holder::Running)) {
            if let Err(error) = self.settle_all(&holder, &over).await {
                let error = domain::chain(&error);
                tracing::warn!(key = %holder, error, "a query that is over could not be settled");
            }
        }
    }

    /// Asks the engine what became of some queries of this key that go on without their request, and settles those that
    /// are over. Answers whether there was one.
    pub(super) async fn look_after(&self, key: &KeyId) -> Result<bool, Problem> {
        let usage = usage::load(&*self.store, key).await.map_err(|error| unusable(key, &error))?;
        let open = usage.map(|usage| usage.open).unwrap_or_default();
        let handed_over = open.into_iter().filter_map(|query: OpenQuery| Some(((), query.execution?)));
        let over = self.over(handed_over.collect()).await;
        let over: Vec<Over> = over.into_iter().map(|((), over)| over).collect();
        if over.is_empty() {
            return Ok(false);
        }
        self.settle_all(&key.into(), &over).await.map_err(|error| unusable(key, &error))
    }

    /// Asks the engine what became of some of these executions, each with what the caller wants to know it by. Answers
    /// those that are over.
    pub(in crate::service) async fn over<T: Send>(&self, executions: Vec<(T, String)>) -> Vec<(T, Over)> {
        stream::iter(some_of(executions, self.flights.runner.ids.random()))
            .map(|(of, execution)| async move {
                let id = QueryId::new(&execution);
                match self.engine().status(&id).await {
                    Ok(status) => {
                        ended(&id, &status.state).map(|_| (of, (execution, Some(cost::billed(&status)))))
                    }
                    // The engine has forgotten it.
                    Err(EngineError::NotFound { .. }) => Some((of, (execution, None))),
                    Err(_) => None,
                }
            })
            .buffer_unordered(LOOKS)
            .filter_map(|over| async move { over })
            .collect()
            .await
    }

    /// Settles these executions, each at so many bytes, or at what was set aside. Answers whether one of them was open.
    pub(in crate::service) async fn settle_all(
        &self,
        holder: &Holder,
        over: &[Over],
    ) -> Result<bool, UsageError> {
        let runner = &self.flights.runner;
        usage::update(&*self.store, &runner.clock, &runner.ids, holder, |usage, _| {
            let mut is_changed = false;
            for (execution, bytes) in over {
                is_changed |= usage.settle(*bytes, |query| query.execution.as_ref() == Some(execution));
            }
            (is_changed, if is_changed { Changed::Yes } else { Changed::No })
        })
        .boxed()
        .await
    }
}

/// Ten of these at most, which follow one another, beginning anywhere: so none is passed over for ever.
fn some_of<T>(mut executions: Vec<T>, random: u64) -> Vec<T> {
    if executions.len() > MOST_LOOKS {
        let first = random % executions.len() as u64;
        executions.rotate_left(usize::try_from(first).unwrap_or_default());
        executions.truncate(MOST_LOOKS);
    }
    executions
}
