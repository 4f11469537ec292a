//! A dataset: the one definition that validation, the Parquet schema, the Glue table and the API follow.

mod definition;
mod field_ids;
mod sent;

use std::{collections::HashSet, sync::Arc};

use crate::{
    data_type::DataType,
    name::{ColumnName, DatasetName},
    partition::{Granularity, OtherGranularity, Partition},
    value::Unit,
};

pub use definition::{ColumnDefinition, Definition, InvalidDefinition};
pub use field_ids::{FieldIds, InvalidFieldIds};

/// The column with the identity as text; null where identity columns say it.
pub const ID: &str = "_id";
/// The column with the time of ingestion.
pub const INGESTED_AT: &str = "_ingested_at";
/// The column with the fields that the definition does not name, as JSON text.
pub const EXTRA: &str = "_extra";

/// The lake's own columns, which every table has after the definition's.
pub const SYSTEM_COLUMNS: [(&str, DataType); 3] =
    [(ID, DataType::String), (INGESTED_AT, DataType::Timestamp), (EXTRA, DataType::String)];

/// Glue's limits, in bytes: `CommentString` of a column, `DescriptionString` of a table.
const MAX_COMMENT: usize = 255;
const MAX_DESCRIPTION: usize = 2_048;

/// The longest CloudEvents type, in bytes: what the specification asks of every reader is less.
const MAX_CLOUDEVENTS_TYPE: usize = 255;

/// The longest name of an array around events, in bytes.
const MAX_UNWRAP: usize = 255;

/// The most columns a definition may have.
const MAX_COLUMNS: usize = 1_000;

/// A validated dataset. There is no other way to one than [`Dataset::new`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    name: DatasetName,
    columns: Vec<Column>,
    identity: Vec<usize>,
    event_time: Option<usize>,
    sort_by: Vec<usize>,
    definition: Definition,
    field_ids: Option<FieldIds>,
}

/// A validated column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: ColumnName,
    /// Its type.
    pub data_type: DataType,
    /// Whether an event without it is refused.
    pub required: bool,
    /// The sender's field.
    pub field: String,
    /// The type, with the sender's names for the fields within it: what events are read by.
    pub sent: DataType,
    /// What a number means, where times come as numbers.
    pub unit: Option<Unit>,
    /// What it means.
    pub comment: Option<String>,
}

impl Dataset {
    /// Reads and validates a definition file.
    pub fn from_json(bytes: &[u8]) -> Result<Self, InvalidDefinition> {
        Self::new(serde_json::from_slice(bytes)?)
    }

    /// Validates a definition.
    pub fn new(definition: Definition) -> Result<Self, InvalidDefinition> {
        let name = DatasetName::new(definition.name.clone())?;
        let columns = columns(&definition.columns)?;
        let identity = key_columns("identity", &definition.identity, &columns)?;
        let sort_by = key_columns("sort_by", &definition.sort_by, &columns)?;
        let event_time =
            definition.event_time.as_deref().map(|name| find("event_time", name, &columns)).transpose()?;
        for (role, index) in
            identity.iter().map(|index| ("identity", *index)).chain(event_time.map(|i| ("event_time", i)))
        {
            if !columns[index].required {
                return Err(InvalidDefinition::NotRequired { role, column: columns[index].name.clone() });
            }
        }
        for (role, index) in identity
            .iter()
            .map(|index| ("identity", *index))
            .chain(sort_by.iter().map(|index| ("sort_by", *index)))
        {
            let Column { name: column, data_type, .. } = &columns[index];
            if !data_type.is_scalar() {
                let (column, found) = (column.clone(), data_type.clone());
                return Err(InvalidDefinition::NotAScalar { role, column, found });
            }
        }
        if let Some(index) = event_time {
            let Column { name: column, data_type, .. } = &columns[index];
            match data_type {
                DataType::Timestamp => {}
                DataType::Date if definition.partition_by != Granularity::Hour => {}
                DataType::Date => return Err(InvalidDefinition::HourOfDate { column: column.clone() }),
                other => {
                    return Err(InvalidDefinition::NotATime { column: column.clone(), found: other.clone() });
                }
            }
        }
        check_words("the description", definition.description.as_deref(), MAX_DESCRIPTION)?;
        for Column { name, comment, .. } in &columns {
            check_words(&format!("the comment of column {name}"), comment.as_deref(), MAX_COMMENT)?;
        }
        check_words("cloudevents_type", definition.cloudevents_type.as_deref(), MAX_CLOUDEVENTS_TYPE)?;
        if definition.cloudevents_type.as_deref() == Some("") {
            return Err(InvalidDefinition::EmptyCloudEventsType);
        }
        if definition.unwrap.as_ref().is_some_and(|name| name.is_empty() || name.len() > MAX_UNWRAP) {
            return Err(InvalidDefinition::Unwrap(MAX_UNWRAP));
        }
        Ok(Self { name, columns, identity, event_time, sort_by, definition, field_ids: None })
    }

