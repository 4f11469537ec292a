//! The operations of multipart uploads.

use std::ops::Range;

use s3s::{
    S3Result,
    dto::{self, ETag, Timestamp},
    s3_error,
};

use super::{LocalS3, buckets::Encoder, changes, objects};
use crate::s3::{
    body,
    digests::Promise,
    integrity::Integrity,
    multipart::{self, Declared, Wanted},
    read::{self, ReadConditions},
    record::{Attributes, Checksums},
};

impl LocalS3 {
    pub(super) async fn create_upload(
        &self,
        input: dto::CreateMultipartUploadInput,
        expires: Option<String>,
    ) -> S3Result<dto::CreateMultipartUploadOutput> {
        let algorithm = input.checksum_algorithm.as_ref().map(dto::ChecksumAlgorithm::as_str);
        let declared = Declared::of(algorithm, input.checksum_type.as_ref().map(dto::ChecksumType::as_str))?;
        self.on_store(move |store| {
            let attributes = Attributes { expires, ..Attributes::from(&input) };
            let checksum_type = declared.as_ref().map(|declared| declared.kind().to_owned().into());
            let checksum_algorithm = declared.as_ref().map(|declared| declared.algorithm.clone().into());
            let id = multipart::create(store, &input.bucket, &input.key, attributes, declared)?;
            Ok(dto::CreateMultipartUploadOutput {
                checksum_algorithm,
                checksum_type,
                bucket: Some(input.bucket),
                key: Some(input.key),
                upload_id: Some(id),
                ..Default::default()
            })
        })
        .await
    }

    pub(super) async fn put_part(
        &self,
        mut input: dto::UploadPartInput,
        integrity: &Integrity,
    ) -> S3Result<dto::UploadPartOutput> {
        let promise = Promise {
            length: input.content_length,
            md5: input.content_md5.take(),
            algorithm: input.checksum_algorithm.as_ref().map(|name| name.as_str().to_owned()),
            checksums: Checksums {
                crc32: input.checksum_crc32.take(),
                crc32c: input.checksum_crc32c.take(),
                crc64nvme: input.checksum_crc64nvme.take(),
                sha1: input.checksum_sha1.take(),
                sha256: input.checksum_sha256.take(),
            },
        };
        let staged = body::stage(&self.store, input.body.take(), promise, integrity).await?;
        self.on_store(move |store| {
            let upload = (input.bucket.as_str(), input.key.as_str(), input.upload_id.as_str());
            multipart::put_part(store, upload, input.part_number, &staged)?;
            let sums = staged.checksums.clone();
            Ok(dto::UploadPartOutput {
                e_tag: Some(ETag::Strong(staged.etag.clone())),
                checksum_crc32: sums.crc32,
                checksum_crc32c: sums.crc32c,
                checksum_crc64nvme: sums.crc64nvme,
                checksum_sha1: sums.sha1,
                checksum_sha256: sums.sha256,
                ..Default::default()
            })
        })
        .await
    }

