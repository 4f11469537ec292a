//! The schedule's vacuum: every partition that may have something to delete.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    DatasetName, Generation, Partition,
    key::{self, ParsedKey},
    port::{Catalog, Clock, ObjectMeta, ObjectStore, StoreError},
    problem::Problem,
    run::Run,
};

use super::{Vacuum, Vacuumed, error::VacuumError};

/// What one partition may need, at a guess: with less time than this left, it is left to the next vacuum.
const PARTITION: TimeDelta = TimeDelta::seconds(20);

/// What a vacuum of everything did.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Swept {
    /// Partitions vacuumed, or found to be another vacuum's.
    pub partitions: usize,
    /// Partitions that failed; the log says why.
    pub failed: usize,
    /// Partitions for which no time was left.
    pub left: usize,
    /// What was done in all of them.
    pub vacuumed: Vacuumed,
}

impl<S: ObjectStore, C: Catalog, K: Clock> Vacuum<S, C, K> {
    /// Vacuums one partition after the other, those first whose oldest object is the oldest: what a vacuum has dealt
    /// with is younger next time. One that fails does not hold back the others. Ends when the run has no time left
    /// for another one.
    pub async fn sweep(&self, run: &Run) -> Result<Swept, VacuumError> {
        let mut swept = Swept::default();
        let due = self.due().await?;
        for (n, (dataset, partition)) in due.iter().enumerate() {
            if let Err(expired) = run.may_begin(self.clock.now(), PARTITION) {
                swept.left = due.len() - n;
                tracing::warn!(partitions = swept.left, %expired, "partitions are left to the next vacuum");
                break;
            }
            match self.vacuum(dataset, partition, run).await {
                Ok(vacuumed) => {
                    swept.partitions += 1;
                    swept.vacuumed.add(&vacuumed);
                }
                Err(error) => {
                    swept.failed += 1;
                    let (stopped, problem) = (error.stops(), error.problem().map(Problem::code));
                    let error = domain::chain(&error);
                    tracing::error!(%dataset, %partition, stopped, problem, error, "partition not vacuumed");
                }
            }
        }
        Ok(swept)
    }

    /// The partitions that may have something to delete, or to note, or to note no more; the most overdue first.
    pub(super) async fn due(&self) -> Result<Vec<(DatasetName, Partition)>, VacuumError> {
        let mut outlines: BTreeMap<(DatasetName, Partition), Outline> = BTreeMap::new();
        self.each(key::TABLES, |object| {
            if let Some((dataset, partition, generation, writer)) = key::generation_of(&object.key) {
                let outline = outlines.entry((dataset, partition)).or_default();
                outline.directory(generation, writer.to_string());
                outline.saw(object);
            }
        })
        .await?;
        self.each(key::COMMITS, |object| {
            if let Ok(ParsedKey::Commit(dataset, partition, generation)) = ParsedKey::parse(&object.key) {
                let outline = outlines.entry((dataset, partition)).or_default();
                outline.commits += 1;
                outline.head = outline.head.max(Some(generation));
                outline.saw(object);
            }
        })
        .await?;
        self.each(key::VACUUM, |object| {
            if let Some(place) = key::vacuum_of(&object.key) {
                outlines.entry(place).or_default().has_notes = true;
            }
        })
        .await?;
        let mut due: Vec<_> = outlines.into_iter().filter(|(_, outline)| outline.is_due()).collect();
        due.sort_by_key(|(_, outline)| outline.oldest);
        Ok(due.into_iter().map(|(place, _)| place).collect())
    }

    /// Page by page, since the lake's listing need not fit in memory.
    async fn each(&self, prefix: &str, mut see: impl FnMut(&ObjectMeta)) -> Result<(), StoreError> {
        let mut page = self.store.list(prefix, None).await?;
        loop {
            page.objects.iter().for_each(&mut see);
            let Some(after) = page.next_after else { return Ok(()) };
            page = self.store.list(prefix, Some(&after)).await?;
        }
    }
}

/// What a glance says of a partition.
#[derive(Debug, Default)]
struct Outline {
    commits: usize,
    head: Option<Generation>,
    directories: usize,
    /// In order of key, so a directory's objects come one after the other.
    last: Option<(Generation, String)>,
    has_notes: bool,
    oldest: Option<DateTime<Utc>>,
}

impl Outline {
    fn directory(&mut self, generation: Generation, writer: String) {
        let directory = Some((generation, writer));
        if self.last != directory {
            self.directories += 1;
            self.last = directory;
        }
    }

    fn saw(&mut self, object: &ObjectMeta) {
        let oldest = self.oldest.map_or(object.last_modified, |oldest| oldest.min(object.last_modified));
        self.oldest = Some(oldest);
    }

    /// A partition at rest has one commit, and at most one directory, of the same number: there is nothing to delete.
    /// (Where that commit has no rows, and so no files, it may be the directory of a writer that was overtaken. It
    /// waits for the next commit.)
    fn is_due(&self) -> bool {
        let is_heads = self.last.as_ref().is_none_or(|(generation, _)| Some(*generation) == self.head);
        self.has_notes || self.commits > 1 || self.directories > 1 || !is_heads
    }
}

impl Vacuumed {
    fn add(&mut self, other: &Self) {
        let Self { generations, uncommitted, objects, bytes, failed, waiting, yielded } = other;
        self.generations += generations;
        self.uncommitted += uncommitted;
        self.objects += objects;
        self.bytes += bytes;
        self.failed += failed;
        self.waiting += waiting;
        self.yielded |= yielded;
    }
}
