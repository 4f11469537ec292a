use std::{
    hash::{DefaultHasher, Hash, Hasher},
    ops::Bound,
};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{from_token, page};
use crate::glue::{error::GlueError, expression, store::GlueStore, writer::no_partition};

const PAGE: usize = 1_000;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Create {
    database_name: String,
    table_name: String,
    partition_input: Map<String, Value>,
}

pub(super) fn create(store: &GlueStore, input: Create) -> Result<Value, GlueError> {
    store.change_table(&input.database_name, &input.table_name, |writer| {
        writer.create_partition(input.partition_input)?;
        Ok(json!({}))
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Named {
    database_name: String,
    table_name: String,
    partition_values: Vec<String>,
}

pub(super) fn get(store: &GlueStore, input: &Named) -> Result<Value, GlueError> {
    store.with_table(&input.database_name, &input.table_name, |table| {
        table.check_values(&input.partition_values)?;
        let partition = table.partitions.get(&input.partition_values);
        Ok(json!({"Partition": partition.ok_or_else(|| no_partition(&input.partition_values))?}))
    })
}

pub(super) fn delete(store: &GlueStore, input: &Named) -> Result<Value, GlueError> {
    store.change_table(&input.database_name, &input.table_name, |writer| {
        writer.table.check_values(&input.partition_values)?;
        writer.delete_partition(&input.partition_values)?;
        Ok(json!({}))
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Update {
    database_name: String,
    table_name: String,
    partition_value_list: Vec<String>,
    partition_input: Map<String, Value>,
}

pub(super) fn update(store: &GlueStore, input: Update) -> Result<Value, GlueError> {
    store.change_table(&input.database_name, &input.table_name, |writer| {
        writer.update_partition(&input.partition_value_list, input.partition_input)?;
        Ok(json!({}))
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct List {
    database_name: String,
    table_name: String,
    expression: Option<String>,
    next_token: Option<String>,
    segment: Option<Segment>,
    max_results: Option<usize>,
    exclude_column_schema: Option<bool>,
}

/// One of several readers that share a table's partitions.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Segment {
    segment_number: u64,
    total_segments: u64,
}

pub(super) fn list(store: &GlueStore, input: &List) -> Result<Value, GlueError> {
    if let Some(segment) = &input.segment
        && segment.segment_number >= segment.total_segments
    {
        return Err(GlueError::invalid("SegmentNumber must be less than TotalSegments: it counts from 0"));
    }
    let after: Option<Vec<String>> = from_token(input.next_token.as_deref())?;
    store.with_table(&input.database_name, &input.table_name, |table| {
        // Blank is none: that is what Hive's client of Glue sends for all partitions.
        let expression = input.expression.as_deref().filter(|expression| !expression.trim().is_empty());
        let filter =
            expression.map(|text| expression::parse(text, &table.body["PartitionKeys"])).transpose()?;
        let wanted = |values: &[String]| {
            if input.segment.as_ref().is_some_and(|segment| !segment.holds(values)) {
                return Ok(false);
            }
            filter.as_ref().map_or(Ok(true), |filter| filter.matches(values))
        };
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let rest = table.partitions.range((from, Bound::Unbounded));
        let items = rest.filter_map(|(values, partition)| match wanted(values) {
            Ok(true) => Some(Ok((values, shown(partition, input.exclude_column_schema.unwrap_or(false))))),
            Ok(false) => None,
            Err(error) => Some(Err(error)),
        });
        page("Partitions", items, input.max_results, PAGE)
    })
}

fn shown(partition: &Value, exclude_columns: bool) -> Value {
    let mut partition = partition.clone();
    let descriptor = partition.get_mut("StorageDescriptor").and_then(Value::as_object_mut);
    if let (true, Some(descriptor)) = (exclude_columns, descriptor) {
        descriptor.remove("Columns");
    }
    partition
}

impl Segment {
    fn holds(&self, values: &[String]) -> bool {
        let mut hasher = DefaultHasher::new();
        values.hash(&mut hasher);
        hasher.finish() % self.total_segments == self.segment_number
    }
}
