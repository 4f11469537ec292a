use std::{io, net::SocketAddr, process::ExitCode};

use domain::settings::InvalidSetting;

/// Why the server does not start.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// A setting, or an argument, is wrong.
    #[error(transparent)]
    Setting(#[from] InvalidSetting),
    /// An argument that there is not.
    #[error(
        "unknown argument {0:?}: there are --version and --help; all else is set by environment variables"
    )]
    Argument(String),
    /// The address cannot be listened at.
    #[error("the address {address} cannot be listened at: set {setting} to one that is free")]
    Listen {
        /// The variable that names it.
        setting: &'static str,
        /// The address.
        address: SocketAddr,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The signals that ask it to stop cannot be watched for.
    #[error("signals cannot be watched for")]
    Signal(#[source] io::Error),
}

impl ServerError {
    /// 2 where another input would help, 1 otherwise.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Setting(_) | Self::Argument(_) => ExitCode::from(2),
            Self::Listen { .. } | Self::Signal(_) => ExitCode::FAILURE,
        }
    }
}
