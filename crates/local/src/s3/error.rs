//! Why the store did not do what it should, and what S3 says then.

use std::io;

use s3s::{S3Error, S3ErrorCode, s3_error};

use super::path::Unstorable;

#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    #[error("the bucket does not exist")]
    NoSuchBucket,
    #[error("the object does not exist")]
    NoSuchKey,
    #[error("a condition of the request does not hold")]
    Precondition,
    #[error("the key cannot be stored by the local S3: {0}")]
    Unstorable(#[from] Unstorable),
    #[error("the disk did not do what it should")]
    Io(#[from] io::Error),
    #[error("the work was cut off")]
    Cut(#[source] tokio::task::JoinError),
}

impl From<StoreError> for S3Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NoSuchBucket => s3_error!(NoSuchBucket, "The specified bucket does not exist"),
            StoreError::NoSuchKey => s3_error!(NoSuchKey, "The specified key does not exist."),
            StoreError::Precondition => {
                s3_error!(PreconditionFailed, "At least one of the pre-conditions you specified did not hold")
            }
            StoreError::Unstorable(why) => {
                s3_error!(NotImplemented, "this key cannot be stored by the local S3: {why}")
            }
            error @ (StoreError::Io(_) | StoreError::Cut(_)) => {
                // s3s says only the code: the operator needs the cause.
                tracing::error!(error = domain::chain(&error), "local S3 failed");
                S3Error::with_source(S3ErrorCode::InternalError, Box::new(error))
            }
        }
    }
}

/// Runs file work off the async threads.
pub(crate) async fn blocking<T, E, F>(work: F) -> Result<T, E>
where
    T: Send + 'static,
    E: Send + From<StoreError> + 'static,
    F: FnOnce() -> Result<T, E> + Send + 'static,
{
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(StoreError::Cut(error).into()),
    }
}