    pub(super) async fn copy_part(
        &self,
        input: dto::UploadPartCopyInput,
    ) -> S3Result<dto::UploadPartCopyOutput> {
        let (source_bucket, source_key) = changes::source(&input.copy_source)?;
        let wanted = input.copy_source_range.as_deref().map(copied_range).transpose()?;
        let conditions = ReadConditions {
            matches: input.copy_source_if_match.clone(),
            none_match: input.copy_source_if_none_match.clone(),
            modified_since: input.copy_source_if_modified_since.clone(),
            unmodified_since: input.copy_source_if_unmodified_since.clone(),
        };
        let source = self
            .on_store(move |store| {
                let opened = store.read(&source_bucket, &source_key)?;
                changes::source_conditions(&conditions, &opened.record.etag, opened.modified.into())?;
                let size = opened.record.size;
                let range = wanted.unwrap_or(0..size);
                // Other than a read, a copy takes no more than there is.
                if range.end > size {
                    return Err(s3_error!(
                        InvalidArgument,
                        "Range specified is not valid for source object of size: {size}"
                    ));
                }
                Ok(read::body(opened.file, range))
            })
            .await?;
        let of_upload = (input.bucket.clone(), input.key.clone(), input.upload_id.clone());
        let algorithm = self
            .on_store(move |store| {
                let (bucket, key, id) = &of_upload;
                let upload = (bucket.as_str(), key.as_str(), id.as_str());
                let declared = multipart::declared(store, upload)?;
                Ok(declared.map(|declared| declared.algorithm))
            })
            .await?;
        let promise = Promise { algorithm, ..Promise::default() };
        let staged = body::stage(&self.store, Some(source), promise, &Integrity::default()).await?;
        self.on_store(move |store| {
            let upload = (input.bucket.as_str(), input.key.as_str(), input.upload_id.as_str());
            multipart::put_part(store, upload, input.part_number, &staged)?;
            let sums = staged.checksums.clone();
            Ok(dto::UploadPartCopyOutput {
                copy_part_result: Some(dto::CopyPartResult {
                    checksum_crc32: sums.crc32,
                    checksum_crc32c: sums.crc32c,
                    checksum_crc64nvme: sums.crc64nvme,
                    checksum_sha1: sums.sha1,
                    checksum_sha256: sums.sha256,
                    e_tag: Some(ETag::Strong(staged.etag.clone())),
                    last_modified: Some(Timestamp::from(std::time::SystemTime::from(store.env.now()))),
                }),
                ..Default::default()
            })
        })
        .await
    }

    pub(super) async fn list_upload(&self, input: dto::ListPartsInput) -> S3Result<dto::ListPartsOutput> {
        let max = usize::try_from(input.max_parts.unwrap_or(1_000).clamp(1, 1_000)).unwrap_or(1_000);
        let after = input.part_number_marker.unwrap_or(0);
        self.on_store(move |store| {
            let mut parts = multipart::parts(store, &input.bucket, &input.key, &input.upload_id)?;
            parts.retain(|(number, _)| *number > after);
            let truncated = parts.len() > max;
            parts.truncate(max);
            let next = parts.last().map(|(number, _)| *number).filter(|_| truncated);
            let part = |(number, part): (i32, multipart::PartRecord)| dto::Part {
                part_number: Some(number),
                e_tag: Some(ETag::Strong(part.etag)),
                size: i64::try_from(part.size).ok(),
                ..Default::default()
            };
            Ok(dto::ListPartsOutput {
                bucket: Some(input.bucket),
                key: Some(input.key),
                upload_id: Some(input.upload_id),
                is_truncated: Some(truncated),
                next_part_number_marker: next,
                max_parts: i32::try_from(max).ok(),
                parts: Some(parts.into_iter().map(part).collect()),
                ..Default::default()
            })
        })
        .await
    }

