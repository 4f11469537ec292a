//! What is to be restored: what the origin has, the lake has not, and the lake needs.
//!
//! A bucket's past, and a replica to which deletions do not go, hold all that the lake itself has deleted since: landing
//! objects that are in the table, generations that are garbage. So of each partition the newest commit decides. It names
//! the data files, and the landing objects that it has consumed; the others are events that no table has yet.

use std::collections::{BTreeMap, BTreeSet};

use aws::OriginObject;
use domain::{
    Commit, DatasetName, Generation, Partition,
    batch::BatchName,
    key::{self, ParsedKey},
    port::{ObjectStore, StoreError},
};

use super::origin::Origin;
use crate::lake::LakeError;

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
    },
    Conflict(String),
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

        let consumed = self.partitions(&mut plan).await?;
        for object in self.absent(&self.prefix(key::LANDING)).await? {
            let Ok(ParsedKey::Landing(dataset, partition, batch)) = ParsedKey::parse(&object.key) else {
                continue;
            };
            let place = (dataset, partition);
            let is_in_table = consumed.get(&place).is_some_and(|batches| batches.contains(&batch));
            if !is_in_table && !plan.conflicts.contains_key(&place) {
                plan.landing.push(object);
            }
        }
        Ok(plan)
    }

    /// Plans commits and files. Answers the landing batches that each partition's newest commit has consumed.
    async fn partitions(&self, plan: &mut Plan) -> Result<BTreeMap<Place, BTreeSet<BatchName>>, LakeError> {
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

        let mut consumed = BTreeMap::new();
        for (place, (log, head)) in logs {
            match self.decide(&place, &log, head, &files).await? {
                Decided::Conflict(reason) => {
                    plan.conflicts.insert(place, reason);
                }
                Decided::Head { commit, brought, files } => {
                    let batches = commit.consumed.into_iter().map(|consumed| consumed.batch);
                    consumed.insert(place, batches.collect());
                    plan.commits.extend(brought);
                    plan.files.extend(files);
                }
            }
        }
        Ok(consumed)
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
        if let Some(common) = common
            && let Some(object) = log.get(&common)
            && let Some(own) = self.own(place, common).await?
            && own != self.origin.get(object).await?
        {
            return Ok(Decided::Conflict(format!(
                "the lake has another generation {} than the origin: it has begun a new log",
                common.number()
            )));
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
        Ok(Decided::Head { commit: Box::new(commit), brought, files: wanted })
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
