//! One table in memory.

use std::collections::BTreeMap;

use serde_json::Value;

use super::error::GlueError;

#[derive(Debug)]
pub(super) struct Table {
    /// As `GetTable` answers it.
    pub(super) body: Value,
    /// As `GetPartition` answers them, by their values.
    pub(super) partitions: BTreeMap<Vec<String>, Value>,
    /// The versions before the current one that updates archived.
    pub(super) archived: BTreeMap<u64, Value>,
}

impl Table {
    pub(super) fn version(&self) -> u64 {
        version_of(&self.body)
    }

    pub(super) fn check_values(&self, values: &[String]) -> Result<(), GlueError> {
        let keys = self.body["PartitionKeys"].as_array().map_or(0, Vec::len);
        if values.len() == keys {
            return Ok(());
        }
        Err(GlueError::Invalid(format!(
            "the number of partition values ({}) does not match the number of partition keys ({keys})",
            values.len()
        )))
    }
}

/// The version that a table's definition has; 0 without one.
pub(super) fn version_of(body: &Value) -> u64 {
    body["VersionId"].as_str().and_then(|version| version.parse().ok()).unwrap_or(0)
}
