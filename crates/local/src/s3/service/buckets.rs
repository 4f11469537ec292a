//! Buckets, and what is in them.

use std::{fs, io};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use s3s::{S3Result, dto, s3_error};

use super::LocalS3;
use crate::s3::{
    error::StoreError,
    list::{self, Page, Position},
    path,
};

/// `encoding-type=url` leaves these as they are. A space becomes `+`, as in a form.
const KEPT: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'/').remove(b'*').remove(b' ');

const MAX_KEYS: i32 = 1_000;
const MAX_BUCKETS: i32 = 10_000;

impl LocalS3 {
    pub(super) async fn create_bucket_(
        &self,
        input: dto::CreateBucketInput,
    ) -> S3Result<dto::CreateBucketOutput> {
        self.on_store(move |store| {
            if !path::is_plain_name(&input.bucket) {
                return Err(s3_error!(InvalidBucketName));
            }
            if !store.create_bucket(&input.bucket).map_err(StoreError::from)? {
                return Err(s3_error!(BucketAlreadyOwnedByYou, "the bucket is there already, and yours"));
            }
            let location = Some(format!("/{}", input.bucket));
            Ok(dto::CreateBucketOutput { location })
        })
        .await
    }

    pub(super) async fn delete_bucket_(
        &self,
        input: dto::DeleteBucketInput,
    ) -> S3Result<dto::DeleteBucketOutput> {
        self.on_store(move |store| match fs::remove_dir(store.bucket(&input.bucket)?) {
            Ok(()) => Ok(dto::DeleteBucketOutput {}),
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => {
                Err(s3_error!(BucketNotEmpty, "The bucket you tried to delete is not empty"))
            }
            Err(error) => Err(StoreError::from(error).into()),
        })
        .await
    }

    pub(super) async fn head_bucket_(&self, input: dto::HeadBucketInput) -> S3Result<dto::HeadBucketOutput> {
        let bucket_region = Some(self.region.clone());
        self.on_store(move |store| {
            store.bucket(&input.bucket)?;
            Ok(dto::HeadBucketOutput { bucket_region, ..Default::default() })
        })
        .await
    }

    pub(super) async fn list_buckets_(
        &self,
        input: dto::ListBucketsInput,
    ) -> S3Result<dto::ListBucketsOutput> {
        let elsewhere = input.bucket_region.is_some_and(|region| region != self.region);
        let prefix = input.prefix.clone().unwrap_or_default();
        let after = input.continuation_token.unwrap_or_default();
        let max = usize::try_from(input.max_buckets.unwrap_or(MAX_BUCKETS)).unwrap_or(0);
        if !(1..=10_000).contains(&max) {
            return Err(s3_error!(InvalidArgument, "max-buckets must be between 1 and {MAX_BUCKETS}"));
        }
        self.on_store(move |store| {
            let mut buckets = Vec::new();
            for entry in fs::read_dir(&store.buckets).map_err(StoreError::from)? {
                let entry = entry.map_err(StoreError::from)?;
                let metadata = entry.metadata().map_err(StoreError::from)?;
                if let Ok(name) = entry.file_name().into_string()
                    && metadata.is_dir()
                    && path::is_plain_name(&name)
                    && name.starts_with(&prefix)
                    && name > after
                    && !elsewhere
                {
                    let created = metadata.created().or_else(|_| metadata.modified());
                    buckets.push(dto::Bucket {
                        name: Some(name),
                        creation_date: created.ok().map(dto::Timestamp::from),
                        ..Default::default()
                    });
                }
            }
            buckets.sort_unstable_by(|a, b| a.name.cmp(&b.name));
            let more = buckets.len() > max;
            buckets.truncate(max);
            let continuation_token = buckets.last().and_then(|last| last.name.clone()).filter(|_| more);
            let prefix = input.prefix;
            Ok(dto::ListBucketsOutput {
                buckets: Some(buckets),
                owner: Some(owner()),
                continuation_token,
                prefix,
            })
        })
        .await
    }

    pub(super) async fn get_bucket_location_(
        &self,
        input: dto::GetBucketLocationInput,
    ) -> S3Result<dto::GetBucketLocationOutput> {
        let location = dto::BucketLocationConstraint::from(self.region.clone());
        self.on_store(move |store| {
            store.bucket(&input.bucket)?;
            Ok(dto::GetBucketLocationOutput { location_constraint: Some(location) })
        })
        .await
    }

