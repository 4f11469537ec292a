//! A dataset is dropped, step by step. Every step may be repeated, and the command may be stopped between any two.
//!
//! 1. The request goes, so that `register` accepts no version any more.
//! 2. The note `schemas/<dataset>/dropped.json` is put: that is the moment of the drop. From then on `ingest` takes no
//!    event for the dataset, and `compact` and `register` leave it alone. As long as data is there, the note holds the
//!    last definition, and `register` accepts only what may follow it.
//! 3. The accepted versions and the table go, and what other targets name.
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

mod error;
mod purge;

use std::{collections::BTreeSet, sync::Arc};

use domain::{
    DatasetName,
    key::{self, ParsedKey},
    port::{Catalog, CatalogError, Clock, Ids, ObjectStore, PutMode, StoreError},
    schemas::{self, Dropped, SchemasError},
    target::Target,
};

use crate::compactor::Compactor;

pub use error::DropError;

/// How often what came back is dropped again.
const LOOKS: u32 = 3;

/// The lake, and the dataset.
#[derive(Debug)]
pub struct Dropper<'a, S, C, K, I> {
    /// The bucket.
    pub store: &'a S,
    /// The catalog.
    pub catalog: &'a C,
    /// Where commits are published besides the catalog.
    pub targets: &'a [Arc<dyn Target>],
    /// Who commits the empty generations. It has to work on the same bucket.
    pub compactor: &'a Compactor<S, K, I>,
    /// The time.
    pub clock: &'a K,
    /// The dataset.
    pub name: &'a DatasetName,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DropOutcome {
    /// It is dropped, with the data if that was asked for.
    Dropped,
    /// It is as it was: its definition is lost, or damaged, so that nobody could read its rows again.
    NeedsPurge,
    /// Somebody asked for it again meanwhile, or a version is live again each time. What is left stays.
    AskedForAgain,
}

impl<S: ObjectStore, C: Catalog, K: Clock, I: Ids> Dropper<'_, S, C, K, I> {
    /// Drops the dataset, with its data if `purge` says so. It may be repeated at any time, and whoever began before it may
    /// still be at work: what comes of that is said at the top of this module's source.
    ///
    /// # Errors
    ///
    /// What was done until then stays done, and the same call goes on from there.
    pub async fn drop(&self, purge: bool) -> Result<DropOutcome, DropError> {
        for _ in 0..LOOKS {
            if !self.drop_definitions(purge).await? {
                return Ok(DropOutcome::NeedsPurge);
            }
            let is_whole = if purge {
                self.purge().await?
            } else {
                self.free_the_name().await?;
                true
            };
            if self.store.exists(&key::definition(self.name)).await? {
                return Ok(DropOutcome::AskedForAgain);
            }
            // Without a request, a version that is live again is a late `register`'s: it is dropped too.
            if is_whole && !self.is_back().await? {
                return Ok(DropOutcome::Dropped);
            }
        }
        Ok(DropOutcome::AskedForAgain)
    }

    /// Steps 1 to 3. Answers whether they were done: they are not where nobody could read the data again.
    async fn drop_definitions(&self, purge: bool) -> Result<bool, DropError> {
        let Self { store, name, .. } = *self;
        let live = match schemas::load(store, name).await {
            Err(SchemasError::Invalid { .. }) => Err(()),
            live => Ok(live?),
        };
        let is_lost = match &live {
            Ok(Some(_)) => false,
            // Without a note too, no drop can have taken the versions.
            Ok(None) => schemas::dropped(store, name).await?.is_none(),
            Err(()) => true,
        };
        if is_lost && !purge && self.has_data().await? {
            return Ok(false);
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
                // Nobody works by a definition that cannot be read. The data first: the note frees the name. Without --purge
                // there are no rows, and quarantine stays.
                if purge {
                    self.purge_data().await?;
                }
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
        let mut withdrawn = match self.catalog.delete_table(name).await {
            Err(CatalogError::NotFound { .. }) => Ok(()),
            answer => answer.map_err(DropError::from),
        };
        // One that fails holds up no other.
        for target in self.targets {
            let answer = target.withdraw(name).await.map_err(DropError::from);
            withdrawn = withdrawn.and(answer);
        }
        withdrawn.map(|()| true)
    }

    /// Without rows and landed events, no definition is held against the last one.
    async fn free_the_name(&self) -> Result<(), DropError> {
        if let Some(note) = schemas::dropped(self.store, self.name).await?
            && note.has_data()
            && !self.has_data().await?
        {
            self.put(&Dropped::without_data(note.version, note.at)).await?;
        }
        Ok(())
    }

    /// Whether a version is live.
    async fn is_live(&self) -> Result<bool, DropError> {
        match schemas::load(self.store, self.name).await {
            Ok(live) => Ok(live.is_some()),
            Err(SchemasError::Invalid { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether a late `register` has made again what was deleted.
    async fn is_back(&self) -> Result<bool, DropError> {
        if self.is_live().await? {
            return Ok(true);
        }
        for target in self.targets {
            if !target.all_named(self.name).await?.is_empty() {
                return Ok(true);
            }
        }
        match self.catalog.table(self.name).await {
            Ok(table) => Ok(table.is_some()),
            Err(CatalogError::NotFound { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether there are rows, or events that are to become some.
    async fn has_data(&self) -> Result<bool, DropError> {
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

    /// All keys below the prefix, in their order.
    async fn keys(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        Ok(self.store.list_all(prefix).await?.into_iter().map(|object| object.key).collect())
    }

    async fn put(&self, note: &Dropped) -> Result<(), DropError> {
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
