//! Rows as bytes that compare as the rows do.

use std::sync::Arc;

use arrow::{
    array::{Array, ArrayRef, AsArray, RecordBatch},
    datatypes::{DataType, Float32Type, Float64Type, Schema},
    error::ArrowError,
    row::{RowConverter, Rows, SortField},
};
use domain::{Dataset, dataset::INGESTED_AT};

use crate::files::identity_columns;

/// Some columns of batches of one schema, as comparable bytes.
#[derive(Debug)]
pub(crate) struct Keys {
    converter: RowConverter,
    columns: Vec<usize>,
    /// Whether -0.0 is the same as 0.0.
    one_zero: bool,
}

impl Keys {
    /// Of these columns, in this order: nulls first, and ascending.
    pub(crate) fn new(schema: &Schema, names: &[&str]) -> Result<Self, ArrowError> {
        let columns = names.iter().map(|name| schema.index_of(name)).collect::<Result<Vec<_>, _>>()?;
        let fields = columns.iter().map(|index| SortField::new(schema.field(*index).data_type().clone()));
        Ok(Self { converter: RowConverter::new(fields.collect())?, columns, one_zero: false })
    }

    /// Of the columns that make two rows twins: equal for those and for no others. As in SQL's `=` and `GROUP BY`, -0.0
    /// is 0.0; there is no NaN in a column, since JSON has none.
    pub(crate) fn identity(schema: &Schema, dataset: &Dataset) -> Result<Self, ArrowError> {
        let names: Vec<&str> = identity_columns(dataset).into_iter().map(|(name, _)| name).collect();
        Ok(Self { one_zero: true, ..Self::new(schema, &names)? })
    }

    /// Of everything that the sender said: all but the time of ingestion.
    pub(crate) fn content(schema: &Schema) -> Result<Self, ArrowError> {
        let names = schema.fields().iter().map(|field| field.name().as_str());
        Self::new(schema, &names.filter(|name| *name != INGESTED_AT).collect::<Vec<_>>())
    }

    /// One key for each row.
    pub(crate) fn of(&self, batch: &RecordBatch) -> Result<Rows, ArrowError> {
        self.of_columns(batch.columns())
    }

    /// As [`Self::of`], of all columns of a batch.
    pub(crate) fn of_columns(&self, columns: &[ArrayRef]) -> Result<Rows, ArrowError> {
        let column = |index: &usize| match &columns[*index] {
            column if self.one_zero => with_one_zero(column),
            column => Arc::clone(column),
        };
        let columns: Vec<_> = self.columns.iter().map(column).collect();
        self.converter.convert_columns(&columns)
    }
}

/// The column with 0.0 for each -0.0: by IEEE 754, that is what -0.0 + 0.0 is.
fn with_one_zero(column: &ArrayRef) -> ArrayRef {
    match column.data_type() {
        DataType::Float32 => {
            let floats = column.as_primitive::<Float32Type>();
            Arc::new(floats.unary::<_, Float32Type>(|value| value + 0.0))
        }
        DataType::Float64 => {
            let doubles = column.as_primitive::<Float64Type>();
            Arc::new(doubles.unary::<_, Float64Type>(|value| value + 0.0))
        }
        _ => Arc::clone(column),
    }
}
