//! Steps 4 to 8: the data.

use std::collections::BTreeSet;

use domain::{
    CommitKind, Partition,
    key::{self, ParsedKey},
    port::{Catalog, Clock, Ids, ObjectStore, StoreError},
    run::{MAX_LIFE, Run},
    sabotage::{self, Bug},
    schemas::{self, Dropped},
};

use super::{DropError, DropOutcome, Dropper};
use crate::discard::Discard;

/// How often a partition is looked at in which something lands meanwhile, or others commit.
const ATTEMPTS: u32 = 20;

/// Why each partition's rows are given up, for the commit.
const REASON: &str = "the dataset was dropped";

impl<S: ObjectStore, C: Catalog, K: Clock, I: Ids> Dropper<'_, S, C, K, I> {
    /// Steps 4 to 8.
    pub(super) async fn purge(&self) -> Result<DropOutcome, DropError> {
        if self.is_live().await? || !self.purge_data().await? {
            return Ok(DropOutcome::AskedForAgain);
        }
        let now = self.clock.now();
        let note = schemas::dropped(self.store, self.name).await?;
        let (version, at) = note.map_or((0, now), |note| (note.version, note.at));
        self.put(&Dropped::without_data(version, at)).await?;
        if now - at < MAX_LIFE {
            return Ok(DropOutcome::Dropped);
        }
        let commits = self.keys(&format!("{}{}/", key::COMMITS, self.name)).await?;
        if self.is_live().await? {
            return Ok(DropOutcome::AskedForAgain);
        }
        self.delete(&commits).await?;
        Ok(DropOutcome::Dropped)
    }

    /// Steps 4 to 6. Answers whether it came to an end: somebody may ask for the dataset again meanwhile.
    pub(super) async fn purge_data(&self) -> Result<bool, DropError> {
        let name = self.name;
        for partition in self.partitions().await? {
            if self.is_live().await? {
                return Ok(false);
            }
            if !sabotage::is_on(Bug::PurgeWithoutCommit) {
                self.purge_partition(&partition).await?;
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

    /// Steps 4 and 5, until nothing more has landed.
    async fn purge_partition(&self, partition: &Partition) -> Result<(), DropError> {
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
