//! Files of tables that have partitions: which partition a row belongs to, where its file is, and what the catalog is told.

use std::collections::BTreeMap;

use domain::port::ResultColumn;
use serde_json::{Value, json};

use crate::athena::{
    ParquetCompression, PartitionValues, RunError, RunForm,
    commands::{
        Run, absent,
        catalog::{self, Catalog, items},
        failed, hive,
        parse::TableName,
        show,
    },
    execution::Output,
    request::s3_location,
    service::Inner,
    writer::{self, PartitionFile, Written},
};

use super::Files;

/// How Hive writes a value that is null.
const NULL: &str = "__HIVE_DEFAULT_PARTITION__";

/// Where the files of partitions go.
pub(super) struct Places<'a> {
    place: &'a Output,
    keys: &'a [String],
    /// The places of partitions that are there already.
    existing: BTreeMap<Vec<String>, Output>,
}

/// A partition that the catalog does not have yet.
pub(super) struct Made {
    values: Vec<String>,
    location: String,
}

impl<'a> Places<'a> {
    /// Below the place, in a directory for each partition.
    pub(super) fn to(place: &'a Output, keys: &'a [String]) -> Self {
        Self { place, keys, existing: BTreeMap::new() }
    }

    /// Partitions that are there get their rows where they are.
    pub(super) fn or_into(self, existing: BTreeMap<Vec<String>, Output>) -> Self {
        Self { existing, ..self }
    }

    fn place(&self, values: &[String]) -> Output {
        if let Some(place) = self.existing.get(values) {
            return place.clone();
        }
        let pairs = self.keys.iter().zip(values);
        let path: String =
            pairs.map(|(key, value)| format!("{}={}/", escaped(key), escaped(value))).collect();
        Output { bucket: self.place.bucket.clone(), key: format!("{}{path}", self.place.key) }
    }
}

impl Inner {
    /// Writes a query's rows to a file for each partition. The last columns are the keys. `check` sees the columns before
    /// anything is written.
    pub(super) async fn partitions(
        &self,
        run: &Run,
        sql: String,
        to: Places<'_>,
        compression: ParquetCompression,
        check: impl FnOnce(&[ResultColumn]) -> Result<(), RunError> + Send,
    ) -> Result<(Files, Vec<Made>), RunError> {
        let answer = self.rows(run, sql, RunForm::Partitions(compression, to.keys.len())).await?;
        check(&answer.columns)?;
        let place = |values: &PartitionValues| {
            let values = texts(values)?;
            let Output { bucket, key } = to.place(&values);
            let file = Output { bucket, key: format!("{key}{}-00000.parquet", run.id) };
            if self.store.can_hold(&file.bucket, &file.key) { Ok(file) } else { Err(no_place(&values)) }
        };
        let computed = || self.computed(&run.id);
        let files =
            writer::write_partitions(&self.store, &run.id, answer, self.limits.result_bytes, place, computed)
                .await?;
        let (rows, bytes) =
            files.iter().fold((0, 0), |(rows, bytes), file| (rows + file.rows, bytes + file.bytes));
        let mut made = Vec::new();
        let mut drafts = Vec::with_capacity(files.len());
        for PartitionFile { values, file, draft, .. } in files {
            let values = texts(&values)?;
            if !to.existing.contains_key(&values) {
                made.push(Made { location: location(&to.place(&values)), values });
            }
            drafts.push((file, draft));
        }
        let written = Written { rows, bytes, ..Written::changed(rows) };
        Ok((Files { written, drafts }, made))
    }

    /// Where the partitions of a table are, whose own place this is.
    pub(super) async fn existing(
        &self,
        catalog: &Catalog<'_>,
        name: &TableName,
        own: &Output,
    ) -> Result<BTreeMap<Vec<String>, Output>, RunError> {
        let request = json!({"DatabaseName": catalog.database(name), "TableName": name.table});
        let mut existing = BTreeMap::new();
        for partition in catalog.all("GetPartitions", request, "Partitions").await? {
            let values =
                items(&partition["Values"]).map(|value| value.as_str().unwrap_or_default().to_owned());
            let written = partition["StorageDescriptor"]["Location"].as_str().unwrap_or_default();
            let place = match s3_location(written) {
                Ok((bucket, key)) if bucket == own.bucket && key.starts_with(&own.key) => {
                    Output { bucket, key }
                }
                _ => self.place(catalog, written).await?,
            };
            existing.insert(values.collect(), place);
        }
        Ok(existing)
    }
}

