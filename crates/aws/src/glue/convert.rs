//! Glue's shapes and the domain's.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_glue::types::{
    Column, Partition, PartitionInput, SerDeInfo, StorageDescriptor, Table as GlueTable, TableInput,
};
use domain::{
    DatasetName,
    port::{CatalogError, CatalogPartition, PartitionKey, Source, Table, TableColumn, hive},
};

/// What Hive, and so Athena, needs to be told about Parquet.
const INPUT_FORMAT: &str = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat";
const OUTPUT_FORMAT: &str = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat";
const SERDE: &str = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe";

/// How Athena and the crawlers recognise a Parquet table. Not the lake's own parameters.
const FORMAT_PARAMETERS: [(&str, &str); 2] = [("classification", "parquet"), ("EXTERNAL", "TRUE")];

/// `None` for a table that no dataset can have made.
pub(super) fn table(table: GlueTable, bucket: &str) -> Option<Table> {
    let name = DatasetName::new(table.name).ok()?;
    let storage = table.storage_descriptor;
    let mut parameters: BTreeMap<_, _> = table.parameters.into_iter().flatten().collect();
    for (key, _) in FORMAT_PARAMETERS {
        parameters.remove(key);
    }
    let schema_version = hive::take_schema_version(&mut parameters);
    Some(Table {
        name,
        description: table.description,
        location: location(storage.as_ref(), bucket),
        columns: columns(storage.and_then(|storage| storage.columns)),
        partition_keys: table.partition_keys.unwrap_or_default().into_iter().map(key).collect(),
        schema_version,
        parameters,
        version: table.version_id,
    })
}

/// A key of which the catalog says no type is a text.
fn key(key: Column) -> PartitionKey {
    let Column { name, r#type: data_type, .. } = key;
    PartitionKey { name, data_type: data_type.unwrap_or_else(|| "string".to_owned()) }
}

pub(super) fn partition(partition: Partition, bucket: &str) -> CatalogPartition {
    let storage = partition.storage_descriptor;
    let (state, others) = hive::read_partition(partition.parameters.into_iter().flatten().collect());
    CatalogPartition {
        values: partition.values.unwrap_or_default(),
        location: location(storage.as_ref(), bucket),
        columns: columns(storage.and_then(|storage| storage.columns)),
        state,
        others,
    }
}

pub(super) fn table_input(table: &Table, bucket: &str) -> Result<TableInput, CatalogError> {
    let what = || super::table_of(&table.name);
    let keys = table.partition_keys.iter().map(|key| column(&key.name, &key.data_type, None, &what));
    let mut parameters = table.parameters.clone();
    hive::put_schema_version(&mut parameters, table.schema_version);
    let mut parameters: HashMap<String, String> = parameters.into_iter().collect();
    for (key, value) in FORMAT_PARAMETERS {
        parameters.insert(key.to_owned(), value.to_owned());
    }
    TableInput::builder()
        .name(table.name.as_str())
        .set_description(table.description.clone())
        .table_type("EXTERNAL_TABLE")
        .set_partition_keys(Some(keys.collect::<Result<_, _>>()?))
        .storage_descriptor(storage(&table.location, &table.columns, bucket, &what)?)
        .set_parameters(Some(parameters))
        .build()
        .map_err(|error| failed(what(), error.into()))
}

pub(super) fn partition_input(
    partition: &CatalogPartition,
    bucket: &str,
) -> Result<PartitionInput, CatalogError> {
    let what = || super::partition_of(&partition.values);
    Ok(PartitionInput::builder()
        .set_values(Some(partition.values.clone()))
        .storage_descriptor(storage(&partition.location, &partition.columns, bucket, &what)?)
        .set_parameters(Some(
            hive::write_partition(&partition.state, &partition.others).into_iter().collect(),
        ))
        .build())
}

pub(super) fn failed(what: String, source: Source) -> CatalogError {
    CatalogError::Failed { what, source }
}

fn storage(
    location: &str,
    columns: &[TableColumn],
    bucket: &str,
    what: &impl Fn() -> String,
) -> Result<StorageDescriptor, CatalogError> {
    let columns = columns.iter().map(|c| column(&c.name, &c.data_type, c.comment.as_deref(), what));
    let uri =
        if location.contains("://") { location.to_owned() } else { format!("s3://{bucket}/{location}") };
    Ok(StorageDescriptor::builder()
        .location(uri)
        .set_columns(Some(columns.collect::<Result<_, _>>()?))
        .input_format(INPUT_FORMAT)
        .output_format(OUTPUT_FORMAT)
        .serde_info(
            SerDeInfo::builder().serialization_library(SERDE).parameters("serialization.format", "1").build(),
        )
        .build())
}

fn column(
    name: &str,
    data_type: &str,
    comment: Option<&str>,
    what: &impl Fn() -> String,
) -> Result<Column, CatalogError> {
    let column = Column::builder().name(name).r#type(data_type).set_comment(comment.map(str::to_owned));
    column.build().map_err(|error| failed(what(), error.into()))
}

fn columns(columns: Option<Vec<Column>>) -> Vec<TableColumn> {
    let columns = columns.unwrap_or_default().into_iter();
    columns
        .map(|column| TableColumn {
            name: column.name,
            data_type: column.r#type.unwrap_or_default(),
            comment: column.comment,
        })
        .collect()
}

/// A location in the lake's bucket as a key prefix; any other one whole.
fn location(storage: Option<&StorageDescriptor>, bucket: &str) -> String {
    let uri = storage.and_then(StorageDescriptor::location).unwrap_or_default();
    let inside = uri.strip_prefix("s3://").and_then(|rest| rest.strip_prefix(bucket)?.strip_prefix('/'));
    inside.unwrap_or(uri).to_owned()
}
