//! Why an input cannot be read.

use std::io;

use crate::failure::Failure;

/// One sentence for a person.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InputError {
    /// It is not what the command takes; the words say what would be right.
    #[error("{0}")]
    Wrong(String),
    /// It ended early.
    #[error("{name} cannot be read: {source}")]
    Unreadable {
        /// The input.
        name: String,
        source: io::Error,
    },
}

impl From<InputError> for Failure {
    fn from(error: InputError) -> Self {
        match error {
            InputError::Wrong(words) => Self::Input(words),
            InputError::Unreadable { .. } => Self::NotDone(error.to_string()),
        }
    }
}
