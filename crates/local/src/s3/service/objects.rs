//! Single objects: read and write.

use axum::http::{HeaderMap, HeaderValue, header};
use s3s::{
    S3Response, S3Result,
    dto::{self, ETag, ETagCondition, Timestamp},
    s3_error,
};

use super::LocalS3;
use crate::s3::{
    answer::Verbatim,
    body,
    digests::Promise,
    error::StoreError,
    integrity::Integrity,
    read::{self, ReadConditions},
    record::{Attributes, Checksums},
    store::Condition,
};

impl LocalS3 {
    pub(super) async fn get_object_(
        &self,
        input: dto::GetObjectInput,
    ) -> S3Result<S3Response<dto::GetObjectOutput>> {
        refuse_version(input.version_id.as_deref())?;
        refuse_part(input.part_number)?;
        let conditions = ReadConditions {
            matches: input.if_match,
            none_match: input.if_none_match,
            modified_since: input.if_modified_since,
            unmodified_since: input.if_unmodified_since,
        };
        let (bucket, key, wanted) = (input.bucket, input.key, input.range);
        let keeps_expires = input.response_expires.is_none();
        self.on_store(move |store| {
            let mut opened = store.read(&bucket, &key)?;
            let modified = Timestamp::from(opened.modified);
            conditions.check(&opened.record.etag, &modified)?;
            let size = opened.record.size;
            let (range, is_part) = read::resolve(wanted.as_ref(), size)?;
            let length = range.end - range.start;
            let content_range =
                is_part.then(|| format!("bytes {}-{}/{size}", range.start, range.end.saturating_sub(1)));
            // A checksum is the whole object's: for a part of it, a client would find it wrong.
            let sums = if length == size { opened.record.checksums } else { Checksums::default() };
            let body = if length <= read::PIECE {
                read::whole(read::read_at(&mut opened.file, &range)?)
            } else {
                read::body(opened.file, range)
            };
            let attributes = opened.record.attributes;
            let expires = attributes.expires().filter(|_| keeps_expires);
            let output = dto::GetObjectOutput {
                accept_ranges: Some("bytes".to_owned()),
                body: Some(body),
                content_length: i64::try_from(length).ok(),
                content_range,
                e_tag: Some(ETag::Strong(opened.record.etag)),
                last_modified: Some(modified),
                metadata: attributes.metadata(),
                content_type: attributes.content_type.or_else(default_type),
                content_encoding: attributes.content_encoding,
                content_disposition: attributes.content_disposition,
                content_language: attributes.content_language,
                cache_control: attributes.cache_control,
                website_redirect_location: attributes.website_redirect_location,
                checksum_crc32: sums.crc32,
                checksum_crc32c: sums.crc32c,
                checksum_crc64nvme: sums.crc64nvme,
                checksum_sha1: sums.sha1,
                checksum_sha256: sums.sha256,
                ..Default::default()
            };
            let mut response = with_expires(output, expires);
            response.extensions.insert(Verbatim);
            Ok(response)
        })
        .await
    }

    pub(super) async fn head_object_(
        &self,
        input: dto::HeadObjectInput,
    ) -> S3Result<S3Response<dto::HeadObjectOutput>> {
        refuse_version(input.version_id.as_deref())?;
        refuse_part(input.part_number)?;
        let conditions = ReadConditions {
            matches: input.if_match,
            none_match: input.if_none_match,
            modified_since: input.if_modified_since,
            unmodified_since: input.if_unmodified_since,
        };
        let (bucket, key, wanted) = (input.bucket, input.key, input.range);
        let keeps_expires = input.response_expires.is_none();
        self.on_store(move |store| {
            let opened = store.read(&bucket, &key)?;
            let modified = Timestamp::from(opened.modified);
            conditions.check(&opened.record.etag, &modified)?;
            let size = opened.record.size;
            let (range, is_part) = read::resolve(wanted.as_ref(), size)?;
            let length = range.end - range.start;
            let sums = if length == size { opened.record.checksums } else { Checksums::default() };
            let attributes = opened.record.attributes;
            let expires = attributes.expires().filter(|_| keeps_expires);
            let output = dto::HeadObjectOutput {
                accept_ranges: Some("bytes".to_owned()),
                content_length: i64::try_from(length).ok(),
                content_range: is_part
                    .then(|| format!("bytes {}-{}/{size}", range.start, range.end.saturating_sub(1))),
                e_tag: Some(ETag::Strong(opened.record.etag)),
                last_modified: Some(modified),
                metadata: attributes.metadata(),
                content_type: attributes.content_type.or_else(default_type),
                content_encoding: attributes.content_encoding,
                content_disposition: attributes.content_disposition,
                content_language: attributes.content_language,
                cache_control: attributes.cache_control,
                website_redirect_location: attributes.website_redirect_location,
                checksum_crc32: sums.crc32,
                checksum_crc32c: sums.crc32c,
                checksum_crc64nvme: sums.crc64nvme,
                checksum_sha1: sums.sha1,
                checksum_sha256: sums.sha256,
                ..Default::default()
            };
            Ok(with_expires(output, expires))
        })
        .await
    }