    pub(super) async fn list_uploads(
        &self,
        input: dto::ListMultipartUploadsInput,
    ) -> S3Result<dto::ListMultipartUploadsOutput> {
        if input.delimiter.as_ref().is_some_and(|delimiter| !delimiter.is_empty()) {
            return Err(s3_error!(NotImplemented, "the local S3 lists uploads without a delimiter"));
        }
        let text = Encoder::of(input.encoding_type.as_ref())?;
        let max = usize::try_from(input.max_uploads.unwrap_or(1_000).clamp(1, 1_000)).unwrap_or(1_000);
        self.on_store(move |store| {
            let mut uploads = multipart::uploads(store, &input.bucket)?;
            let prefix = input.prefix.clone().unwrap_or_default();
            uploads.retain(|upload| upload.key.starts_with(&prefix));
            if let Some(marker) = input.key_marker.as_deref().filter(|marker| !marker.is_empty()) {
                // Within the marker's key, what comes after the upload that is named beside it.
                let within = input.upload_id_marker.as_ref().and_then(|id| {
                    uploads.iter().position(|upload| upload.key == marker && upload.id == *id)
                });
                let first = within.map_or_else(
                    || uploads.partition_point(|upload| upload.key.as_str() <= marker),
                    |found| found + 1,
                );
                uploads.drain(..first);
            }
            let truncated = uploads.len() > max;
            uploads.truncate(max);
            let last = uploads.last().filter(|_| truncated);
            Ok(dto::ListMultipartUploadsOutput {
                next_key_marker: last.map(|upload| text.encode(&upload.key)),
                next_upload_id_marker: last.map(|upload| upload.id.clone()),
                is_truncated: Some(truncated),
                max_uploads: i32::try_from(max).ok(),
                bucket: Some(input.bucket),
                prefix: input.prefix.map(|prefix| text.encode(&prefix)),
                key_marker: Some(text.encode(input.key_marker.as_deref().unwrap_or_default())),
                upload_id_marker: input.upload_id_marker,
                encoding_type: input.encoding_type,
                uploads: Some(
                    uploads
                        .into_iter()
                        .map(|upload| dto::MultipartUpload {
                            key: Some(text.encode(&upload.key)),
                            upload_id: Some(upload.id),
                            initiated: Some(Timestamp::from(upload.initiated)),
                            storage_class: Some(dto::StorageClass::from_static(dto::StorageClass::STANDARD)),
                            ..Default::default()
                        })
                        .collect(),
                ),
                ..Default::default()
            })
        })
        .await
    }

    pub(super) async fn complete_upload(
        &self,
        input: dto::CompleteMultipartUploadInput,
    ) -> S3Result<dto::CompleteMultipartUploadOutput> {
        let condition = objects::condition(input.if_match.clone(), input.if_none_match.clone())?;
        self.on_store(move |store| {
            let wanted = Wanted {
                parts: input.multipart_upload.and_then(|upload| upload.parts).unwrap_or_default(),
                checksums: Checksums {
                    crc32: input.checksum_crc32,
                    crc32c: input.checksum_crc32c,
                    crc64nvme: input.checksum_crc64nvme,
                    sha1: input.checksum_sha1,
                    sha256: input.checksum_sha256,
                },
                checksum_type: input.checksum_type.map(|kind| kind.as_str().to_owned()),
                size: input.mpu_object_size,
            };
            let upload = (input.bucket.as_str(), input.key.as_str(), input.upload_id.as_str());
            let record = multipart::complete(store, upload, &wanted, &condition)?;
            Ok(dto::CompleteMultipartUploadOutput {
                location: Some(format!("/{}/{}", input.bucket, input.key)),
                bucket: Some(input.bucket),
                key: Some(input.key),
                e_tag: Some(ETag::Strong(record.etag)),
                ..Default::default()
            })
        })
        .await
    }

    pub(super) async fn abort_upload(
        &self,
        input: dto::AbortMultipartUploadInput,
    ) -> S3Result<dto::AbortMultipartUploadOutput> {
        self.on_store(move |store| {
            multipart::abort(store, &input.bucket, &input.key, &input.upload_id)?;
            Ok(dto::AbortMultipartUploadOutput::default())
        })
        .await
    }
}

/// The range of a copy has both its ends.
fn copied_range(text: &str) -> S3Result<Range<u64>> {
    let is_number = |text: &&str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let position = |text: &str| Some(text).filter(is_number)?.parse::<u64>().ok();
    let range =
        text.strip_prefix("bytes=").and_then(|range| range.split_once('-')).and_then(|(first, last)| {
            let (first, last) = (position(first)?, position(last)?);
            (first <= last).then_some(first..last.checked_add(1)?)
        });
    range.ok_or_else(|| {
        s3_error!(
            InvalidArgument,
            "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the \
             zero-based offsets of the first and last bytes to copy"
        )
    })
}
