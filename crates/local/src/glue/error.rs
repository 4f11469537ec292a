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
    #[error("{0}")]
    Conflict(String),
    #[error("the catalog's files cannot be written")]
    Io(#[from] io::Error),
}

impl GlueError {
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::NotFound(_) => "EntityNotFoundException",
            Self::AlreadyExists(_) => "AlreadyExistsException",
            Self::Invalid(_) => "InvalidInputException",
            Self::Conflict(_) => "ConcurrentModificationException",
            Self::Io(_) => "InternalServiceException",
        }
    }

    pub(super) fn invalid(text: impl Into<String>) -> Self {
        Self::Invalid(text.into())
    }
}

impl From<GlueError> for JsonError {
    fn from(error: GlueError) -> Self {
        if let GlueError::Io(_) = &error {
            tracing::error!(error = domain::chain(&error), "local Glue failed");
            return JsonError::internal(error.code(), error.to_string());
        }
        JsonError::new(error.code(), error.to_string())
    }
}
