use bytes::Bytes;
use domain::port::ResultColumn;
use futures::future::BoxFuture;

/// Runs one SQL statement.
pub trait SqlRunner: Send + Sync + 'static {
    /// Runs the statement with its parameters, SQL literals, in the places of its `?`. Dropping the future
    /// cancels the query.
    fn run(&self, sql: String, parameters: Vec<String>) -> BoxFuture<'static, Result<RunOutput, RunError>>;
}

/// What a statement answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunOutput {
    /// The columns, in order, with Athena's types for results.
    pub columns: Vec<ResultColumn>,
    /// A header row and the rows: every value quoted, NULL nothing at all, the empty string `""`.
    pub csv: Bytes,
    /// How much was read for it.
    pub bytes_scanned: u64,
}

/// Why a statement did not run to its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct RunError {
    /// What Athena would say, for the person who wrote the SQL.
    pub message: String,
    /// Whose fault it is.
    pub category: ErrorCategory,
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
