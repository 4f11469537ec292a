//! The work behind each endpoint, generic over the ports. HTTP itself is the router's.

use std::time::Duration;

use domain::{
    DatasetName,
    port::{Catalog, Clock, Ids, ObjectStore, QueryEngine},
};
use futures::{StreamExt, TryStreamExt, stream};

use crate::{
    datasets::{Detail, Listing, Summary},
    execute::{ExecuteError, Executor},
    format::Format,
    plan::{Limits, RowsPlan},
    problem::{Kind, Problem, quote},
    render::{self, RenderError},
    request::RowsRequest,
    settings::ApiSettings,
    snapshot::{Datasets, Snapshot, SnapshotError},
    sql,
};

/// Room for the header row of the engine's CSV: 1,000 columns of 63 characters.
const MAX_HEADER: u64 = 64 * 1024;

/// How many tables' partitions are listed at the same time.
const LISTINGS: usize = 8;
/// After how many seconds to come again: when there are too many queries, and when something is out of reach.
const RETRY_BUSY: u32 = 2;
const RETRY_UNAVAILABLE: u32 = 5;

/// The API over its ports.
#[derive(Debug)]
pub struct Api<S, C, Q, K, I> {
    store: S,
    catalog: C,
    engine: Q,
    pub(crate) clock: K,
    ids: I,
    settings: ApiSettings,
    snapshot: Snapshot,
}

/// What a caller asked for in headers.
#[derive(Debug, Default)]
pub(crate) struct Preferences {
    /// `Accept`, all of them joined.
    pub(crate) accept: Option<String>,
    /// `Prefer: wait=`, in seconds.
    pub(crate) wait: Option<u64>,
}

/// Rows, rendered.
#[derive(Debug)]
pub(crate) struct RowsAnswer {
    /// The bytes.
    pub(crate) body: Vec<u8>,
    /// Their form.
    pub(crate) format: Format,
    /// What it took.
    pub(crate) cost: Cost,
}

/// What an answer cost.
#[derive(Debug, Clone)]
pub(crate) struct Cost {
    /// Rows in the answer.
    pub(crate) rows: u64,
    /// The engine's id.
    pub(crate) query_id: String,
    /// Bytes that the engine read.
    pub(crate) bytes_scanned: u64,
    /// Milliseconds that the engine worked.
    pub(crate) engine_millis: u64,
}

impl<S: ObjectStore, C: Catalog, Q: QueryEngine, K: Clock, I: Ids> Api<S, C, Q, K, I> {
    /// Puts the API on its ports.
    pub fn new(store: S, catalog: C, engine: Q, clock: K, ids: I, settings: ApiSettings) -> Self {
        let snapshot = Snapshot::new(settings.snapshot_age);
        Self { store, catalog, engine, clock, ids, settings, snapshot }
    }

    /// `GET /v1/datasets`, as JSON.
    pub(crate) async fn datasets(&self) -> Result<Vec<u8>, Problem> {
        let datasets = self.definitions().await?;
        let states: Vec<_> = stream::iter(datasets.keys().cloned())
            .map(|name| async move { self.snapshot.partitions(&self.catalog, &self.clock, &name).await })
            .buffered(LISTINGS)
            .try_collect()
            .await
            .map_err(|error| unreadable(&error))?;
        let summaries = datasets.values().zip(&states);
        let summaries = summaries.map(|(accepted, state)| Summary::new(accepted, state.as_deref()));
        to_json(&Listing { datasets: summaries.collect() })
    }

    /// `GET /v1/datasets/{dataset}`, as JSON.
    pub(crate) async fn dataset(&self, name: &str) -> Result<Vec<u8>, Problem> {
        let datasets = self.definitions().await?;
        let (name, accepted) = find(&datasets, name)?;
        let state = self.snapshot.partitions(&self.catalog, &self.clock, name).await;
        let state = state.map_err(|error| unreadable(&error))?;
        to_json(&Detail::new(accepted, state.as_deref()))
    }

    /// `GET /v1/datasets/{dataset}/rows`.
    pub(crate) async fn rows(
        &self,
        name: &str,
        query: &str,
        preferences: &Preferences,
    ) -> Result<RowsAnswer, Problem> {
        let datasets = self.definitions().await?;
        let (name, accepted) = find(&datasets, name)?;
        let request = RowsRequest::parse(query)?;
        let format = Format::choose(request.format.as_deref(), preferences.accept.as_deref())?;
        let ApiSettings { default_rows, max_rows, .. } = self.settings;
        let plan = RowsPlan::new(&accepted.dataset, &request, Limits { default_rows, max_rows })?;
        let statement = sql::compile(&plan, &self.settings.database);

        let registered = self.snapshot.is_registered(&self.catalog, &self.clock, name).await;
        if !registered.map_err(|error| unreadable(&error))? {
            let detail = format!("dataset {name} is defined, and its table is not registered yet");
            return Err(Problem::new(Kind::NotRegistered, detail).retry_after(RETRY_UNAVAILABLE));
        }

        let wait = self.wait(preferences);
        // The engine's CSV quotes every value, which at most doubles the shortest rendering; the rest is its header.
        let max_bytes = 2 * self.settings.max_body as u64 + MAX_HEADER;
        let executor = Executor { engine: &self.engine, clock: &self.clock, ids: &self.ids, max_bytes };
        let log_sql = statement.sql.clone();
        let execution =
            executor.run(statement, wait).await.map_err(|error| failed(&error, &log_sql, wait))?;
        let rendered = render::render(format, &plan.outputs(), &execution.csv, self.settings.max_body)
            .map_err(|error| unrendered(&error, execution.id.as_str()))?;
        let cost = Cost {
            rows: rendered.rows,
            query_id: execution.id.to_string(),
            bytes_scanned: execution.bytes_scanned,
            engine_millis: execution.engine_millis,
        };
        Ok(RowsAnswer { body: rendered.body, format, cost })
    }

