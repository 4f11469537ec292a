//! The object store on S3.

mod answer;
mod encoded;
mod origin;

use std::{ops::Range, str::Utf8Error};

use aws_sdk_s3::{
    Client,
    presigning::PresigningConfig,
    primitives::{ByteStream, DateTime as SdkTime},
    types::{Delete, EncodingType, ObjectIdentifier},
};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use domain::port::{
    DeleteFailure, Download, ListPage, ObjectMeta, ObjectStore, PresignedUrls, PutMode, StoreError, Version,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};

use crate::{Outlook, config::ATTEMPTS, failure::Failure};
use answer::RequireEtag;
pub(crate) use encoded::decode;
use encoded::{Names, fits_xml};
pub use origin::{OriginObject, S3Origin};

/// S3's limit of keys in one DeleteObjects call.
const DELETE_BATCH: usize = 1_000;

/// What of a key is encoded in the header that names the source of a copy: all but what RFC 3986 leaves alone.
const COPY_SOURCE: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// A client that takes nothing for S3's that is not.
pub(crate) fn client(config: aws_sdk_s3::config::Builder) -> Client {
    Client::from_conf(config.interceptor(RequireEtag).build())
}

/// One bucket.
#[derive(Debug, Clone)]
pub struct S3Store {
    client: Client,
    bucket: String,
}

impl S3Store {
    pub(crate) fn new(client: Client, bucket: String) -> Self {
        Self { client, bucket }
    }

    async fn read(&self, key: &str, range: Option<String>) -> Result<(Bytes, Version), StoreError> {
        let call = self.client.get_object().bucket(&self.bucket).key(key).set_range(range);
        let mut attempts = 1..ATTEMPTS;
        loop {
            let answer = call.clone().send().await.map_err(|error| store_error(key, error.into()))?;
            let version = Version::new(answer.e_tag.unwrap_or_default());
            // The SDK's own attempts end with the head of the answer.
            match (answer.body.collect().await, attempts.next()) {
                (Ok(body), _) => return Ok((body.into_bytes(), version)),
                (Err(_), Some(_)) => {}
                (Err(torn), None) => {
                    return Err(StoreError::Unavailable { key: key.to_owned(), source: Box::new(torn) });
                }
            }
        }
    }
}

impl ObjectStore for S3Store {
    async fn get(&self, key: &str) -> Result<Bytes, StoreError> {
        Ok(self.read(key, None).await?.0)
    }

    async fn get_versioned(&self, key: &str) -> Result<(Bytes, Version), StoreError> {
        self.read(key, None).await
    }

    async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes, StoreError> {
        if range.is_empty() {
            // An empty range cannot be said in HTTP; but whether there is an object is still a question.
            self.head(key).await?;
            let source = format!("range {}..{} is empty", range.start, range.end).into();
            return Err(StoreError::Failed { key: key.to_owned(), source });
        }
        Ok(self.read(key, Some(format!("bytes={}-{}", range.start, range.end - 1))).await?.0)
    }

    async fn head(&self, key: &str) -> Result<ObjectMeta, StoreError> {
        let call = self.client.head_object().bucket(&self.bucket).key(key);
        let answer = call.send().await.map_err(|error| store_error(key, error.into()))?;
        Ok(meta(key.to_owned(), answer.content_length(), answer.last_modified()))
    }

    async fn put(&self, key: &str, body: Bytes, mode: PutMode) -> Result<(), StoreError> {
        let call = self.client.put_object().bucket(&self.bucket).key(key).body(ByteStream::from(body));
        let call = match &mode {
            PutMode::Overwrite => call,
            PutMode::Create => call.if_none_match("*"),
            PutMode::Update(version) => call.if_match(version.as_str()),
        };
        let answer = call.send().await.map(|_| ()).map_err(|error| store_error(key, error.into()));
        match (answer, mode) {
            // Both are a failed precondition.
            (Err(StoreError::AlreadyExists { key }), PutMode::Update(_)) => Err(StoreError::Conflict { key }),
            (answer, _) => answer,
        }
    }

    async fn copy(&self, from: &str, to: &str) -> Result<(), StoreError> {
        let source = percent_encoding::utf8_percent_encode(from, COPY_SOURCE);
        let call = self.client.copy_object().bucket(&self.bucket).key(to);
        let answer = call.copy_source(format!("{}/{source}", self.bucket)).send().await;
        // What is not there is the source; what fails otherwise is the write.
        answer.map(|_| ()).map_err(|error| match store_error(to, error.into()) {
            StoreError::NotFound { .. } => StoreError::NotFound { key: from.to_owned() },
            error => error,
        })
    }

