//! What the catalog is to say of a partition.

use domain::{
    Commit, DatasetName, Generation, Partition, key,
    port::{CatalogPartition, EntryState, Others, PartitionState},
    schemas::Accepted,
};

use crate::table;

/// The entry of a partition whose head this is, under this definition.
pub fn entry(head: &Commit, accepted: &Accepted) -> CatalogPartition {
    CatalogPartition {
        values: head.partition.values(),
        location: head.location.clone(),
        columns: table::columns(&accepted.dataset),
        state: EntryState::Registered(PartitionState::of(head, accepted.version)),
        others: Others::default(),
    }
}

/// A replacement replaces everything: what others added (statistics) is theirs, and stays.
pub(crate) fn with_others(wanted: CatalogPartition, found: Option<&CatalogPartition>) -> CatalogPartition {
    CatalogPartition { others: found.map(|found| found.others.clone()).unwrap_or_default(), ..wanted }
}

/// Whether the entry is the wanted one, whatever others added to it.
pub(crate) fn is_current(found: &CatalogPartition, wanted: &CatalogPartition) -> bool {
    is_listed(found, wanted) && found.columns == wanted.columns
}

/// The same of an entry from a listing, which has no columns.
pub(crate) fn is_listed(found: &CatalogPartition, wanted: &CatalogPartition) -> bool {
    found.location == wanted.location && found.state == wanted.state
}

/// Whether a listed entry can be that of this head, without reading the head: it names its generation, and a directory
/// of that generation, and was written under this version of the definition.
///
/// Not seen are other columns, other numbers of rows and bytes, and the directory of another writer, who lost the
/// race for this generation: only a hand can have made these. `tributary doctor` reads every commit and sees them, and
/// the next commit of the partition mends them.
pub(crate) fn seems_current(
    found: &CatalogPartition,
    dataset: &DatasetName,
    partition: &Partition,
    head: Generation,
    version: u32,
) -> bool {
    let names_head = key::generation_of(&found.location).is_some_and(|(.., writer)| {
        found.location == key::generation_prefix(dataset, partition, head, &writer)
    });
    let is_its = |state: &PartitionState| state.generation == head && state.schema_version == version;
    names_head && found.registered().is_some_and(is_its)
}
