//! The operations. What is not here, `s3s` answers with `NotImplemented`.

mod buckets;
mod changes;
mod objects;
mod uploads;

use std::sync::Arc;

use async_trait::async_trait;
use s3s::{S3, S3Request, S3Response, S3Result, dto, s3_error};

use super::{error::blocking, headers::Expires, integrity::Integrity, store::Store};
use crate::faults::{Faults, Service};

/// S3 on the store.
#[derive(Clone)]
pub(crate) struct LocalS3 {
    store: Arc<Store>,
    faults: Faults,
    region: String,
}

impl LocalS3 {
    pub(crate) fn new(store: Arc<Store>, faults: Faults, region: String) -> Self {
        Self { store, faults, region }
    }

    /// Throttled on demand, before anything is done.
    fn admit(&self, operation: &str) -> S3Result<()> {
        if self.faults.strikes(Service::S3, operation) {
            Err(s3_error!(SlowDown, "Please reduce your request rate."))
        } else {
            Ok(())
        }
    }

    async fn on_store<T, F>(&self, work: F) -> S3Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Store) -> S3Result<T> + Send + 'static,
    {
        let store = Arc::clone(&self.store);
        blocking(move || work(&store)).await
    }
}

/// What [`super::front`] found out about the body.
fn integrity<T>(request: &S3Request<T>) -> Integrity {
    request.extensions.get().cloned().unwrap_or_default()
}

/// `Expires` as the client sent it.
fn expires<T>(request: &S3Request<T>) -> Option<String> {
    request.extensions.get::<Expires>().map(|Expires(text)| text.clone())
}

#[async_trait]
impl S3 for LocalS3 {
    async fn create_bucket(
        &self,
        request: S3Request<dto::CreateBucketInput>,
    ) -> S3Result<S3Response<dto::CreateBucketOutput>> {
        self.admit("CreateBucket")?;
        self.create_bucket_(request.input).await.map(S3Response::new)
    }

    async fn delete_bucket(
        &self,
        request: S3Request<dto::DeleteBucketInput>,
    ) -> S3Result<S3Response<dto::DeleteBucketOutput>> {
        self.admit("DeleteBucket")?;
        self.delete_bucket_(request.input).await.map(S3Response::new)
    }

    async fn head_bucket(
        &self,
        request: S3Request<dto::HeadBucketInput>,
    ) -> S3Result<S3Response<dto::HeadBucketOutput>> {
        self.admit("HeadBucket")?;
        self.head_bucket_(request.input).await.map(S3Response::new)
    }

    async fn list_buckets(
        &self,
        request: S3Request<dto::ListBucketsInput>,
    ) -> S3Result<S3Response<dto::ListBucketsOutput>> {
        self.admit("ListBuckets")?;
        self.list_buckets_(request.input).await.map(S3Response::new)
    }

    async fn get_bucket_location(
        &self,
        request: S3Request<dto::GetBucketLocationInput>,
    ) -> S3Result<S3Response<dto::GetBucketLocationOutput>> {
        self.admit("GetBucketLocation")?;
        self.get_bucket_location_(request.input).await.map(S3Response::new)
    }

    async fn list_objects(
        &self,
        request: S3Request<dto::ListObjectsInput>,
    ) -> S3Result<S3Response<dto::ListObjectsOutput>> {
        self.admit("ListObjects")?;
        self.list_objects_(request.input).await.map(S3Response::new)
    }

    async fn list_objects_v2(
        &self,
        request: S3Request<dto::ListObjectsV2Input>,
    ) -> S3Result<S3Response<dto::ListObjectsV2Output>> {
        self.admit("ListObjectsV2")?;
        self.list_objects_v2_(request.input).await.map(S3Response::new)
    }

    async fn get_object(
        &self,
        request: S3Request<dto::GetObjectInput>,
    ) -> S3Result<S3Response<dto::GetObjectOutput>> {
        self.admit("GetObject")?;
        self.get_object_(request.input).await
    }

    async fn head_object(
        &self,
        request: S3Request<dto::HeadObjectInput>,
    ) -> S3Result<S3Response<dto::HeadObjectOutput>> {
        self.admit("HeadObject")?;
        self.head_object_(request.input).await
    }

