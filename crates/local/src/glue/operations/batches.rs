//! Batch calls: each item succeeds or fails by itself, and the failures are in the answer.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::glue::{error::GlueError, store::GlueStore, writer::values};

const MAX_CREATE: usize = 100;
const MAX_UPDATE: usize = 100;
const MAX_GET: usize = 1_000;
const MAX_DELETE: usize = 25;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Create {
    database_name: String,
    table_name: String,
    partition_input_list: Vec<Map<String, Value>>,
}

pub(super) fn create(store: &GlueStore, input: Create) -> Result<Value, GlueError> {
    bound("PartitionInputList", input.partition_input_list.len(), MAX_CREATE)?;
    store.change_table(&input.database_name, &input.table_name, |writer| {
        let mut errors = Vec::new();
        for partition in input.partition_input_list {
            let named = values(&partition)?;
            if let Err(error) = writer.create_partition(partition) {
                errors.push(json!({"PartitionValues": named, "ErrorDetail": detail(error)?}));
            }
        }
        Ok(json!({"Errors": errors}))
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Update {
    database_name: String,
    table_name: String,
    entries: Vec<UpdateEntry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UpdateEntry {
    partition_value_list: Vec<String>,
    partition_input: Map<String, Value>,
}

pub(super) fn update(store: &GlueStore, input: Update) -> Result<Value, GlueError> {
    bound("Entries", input.entries.len(), MAX_UPDATE)?;
    if input.entries.is_empty() {
        return Err(GlueError::invalid("Entries must have at least one entry"));
    }
    store.change_table(&input.database_name, &input.table_name, |writer| {
        let mut errors = Vec::new();
        for UpdateEntry { partition_value_list, partition_input } in input.entries {
            if let Err(error) = writer.update_partition(&partition_value_list, partition_input) {
                errors
                    .push(json!({"PartitionValueList": partition_value_list, "ErrorDetail": detail(error)?}));
            }
        }
        Ok(json!({"Errors": errors}))
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PartitionValues {
    values: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Get {
    database_name: String,
    table_name: String,
    partitions_to_get: Vec<PartitionValues>,
}

/// Partitions that do not exist are just not in the answer, as with Glue.
pub(super) fn get(store: &GlueStore, input: &Get) -> Result<Value, GlueError> {
    bound("PartitionsToGet", input.partitions_to_get.len(), MAX_GET)?;
    store.with_table(&input.database_name, &input.table_name, |table| {
        let mut found = Vec::new();
        for wanted in &input.partitions_to_get {
            table.check_values(&wanted.values)?;
            found.extend(table.partitions.get(&wanted.values));
        }
        Ok(json!({"Partitions": found, "UnprocessedKeys": []}))
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Delete {
    database_name: String,
    table_name: String,
    partitions_to_delete: Vec<PartitionValues>,
}

pub(super) fn delete(store: &GlueStore, input: &Delete) -> Result<Value, GlueError> {
    bound("PartitionsToDelete", input.partitions_to_delete.len(), MAX_DELETE)?;
    store.change_table(&input.database_name, &input.table_name, |writer| {
        let mut errors = Vec::new();
        for PartitionValues { values } in &input.partitions_to_delete {
            let deleted = writer.table.check_values(values).and_then(|()| writer.delete_partition(values));
            if let Err(error) = deleted {
                errors.push(json!({"PartitionValues": values, "ErrorDetail": detail(error)?}));
            }
        }
        Ok(json!({"Errors": errors}))
    })
}

fn bound(list: &str, found: usize, most: usize) -> Result<(), GlueError> {
    if found <= most {
        return Ok(());
    }
    Err(GlueError::Invalid(format!("{list} has {found} items: the most are {most}")))
}

/// An item's failure as a part of the answer; one of the disk ends the call.
fn detail(error: GlueError) -> Result<Value, GlueError> {
    match error {
        GlueError::Io(_) => Err(error),
        error => Ok(json!({"ErrorCode": error.code(), "ErrorMessage": error.to_string()})),
    }
}
