//! The bound on the queries that run for all callers, in all processes together (`TRIBUTARY_MAX_RUNNING`).
//!
//! Athena itself can be asked how many run (`ListQueryExecutions`), but it answers that five times a second, and two
//! processes that ask at the same time both see room. So each query takes a place before it starts: an entry in one of
//! some objects in the bucket, which is written only if nobody else wrote it since it was read. There are several objects,
//! since one that everybody writes would let through a few queries a second. A query costs a read and a write before it
//! starts and the same after it, and nothing else while there is room.
//!
//! One API key may have half of the places in each object, and so half of all: one key whose queries go on for hours would else
//! keep all others out until somebody stops them. The entry's id says whose it is. Callers without a key may have all places.
//!
//! The places are settled like a key's account (`settlement`): by whoever waits for the query, by the first request that
//! finds it over after a 202, or when there is no room and the engine is asked what became of those that go on. A place
//! that nobody settles is free when its lease is over.

use std::collections::BTreeMap;

use domain::{
    access::usage::{self, Holder, OpenQuery, UsageError, UsageLimits},
    port::{Clock, Ids, StoreError},
};
use futures::{FutureExt, StreamExt, TryStreamExt, stream};

use super::{
    accounts::{Allowance, RETRY, Share, busy},
    settlement::Over,
};
use crate::{
    access::Caller,
    execution::account::Entered,
    ports::Ports,
    problem::{Problem, ProblemKind},
    service::{Api, failures},
};

/// The places in one object: few enough that its writers seldom meet.
const PLACES: u32 = 4;

/// In how many objects a place is looked for one after the other, before all of them are read.
const BLINDLY: usize = 2;

/// How many objects are read at the same time.
const READS: usize = 8;

/// An object as it was read.
struct Seen {
    shard: u32,
    has_room: bool,
    /// Whether the caller's key has its share of it.
    has_share: bool,
    /// What goes on without its request, and makes room for the caller once it is over.
    goes_on: Vec<String>,
}

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NoPlace {
    /// All are taken.
    All,
    /// The caller's key has its share in every object.
    Share,
}

impl<P: Ports> Api<P> {
    /// A place for one more query of this caller's; `None` if they are not bounded, a problem if all are taken, or if the caller's
    /// key has its share of them.
    pub(in crate::service) async fn take_place(
        &self,
        caller: &Caller,
        in_background: bool,
    ) -> Result<Option<Entered>, Problem> {
        let Some(most) = self.settings.limits.max_running else { return Ok(None) };
        let shards = most.div_ceil(PLACES);
        let first = u32::try_from(self.flights.runner.ids.random() % u64::from(shards)).unwrap_or_default();
        let shards: Vec<u32> = (0..shards).map(|n| (first + n) % shards).collect();
        // Boxed: the future of every request holds this, and most lakes have no bound.
        let taken = self.place_in(&shards, most, caller.id(), in_background).boxed().await;
        match taken.map_err(|error| unusable(&error))? {
            Ok(entered) => Ok(Some(entered)),
            Err(NoPlace::All) => Err(full(most)),
            Err(NoPlace::Share) => Err(shared_out(most, caller)),
        }
    }

    async fn place_in(
        &self,
        shards: &[u32],
        most: u32,
        key: Option<&str>,
        in_background: bool,
    ) -> Result<Result<Entered, NoPlace>, UsageError> {
        for shard in shards.iter().take(BLINDLY) {
            if let Some(entered) = self.try_shard(*shard, most, key, in_background).await? {
                return Ok(Ok(entered));
            }
        }
        let seen: Vec<Seen> = stream::iter(shards.iter().copied())
            .map(|shard| self.see(shard, most, key))
            .buffered(READS)
            .try_collect()
            .await?;
        for Seen { shard, .. } in seen.iter().filter(|seen| seen.has_room) {
            if let Some(entered) = self.try_shard(*shard, most, key, in_background).await? {
                return Ok(Ok(entered));
            }
        }
        let has_share = seen.iter().all(|seen| seen.has_share);
        // What was left to go on may be over.
        let goes_on = seen.into_iter().flat_map(|Seen { shard, goes_on, .. }| {
            goes_on.into_iter().map(move |execution| (shard, execution))
        });
        let mut over: BTreeMap<u32, Vec<Over>> = BTreeMap::new();
        for (shard, execution) in self.over(goes_on.collect()).await {
            over.entry(shard).or_default().push(execution);
        }
        for (shard, executions) in &over {
            self.free(*shard, executions).await?;
        }
        for shard in over.into_keys() {
            if let Some(entered) = self.try_shard(shard, most, key, in_background).await? {
                return Ok(Ok(entered));
            }
        }
        Ok(Err(if has_share { NoPlace::Share } else { NoPlace::All }))
    }

