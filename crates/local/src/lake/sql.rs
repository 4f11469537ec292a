//! Athena's SQL, by the engine.

use std::sync::Arc;

use aws::S3Store;
use engine::{
    Engine, EngineError,
    csv::{self, CsvError},
};
use futures::{StreamExt, TryStreamExt, future::BoxFuture};

use crate::{ErrorCategory, GlueCatalog, RunChunk, RunError, RunOutput, RunQuery, SqlRunner};

pub(super) struct Runner(Arc<Engine<GlueCatalog, S3Store>>);

impl Runner {
    pub(super) fn new(database: &str, catalog: GlueCatalog, store: S3Store) -> Self {
        Self(Arc::new(Engine::new(database, Arc::new(catalog), Arc::new(store))))
    }
}

impl SqlRunner for Runner {
    fn refusal(&self, sql: &str, parameters: &[String]) -> Option<String> {
        match self.0.prepare(sql, parameters) {
            Err(EngineError::Rejected { reason }) => Some(reason),
            // Whatever else is wrong, the query says itself.
            Ok(_) | Err(_) => None,
        }
    }

    fn run(&self, query: RunQuery) -> BoxFuture<'static, Result<RunOutput, RunError>> {
        let engine = Arc::clone(&self.0);
        Box::pin(async move {
            let prepared = engine.prepare(&query.sql, &query.parameters).map_err(run_error)?;
            let execution = engine.run(&prepared, query.scanned).await.map_err(run_error)?;
            let columns = execution.columns.clone();
            let chunks = csv::chunks(execution)
                .map_ok(|chunk| RunChunk { csv: chunk.text.into(), rows: chunk.rows as u64 })
                .map_err(|error| match error {
                    CsvError::Query(error) => run_error(error),
                    CsvError::Write(_) | CsvError::Type(_) => internal(&error),
                });
            Ok(RunOutput { columns, chunks: chunks.boxed() })
        })
    }
}

fn run_error(error: EngineError) -> RunError {
    let (category, error_type, retryable) = match &error {
        EngineError::Failed(failure) => (ErrorCategory::User, error_type(failure.code), false),
        EngineError::Unsupported { .. } => (ErrorCategory::User, error_type("NOT_SUPPORTED"), false),
        EngineError::Rejected { .. } | EngineError::ScanLimit(_) => (ErrorCategory::User, None, false),
        EngineError::Catalog(_) => (ErrorCategory::System, None, true),
        EngineError::Store { retryable, .. } => (ErrorCategory::System, None, *retryable),
        EngineError::Internal(_) => (ErrorCategory::System, None, false),
    };
    RunError { message: domain::chain(&error), category, error_type, retryable }
}

/// The numbers of Athena's error catalog for the names of its engine, as far as somebody measured them.
fn error_type(name: &str) -> Option<u16> {
    Some(match name {
        "DIVISION_BY_ZERO" => 1_001,
        "TYPE_MISMATCH" => 1_002,
        "COLUMN_NOT_FOUND" | "CATALOG_NOT_FOUND" => 1_006,
        "INVALID_CAST_ARGUMENT" => 1_100,
        "NOT_SUPPORTED" => 1_200,
        "TABLE_NOT_FOUND" | "SCHEMA_NOT_FOUND" => 1_301,
        "FUNCTION_NOT_FOUND" => 1_303,
        _ => return None,
    })
}

fn internal(error: &dyn std::error::Error) -> RunError {
    let (category, message) = (ErrorCategory::System, domain::chain(error));
    RunError { message, category, error_type: None, retryable: false }
}
