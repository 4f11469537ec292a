//! Rows as bytes that compare as the rows do.

use arrow::{
    array::RecordBatch,
    datatypes::Schema,
    error::ArrowError,
    row::{RowConverter, Rows, SortField},
};
use domain::dataset::INGESTED_AT;

/// Some columns of batches of one schema, as comparable bytes.
#[derive(Debug)]
pub(crate) struct Keys {
    converter: RowConverter,
    columns: Vec<usize>,
}

impl Keys {
    /// Of these columns, in this order: nulls first, and ascending.
    pub(crate) fn new(schema: &Schema, names: &[&str]) -> Result<Self, ArrowError> {
        let columns = names.iter().map(|name| schema.index_of(name)).collect::<Result<Vec<_>, _>>()?;
        let fields = columns.iter().map(|index| SortField::new(schema.field(*index).data_type().clone()));
        Ok(Self { converter: RowConverter::new(fields.collect())?, columns })
    }

    /// Of everything that the sender said: all but the time of ingestion.
    pub(crate) fn content(schema: &Schema) -> Result<Self, ArrowError> {
        let names = schema.fields().iter().map(|field| field.name().as_str());
        Self::new(schema, &names.filter(|name| *name != INGESTED_AT).collect::<Vec<_>>())
    }

    /// One key for each row.
    pub(crate) fn of(&self, batch: &RecordBatch) -> Result<Rows, ArrowError> {
        let columns: Vec<_> = self.columns.iter().map(|index| batch.column(*index).clone()).collect();
        self.converter.convert_columns(&columns)
    }
}
