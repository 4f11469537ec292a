//! The end of old results, as a lifecycle rule of the bucket would bring it.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use crate::{
    env::Env,
    s3::{Store, StoreError},
};

/// Deletes the lake's results when they are old.
#[derive(Clone)]
pub struct ResultExpiry {
    pub(crate) objects: Arc<Store>,
    pub(crate) env: Env,
    pub(crate) bucket: String,
    /// Below which key results are.
    pub(crate) prefix: String,
    pub(crate) after: Duration,
}

/// Old results could not be deleted, or not all of them.
#[derive(Debug, thiserror::Error)]
#[error("old results could not be deleted")]
pub struct ExpiryError(#[source] Box<dyn std::error::Error + Send + Sync>);

impl ResultExpiry {
    /// Deletes every object below the results' prefix that is older than allowed, and answers how many those
    /// were. `GetQueryResults` then answers that there are no results.
    pub async fn run(&self) -> Result<usize, ExpiryError> {
        let this = self.clone();
        let Some(limit) = SystemTime::from(this.env.now()).checked_sub(this.after) else { return Ok(0) };
        let work = move || match this.objects.expire(&this.bucket, &this.prefix, limit) {
            // A bucket that was deleted has no results.
            Err(StoreError::NoSuchBucket) => Ok(0),
            other => other,
        };
        match tokio::task::spawn_blocking(work).await {
            Ok(done) => done.map_err(|error| ExpiryError(Box::new(error))),
            Err(error) => Err(ExpiryError(Box::new(error))),
        }
    }
}

impl std::fmt::Debug for ResultExpiry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ResultExpiry")
            .field("prefix", &self.prefix)
            .field("after", &self.after)
            .finish_non_exhaustive()
    }
}