    /// A place in this object. `None` if it has none, or none for this caller, or if too many others write it: another one may
    /// have.
    async fn try_shard(
        &self,
        shard: u32,
        most: u32,
        key: Option<&str>,
        in_background: bool,
    ) -> Result<Option<Entered>, UsageError> {
        let limits = UsageLimits { max_queries: Some(places(shard, most)), daily_bytes: None };
        let share = key.map(|key| Share { key: key.to_owned(), most: share(shard, most) });
        let allowance = Allowance { holder: Holder::Running(shard), limits, reserved: 0, share };
        match self.try_to_enter(&allowance, in_background).await {
            Ok(entered) => Ok(entered.ok()),
            Err(UsageError::Contended) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn see(&self, shard: u32, most: u32, key: Option<&str>) -> Result<Seen, UsageError> {
        let now = self.clock().now();
        let usage = usage::load(&*self.store, &Holder::Running(shard)).await?;
        let mut open = usage.map(|usage| usage.open).unwrap_or_default();
        open.retain(|query| query.expires_at > now);
        let is_own = |query: &OpenQuery| key.is_some_and(|key| query.is_of(key));
        let own = open.iter().filter(|query| is_own(query)).count();
        let has_share = key.is_some() && own >= share(shard, most) as usize;
        let has_room = !has_share && open.len() < places(shard, most) as usize;
        // The end of another caller's query makes no room for a key that has its share.
        open.retain(|query| !has_share || is_own(query));
        let goes_on = open.into_iter().filter_map(|query| query.execution).collect();
        Ok(Seen { shard, has_room, has_share, goes_on })
    }

    /// Frees the places of executions that are over. If too many others write the object, the next look does.
    async fn free(&self, shard: u32, over: &[Over]) -> Result<(), UsageError> {
        match self.settle_all(&Holder::Running(shard), over).await {
            Ok(_) | Err(UsageError::Contended) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// How many of all places are in this object: the last one has what is left.
fn places(shard: u32, most: u32) -> u32 {
    PLACES.min(most.saturating_sub(shard * PLACES))
}

/// How many of the places in this object one API key may have. Every object but the last has an even number, so all of these
/// together are half of all places, rounded up.
fn share(shard: u32, most: u32) -> u32 {
    places(shard, most).div_ceil(2)
}

/// The caller's key has its share of all places.
fn shared_out(most: u32, caller: &Caller) -> Problem {
    let share = most.div_ceil(2);
    tracing::info!(
        key = caller.id(),
        maximum = share,
        "a query was turned away: its key has its share of those that may run in all processes together"
    );
    let detail = format!(
        "the API key has {share} queries that run, which is its own share: one key may have half of the {most} that may run at a \
         time for all callers of this API, those that go on after a 202 included; wait for one of them, or cancel it with \
         DELETE /v1/queries/{{id}}"
    );
    Problem::new(ProblemKind::Busy, detail).with("maximum", share).retry_after(RETRY)
}

fn full(most: u32) -> Problem {
    tracing::warn!(
        maximum = most,
        "a query was turned away: as many run as may run in all processes together"
    );
    let detail = format!(
        "{most} queries may run at a time for all callers of this API together, those that go on after a 202 included, \
         and as many do: try again in some seconds"
    );
    Problem::new(ProblemKind::Busy, detail).with("maximum", most).retry_after(RETRY)
}

/// The places cannot be read or changed: nothing starts that could not be counted.
fn unusable(error: &UsageError) -> Problem {
    tracing::error!(error = domain::chain(error), "the places of running queries cannot be read or written");
    match error {
        UsageError::Contended => {
            busy("too many queries begin or end at the same time: try again in some seconds")
        }
        UsageError::Store(StoreError::Unavailable { .. }) => {
            failures::out_of_reach("the count of running queries is out of reach: try again in some seconds")
        }
        UsageError::Store(_) | UsageError::Malformed { .. } => Problem::new(
            ProblemKind::Internal,
            "the count of running queries cannot be read or written: the lake's operator finds the reason in the log",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_objects_together_have_exactly_the_places_that_there_may_be() {
        for most in 1..=1_000_u32 {
            let shards = most.div_ceil(PLACES);
            let all: Vec<u32> = (0..shards).map(|shard| places(shard, most)).collect();
            assert_eq!(all.iter().sum::<u32>(), most);
            assert!(all.iter().all(|places| (1..=PLACES).contains(places)), "{most}: {all:?}");
            assert_eq!(places(shards, most), 0, "an object of a higher bound has none");
            let shares: u32 = (0..shards).map(|shard| share(shard, most)).sum();
            assert_eq!(shares, most.div_ceil(2), "one key has half of {most}, rounded up");
        }
    }
}
