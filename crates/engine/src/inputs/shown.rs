//! The answer as Trino serializes it.

use datafusion::common::ScalarValue;
use serde::Serialize;

use super::ranges::{Domain, End};
use crate::{functions, lake::CATALOG};

/// A table that a query reads. Serialized, it is an item of Trino's `inputTableColumnInfos`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TableInput {
    table: TableId,
    constraint: Constraint,
    estimate: Estimate,
}

impl TableInput {
    pub(super) fn new(table: TableId, constraint: Constraint) -> Self {
        Self { table, constraint, estimate: Estimate::of_scan() }
    }
}

/// The full name of a table, as Trino's `CatalogSchemaTableName` is serialized.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TableId {
    catalog: &'static str,
    schema_table: SchemaTable,
}

impl TableId {
    /// The name of a table of Glue's catalog.
    pub fn new(database: impl Into<String>, table: impl Into<String>) -> Self {
        Self { catalog: CATALOG, schema_table: SchemaTable { schema: database.into(), table: table.into() } }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct SchemaTable {
    schema: String,
    table: String,
}

/// What a query, or the reading of a table, is expected to cost. Without statistics of tables that is not known; Trino writes
/// the text `NaN` then.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Estimate {
    output_row_count: Figure,
    output_size_in_bytes: Figure,
    cpu_cost: Figure,
    max_memory: Figure,
    network_cost: Figure,
}

impl Estimate {
    /// The estimate of a query of which nothing is known.
    pub fn unknown() -> Self {
        Self {
            output_row_count: Figure::UNKNOWN,
            output_size_in_bytes: Figure::UNKNOWN,
            cpu_cost: Figure::UNKNOWN,
            max_memory: Figure::UNKNOWN,
            network_cost: Figure::UNKNOWN,
        }
    }

    /// That of a scan, which needs neither memory nor network for certain (Trino's
    /// `CostCalculatorUsingExchanges.visitTableScan`).
    fn of_scan() -> Self {
        Self { max_memory: Figure::Known(0.0), network_cost: Figure::Known(0.0), ..Self::unknown() }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
enum Figure {
    Text(&'static str),
    Known(f64),
}

impl Figure {
    const UNKNOWN: Self = Self::Text("NaN");
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Constraint {
    /// Whether there is nothing to read.
    pub(super) none: bool,
    pub(super) column_constraints: Vec<ColumnConstraint>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ColumnConstraint {
    pub(super) column_name: String,
    #[serde(rename = "type")]
    pub(super) data_type: String,
    pub(super) domain: ShownDomain,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ShownDomain {
    nulls_allowed: bool,
    ranges: Vec<ShownRange>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct ShownRange {
    low: Marker,
    high: Marker,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Marker {
    /// None without a bound.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    bound: Bound,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
enum Bound {
    Below,
    Exactly,
    Above,
}

/// `None`: a value has no text, and so nothing is said of the column.
pub(super) fn shown(domain: Domain) -> Option<ShownDomain> {
    let domain = domain.simplified();
    let ranges = domain.ranges().iter().map(|range| {
        let low = marker(range.low.as_ref(), Bound::Above)?;
        Some(ShownRange { low, high: marker(range.high.as_ref(), Bound::Below)? })
    });
    Some(ShownDomain { nulls_allowed: domain.nulls, ranges: ranges.collect::<Option<_>>()? })
}

/// `beyond` is the bound of an end that is not included, and of one that is not there.
fn marker(end: Option<&End>, beyond: Bound) -> Option<Marker> {
    let Some(End { value, is_included }) = end else { return Some(Marker { value: None, bound: beyond }) };
    let bound = if *is_included { Bound::Exactly } else { beyond };
    Some(Marker { value: Some(text(value)?), bound })
}

/// As `CAST` to varchar makes it.
fn text(value: &ScalarValue) -> Option<String> {
    match value {
        ScalarValue::Int8(Some(number)) => Some(number.to_string()),
        ScalarValue::Int16(Some(number)) => Some(number.to_string()),
        other => functions::varchar_of(other),
    }
}
