//! What a catalog in Hive's style is to say of definitions and heads.

use std::collections::BTreeMap;

use crate::{
    commit::Commit,
    data_type::DataType,
    dataset::Dataset,
    key,
    port::{CatalogPartition, EntryState, Others, PartitionKey, PartitionState, Table, TableColumn},
    schemas::Accepted,
};

/// The entry of a partition whose head this is, under this definition.
pub fn entry(head: &Commit, accepted: &Accepted) -> CatalogPartition {
    CatalogPartition {
        values: head.partition.values(),
        location: head.location.clone(),
        columns: columns(&accepted.dataset),
        state: EntryState::Registered(PartitionState::of(head, accepted.version)),
        others: Others::default(),
    }
}

/// A replacement replaces everything: what others added (statistics) is theirs, and stays.
pub fn with_others(wanted: CatalogPartition, found: Option<&CatalogPartition>) -> CatalogPartition {
    CatalogPartition { others: found.map(|found| found.others.clone()).unwrap_or_default(), ..wanted }
}

/// The table of a dataset under this definition.
pub fn table(Accepted { version, dataset }: &Accepted) -> Table {
    Table {
        name: dataset.name().clone(),
        description: dataset.description().map(str::to_owned),
        columns: columns(dataset),
        partition_keys: dataset.granularity().keys().iter().copied().map(PartitionKey::string).collect(),
        location: key::table_prefix(dataset.name()),
        schema_version: Some(*version),
        parameters: BTreeMap::new(),
        version: None,
    }
}

/// The columns of the table, and of every partition written from now on.
pub fn columns(dataset: &Dataset) -> Vec<TableColumn> {
    let column = |(name, data_type, comment): (&str, &DataType, Option<&str>)| TableColumn {
        name: name.to_owned(),
        data_type: data_type.to_string(),
        comment: comment.map(str::to_owned),
    };
    dataset.stored_columns().map(column).collect()
}
