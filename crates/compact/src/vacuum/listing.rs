//! What is there of one partition.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::{
    DatasetName, Generation, Partition, commit,
    key::{self, ParsedKey},
    port::{ObjectMeta, ObjectStore, StoreError},
};

/// The commits and directories of one partition. What does not parse as this partition's own is in neither.
#[derive(Debug)]
pub(super) struct Listing {
    /// Every commit there is, debris below a gap included, with the time since which it is in the log.
    pub(super) commits: BTreeMap<Generation, DateTime<Utc>>,
    pub(super) head: Option<Generation>,
    /// By location.
    pub(super) directories: BTreeMap<String, Directory>,
}

/// One writer's directory of one generation.
#[derive(Debug)]
pub(super) struct Directory {
    pub(super) generation: Generation,
    pub(super) location: String,
    /// Its objects, at least one: a directory is nothing but their keys.
    pub(super) objects: Vec<ObjectMeta>,
    pub(super) newest: DateTime<Utc>,
}

impl Listing {
    /// Lists the directories and *then* the commits. So a directory that was committed by the end of both is known
    /// as such. The other way round, one that a compactor commits between the two would look like a leftover, and
    /// only its youth would save it.
    pub(super) async fn of<S: ObjectStore>(
        store: &S,
        dataset: &DatasetName,
        partition: &Partition,
    ) -> Result<Self, StoreError> {
        let mut directories: BTreeMap<String, Directory> = BTreeMap::new();
        for object in store.list_all(&key::partition_prefix(dataset, partition)).await? {
            // A daily partition's prefix is that of its day's hourly ones too.
            let Some((_, _, generation, writer)) =
                key::generation_of(&object.key).filter(|(of, at, ..)| of == dataset && at == partition)
            else {
                continue;
            };
            let location = key::generation_prefix(dataset, partition, generation, &writer);
            let directory = directories.entry(location.clone()).or_insert_with(|| Directory {
                generation,
                location,
                objects: Vec::new(),
                newest: object.last_modified,
            });
            directory.newest = directory.newest.max(object.last_modified);
            directory.objects.push(object);
        }
        let objects = store.list_all(&key::commits_prefix(dataset, partition)).await?;
        let own = objects.iter().filter_map(|object| match ParsedKey::parse(&object.key) {
            Ok(ParsedKey::Commit(of, at, generation)) if of == *dataset && at == *partition => {
                Some((object.key.as_str(), (generation, object.last_modified)))
            }
            _ => None,
        });
        let own: Vec<_> = own.collect();
        Ok(Self {
            commits: own.iter().map(|(_, commit)| *commit).collect(),
            head: commit::head(dataset, partition, own.iter().map(|(key, _)| *key)),
            directories,
        })
    }
}
