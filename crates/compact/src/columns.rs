//! Landing lines to Arrow columns.

use std::sync::Arc;

use arrow::{
    array::{
        ArrayRef, BooleanBuilder, Date32Builder, Float64Builder, Int32Builder, Int64Builder, RecordBatch,
        StringBuilder, TimestampMillisecondBuilder,
    },
    error::ArrowError,
};
use domain::{
    ColumnName, DataType, Dataset,
    dataset::SYSTEM_COLUMNS,
    event::{self, Rejection},
    json::Fields,
    landing::Line,
    value::Value,
};

/// Collects events of one dataset, column by column.
pub(crate) struct Columns<'d> {
    dataset: &'d Dataset,
    own: Vec<Builder>,
    id: StringBuilder,
    ingested_at: TimestampMillisecondBuilder,
    extra: StringBuilder,
    rows: usize,
}

/// Why a line does not fit the table. Ingest checked it against the definition of its time, so this is rare.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Misfit {
    #[error("the landing line is not valid: {0}")]
    Line(#[from] serde_json::Error),
    #[error(transparent)]
    Event(#[from] Rejection),
    #[error("column {0}: part of the identity or the event time, but null")]
    NullKey(ColumnName),
    #[error("the landing line has no _id, and the dataset has no identity columns")]
    NoId,
}

impl<'d> Columns<'d> {
    pub(crate) fn new(dataset: &'d Dataset) -> Self {
        Self {
            dataset,
            own: dataset.columns().iter().map(|column| Builder::new(column.data_type)).collect(),
            id: StringBuilder::new(),
            ingested_at: TimestampMillisecondBuilder::new(),
            extra: StringBuilder::new(),
            rows: 0,
        }
    }

    /// Adds one event; after an error nothing of it is in.
    pub(crate) fn push(&mut self, text: &str) -> Result<(), Misfit> {
        let line = Line::parse(text)?;
        let fields = Fields::parse(line.data.get()).map_err(Rejection::from)?;
        let columns = self.dataset.columns();
        let values =
            columns.iter().map(|column| event::read(column, &fields)).collect::<Result<Vec<_>, _>>()?;
        // Rows without their identity would all be twins of each other.
        for (column, value) in columns.iter().zip(&values) {
            if *value == Value::Null && self.dataset.is_key(column) {
                return Err(Misfit::NullKey(column.name.clone()));
            }
        }
        if line.id.is_none() && self.dataset.identity().len() == 0 {
            return Err(Misfit::NoId);
        }
        for (builder, value) in self.own.iter_mut().zip(values) {
            builder.append(value);
        }
        self.id.append_option(line.id.as_deref());
        self.ingested_at.append_value(line.ingested_at.timestamp_millis());
        self.extra.append_option(extra(self.dataset, &fields));
        self.rows += 1;
        Ok(())
    }

    /// How many events are in.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// The events, in the table's schema and in the order in which they came.
    pub(crate) fn finish(mut self) -> Result<RecordBatch, ArrowError> {
        let mut arrays: Vec<ArrayRef> = self.own.iter_mut().map(Builder::finish).collect();
        let system: [ArrayRef; SYSTEM_COLUMNS.len()] =
            [Arc::new(self.id.finish()), Arc::new(self.ingested_at.finish()), Arc::new(self.extra.finish())];
        arrays.extend(system);
        RecordBatch::try_new(self.dataset.arrow_schema(), arrays)
    }
}

/// The fields that the definition does not name, as one JSON object; `None` if there are none.
fn extra(dataset: &Dataset, fields: &Fields<'_>) -> Option<String> {
    let mut out = String::new();
    for (name, value) in fields.iter() {
        if dataset.columns().iter().any(|column| column.field == name) {
            continue;
        }
        out.push(if out.is_empty() { '{' } else { ',' });
        out.push_str(&serde_json::Value::from(name).to_string());
        out.push(':');
        out.push_str(value.get());
    }
    (!out.is_empty()).then(|| out + "}")
}

enum Builder {
    Boolean(BooleanBuilder),
    Int(Int32Builder),
    BigInt(Int64Builder),
    Double(Float64Builder),
    String(StringBuilder),
    Date(Date32Builder),
    Timestamp(TimestampMillisecondBuilder),
}

impl Builder {
    fn new(data_type: DataType) -> Self {
        match data_type {
            DataType::Boolean => Self::Boolean(BooleanBuilder::new()),
            DataType::Int => Self::Int(Int32Builder::new()),
            DataType::BigInt => Self::BigInt(Int64Builder::new()),
            DataType::Double => Self::Double(Float64Builder::new()),
            DataType::String => Self::String(StringBuilder::new()),
            DataType::Date => Self::Date(Date32Builder::new()),
            DataType::Timestamp => Self::Timestamp(TimestampMillisecondBuilder::new()),
        }
    }

    /// `event::read` gave the value for this column's type, so it is of that type or null.
    fn append(&mut self, value: Value<'_>) {
        match (self, value) {
            (Self::Boolean(builder), Value::Boolean(value)) => builder.append_value(value),
            (Self::Int(builder), Value::Int(value)) => builder.append_value(value),
            (Self::BigInt(builder), Value::BigInt(value)) => builder.append_value(value),
            (Self::Double(builder), Value::Double(value)) => builder.append_value(value),
            (Self::String(builder), Value::String(value)) => builder.append_value(value),
            (Self::Date(builder), Value::Date(value)) => builder.append_value(value),
            (Self::Timestamp(builder), Value::Timestamp(value)) => builder.append_value(value),
            (builder, _) => builder.append_null(),
        }
    }

    fn append_null(&mut self) {
        match self {
            Self::Boolean(builder) => builder.append_null(),
            Self::Int(builder) => builder.append_null(),
            Self::BigInt(builder) => builder.append_null(),
            Self::Double(builder) => builder.append_null(),
            Self::String(builder) => builder.append_null(),
            Self::Date(builder) => builder.append_null(),
            Self::Timestamp(builder) => builder.append_null(),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Boolean(builder) => Arc::new(builder.finish()),
            Self::Int(builder) => Arc::new(builder.finish()),
            Self::BigInt(builder) => Arc::new(builder.finish()),
            Self::Double(builder) => Arc::new(builder.finish()),
            Self::String(builder) => Arc::new(builder.finish()),
            Self::Date(builder) => Arc::new(builder.finish()),
            Self::Timestamp(builder) => Arc::new(builder.finish()),
        }
    }
}

#[cfg(test)]
mod tests;
