//! What becomes of events that are published now: in the table, refused, and visible to queries.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, Utc};
use domain::{
    Commit, DatasetName, Generation, Granularity, Partition,
    commit::CommitKind,
    key::{self, QuarantineKey},
    port::{Catalog, ObjectStore, StoreError},
    schemas::{self, SchemasError},
};
use serde::Serialize;

use super::{
    catalog::{self, Table},
    landing, log,
};
use crate::{
    lake::LakeError,
    quarantine::{Place, Selection, Summary, find},
};

/// Follows a dataset from one moment on. It cannot tell the events of one publisher from those of another.
#[derive(Debug)]
pub(crate) struct Follower {
    dataset: DatasetName,
    began: DateTime<Utc>,
    /// What its partitions are, if it is live.
    granularity: Option<Granularity>,
    /// The generation of each partition that was counted, and its rows where they are known.
    heads: BTreeMap<Partition, (Generation, Option<u64>)>,
    /// Objects in quarantine that were counted.
    quarantined: BTreeSet<QuarantineKey>,
    /// Why events were refused, and how many.
    reasons: BTreeMap<String, u64>,
    followed: Followed,
}

/// What was seen since.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Followed {
    /// Events that are in the table: as rows, or as twins of rows.
    pub(crate) landed: u64,
    /// Of those, the twins.
    pub(crate) twins: u64,
    /// Events in quarantine.
    pub(crate) refused: u64,
    /// Why most of those are.
    pub(crate) most_frequent_reason: Option<String>,
    /// Whether queries see everything that landed.
    pub(crate) visible: bool,
    /// Landing objects that wait to be compacted.
    pub(crate) waiting: u64,
}

impl Follower {
    /// To be called before anything is published.
    pub(crate) async fn begin<S: ObjectStore>(
        store: &S,
        dataset: &DatasetName,
        now: DateTime<Utc>,
    ) -> Result<Self, LakeError> {
        let granularity = match schemas::load(store, dataset).await {
            Ok(live) => live.map(|live| live.dataset.granularity()),
            Err(SchemasError::Invalid { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        let heads = log::heads(store, dataset, now, log::LISTED).await?;
        let heads = heads.numbers.into_iter().map(|(partition, head)| (partition, (head, None)));
        let mut follower = Self {
            dataset: dataset.clone(),
            began: now,
            granularity,
            heads: heads.collect(),
            quarantined: BTreeSet::new(),
            reasons: BTreeMap::new(),
            followed: Followed::default(),
        };
        let listing = find(store, &follower.selection(), |_| ()).await?;
        follower.quarantined = listing.objects.into_iter().map(|object| object.key).collect();
        Ok(follower)
    }

    /// Objects that may be new: a message is of this day, or of the one before.
    fn selection(&self) -> Selection {
        Selection {
            place: Some(Place(Some(self.dataset.clone()))),
            since: self.began.date_naive().checked_sub_days(Days::new(1)),
            max_objects: usize::MAX,
            ..Selection::default()
        }
    }

    /// Looks once.
    pub(crate) async fn look<S: ObjectStore, C: Catalog>(
        &mut self,
        store: &S,
        catalog: &C,
        now: DateTime<Utc>,
    ) -> Result<&Followed, LakeError> {
        // Downstream last: what moves on meanwhile is seen where it has come to.
        let landing = landing::list(store, &self.dataset).await?;
        let heads = log::heads(store, &self.dataset, now, log::LISTED).await?.of(self.granularity);
        for (partition, head) in &heads.numbers {
            if self.heads.get(partition).is_none_or(|(counted, _)| counted < head) {
                self.count(store, partition, *head).await?;
            }
        }
        let read = log::read(store, &self.dataset, &heads, landing.newest(usize::MAX)).await?;
        let backlog = landing.backlog(&read, |partition| heads.numbers.contains_key(partition));
        self.followed.waiting = backlog.objects;
        self.count_refused(store).await?;
        self.followed.visible = match catalog::compare(catalog, &self.dataset, &heads).await {
            Table::Registered { behind, .. } => behind.is_empty(),
            Table::Missing => self.followed.landed == 0,
            Table::Unknown { .. } => false,
        };
        Ok(&self.followed)
    }

    /// Counts the commits of a partition up to this one.
    async fn count<S: ObjectStore>(
        &mut self,
        store: &S,
        partition: &Partition,
        head: Generation,
    ) -> Result<(), LakeError> {
        let (counted, mut rows) = match self.heads.get(partition) {
            Some((counted, Some(rows))) => (counted.number(), Some(*rows)),
            Some((counted, None)) => {
                let commit = self.commit(store, partition, *counted).await?;
                (counted.number(), commit.map(|commit| commit.rows))
            }
            None => (0, Some(0)),
        };
        for number in counted + 1..=head.number() {
            // What a vacuum took meanwhile was counted by nobody.
            let Some(commit) = self.commit(store, partition, Generation::new(number)).await? else {
                continue;
            };
            if commit.kind == CommitKind::Append {
                let before = rows.unwrap_or(commit.rows);
                self.followed.landed += commit.rows.saturating_sub(before) + commit.duplicates_dropped;
                self.followed.twins += commit.duplicates_dropped;
            }
            rows = Some(commit.rows);
        }
        self.heads.insert(partition.clone(), (head, rows));
        Ok(())
    }

    async fn commit<S: ObjectStore>(
        &self,
        store: &S,
        partition: &Partition,
        generation: Generation,
    ) -> Result<Option<Commit>, LakeError> {
        let key = key::commit(&self.dataset, partition, generation);
        match store.get(&key).await {
            Ok(bytes) => Ok(Some(Commit::parse(&key, &bytes)?)),
            Err(StoreError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn count_refused<S: ObjectStore>(&mut self, store: &S) -> Result<(), LakeError> {
        let selection = self.selection();
        let mut listing = find(store, &selection, |_| ()).await?;
        listing.objects.retain(|object| !self.quarantined.contains(&object.key));
        let summary = Summary::of(store, &listing, &selection, || ()).await?;
        self.quarantined.extend(listing.objects.into_iter().map(|object| object.key));
        self.followed.refused += summary.events();
        for (group, counted) in summary.groups {
            *self.reasons.entry(group.reason).or_default() += counted.events;
        }
        let most = self.reasons.iter().max_by_key(|(_, events)| **events);
        self.followed.most_frequent_reason = most.map(|(reason, _)| reason.clone());
        Ok(())
    }
}

impl Followed {
    /// Events of which it is known what became of them.
    pub(crate) fn settled(&self) -> u64 {
        self.landed + self.refused
    }
}

#[cfg(test)]
mod tests;
