use domain::{bounded, port::CatalogError};

use crate::{cancel::Cancelled, scan::ScanLimitExceeded};

/// Why there is no result; the kinds are what a caller would do differently.
///
/// What these say quotes the statement and the values of rows, which are as long as they like: no text of theirs has more than
/// [`domain::MOST_CHARACTERS`].
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// Not one query in Athena's grammar, or parameters that do not fit it: Athena refuses to start it.
    #[error("{reason}")]
    Rejected {
        /// In Athena's manner: `line 1:8: ...`.
        reason: String,
    },
    /// Athena has it, this engine has not: the query fails, and its text is not to blame.
    #[error("NOT_SUPPORTED: {construct} is not supported by the local engine")]
    Unsupported {
        /// What was asked for, as SQL names it.
        construct: String,
    },
    /// The query failed, on Athena as well.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// More would have been read than was allowed: Athena cancels such a query.
    #[error(transparent)]
    ScanLimit(#[from] ScanLimitExceeded),
    /// It was ended from outside.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// The catalog did not answer.
    #[error("GLUE_ERROR: the catalog could not be read")]
    Catalog(#[from] CatalogError),
    /// A file or a listing could not be read.
    #[error("HIVE_CANNOT_OPEN_SPLIT: {what}")]
    Store {
        /// The store's words: they name the object.
        what: String,
        /// Whether the same query may succeed later.
        retryable: bool,
        /// Where it surfaced.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The engine's own fault, or one that it does not know.
    #[error("GENERIC_INTERNAL_ERROR: the local engine failed")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A failed query, in Athena's words: `TABLE_NOT_FOUND: line 1:15: Table 'x' does not exist`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Failure {
    /// Athena's name for the kind of failure.
    pub code: &'static str,
    /// What happened, and where in the text if that is known.
    pub message: String,
}

impl Failure {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: bounded(message) }
    }
}

impl EngineError {
    /// Whether the same query may succeed later without anybody changing anything.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Store { retryable, .. } => *retryable,
            Self::Catalog(error) => matches!(error, CatalogError::Unavailable { .. }),
            Self::Rejected { .. }
            | Self::Unsupported { .. }
            | Self::Failed(_)
            | Self::ScanLimit(_)
            | Self::Cancelled(_)
            | Self::Internal(_) => false,
        }
    }

    pub(crate) fn rejected(reason: impl Into<String>) -> Self {
        Self::Rejected { reason: bounded(reason) }
    }

    pub(crate) fn unsupported(construct: impl Into<String>) -> Self {
        Self::Unsupported { construct: bounded(construct) }
    }

    pub(crate) fn failed(code: &'static str, message: impl Into<String>) -> Self {
        Self::Failed(Failure::new(code, message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_message_is_longer_than_it_may_be() {
        let long = "é".repeat(1 << 20);
        for error in [
            EngineError::rejected(long.as_str()),
            EngineError::unsupported(long.as_str()),
            EngineError::failed("X", long.as_str()),
            Failure::new("X", long.as_str()).into(),
        ] {
            let characters = error.to_string().chars().count();
            let most = domain::MOST_CHARACTERS + 100;
            assert!((domain::MOST_CHARACTERS..most).contains(&characters), "{characters} characters");
        }
    }
}
