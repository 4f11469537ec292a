//! Tables and entries of the catalog, held against definitions and heads.

use chrono::{DateTime, SecondsFormat, Utc};
use domain::{
    Commit, DatasetName, Generation, Partition,
    port::{CatalogPartition, EntryState, PartitionKey, PartitionState, Table, TableColumn},
    schemas::Accepted,
};
use register::{entry, table};

use super::difference::{Difference, Kind};

/// How texts name the version of the definition that a table or an entry follows.
const VERSION: &str = "the version of its definition";

/// What of a table is not as its definition says. Where it follows a newer version than the accepted one, it is the
/// definition that was lost.
pub(super) fn compare_table(accepted: &Accepted, found: Option<&Table>) -> Option<Difference> {
    let name = accepted.dataset.name();
    let Some(found) = found else {
        let what = "the catalog has no such table";
        return Some(Difference::of_dataset(name, Kind::TableMissing, what));
    };
    let wanted = table(accepted);
    if let Some(newer) = found.schema_version.filter(|found| *found > accepted.version) {
        let what =
            format!("the table follows version {newer}, and the newest accepted one is {}", accepted.version);
        return Some(Difference::of_dataset(name, Kind::DefinitionDamaged, what));
    }
    let mut what = Vec::new();
    other(&mut what, "its location", &found.location, &wanted.location);
    if found.partition_keys != wanted.partition_keys {
        let (found, wanted) = (keys(&found.partition_keys), keys(&wanted.partition_keys));
        what.push(format!("it has {found}, and should have {wanted}"));
    }
    columns(&mut what, &found.columns, &wanted.columns);
    if found.description != wanted.description {
        what.push("its description is another one".to_owned());
    }
    if found.schema_version != wanted.schema_version {
        let found = found.schema_version.map_or("nothing".to_owned(), |version| version.to_string());
        other(&mut what, VERSION, &found, &accepted.version.to_string());
    }
    let what = (!what.is_empty()).then(|| format!("the table is another one: {}", what.join("; ")));
    what.map(|what| Difference::of_dataset(name, Kind::TableDiffers, what))
}

/// What of an entry is not its head's.
pub(super) fn compare_entry(
    head: &Commit,
    accepted: &Accepted,
    found: Option<&CatalogPartition>,
) -> Option<Difference> {
    let difference =
        |kind, what: String| Some(Difference::of_partition(&head.dataset, &head.partition, kind, what));
    let Some(found) = found else {
        let what =
            format!("the catalog has no such partition; the head is generation {}", head.generation.number());
        return difference(Kind::EntryMissing, what);
    };
    let named = generation(found);
    if let Some(older) = named.filter(|named| *named < head.generation.number()) {
        let what =
            format!("the catalog names generation {older}, and the head is {}", head.generation.number());
        return difference(Kind::EntryBehind, what);
    }
    let wanted = entry(head, accepted);
    let mut what = Vec::new();
    other(&mut what, "its location", &found.location, &wanted.location);
    match &found.state {
        EntryState::Registered(state) => {
            states(&mut what, state, &PartitionState::of(head, accepted.version));
        }
        EntryState::ByHand => what.push("it names no generation".to_owned()),
        EntryState::Damaged(damaged) => what.push(damaged.to_string()),
    }
    columns(&mut what, &found.columns, &wanted.columns);
    if what.is_empty() {
        return None;
    }
    difference(
        Kind::EntryDiffers,
        format!("the catalog says something else than the head: {}", what.join("; ")),
    )
}

/// What an entry is of which nothing is committed.
pub(super) fn without_commits(
    dataset: &DatasetName,
    partition: &Partition,
    found: &CatalogPartition,
) -> Difference {
    let location = &found.location;
    match &found.state {
        EntryState::ByHand => {
            let what = format!("somebody added it by hand, at {location}: nothing is committed of it");
            Difference::of_partition(dataset, partition, Kind::EntryByHand, what)
        }
        EntryState::Registered(PartitionState { generation, .. }) => {
            let what = format!(
                "its commits are gone; the catalog still names generation {} at {location}",
                generation.number()
            );
            Difference::of_partition(dataset, partition, Kind::CommitsGone, what)
        }
        EntryState::Damaged(damaged) => {
            let what = format!("its commits are gone; the catalog still names {location}, and {damaged}");
            Difference::of_partition(dataset, partition, Kind::CommitsGone, what)
        }
    }
}

/// The same of one whose values are none of a partition.
pub(super) fn without_partition(dataset: &DatasetName, found: &CatalogPartition) -> Difference {
    let what = format!(
        "somebody added the partition {} by hand, at {}: no partition of the lake is called so",
        found.values.join("/"),
        found.location
    );
    Difference::of_dataset(dataset, Kind::EntryByHand, what)
}

/// The generation that an entry names.
pub(super) fn generation(found: &CatalogPartition) -> Option<u64> {
    found.generation().map(Generation::number)
}

/// What of the entry's state is not its head's.
fn states(what: &mut Vec<String>, found: &PartitionState, wanted: &PartitionState) {
    let time = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Millis, true);
    let landed = |state: &PartitionState| state.newest_landed_at.map_or("unknown".to_owned(), time);
    let number = |state: &PartitionState| state.generation.number().to_string();
    other(what, "its generation", &number(found), &number(wanted));
    other(what, VERSION, &found.schema_version.to_string(), &wanted.schema_version.to_string());
    other(what, "its number of rows", &found.rows.to_string(), &wanted.rows.to_string());
    other(what, "its number of bytes", &found.bytes.to_string(), &wanted.bytes.to_string());
    other(what, "the time of its commit", &time(found.committed_at), &time(wanted.committed_at));
    other(what, "the time at which its newest batch landed", &landed(found), &landed(wanted));
}

/// Partition keys in words. A table that somebody made by hand may have none.
fn keys(keys: &[PartitionKey]) -> String {
    // Of a dataset's keys nobody has to be told that they are texts.
    let word = |PartitionKey { name, data_type }: &PartitionKey| match data_type.as_str() {
        "string" => name.clone(),
        other => format!("{name} of the type {other}"),
    };
    match keys {
        [] => "no partition keys".to_owned(),
        [key] => format!("the partition key {}", word(key)),
        keys => format!("the partition keys {}", keys.iter().map(word).collect::<Vec<_>>().join(", ")),
    }
}

/// A text of somebody's hand may be empty.
fn other(what: &mut Vec<String>, name: &str, found: &str, wanted: &str) {
    let or_empty = |text: &str| if text.is_empty() { "empty".to_owned() } else { text.to_owned() };
    if found != wanted {
        what.push(format!("{name} is {}, not {}", or_empty(found), or_empty(wanted)));
    }
}

fn columns(what: &mut Vec<String>, found: &[TableColumn], wanted: &[TableColumn]) {
    let differs = |(found, wanted): (&TableColumn, &TableColumn)| {
        (found != wanted).then(|| {
            format!("{} {} is there for {} {}", found.name, found.data_type, wanted.name, wanted.data_type)
        })
    };
    if found.len() != wanted.len() {
        what.push(format!("it has {} columns, not {}", found.len(), wanted.len()));
    } else if let Some(first) = found.iter().zip(wanted).find_map(differs) {
        what.push(format!("its columns are others: {first}"));
    }
}