    /// The wait of this request: the setting's, or what the caller prefers if that is shorter.
    pub(crate) fn wait(&self, preferences: &Preferences) -> Duration {
        let preferred = preferences.wait.map_or(Duration::MAX, Duration::from_secs);
        preferred.min(self.settings.wait)
    }

    async fn definitions(&self) -> Result<std::sync::Arc<Datasets>, Problem> {
        let datasets = self.snapshot.datasets(&self.store, &self.clock).await;
        datasets.map_err(|error| unreadable(&error))
    }
}

fn find<'a>(
    datasets: &'a Datasets,
    name: &str,
) -> Result<(&'a DatasetName, &'a domain::schemas::Accepted), Problem> {
    datasets.get_key_value(name).ok_or_else(|| {
        Problem::new(Kind::UnknownDataset, format!("unknown dataset {}", quote(name))).suggesting(
            name,
            "datasets",
            datasets.keys().map(DatasetName::as_str),
        )
    })
}

fn to_json(value: &impl serde::Serialize) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec(value).map_err(|error| {
        tracing::error!(error = domain::chain(&error), "an answer could not be written as JSON");
        Problem::new(Kind::Internal, "the answer could not be written")
    })
}

/// The lake cannot be read: the reason goes to the log.
fn unreadable(error: &SnapshotError) -> Problem {
    tracing::error!(error = domain::chain(error), "the lake's definitions or catalog cannot be read");
    if error.is_transient() {
        Problem::new(Kind::Unavailable, "the lake's catalog is out of reach: try again in some seconds")
            .retry_after(RETRY_UNAVAILABLE)
    } else {
        Problem::new(
            Kind::Internal,
            "the lake's catalog cannot be read: its operator finds the reason in the log",
        )
    }
}

/// The query has no result: the engine's words go to the log, the caller learns what to do.
fn failed(error: &ExecuteError, sql: &str, wait: Duration) -> Problem {
    let query_id = error.query_id().map(domain::port::QueryId::as_str);
    let problem = match error {
        ExecuteError::Busy => {
            tracing::warn!("a query was turned away: the engine has too many");
            Problem::new(Kind::Busy, "too many queries are running: try again in some seconds")
                .retry_after(RETRY_BUSY)
        }
        ExecuteError::Unavailable(_) => {
            tracing::error!(error = domain::chain(error), "the query engine is out of reach");
            Problem::new(Kind::Unavailable, "the query engine is out of reach: try again in some seconds")
                .retry_after(RETRY_UNAVAILABLE)
        }
        ExecuteError::TimedOut { .. } => {
            tracing::warn!(query_id, sql, wait_ms = millis(wait), "a query took longer than the wait");
            let detail = format!(
                "the query was not done after {} s and was cancelled: narrow it with filters, on the event time or \
                 on dt first of all",
                wait.as_secs_f64()
            );
            Problem::new(Kind::Timeout, detail)
        }
        ExecuteError::TooLarge { bytes, .. } => {
            tracing::warn!(query_id, bytes, "a result is too large to be read");
            Problem::new(
                Kind::ResultTooLarge,
                "the result is too large: lower limit, or select fewer columns",
            )
        }
        ExecuteError::Failed { .. } | ExecuteError::Refused(_) => {
            tracing::error!(query_id, sql, error = domain::chain(error), "a query failed");
            Problem::new(
                Kind::EngineFailed,
                "the query failed: the lake's operator finds the reason in the log",
            )
        }
    };
    match query_id {
        Some(id) => problem.with("query_id", id),
        None => problem,
    }
}

fn unrendered(error: &RenderError, query_id: &str) -> Problem {
    let problem = match error {
        RenderError::TooLarge { maximum } => {
            let detail = format!(
                "the answer would be longer than {maximum} bytes: lower limit, or select fewer columns"
            );
            Problem::new(Kind::ResultTooLarge, detail).with("maximum", *maximum)
        }
        RenderError::Malformed(_) | RenderError::Cell { .. } => {
            tracing::error!(query_id, error = domain::chain(error), "a result cannot be rendered");
            let detail = "the query's result cannot be read: the lake's operator finds the reason in the log";
            Problem::new(Kind::EngineFailed, detail)
        }
    };
    problem.with("query_id", query_id)
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