    pub(super) async fn list_objects_v2_(
        &self,
        input: dto::ListObjectsV2Input,
    ) -> S3Result<dto::ListObjectsV2Output> {
        let max = page_size(input.max_keys)?;
        let delimiter = input.delimiter.clone().filter(|delimiter| !delimiter.is_empty());
        let prefix = input.prefix.clone().unwrap_or_default();
        let from = match (&input.continuation_token, &input.start_after) {
            (Some(token), _) => Position::from_token(token)
                .ok_or_else(|| s3_error!(InvalidArgument, "The continuation token provided is incorrect"))?,
            (None, Some(after)) => Position::after(after.clone(), &prefix, delimiter.as_deref()),
            (None, None) => Position::Start,
        };
        let text = Encoder::of(input.encoding_type.as_ref())?;
        let page = self.page(input.bucket.clone(), prefix, delimiter, from, max).await?;
        Ok(dto::ListObjectsV2Output {
            key_count: i32::try_from(page.objects.len() + page.prefixes.len()).ok(),
            max_keys: i32::try_from(max).ok(),
            is_truncated: Some(page.next.is_some()),
            next_continuation_token: page.next.as_ref().map(Position::to_token),
            common_prefixes: text.prefixes(&page),
            contents: text.contents(page, input.fetch_owner.unwrap_or(false)),
            name: Some(input.bucket),
            prefix: Some(text.encode(input.prefix.as_deref().unwrap_or_default())),
            delimiter: input.delimiter.as_deref().map(|delimiter| text.encode(delimiter)),
            start_after: input.start_after.as_deref().map(|after| text.encode(after)),
            continuation_token: input.continuation_token,
            encoding_type: input.encoding_type,
            ..Default::default()
        })
    }

    pub(super) async fn list_objects_(
        &self,
        input: dto::ListObjectsInput,
    ) -> S3Result<dto::ListObjectsOutput> {
        let max = page_size(input.max_keys)?;
        let delimiter = input.delimiter.clone().filter(|delimiter| !delimiter.is_empty());
        let prefix = input.prefix.clone().unwrap_or_default();
        let from = match input.marker.clone().filter(|marker| !marker.is_empty()) {
            Some(marker) => Position::after(marker, &prefix, delimiter.as_deref()),
            None => Position::Start,
        };
        let text = Encoder::of(input.encoding_type.as_ref())?;
        let page = self.page(input.bucket.clone(), prefix, delimiter, from, max).await?;
        Ok(dto::ListObjectsOutput {
            max_keys: i32::try_from(max).ok(),
            is_truncated: Some(page.next.is_some()),
            next_marker: page.next.as_ref().and_then(Position::marker).map(|marker| text.encode(marker)),
            common_prefixes: text.prefixes(&page),
            contents: text.contents(page, true),
            name: Some(input.bucket),
            prefix: Some(text.encode(input.prefix.as_deref().unwrap_or_default())),
            delimiter: input.delimiter.as_deref().map(|delimiter| text.encode(delimiter)),
            marker: Some(text.encode(input.marker.as_deref().unwrap_or_default())),
            encoding_type: input.encoding_type,
            ..Default::default()
        })
    }

    async fn page(
        &self,
        bucket: String,
        prefix: String,
        delimiter: Option<String>,
        from: Position,
        max: usize,
    ) -> S3Result<Page> {
        self.on_store(move |store| Ok(list::list(store, &bucket, &prefix, delimiter.as_deref(), from, max)?))
            .await
    }
}

fn page_size(max_keys: Option<i32>) -> S3Result<usize> {
    usize::try_from(max_keys.unwrap_or(MAX_KEYS).min(MAX_KEYS))
        .map_err(|_| s3_error!(InvalidArgument, "max-keys must be between 0 and 2147483647"))
}

/// Everything here has one owner. S3's ids of owners have 64 digits.
fn owner() -> dto::Owner {
    dto::Owner { id: Some("0".repeat(64)), ..Default::default() }
}

/// Keys as the client wants them: as they are, or percent-encoded, for those that XML cannot hold.
#[derive(Clone, Copy)]
pub(super) enum Encoder {
    Plain,
    Url,
}

impl Encoder {
    pub(super) fn of(encoding: Option<&dto::EncodingType>) -> S3Result<Self> {
        match encoding.map(dto::EncodingType::as_str) {
            None => Ok(Self::Plain),
            Some("url") => Ok(Self::Url),
            Some(_) => Err(s3_error!(InvalidArgument, "Invalid Encoding Method specified in Request")),
        }
    }

    pub(super) fn encode(self, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Url => utf8_percent_encode(text, KEPT).to_string().replace(' ', "+"),
        }
    }

    fn prefixes(self, page: &Page) -> Option<Vec<dto::CommonPrefix>> {
        let common = |prefix: &String| dto::CommonPrefix { prefix: Some(self.encode(prefix)) };
        (!page.prefixes.is_empty()).then(|| page.prefixes.iter().map(common).collect())
    }

    fn contents(self, page: Page, with_owner: bool) -> Option<Vec<dto::Object>> {
        let object = |listed: list::Listed| dto::Object {
            key: Some(self.encode(&listed.key)),
            size: i64::try_from(listed.size).ok(),
            last_modified: Some(listed.modified.into()),
            e_tag: listed.etag.map(dto::ETag::Strong),
            storage_class: Some(dto::ObjectStorageClass::from_static(dto::ObjectStorageClass::STANDARD)),
            owner: with_owner.then(owner),
            ..Default::default()
        };
        (!page.objects.is_empty()).then(|| page.objects.into_iter().map(object).collect())
    }
}
