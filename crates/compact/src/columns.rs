//! Landing lines to Arrow columns.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, RecordBatch, StringBuilder, TimestampMillisecondBuilder},
    error::ArrowError,
};
use columnar::Builder;
use domain::{
    ColumnName, Dataset,
    dataset::SYSTEM_COLUMNS,
    event::{self, Event, Rejection},
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
            own: dataset.columns().iter().map(|column| Builder::new(&column.data_type)).collect(),
            id: StringBuilder::new(),
            ingested_at: TimestampMillisecondBuilder::new(),
            extra: StringBuilder::new(),
            rows: 0,
        }
    }

    /// Adds one event; after an error nothing of it is in.
    pub(crate) fn push(&mut self, text: &str) -> Result<(), Misfit> {
        let line = Line::parse(text)?;
        let event = Event::parse(line.data.get()).map_err(Rejection::from)?;
        let columns = self.dataset.columns();
        let values = columns
            .iter()
            .enumerate()
            .map(|(index, column)| event::read(column, &event, index))
            .collect::<Result<Vec<_>, _>>()?;
        // Rows without their identity would all be twins of each other.
        for (column, value) in columns.iter().zip(&values) {
            if *value == Value::Null && self.dataset.is_key(column) {
                return Err(Misfit::NullKey(column.name.clone()));
            }
        }
        if line.id.is_none() && self.dataset.identity().len() == 0 {
            return Err(Misfit::NoId);
        }
        for ((builder, column), value) in self.own.iter_mut().zip(columns).zip(values) {
            builder.append(if self.dataset.is_key(column) { with_one_zero(value) } else { value });
        }
        self.id.append_option(line.id.as_deref());
        self.ingested_at.append_value(line.ingested_at.timestamp_millis());
        self.extra.append_option(event::extra(self.dataset, &event));
        self.rows += 1;
        Ok(())
    }

    /// How many events are in.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// The events, in the table's schema and in the order in which they came.
    pub(crate) fn finish(mut self) -> Result<RecordBatch, ArrowError> {
        let schema = self.dataset.arrow_schema();
        let mut arrays: Vec<ArrayRef> =
            self.own.into_iter().map(Builder::finish).collect::<Result<_, _>>()?;
        let system: [ArrayRef; SYSTEM_COLUMNS.len()] =
            [Arc::new(self.id.finish()), Arc::new(self.ingested_at.finish()), Arc::new(self.extra.finish())];
        arrays.extend(system);
        RecordBatch::try_new(schema, arrays)
    }
}

/// -0.0 of an identity is 0.0: one identity, and one form of it in the table.
fn with_one_zero(value: Value<'_>) -> Value<'_> {
    match value {
        // By IEEE 754, -0.0 + 0.0 is 0.0; to every other number it adds nothing.
        Value::Float(float) => Value::Float(float + 0.0),
        Value::Double(double) => Value::Double(double + 0.0),
        value => value,
    }
}

#[cfg(test)]
pub(crate) mod tests;
