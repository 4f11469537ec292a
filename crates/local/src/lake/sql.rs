//! Athena's SQL, by the engine, on threads of its own.

mod file;
mod partitions;
mod running;
mod sink;
mod store;

use std::{io, num::NonZero, sync::Arc, thread};

use aws::{S3Store, SystemClock};
use bytes::Bytes;
use domain::port::ResultColumn;
use engine::{
    Cancellation, Engine, EngineError, Execution, Prepared,
    csv::{self, CsvError},
};
use futures::future::BoxFuture;
use tokio::{runtime::Handle, sync::mpsc};

use super::threads::Threads;
use crate::{ErrorCategory, GlueCatalog, RunChunk, RunError, RunForm, RunOutput, RunQuery, SqlRunner};
use running::{Chunk, Output, Running};
use sink::Sink;
use store::Elsewhere;

/// One thread for each query that runs at once, unless the machine has more cores.
const FEWEST: usize = 4;
const MOST: usize = 16;

/// The name of the one column of a plan.
const PLAN: &str = "Query Plan";

/// The engine, and the views that it knows nothing of.
struct LakeEngine {
    engine: Engine<GlueCatalog, Elsewhere<S3Store>>,
    views: GlueCatalog,
}

impl LakeEngine {
    /// The statement with the queries of its views in the places of their names.
    fn prepare(&self, query: &RunQuery) -> Result<Prepared, EngineError> {
        let prepared = self.engine.prepare(&query.sql, &query.parameters)?;
        let views = |name: &str| self.views.view(name);
        match &query.view {
            Some(name) => prepared.of_view(name, &views),
            None => prepared.with_views(&views),
        }
    }
}

pub(super) struct Runner {
    engine: Arc<LakeEngine>,
    threads: Threads,
}

impl Runner {
    /// Must be called on the runtime that answers requests: the lake's files are read on that.
    pub(super) fn start(
        database: &str,
        bucket: &str,
        catalog: GlueCatalog,
        store: S3Store,
    ) -> io::Result<Self> {
        let store = Elsewhere::new(store, Handle::current());
        let views = catalog.clone();
        let engine = Engine::new(database, Arc::new(catalog), Arc::new(store), SystemClock).in_bucket(bucket);
        let engine = Arc::new(LakeEngine { engine, views });
        let cores = thread::available_parallelism().map_or(FEWEST, NonZero::get);
        Ok(Self { engine, threads: Threads::start("sql-engine", cores.clamp(FEWEST, MOST))? })
    }
}

impl SqlRunner for Runner {
    fn refusal(&self, sql: &str, parameters: &[String]) -> Option<String> {
        match self.engine.engine.prepare(sql, parameters) {
            Err(EngineError::Rejected { reason }) => Some(reason),
            // Whatever else is wrong, the query says itself.
            Ok(_) | Err(_) => None,
        }
    }

    fn run(&self, query: RunQuery) -> BoxFuture<'static, Result<RunOutput, RunError>> {
        let engine = Arc::clone(&self.engine);
        let slot = query.slot.clone();
        let running = Running::start(&self.threads, slot, |output, cancellation| async move {
            work(&engine, query, output, cancellation).await;
        });
        Box::pin(running.output())
    }
}

/// Plans and computes a query for whoever takes its output.
async fn work(engine: &LakeEngine, query: RunQuery, output: Output, cancellation: Cancellation) {
    let form = query.form;
    if form == RunForm::Inputs {
        return inputs(engine, query, output, cancellation).await;
    }
    let execution = match begin(engine, query, cancellation).await {
        Ok(execution) => execution,
        Err(error) => return output.fail(run_error(error)),
    };
    let columns = match form {
        RunForm::Plan | RunForm::Inputs => plan_columns(),
        RunForm::Csv | RunForm::Columns | RunForm::Parquet(_) | RunForm::Partitions(..) => {
            execution.columns.clone()
        }
    };
    let Some(chunks) = output.begin(columns) else { return };
    match form {
        RunForm::Csv => write_csv(execution, chunks).await,
        RunForm::Parquet(compression) => file::write(execution, compression, chunks).await,
        RunForm::Partitions(compression, keys) => {
            partitions::write(execution, compression, keys, chunks).await;
        }
        RunForm::Columns | RunForm::Inputs => {}
        RunForm::Plan => {
            let plan = execution.plan();
            let rows = plan.lines().count() as u64;
            // Nobody may be left to read it.
            let _gone = chunks.send(Ok(RunChunk { bytes: plan.into(), rows, partition: None })).await;
        }
    }
}

fn plan_columns() -> Vec<ResultColumn> {
    vec![ResultColumn { name: PLAN.to_owned(), data_type: "varchar".to_owned() }]
}

/// Says which tables the query reads.
async fn inputs(engine: &LakeEngine, query: RunQuery, output: Output, cancellation: Cancellation) {
    let found = async {
        let prepared = engine.prepare(&query)?;
        engine.engine.inputs(&prepared, query.scanned.clone(), cancellation).await
    };
    let text = match found.await {
        Ok(tables) => serde_json::to_string(&tables),
        Err(error) => return output.fail(run_error(error)),
    };
    let text = match text {
        Ok(text) => text,
        Err(error) => return output.fail(internal(&error)),
    };
    let Some(chunks) = output.begin(plan_columns()) else { return };
    // Nobody may be left to read it.
    let _gone = chunks.send(Ok(RunChunk { bytes: text.into(), rows: 1, partition: None })).await;
}

async fn write_csv(execution: Execution, chunks: mpsc::Sender<Chunk>) {
    let last = match csv::write_counted(execution, Sink::new(chunks.clone())).await {
        Ok((_, rows)) => Ok(RunChunk { bytes: Bytes::new(), rows, partition: None }),
        Err(CsvError::Query(error)) => Err(run_error(error)),
        Err(error @ (CsvError::Write(_) | CsvError::Type(_))) => Err(internal(&error)),
    };
    // Nobody may be left to hear it.
    let _gone = chunks.send(last).await;
}

async fn begin(
    engine: &LakeEngine,
    query: RunQuery,
    cancellation: Cancellation,
) -> Result<Execution, EngineError> {
    let prepared = engine.prepare(&query)?;
    engine.engine.run(&prepared, query.scanned, cancellation).await
}

fn run_error(error: EngineError) -> RunError {
    let (category, error_type, retryable) = match &error {
        EngineError::Failed(failure) => (ErrorCategory::User, error_type(failure.code), false),
        EngineError::Unsupported { .. } => (ErrorCategory::User, error_type("NOT_SUPPORTED"), false),
        EngineError::Rejected { .. } | EngineError::ScanLimit(_) | EngineError::Cancelled(_) => {
            (ErrorCategory::User, None, false)
        }
        EngineError::Catalog(_) => (ErrorCategory::System, None, true),
        EngineError::Store { retryable, .. } => (ErrorCategory::System, None, *retryable),
        EngineError::Internal(_) => (ErrorCategory::System, None, false),
    };
    RunError { message: told(&error), category, error_type, retryable }
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

/// The error with its causes. A cause may be somebody else's, and show a whole plan.
fn told(error: &dyn std::error::Error) -> String {
    domain::bounded(domain::chain(error))
}

fn internal(error: &dyn std::error::Error) -> RunError {
    let (category, message) = (ErrorCategory::System, told(error));
    RunError { message, category, error_type: None, retryable: false }
}
