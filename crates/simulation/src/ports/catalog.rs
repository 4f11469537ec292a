use domain::{
    DatasetName,
    port::{Catalog, CatalogError, CatalogPartition, ItemError, Table, Upsert},
};
use futures::FutureExt;

use super::Ports;
use crate::call::Failure;

impl Catalog for Ports {
    async fn table(&self, name: &DatasetName) -> Result<Option<Table>, CatalogError> {
        let owned = name.clone();
        let perform = Box::new(move |lake: &mut crate::lake::Lake| lake.catalog.table(&owned).now_or_never());
        self.read("table", name.as_str(), failed, perform).await
    }

    async fn tables(&self) -> Result<Vec<Table>, CatalogError> {
        self.read("tables", "", failed, Box::new(|lake| lake.catalog.tables().now_or_never())).await
    }

    async fn create_table(&self, table: &Table) -> Result<(), CatalogError> {
        let owned = table.clone();
        let perform =
            Box::new(move |lake: &mut crate::lake::Lake| lake.catalog.create_table(&owned).now_or_never());
        self.change("create_table", table.name.as_str(), failed, perform).await
    }

    async fn update_table(&self, table: &Table) -> Result<(), CatalogError> {
        let owned = table.clone();
        let perform =
            Box::new(move |lake: &mut crate::lake::Lake| lake.catalog.update_table(&owned).now_or_never());
        self.change("update_table", table.name.as_str(), failed, perform).await
    }

    async fn delete_table(&self, name: &DatasetName) -> Result<(), CatalogError> {
        let owned = name.clone();
        let perform =
            Box::new(move |lake: &mut crate::lake::Lake| lake.catalog.delete_table(&owned).now_or_never());
        self.change("delete_table", name.as_str(), failed, perform).await
    }

    async fn partition(
        &self,
        table: &DatasetName,
        values: &[String],
    ) -> Result<Option<CatalogPartition>, CatalogError> {
        let (name, owned) = (table.clone(), values.to_vec());
        let perform = Box::new(move |lake: &mut crate::lake::Lake| {
            lake.catalog.partition(&name, &owned).now_or_never()
        });
        self.read("partition", &values.join("/"), failed, perform).await
    }

    async fn partitions(&self, table: &DatasetName) -> Result<Vec<CatalogPartition>, CatalogError> {
        let name = table.clone();
        let perform =
            Box::new(move |lake: &mut crate::lake::Lake| lake.catalog.partitions(&name).now_or_never());
        self.read("partitions", table.as_str(), failed, perform).await
    }

    async fn write_partitions(
        &self,
        table: &DatasetName,
        mode: Upsert,
        partitions: &[CatalogPartition],
    ) -> Result<Vec<ItemError>, CatalogError> {
        let (name, owned) = (table.clone(), partitions.to_vec());
        let words: Vec<&str> = partitions.iter().map(|partition| partition.location.as_str()).collect();
        let perform =
            Box::new(move |lake: &mut crate::lake::Lake| lake.write_partitions(&name, mode, &owned));
        self.change("write_partitions", &words.join(" "), failed, perform).await
    }

    async fn delete_partitions(
        &self,
        table: &DatasetName,
        values: &[Vec<String>],
    ) -> Result<Vec<ItemError>, CatalogError> {
        let (name, owned) = (table.clone(), values.to_vec());
        let words: Vec<String> = values.iter().map(|values| values.join("/")).collect();
        let perform = Box::new(move |lake: &mut crate::lake::Lake| lake.delete_partitions(&name, &owned));
        self.change("delete_partitions", &words.join(" "), failed, perform).await
    }
}

fn failed<T>(what: &str, _: Failure) -> Result<T, CatalogError> {
    Err(CatalogError::Unavailable { what: what.to_owned(), source: "injected".into() })
}
