//! What a plain file cannot say about an object.

use std::{collections::BTreeMap, fs::Metadata, time::UNIX_EPOCH};

use axum::http::HeaderValue;
use s3s::dto;
use serde::{Deserialize, Serialize};

/// The record of one object. It holds only for the file whose size and time it names: after a crash between
/// the two renames, the file is right and the record is made anew from it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) key: String,
    pub(crate) size: u64,
    pub(crate) modified_millis: u128,
    pub(crate) etag: String,
    #[serde(default)]
    pub(crate) checksums: Checksums,
    #[serde(default)]
    pub(crate) attributes: Attributes,
}

impl Record {
    pub(crate) fn describes(&self, file: &Metadata) -> bool {
        self.size == file.len() && self.modified_millis == modified_millis(file)
    }
}

pub(crate) fn modified_millis(file: &Metadata) -> u128 {
    file.modified()
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
        .map_or(0, |since| since.as_millis())
}

/// Checksums in base64, as far as the client asked for them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Checksums {
    pub(crate) crc32: Option<String>,
    pub(crate) crc32c: Option<String>,
    pub(crate) crc64nvme: Option<String>,
    pub(crate) sha1: Option<String>,
    pub(crate) sha256: Option<String>,
}

impl From<dto::Checksum> for Checksums {
    fn from(sums: dto::Checksum) -> Self {
        Self {
            crc32: sums.checksum_crc32,
            crc32c: sums.checksum_crc32c,
            crc64nvme: sums.checksum_crc64nvme,
            sha1: sums.checksum_sha1,
            sha256: sums.checksum_sha256,
        }
    }
}

/// What the client said about the object and wants back.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Attributes {
    pub(crate) content_type: Option<String>,
    pub(crate) content_encoding: Option<String>,
    pub(crate) content_disposition: Option<String>,
    pub(crate) content_language: Option<String>,
    pub(crate) cache_control: Option<String>,
    /// As the client sent it, which need not be a date.
    pub(crate) expires: Option<String>,
    pub(crate) website_redirect_location: Option<String>,
    pub(crate) metadata: BTreeMap<String, String>,
}

impl Attributes {
    /// `Expires` as the client sent it. Records of earlier versions have a date in the format of ISO 8601 instead.
    pub(crate) fn expires(&self) -> Option<HeaderValue> {
        let text = self.expires.as_deref()?;
        let Ok(date) = dto::Timestamp::parse(dto::TimestampFormat::DateTime, text) else {
            return HeaderValue::from_bytes(text.as_bytes()).ok();
        };
        let mut text = Vec::new();
        date.format(dto::TimestampFormat::HttpDate, &mut text).ok()?;
        HeaderValue::from_bytes(&text).ok()
    }

    pub(crate) fn metadata(&self) -> Option<dto::Metadata> {
        (!self.metadata.is_empty())
            .then(|| self.metadata.iter().map(|(name, value)| (name.clone(), value.clone())).collect())
    }
}

pub(crate) fn metadata_map(metadata: Option<dto::Metadata>) -> BTreeMap<String, String> {
    metadata.unwrap_or_default().into_iter().collect()
}

impl From<&dto::PutObjectInput> for Attributes {
    fn from(input: &dto::PutObjectInput) -> Self {
        Self {
            content_type: input.content_type.clone(),
            content_encoding: input.content_encoding.clone(),
            content_disposition: input.content_disposition.clone(),
            content_language: input.content_language.clone(),
            cache_control: input.cache_control.clone(),
            // s3s knows dates only: whoever stores the object adds what the client sent.
            expires: None,
            website_redirect_location: input.website_redirect_location.clone(),
            metadata: metadata_map(input.metadata.clone()),
        }
    }
}

impl From<&dto::CopyObjectInput> for Attributes {
    fn from(input: &dto::CopyObjectInput) -> Self {
        Self {
            content_type: input.content_type.clone(),
            content_encoding: input.content_encoding.clone(),
            content_disposition: input.content_disposition.clone(),
            content_language: input.content_language.clone(),
            cache_control: input.cache_control.clone(),
            expires: None,
            website_redirect_location: input.website_redirect_location.clone(),
            metadata: metadata_map(input.metadata.clone()),
        }
    }
}

impl From<&dto::CreateMultipartUploadInput> for Attributes {
    fn from(input: &dto::CreateMultipartUploadInput) -> Self {
        Self {
            content_type: input.content_type.clone(),
            content_encoding: input.content_encoding.clone(),
            content_disposition: input.content_disposition.clone(),
            content_language: input.content_language.clone(),
            cache_control: input.cache_control.clone(),
            expires: None,
            website_redirect_location: input.website_redirect_location.clone(),
            metadata: metadata_map(input.metadata.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Attributes;

    #[test]
    fn expires_is_what_was_sent_and_a_date_of_an_earlier_version_is_one_of_http() {
        let expires = |text: &str| {
            let attributes = Attributes { expires: Some(text.to_owned()), ..Attributes::default() };
            attributes.expires().unwrap().to_str().unwrap().to_owned()
        };
        for sent in ["0", "-1", "Thu, 01 Dec 1994 16:00:00 GMT", "tomorrow"] {
            assert_eq!(expires(sent), sent);
        }
        assert_eq!(expires("1994-12-01T16:00:00.000Z"), "Thu, 01 Dec 1994 16:00:00 GMT");
    }
}
