//! Batch calls: each item succeeds or fails by itself, and the failures are in the answer.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::glue::{
    error::GlueError,
    store::{GlueStore, no_database},
    writer::{TableWriter, values},
};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Create {
    database_name: String,
    table_name: String,
    partition_input_list: Vec<Map<String, Value>>,
}

/// A call that fails as a whole has made nothing: its caller does not learn which partitions there would be.
pub(super) fn create(store: &GlueStore, input: Create) -> Result<Value, GlueError> {
    store.change_table(&input.database_name, &input.table_name, |writer| {
        let mut made = Vec::new();
        let created = create_each(writer, input.partition_input_list, &mut made);
        if created.is_err() {
            for partition in &made {
                if let Err(error) = writer.delete_partition(partition) {
                    tracing::error!(error = domain::chain(&error), "a partition of a call that failed stays");
                }
            }
        }
        created
    })
}

fn create_each(
    writer: &mut TableWriter<'_>,
    inputs: Vec<Map<String, Value>>,
    made: &mut Vec<Vec<String>>,
) -> Result<Value, GlueError> {
    let mut errors = Vec::new();
    for partition in inputs {
        let named = values(&partition)?;
        match writer.create_partition(partition) {
            Ok(()) => made.push(named),
            Err(error) => errors.push(json!({"PartitionValues": named, "ErrorDetail": detail(error)?})),
        }
    }
    Ok(json!({"Errors": errors}))
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

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeleteTables {
    database_name: String,
    tables_to_delete: Vec<String>,
}

pub(super) fn delete_tables(store: &GlueStore, input: &DeleteTables) -> Result<Value, GlueError> {
    if !store.databases().contains_key(&input.database_name.to_lowercase()) {
        return Err(no_database(&input.database_name));
    }
    let mut errors = Vec::new();
    for name in &input.tables_to_delete {
        if let Err(error) = store.delete_table(&input.database_name, name) {
            errors.push(json!({"TableName": name, "ErrorDetail": detail(error)?}));
        }
    }
    Ok(json!({"Errors": errors}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeleteVersions {
    database_name: String,
    table_name: String,
    version_ids: Vec<String>,
}

pub(super) fn delete_versions(store: &GlueStore, input: &DeleteVersions) -> Result<Value, GlueError> {
    store.change_table(&input.database_name, &input.table_name, |writer| {
        let mut errors = Vec::new();
        for version in &input.version_ids {
            if let Err(error) = writer.delete_version(version) {
                let detail = detail(error)?;
                errors.push(
                    json!({"TableName": input.table_name, "VersionId": version, "ErrorDetail": detail}),
                );
            }
        }
        Ok(json!({"Errors": errors}))
    })
}

/// An item's failure as a part of the answer; one of the disk ends the call.
fn detail(error: GlueError) -> Result<Value, GlueError> {
    match error {
        GlueError::Io(_) => Err(error),
        error => Ok(json!({"ErrorCode": error.code(), "ErrorMessage": error.to_string()})),
    }
}

#[cfg(test)]
mod tests {
    use std::{path::Path, sync::Arc};

    use super::*;
    use crate::{env::Env, glue::disk};

    fn open(data: &Path) -> GlueStore {
        let env = Env::new(Arc::new(aws::SystemClock), Arc::new(aws::RandomIds));
        GlueStore::open(data, "000000000000".to_owned(), env).unwrap()
    }

    fn listed(store: &GlueStore) -> Vec<String> {
        let partitions =
            store.with_table("lake", "t", |table| Ok(table.partitions.keys().flatten().cloned().collect()));
        partitions.unwrap()
    }

    /// A directory where the file of a partition would be stands for a disk that is full.
    #[test]
    fn a_creation_that_the_disk_ends_leaves_nothing() {
        for broken in 0..3 {
            let data = tempfile::tempdir().unwrap();
            let store = open(data.path());
            let input = |value: Value| value.as_object().unwrap().clone();
            store.create_database(input(json!({"Name": "lake"}))).unwrap();
            let keys = json!([{"Name": "day", "Type": "string"}]);
            store.create_table("lake", input(json!({"Name": "t", "PartitionKeys": keys}))).unwrap();
            let create = |days: &[&str]| Create {
                database_name: "lake".to_owned(),
                table_name: "t".to_owned(),
                partition_input_list: days.iter().map(|day| input(json!({"Values": [day]}))).collect(),
            };
            super::create(&store, create(&["there"])).unwrap();
            let days = ["a", "b", "c"];
            let directory = disk::table(&data.path().join("glue"), "lake", "t");
            let in_the_way = disk::partition(&directory, &[days[broken].to_owned()]);
            std::fs::create_dir_all(&in_the_way).unwrap();
            let failed = super::create(&store, create(&["there", "a", "b", "c"])).unwrap_err();
            assert!(matches!(failed, GlueError::Io(_)), "{failed}");
            std::fs::remove_dir(&in_the_way).unwrap();
            for store in [&store, &open(data.path())] {
                assert_eq!(listed(store), ["there"], "{broken}");
            }
            let answer = super::create(&store, create(&["there", "a", "b", "c"])).unwrap();
            assert_eq!(answer["Errors"].as_array().unwrap().len(), 1, "{answer}");
            assert_eq!(listed(&store), ["a", "b", "c", "there"]);
        }
    }
}
