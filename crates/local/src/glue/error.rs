use std::io;

use crate::protocol::json::JsonError;

/// What a catalog operation can run into; the codes are Glue's.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GlueError {
    #[error("{0}")]
    NotFound(String),
    #[error("{0}")]
    AlreadyExists(String),
    #[error("{0}")]
    Invalid(String),
    /// What is in the catalog does not fit the request.
    #[error("{0}")]
    State(String),
    #[error("{0}")]
    Conflict(String),
    /// A part of an operation that is not here.
    #[error("the local lake does not have {0}")]
    NotImplemented(&'static str),
    #[error("the catalog's files cannot be written")]
    Io(#[from] io::Error),
}

impl GlueError {
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::NotFound(_) => "EntityNotFoundException",
            Self::AlreadyExists(_) => "AlreadyExistsException",
            Self::Invalid(_) => "InvalidInputException",
            Self::State(_) => "InvalidStateException",
            Self::Conflict(_) => "ConcurrentModificationException",
            Self::NotImplemented(_) => "NotImplemented",
            Self::Io(_) => "InternalServiceException",
        }
    }

    pub(super) fn invalid(text: impl Into<String>) -> Self {
        Self::Invalid(text.into())
    }
}

impl From<GlueError> for JsonError {
    fn from(error: GlueError) -> Self {
        match &error {
            GlueError::Io(_) => {
                tracing::error!(error = domain::chain(&error), "local Glue failed");
                Self::internal(error.code(), error.to_string())
            }
            GlueError::NotImplemented(what) => Self::not_implemented("Glue", what),
            _ => Self::new(error.code(), error.to_string()),
        }
    }
}
