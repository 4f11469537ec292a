use std::{fmt, sync::Arc};

use datafusion::arrow::{
    array::RecordBatch,
    compute::cast,
    datatypes::{DataType as Arrow, Schema, SchemaRef, TimeUnit},
    error::ArrowError,
};
use domain::port::ResultColumn;
use futures::stream::BoxStream;

use crate::{
    error::{EngineError, Failure},
    names::OutputNames,
    scan::BytesScanned,
};

/// A query at work.
pub struct Execution {
    /// The result's columns, with their types in Athena's words.
    pub columns: Vec<ResultColumn>,
    /// The rows. Nothing is read ahead of what is taken, beyond a few batches; dropping it ends the query.
    ///
    /// Values are of the Arrow types that [`domain::DataType::arrow`] names (`Null` for a column without one).
    pub batches: BoxStream<'static, Result<RecordBatch, EngineError>>,
    /// What was read so far: the column chunks, without footers and indexes.
    pub scanned: BytesScanned,
}

impl fmt::Debug for Execution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Execution")
            .field("columns", &self.columns)
            .field("scanned", &self.scanned)
            .finish_non_exhaustive()
    }
}

/// How DataFusion's rows become Athena's: columns' names, and the one Arrow type for each of Athena's.
#[derive(Debug, Clone)]
pub(crate) struct Shape {
    pub(crate) columns: Vec<ResultColumn>,
    schema: SchemaRef,
}

impl Shape {
    pub(crate) fn of(schema: &Schema, names: &OutputNames) -> Result<Self, Failure> {
        let mut columns = Vec::with_capacity(schema.fields().len());
        let mut fields = Vec::with_capacity(schema.fields().len());
        for (position, field) in schema.fields().iter().enumerate() {
            let name = names.show(position, field.name());
            let Some((word, arrow)) = athena_type(field.data_type()) else {
                return Err(Failure::new(
                    "NOT_SUPPORTED",
                    format!(
                        "column {name} of the result has the type {}, which is not supported by the local engine",
                        field.data_type()
                    ),
                ));
            };
            fields.push(field.as_ref().clone().with_name(&name).with_data_type(arrow).with_nullable(true));
            columns.push(ResultColumn { name, data_type: word.to_owned() });
        }
        Ok(Self { columns, schema: Arc::new(Schema::new(fields)) })
    }

    pub(crate) fn apply(&self, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
        if batch.num_columns() == 0 {
            return Ok(batch.clone());
        }
        let columns = batch.columns().iter().zip(self.schema.fields());
        let columns = columns.map(|(column, field)| cast(column, field.data_type()));
        RecordBatch::try_new(Arc::clone(&self.schema), columns.collect::<Result<_, _>>()?)
    }
}

fn athena_type(arrow: &Arrow) -> Option<(&'static str, Arrow)> {
    Some(match arrow {
        Arrow::Null => ("unknown", Arrow::Null),
        Arrow::Boolean => ("boolean", Arrow::Boolean),
        Arrow::Int32 => ("integer", Arrow::Int32),
        // DataFusion counts and ranks without a sign.
        Arrow::Int64 | Arrow::UInt64 => ("bigint", Arrow::Int64),
        Arrow::Float64 => ("double", Arrow::Float64),
        Arrow::Utf8 | Arrow::LargeUtf8 | Arrow::Utf8View => ("varchar", Arrow::Utf8),
        Arrow::Date32 => ("date", Arrow::Date32),
        Arrow::Timestamp(_, None) => ("timestamp", Arrow::Timestamp(TimeUnit::Millisecond, None)),
        _ => return None,
    })
}
