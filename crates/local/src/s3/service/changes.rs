//! Single objects: copy and delete.

use s3s::{
    S3Result,
    dto::{self, ETag, ETagCondition, Timestamp},
    s3_error,
};

use super::{LocalS3, objects::refuse_version};
use crate::s3::{
    error::StoreError,
    read::ReadConditions,
    record::Attributes,
    store::{Condition, Staged},
};

/// CopyObject's limit.
const MAX_COPY: u64 = 5 * 1024 * 1024 * 1024;

impl LocalS3 {
    pub(super) async fn copy_object_(
        &self,
        input: dto::CopyObjectInput,
        condition: Condition,
        expires: Option<String>,
    ) -> S3Result<dto::CopyObjectOutput> {
        let (source_bucket, source_key) = source(&input.copy_source)?;
        let replace = input
            .metadata_directive
            .as_ref()
            .is_some_and(|directive| directive.as_str() == dto::MetadataDirective::REPLACE);
        let changes = replace
            || input.storage_class.is_some()
            || input.server_side_encryption.is_some()
            || input.website_redirect_location.is_some();
        if !changes && source_bucket == input.bucket && source_key == input.key {
            return Err(s3_error!(
                InvalidRequest,
                "This copy request is illegal because it is trying to copy an object to itself without changing the \
                 object's metadata, storage class, website redirect location or encryption attributes."
            ));
        }
        if input.checksum_algorithm.is_some() {
            return Err(s3_error!(
                NotImplemented,
                "a copy of the local S3 keeps the checksums of its source"
            ));
        }
        let conditions = ReadConditions {
            matches: input.copy_source_if_match.clone(),
            none_match: input.copy_source_if_none_match.clone(),
            modified_since: input.copy_source_if_modified_since.clone(),
            unmodified_since: input.copy_source_if_unmodified_since.clone(),
        };
        self.on_store(move |store| {
            let mut opened = store.read(&source_bucket, &source_key)?;
            source_conditions(&conditions, &opened.record.etag, opened.modified.into())?;
            if opened.record.size > MAX_COPY {
                return Err(s3_error!(
                    InvalidRequest,
                    "the source is larger than the {MAX_COPY} bytes of a copy"
                ));
            }
            let path = store.temporary_path();
            let staged = Staged { path, etag: opened.record.etag, checksums: opened.record.checksums };
            let copied = std::fs::File::create(&staged.path)
                .and_then(|mut target| std::io::copy(&mut opened.file, &mut target));
            copied.map_err(StoreError::from)?;
            let given = Attributes { expires, ..Attributes::from(&input) };
            // Where an object redirects to is its own, and is not copied.
            let website_redirect_location = given.website_redirect_location.clone();
            let attributes = if replace { given } else { opened.record.attributes };
            let attributes = Attributes { website_redirect_location, ..attributes };
            let record = store.publish(&staged, &input.bucket, &input.key, &condition, attributes, "Copy")?;
            let modified = store.read(&input.bucket, &input.key).map(|opened| opened.modified.into());
            Ok(dto::CopyObjectOutput {
                copy_object_result: Some(dto::CopyObjectResult {
                    e_tag: Some(ETag::Strong(record.etag)),
                    last_modified: modified.ok(),
                    ..Default::default()
                }),
                ..Default::default()
            })
        })
        .await
    }

    pub(super) async fn delete_object_(
        &self,
        input: dto::DeleteObjectInput,
    ) -> S3Result<dto::DeleteObjectOutput> {
        refuse_version(input.version_id.as_deref())?;
        if input.if_match_size.is_some() || input.if_match_last_modified_time.is_some() {
            return Err(s3_error!(
                NotImplemented,
                "the local S3 knows only If-Match as a condition of a delete"
            ));
        }
        self.on_store(move |store| {
            store.delete(&input.bucket, &input.key, input.if_match.as_ref())?;
            Ok(dto::DeleteObjectOutput::default())
        })
        .await
    }

    pub(super) async fn delete_objects_(
        &self,
        input: dto::DeleteObjectsInput,
    ) -> S3Result<dto::DeleteObjectsOutput> {
        if input.delete.objects.is_empty() || input.delete.objects.len() > 1_000 {
            return Err(s3_error!(MalformedXML, "a request deletes 1 to 1000 objects"));
        }
        let quiet = input.delete.quiet.unwrap_or(false);
        self.on_store(move |store| {
            store.bucket(&input.bucket)?;
            let (mut deleted, mut errors) = (Vec::new(), Vec::new());
            for object in input.delete.objects {
                let matches = object.e_tag.map(ETagCondition::ETag);
                let done = refuse_version(object.version_id.as_deref())
                    .and_then(|()| Ok(store.delete(&input.bucket, &object.key, matches.as_ref())?));
                match done {
                    Ok(()) => {
                        deleted.push(dto::DeletedObject { key: Some(object.key), ..Default::default() });
                    }
                    Err(error) => errors.push(dto::Error {
                        code: Some(error.code().as_str().to_owned()),
                        message: error.message().map(str::to_owned),
                        key: Some(object.key),
                        ..Default::default()
                    }),
                }
            }
            Ok(dto::DeleteObjectsOutput {
                deleted: (!quiet).then_some(deleted),
                errors: (!errors.is_empty()).then_some(errors),
                ..Default::default()
            })
        })
        .await
    }
}

/// The source of a copy: bucket and key.
pub(super) fn source(source: &dto::CopySource) -> S3Result<(String, String)> {
    match source {
        dto::CopySource::Bucket { bucket, key, version_id } => {
            refuse_version(version_id.as_deref())?;
            Ok((bucket.to_string(), key.to_string()))
        }
        _ => Err(s3_error!(NotImplemented, "the local S3 copies from buckets only")),
    }
}

/// A copy answers 412 where a read would answer 304.
pub(super) fn source_conditions(
    conditions: &ReadConditions,
    etag: &str,
    modified: Timestamp,
) -> S3Result<()> {
    conditions.check(etag, &modified).map_err(|_| StoreError::Precondition.into())
}
