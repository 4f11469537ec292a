//! The data files of a partition, held against its commits.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use domain::{Commit, DatasetName, Partition, key, port::ObjectMeta};

use super::difference::{Difference, Kind};
use crate::output::{bytes, counted};

/// A directory below a partition's, and what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Directory {
    pub(super) objects: u64,
    pub(super) bytes: u64,
    pub(super) newest: DateTime<Utc>,
}

/// What the head's directory has and has not. `log` has the numbers of the commits below the head.
pub(crate) fn compare(head: &Commit, log: &BTreeSet<u64>, objects: &[ObjectMeta]) -> Vec<Difference> {
    let of = |kind, what: String, key: &str| {
        Difference::of_partition(&head.dataset, &head.partition, kind, what).at(key)
    };
    let mut found: BTreeMap<&str, u64> = objects
        .iter()
        .filter(|object| object.key.strip_prefix(&head.location).is_some_and(is_read))
        .map(|object| (object.key.as_str(), object.size))
        .collect();
    let same_rows = same_rows(head, log);
    let lost = |kind, what: String, key: &str| Difference { same_rows, ..of(kind, what, key) };
    let mut differences = Vec::new();
    for file in &head.files {
        match found.remove(file.key.as_str()) {
            Some(size) if size == file.bytes => {}
            Some(size) => {
                let what =
                    format!("data file {} has {size} bytes, and the head says {}", file.key, file.bytes);
                differences.push(lost(Kind::FileChanged, what, &file.key));
            }
            None => {
                let what = format!("data file {} is gone, with {}", file.key, counted(file.rows, "row"));
                differences.push(lost(Kind::FileMissing, what, &file.key));
            }
        }
    }
    for key in found.into_keys() {
        let what =
            format!("{key} is beside the head's files, and the head does not name it: queries read it too");
        differences.push(of(Kind::FileUnknown, what, key));
    }
    differences
}

/// Whether an engine that lists the directory reads a file of this name.
fn is_read(name: &str) -> bool {
    !name.starts_with(['_', '.'])
}

/// The generation before the head, where that has exactly its rows: a rollback to it is allowed.
fn same_rows(head: &Commit, log: &BTreeSet<u64>) -> Option<u64> {
    let before = head.generation.number().checked_sub(1)?;
    (head.kind.keeps_rows() && log.contains(&before)).then_some(before)
}

/// The generations' directories below a partition, by their prefixes.
pub(super) fn directories(objects: &[ObjectMeta]) -> BTreeMap<String, Directory> {
    let mut directories: BTreeMap<String, Directory> = BTreeMap::new();
    for object in objects {
        let Some((dataset, partition, generation, writer)) = key::generation_of(&object.key) else {
            continue;
        };
        let prefix = key::generation_prefix(&dataset, &partition, generation, &writer);
        let new = Directory { objects: 0, bytes: 0, newest: object.last_modified };
        let directory = directories.entry(prefix).or_insert(new);
        directory.objects += 1;
        directory.bytes += object.size;
        directory.newest = directory.newest.max(object.last_modified);
    }
    directories
}

/// A directory that no commit names.
pub(super) fn leftover(
    dataset: &DatasetName,
    partition: &Partition,
    (prefix, directory): (String, Directory),
) -> Difference {
    let what = format!(
        "{prefix} was never committed and is older than the retention: {}, {}",
        counted(directory.objects, "object"),
        bytes(directory.bytes)
    );
    Difference::of_partition(dataset, partition, Kind::Leftover, what).at(prefix)
}
