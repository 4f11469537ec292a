use std::{
    hash::{DefaultHasher, Hash, Hasher},
    ops::Bound,
};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{from_token, page_size, to_token};
use crate::glue::{error::GlueError, store::GlueStore, writer::no_partition};

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
    max_results: Option<u64>,
    #[serde(default)]
    exclude_column_schema: bool,
}

/// One of several readers that share a table's partitions.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Segment {
    segment_number: u64,
    total_segments: u64,
}

pub(super) fn list(store: &GlueStore, input: &List) -> Result<Value, GlueError> {
    if input.expression.as_deref().is_some_and(|expression| !expression.trim().is_empty()) {
        return Err(GlueError::invalid(
            "the local Glue does not have the Expression of GetPartitions yet: list them all and choose",
        ));
    }
    if let Some(segment) = &input.segment
        && (segment.total_segments == 0
            || segment.total_segments > 10
            || segment.segment_number >= segment.total_segments)
    {
        return Err(GlueError::invalid("Segment must be one of 1 to 10 TotalSegments, counted from 0"));
    }
    let size = page_size(input.max_results, PAGE)?;
    let after: Option<Vec<String>> = from_token(input.next_token.as_deref())?;
    store.with_table(&input.database_name, &input.table_name, |table| {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let mut rest = table
            .partitions
            .range((from, Bound::Unbounded))
            .filter(|(values, _)| input.segment.as_ref().is_none_or(|segment| segment.holds(values)));
        let page: Vec<_> = rest.by_ref().take(size).collect();
        let more = rest.next().is_some();
        let shown = |partition: &Value| {
            let mut partition = partition.clone();
            if input.exclude_column_schema
                && let Some(descriptor) = partition["StorageDescriptor"].as_object_mut()
            {
                descriptor.remove("Columns");
            }
            partition
        };
        let partitions: Vec<Value> = page.iter().map(|(_, partition)| shown(partition)).collect();
        let mut answer = json!({"Partitions": partitions});
        if let (Some((last, _)), true) = (page.last(), more) {
            answer["NextToken"] = json!(to_token(last));
        }
        Ok(answer)
    })
}

impl Segment {
    fn holds(&self, values: &[String]) -> bool {
        let mut hasher = DefaultHasher::new();
        values.hash(&mut hasher);
        hasher.finish() % self.total_segments == self.segment_number
    }
}