    /// The same dataset with the ids that its accepted definition gives to the columns.
    pub(crate) fn with_field_ids(self, ids: FieldIds) -> Result<Self, InvalidDefinition> {
        ids.check(&self)?;
        Ok(Self { field_ids: Some(ids), ..self })
    }

    /// Its name.
    pub fn name(&self) -> &DatasetName {
        &self.name
    }

    /// What it is about.
    pub fn description(&self) -> Option<&str> {
        self.definition.description.as_deref()
    }

    /// The definition's columns in order, without partition keys and the lake's own.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The column of this name among the definition's.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name.as_str() == name)
    }

    /// The identity columns; empty where `_id` says it.
    pub fn identity(&self) -> impl ExactSizeIterator<Item = &Column> {
        self.identity.iter().map(|index| &self.columns[*index])
    }

    /// Whether the column is part of the identity or is the event time: it is never null in a row.
    pub fn is_key(&self, column: &Column) -> bool {
        let mut keys = self.identity().chain(self.event_time());
        keys.any(|key| key.name == column.name)
    }

    /// The column that decides the partition, if it is not the time of the message.
    pub fn event_time(&self) -> Option<&Column> {
        self.event_time.map(|index| &self.columns[index])
    }

    /// Its place among the columns.
    pub(crate) fn event_time_index(&self) -> Option<usize> {
        self.event_time
    }

    /// How finely it is partitioned.
    pub fn granularity(&self) -> Granularity {
        self.definition.partition_by
    }

    /// Refuses a partition that this dataset cannot have, since it is partitioned more finely or less.
    pub fn check_partition(&self, partition: &Partition) -> Result<(), OtherGranularity> {
        if partition.granularity() == self.granularity() {
            return Ok(());
        }
        Err(OtherGranularity {
            dataset: self.name.clone(),
            partition: partition.clone(),
            granularity: self.granularity(),
        })
    }

    /// The order of rows: `sort_by`, else the event time, else the identity, else the time of ingestion.
    pub fn sort_order(&self) -> Vec<&str> {
        let named: Vec<&str> = if !self.sort_by.is_empty() {
            self.sort_by.iter().map(|index| self.columns[*index].name.as_str()).collect()
        } else if let Some(column) = self.event_time() {
            vec![column.name.as_str()]
        } else {
            self.identity().map(|column| column.name.as_str()).collect()
        };
        if named.is_empty() { vec![INGESTED_AT] } else { named }
    }

    /// The type of CloudEvents that are routed here.
    pub fn cloudevents_type(&self) -> Option<&str> {
        self.definition.cloudevents_type.as_deref()
    }

    /// The name of the array whose elements are the events, where senders put an object around it.
    pub fn unwraps(&self) -> Option<&str> {
        self.definition.unwrap.as_deref()
    }

    /// The definition, as it was written.
    pub fn definition(&self) -> &Definition {
        &self.definition
    }

    /// The ids of its columns, as Parquet files and Iceberg name them. `None` if they are not known: the definition was
    /// not accepted, or it was accepted by a version of this software that gave no ids, and not loaded by
    /// [`schemas::load`](crate::schemas::load).
    pub fn field_ids(&self) -> Option<&FieldIds> {
        self.field_ids.as_ref()
    }

    /// Name, type and comment of every stored column: the definition's, then the lake's own.
    pub fn stored_columns(&self) -> impl Iterator<Item = (&str, &DataType, Option<&str>)> {
        const LAKE: &[(&str, DataType)] = &SYSTEM_COLUMNS;
        let own = self.columns.iter().map(|c| (c.name.as_str(), &c.data_type, c.comment.as_deref()));
        own.chain(LAKE.iter().map(|(name, data_type)| (*name, data_type, None)))
    }

    /// The schema of the table's Parquet files.
    ///
    /// Every column is nullable, required ones too: what is required may be relaxed later, and old files
    /// lack columns that were added.
    pub fn arrow_schema(&self) -> Arc<arrow_schema::Schema> {
        let field = |(name, data_type, _): (&str, &DataType, Option<&str>)| {
            arrow_schema::Field::new(name, data_type.arrow(), true)
        };
        Arc::new(arrow_schema::Schema::new(self.stored_columns().map(field).collect::<Vec<_>>()))
    }
}

