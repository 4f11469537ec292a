use std::{fmt, sync::Arc};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, RecordBatch},
        compute::cast,
        datatypes::{DataType, Decimal128Type, Schema, SchemaRef},
        error::ArrowError,
    },
    physical_plan::{ExecutionPlan, displayable},
};
use domain::port::ResultColumn;
use futures::{StreamExt, stream::BoxStream};

use crate::{
    cancel::Cancellation,
    error::{EngineError, Failure},
    functions,
    names::OutputNames,
    padded,
    scan::BytesScanned,
    types,
};

/// A query at work.
pub struct Execution {
    /// The result's columns, with their types in Athena's words.
    pub columns: Vec<ResultColumn>,
    /// The rows. Nothing is read ahead of what is taken, beyond a few batches; dropping it ends the query.
    ///
    /// Values are of the Arrow types that [`domain::DataType::arrow`] names (`Null` for a column without one, and
    /// `LargeUtf8` for Athena's `json`).
    pub batches: BoxStream<'static, Result<RecordBatch, EngineError>>,
    /// What was read so far: the column chunks, without footers and indexes.
    pub scanned: BytesScanned,
    pub(crate) plan: Arc<dyn ExecutionPlan>,
    /// For whoever works on the rows after they were computed.
    pub(crate) cancellation: Cancellation,
}

impl Execution {
    /// What the query does, step by step, as text: this engine's own, which is not Athena's.
    pub fn plan(&self) -> String {
        displayable(self.plan.as_ref()).indent(false).to_string()
    }

    /// The same with the columns' names in lower case, as the catalog has them and files need them.
    #[must_use]
    pub fn in_lower_case(self) -> Self {
        let Self { mut columns, batches, scanned, plan, cancellation } = self;
        for column in &mut columns {
            column.name = column.name.to_lowercase();
        }
        let batches = batches.map(|batch| batch.and_then(|batch| lower_case(&batch)));
        Self { columns, batches: batches.boxed(), scanned, plan, cancellation }
    }
}

impl fmt::Debug for Execution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Execution")
            .field("columns", &self.columns)
            .field("scanned", &self.scanned)
            .finish_non_exhaustive()
    }
}

fn lower_case(batch: &RecordBatch) -> Result<RecordBatch, EngineError> {
    let fields = batch.schema_ref().fields().iter();
    let fields = fields.map(|field| field.as_ref().clone().with_name(field.name().to_lowercase()));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let renamed = RecordBatch::try_new(schema, batch.columns().to_vec());
    renamed.map_err(|error| EngineError::Internal(Box::new(error)))
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
            let Some((word, arrow)) = types::of_result(field.data_type()) else {
                return Err(Failure::new(
                    "NOT_SUPPORTED",
                    format!(
                        "column {name} of the result has the type {}, which is not supported by the local engine",
                        field.data_type()
                    ),
                ));
            };
            fields.push(field.as_ref().clone().with_name(&name).with_data_type(arrow).with_nullable(true));
            columns.push(ResultColumn { name, data_type: word });
        }
        Ok(Self { columns, schema: Arc::new(Schema::new(fields)) })
    }

    /// The same with the columns at these places as texts of a type `char(n)`.
    pub(crate) fn with_characters(mut self, characters: &padded::Columns) -> Self {
        for (place, length) in characters {
            if let Some(column) = self.columns.get_mut(*place) {
                column.data_type = padded::name(*length);
            }
        }
        self
    }

    pub(crate) fn apply(&self, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
        if batch.num_columns() == 0 {
            return Ok(batch.clone());
        }
        let columns = batch.columns().iter().zip(self.schema.fields());
        let columns = columns.map(|(column, field)| {
            let column = shaped(column, field.data_type())?;
            check_digits(&column)?;
            Ok::<_, ArrowError>(column)
        });
        RecordBatch::try_new(Arc::clone(&self.schema), columns.collect::<Result<_, _>>()?)
    }
}

/// Fields of rows are taken by their places: they may have no names.
fn shaped(column: &ArrayRef, to: &DataType) -> Result<ArrayRef, ArrowError> {
    if types::is_nested(to) {
        functions::fitted(column, to).map_err(|error| ArrowError::ExternalError(Box::new(error)))
    } else {
        cast(column, to)
    }
}

/// Arrow calculates with decimals of more digits than there are.
fn check_digits(column: &ArrayRef) -> Result<(), ArrowError> {
    match (column.data_type(), column.as_primitive_opt::<Decimal128Type>()) {
        (DataType::Decimal128(precision, _), Some(decimals)) => decimals
            .validate_decimal_precision(*precision)
            .map_err(|_| ArrowError::ArithmeticOverflow("Decimal overflow".to_owned())),
        _ => Ok(()),
    }
}