    async fn delete(&self, keys: &[String]) -> Result<Vec<DeleteFailure>, StoreError> {
        let (keys, others): (Vec<&String>, Vec<&String>) = keys.iter().partition(|key| fits_xml(key));
        let mut failures = Vec::new();
        // One such key in a batch, whose keys are in XML, would be the failure of all of them.
        for key in others {
            let call = self.client.delete_object().bucket(&self.bucket).key(key);
            if let Err(error) = call.send().await {
                failures.push(DeleteFailure { key: key.clone(), error: store_error(key, error.into()) });
            }
        }
        for batch in keys.chunks(DELETE_BATCH) {
            let first = batch[0];
            let refused = |source| StoreError::Failed { key: first.clone(), source };
            let objects = batch
                .iter()
                .map(|key| ObjectIdentifier::builder().key(*key).build())
                .collect::<Result<Vec<_>, _>>()
                .map_err(|error| refused(error.into()))?;
            let delete = Delete::builder()
                .set_objects(Some(objects))
                .quiet(true)
                .build()
                .map_err(|error| refused(error.into()))?;
            let call = self.client.delete_objects().bucket(&self.bucket).delete(delete);
            let answer = call.send().await.map_err(|error| store_error(first, error.into()))?;
            failures.extend(answer.errors().iter().map(|error| {
                let key = error.key().unwrap_or_default().to_owned();
                let code = error.code().unwrap_or_default();
                let source = format!("{code}: {}", error.message().unwrap_or_default()).into();
                let error = match Outlook::of_code(code) {
                    Some(_) => StoreError::Unavailable { key: key.clone(), source },
                    None => StoreError::Failed { key: key.clone(), source },
                };
                DeleteFailure { key, error }
            }));
        }
        Ok(failures)
    }

    async fn list(&self, prefix: &str, after: Option<&str>) -> Result<ListPage, StoreError> {
        let call = self.client.list_objects_v2().bucket(&self.bucket).prefix(prefix);
        let call = call.set_start_after(after.map(str::to_owned)).encoding_type(EncodingType::Url);
        let answer = call.send().await.map_err(|error| store_error(prefix, error.into()))?;
        let truncated = answer.is_truncated() == Some(true);
        let names = Names::of(answer.encoding_type());
        let read = answer
            .contents()
            .iter()
            .map(|object| Ok(meta(names.read(object.key())?, object.size(), object.last_modified())));
        let objects: Vec<ObjectMeta> =
            read.collect::<Result<_, Utf8Error>>().map_err(|error| unreadable(prefix, error))?;
        let next_after = objects.last().filter(|_| truncated).map(|object| object.key.clone());
        if truncated && next_after.is_none() {
            // To go on from here would take the beginning for the end.
            let source = "S3 answered a page without keys that is not the last one".into();
            return Err(StoreError::Unavailable { key: prefix.to_owned(), source });
        }
        Ok(ListPage { objects, next_after })
    }
}

impl PresignedUrls for S3Store {
    async fn presigned_url(&self, key: &str, download: &Download<'_>) -> Result<String, StoreError> {
        let failed = |source| StoreError::Failed { key: key.to_owned(), source };
        let config = PresigningConfig::expires_in(download.valid).map_err(|error| failed(error.into()))?;
        let call = self.client.get_object().bucket(&self.bucket).key(key);
        let call = call.response_content_type(download.content_type);
        let call =
            call.response_content_disposition(format!("attachment; filename=\"{}\"", download.file_name));
        let request = call.presigned(config).await.map_err(|error| store_error(key, error.into()))?;
        Ok(request.uri().to_owned())
    }
}

fn meta(key: String, size: Option<i64>, time: Option<&SdkTime>) -> ObjectMeta {
    let size = size.and_then(|size| u64::try_from(size).ok()).unwrap_or_default();
    let millis = time.and_then(|time| time.to_millis().ok());
    let last_modified = millis.and_then(DateTime::<Utc>::from_timestamp_millis).unwrap_or_default();
    ObjectMeta { key, size, last_modified }
}

/// A listing has a key that is not UTF-8, which none of S3's is.
fn unreadable(prefix: &str, error: Utf8Error) -> StoreError {
    StoreError::Failed { key: prefix.to_owned(), source: Box::new(error) }
}

fn store_error(key: &str, failure: Failure) -> StoreError {
    let key = key.to_owned();
    match (failure.status, failure.code.as_str()) {
        // A missing bucket is no missing object, nor is the page of a proxy. The answer to HEAD has no body, and so no
        // code: NotFound is the SDK's.
        (404, "NoSuchKey" | "NotFound") => StoreError::NotFound { key },
        (412, _) => StoreError::AlreadyExists { key },
        (409, "ConditionalRequestConflict" | "OperationAborted") => StoreError::Conflict { key },
        _ if failure.outlook.may_pass() => StoreError::Unavailable { key, source: failure.source },
        _ => StoreError::Failed { key, source: failure.source },
    }
}
