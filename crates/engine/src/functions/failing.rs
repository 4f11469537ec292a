//! How a function ends its query.

use datafusion::error::DataFusionError;

use crate::error::Failure;

/// A failure of the query in Athena's words.
pub(super) fn failure(code: &'static str, message: impl Into<String>) -> DataFusionError {
    failed(Failure::new(code, message))
}

/// A failure of the query as an error of DataFusion's.
pub(super) fn failed(failure: Failure) -> DataFusionError {
    DataFusionError::External(Box::new(failure))
}
