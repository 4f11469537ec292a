use std::sync::Arc;

use datafusion::{
    common::ScalarValue,
    datasource::{listing::PartitionedFile, physical_plan::FileGroup},
};
use domain::port::{self, CatalogPartition, ObjectMeta, Table};
use futures::{StreamExt, TryStreamExt};

use crate::{
    error::{EngineError, Failure},
    failure::from_store,
    keys::{self, Partition},
    store::LakeStore,
};

/// How many partitions are listed at once.
const CONCURRENT_LISTINGS: usize = 16;

/// The partitions of a table as the catalog had them when the query began, each with a value of each key's type. A table
/// without keys is its own only partition.
pub(crate) fn checked(
    table: &Table,
    partitions: Vec<CatalogPartition>,
) -> Result<Vec<Partition>, EngineError> {
    if table.partition_keys.is_empty() {
        let entry = CatalogPartition::by_hand(Vec::new(), table.location.clone());
        return Ok(vec![Partition { values: Vec::new(), entry }]);
    }
    if let Some(odd) = partitions.iter().find(|one| one.values.len() != table.partition_keys.len()) {
        let keys: Vec<&str> = table.partition_keys.iter().map(|key| key.name.as_str()).collect();
        return Err(EngineError::failed(
            "HIVE_INVALID_METADATA",
            format!("{} has not one value for each of {keys:?}", name(table, odd)),
        ));
    }
    let types = keys::types(table)?;
    let read = |entry: CatalogPartition| {
        Ok::<_, EngineError>(Partition { values: keys::values(table, &types, &entry)?, entry })
    };
    partitions.into_iter().map(read).collect()
}

fn name(table: &Table, partition: &CatalogPartition) -> String {
    let pairs = table.partition_keys.iter().zip(&partition.values);
    let pairs: Vec<String> = pairs.map(|(key, value)| format!("{}={value}", key.name)).collect();
    format!("partition {} of table {}", pairs.join("/"), table.name)
}

/// The files of these partitions: all below their locations, and no others. With a `bucket`, they know their own paths.
pub(crate) async fn list<S: port::ObjectStore>(
    store: &LakeStore<S>,
    table: &Table,
    partitions: Vec<Partition>,
    bucket: Option<&str>,
) -> Result<Vec<PartitionedFile>, EngineError> {
    let listings = partitions.into_iter().map(|partition| list_one(store, table, partition, bucket));
    let files: Vec<Vec<PartitionedFile>> =
        futures::stream::iter(listings).buffered(CONCURRENT_LISTINGS).try_collect().await?;
    Ok(files.into_iter().flatten().collect())
}

async fn list_one<S: port::ObjectStore>(
    store: &LakeStore<S>,
    table: &Table,
    partition: Partition,
    bucket: Option<&str>,
) -> Result<Vec<PartitionedFile>, EngineError> {
    let prefix = prefix(table, &partition.entry)?;
    let objects = store.list_below(&prefix).await.map_err(from_store)?;
    let file = |object: &ObjectMeta| match store.note(object) {
        Some(meta) => {
            let path = bucket.map(|bucket| ScalarValue::Utf8(Some(format!("s3://{bucket}/{}", object.key))));
            let values = partition.values.iter().cloned().chain(path).collect();
            Ok(PartitionedFile::new_from_meta(meta).with_partition_values(values))
        }
        None => Err(EngineError::unsupported(format!("the object key {:?}", object.key))),
    };
    objects.iter().filter(|object| is_data(&prefix, &object.key)).map(file).collect()
}

fn prefix(table: &Table, partition: &CatalogPartition) -> Result<String, Failure> {
    let location = &partition.location;
    let reason = if location.contains("://") {
        "outside the lake's bucket"
    } else if location.trim_matches('/').is_empty() || location.starts_with('/') {
        "no directory of the lake"
    } else {
        let slash = if location.ends_with('/') { "" } else { "/" };
        return Ok(format!("{location}{slash}"));
    };
    let name = name(table, partition);
    Err(Failure::new("HIVE_INVALID_METADATA", format!("the location of {name} is {reason}: {location:?}")))
}

/// Athena skips files and directories whose names begin with `_` or `.`, and the marks some tools leave for
/// directories.
fn is_data(prefix: &str, key: &str) -> bool {
    let below = key.strip_prefix(prefix).unwrap_or(key);
    !below.is_empty() && !below.ends_with('/') && !below.split('/').any(|part| part.starts_with(['_', '.']))
}

/// The files dealt out to at most `streams` groups.
pub(crate) fn groups(files: Vec<PartitionedFile>, streams: usize) -> Vec<FileGroup> {
    let mut groups = vec![Vec::new(); streams.clamp(1, files.len().max(1))];
    let count = groups.len();
    for (index, file) in files.into_iter().enumerate() {
        if let Some(group) = groups.get_mut(index % count) {
            group.push(file);
        }
    }
    groups.into_iter().map(FileGroup::new).collect()
}

/// The table and the store that a scan needs, with the partitions as they were when the query began.
pub(crate) struct Snapshot<S> {
    pub(crate) table: Table,
    pub(crate) partitions: Vec<Partition>,
    pub(crate) store: Arc<LakeStore<S>>,
    /// For the column `$path`, where it is asked for.
    pub(crate) bucket: Option<String>,
}
