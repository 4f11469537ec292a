//! The bucket and the targets of a schedule, and the one place where they change: each change is checked.

mod second;

use std::sync::Arc;

use bytes::Bytes;
use chrono::TimeDelta;
use domain::{
    DatasetName, Partition,
    drawn::Random,
    invariant::Violation,
    memory::{MemoryCatalog, MemoryStore},
    port::{
        Catalog, CatalogError, CatalogPartition, Clock, DeleteFailure, ItemError, ListPage, ObjectStore,
        PutMode, StoreError, Upsert,
    },
};
use futures::FutureExt;

use crate::{
    ledger::{Ledger, Place, TargetId},
    process::ProcessId,
    time::Time,
};

pub(crate) use second::Second;

/// Everything there is.
#[derive(Debug)]
pub(crate) struct Lake {
    pub(crate) store: MemoryStore<Time>,
    pub(crate) catalog: MemoryCatalog,
    pub(crate) second: Second,
    pub(crate) ledger: Ledger,
    pub(crate) random: Random,
    /// The first violation that was found.
    pub(crate) violation: Option<Violation>,
    /// Keys on a page of a listing: S3 promises no more than that there are at most 1,000.
    pub(crate) page: usize,
    /// How many of a thousand items of a batch fail by themselves.
    pub(crate) item_faults: usize,
    /// Whose call is being done.
    pub(crate) process: ProcessId,
    time: Arc<Time>,
}

impl Lake {
    pub(crate) fn new(time: Arc<Time>, random: Random, retention: TimeDelta) -> Self {
        Self {
            store: MemoryStore::with_clock(time.clone()),
            catalog: MemoryCatalog::default(),
            second: Second::default(),
            ledger: Ledger::new(retention),
            random,
            violation: None,
            page: 1_000,
            item_faults: 0,
            process: ProcessId(0),
            time,
        }
    }

    /// Keeps the first violation.
    pub(crate) fn check(&mut self, result: Result<(), Violation>) {
        if let (Err(violation), None) = (result, &self.violation) {
            self.violation = Some(violation);
        }
    }

    pub(crate) fn list(&mut self, prefix: &str, after: Option<&str>) -> Option<Result<ListPage, StoreError>> {
        if after.is_none() {
            self.ledger.listed(prefix, self.process, self.time.now());
        }
        let mut page = self.store.list(prefix, after).now_or_never()?;
        if let Ok(page) = &mut page
            && page.objects.len() > self.page
        {
            page.objects.truncate(self.page);
            page.next_after = page.objects.last().map(|object| object.key.clone());
        }
        Some(page)
    }

    pub(crate) fn get(&self, key: &str) -> Option<Bytes> {
        self.store.get(key).now_or_never()?.ok()
    }

    pub(crate) fn put(&mut self, key: &str, body: Bytes, mode: PutMode) -> Option<Result<(), StoreError>> {
        let answer = self.store.put(key, body.clone(), mode).now_or_never()?;
        if answer.is_ok() {
            let checked = self.ledger.written(key, &body, self.process, self.time.now());
            self.check(checked);
        } else if let Err(StoreError::AlreadyExists { .. }) = &answer {
            self.ledger.found(key, self.process);
        }
        Some(answer)
    }

    pub(crate) fn copy(&mut self, from: &str, to: &str) -> Option<Result<(), StoreError>> {
        let answer = self.store.copy(from, to).now_or_never()?;
        if answer.is_ok()
            && let Some(body) = self.get(to)
        {
            let checked = self.ledger.written(to, &body, self.process, self.time.now());
            self.check(checked);
        }
        Some(answer)
    }

    pub(crate) fn delete(&mut self, key: &str) -> Option<Result<Vec<DeleteFailure>, StoreError>> {
        if self.random.chance(self.item_faults) {
            let error = StoreError::Unavailable { key: key.to_owned(), source: "injected".into() };
            return Some(Ok(vec![DeleteFailure { key: key.to_owned(), error }]));
        }
        let is_there = self.get(key).is_some();
        let answer = self.store.delete(&[key.to_owned()]).now_or_never()?;
        if is_there && answer.is_ok() {
            let checked = self.ledger.deleted(key, self.process, self.time.now());
            self.check(checked);
        }
        Some(answer)
    }

    pub(crate) fn write_partitions(
        &mut self,
        table: &DatasetName,
        mode: Upsert,
        partitions: &[CatalogPartition],
    ) -> Option<Result<Vec<ItemError>, CatalogError>> {
        let mut errors = Vec::new();
        for partition in partitions {
            if self.random.chance(self.item_faults) {
                let what = partition.values.join("/");
                let error = CatalogError::Unavailable { what, source: "injected".into() };
                errors.push(ItemError { values: partition.values.clone(), error });
                continue;
            }
            let one = std::slice::from_ref(partition);
            match self.catalog.write_partitions(table, mode, one).now_or_never()? {
                Ok(items) if items.is_empty() => {
                    self.named(table, &partition.values, Some(&partition.location));
                }
                Ok(items) => errors.extend(items),
                Err(error) => return Some(Err(error)),
            }
        }
        Some(Ok(errors))
    }

    pub(crate) fn delete_partitions(
        &mut self,
        table: &DatasetName,
        values: &[Vec<String>],
    ) -> Option<Result<Vec<ItemError>, CatalogError>> {
        let answer = self.catalog.delete_partitions(table, values).now_or_never()?;
        for values in values {
            self.named(table, values, None);
        }
        Some(answer)
    }

    /// The table goes, and all that it named.
    pub(crate) fn delete_table(&mut self, table: &DatasetName) -> Option<Result<(), CatalogError>> {
        let answer = self.catalog.delete_table(table).now_or_never()?;
        if answer.is_ok() {
            let now = self.time.now();
            for place in self.ledger.places().iter().filter(|place| place.dataset == *table) {
                self.ledger.damaged((place, TargetId::Catalog), None, now);
            }
        }
        Some(answer)
    }

    fn named(&mut self, table: &DatasetName, values: &[String], location: Option<&str>) {
        if let Ok(partition) = Partition::from_values(values) {
            let place = Place { dataset: table.clone(), partition };
            let target = (&place, TargetId::Catalog);
            let checked = self.ledger.named(target, location, self.process, self.time.now());
            self.check(checked);
        }
    }

    /// Somebody's hand in the catalog: no service did this, so nothing is checked.
    pub(crate) fn damage(&mut self, place: &Place, location: Option<String>) {
        let values = place.partition.values();
        let found = self.catalog.partition(&place.dataset, &values).now_or_never();
        let Some(Ok(Some(found))) = found else { return };
        let _answered_at_once = match &location {
            None => self.catalog.delete_partitions(&place.dataset, &[values]).now_or_never(),
            Some(location) => {
                let moved = CatalogPartition { location: location.clone(), ..found };
                self.catalog.write_partitions(&place.dataset, Upsert::Replace, &[moved]).now_or_never()
            }
        };
        self.ledger.damaged((place, TargetId::Catalog), location.as_deref(), self.time.now());
    }

    /// Somebody deletes a data file that a commit names.
    pub(crate) fn lose(&mut self, place: &Place, key: &str) {
        let _answered_at_once = self.store.delete(&[key.to_owned()]).now_or_never();
        self.ledger.place(place).lose(key);
    }

    /// The catalog is lost as a whole.
    pub(crate) fn lose_catalog(&mut self) {
        self.catalog = MemoryCatalog::default();
        for place in self.ledger.places() {
            self.ledger.damaged((&place, TargetId::Catalog), None, self.time.now());
        }
    }
}
