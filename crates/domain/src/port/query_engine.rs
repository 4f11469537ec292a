use std::{fmt, future::Future, ops::Range, time::Duration};

use bytes::Bytes;
use chrono::{DateTime, Utc};

use super::Source;

/// Asynchronous SQL with Athena's behaviour: a query is started, passes through states, and leaves a result.
pub trait QueryEngine: Send + Sync + 'static {
    /// Starts a query. Two calls with the same `token` and the same query start it once and answer the same
    /// id. A token belongs to one query, parameters included: Athena does not compare those, and answers what
    /// the token's first query found.
    fn start(&self, query: &Query) -> impl Future<Output = Result<QueryId, EngineError>> + Send;

    /// Where the query is. `NotFound` if there is none of this id that one of this engine's workgroups ran. A query may
    /// go from running back to queued; succeeded, failed, cancelled and cut off are final.
    fn status(&self, id: &QueryId) -> impl Future<Output = Result<QueryStatus, EngineError>> + Send;

    /// What the result of a succeeded query is and where it lies. `NotFound` if it is gone; `Rejected` in any other state, or
    /// `NotFound` too for a cancelled query, of which Athena says the same.
    fn result(&self, id: &QueryId) -> impl Future<Output = Result<StoredResult, EngineError>> + Send;

    /// Bytes of a result: as many as there are within the range, which must begin before the result's end.
    /// `NotFound` if the result has expired.
    fn read(
        &self,
        result: &StoredResult,
        range: Range<u64>,
    ) -> impl Future<Output = Result<Bytes, EngineError>> + Send;

    /// Asks for the query to stop. One that is final already stays as it is, and that is no error.
    fn cancel(&self, id: &QueryId) -> impl Future<Output = Result<(), EngineError>> + Send;
}

/// What to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// One statement in Athena's SQL, with `?` where a parameter goes.
    pub sql: String,
    /// SQL literals (`'O''Brien'`, `DATE '2026-11-23'`), one for each `?`, each 1 to 1,024 characters.
    pub parameters: Vec<String>,
    /// Makes a repeated start idempotent: 32 to 128 characters.
    pub token: String,
    /// How old a result of the same statement and parameters may be for the engine to answer it instead of
    /// running the query; whole minutes. `None` runs it.
    pub reuse: Option<Duration>,
    /// The workgroup that runs it, whose bound on the bytes that one query may scan then holds. `None` for the
    /// engine's own. `start` answers `Rejected` for one that the engine was not told of.
    pub workgroup: Option<String>,
}

/// The engine's name for one execution.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct QueryId(String);

impl QueryId {
    /// Takes the engine's text as it is.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The engine's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for QueryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The states of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueryState {
    /// Waiting for its turn.
    Queued,
    /// At work.
    Running,
    /// Done: there is a result.
    Succeeded,
    /// Done without a result.
    Failed {
        /// The engine's own words. They may quote the statement, the rows that it reads, and names of the deployment.
        reason: String,
        /// Whether a new execution may succeed.
        retryable: bool,
        /// Whose fault it is.
        fault: Fault,
    },
    /// Stopped by somebody.
    Cancelled,
    /// Stopped by the engine, at the bound on the bytes that one query may scan.
    CutOff,
}

/// Whose fault a failure is, as the engine sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The statement's, or of those who run the lake: the engine does not tell the two apart.
    Statement,
    /// The engine's, or nobody knows.
    Engine,
}

/// State and cost of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryStatus {
    /// The state.
    pub state: QueryState,
    /// Bytes read so far.
    pub bytes_scanned: u64,
    /// Milliseconds the engine worked on it.
    pub engine_millis: u64,
    /// When it was started, if the engine says so.
    pub submitted_at: Option<DateTime<Utc>>,
    /// Whether the engine answered an earlier result instead of running it.
    pub reused: bool,
}

/// A column of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultColumn {
    /// Its name.
    pub name: String,
    /// Its type in Athena's words for results: `varchar`, `integer`, `bigint`, `timestamp`, `decimal(12,2)`, and
    /// `array`, `map` or `row` with or without what they are made of.
    pub data_type: String,
}

/// A result that lies in the store, in the form in which Athena leaves it: CSV with a header row, in which every
/// value is quoted, NULL is nothing at all, and the empty string is `""`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredResult {
    /// The columns, in order.
    pub columns: Vec<ResultColumn>,
    /// The length of the CSV.
    pub bytes: u64,
    /// The engine's name for the place.
    pub location: String,
}

/// Why a call did not do what it should; the kinds are what a caller would do differently.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// There is no execution of this id.
    #[error("query {id} does not exist")]
    NotFound {
        /// The id asked for.
        id: String,
    },
    /// The engine will not take this: its words say why. Trying again does not help.
    #[error("the query engine rejected the request: {reason}")]
    Rejected {
        /// The engine's own words: for the log, not for a caller.
        reason: String,
    },
    /// The engine's parser cannot read the statement, so it was not started. Trying again does not help.
    #[error("the query engine cannot read the statement: {reason}")]
    Malformed {
        /// The engine's own words, which quote the statement.
        reason: String,
    },
    /// Too many queries at once, or too many calls: nothing came of this one, and the same call may succeed in some seconds.
    #[error("the query engine has too many queries")]
    Busy,
    /// Timed out or out of reach: something may have come of the call, and the same call may succeed later.
    #[error("the query engine is unavailable")]
    Unavailable {
        /// What the adapter got.
        #[source]
        source: Source,
    },
    /// Anything else. Trying again does not help.
    #[error("the query engine failed")]
    Failed {
        /// What the adapter got.
        #[source]
        source: Source,
    },
}
