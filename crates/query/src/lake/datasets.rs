//! What the two dataset endpoints say: the definition, and what the catalog knows of the table.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use domain::{Column, Dataset, Granularity, Partition, schemas::Accepted};
use serde::Serialize;
use utoipa::ToSchema;

use super::{generations::TableState, listed_partition::ListedPartition};

/// The most partitions that one answer lists; the newest come first.
const MAX_LISTED: usize = 1_000;

/// The furthest that a partition can begin after its commit: a message may be a year ahead of the clock, and an event
/// a year ahead of its message, where the settings of `ingest` allow the most that they can.
const FURTHEST_AHEAD: TimeDelta = TimeDelta::days(2 * 366 + 1);

/// The answer of `GET /v1/datasets`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Listing<'a> {
    /// In order of name.
    pub(crate) datasets: Vec<Summary<'a>>,
}

/// One dataset.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Summary<'a> {
    name: &'a str,
    description: Option<&'a str>,
    schema_version: u32,
    columns: Vec<ColumnView<'a>>,
    identity: Vec<&'a str>,
    event_time: Option<&'a str>,
    /// `day`, `hour`, `month` or `none`.
    #[schema(value_type = String)]
    partition_by: Granularity,
    partition_keys: &'static [&'static str],
    /// What rows are ordered by unless a request says otherwise.
    sort_order: Vec<&'a str>,
    /// Whether the table exists; rows can be asked for from then on.
    registered: bool,
    partitions: usize,
    /// Null where a partition does not say, as one that was made by hand.
    rows: Option<u64>,
    bytes: Option<u64>,
    /// When the newest of the events landed that the table has: what was accepted before is in it.
    freshness: Option<String>,
    latest_partition: Option<BTreeMap<&'static str, &'a str>>,
}

/// The answer of `GET /v1/datasets/{dataset}`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Detail<'a> {
    #[serde(flatten)]
    summary: Summary<'a>,
    /// The newest ones, at most 1,000.
    partition_list: Vec<PartitionView<'a>>,
}

#[derive(Debug, Serialize, ToSchema)]
struct ColumnView<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    data_type: String,
    required: bool,
    comment: Option<&'a str>,
}

#[derive(Debug, Serialize, ToSchema)]
struct PartitionView<'a> {
    values: BTreeMap<&'static str, &'a str>,
    rows: Option<u64>,
    bytes: Option<u64>,
    generation: Option<u64>,
    committed_at: Option<String>,
}

impl<'a> Summary<'a> {
    /// Puts together what is known. `table` is `None` for a dataset without one.
    pub(crate) fn new(accepted: &'a Accepted, table: Option<&'a TableState>) -> Self {
        let dataset = &accepted.dataset;
        let known = table.map(|table| table.partitions.as_slice()).unwrap_or_default();
        Self {
            name: dataset.name().as_str(),
            description: dataset.description(),
            schema_version: accepted.version,
            columns: dataset.columns().iter().map(column).collect(),
            identity: dataset.identity().map(|column| column.name.as_str()).collect(),
            event_time: dataset.event_time().map(|column| column.name.as_str()),
            partition_by: dataset.granularity(),
            partition_keys: dataset.granularity().keys(),
            sort_order: dataset.sort_order(),
            registered: table.is_some(),
            partitions: known.len(),
            rows: total(known, ListedPartition::rows),
            bytes: total(known, ListedPartition::bytes),
            freshness: table.and_then(|table| table.freshness).map(time),
            latest_partition: latest(known).map(|partition| values(dataset, partition)),
        }
    }
}

impl<'a> Detail<'a> {
    /// The summary, and the partitions one by one.
    pub(crate) fn new(accepted: &'a Accepted, table: Option<&'a TableState>) -> Self {
        let view = |partition: &'a ListedPartition| PartitionView {
            values: values(&accepted.dataset, partition),
            rows: partition.rows(),
            bytes: partition.bytes(),
            generation: partition.state.as_ref().map(|state| state.generation.number()),
            committed_at: partition.committed_at().map(time),
        };
        let known = table.map(|table| table.partitions.as_slice()).unwrap_or_default();
        Self {
            summary: Summary::new(accepted, table),
            partition_list: known.iter().take(MAX_LISTED).map(view).collect(),
        }
    }
}

/// The newest partition, past those of a time that `ingest` takes no more: versions that did not bound the time of a
/// message let forged ones make partitions of the year 9999, which would be the latest for ever.
fn latest(newest_first: &[ListedPartition]) -> Option<&ListedPartition> {
    let is_possible = |partition: &&ListedPartition| {
        match (Partition::from_values(&partition.values), partition.committed_at()) {
            (Ok(known), Some(committed_at)) => {
                let furthest = committed_at.checked_add_signed(FURTHEST_AHEAD);
                furthest.is_none_or(|furthest| known.begin() <= furthest)
            }
            // What does not say when it was committed was made by hand.
            _ => true,
        }
    };
    newest_first.iter().find(is_possible).or_else(|| newest_first.first())
}

fn column(column: &Column) -> ColumnView<'_> {
    ColumnView {
        name: column.name.as_str(),
        data_type: column.data_type.to_string(),
        required: column.required,
        comment: column.comment.as_deref(),
    }
}

fn values<'a>(dataset: &Dataset, partition: &'a ListedPartition) -> BTreeMap<&'static str, &'a str> {
    let keys = dataset.granularity().keys().iter().copied();
    keys.zip(partition.values.iter().map(String::as_str)).collect()
}

/// The sum, unless one of them is unknown.
fn total(partitions: &[ListedPartition], part: impl Fn(&ListedPartition) -> Option<u64>) -> Option<u64> {
    partitions.iter().try_fold(0_u64, |sum, partition| sum.checked_add(part(partition)?))
}

/// As every time is written in answers.
pub(crate) fn time(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

#[cfg(test)]
mod tests {
    use domain::{Generation, port::PartitionState};

    use super::*;

    fn partition(values: &[&str], committed_at: Option<&str>) -> ListedPartition {
        ListedPartition {
            values: values.iter().map(|value| (*value).to_owned()).collect(),
            location: "s3://tributary/tables/".to_owned(),
            state: committed_at.map(|text| PartitionState {
                generation: Generation::new(1),
                schema_version: 1,
                rows: 1,
                bytes: 1,
                committed_at: text.parse().unwrap(),
                newest_landed_at: None,
            }),
        }
    }

    #[test]
    fn the_latest_partition_is_none_that_nobody_can_have_meant() {
        let committed = Some("2026-11-23T10:05:00Z");
        let forged = partition(&["9999-12-31", "23"], committed);
        for possible in [
            partition(&["2026-11-23", "10"], committed),
            partition(&["2026-11-24"], committed),
            partition(&["2028-11-24"], committed),
            partition(&["1970-01-01"], committed),
            partition(&["2030-01-01"], None),
        ] {
            let values = possible.values.clone();
            assert_eq!(latest(&[forged.clone(), possible]).unwrap().values, values);
        }
        // Better that one than none.
        assert_eq!(latest(std::slice::from_ref(&forged)).unwrap().values, forged.values);
        assert!(latest(&[]).is_none());
    }
}