/// Tells the catalog of partitions. One that somebody else has told it of meanwhile is no failure: it is in the same place. If
/// another one fails, none stays of those that this call made: they would have no files.
pub(super) async fn register(
    catalog: &Catalog<'_>,
    name: &TableName,
    storage: &Value,
    made: Vec<Made>,
) -> Result<(), RunError> {
    if made.is_empty() {
        return Ok(());
    }
    let mut new: Vec<Value> = made.iter().map(|made| json!(made.values)).collect();
    let inputs = made.into_iter().map(|Made { values, location }| {
        let mut storage = storage.clone();
        storage["Location"] = json!(location);
        json!({"Values": values, "StorageDescriptor": storage, "Parameters": {}})
    });
    let request = json!({
        "DatabaseName": catalog.database(name),
        "TableName": name.table,
        "PartitionInputList": inputs.collect::<Vec<_>>(),
    });
    let answer =
        catalog.call("BatchCreatePartition", request).await.map_err(|error| catalog::unread(&error))?;
    let code = |error: &&Value| error["ErrorDetail"]["ErrorCode"] != "AlreadyExistsException";
    let Some(error) = items(&answer["Errors"]).find(code) else { return Ok(()) };
    new.retain(|values| items(&answer["Errors"]).all(|error| error["PartitionValues"] != *values));
    take_back(catalog, name, &new).await;
    Err(failed(format!("FAILED: {}", error["ErrorDetail"])))
}

/// Deletes partitions that a statement has made, and that stay without files.
async fn take_back(catalog: &Catalog<'_>, name: &TableName, partitions: &[Value]) {
    // As many as Glue takes at once.
    for partitions in partitions.chunks(25) {
        let request = json!({
            "DatabaseName": catalog.database(name),
            "TableName": name.table,
            "PartitionsToDelete": partitions.iter().map(|values| json!({"Values": values})).collect::<Vec<_>>(),
        });
        let left = match catalog.call("BatchDeletePartition", request).await {
            Ok(answer) => items(&answer["Errors"]).next().map(Value::to_string),
            Err(error) => Some(error.message),
        };
        if let Some(error) = left {
            tracing::error!(error, table = name.table, "partitions of a statement that failed stay");
        }
    }
}

/// The keys of a table in the catalog, if rows can be written to its partitions.
pub(super) fn keys(table: &Value) -> Result<Vec<String>, RunError> {
    let key = |key: &Value| match key["Type"].as_str().unwrap_or_default() {
        of if engine::is_key_type(of) => Ok(catalog::name(key).to_owned()),
        other => Err(absent(&format!("INSERT INTO a table with a partition key of the type {other}"))),
    };
    show::keys(table).map(key).collect()
}

/// Whether the columns end with the keys, which are of types that the engine reads keys of.
pub(super) fn check_keys(columns: &[ResultColumn], keys: &[String]) -> Result<(), RunError> {
    if keys.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = columns.iter().map(|column| column.name.to_lowercase()).collect();
    let absent_keys: Vec<&str> = keys.iter().filter(|key| !names.contains(key)).map(String::as_str).collect();
    if !absent_keys.is_empty() {
        return Err(failed(format!(
            "INVALID_TABLE_PROPERTY: Partition columns not present in schema: [{}]",
            absent_keys.join(", ")
        )));
    }
    if keys.len() >= names.len() {
        return Err(failed("INVALID_TABLE_PROPERTY: Table contains only partition columns"));
    }
    if !names.ends_with(keys) {
        return Err(failed(format!(
            "HIVE_COLUMN_ORDER_MISMATCH: Partition keys must be the last columns in the table and in the same order as \
             the table properties: [{}]",
            keys.join(", ")
        )));
    }
    let mut last = columns.iter().skip(names.len() - keys.len());
    // A column of no type of Hive's is refused as any other column.
    let is_other = |column: &&ResultColumn| {
        hive::data_type(&column.data_type).is_some_and(|of| !engine::is_key_type(&of))
    };
    match last.find(is_other) {
        None => Ok(()),
        Some(ResultColumn { name, data_type }) => Err(absent(&format!(
            "the partition key {name} of the type {data_type} (write CAST({name} AS varchar) AS {name})"
        ))),
    }
}

/// The values as the catalog has them. Trino refuses what is not ASCII. Nobody measured what an empty text becomes.
fn texts(values: &PartitionValues) -> Result<Vec<String>, RunError> {
    let text = |value: &Option<String>| match value.as_deref() {
        None => Ok(NULL.to_owned()),
        Some("") => Err(absent("the empty text as the value of a partition key")),
        Some(NULL) => Err(absent(&format!("the text '{NULL}' as the value of a partition key"))),
        Some(text) if text.bytes().all(|byte| (0x20..=0x7e).contains(&byte)) => Ok(text.to_owned()),
        Some(text) => Err(failed(domain::bounded(format!(
            "HIVE_INVALID_PARTITION_VALUE: Hive partition keys can only contain printable ASCII characters \
             (0x20 - 0x7E). Invalid value: {text}"
        )))),
    };
    values.iter().map(text).collect()
}

fn no_place(values: &[String]) -> RunError {
    let values = values.join("', '");
    absent(&domain::bounded(format!("a partition with the values '{values}', whose path is too long,")))
}

/// A name or a value in a path, as Hive writes it (`FileUtils.escapePathName`).
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_control() || "\"#%'*/:=?\\{[]^".contains(c) {
            escaped.push_str(&format!("%{:02X}", u32::from(c)));
        } else {
            escaped.push(c);
        }
    }
    escaped
}

pub(super) fn location(place: &Output) -> String {
    format!("s3://{}/{}", place.bucket, place.key)
}

#[cfg(test)]
mod tests;
