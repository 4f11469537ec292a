//! Where objects come from.

use aws::{OriginObject, S3Origin};
use bytes::Bytes;
use domain::port::StoreError;

/// A bucket as it is, or as it was.
pub(super) trait Origin: Send + Sync {
    /// Every object below the prefix.
    fn list(&self, prefix: &str) -> impl Future<Output = Result<Vec<OriginObject>, StoreError>> + Send;

    /// The object's bytes.
    fn get(&self, object: &OriginObject) -> impl Future<Output = Result<Bytes, StoreError>> + Send;

    /// Copies the object into the lake's bucket, under its own key.
    fn copy(&self, object: &OriginObject) -> impl Future<Output = Result<(), StoreError>> + Send;
}

impl Origin for S3Origin {
    async fn list(&self, prefix: &str) -> Result<Vec<OriginObject>, StoreError> {
        Self::list(self, prefix).await
    }

    async fn get(&self, object: &OriginObject) -> Result<Bytes, StoreError> {
        Self::get(self, object).await
    }

    async fn copy(&self, object: &OriginObject) -> Result<(), StoreError> {
        Self::copy(self, object).await
    }
}
