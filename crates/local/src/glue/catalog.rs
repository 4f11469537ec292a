use std::sync::Arc;

use domain::{
    name::DatasetName,
    port::{Catalog, CatalogError, CatalogPartition, ItemError, Table, Upsert},
};

use super::{
    convert::{self, Locations},
    error::GlueError,
    store::GlueStore,
    view::view_query,
};

/// The lake's database of the local Glue, without the way over HTTP: the same state that clients see.
#[derive(Clone)]
pub struct GlueCatalog {
    store: Arc<GlueStore>,
    database: Arc<str>,
    locations: Locations,
}

impl GlueCatalog {
    pub(crate) fn new(store: Arc<GlueStore>, database: &str, bucket: &str) -> Self {
        Self { store, database: database.into(), locations: Locations::of(bucket) }
    }

    /// The query of a view of this name, if there is one.
    pub fn view(&self, name: &str) -> Option<String> {
        let found = self.store.with_table(&self.database, name, |table| Ok(view_query(&table.body)));
        found.ok().flatten()
    }

    /// Runs file work off the async threads.
    async fn run<T, F>(&self, what: String, work: F) -> Result<T, CatalogError>
    where
        T: Send + 'static,
        F: FnOnce(&Self) -> Result<T, GlueError> + Send + 'static,
    {
        let catalog = self.clone();
        match tokio::task::spawn_blocking(move || work(&catalog)).await {
            Ok(result) => result.map_err(|error| to_catalog(error, what)),
            Err(error) => Err(CatalogError::Failed { what, source: Box::new(error) }),
        }
    }
}

impl Catalog for GlueCatalog {
    async fn table(&self, name: &DatasetName) -> Result<Option<Table>, CatalogError> {
        let wanted = name.clone();
        self.run(table_text(name), move |catalog| {
            let found = catalog.store.with_table(&catalog.database, wanted.as_str(), |table| {
                Ok(convert::table(&table.body, &catalog.locations))
            });
            match found {
                Err(GlueError::NotFound(_)) => Ok(None),
                other => other,
            }
        })
        .await
    }

    async fn tables(&self) -> Result<Vec<Table>, CatalogError> {
        self.run("the tables".to_owned(), |catalog| {
            let databases = catalog.store.databases();
            let tables = databases.get(&*catalog.database).map(|database| database.tables.values());
            let tables = tables.into_iter().flatten();
            Ok(tables.filter_map(|table| convert::table(&table.body, &catalog.locations)).collect())
        })
        .await
    }

    async fn create_table(&self, table: &Table) -> Result<(), CatalogError> {
        let input = convert::table_input(table, &self.locations);
        self.run(table_text(&table.name), move |catalog| catalog.store.create_table(&catalog.database, input))
            .await
    }

    async fn update_table(&self, table: &Table) -> Result<(), CatalogError> {
        let (input, version) = (convert::table_input(table, &self.locations), table.version.clone());
        self.run(table_text(&table.name), move |catalog| {
            catalog.store.update_table(&catalog.database, input, version.as_deref(), true)
        })
        .await
    }

    async fn delete_table(&self, name: &DatasetName) -> Result<(), CatalogError> {
        let wanted = name.clone();
        self.run(table_text(name), move |catalog| {
            catalog.store.delete_table(&catalog.database, wanted.as_str())
        })
        .await
    }

    async fn partition(
        &self,
        table: &DatasetName,
        values: &[String],
    ) -> Result<Option<CatalogPartition>, CatalogError> {
        let (name, values) = (table.clone(), values.to_vec());
        self.run(table_text(table), move |catalog| {
            catalog.store.with_table(&catalog.database, name.as_str(), |table| {
                let found = table.partitions.get(&values);
                Ok(found.map(|partition| convert::partition(partition, &catalog.locations, true)))
            })
        })
        .await
    }

    async fn partitions(&self, table: &DatasetName) -> Result<Vec<CatalogPartition>, CatalogError> {
        let name = table.clone();
        self.run(table_text(table), move |catalog| {
            catalog.store.with_table(&catalog.database, name.as_str(), |table| {
                let partitions = table.partitions.values();
                Ok(partitions
                    .map(|partition| convert::partition(partition, &catalog.locations, false))
                    .collect())
            })
        })
        .await
    }

    async fn write_partitions(
        &self,
        table: &DatasetName,
        mode: Upsert,
        partitions: &[CatalogPartition],
    ) -> Result<Vec<ItemError>, CatalogError> {
        let (name, partitions) = (table.clone(), partitions.to_vec());
        self.run(table_text(table), move |catalog| {
            catalog.store.change_table(&catalog.database, name.as_str(), |writer| {
                let mut errors = Vec::new();
                for partition in partitions {
                    let input = convert::partition_input(&partition, &catalog.locations);
                    let written = match mode {
                        Upsert::Create => writer.create_partition(input),
                        Upsert::Replace => writer.update_partition(&partition.values, input),
                    };
                    if let Err(error) = written {
                        errors.push(item(&name, partition.values, error)?);
                    }
                }
                Ok(errors)
            })
        })
        .await
    }

    async fn delete_partitions(
        &self,
        table: &DatasetName,
        values: &[Vec<String>],
    ) -> Result<Vec<ItemError>, CatalogError> {
        let (name, list) = (table.clone(), values.to_vec());
        self.run(table_text(table), move |catalog| {
            catalog.store.change_table(&catalog.database, name.as_str(), |writer| {
                let mut errors = Vec::new();
                for values in list {
                    if let Err(error) = writer.delete_partition(&values) {
                        errors.push(item(&name, values, error)?);
                    }
                }
                Ok(errors)
            })
        })
        .await
    }
}

fn table_text(name: &DatasetName) -> String {
    format!("table {name}")
}

/// One item's failure; one of the disk ends the whole call.
fn item(table: &DatasetName, values: Vec<String>, error: GlueError) -> Result<ItemError, GlueError> {
    if let GlueError::Io(_) = error {
        return Err(error);
    }
    let what = format!("partition {} of table {table}", values.join("/"));
    Ok(ItemError { values, error: to_catalog(error, what) })
}

fn to_catalog(error: GlueError, what: String) -> CatalogError {
    match error {
        GlueError::NotFound(_) => CatalogError::NotFound { what },
        GlueError::AlreadyExists(_) => CatalogError::AlreadyExists { what },
        GlueError::Conflict(_) => CatalogError::Conflict { what },
        _ => CatalogError::Failed { what, source: Box::new(error) },
    }
}
