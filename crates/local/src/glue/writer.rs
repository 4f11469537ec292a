//! Changing one table's partitions: the file first, then what is in memory.

use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::{disk, error::GlueError, table::Table};
use crate::env::Env;

/// What changes one table, under the lock, with where its files are.
pub(super) struct TableWriter<'a> {
    pub(super) table: &'a mut Table,
    pub(super) database_name: &'a str,
    pub(super) table_name: &'a str,
    pub(super) directory: PathBuf,
    pub(super) account: &'a str,
    pub(super) env: &'a Env,
}

impl TableWriter<'_> {
    pub(super) fn create_partition(&mut self, input: Map<String, Value>) -> Result<(), GlueError> {
        let values = values(&input)?;
        self.table.check_values(&values)?;
        if self.table.partitions.contains_key(&values) {
            return Err(GlueError::AlreadyExists(format!("Partition already exists: {values:?}")));
        }
        let created = json!(self.env.epoch_seconds());
        self.write(values, input, created)
    }

    /// Replaces the partition `old`; the input may give it other values.
    pub(super) fn update_partition(
        &mut self,
        old: &[String],
        mut input: Map<String, Value>,
    ) -> Result<(), GlueError> {
        self.table.check_values(old)?;
        let Some(current) = self.table.partitions.get(old) else {
            return Err(no_partition(old));
        };
        let created = current["CreationTime"].clone();
        let values = match input.get("Values") {
            Some(_) => values(&input)?,
            None => old.to_vec(),
        };
        self.table.check_values(&values)?;
        input.insert("Values".into(), json!(values));
        let moves = values != old;
        if moves && self.table.partitions.contains_key(&values) {
            return Err(GlueError::AlreadyExists(format!("Partition already exists: {values:?}")));
        }
        self.write(values, input, created)?;
        if moves { self.delete_partition(old) } else { Ok(()) }
    }

    pub(super) fn delete_partition(&mut self, values: &[String]) -> Result<(), GlueError> {
        if !self.table.partitions.contains_key(values) {
            return Err(no_partition(values));
        }
        std::fs::remove_file(disk::partition(&self.directory, values))?;
        self.table.partitions.remove(values);
        Ok(())
    }

    /// Deletes an archived version; the current one is the table itself.
    pub(super) fn delete_version(&mut self, version: &str) -> Result<(), GlueError> {
        let number: u64 = version.parse().map_err(|_| not_a_version(version))?;
        if number == self.table.version() {
            return Err(GlueError::Invalid(format!(
                "version {version} of {} is the current one: it cannot be deleted",
                self.table_name
            )));
        }
        if !self.table.archived.contains_key(&number) {
            return Err(no_version(version));
        }
        std::fs::remove_file(disk::version(&self.directory, number))?;
        self.table.archived.remove(&number);
        Ok(())
    }

    fn write(
        &mut self,
        values: Vec<String>,
        mut input: Map<String, Value>,
        created: Value,
    ) -> Result<(), GlueError> {
        for (field, value) in [
            ("DatabaseName", json!(self.database_name)),
            ("TableName", json!(self.table_name)),
            ("CreationTime", created),
            ("CatalogId", json!(self.account)),
        ] {
            input.insert(field.into(), value);
        }
        let body = Value::Object(input);
        disk::write(&disk::partition(&self.directory, &values), &body)?;
        self.table.partitions.insert(values, body);
        Ok(())
    }
}

/// The values in a partition input.
pub(super) fn values(input: &Map<String, Value>) -> Result<Vec<String>, GlueError> {
    let wrong = || GlueError::invalid("PartitionInput.Values must be a list of strings");
    let list = input.get("Values").and_then(Value::as_array).ok_or_else(wrong)?;
    list.iter().map(|value| value.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
}

pub(super) fn no_partition(values: &[String]) -> GlueError {
    GlueError::NotFound(format!("Cannot find partition. Values: {values:?}"))
}

pub(super) fn no_version(version: &str) -> GlueError {
    GlueError::NotFound(format!("Version {version} not found."))
}

pub(super) fn not_a_version(version: &str) -> GlueError {
    GlueError::Invalid(format!("VersionId must be a whole number, found {version:?}"))
}
