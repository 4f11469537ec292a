//! Every object key of the bucket, built and parsed in this one module.
//!
//! A key holds nothing that a sender wrote: only validated names, partitions, numbers and hashes.

mod quarantine;
mod results;

use std::fmt;

use crate::{
    batch::BatchName,
    generation::{Generation, WriterId, digits},
    key_id::KeyId,
    name::{DatasetName, QueryName},
    partition::Partition,
};

pub use quarantine::{QuarantineKey, quarantine, quarantine_day_prefix, quarantine_prefix};
pub use results::{ExecutionName, query_record, rendered};

/// Definitions as somebody asked for them.
pub const DATASETS: &str = "datasets/";
/// Definitions as accepted.
pub const SCHEMAS: &str = "schemas/";
/// Accepted events, not yet compacted.
pub const LANDING: &str = "landing/";
/// Rejected events, with the reason.
pub const QUARANTINE: &str = "quarantine/";
/// The commit log.
pub const COMMITS: &str = "commits/";
/// Parquet generations.
pub const TABLES: &str = "tables/";
/// Since when generations have been garbage.
pub const VACUUM: &str = "vacuum/";
/// Named queries.
pub const QUERIES: &str = "queries/";
/// The API keys, hashed.
pub const ACCESS_KEYS: &str = "access/keys.json";
/// What keys with a budget, or a bound on their queries, have used.
pub const ACCESS_USAGE: &str = "access/usage/";
/// What Athena writes, and what the API keeps beside it. Expires.
pub const RESULTS: &str = "results/";

const BATCH_SUFFIX: &str = ".ndjson.zst";
const UNROUTED: &str = "_unrouted";

/// The request for a dataset.
pub fn definition(dataset: &DatasetName) -> String {
    format!("{DATASETS}{dataset}.json")
}

/// One accepted version of a dataset's definition. Versions count from 1.
pub fn schema(dataset: &DatasetName, version: u32) -> String {
    format!("{SCHEMAS}{dataset}/{version:06}.json")
}

/// What is noted of a dataset that was dropped. No version is called so.
pub fn dropped(dataset: &DatasetName) -> String {
    format!("{SCHEMAS}{dataset}/dropped.json")
}

/// Which dataset a key says was dropped: the inverse of [`dropped`].
pub fn dropped_of(key: &str) -> Option<DatasetName> {
    DatasetName::new(key.strip_prefix(SCHEMAS)?.strip_suffix("/dropped.json")?).ok()
}

/// A named query.
pub fn named_query(name: &QueryName) -> String {
    format!("{QUERIES}{name}.json")
}

/// Which named query a key is: the inverse of [`named_query`].
pub fn named_query_of(key: &str) -> Option<QueryName> {
    QueryName::new(key.strip_prefix(QUERIES)?.strip_suffix(".json")?).ok()
}

/// What one key has used.
pub fn usage(key: &KeyId) -> String {
    format!("{ACCESS_USAGE}{key}.json")
}

/// One of the counts of the queries that run for all callers together. No key's id begins with `_`.
pub fn running(shard: u32) -> String {
    format!("{ACCESS_USAGE}_running-{shard:03}.json")
}

/// Where a partition's accepted events land.
pub fn landing_prefix(dataset: &DatasetName, partition: &Partition) -> String {
    format!("{LANDING}{dataset}/{partition}/")
}

/// One landing batch.
pub fn landing(dataset: &DatasetName, partition: &Partition, batch: &BatchName) -> String {
    let partition = partition.to_string();
    [LANDING, dataset.as_str(), "/", &partition, "/", batch.as_str(), BATCH_SUFFIX].concat()
}

/// A partition's commit log.
pub fn commits_prefix(dataset: &DatasetName, partition: &Partition) -> String {
    format!("{COMMITS}{dataset}/{partition}/")
}

/// One commit.
pub fn commit(dataset: &DatasetName, partition: &Partition, generation: Generation) -> String {
    format!("{}{generation}.json", commits_prefix(dataset, partition))
}

/// A table's root: what Glue has as the table's location.
pub fn table_prefix(dataset: &DatasetName) -> String {
    format!("{TABLES}{dataset}/")
}

/// Where the directories of a partition's generations are.
pub fn partition_prefix(dataset: &DatasetName, partition: &Partition) -> String {
    format!("{}{partition}/", table_prefix(dataset))
}

/// What is noted of a partition's garbage.
pub fn vacuum(dataset: &DatasetName, partition: &Partition) -> String {
    format!("{VACUUM}{dataset}/{partition}.json")
}

