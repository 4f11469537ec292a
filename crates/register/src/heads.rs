//! The commit logs: which datasets and partitions have one, and its head.

use std::collections::BTreeMap;

use domain::{
    Commit, DatasetName, Generation, Partition, commit,
    key::{self, ParsedKey},
    port::{Catalog, Clock, Ids, ObjectStore, StoreError},
};

use crate::{
    error::RegisterError,
    service::{ATTEMPTS, Register},
};

impl<S: ObjectStore, C: Catalog, K: Clock, I: Ids> Register<S, C, K, I> {
    /// The head of the log; read again where it was vacuumed between the listing and the read.
    pub(crate) async fn head(
        &self,
        name: &DatasetName,
        partition: &Partition,
    ) -> Result<Option<Commit>, RegisterError> {
        for _ in 0..ATTEMPTS {
            let Some(generation) = self.head_number(name, partition).await? else {
                return Ok(None);
            };
            if let Some(head) = self.commit(name, partition, generation).await? {
                return Ok(Some(head));
            }
        }
        Err(RegisterError::contention(name, Some(partition), ATTEMPTS))
    }

    /// The head of which a listing said that it is of this generation.
    pub(crate) async fn listed_head(
        &self,
        name: &DatasetName,
        partition: &Partition,
        listed: Generation,
    ) -> Result<Option<Commit>, RegisterError> {
        match self.commit(name, partition, listed).await? {
            Some(head) => Ok(Some(head)),
            // Superseded and vacuumed since.
            None => self.head(name, partition).await,
        }
    }

    /// The number of the head, without reading it.
    pub(crate) async fn head_number(
        &self,
        name: &DatasetName,
        partition: &Partition,
    ) -> Result<Option<Generation>, StoreError> {
        let objects = self.store.list_all(&key::commits_prefix(name, partition)).await?;
        Ok(commit::head(name, partition, objects.iter().map(|object| object.key.as_str())))
    }

    /// The numbers of the heads of all partitions of a dataset, in one listing.
    pub(crate) async fn head_numbers(
        &self,
        name: &DatasetName,
    ) -> Result<BTreeMap<Partition, Generation>, StoreError> {
        let prefix = format!("{}{name}/", key::COMMITS);
        let mut heads = BTreeMap::new();
        let mut after: Option<String> = None;
        loop {
            // Page by page, since there may be many more commits than partitions.
            let page = self.store.list(&prefix, after.as_deref()).await?;
            for object in &page.objects {
                if let Ok(ParsedKey::Commit(_, partition, generation)) = ParsedKey::parse(&object.key) {
                    let head = heads.entry(partition).or_insert(generation);
                    *head = generation.max(*head);
                }
            }
            match page.next_after {
                Some(next) => after = Some(next),
                None => return Ok(heads),
            }
        }
    }

    /// The datasets that something is committed of. One page for each of them: the rest of its log is jumped over.
    pub(crate) async fn committed_datasets(&self) -> Result<Vec<DatasetName>, StoreError> {
        let mut names: Vec<DatasetName> = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let page = self.store.list(key::COMMITS, after.as_deref()).await?;
            let found = page.objects.iter().filter_map(|object| match ParsedKey::parse(&object.key) {
                Ok(ParsedKey::Commit(name, ..)) => Some(name),
                _ => None,
            });
            names.extend(found);
            names.dedup();
            let Some(next) = page.next_after else { return Ok(names) };
            // Every partition begins with a letter, and `~` sorts after all of them.
            let beyond = names.last().map(|last| format!("{}{last}/~", key::COMMITS));
            after = Some(beyond.map_or(next.clone(), |beyond| beyond.max(next)));
        }
    }

    async fn commit(
        &self,
        name: &DatasetName,
        partition: &Partition,
        generation: Generation,
    ) -> Result<Option<Commit>, RegisterError> {
        let key = key::commit(name, partition, generation);
        match self.store.get(&key).await {
            Ok(bytes) => Ok(Some(Commit::parse(&key, &bytes)?)),
            Err(StoreError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}
