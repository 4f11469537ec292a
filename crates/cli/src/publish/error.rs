//! Why publishing ends without everything published.

use std::{io, path::PathBuf};

use domain::{schemas::SchemasError, settings::InvalidSetting};

use crate::{failure::Failure, inputs::InputError, lake::LakeError};

/// One sentence for a person.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PublishError {
    /// What was asked for is wrong; the words say what would be right.
    #[error("{0}")]
    Wrong(String),
    /// A setting is.
    #[error(transparent)]
    Setting(#[from] InvalidSetting),
    /// The lake does not tell what the dataset is.
    #[error(
        "{}; without a definition (--no-definition) every CSV value is sent as text",
        domain::chain(.0)
    )]
    Definition(#[from] SchemasError),
    /// An input ended early.
    #[error("{name} cannot be read: {source}")]
    Input {
        /// The input.
        name: String,
        source: io::Error,
    },
    /// The position cannot be kept.
    #[error("the position file {path} cannot be written: {source}")]
    Position {
        /// The file.
        path: PathBuf,
        source: io::Error,
    },
    /// SNS did not take what it was given, and would not take the rest either, now.
    #[error("{0}")]
    Topic(String),
    /// Everything else is published.
    #[error("{0} of what was read is not published: the summary says what")]
    Refused(u64),
    /// What became of the events cannot be seen.
    #[error("what became of the events cannot be seen: {}", domain::chain(.0))]
    Follow(Box<LakeError>),
    /// They are published, and some are refused or not seen.
    #[error("{0}")]
    NotVisible(String),
    /// A part of this program ended early.
    #[error("publishing ended early: {0}")]
    Broken(String),
}

impl PublishError {
    /// Whether other options, settings or files would help.
    pub(crate) fn is_wrong_input(&self) -> bool {
        matches!(self, Self::Wrong(_) | Self::Setting(_))
    }
}

impl From<InputError> for PublishError {
    fn from(error: InputError) -> Self {
        match error {
            InputError::Wrong(words) => Self::Wrong(words),
            InputError::Unreadable { name, source } => Self::Input { name, source },
        }
    }
}

impl From<PublishError> for Failure {
    fn from(error: PublishError) -> Self {
        if error.is_wrong_input() { Self::Input(error.to_string()) } else { Self::NotDone(error.to_string()) }
    }
}

#[cfg(test)]
mod tests {
    use std::process::ExitCode;

    use super::*;

    #[test]
    fn the_command_says_the_same_and_ends_as_the_error_asks() {
        let wrong = PublishError::Wrong("the file is a directory".to_owned());
        let refused = PublishError::Refused(3);
        for (error, status) in [(wrong, ExitCode::from(2)), (refused, ExitCode::FAILURE)] {
            let said = error.to_string();
            let failure = Failure::from(error);
            assert_eq!(failure.to_string(), said);
            assert_eq!(format!("{:?}", failure.exit_code()), format!("{status:?}"), "{said}");
        }
    }
}
