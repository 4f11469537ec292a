//! A write that timed out, and lands when its run has looked at the head already.

use std::sync::atomic::{AtomicU32, Ordering};

use domain::{
    Commit,
    memory::{ManualClock, MemoryCatalog, MemoryStore, SeededIds},
    port::{CatalogError, CatalogPartition, ItemError},
};

use super::*;
use crate::{Register, entry};

/// A catalog in which, before a partition is read for the second time, the head moves, and the run's own first write
/// lands once more.
struct Adrift {
    world: World,
    first: Commit,
    looks: AtomicU32,
}

impl Adrift {
    async fn land(&self) {
        if self.looks.fetch_add(1, Ordering::SeqCst) != 1 {
            return;
        }
        let World { register, dataset, .. } = &self.world;
        self.world.commit(2).await;
        let accepted = domain::schemas::load(&*register.store, dataset).await.unwrap().unwrap();
        let late = entry(&self.first, &accepted);
        let errors = register.catalog.write_partitions(dataset, Upsert::Replace, &[late]).await.unwrap();
        assert!(errors.is_empty());
    }

    fn catalog(&self) -> &MemoryCatalog {
        &self.world.register.catalog
    }
}

impl Catalog for Adrift {
    async fn table(&self, name: &DatasetName) -> Result<Option<Table>, CatalogError> {
        self.catalog().table(name).await
    }
    async fn tables(&self) -> Result<Vec<Table>, CatalogError> {
        self.catalog().tables().await
    }
    async fn create_table(&self, table: &Table) -> Result<(), CatalogError> {
        self.catalog().create_table(table).await
    }
    async fn update_table(&self, table: &Table) -> Result<(), CatalogError> {
        self.catalog().update_table(table).await
    }
    async fn delete_table(&self, name: &DatasetName) -> Result<(), CatalogError> {
        self.catalog().delete_table(name).await
    }
    async fn partition(
        &self,
        table: &DatasetName,
        values: &[String],
    ) -> Result<Option<CatalogPartition>, CatalogError> {
        self.land().await;
        self.catalog().partition(table, values).await
    }
    async fn partitions(&self, table: &DatasetName) -> Result<Vec<CatalogPartition>, CatalogError> {
        self.catalog().partitions(table).await
    }
    async fn write_partitions(
        &self,
        table: &DatasetName,
        mode: Upsert,
        partitions: &[CatalogPartition],
    ) -> Result<Vec<ItemError>, CatalogError> {
        self.catalog().write_partitions(table, mode, partitions).await
    }
    async fn delete_partitions(
        &self,
        table: &DatasetName,
        values: &[Vec<String>],
    ) -> Result<Vec<ItemError>, CatalogError> {
        self.catalog().delete_partitions(table, values).await
    }
}

#[tokio::test]
async fn the_head_is_read_after_the_entry_that_it_is_held_against() {
    let world = World::live().await;
    let first = world.commit(1).await;
    let (store, clock, ids) =
        (world.register.store.clone(), world.register.clock.clone(), world.register.ids.clone());
    let (dataset, partition) = (world.dataset.clone(), world.partition.clone());
    let catalog = Arc::new(Adrift { world, first, looks: AtomicU32::new(0) });
    let register: Register<MemoryStore, Adrift, ManualClock, SeededIds> =
        Register::new(store, catalog.clone(), clock.clone(), ids);
    let run = Run::new(clock.now(), None);
    assert!(register.project(&dataset, &partition, &run).await.unwrap());
    let (_, generation) = catalog.world.registered().await.unwrap();
    assert_eq!(generation, 2, "what landed late was taken for the head");
}
