//! Athena's SQL, by the engine.

use std::{
    io::{self, Write},
    sync::Arc,
};

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
            let csv = csv::write(execution, Bounded::default()).await.map_err(|error| match error {
                csv::CsvError::Query(error) => run_error(error),
                csv::CsvError::Write(error) => too_large(&error),
                csv::CsvError::Type(_) => internal(&error),
            })?;
            Ok(RunOutput { columns, csv: csv.0.into(), bytes_scanned: scanned.get() })
        })
    }
}

/// The longest result, in bytes. Athena has no such limit; one process on a laptop does.
const MAX_RESULT: usize = 256 * 1024 * 1024;

/// A result in memory, up to [`MAX_RESULT`].
#[derive(Default)]
struct Bounded(Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MAX_RESULT {
            let words = format!("the local lake keeps results of up to {MAX_RESULT} bytes: add a LIMIT");
            return Err(io::Error::new(io::ErrorKind::QuotaExceeded, words));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn too_large(error: &io::Error) -> RunError {
    let message = format!("EXCEEDED_LOCAL_MEMORY_LIMIT: {error}");
    RunError { message, category: ErrorCategory::User, retryable: false }
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
