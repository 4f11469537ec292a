//! Why the command ends without success, and with which status.

use std::{path::PathBuf, process::ExitCode};

use domain::settings::InvalidSetting;
use local::{DatasetFileError, QueryFileError, StartError};

use crate::lake_error::LakeError;

/// One sentence for a person, with its causes.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// What was asked for is wrong.
    #[error(transparent)]
    Setting(#[from] InvalidSetting),
    /// What was asked for is wrong.
    #[error("{}", domain::chain(.0))]
    Datasets(#[from] DatasetFileError),
    /// What was asked for is wrong.
    #[error("{}", domain::chain(.0))]
    Queries(#[from] QueryFileError),
    /// The machine does not allow it.
    #[error("{}", domain::chain(.0))]
    Start(#[from] StartError),
    /// The machine does not allow it.
    #[error("a temporary directory cannot be used in {directory}: {source}")]
    Temporary { directory: PathBuf, source: std::io::Error },
    /// The signal handler cannot be set up.
    #[error("Ctrl-C cannot be watched for: {0}")]
    Signal(std::io::Error),
    /// The machine does not allow it.
    #[error("the threads of the command cannot be started: {0}")]
    Runtime(std::io::Error),
    /// Somebody pressed Ctrl-C before it was done.
    #[error("interrupted")]
    Interrupted,
    /// A file that was named cannot be read.
    #[error("{path} cannot be read: {source}")]
    File { path: PathBuf, source: std::io::Error },
    /// What was given is not what the command takes.
    #[error("{0}")]
    Input(String),
    /// The lake did not answer as it should.
    #[error("{}\n{asked}", domain::chain(.source))]
    Lake { source: Box<LakeError>, asked: String },
    /// It was done in part or not at all; what was is printed before.
    #[error("{0}")]
    NotDone(String),
    /// It was found, and queries do not see it yet.
    #[error("{0}")]
    OnItsWay(String),
    /// It was not found.
    #[error("{0}")]
    NotFound(String),
    /// The output cannot be written.
    #[error("the output cannot be written: {0}")]
    Output(std::io::Error),
    /// The demo did not get what it should have.
    #[error("the demo failed: {0}")]
    Demo(String),
}

impl Failure {
    /// What a person is told. It may quote a file or an argument: no line of it has more than [`domain::MOST_CHARACTERS`].
    pub(crate) fn told(&self) -> String {
        self.to_string().lines().map(domain::bounded).collect::<Vec<_>>().join("\n")
    }

    /// 2 where other input would help, 3 and 4 where somebody asked where something is, 130 after Ctrl-C, 1 otherwise.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Setting(_)
            | Self::Datasets(_)
            | Self::Queries(_)
            | Self::Start(StartError::Dataset(_))
            | Self::File { .. }
            | Self::Input(_) => ExitCode::from(2),
            Self::OnItsWay(_) => ExitCode::from(3),
            Self::NotFound(_) => ExitCode::from(4),
            // As a shell says it of a process that SIGINT ended.
            Self::Interrupted => ExitCode::from(130),
            _ => ExitCode::FAILURE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_that_a_person_is_told_is_longer_than_it_may_be() {
        let short = Failure::Input("one\n  two".to_owned());
        assert_eq!(short.told(), "one\n  two");
        let long = "é".repeat(1 << 20);
        for failure in [Failure::Input(long.clone()), Failure::NotDone(format!("a\n{long}\nb"))] {
            let told = failure.told();
            let longest = told.lines().map(|line| line.chars().count()).max();
            assert_eq!(longest, Some(domain::MOST_CHARACTERS + 1));
            assert_eq!(told.lines().count(), failure.to_string().lines().count());
        }
    }
}
