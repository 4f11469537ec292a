//! What can be wrong at the start, each in one sentence that says what would be right.

use std::{io, net::SocketAddr};

use domain::port::StoreError;
use register::RegisterError;
use tokio::net::TcpListener;

use super::datasets::DatasetFileError;
use crate::OpenError;

/// Why the lake does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data directory.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Somebody listens there already.
    #[error(
        "the address {address} is in use: stop what listens there, or choose another with {option} (port 0 picks a free one)"
    )]
    PortTaken {
        /// The address.
        address: SocketAddr,
        /// The option that sets it.
        option: &'static str,
    },
    /// The address is not one of this machine's, or is not allowed.
    #[error(
        "cannot listen on {address}: choose an address of this machine with {option}, for example 127.0.0.1:0"
    )]
    Bind {
        /// The address.
        address: SocketAddr,
        /// The option that sets it.
        option: &'static str,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The system gives no threads to the query engine or to a Lambda.
    #[error("the threads that compute could not be started: allow this process more threads and open files")]
    Threads(#[source] io::Error),
    /// A dataset file.
    #[error(transparent)]
    Dataset(#[from] DatasetFileError),
    /// The named queries could not be put.
    #[error("the named queries could not be stored")]
    Queries(#[from] StoreError),
    /// The datasets could not be brought up.
    #[error("the datasets could not be registered")]
    Register(#[from] RegisterError),
}

pub(super) async fn bind(option: &'static str, address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => StartError::PortTaken { address, option },
        _ => StartError::Bind { address, option, source },
    })
}

pub(super) fn address(listener: &TcpListener) -> Result<SocketAddr, StartError> {
    let unknown = SocketAddr::from(([127, 0, 0, 1], 0));
    listener.local_addr().map_err(|source| StartError::Bind { address: unknown, option: "--aws", source })
}
