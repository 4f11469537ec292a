//! What of a table differs from the commit logs, from two listings.

use std::collections::BTreeMap;

use domain::{Generation, Partition, port::CatalogPartition, schemas::Accepted};

use crate::entry::seems_current;

/// A partition whose head has to be read, and the catalog perhaps changed.
#[derive(Debug)]
pub(super) struct Differing {
    pub(super) partition: Partition,
    /// The head as it was listed.
    pub(super) head: Generation,
    /// What the catalog has, without its columns.
    pub(super) found: Option<CatalogPartition>,
}

#[derive(Debug)]
pub(super) struct Plan {
    /// In order of partition.
    pub(super) differing: Vec<Differing>,
    /// What the catalog has of which nothing is committed.
    pub(super) strays: Vec<CatalogPartition>,
    /// How many have commits that the dataset cannot have. A purge leaves such, and none with rows, where the dataset came
    /// back with other partitions. The catalog cannot take them.
    pub(super) others: usize,
}

pub(super) fn plan(
    accepted: &Accepted,
    heads: &BTreeMap<Partition, Generation>,
    found: Vec<CatalogPartition>,
) -> Plan {
    let (mut known, mut strays) = (BTreeMap::new(), Vec::new());
    for entry in found {
        match Partition::from_values(&entry.values) {
            Ok(partition) if heads.contains_key(&partition) => drop(known.insert(partition, entry)),
            _ => strays.push(entry),
        }
    }
    let (dataset, mut others) = (accepted.dataset.name(), 0);
    let differing = heads.iter().filter_map(|(partition, head)| {
        let found = known.remove(partition);
        if accepted.dataset.check_partition(partition).is_err() {
            others += 1;
            return None;
        }
        let is_current = found
            .as_ref()
            .is_some_and(|found| seems_current(found, dataset, partition, *head, accepted.version));
        (!is_current).then(|| Differing { partition: partition.clone(), head: *head, found })
    });
    let differing = differing.collect();
    Plan { differing, strays, others }
}
