//! The drop, step by step. Every step may be repeated, and the command may be stopped between any two.
//!
//! 1. The request goes, so that `register` accepts no version any more.
//! 2. The note `schemas/<dataset>/dropped.json` is put: that is the moment of the drop. From then on `ingest` takes no
//!    event for the dataset, and `compact` and `register` leave it alone. As long as data is there, the note holds the
//!    last definition, and `register` accepts only what may follow it.
//! 3. The accepted versions and the table go.
//!
//! With the data:
//!
//! 4. In each partition an empty generation is committed, which names all that has landed as consumed. A `compact` that had
//!    begun before finds its number taken, so that it cannot bring back a row; begun anew, it finds no definition.
//! 5. What that commit names goes from landing, and the commits before it.
//! 6. Data files, notes of the vacuum and quarantine go. What is written meanwhile is left to the vacuum: it was never
//!    committed.
//! 7. The note is put again, without the definition: the name is free.
//! 8. Once nobody can be at work who had begun before, the empty generations go too. The note stays: a version that somebody
//!    restores is not live by that, and the versions of a dataset of this name go on counting.
//!
//! Then comes a second look: a `register` that had read the request before may have accepted a version, or made the
//! table, meanwhile.

use std::collections::BTreeSet;

use compact::{Compactor, Discard};
use domain::{
    CommitKind, DatasetName, Partition,
    key::{self, ParsedKey},
    port::{Catalog, CatalogError, Clock, Ids, ObjectStore, PutMode, StoreError},
    run::{MAX_LIFE, Run},
    schemas::{self, Dropped, SchemasError},
};

use crate::lake::LakeError;

/// How often what came back is dropped again.
const LOOKS: u32 = 3;

/// How often a partition is looked at in which something lands meanwhile, or others commit.
const ATTEMPTS: u32 = 20;

/// Why each partition's rows are given up, for the commit.
const REASON: &str = "the dataset was dropped";

/// The lake, and the dataset.
pub(super) struct Dropper<'a, S, C, K, I> {
    pub(super) store: &'a S,
    pub(super) catalog: &'a C,
    pub(super) compactor: &'a Compactor<S, K, I>,
    pub(super) clock: &'a K,
    pub(super) name: &'a DatasetName,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It is dropped, with the data if that was asked for.
    Dropped,
    /// It is as it was: without its definition nobody could read its rows again.
    NeedsPurge,
    /// Somebody asked for it again meanwhile. What is left stays.
    AskedForAgain,
}