    async fn get_object_attributes(
        &self,
        request: S3Request<dto::GetObjectAttributesInput>,
    ) -> S3Result<S3Response<dto::GetObjectAttributesOutput>> {
        self.admit("GetObjectAttributes")?;
        self.object_attributes(request.input).await.map(S3Response::new)
    }

    async fn get_object_tagging(
        &self,
        request: S3Request<dto::GetObjectTaggingInput>,
    ) -> S3Result<S3Response<dto::GetObjectTaggingOutput>> {
        self.admit("GetObjectTagging")?;
        self.object_tagging(request.input).await.map(S3Response::new)
    }

    async fn put_object(
        &self,
        request: S3Request<dto::PutObjectInput>,
    ) -> S3Result<S3Response<dto::PutObjectOutput>> {
        self.admit("PutObject")?;
        let (integrity, expires) = (integrity(&request), expires(&request));
        self.put_object_(request.input, &integrity, expires).await.map(S3Response::new)
    }

    async fn copy_object(
        &self,
        request: S3Request<dto::CopyObjectInput>,
    ) -> S3Result<S3Response<dto::CopyObjectOutput>> {
        self.admit("CopyObject")?;
        let condition = objects::condition_of_headers(&request.headers)?;
        let expires = expires(&request);
        self.copy_object_(request.input, condition, expires).await.map(S3Response::new)
    }

    async fn delete_object(
        &self,
        request: S3Request<dto::DeleteObjectInput>,
    ) -> S3Result<S3Response<dto::DeleteObjectOutput>> {
        self.admit("DeleteObject")?;
        self.delete_object_(request.input).await.map(S3Response::new)
    }

    async fn delete_objects(
        &self,
        request: S3Request<dto::DeleteObjectsInput>,
    ) -> S3Result<S3Response<dto::DeleteObjectsOutput>> {
        self.admit("DeleteObjects")?;
        // Whatever s3s takes for this operation: what nobody held against its digest deletes nothing.
        if !integrity(&request).is_verified {
            return Err(s3_error!(InvalidRequest, "Missing required header for this request: Content-MD5"));
        }
        self.delete_objects_(request.input).await.map(S3Response::new)
    }

    async fn create_multipart_upload(
        &self,
        request: S3Request<dto::CreateMultipartUploadInput>,
    ) -> S3Result<S3Response<dto::CreateMultipartUploadOutput>> {
        self.admit("CreateMultipartUpload")?;
        let expires = expires(&request);
        self.create_upload(request.input, expires).await.map(S3Response::new)
    }

    async fn upload_part(
        &self,
        request: S3Request<dto::UploadPartInput>,
    ) -> S3Result<S3Response<dto::UploadPartOutput>> {
        self.admit("UploadPart")?;
        let integrity = integrity(&request);
        self.put_part(request.input, &integrity).await.map(S3Response::new)
    }

    async fn upload_part_copy(
        &self,
        request: S3Request<dto::UploadPartCopyInput>,
    ) -> S3Result<S3Response<dto::UploadPartCopyOutput>> {
        self.admit("UploadPartCopy")?;
        self.copy_part(request.input).await.map(S3Response::new)
    }

    async fn list_parts(
        &self,
        request: S3Request<dto::ListPartsInput>,
    ) -> S3Result<S3Response<dto::ListPartsOutput>> {
        self.admit("ListParts")?;
        self.list_upload(request.input).await.map(S3Response::new)
    }

    async fn list_multipart_uploads(
        &self,
        request: S3Request<dto::ListMultipartUploadsInput>,
    ) -> S3Result<S3Response<dto::ListMultipartUploadsOutput>> {
        self.admit("ListMultipartUploads")?;
        self.list_uploads(request.input).await.map(S3Response::new)
    }

    async fn complete_multipart_upload(
        &self,
        request: S3Request<dto::CompleteMultipartUploadInput>,
    ) -> S3Result<S3Response<dto::CompleteMultipartUploadOutput>> {
        self.admit("CompleteMultipartUpload")?;
        self.complete_upload(request.input).await.map(S3Response::new)
    }

    async fn abort_multipart_upload(
        &self,
        request: S3Request<dto::AbortMultipartUploadInput>,
    ) -> S3Result<S3Response<dto::AbortMultipartUploadOutput>> {
        self.admit("AbortMultipartUpload")?;
        self.abort_upload(request.input).await.map(S3Response::new)
    }
}