/// Whose notes a key is: the inverse of [`vacuum`].
pub fn vacuum_of(key: &str) -> Option<(DatasetName, Partition)> {
    let (dataset, partition) = key.strip_prefix(VACUUM)?.strip_suffix(".json")?.split_once('/')?;
    Some((DatasetName::new(dataset).ok()?, partition.parse().ok()?))
}

/// The directory of one generation by one writer: what Glue has as a partition's location.
pub fn generation_prefix(
    dataset: &DatasetName,
    partition: &Partition,
    generation: Generation,
    writer: &WriterId,
) -> String {
    format!("{}g{generation}-{writer}/", partition_prefix(dataset, partition))
}

/// Whose directory a key below `tables/` is in, or is: the inverse of [`generation_prefix`]. `None` for what is in no
/// generation's directory.
pub fn generation_of(key: &str) -> Option<(DatasetName, Partition, Generation, WriterId)> {
    let (dataset, rest) = key.strip_prefix(TABLES)?.split_once('/')?;
    let (directory, _) = rest.rsplit_once('/')?;
    let (partition, name) = directory.rsplit_once('/')?;
    let (generation, writer) = name.strip_prefix('g')?.split_once('-')?;
    Some((
        DatasetName::new(dataset).ok()?,
        partition.parse().ok()?,
        Generation::parse(generation)?,
        WriterId::new(writer).ok()?,
    ))
}

/// One data file of a generation.
pub fn data_file(generation_prefix: &str, part: u32) -> String {
    format!("{generation_prefix}part-{part:05}.parquet")
}

/// Sorted rows on their way into the data files of a generation, gone before its commit. Engines skip names that begin
/// with an underscore.
pub fn run_file(generation_prefix: &str, run: u32) -> String {
    format!("{generation_prefix}_run-{run:05}.parquet")
}

/// What a key means: the inverse of the functions above, for notifications and listings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParsedKey {
    /// `datasets/<dataset>.json`
    Definition(DatasetName),
    /// `schemas/<dataset>/<version>.json`
    Schema(DatasetName, u32),
    /// `landing/<dataset>/<partition>/<batch>.ndjson.zst`
    Landing(DatasetName, Partition, BatchName),
    /// `commits/<dataset>/<partition>/<generation>.json`
    Commit(DatasetName, Partition, Generation),
}

/// The key is none that triggers or is listed: somebody else's object, or a damaged one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "object key {0:?} is none of datasets/, schemas/, landing/, quarantine/ or commits/ in the form this lake writes"
)]
pub struct UnknownKey(pub String);

impl ParsedKey {
    /// Reads a decoded key. (Keys in S3 notifications are URL-encoded: decode them first.)
    pub fn parse(key: &str) -> Result<Self, UnknownKey> {
        Self::try_parse(key).ok_or_else(|| UnknownKey(key.to_owned()))
    }

    fn try_parse(key: &str) -> Option<Self> {
        if let Some(rest) = key.strip_prefix(DATASETS) {
            return Some(Self::Definition(DatasetName::new(rest.strip_suffix(".json")?).ok()?));
        }
        if let Some(rest) = key.strip_prefix(SCHEMAS) {
            let (dataset, file) = rest.split_once('/')?;
            let version = digits(file.strip_suffix(".json")?, 6)?;
            return Some(Self::Schema(DatasetName::new(dataset).ok()?, u32::try_from(version).ok()?));
        }
        if let Some(rest) = key.strip_prefix(LANDING) {
            let (dataset, partition, file) = split(rest)?;
            let batch = BatchName::parse(file.strip_suffix(BATCH_SUFFIX)?)?;
            return Some(Self::Landing(dataset, partition, batch));
        }
        let (dataset, partition, file) = split(key.strip_prefix(COMMITS)?)?;
        let generation = Generation::parse(file.strip_suffix(".json")?)?;
        Some(Self::Commit(dataset, partition, generation))
    }
}

/// `<dataset>/<partition>/<file>`, where the partition has one or two segments.
fn split(rest: &str) -> Option<(DatasetName, Partition, &str)> {
    let (dataset, rest) = rest.split_once('/')?;
    let (partition, file) = rest.rsplit_once('/')?;
    Some((DatasetName::new(dataset).ok()?, partition.parse().ok()?, file))
}

impl fmt::Display for ParsedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Self::Definition(dataset) => definition(dataset),
            Self::Schema(dataset, version) => schema(dataset, *version),
            Self::Landing(dataset, partition, batch) => landing(dataset, partition, batch),
            Self::Commit(dataset, partition, generation) => commit(dataset, partition, *generation),
        })
    }
}

#[cfg(test)]
mod tests;
