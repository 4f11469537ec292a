//! The catalog on Glue.

mod convert;

use aws_sdk_glue::{
    Client,
    types::{BatchUpdatePartitionRequestEntry, ErrorDetail, PartitionValueList},
};
use domain::{
    DatasetName,
    port::{Catalog, CatalogError, CatalogPartition, ItemError, Table, Upsert},
};

use crate::{Outlook, failure::Failure};

/// Glue's limits of one call.
const WRITE_BATCH: usize = 100;
const DELETE_BATCH: usize = 25;

/// One Glue database.
#[derive(Debug, Clone)]
pub struct GlueCatalog {
    client: Client,
    database: String,
    bucket: String,
}

impl GlueCatalog {
    /// Locations in `bucket` are given as key prefixes.
    pub(crate) fn new(client: Client, database: String, bucket: String) -> Self {
        Self { client, database, bucket }
    }
}

impl Catalog for GlueCatalog {
    async fn table(&self, name: &DatasetName) -> Result<Option<Table>, CatalogError> {
        let call = self.client.get_table().database_name(&self.database).name(name.as_str());
        match call.send().await.map_err(|error| catalog_error(table_of(name), error.into())) {
            Ok(answer) => {
                let table = answer.table.ok_or_else(|| unreadable(table_of(name)))?;
                Ok(convert::table(table, &self.bucket))
            }
            // A missing database is a mistake of the deployment, not a table to be created.
            Err(CatalogError::NotFound { .. }) if self.database_exists().await? => Ok(None),
            Err(other) => Err(other),
        }
    }

    async fn tables(&self) -> Result<Vec<Table>, CatalogError> {
        let mut pages = self.client.get_tables().database_name(&self.database).into_paginator().send();
        let mut tables = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| catalog_error("tables".to_owned(), error.into()))?;
            let found = page.table_list.unwrap_or_default().into_iter();
            tables.extend(found.filter_map(|table| convert::table(table, &self.bucket)));
        }
        tables.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(tables)
    }

    async fn create_table(&self, table: &Table) -> Result<(), CatalogError> {
        let input = convert::table_input(table, &self.bucket)?;
        let call = self.client.create_table().database_name(&self.database).table_input(input);
        let answer = call.send().await;
        answer.map(|_| ()).map_err(|error| catalog_error(table_of(&table.name), error.into()))
    }

    async fn update_table(&self, table: &Table) -> Result<(), CatalogError> {
        let input = convert::table_input(table, &self.bucket)?;
        let call = self.client.update_table().database_name(&self.database).table_input(input);
        // Old versions of a projection are of no use, and Glue counts them against a quota.
        let call = call.set_version_id(table.version.clone()).skip_archive(true);
        let answer = call.send().await;
        answer.map(|_| ()).map_err(|error| catalog_error(table_of(&table.name), error.into()))
    }

    async fn delete_table(&self, name: &DatasetName) -> Result<(), CatalogError> {
        let call = self.client.delete_table().database_name(&self.database).name(name.as_str());
        match call.send().await.map_err(|error| catalog_error(table_of(name), error.into())) {
            Ok(_) => Ok(()),
            // A missing database is a mistake of the deployment.
            Err(missing @ CatalogError::NotFound { .. }) => {
                self.database_exists().await?;
                Err(missing)
            }
            Err(other) => Err(other),
        }
    }

    async fn partition(
        &self,
        table: &DatasetName,
        values: &[String],
    ) -> Result<Option<CatalogPartition>, CatalogError> {
        let call = self.client.get_partition().database_name(&self.database).table_name(table.as_str());
        let answer = call.set_partition_values(Some(values.to_vec())).send().await;
        match answer.map_err(|error| catalog_error(partition_of(values), error.into())) {
            Ok(answer) => {
                let partition = answer.partition.ok_or_else(|| unreadable(partition_of(values)))?;
                Ok(Some(convert::partition(partition, &self.bucket)))
            }
            // Glue says EntityNotFound for a missing partition and for a missing table alike.
            Err(CatalogError::NotFound { .. }) => match self.table(table).await? {
                Some(_) => Ok(None),
                None => Err(CatalogError::NotFound { what: table_of(table) }),
            },
            Err(other) => Err(other),
        }
    }

    async fn partitions(&self, table: &DatasetName) -> Result<Vec<CatalogPartition>, CatalogError> {
        let call = self.client.get_partitions().database_name(&self.database).table_name(table.as_str());
        let mut pages = call.exclude_column_schema(true).into_paginator().send();
        let mut partitions = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| catalog_error(table_of(table), error.into()))?;
            let found = page.partitions.unwrap_or_default().into_iter();
            partitions.extend(found.map(|partition| convert::partition(partition, &self.bucket)));
        }
        // Where a catalog sends columns all the same, they are not what was asked for.
        partitions.iter_mut().for_each(|partition| partition.columns.clear());
        Ok(partitions)
    }

    async fn write_partitions(
        &self,
        table: &DatasetName,
        mode: Upsert,
        partitions: &[CatalogPartition],
    ) -> Result<Vec<ItemError>, CatalogError> {
        let mut errors = Vec::new();
        for batch in partitions.chunks(WRITE_BATCH) {
            errors.extend(match mode {
                Upsert::Create => self.create(table, batch).await?,
                Upsert::Replace => self.replace(table, batch).await?,
            });
        }
        Ok(errors)
    }

    async fn delete_partitions(
        &self,
        table: &DatasetName,
        values: &[Vec<String>],
    ) -> Result<Vec<ItemError>, CatalogError> {
        let mut errors = Vec::new();
        for batch in values.chunks(DELETE_BATCH) {
            let mut lists = Vec::with_capacity(batch.len());
            for values in batch {
                let list = PartitionValueList::builder().set_values(Some(values.clone())).build();
                lists.push(list.map_err(|error| convert::failed(partition_of(values), error.into()))?);
            }
            let call = self.client.batch_delete_partition().database_name(&self.database);
            let call = call.table_name(table.as_str()).set_partitions_to_delete(Some(lists));
            let answer = call.send().await.map_err(|error| catalog_error(table_of(table), error.into()))?;
            let items = answer.errors.unwrap_or_default().into_iter();
            errors.extend(items.map(|item| item_error(item.partition_values, item.error_detail)));
        }
        Ok(errors)
    }
}

