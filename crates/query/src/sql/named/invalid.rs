//! Why a definition is no named query.

use domain::name::InvalidName;

/// Why a definition is no named query, for who wrote it.
#[derive(Debug, thiserror::Error)]
pub enum InvalidQuery {
    /// It is not the JSON that it should be.
    #[error("the definition does not parse")]
    Json(#[from] serde_json::Error),
    /// The name.
    #[error(transparent)]
    Name(#[from] InvalidName),
    /// The name within is another one than that of the file or object.
    #[error("the definition is called {inside:?}, and its file {outside:?}: they must be the same")]
    Misnamed {
        /// In the definition.
        inside: String,
        /// Of the file.
        outside: String,
    },
    /// One parameter.
    #[error("parameter {name:?}: {reason}")]
    Parameter {
        /// Its name.
        name: String,
        /// What would be right.
        reason: String,
    },
    /// The SQL.
    #[error("the SQL cannot be run: {0}")]
    Sql(String),
    /// Anything else.
    #[error("{0}")]
    Other(String),
}
