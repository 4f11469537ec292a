//! Entries of the catalog, held against what it is to say.

use domain::{
    DatasetName, Generation, Partition, key,
    port::{CatalogPartition, PartitionState},
};

/// Whether the entry of a listing, which has no columns, is the wanted one, whatever others added to it.
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
