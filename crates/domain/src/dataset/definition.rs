//! A definition as somebody writes it, and what can be wrong with it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    data_type::{DataType, InvalidType},
    name::{ColumnName, InvalidName},
    partition::Granularity,
    value::Unit,
};

use super::{InvalidFieldIds, MAX_COLUMNS};

/// A definition as it is written in `datasets/<dataset>.json`: well-formed, not yet valid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// The dataset's name.
    pub name: String,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The columns in order.
    pub columns: Vec<ColumnDefinition>,
    /// What makes two events the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identity: Vec<String>,
    /// The column that decides the partition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_time: Option<String>,
    /// `day`, `hour`, `month` or `none`.
    #[serde(default)]
    pub partition_by: Granularity,
    /// The order of rows within a partition.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sort_by: Vec<String>,
    /// The CloudEvents `type` that is routed here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloudevents_type: Option<String>,
    /// The name of the array in an object around the events, as `Records` in `{"Records": […]}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unwrap: Option<String>,
}

/// A column as it is written in a definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnDefinition {
    /// Its name.
    pub name: String,
    /// Its type, in Athena's words.
    #[serde(rename = "type")]
    pub data_type: String,
    /// Whether an event without it is refused.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// The sender's name for it, where it differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The sender's names for fields within a nested type, where they differ, by their paths: `sku_code` is the field of a
    /// struct, or of the structs in an array or a map; `address.zip_code` is a field of the field `address`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
    /// For a timestamp that is sent as a number: whether of seconds (`s`) or milliseconds (`ms`) since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Unit>,
    /// What it means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// Why a definition is not a dataset; each message says what would be right.
#[derive(Debug, thiserror::Error)]
pub enum InvalidDefinition {
    /// Not JSON, or not in the form of a definition.
    #[error("the definition does not parse: {0}")]
    Malformed(#[from] serde_json::Error),
    /// The dataset's name or a column's.
    #[error(transparent)]
    Name(#[from] InvalidName),
    /// A column of a type that does not exist.
    #[error("column {column}: {source}")]
    Type {
        /// The column.
        column: ColumnName,
        /// What is wrong with its type.
        source: InvalidType,
    },
    /// A name for a field that the type does not have.
    #[error("\"fields\" of column {column} names {path:?}, which its type {found} does not have")]
    NoSuchField {
        /// The column.
        column: ColumnName,
        /// What it names.
        path: String,
        /// Its type.
        found: DataType,
    },
    /// Two fields of a struct that read the same one.
    #[error("two fields of one struct of column {column} read {field:?}: only one may")]
    SameField {
        /// The column.
        column: ColumnName,
        /// The sender's field.
        field: String,
    },
    /// No columns, or too many.
    #[error("a dataset needs 1 to {MAX_COLUMNS} columns, found {0}")]
    ColumnCount(usize),
    /// Two columns of the same name.
    #[error("column {0} is defined twice: remove or rename one of them")]
    DuplicateColumn(ColumnName),
    /// Two columns that read the same field.
    #[error("columns {first} and {second} both read the field {field:?}: only one may")]
    DuplicateField {
        /// One column.
        first: ColumnName,
        /// The other.
        second: ColumnName,
        /// The sender's field.
        field: String,
    },
    /// A key column that is none.
    #[error("{role} names {column:?}, which is not a column; columns: {known}")]
    NoSuchColumn {
        /// `identity`, `event_time` or `sort_by`.
        role: &'static str,
        /// What it names.
        column: String,
        /// What there is.
        known: String,
    },
    /// The same column named twice in one list.
    #[error("{role} names {column} twice")]
    Repeated {
        /// `identity` or `sort_by`.
        role: &'static str,
        /// The column.
        column: ColumnName,
    },
    /// An identity or event time that may be missing.
    #[error("{role} column {column} must be required: add \"required\": true")]
    NotRequired {
        /// `identity` or `event_time`.
        role: &'static str,
        /// The column.
        column: ColumnName,
    },
    /// An event time that is not a time.
    #[error("event_time column {column} is of type {found}: it must be a timestamp or a date")]
    NotATime {
        /// The column.
        column: ColumnName,
        /// Its type.
        found: DataType,
    },
    /// A date cannot say which hour.
    #[error("partition_by hour needs an event_time of type timestamp, and {column} is a date")]
    HourOfDate {
        /// The column.
        column: ColumnName,
    },
    /// Longer than the catalog takes, or with line breaks.
    #[error(
        "{what} is longer than {limit} bytes or has control characters, which the catalog does not take: shorten it"
    )]
    Words {
        /// The description, or a column's comment.
        what: String,
        /// Glue's limit.
        limit: usize,
    },
    /// Equal or in order can only be what is one value.
    #[error("{role} column {column} is of type {found}: it must be a scalar type")]
    NotAScalar {
        /// `identity` or `sort_by`.
        role: &'static str,
        /// The column.
        column: ColumnName,
        /// Its type.
        found: DataType,
    },
    /// Only times have a unit.
    #[error(
        "column {column} has a \"unit\" and is of type {found}: only a timestamp that is sent as a number has one"
    )]
    UnitOfNoTime {
        /// The column.
        column: ColumnName,
        /// Its type.
        found: DataType,
    },
    /// A name that no array has.
    #[error(
        "unwrap is empty or longer than {0} bytes: remove it, or name the array around the events, as Records"
    )]
    Unwrap(usize),
    /// The column ids of an accepted definition.
    #[error(transparent)]
    FieldIds(#[from] InvalidFieldIds),
    /// A type that no event has.
    #[error(
        "cloudevents_type is empty: remove it, or name the type of the events, as com.example.booking.created"
    )]
    EmptyCloudEventsType,
}
