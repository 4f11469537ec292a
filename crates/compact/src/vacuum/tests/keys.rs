//! A table with other partition keys than the partition: its dataset was dropped, and came back.

use std::sync::Arc;

use domain::{
    DatasetName,
    memory::MemoryCatalog,
    port::{Catalog, CatalogError, CatalogPartition, ItemError, PartitionKey, Table, Upsert},
    settings::Settings,
};

use crate::testing::{RETENTION, World};
use crate::vacuum::{Vacuum, VacuumError};

/// A catalog that refuses to look for partitions with other keys than the table's, as Glue does.
struct Strict {
    inner: Arc<MemoryCatalog>,
    keys: &'static [&'static str],
}

impl Catalog for Strict {
    async fn table(&self, name: &DatasetName) -> Result<Option<Table>, CatalogError> {
        let partition_keys = self.keys.iter().copied().map(PartitionKey::string).collect();
        Ok(self.inner.table(name).await?.map(|table| Table { partition_keys, ..table }))
    }
    async fn tables(&self) -> Result<Vec<Table>, CatalogError> {
        self.inner.tables().await
    }
    async fn create_table(&self, table: &Table) -> Result<(), CatalogError> {
        self.inner.create_table(table).await
    }
    async fn update_table(&self, table: &Table) -> Result<(), CatalogError> {
        self.inner.update_table(table).await
    }
    async fn delete_table(&self, name: &DatasetName) -> Result<(), CatalogError> {
        self.inner.delete_table(name).await
    }
    async fn partition(
        &self,
        _: &DatasetName,
        values: &[String],
    ) -> Result<Option<CatalogPartition>, CatalogError> {
        Err(CatalogError::Failed {
            what: format!("partition {values:?}"),
            source: "the keys do not match".into(),
        })
    }
    async fn partitions(&self, table: &DatasetName) -> Result<Vec<CatalogPartition>, CatalogError> {
        self.inner.partitions(table).await
    }
    async fn write_partitions(
        &self,
        table: &DatasetName,
        mode: Upsert,
        partitions: &[CatalogPartition],
    ) -> Result<Vec<ItemError>, CatalogError> {
        self.inner.write_partitions(table, mode, partitions).await
    }
    async fn delete_partitions(
        &self,
        table: &DatasetName,
        values: &[Vec<String>],
    ) -> Result<Vec<ItemError>, CatalogError> {
        self.inner.delete_partitions(table, values).await
    }
}

#[tokio::test]
async fn a_refused_look_is_an_error_unless_the_table_has_other_keys() {
    let world = World::new().await;
    let head = world.commit(1).await;
    let late = world.commit_of(2);
    world.write(&late).await;
    world.clock.advance(RETENTION);
    let settings = Settings::read(|_| None).unwrap();
    let vacuum = async |keys: &'static [&'static str]| {
        let catalog = Arc::new(Strict { inner: world.catalog.clone(), keys });
        let vacuum = Vacuum::new(world.bucket.clone(), catalog, world.clock.clone(), &settings);
        vacuum.vacuum(&world.dataset, &world.partition, &world.run()).await
    };
    let refused = vacuum(&["dt"]).await.unwrap_err();
    assert!(matches!(refused, VacuumError::Catalog(CatalogError::Failed { .. })), "{refused}");
    assert_eq!(world.locations(), [head.location.clone(), late.location].into());
    let done = vacuum(&["dt", "hour"]).await.unwrap();
    assert_eq!(
        (done.generations, done.uncommitted),
        (0, 1),
        "what was never committed goes, and no generation"
    );
    assert_eq!(world.locations(), [head.location].into());
}
