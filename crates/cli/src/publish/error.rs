//! Why publishing ends without everything published.

use std::{io, path::PathBuf};

use domain::{schemas::SchemasError, settings::InvalidSetting};

use crate::lake::LakeError;

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
