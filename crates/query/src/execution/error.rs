//! Why a query has no result.

use domain::port::{EngineError, Fault, QueryId, QueryState};

use super::mistake::{self, Mistake};

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ExecuteError {
    /// The engine has too many queries: the same request may succeed in some seconds.
    #[error("the query engine has too many queries")]
    Busy,
    /// The engine is out of reach: the same request may succeed later.
    #[error("the query engine cannot be reached")]
    Unavailable(#[source] EngineError),
    /// The query ended without a result.
    #[error("query {id} failed: {reason}")]
    Failed {
        /// The query.
        id: QueryId,
        /// The engine's own words: what of them is for a caller, `mistake` says.
        reason: String,
        /// Whether a new execution may succeed.
        retryable: bool,
        /// Whose fault it is, as the engine sees it.
        fault: Fault,
    },
    /// The engine's parser cannot read the statement: it was not started.
    #[error("the query engine cannot read the statement: {0}")]
    Malformed(String),
    /// Somebody stopped the query.
    #[error("query {0} was cancelled")]
    Cancelled(QueryId),
    /// The query would have read more than it may.
    #[error("query {0} reached the bound on the bytes that it may scan")]
    CutOff(QueryId),
    /// The result is not kept any longer.
    #[error("the result of query {0} has expired")]
    Expired(QueryId),
    /// The engine did not do what its port says.
    #[error("the query engine refused a call")]
    Refused(#[source] EngineError),
}

impl ExecuteError {
    /// What of it is no fault of the engine, with the engine's words for it.
    pub(crate) fn mistake(&self) -> Option<(Mistake, &str)> {
        match self {
            Self::Failed { reason, fault, .. } => Some((Mistake::of(*fault, reason)?, reason.as_str())),
            Self::Malformed(reason) => Some((Mistake::Statement, reason.as_str())),
            _ => None,
        }
    }

    /// The engine's name for the failure, if it gave one: no text of a caller is in it.
    pub(crate) fn code(&self) -> Option<&str> {
        match self {
            Self::Failed { reason, .. } | Self::Malformed(reason) => mistake::code(reason),
            _ => None,
        }
    }

    /// The query that it is about, if one had started.
    pub(crate) fn query_id(&self) -> Option<&QueryId> {
        match self {
            Self::Failed { id, .. } | Self::Cancelled(id) | Self::CutOff(id) | Self::Expired(id) => Some(id),
            Self::Busy | Self::Unavailable(_) | Self::Malformed(_) | Self::Refused(_) => None,
        }
    }

    /// What a call's error means where no query of that id is not among what can be.
    pub(crate) fn of(error: EngineError) -> Self {
        match error {
            EngineError::Busy => Self::Busy,
            EngineError::Unavailable { .. } => Self::Unavailable(error),
            EngineError::Malformed { reason } => Self::Malformed(reason),
            other => Self::Refused(other),
        }
    }

    /// What the error of a call for a result means.
    pub(crate) fn of_result(error: EngineError, id: &QueryId) -> Self {
        match error {
            EngineError::NotFound { .. } => Self::Expired(id.clone()),
            other => Self::of(other),
        }
    }
}

/// How a query in this state ended, if it did.
pub(crate) fn ended(id: &QueryId, state: &QueryState) -> Option<Result<(), ExecuteError>> {
    match state {
        QueryState::Queued | QueryState::Running => None,
        QueryState::Succeeded => Some(Ok(())),
        QueryState::Failed { reason, retryable, fault } => {
            let (reason, retryable, fault) = (reason.clone(), *retryable, *fault);
            Some(Err(ExecuteError::Failed { id: id.clone(), reason, retryable, fault }))
        }
        QueryState::Cancelled => Some(Err(ExecuteError::Cancelled(id.clone()))),
        QueryState::CutOff => Some(Err(ExecuteError::CutOff(id.clone()))),
    }
}