impl GlueCatalog {
    async fn database_exists(&self) -> Result<bool, CatalogError> {
        let call = self.client.get_database().name(&self.database).send();
        let what = format!("database {}", self.database);
        call.await.map(|_| true).map_err(|error| catalog_error(what, error.into()))
    }

    async fn create(
        &self,
        table: &DatasetName,
        batch: &[CatalogPartition],
    ) -> Result<Vec<ItemError>, CatalogError> {
        let call = self.client.batch_create_partition().database_name(&self.database);
        let inputs =
            batch.iter().map(|p| convert::partition_input(p, &self.bucket)).collect::<Result<_, _>>()?;
        let call = call.table_name(table.as_str()).set_partition_input_list(Some(inputs));
        let answer = call.send().await.map_err(|error| catalog_error(table_of(table), error.into()))?;
        let items = answer.errors.unwrap_or_default().into_iter();
        Ok(items.map(|item| item_error(item.partition_values, item.error_detail)).collect())
    }

    async fn replace(
        &self,
        table: &DatasetName,
        batch: &[CatalogPartition],
    ) -> Result<Vec<ItemError>, CatalogError> {
        let mut entries = Vec::with_capacity(batch.len());
        for partition in batch {
            let entry = BatchUpdatePartitionRequestEntry::builder()
                .set_partition_value_list(Some(partition.values.clone()))
                .partition_input(convert::partition_input(partition, &self.bucket)?)
                .build();
            entries
                .push(entry.map_err(|error| convert::failed(partition_of(&partition.values), error.into()))?);
        }
        let call = self.client.batch_update_partition().database_name(&self.database);
        let call = call.table_name(table.as_str()).set_entries(Some(entries));
        let answer = call.send().await.map_err(|error| catalog_error(table_of(table), error.into()))?;
        let items = answer.errors.unwrap_or_default().into_iter();
        Ok(items.map(|item| item_error(item.partition_value_list, item.error_detail)).collect())
    }
}

fn table_of(name: &DatasetName) -> String {
    format!("table {name}")
}

fn partition_of(values: &[String]) -> String {
    format!("partition {}", values.join("/"))
}

fn item_error(values: Option<Vec<String>>, detail: Option<ErrorDetail>) -> ItemError {
    let values = values.unwrap_or_default();
    let code = detail.as_ref().and_then(ErrorDetail::error_code).unwrap_or_default().to_owned();
    let message = detail.as_ref().and_then(ErrorDetail::error_message).unwrap_or_default();
    let source = format!("{code}: {message}").into();
    let may_pass = Outlook::of_code(&code).is_some();
    ItemError { error: by_code(partition_of(&values), &code, may_pass, source), values }
}

fn catalog_error(what: String, failure: Failure) -> CatalogError {
    by_code(what, &failure.code, failure.outlook.may_pass(), failure.source)
}

/// An answer without what Glue always answers is half of one, or not Glue's: it says nothing about the catalog.
fn unreadable(what: String) -> CatalogError {
    CatalogError::Unavailable { what, source: "Glue answered without it".into() }
}

fn by_code(what: String, code: &str, may_pass: bool, source: domain::port::Source) -> CatalogError {
    match code {
        "EntityNotFoundException" => CatalogError::NotFound { what },
        "AlreadyExistsException" => CatalogError::AlreadyExists { what },
        "ConcurrentModificationException" | "VersionMismatchException" => CatalogError::Conflict { what },
        _ if may_pass => CatalogError::Unavailable { what, source },
        _ => CatalogError::Failed { what, source },
    }
}
