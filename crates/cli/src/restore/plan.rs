//! What is to be restored: what the origin has, the lake has not, and the lake needs.
//!
//! A bucket's past, and a replica to which deletions do not go, hold all that the lake itself has deleted since: landing
//! objects that are in the table, generations that are garbage. So of each partition the newest commit decides. It names
//! the data files. A commit names the landing objects that it has consumed, and the next ones do until these are deleted:
//! what no commit of the log names is events that no table has yet.

use std::collections::{BTreeMap, BTreeSet};

use aws::OriginObject;
use domain::{
    Commit, DatasetName, Generation, Partition,
    batch::BatchName,
    key::{self, ParsedKey},
    port::{ObjectStore, StoreError},
};

use futures::{StreamExt, stream};

use super::origin::Origin;
use crate::lake::LakeError;

/// How many commits are read at the same time.
const READS: usize = 16;

/// A partition of a dataset.
pub(super) type Place = (DatasetName, Partition);

/// The buckets to compare, and what of them.
pub(super) struct Planner<'a, S, O> {
    pub(super) store: &'a S,
    pub(super) origin: &'a O,
    pub(super) dataset: Option<&'a DatasetName>,
}

/// What is to be restored, in this order.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Accepted definitions, named queries, API keys.
    pub(super) definitions: Vec<OriginObject>,
    /// Data files: before the commits that name them.
    pub(super) files: Vec<OriginObject>,
    /// The newest commit of each partition: before what has landed, so that `compact` goes on from it.
    pub(super) commits: Vec<OriginObject>,
    /// Events that are in no table.
    pub(super) landing: Vec<OriginObject>,
    /// Events that were refused.
    pub(super) quarantine: Vec<OriginObject>,
    /// Definitions as somebody asked for them: last, since they are held against the accepted ones.
    pub(super) requests: Vec<OriginObject>,
    /// Partitions of which nothing is restored, and why.
    pub(super) conflicts: BTreeMap<Place, String>,
}

impl Plan {
    pub(super) fn steps(&self) -> [(&'static str, &[OriginObject]); 6] {
        [
            ("definitions", &self.definitions),
            ("data files", &self.files),
            ("commits", &self.commits),
            ("landing", &self.landing),
            ("quarantine", &self.quarantine),
            ("requested definitions", &self.requests),
        ]
    }

    pub(super) fn len(&self) -> usize {
        self.steps().iter().map(|(_, objects)| objects.len()).sum()
    }
}

/// The log of a partition in the origin.
type Log = BTreeMap<Generation, OriginObject>;

/// Data files: those of the origin, and the keys of those that the lake has.
struct Files {
    there: BTreeMap<String, OriginObject>,
    here: BTreeSet<String>,
}

/// What one partition needs.
enum Decided {
    /// This commit is, or is to be, the newest one; these files of it are to be brought.
    Head {
        commit: Box<Commit>,
        brought: Option<OriginObject>,
        files: Vec<OriginObject>,
        /// The commits of the origin before it, the newest first.
        older: Vec<OriginObject>,
    },
    Conflict(String),
}

/// What a partition's log says of landing objects.
struct Consumption {
    /// What the newest commit names.
    by_head: BTreeSet<BatchName>,
    /// The commits before it.
    older: Vec<OriginObject>,
}

impl<S: ObjectStore, O: Origin> Planner<'_, S, O> {
    pub(super) async fn plan(&self) -> Result<Plan, LakeError> {
        let mut plan = Plan {
            definitions: self.absent(&self.prefix(key::SCHEMAS)).await?,
            quarantine: self.absent(&self.prefix(key::QUARANTINE)).await?,
            requests: match self.dataset {
                None => self.absent(key::DATASETS).await?,
                Some(name) => self.absent(&key::definition(name)).await?,
            },
            ..Plan::default()
        };
        if self.dataset.is_none() {
            plan.definitions.extend(self.absent(key::QUERIES).await?);
            plan.definitions.extend(self.absent(key::ACCESS_KEYS).await?);
        }

        let consumptions = self.partitions(&mut plan).await?;
        let mut landed: BTreeMap<Place, BTreeMap<BatchName, OriginObject>> = BTreeMap::new();
        for object in self.absent(&self.prefix(key::LANDING)).await? {
            if let Ok(ParsedKey::Landing(dataset, partition, batch)) = ParsedKey::parse(&object.key) {
                landed.entry((dataset, partition)).or_default().insert(batch, object);
            }
        }
        landed.retain(|place, _| !plan.conflicts.contains_key(place));
        for (place, mut batches) in landed {
            if let Some(consumption) = consumptions.get(&place) {
                self.leave_out(consumption, &mut batches).await?;
            }
            plan.landing.extend(batches.into_values());
        }
        Ok(plan)
    }

    /// Leaves out what a commit has consumed. Older commits are read only while something is left.
    async fn leave_out(
        &self,
        consumption: &Consumption,
        batches: &mut BTreeMap<BatchName, OriginObject>,
    ) -> Result<(), LakeError> {
        batches.retain(|batch, _| !consumption.by_head.contains(batch));
        if batches.is_empty() {
            return Ok(());
        }
        let reads = consumption.older.iter().map(|object| self.consumed(object));
        let mut reads = stream::iter(reads).buffered(READS);
        while let Some(consumed) = reads.next().await {
            for batch in consumed? {
                batches.remove(&batch);
            }
            if batches.is_empty() {
                break;
            }
        }
        Ok(())
    }

