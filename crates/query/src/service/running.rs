//! The bound on the queries that run for all callers, in all processes together (`TRIBUTARY_MAX_RUNNING`).
//!
//! Athena itself can be asked how many run (`ListQueryExecutions`), but it answers that five times a second, and two
//! processes that ask at the same time both see room. So each query takes a place before it starts: an entry in one of
//! some objects in the bucket, which is written only if nobody else wrote it since it was read. There are several objects,
//! since one that everybody writes would let through a few queries a second. A query costs a read and a write before it
//! starts and the same after it, and nothing else while there is room.
//!
//! The places are settled like a key's account (`accounts`): by whoever waits for the query, by the first request that
//! finds it over after a 202, or when there is no room and the engine is asked what became of those that go on. A place
//! that nobody settles is free when its lease is over.

use std::collections::BTreeMap;

use domain::{
    access::usage::{self, Holder, UsageError, UsageLimits},
    port::{Clock, Ids, StoreError},
};
use futures::{FutureExt, StreamExt, TryStreamExt, stream};

use super::{
    Api,
    accounts::{Allowance, Over, RETRY, busy},
    failures,
};
use crate::{
    account::Entered,
    ports::Ports,
    problem::{Kind, Problem},
};

/// The places in one object: few enough that its writers seldom meet.
const PLACES: u32 = 4;

/// In how many objects a place is looked for one after the other, before all of them are read.
const BLINDLY: usize = 2;

/// How many objects are read at the same time.
const READS: usize = 8;

/// An object as it was read: which it is, whether it has room, and what goes on without its request.
struct Seen {
    shard: u32,
    has_room: bool,
    goes_on: Vec<String>,
}

impl<P: Ports> Api<P> {
    /// A place for one more query; `None` if they are not bounded, a problem if all are taken.
    pub(super) async fn take_place(&self, in_background: bool) -> Result<Option<Entered>, Problem> {
        let Some(most) = self.settings.limits.max_running else { return Ok(None) };
        let shards = most.div_ceil(PLACES);
        let first = u32::try_from(self.flights.runner.ids.random() % u64::from(shards)).unwrap_or_default();
        let shards: Vec<u32> = (0..shards).map(|n| (first + n) % shards).collect();
        // Boxed: the future of every request holds this, and most lakes have no bound.
        let taken = self.place_in(&shards, most, in_background).boxed().await;
        match taken.map_err(|error| unusable(&error))? {
            Some(entered) => Ok(Some(entered)),
            None => Err(full(most)),
        }
    }

    async fn place_in(
        &self,
        shards: &[u32],
        most: u32,
        in_background: bool,
    ) -> Result<Option<Entered>, UsageError> {
        for shard in shards.iter().take(BLINDLY) {
            if let Some(entered) = self.try_shard(*shard, most, in_background).await? {
                return Ok(Some(entered));
            }
        }
        let seen: Vec<Seen> = stream::iter(shards.iter().copied())
            .map(|shard| self.see(shard, most))
            .buffered(READS)
            .try_collect()
            .await?;
        for Seen { shard, .. } in seen.iter().filter(|seen| seen.has_room) {
            if let Some(entered) = self.try_shard(*shard, most, in_background).await? {
                return Ok(Some(entered));
            }
        }
        // What others left to go on may be over.
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
            if let Some(entered) = self.try_shard(shard, most, in_background).await? {
                return Ok(Some(entered));
            }
        }
        Ok(None)
    }

    /// A place in this object. `None` if it has none, or if too many others write it: another one may have.
    async fn try_shard(
        &self,
        shard: u32,
        most: u32,
        in_background: bool,
    ) -> Result<Option<Entered>, UsageError> {
        let limits = UsageLimits { max_queries: Some(places(shard, most)), daily_bytes: None };
        let allowance = Allowance { holder: Holder::Running(shard), limits, reserved: 0 };
        match self.try_to_enter(&allowance, in_background).await {
            Ok(entered) => Ok(entered.ok()),
            Err(UsageError::Contended) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn see(&self, shard: u32, most: u32) -> Result<Seen, UsageError> {
        let now = self.clock().now();
        let usage = usage::load(&*self.store, &Holder::Running(shard)).await?;
        let mut open = usage.map(|usage| usage.open).unwrap_or_default();
        open.retain(|query| query.expires_at > now);
        let has_room = open.len() < places(shard, most) as usize;
        Ok(Seen { shard, has_room, goes_on: open.into_iter().filter_map(|query| query.execution).collect() })
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

fn full(most: u32) -> Problem {
    tracing::warn!(
        maximum = most,
        "a query was turned away: as many run as may run in all processes together"
    );
    let detail = format!(
        "{most} queries may run at a time for all callers of this API together, those that go on after a 202 included, \
         and as many do: try again in some seconds"
    );
    Problem::new(Kind::Busy, detail).with("maximum", most).retry_after(RETRY)
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
            Kind::Internal,
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
        }
    }
}
