//! One partition: its log, its files, its entry in the catalog, and what has landed.

use std::{collections::BTreeSet, time::Duration};

use chrono::{DateTime, Utc};
use domain::{
    Commit, DatasetName, Generation, Partition,
    batch::BatchName,
    invariant,
    key::{self, ParsedKey},
    port::{Catalog, Clock, ObjectMeta, ObjectStore, StoreError},
    problem::{COMPACT_IS_LATE, REGISTER_IS_LATE},
    run,
    schemas::Accepted,
};
use futures::{StreamExt, stream};

use super::{
    catalog,
    difference::{Difference, Kind},
    examiner::{Examiner, READS},
    files,
    listing::Landed,
};
use crate::{
    lake::LakeError,
    output::{counted, span},
};

/// Before what may be on its way is looked at again.
const PAUSE: Duration = Duration::from_secs(5);

/// How often a log is looked at whose head is vacuumed under one's eyes.
const ATTEMPTS: u32 = 5;

/// A partition, and what is known of it.
#[derive(Debug)]
pub(super) struct Place<'a> {
    pub(super) dataset: DatasetName,
    pub(super) partition: Partition,
    /// The definition, and whether there is a table to hold the head against.
    pub(super) accepted: Option<&'a Accepted>,
    pub(super) has_table: bool,
    /// What landed long ago.
    pub(super) landed: Vec<Landed>,
}

/// The log as it was found.
enum Log {
    Empty,
    Head(Box<Commit>, BTreeSet<u64>),
    Unreadable(Difference),
}

impl<S: ObjectStore, C: Catalog, K: Clock> Examiner<'_, S, C, K> {
    /// Looks, and looks again where what differs may be a matter of seconds.
    pub(super) async fn partition(&self, place: Place<'_>) -> Result<Vec<Difference>, LakeError> {
        let (differences, is_fresh) = self.look(&place).await?;
        if differences.is_empty() || !is_fresh {
            return Ok(differences);
        }
        self.clock.sleep(PAUSE).await;
        Ok(self.look(&place).await?.0)
    }

    /// Downstream last: what is registered meanwhile is then newer than the head, and not older. Answers also whether
    /// somebody may be at work on the partition.
    async fn look(&self, place: &Place<'_>) -> Result<(Vec<Difference>, bool), LakeError> {
        let Place { dataset, partition, .. } = place;
        let now = self.clock.now();
        let log = self.log(dataset, partition).await?;
        let objects = self.store.list_all(&key::partition_prefix(dataset, partition)).await?;
        let mut found = Vec::new();
        let (head, numbers) = match log {
            Log::Unreadable(difference) => return Ok((vec![difference], false)),
            Log::Head(head, numbers) => (Some(head), numbers),
            Log::Empty => (None, BTreeSet::new()),
        };
        let late = late(place, head.as_deref());
        let heavy = self.heavy(place, &late).await;
        found.extend(waiting(place, &late, heavy.as_deref(), now));
        if let Some(head) = &head {
            found.extend(files::compare(head, &numbers, &objects));
        }
        found.extend(self.leftovers(place, head.as_deref(), &numbers, &objects, now).await?);
        // Glue takes no question for a partition that has not the table's keys.
        let is_possible =
            place.accepted.is_none_or(|accepted| accepted.dataset.check_partition(partition).is_ok());
        let entry = match place.has_table && is_possible {
            true => self.catalog.partition(dataset, &partition.values()).await?,
            false => None,
        };
        let is_fresh = match (&head, &entry) {
            (Some(head), entry) => {
                let named = entry.as_ref().and_then(catalog::generation);
                now - head.committed_at < REGISTER_IS_LATE || named > Some(head.generation.number())
            }
            (None, entry) => entry.is_some(),
        };
        match (&head, &place.accepted, &entry) {
            // What a purge has left of a dataset that came back with other partitions.
            (Some(head), ..) if !is_possible && head.is_given_up() => {}
            (Some(head), Some(accepted), entry) if place.has_table => {
                found.extend(catalog::compare_entry(head, accepted, entry.as_ref()));
            }
            (None, _, Some(entry)) => found.push(catalog::without_commits(dataset, partition, entry)),
            _ => {}
        }
        Ok((found, is_fresh))
    }

    /// The head, with the numbers of its log.
    async fn log(&self, dataset: &DatasetName, partition: &Partition) -> Result<Log, LakeError> {
        let mut vanished = None;
        for _ in 0..ATTEMPTS {
            let objects = self.store.list_all(&key::commits_prefix(dataset, partition)).await?;
            let number = |object: &ObjectMeta| number(dataset, partition, &object.key);
            let numbers: BTreeSet<u64> = objects.iter().filter_map(number).collect();
            let Some(log) = invariant::log(&numbers) else { return Ok(Log::Empty) };
            let key = key::commit(dataset, partition, Generation::new(log.head));
            match self.store.get(&key).await {
                Ok(body) => {
                    let head = match Commit::parse(&key, &body) {
                        Ok(head) => head,
                        Err(error) => {
                            let what = format!("the partition stops: {}", domain::chain(&error));
                            let kind = Kind::CommitUnreadable;
                            let difference = Difference::of_partition(dataset, partition, kind, what);
                            return Ok(Log::Unreadable(difference.at(key)));
                        }
                    };
                    let numbers = numbers.into_iter().filter(|number| log.has(*number)).collect();
                    return Ok(Log::Head(Box::new(head), numbers));
                }
                Err(error @ StoreError::NotFound { .. }) => vanished = Some(error),
                Err(error) => return Err(error.into()),
            }
        }
        Err(vanished
            .map_or_else(|| LakeError::Store(StoreError::NotFound { key: String::new() }), Into::into))
    }

    /// Directories that no commit of the log names, and that the vacuum should have deleted. It comes by the
    /// schedule, so it is given an hour.
    async fn leftovers(
        &self,
        place: &Place<'_>,
        head: Option<&Commit>,
        log: &BTreeSet<u64>,
        objects: &[ObjectMeta],
        now: DateTime<Utc>,
    ) -> Result<Vec<Difference>, LakeError> {
        let Place { dataset, partition, .. } = place;
        let mut old = files::directories(objects);
        old.retain(|_, directory| now - directory.newest > self.retention + run::MAX_AGE);
        if let Some(head) = head {
            old.remove(&head.location);
        }
        if old.is_empty() {
            return Ok(Vec::new());
        }
        let below =
            log.iter().copied().filter(|number| head.is_none_or(|head| *number < head.generation.number()));
        let reads = below.map(|number| async move {
            let key = key::commit(dataset, partition, Generation::new(number));
            match self.store.get(&key).await {
                Ok(body) => Ok((number, Commit::parse(&key, &body).ok())),
                // Vacuumed since, its files first.
                Err(StoreError::NotFound { .. }) => Ok((number, None)),
                Err(error) => Err(error),
            }
        });
        let mut reads = stream::iter(reads).buffer_unordered(READS);
        while let Some(read) = reads.next().await {
            match read? {
                (_, Some(commit)) => drop(old.remove(&commit.location)),
                // Nobody knows which of its directories is committed.
                (number, None) => old.retain(|prefix, _| {
                    key::generation_of(prefix)
                        .is_none_or(|(_, _, generation, _)| generation.number() != number)
                }),
            }
        }
        Ok(old.into_iter().map(|found| files::leftover(dataset, partition, found)).collect())
    }
}