    /// No object has tags: those that would have been are refused.
    pub(super) async fn object_tagging(
        &self,
        input: dto::GetObjectTaggingInput,
    ) -> S3Result<dto::GetObjectTaggingOutput> {
        refuse_version(input.version_id.as_deref())?;
        self.on_store(move |store| {
            store.read(&input.bucket, &input.key)?;
            Ok(dto::GetObjectTaggingOutput { tag_set: Vec::new(), version_id: None })
        })
        .await
    }

    /// `ObjectParts` says how many parts an object of several has, and nothing of each, as S3 does for parts that have no
    /// checksums.
    pub(super) async fn object_attributes(
        &self,
        input: dto::GetObjectAttributesInput,
    ) -> S3Result<dto::GetObjectAttributesOutput> {
        refuse_version(input.version_id.as_deref())?;
        let wants = |name: &str| input.object_attributes.iter().any(|wanted| wanted.as_str() == name);
        let (etag, sums, size) = (wants("ETag"), wants("Checksum"), wants("ObjectSize"));
        let (class, parts) = (wants("StorageClass"), wants("ObjectParts"));
        let (bucket, key) = (input.bucket, input.key);
        self.on_store(move |store| {
            let opened = store.read(&bucket, &key)?;
            let count = opened.record.etag.split_once('-').and_then(|(_, count)| count.parse().ok());
            let object_parts = count.filter(|_| parts).map(|count| dto::GetObjectAttributesParts {
                total_parts_count: Some(count),
                ..Default::default()
            });
            let found = opened.record.checksums;
            let any = found != Checksums::default();
            let checksum = dto::Checksum {
                checksum_crc32: found.crc32,
                checksum_crc32c: found.crc32c,
                checksum_crc64nvme: found.crc64nvme,
                checksum_sha1: found.sha1,
                checksum_sha256: found.sha256,
                ..Default::default()
            };
            Ok(dto::GetObjectAttributesOutput {
                e_tag: etag.then_some(ETag::Strong(opened.record.etag)),
                checksum: (sums && any).then_some(checksum),
                object_parts,
                object_size: i64::try_from(opened.record.size).ok().filter(|_| size),
                storage_class: class.then(|| dto::StorageClass::from_static(dto::StorageClass::STANDARD)),
                last_modified: Some(Timestamp::from(opened.modified)),
                ..Default::default()
            })
        })
        .await
    }

    pub(super) async fn put_object_(
        &self,
        mut input: dto::PutObjectInput,
        integrity: &Integrity,
        expires: Option<String>,
    ) -> S3Result<dto::PutObjectOutput> {
        let condition = condition(input.if_match.take(), input.if_none_match.take())?;
        // Before the body is taken in: a bucket or key that cannot be is refused at once. One look at one
        // directory costs less than the way to the file threads.
        crate::s3::path::object(&self.store.bucket(&input.bucket)?, &input.key).map_err(StoreError::from)?;
        let body = input.body.take();
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
        let attributes = Attributes { expires, ..Attributes::from(&input) };
        let staged = body::stage(&self.store, body, promise, integrity).await?;
        self.on_store(move |store| {
            let record = store.publish(&staged, &input.bucket, &input.key, &condition, attributes, "Put")?;
            let sums = record.checksums;
            Ok(dto::PutObjectOutput {
                e_tag: Some(ETag::Strong(record.etag)),
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
}

/// The answer, with `Expires` as the client sent it: `s3s` knows dates only.
fn with_expires<T>(output: T, expires: Option<HeaderValue>) -> S3Response<T> {
    let mut response = S3Response::new(output);
    if let Some(expires) = expires {
        response.headers.insert(header::EXPIRES, expires);
    }
    response
}

/// The conditions of a write.
pub(super) fn condition(
    if_match: Option<ETagCondition>,
    if_none_match: Option<ETagCondition>,
) -> S3Result<Condition> {
    if if_none_match.as_ref().is_some_and(|condition| !condition.is_any()) {
        return Err(s3_error!(NotImplemented, "If-None-Match of a write takes only *"));
    }
    Ok(Condition { absent: if_none_match.is_some(), matches: if_match })
}

/// The conditions of a copy's target, which `s3s` has no field for.
pub(super) fn condition_of_headers(headers: &HeaderMap) -> S3Result<Condition> {
    let read = |name: &str| -> S3Result<Option<ETagCondition>> {
        let Some(value) = headers.get(name) else { return Ok(None) };
        let parsed = ETagCondition::parse_http_header(value.as_bytes());
        parsed.map(Some).map_err(|_| s3_error!(InvalidArgument, "the header {name} is not an ETag and not *"))
    };
    condition(read("if-match")?, read("if-none-match")?)
}

fn default_type() -> Option<String> {
    Some("binary/octet-stream".to_owned())
}

pub(super) fn refuse_version(version: Option<&str>) -> S3Result<()> {
    match version {
        None | Some("null") => Ok(()),
        Some(_) => Err(s3_error!(NotImplemented, "the local S3 has no object versions")),
    }
}

fn refuse_part(part: Option<i32>) -> S3Result<()> {
    match part {
        None => Ok(()),
        Some(_) => Err(s3_error!(NotImplemented, "the local S3 reads ranges, not part numbers")),
    }
}
