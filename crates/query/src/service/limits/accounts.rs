//! The accounts of keys that have a daily budget, or a bound on their queries at a time; beside them, the places of all
//! callers together (`running`).
//!
//! A query is entered before it starts, and settled when it is over: by whoever waits for it, by the first request that
//! finds it over after a 202, or, if nobody comes back, when the account refuses another query and the engine is asked
//! what became of those that are open (`settlement`). A key without such limits has no account, and costs no call.

use std::{
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use domain::{
    access::{
        KeyId,
        usage::{self, Changed, Holder, NewQuery, Refused, UsageError, UsageLimits},
    },
    port::{Clock, Ids, StoreError},
};
use futures::FutureExt;

use crate::{
    access::Caller,
    execution::{
        account::{Entered, Entry},
        cost,
    },
    ports::Ports,
    problem::{Problem, ProblemKind},
    service::{Api, failures},
};

/// How long after its request's wait an entry counts whose process said nothing more.
const LEASE: Duration = Duration::from_secs(60);

/// A wait that is set to more counts as so long here.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 3_600);

/// After how many seconds to come again when a query of the key has to end first, or when others change the account.
pub(in crate::service) const RETRY: u32 = 2;

/// What an account allows.
#[derive(Debug, Clone)]
pub(in crate::service) struct Allowance {
    pub(in crate::service) holder: Holder,
    pub(in crate::service) limits: UsageLimits,
    /// Bytes that are set aside for one query.
    pub(in crate::service) reserved: u64,
    /// The part of the caller's API key, where it counts for all callers. Callers without a key have none.
    pub(in crate::service) share: Option<Share>,
}

/// What one API key may have of what all callers may.
#[derive(Debug, Clone)]
pub(in crate::service) struct Share {
    /// The key.
    pub(in crate::service) key: String,
    /// The most queries of it.
    pub(in crate::service) most: u32,
}

impl<P: Ports> Api<P> {
    /// Enters a query in the caller's account, if it has one, and in the places of all callers, if they are bounded;
    /// `None` if neither is so. A problem if one of them does not allow it. If the request goes away meanwhile, or before
    /// the query begins, the entries go too where something may be done `in_background`.
    pub(in crate::service) async fn enter(
        &self,
        caller: &Caller,
        in_background: bool,
    ) -> Result<Option<Entered>, Problem> {
        let of_key = self.enter_account(caller, in_background).await?;
        match self.take_place(caller, in_background).await {
            Ok(place) => Ok(Entered::both(of_key, place)),
            Err(problem) => {
                if let Some(entered) = of_key {
                    entered.take_back(self.clock()).await;
                }
                Err(problem)
            }
        }
    }

    async fn enter_account(&self, caller: &Caller, in_background: bool) -> Result<Option<Entered>, Problem> {
        let Some((key, allowance)) = self.allowance(caller) else { return Ok(None) };
        if let Some(budget) = allowance.limits.daily_bytes
            && allowance.reserved > budget
        {
            return Err(never(&key, budget, allowance.reserved));
        }
        let unusable = |error: UsageError| unusable(&key, &error);
        let try_to_enter = || self.try_to_enter(&allowance, in_background);
        let mut entered = try_to_enter().await.map_err(unusable)?;
        // What others left open may be over.
        if entered.is_err() && self.look_after(&key).await? {
            entered = try_to_enter().await.map_err(unusable)?;
        }
        entered.map(Some).map_err(|refused| self.refusal(&key, &refused))
    }

    /// Enters a query once. If it is not certain that nothing was written, the entry is abandoned.
    pub(in crate::service) async fn try_to_enter(
        &self,
        allowance: &Allowance,
        in_background: bool,
    ) -> Result<Result<Entered, Refused>, UsageError> {
        let unique = self.flights.runner.ids.ulid().to_string();
        let id = match &allowance.share {
            Some(share) => usage::entry_id(&unique, &share.key),
            None => unique,
        };
        let entry = Entry {
            store: Arc::clone(&self.store),
            runner: Arc::clone(&self.flights.runner),
            holder: allowance.holder.clone(),
            id: id.clone(),
            is_settled: AtomicBool::new(false),
        };
        let entered = Entered::new(Arc::new(entry), in_background);
        match self.begin(allowance, &id).await {
            Ok(Ok(())) => Ok(Ok(entered)),
            Ok(Err(refused)) => {
                entered.done();
                Ok(Err(refused))
            }
            Err(error) => {
                if matches!(error, UsageError::Contended | UsageError::Malformed { .. }) {
                    entered.done();
                }
                Err(error)
            }
        }
    }

    async fn begin(&self, allowance: &Allowance, id: &str) -> Result<Result<(), Refused>, UsageError> {
        let runner = &self.flights.runner;
        let lease = self.settings.wait.min(LONGEST_WAIT) + LEASE;
        let entered =
            usage::update(&*self.store, &runner.clock, &runner.ids, &allowance.holder, |usage, now| {
                let (id, reserved, expires_at) = (id.to_owned(), allowance.reserved, now + lease);
                let new = NewQuery { id, reserved, expires_at };
                let entered = match &allowance.share {
                    Some(share) => usage.begin_within(now, allowance.limits, share.most, &new),
                    None => usage.begin(now, allowance.limits, &new),
                };
                let changed = if entered.is_ok() { Changed::Yes } else { Changed::No };
                (entered, changed)
            });
        // Boxed here and below: the future of every request holds these, and most keys have no account.
        entered.boxed().await
    }

    /// The caller's key and what its account allows, if it has one.
    pub(super) fn allowance(&self, caller: &Caller) -> Option<(KeyId, Allowance)> {
        let rights = caller.counted()?;
        // Who has limits has a key, and a key an id.
        let key = KeyId::new(caller.id()?).ok()?;
        let price = self.settings.limits.price_per_tb;
        let of_dollars = rights.daily_dollars.map(|dollars| cost::bytes_for(dollars, price));
        let daily_bytes = match (rights.daily_bytes, of_dollars) {
            (Some(bytes), Some(of_dollars)) => Some(bytes.min(of_dollars)),
            (one, other) => one.or(other),
        };
        let reserved = match (daily_bytes, rights.max_bytes_scanned) {
            (None, _) => 0,
            (Some(_), Some(bound)) => usage::billed(bound),
            // No command makes such a key: without a bound on one query, one may use up the day.
            (Some(budget), None) => budget.max(usage::billed(0)),
        };
        let limits = UsageLimits { max_queries: rights.max_queries, daily_bytes };
        Some((key.clone(), Allowance { holder: key.into(), limits, reserved, share: None }))
    }

    fn refusal(&self, key: &KeyId, refused: &Refused) -> Problem {
        tracing::info!(%key, reason = %refused, "a query was turned away: its key's limits are reached");
        match *refused {
            Refused::TooMany { maximum } | Refused::Share { maximum } => {
                let detail = format!(
                    "the API key may have {maximum} queries at a time, those that go on after a 202 included: wait for \
                     one of them, or cancel it with DELETE /v1/queries/{{id}}"
                );
                Problem::new(ProblemKind::Busy, detail).with("maximum", maximum).retry_after(RETRY)
            }
            Refused::Budget { budget, charged, reserved, wanted, resets_at } => {
                let resets_at_text = crate::lake::datasets::time(resets_at);
                let detail = format!(
                    "the API key may scan {budget} bytes a day: {charged} are used and {reserved} set aside for queries \
                     that run, so the {wanted} bytes that a query of it may take are not left; the count begins anew at \
                     {resets_at_text}"
                );
                let seconds = (resets_at - self.clock().now()).num_seconds().max(0) + 1;
                let until_tomorrow = u32::try_from(seconds).unwrap_or(u32::MAX);
                // Of what is set aside, some comes back when those queries are over.
                let may_pass = charged.saturating_add(wanted) <= budget;
                Problem::new(ProblemKind::BudgetSpent, detail)
                    .with("budget_bytes", budget)
                    .with("used_bytes", charged)
                    .with("reserved_bytes", reserved)
                    .with("resets_at", resets_at_text)
                    .retry_after(if may_pass { RETRY } else { until_tomorrow })
            }
        }
    }
}

/// One query may take more than the whole day: to come again helps nobody.
fn never(key: &KeyId, budget: u64, wanted: u64) -> Problem {
    tracing::warn!(%key, budget, wanted, "a query was turned away: its key's budget allows none");
    let detail = format!(
        "the API key may scan {budget} bytes a day, and {wanted} bytes are set aside for each of its queries (its bound \
         for one query, and {least} at least), so none can start: have the lake's operator make a key with a daily \
         budget of {wanted} bytes or more, or with a lower bound for one query",
        least = usage::billed(0)
    );
    Problem::new(ProblemKind::Forbidden, detail).with("budget_bytes", budget).with("wanted_bytes", wanted)
}

/// The account cannot be read or changed: nothing starts that could not be counted.
pub(super) fn unusable(key: &KeyId, error: &UsageError) -> Problem {
    tracing::error!(%key, error = domain::chain(error), "what a key has used cannot be read or written");
    match error {
        UsageError::Contended => {
            busy("too many queries of the API key begin or end at the same time: try again in some seconds")
        }
        UsageError::Store(StoreError::Unavailable { .. }) => {
            failures::out_of_reach("what the API key has used is out of reach: try again in some seconds")
        }
        UsageError::Store(_) | UsageError::Malformed { .. } => Problem::new(
            ProblemKind::Internal,
            "what the API key has used cannot be read or written: the lake's operator finds the reason in the log",
        ),
    }
}

pub(in crate::service) fn busy(detail: &str) -> Problem {
    Problem::new(ProblemKind::Busy, detail).retry_after(RETRY)
}
