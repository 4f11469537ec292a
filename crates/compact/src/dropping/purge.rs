//! Steps 4 to 8: the data.

use std::collections::BTreeSet;

use domain::{
    Partition,
    key::{self, ParsedKey},
    port::{Catalog, Clock, Ids, ObjectStore, StoreError},
    run::{MAX_LIFE, Run},
    sabotage::{self, Bug},
    schemas::{self, Dropped},
};

use super::{DropError, Dropper};
use crate::discard::Discard;

/// How often a partition is looked at in which others commit, or where none of what has landed goes.
const ATTEMPTS: u32 = 20;

/// Why each partition's rows are given up, for the commit.
const REASON: &str = "the dataset was dropped";

impl<S: ObjectStore, C: Catalog, K: Clock, I: Ids> Dropper<'_, S, C, K, I> {
    /// Steps 4 to 8. Answers whether they came to an end: a version may be live again meanwhile.
    pub(super) async fn purge(&self) -> Result<bool, DropError> {
        if !self.purge_data().await? {
            return Ok(false);
        }
        let now = self.clock.now();
        let note = schemas::dropped(self.store, self.name).await?;
        let (version, at) = note.map_or((0, now), |note| (note.version, note.at));
        self.put(&Dropped::without_data(version, at)).await?;
        if now - at < MAX_LIFE {
            return Ok(true);
        }
        let commits = self.keys(&format!("{}{}/", key::COMMITS, self.name)).await?;
        if self.is_live().await? {
            return Ok(false);
        }
        self.delete(&commits).await?;
        Ok(true)
    }

    /// Steps 4 to 6. Answers whether they came to an end.
    pub(super) async fn purge_data(&self) -> Result<bool, DropError> {
        let name = self.name;
        for partition in self.partitions().await? {
            if !sabotage::is_on(Bug::PurgeWithoutCommit) && !self.purge_partition(&partition).await? {
                return Ok(false);
            }
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

    /// Steps 4 and 5, until nothing more has landed. Answers whether they came to an end.
    async fn purge_partition(&self, partition: &Partition) -> Result<bool, DropError> {
        let (name, mut attempts) = (self.name, 0);
        while attempts < ATTEMPTS {
            // Before each commit: what has landed for a dataset that is live again is not to go.
            if self.is_live().await? {
                return Ok(false);
            }
            // Each its own: a run may be an hour old at most.
            let run = Run::new(self.clock.now(), None);
            self.compactor.discard(Discard::Everything, REASON, name, partition, &run).await?;
            let Some(head) = self.compactor.log(name, partition).await?.into_iter().next() else {
                return Ok(true);
            };
            if !head.is_given_up() {
                // Somebody was faster in between.
                attempts += 1;
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
                return Ok(true);
            }
            // A commit names so many batches. While some go each time, it goes on.
            attempts += u32::from(gone.is_empty());
        }
        let error = format!("others keep writing to {name}/{partition}: stop whoever does, and run it again");
        Err(StoreError::Failed { key: key::landing_prefix(name, partition), source: error.into() }.into())
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
}