impl<S: ObjectStore, C: Catalog, K: Clock, I: Ids> Dropper<'_, S, C, K, I> {
    /// Drops the dataset, with its data if `purge` says so.
    pub(super) async fn drop(&self, purge: bool) -> Result<Outcome, LakeError> {
        for _ in 0..LOOKS {
            match self.drop_definitions(purge).await? {
                Outcome::Dropped if purge => match self.purge().await? {
                    Outcome::Dropped => {}
                    other => return Ok(other),
                },
                Outcome::Dropped => self.free_the_name().await?,
                other => return Ok(other),
            }
            if self.store.exists(&key::definition(self.name)).await? {
                return Ok(Outcome::AskedForAgain);
            }
            if !self.is_back().await? {
                return Ok(Outcome::Dropped);
            }
        }
        Ok(Outcome::AskedForAgain)
    }

    /// Steps 1 to 3.
    async fn drop_definitions(&self, purge: bool) -> Result<Outcome, LakeError> {
        let Self { store, name, .. } = *self;
        let live = match schemas::load(store, name).await {
            Err(SchemasError::Invalid { .. }) => Err(()),
            live => Ok(live?),
        };
        if live.is_err() && !purge && self.has_data().await? {
            return Ok(Outcome::NeedsPurge);
        }
        self.delete(&[key::definition(name)]).await?;
        let (versions, newest) = self.versions().await?;
        let dropped_up_to = match live {
            Ok(Some(live)) => {
                let note = Dropped::keeping_data(&live, self.clock.now());
                let key = key::dropped(name);
                let note = note.map_err(|error| SchemasError::Invalid { key, source: error.into() })?;
                self.put(&note).await?;
                note.version
            }
            // Dropped before, and perhaps not to the end.
            Ok(None) => schemas::dropped(store, name).await?.map_or(0, |note| note.version),
            Err(()) => {
                // Nobody works by a definition that cannot be read. The data first: the note would free the name.
                self.purge_data().await?;
                self.put(&Dropped::without_data(newest, self.clock.now())).await?;
                newest
            }
        };
        let old: Vec<String> = versions
            .into_iter()
            .filter(|version| *version <= dropped_up_to)
            .map(|version| key::schema(name, version))
            .collect();
        self.delete(&old).await?;
        match self.catalog.delete_table(name).await {
            Ok(()) | Err(CatalogError::NotFound { .. }) => Ok(Outcome::Dropped),
            Err(error) => Err(error.into()),
        }
    }

    /// Steps 4 to 8.
    async fn purge(&self) -> Result<Outcome, LakeError> {
        if self.is_live().await? || !self.purge_data().await? {
            return Ok(Outcome::AskedForAgain);
        }
        let now = self.clock.now();
        let note = schemas::dropped(self.store, self.name).await?;
        let (version, at) = note.map_or((0, now), |note| (note.version, note.at));
        self.put(&Dropped::without_data(version, at)).await?;
        if now - at < MAX_LIFE {
            return Ok(Outcome::Dropped);
        }
        let commits = self.keys(&format!("{}{}/", key::COMMITS, self.name)).await?;
        if self.is_live().await? {
            return Ok(Outcome::AskedForAgain);
        }
        self.delete(&commits).await?;
        Ok(Outcome::Dropped)
    }

    /// Steps 4 to 6. Answers whether it came to an end: somebody may ask for the dataset again meanwhile.
    async fn purge_data(&self) -> Result<bool, LakeError> {
        let name = self.name;
        for partition in self.partitions().await? {
            if self.is_live().await? {
                return Ok(false);
            }
            self.purge_partition(&partition).await?;
        }
        // Listed before the look at the definitions: what another definition brings is not among it.
        let mut keys = self.keys(&key::table_prefix(name)).await?;
        keys.extend(self.keys(&format!("{}{name}/", key::VACUUM)).await?);
        keys.extend(self.keys(&key::quarantine_prefix(Some(name))).await?);
        if self.is_live().await? {
            return Ok(false);
        }
        self.delete(&keys).await?;
        Ok(true)
    }

    /// Steps 4 and 5, until nothing more has landed.
    async fn purge_partition(&self, partition: &Partition) -> Result<(), LakeError> {
        let name = self.name;
        for _ in 0..ATTEMPTS {
            // Each its own: a run may be an hour old at most.
            let run = Run::new(self.clock.now(), None);
            self.compactor.discard(Discard::Everything, REASON, name, partition, &run).await?;
            let Some(head) = self.compactor.log(name, partition).await?.into_iter().next() else {
                return Ok(());
            };
            if head.kind != CommitKind::Discard || !head.files.is_empty() {
                // Somebody was faster in between.
                continue;
            }
            let (mut gone, mut is_last) = (Vec::new(), true);
            for landed in self.keys(&key::landing_prefix(name, partition)).await? {
                match ParsedKey::parse(&landed) {
                    Ok(ParsedKey::Landing(_, of, batch)) if of == *partition => {
                        if head.has_consumed(&batch) {
                            gone.push(landed);
                        } else {
                            is_last = false;
                        }
                    }
                    _ => {}
                }
            }
            self.delete(&gone).await?;
            // In order of number: the head stays the head.
            let mut older = self.keys(&key::commits_prefix(name, partition)).await?;
            older.retain(|key| match ParsedKey::parse(key) {
                Ok(ParsedKey::Commit(_, of, generation)) => of == *partition && generation < head.generation,
                _ => false,
            });
            self.delete(&older).await?;
            if is_last {
                return Ok(());
            }
        }
        let error =
            format!("events keep landing in {name}/{partition}: stop whoever publishes, and run it again");
        Err(StoreError::Failed { key: key::landing_prefix(name, partition), source: error.into() }.into())
    }

    /// Without rows and landed events, no definition is held against the last one.
    async fn free_the_name(&self) -> Result<(), LakeError> {
        if let Some(note) = schemas::dropped(self.store, self.name).await?
            && note.has_data()
            && !self.has_data().await?
        {
            self.put(&Dropped::without_data(note.version, note.at)).await?;
        }
        Ok(())
    }

    /// Whether a version is live.
    async fn is_live(&self) -> Result<bool, LakeError> {
        match schemas::load(self.store, self.name).await {
            Ok(live) => Ok(live.is_some()),
            Err(SchemasError::Invalid { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether a late `register` has made again what was deleted.
    async fn is_back(&self) -> Result<bool, LakeError> {
        if self.is_live().await? {
            return Ok(true);
        }
        match self.catalog.table(self.name).await {
            Ok(table) => Ok(table.is_some()),
            Err(CatalogError::NotFound { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether there are rows, or events that are to become some.
    async fn has_data(&self) -> Result<bool, LakeError> {
        for base in [key::LANDING, key::TABLES] {
            let page = self.store.list(&format!("{base}{}/", self.name), None).await?;
            if !page.objects.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The accepted versions that have an object, in order, and the newest of them.
    async fn versions(&self) -> Result<(BTreeSet<u32>, u32), StoreError> {
        let keys = self.keys(&format!("{}{}/", key::SCHEMAS, self.name)).await?;
        let versions: BTreeSet<u32> = keys
            .iter()
            .filter_map(|key| match ParsedKey::parse(key) {
                Ok(ParsedKey::Schema(_, version)) => Some(version),
                _ => None,
            })
            .collect();
        let newest = versions.last().copied().unwrap_or_default();
        Ok((versions, newest))
    }

    async fn partitions(&self) -> Result<BTreeSet<Partition>, StoreError> {
        let mut partitions = BTreeSet::new();
        for base in [key::LANDING, key::COMMITS] {
            for key in self.keys(&format!("{base}{}/", self.name)).await? {
                if let Ok(ParsedKey::Landing(_, partition, _) | ParsedKey::Commit(_, partition, _)) =
                    ParsedKey::parse(&key)
                {
                    partitions.insert(partition);
                }
            }
        }
        Ok(partitions)
    }

    /// All keys below the prefix, in their order.
    async fn keys(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        Ok(self.store.list_all(prefix).await?.into_iter().map(|object| object.key).collect())
    }

    async fn put(&self, note: &Dropped) -> Result<(), LakeError> {
        let key = key::dropped(self.name);
        let body = note.to_bytes();
        let body = body.map_err(|error| SchemasError::Invalid { key: key.clone(), source: error.into() })?;
        self.store.put(&key, body.into(), PutMode::Overwrite).await?;
        Ok(())
    }

    async fn delete(&self, keys: &[String]) -> Result<(), StoreError> {
        match self.store.delete(keys).await?.into_iter().next() {
            Some(failure) => Err(failure.error),
            None => Ok(()),
        }
    }
}
