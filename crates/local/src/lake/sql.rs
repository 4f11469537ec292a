//! Athena's SQL, by the engine.

use std::sync::Arc;

use aws::S3Store;
use engine::{Engine, EngineError, csv};
use futures::future::BoxFuture;

use crate::{ErrorCategory, GlueCatalog, RunError, RunOutput, SqlRunner};

pub(super) struct Runner(Arc<Engine<GlueCatalog, S3Store>>);

impl Runner {
    pub(super) fn new(database: &str, catalog: GlueCatalog, store: S3Store) -> Self {
        Self(Arc::new(Engine::new(database, Arc::new(catalog), Arc::new(store))))
    }
}

impl SqlRunner for Runner {
    fn run(&self, sql: String, parameters: Vec<String>) -> BoxFuture<'static, Result<RunOutput, RunError>> {
        let engine = Arc::clone(&self.0);
        Box::pin(async move {
            let execution = engine.execute(&sql, &parameters).await.map_err(run_error)?;
            let (columns, scanned) = (execution.columns.clone(), execution.scanned.clone());
            let csv = csv::write(execution, Vec::new()).await.map_err(|error| match error {
                csv::CsvError::Query(error) => run_error(error),
                other => internal(&other),
            })?;
            Ok(RunOutput { columns, csv: csv.into(), bytes_scanned: scanned.get() })
        })
    }
}

fn run_error(error: EngineError) -> RunError {
    let (category, retryable) = match &error {
        EngineError::Rejected { .. } | EngineError::Unsupported { .. } | EngineError::Failed(_) => {
            (ErrorCategory::User, false)
        }
        EngineError::Catalog(_) => (ErrorCategory::System, true),
        EngineError::Store { retryable, .. } => (ErrorCategory::System, *retryable),
        EngineError::Internal(_) => (ErrorCategory::System, false),
    };
    RunError { message: domain::chain(&error), category, retryable }
}

fn internal(error: &dyn std::error::Error) -> RunError {
    RunError { message: domain::chain(error), category: ErrorCategory::System, retryable: false }
}
