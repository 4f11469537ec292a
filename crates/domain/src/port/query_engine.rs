use std::{fmt, future::Future};

use bytes::Bytes;

use super::Source;

/// Asynchronous SQL with Athena's behaviour: a query is started, passes through states, and leaves a result.
pub trait QueryEngine: Send + Sync + 'static {
    /// Starts a query. Two calls with the same `token` and the same query start it once and answer the same
    /// id; the same token with another query is `Rejected`.
    fn start(&self, query: &Query) -> impl Future<Output = Result<QueryId, EngineError>> + Send;

    /// Where the query is. `NotFound` if there is none of this id. A query may go from running back to
    /// queued; succeeded, failed and cancelled are final.
    fn status(&self, id: &QueryId) -> impl Future<Output = Result<QueryStatus, EngineError>> + Send;

    /// The whole result of a succeeded query; `Rejected` in any other state, `TooLarge`, without reading it,
    /// if its CSV is longer than `max_bytes`.
    fn result(
        &self,
        id: &QueryId,
        max_bytes: u64,
    ) -> impl Future<Output = Result<ResultSet, EngineError>> + Send;

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
        /// The engine's own words: for the log, not for a caller.
        reason: String,
        /// Whether a new execution may succeed.
        retryable: bool,
    },
    /// Stopped by somebody.
    Cancelled,
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

/// A result, in the form in which Athena leaves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultSet {
    /// The columns, in order.
    pub columns: Vec<ResultColumn>,
    /// CSV with a header row; every value is quoted, NULL is nothing at all, the empty string is `""`.
    pub csv: Bytes,
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
    /// The result is there, and longer than the caller would take.
    #[error("the result has {bytes} bytes")]
    TooLarge {
        /// Its length.
        bytes: u64,
    },
    /// Too many queries at once: the same call may succeed in some seconds.
    #[error("the query engine has too many queries")]
    Busy,
    /// Throttled, timed out or out of reach: the same call may succeed later.
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
