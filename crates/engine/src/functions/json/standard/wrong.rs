//! Why a path leads nowhere.

use datafusion::error::DataFusionError;

/// Why there is no sequence.
#[derive(Debug)]
pub(super) enum Wrong {
    /// What ON ERROR is about.
    Path(String),
    /// Trino has an answer.
    Unsupported(&'static str),
    /// The query ends, whatever ON ERROR says.
    Failed(DataFusionError),
}

impl Wrong {
    pub(super) fn path(message: impl Into<String>) -> Self {
        Self::Path(message.into())
    }
}
