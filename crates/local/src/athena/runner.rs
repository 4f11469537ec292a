use std::sync::Arc;

use bytes::Bytes;
use domain::port::ResultColumn;
use engine::BytesScanned;
use futures::{future::BoxFuture, stream::BoxStream};
use tokio::sync::OwnedSemaphorePermit;

/// Runs SQL statements.
pub trait SqlRunner: Send + Sync + 'static {
    /// Why Athena would not take the statement, in its words, if it would not: what its parser finds.
    fn refusal(&self, sql: &str, parameters: &[String]) -> Option<String>;

    /// Plans and starts the statement with its parameters, SQL literals, in the places of its `?`. Dropping
    /// the future, or the rows, cancels the query. Neither computes on the thread that polls it. The query's slot is
    /// kept until its computation has ended, also after it was cancelled.
    fn run(&self, query: RunQuery) -> BoxFuture<'static, Result<RunOutput, RunError>>;
}

/// What to run.
#[derive(Debug, Clone)]
pub struct RunQuery {
    /// One statement.
    pub sql: String,
    /// SQL literals, one for each `?`.
    pub parameters: Vec<String>,
    /// The view of the lake's database that the statement is to become the query of, if it is: it may not name that view.
    pub view: Option<String>,
    /// What becomes of its rows.
    pub form: RunForm,
    /// Where to count what is read, and how much that may be. An error after it was exceeded ends the query as
    /// cancelled.
    pub scanned: BytesScanned,
    /// Whoever computes the query keeps this until the computation has ended. A query that is stopped is over for its
    /// client at once, but what computes it may go on for a while.
    pub slot: RunSlot,
}

/// What becomes of a query's rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunForm {
    /// A header row, then the rows. Every value is quoted, NULL is nothing at all, the empty string `""`.
    Csv,
    /// A file of Parquet. Without rows there are no bytes.
    Parquet(ParquetCompression),
    /// A file of Parquet for each partition. The last columns, so many, are the keys: they are texts, and in no file.
    Partitions(ParquetCompression, usize),
    /// Nothing: the query is planned, which tells its columns, and not computed.
    Columns,
    /// The plan as text, in a column of its own, `Query Plan`; the query is not computed.
    Plan,
    /// The tables that the query reads: Trino's `inputTableColumnInfos`, JSON in one line, in a column of its own,
    /// `Query Plan`; the query is not computed.
    Inputs,
}

/// How the pages of a Parquet file are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParquetCompression {
    /// Not at all.
    None,
    /// What Athena takes unless it is told otherwise.
    Gzip,
    /// Faster, and larger.
    Snappy,
    /// Smaller than both.
    Zstd,
}

/// The right to be one of the queries that run at once. It is given back when all clones are dropped.
#[derive(Debug, Clone)]
pub struct RunSlot {
    _permit: Arc<OwnedSemaphorePermit>,
}

impl RunSlot {
    pub(super) fn new(permit: OwnedSemaphorePermit) -> Self {
        Self { _permit: Arc::new(permit) }
    }
}

/// A statement at work.
pub struct RunOutput {
    /// The columns, in order, with Athena's types for results.
    pub columns: Vec<ResultColumn>,
    /// The result as it is computed, in the form that was asked for.
    pub chunks: BoxStream<'static, Result<RunChunk, RunError>>,
}

/// A piece of a result. It may end within a record, and within a character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunChunk {
    /// The piece as it is written.
    pub bytes: Bytes,
    /// How many rows were added to the result since the last piece, the header row not counted.
    pub rows: u64,
    /// Of files of partitions: the partition whose file the piece belongs to, by the values of the keys. The pieces of
    /// one file come in order, and those of several mixed.
    pub partition: Option<PartitionValues>,
}

/// The values of a partition's keys.
pub type PartitionValues = Arc<[Option<String>]>;

/// Why a statement did not run to its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct RunError {
    /// What Athena would say, for the person who wrote the SQL.
    pub message: String,
    /// Whose fault it is.
    pub category: ErrorCategory,
    /// The number in Athena's error catalog; without one, the most general of the category.
    pub error_type: Option<u16>,
    /// Whether the same statement may succeed later.
    pub retryable: bool,
}

/// Athena's categories of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCategory {
    /// The engine's.
    System,
    /// The statement's.
    User,
    /// Neither's.
    Other,
}

impl ErrorCategory {
    /// The number in the protocol.
    pub(super) fn code(self) -> u8 {
        match self {
            Self::System => 1,
            Self::User => 2,
            Self::Other => 3,
        }
    }

    /// The most general type of Athena's error catalog in this category.
    pub(super) fn general_type(self) -> u16 {
        match self {
            Self::System => 200,
            Self::User => 1_000,
            Self::Other => 100,
        }
    }
}

/// What may go well at another time.
pub(super) fn system(message: &str) -> RunError {
    RunError { retryable: true, ..defect(message) }
}

/// What would happen again: a panic comes of the statement and the rows.
pub(super) fn defect(message: &str) -> RunError {
    let (category, message) = (ErrorCategory::System, message.to_owned());
    RunError { message, category, error_type: None, retryable: false }
}
