//! What the catalog is to say of a partition.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};
use domain::{
    Commit, DatasetName, Generation, Partition, key,
    port::{
        BYTES_PARAMETER, COMMITTED_AT_PARAMETER, CatalogPartition, GENERATION_PARAMETER,
        NEWEST_LANDED_AT_PARAMETER, ROWS_PARAMETER, SCHEMA_VERSION_PARAMETER,
    },
    schemas::Accepted,
};

use crate::table;

/// The entry of a partition whose head this is, under this definition.
pub fn entry(head: &Commit, accepted: &Accepted) -> CatalogPartition {
    let time = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Millis, true);
    let parameters = [
        (GENERATION_PARAMETER, head.generation.number().to_string()),
        (ROWS_PARAMETER, head.rows.to_string()),
        (BYTES_PARAMETER, head.bytes().to_string()),
        (COMMITTED_AT_PARAMETER, time(head.committed_at)),
        // Of the columns, which a listing of partitions does not have.
        (SCHEMA_VERSION_PARAMETER, accepted.version.to_string()),
    ];
    let newest = head.newest_landed_at.map(|at| (NEWEST_LANDED_AT_PARAMETER, time(at)));
    CatalogPartition {
        values: head.partition.values(),
        location: head.location.clone(),
        columns: table::columns(&accepted.dataset),
        parameters: parameters
            .into_iter()
            .chain(newest)
            .map(|(key, value)| (key.to_owned(), value))
            .collect(),
    }
}

/// A replacement replaces all parameters: those that others added (statistics) are theirs, and stay.
pub(crate) fn with_others_parameters(
    wanted: CatalogPartition,
    found: Option<&CatalogPartition>,
) -> CatalogPartition {
    let mut parameters = found.map(|found| found.parameters.clone()).unwrap_or_default();
    // A head of an older version does not say it, and what an earlier head said is not true of this one.
    parameters.remove(NEWEST_LANDED_AT_PARAMETER);
    parameters.extend(wanted.parameters);
    CatalogPartition { parameters, ..wanted }
}

/// Whether the entry is the wanted one, whatever others added to it.
pub(crate) fn is_current(found: &CatalogPartition, wanted: &CatalogPartition) -> bool {
    is_listed(found, wanted) && found.columns == wanted.columns
}

/// The same of an entry from a listing, which has no columns.
pub(crate) fn is_listed(found: &CatalogPartition, wanted: &CatalogPartition) -> bool {
    let has = |parameters: &BTreeMap<String, String>, (key, value): (&String, &String)| {
        parameters.get(key) == Some(value)
    };
    found.location == wanted.location
        && wanted.parameters.iter().all(|parameter| has(&found.parameters, parameter))
}

/// Whether a listed entry can be that of this head, without reading the head: it names its generation, and a directory
/// of that generation, and was written under this version of the definition.
///
/// Not seen are other columns, other numbers in the parameters, and the directory of another writer, who lost the
/// race for this generation: only a hand can have made these. `tributary doctor` reads every commit and sees them, and
/// the next commit of the partition mends them.
pub(crate) fn seems_current(
    found: &CatalogPartition,
    dataset: &DatasetName,
    partition: &Partition,
    head: Generation,
    version: u32,
) -> bool {
    let is_number = |name: &str| found.parameters.get(name).is_some_and(|text| text.parse::<u64>().is_ok());
    let is = |name: &str, number: u64| found.parameters.get(name) == Some(&number.to_string());
    let committed_at = found.parameters.get(COMMITTED_AT_PARAMETER);
    let names_head = key::generation_of(&found.location).is_some_and(|(.., writer)| {
        found.location == key::generation_prefix(dataset, partition, head, &writer)
    });
    names_head
        && is(GENERATION_PARAMETER, head.number())
        && is(SCHEMA_VERSION_PARAMETER, version.into())
        && is_number(ROWS_PARAMETER)
        && is_number(BYTES_PARAMETER)
        && committed_at.is_some_and(|text| DateTime::parse_from_rfc3339(text).is_ok())
}