fn check_words(what: &str, words: Option<&str>, limit: usize) -> Result<(), InvalidDefinition> {
    match words {
        Some(words) if words.len() > limit || words.chars().any(char::is_control) => {
            Err(InvalidDefinition::Words { what: what.to_owned(), limit })
        }
        _ => Ok(()),
    }
}

fn columns(definitions: &[ColumnDefinition]) -> Result<Vec<Column>, InvalidDefinition> {
    if definitions.is_empty() || definitions.len() > MAX_COLUMNS {
        return Err(InvalidDefinition::ColumnCount(definitions.len()));
    }
    let mut columns: Vec<Column> = Vec::with_capacity(definitions.len());
    for definition in definitions {
        let name = ColumnName::new(definition.name.clone())?;
        let data_type: DataType = definition
            .data_type
            .parse()
            .map_err(|source| InvalidDefinition::Type { column: name.clone(), source })?;
        let field = definition.from.clone().unwrap_or_else(|| definition.name.clone());
        if columns.iter().any(|column| column.name == name) {
            return Err(InvalidDefinition::DuplicateColumn(name));
        }
        if let Some(first) = columns.iter().find(|column| column.field == field) {
            return Err(InvalidDefinition::DuplicateField { first: first.name.clone(), second: name, field });
        }
        if definition.unit.is_some() && data_type != DataType::Timestamp {
            return Err(InvalidDefinition::UnitOfNoTime { column: name, found: data_type });
        }
        let sent = sent::sent(&name, &data_type, &definition.fields)?;
        let ColumnDefinition { required, unit, comment, .. } = definition.clone();
        columns.push(Column { name, data_type, required, field, sent, unit, comment });
    }
    Ok(columns)
}

fn key_columns(
    role: &'static str,
    names: &[String],
    columns: &[Column],
) -> Result<Vec<usize>, InvalidDefinition> {
    let mut seen = HashSet::new();
    names
        .iter()
        .map(|name| {
            let index = find(role, name, columns)?;
            if !seen.insert(index) {
                return Err(InvalidDefinition::Repeated { role, column: columns[index].name.clone() });
            }
            Ok(index)
        })
        .collect()
}

fn find(role: &'static str, name: &str, columns: &[Column]) -> Result<usize, InvalidDefinition> {
    columns.iter().position(|column| column.name.as_str() == name).ok_or_else(|| {
        let known: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        InvalidDefinition::NoSuchColumn { role, column: name.to_owned(), known: known.join(", ") }
    })
}

#[cfg(test)]
mod tests;