    /// What a commit of the origin has consumed.
    async fn consumed(&self, object: &OriginObject) -> Result<Vec<BatchName>, StoreError> {
        let body = self.origin.get(object).await?;
        // Of a damaged one nobody knows. What is brought back although it is in the table is dropped there as twins.
        let consumed = Commit::parse(&object.key, &body).map(|commit| commit.consumed).unwrap_or_default();
        Ok(consumed.into_iter().map(|consumed| consumed.batch).collect())
    }

    /// Plans commits and files. Answers what each partition's log says of landing objects.
    async fn partitions(&self, plan: &mut Plan) -> Result<BTreeMap<Place, Consumption>, LakeError> {
        let mut logs: BTreeMap<Place, (Log, Option<Generation>)> = BTreeMap::new();
        for object in self.origin.list(&self.prefix(key::COMMITS)).await? {
            if let Ok(ParsedKey::Commit(dataset, partition, generation)) = ParsedKey::parse(&object.key) {
                logs.entry((dataset, partition)).or_default().0.insert(generation, object);
            }
        }
        for object in self.store.list_all(&self.prefix(key::COMMITS)).await? {
            if let Ok(ParsedKey::Commit(dataset, partition, generation)) = ParsedKey::parse(&object.key) {
                let head = &mut logs.entry((dataset, partition)).or_default().1;
                *head = (*head).max(Some(generation));
            }
        }
        let tables = self.prefix(key::TABLES);
        let there = self.origin.list(&tables).await?.into_iter().map(|object| (object.key.clone(), object));
        let here = self.store.list_all(&tables).await?.into_iter().map(|object| object.key);
        let files = Files { there: there.collect(), here: here.collect() };

        let mut consumptions = BTreeMap::new();
        for (place, (log, head)) in logs {
            match self.decide(&place, &log, head, &files).await? {
                Decided::Conflict(reason) => {
                    plan.conflicts.insert(place, reason);
                }
                Decided::Head { commit, brought, files, older } => {
                    let batches = commit.consumed.into_iter().map(|consumed| consumed.batch);
                    consumptions.insert(place, Consumption { by_head: batches.collect(), older });
                    plan.commits.extend(brought);
                    plan.files.extend(files);
                }
            }
        }
        Ok(consumptions)
    }

    async fn decide(
        &self,
        place: &Place,
        log: &Log,
        here: Option<Generation>,
        files: &Files,
    ) -> Result<Decided, LakeError> {
        // What both have a commit of must be one log: else the lake has begun another one since.
        let common = match (log.last_key_value(), here) {
            (Some((there, _)), Some(here)) => Some(here.min(*there)),
            _ => None,
        };
        let mut is_one_log = here.is_none();
        if let Some(common) = common
            && let Some(object) = log.get(&common)
            && let Some(own) = self.own(place, common).await?
        {
            if own != self.origin.get(object).await? {
                return Ok(Decided::Conflict(format!(
                    "the lake has another generation {} than the origin: it has begun a new log",
                    common.number()
                )));
            }
            is_one_log = true;
        }
        let brought = log.last_key_value().filter(|(there, _)| here.is_none_or(|here| here < **there));
        if let (Some(_), Some(here)) = (brought, here)
            && !log.contains_key(&here)
        {
            return Ok(Decided::Conflict(format!(
                "the origin has no generation {} to hold the lake's against: it may be of another log",
                here.number()
            )));
        }
        let (commit_key, body) = match (brought, here) {
            (Some((_, object)), _) => (object.key.clone(), self.origin.get(object).await?),
            (None, Some(here)) => {
                let commit_key = key::commit(&place.0, &place.1, here);
                (commit_key.clone(), self.store.get(&commit_key).await?)
            }
            // Every place has a commit here or there.
            (None, None) => return Ok(Decided::Conflict("it has no commit".to_owned())),
        };
        let commit = match Commit::parse(&commit_key, &body) {
            Ok(commit) => commit,
            Err(error) => return Ok(Decided::Conflict(domain::chain(&error))),
        };
        let mut wanted = Vec::new();
        for file in commit.files.iter().filter(|file| !files.here.contains(&file.key)) {
            match files.there.get(&file.key) {
                Some(object) => wanted.push(object.clone()),
                None => {
                    return Ok(Decided::Conflict(format!(
                        "data file {} of generation {} is neither here nor in the origin",
                        file.key,
                        commit.generation.number()
                    )));
                }
            }
        }
        let brought = brought.map(|(_, object)| object.clone());
        // What a commit of another log has consumed is in no table of this one.
        let before = log.range(..commit.generation).rev().filter(|_| is_one_log);
        let older = before.map(|(_, object)| object.clone()).collect();
        Ok(Decided::Head { commit: Box::new(commit), brought, files: wanted, older })
    }

    /// The lake's own commit, if it has it.
    async fn own(&self, place: &Place, generation: Generation) -> Result<Option<bytes::Bytes>, StoreError> {
        match self.store.get(&key::commit(&place.0, &place.1, generation)).await {
            Ok(body) => Ok(Some(body)),
            Err(StoreError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What the origin has below the prefix and the lake has not.
    async fn absent(&self, prefix: &str) -> Result<Vec<OriginObject>, StoreError> {
        let here = self.store.list_all(prefix).await?.into_iter().map(|object| object.key);
        let here: BTreeSet<String> = here.collect();
        let mut there = self.origin.list(prefix).await?;
        // Consoles make "directories" of nothing.
        there.retain(|object| !here.contains(&object.key) && !object.key.ends_with('/'));
        Ok(there)
    }

    fn prefix(&self, base: &str) -> String {
        self.dataset.map_or_else(|| base.to_owned(), |name| format!("{base}{name}/"))
    }
}