/// The number of a commit of this partition: the prefix of a day is that of its hours too.
fn number(dataset: &DatasetName, partition: &Partition, key: &str) -> Option<u64> {
    match ParsedKey::parse(key) {
        Ok(ParsedKey::Commit(of, at, generation)) if of == *dataset && at == *partition => {
            Some(generation.number())
        }
        _ => None,
    }
}

/// What landed long ago and was not consumed, the oldest first.
fn late<'p>(place: &'p Place<'_>, head: Option<&Commit>) -> Vec<&'p Landed> {
    let consumed: BTreeSet<&BatchName> =
        head.iter().flat_map(|head| &head.consumed).map(|entry| &entry.batch).collect();
    let mut late: Vec<_> = place.landed.iter().filter(|landed| !consumed.contains(&landed.batch)).collect();
    late.sort_by_key(|landed| landed.at);
    late
}

/// `heavy` says which of the objects may be too large for the memory of `compact`.
fn waiting(
    place: &Place<'_>,
    late: &[&Landed],
    heavy: Option<&str>,
    now: DateTime<Utc>,
) -> Option<Difference> {
    let oldest = late.first()?.at;
    let mut what = format!(
        "{} in landing wait for more than {}, the oldest for {}",
        counted(late.len() as u64, "object"),
        span(COMPACT_IS_LATE),
        span(now - oldest)
    );
    if let Some(heavy) = heavy {
        what = format!(
            "{what}; {heavy}: if compact has too little memory for it (LandingTooLarge in its log), the partition \
             stops until it is compacted with a larger TRIBUTARY_MEMORY_BUDGET"
        );
    }
    Some(Difference::of_partition(&place.dataset, &place.partition, Kind::LandingWaits, what))
}
