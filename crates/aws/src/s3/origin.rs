//! Where a lost lake is restored from: another bucket, or a bucket as it was at a moment of the past.
//!
//! `tributary restore` and `tributary partition recover` alone make these calls, with the rights of who operates the lake.
//! No role of a function has them.

use std::{collections::BTreeMap, str::Utf8Error};

use aws_sdk_s3::{Client, operation::list_object_versions::ListObjectVersionsOutput, types::EncodingType};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use domain::port::{ObjectStore, StoreError};

use super::{COPY_SOURCE, S3Store, encoded::Names, meta, store_error, unreadable};

/// An object as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OriginObject {
    /// Its key, there and in the lake.
    pub key: String,
    /// Its size in bytes.
    pub size: u64,
    /// Which version of it; `None` for the current one.
    pub version: Option<String>,
}

/// A bucket to restore from.
#[derive(Debug, Clone)]
pub struct S3Origin {
    /// Where it is.
    there: S3Store,
    /// The lake's own.
    lake: S3Store,
    at: Option<DateTime<Utc>>,
}

impl S3Origin {
    pub(crate) fn new(there: S3Store, lake: S3Store, at: Option<DateTime<Utc>>) -> Self {
        Self { there, lake, at }
    }

    /// Every object below the prefix that there is, or that there was at the moment, in order of key.
    pub async fn list(&self, prefix: &str) -> Result<Vec<OriginObject>, StoreError> {
        let Some(at) = self.at else {
            let objects = self.there.list_all(prefix).await?.into_iter();
            return Ok(objects
                .map(|object| OriginObject { key: object.key, size: object.size, version: None })
                .collect());
        };
        let mut history = History::new(at);
        self.each_page(prefix, |page| history.add(page)).await?;
        Ok(history.into_objects())
    }

    /// Every version of every object below the prefix, whether it was deleted since or not, the newest first.
    pub async fn versions(&self, prefix: &str) -> Result<Vec<OriginObject>, StoreError> {
        let mut found = Vec::new();
        self.each_page(prefix, |page| {
            let names = Names::of(page.encoding_type());
            for version in page.versions() {
                let object = meta(names.read(version.key())?, version.size(), version.last_modified());
                let id = version.version_id().map(str::to_owned);
                let found_object = OriginObject { key: object.key, size: object.size, version: id };
                found.push((object.last_modified, found_object));
            }
            Ok(())
        })
        .await?;
        found.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        Ok(found.into_iter().map(|(_, object)| object).collect())
    }

    async fn each_page(
        &self,
        prefix: &str,
        mut take: impl FnMut(&ListObjectVersionsOutput) -> Result<(), Utf8Error> + Send,
    ) -> Result<(), StoreError> {
        let (mut key, mut version) = (None, None);
        loop {
            let call = self.client().list_object_versions().bucket(&self.there.bucket).prefix(prefix);
            let call = call.set_key_marker(key.take()).set_version_id_marker(version.take());
            let call = call.encoding_type(EncodingType::Url);
            let page = call.send().await.map_err(|error| store_error(prefix, error.into()))?;
            let names = Names::of(page.encoding_type());
            let next = page.next_key_marker().map(|marker| names.read(Some(marker))).transpose();
            let next = take(&page).and(next).map_err(|error| unreadable(prefix, error))?;
            if page.is_truncated != Some(true) {
                return Ok(());
            }
            (key, version) = (next, page.next_version_id_marker);
            if key.is_none() {
                let source =
                    "S3 answered a page that is not the last one, and not where the next begins".into();
                return Err(StoreError::Unavailable { key: prefix.to_owned(), source });
            }
        }
    }

    /// The object's bytes.
    pub async fn get(&self, object: &OriginObject) -> Result<Bytes, StoreError> {
        let key = &object.key;
        let call = self.client().get_object().bucket(&self.there.bucket).key(key);
        let call = call.set_version_id(object.version.clone());
        let answer = call.send().await.map_err(|error| store_error(key, error.into()))?;
        match answer.body.collect().await {
            Ok(body) => Ok(body.into_bytes()),
            Err(torn) => Err(StoreError::Unavailable { key: key.clone(), source: Box::new(torn) }),
        }
    }

    /// Has S3 copy the object, of at most 5 GB, into the lake's bucket under its own key. Its bytes do not pass through
    /// here. Not for commits: a copy carries no condition.
    pub async fn copy(&self, object: &OriginObject) -> Result<(), StoreError> {
        let key = &object.key;
        let source = percent_encoding::utf8_percent_encode(key, COPY_SOURCE);
        let mut source = format!("{}/{source}", self.there.bucket);
        if let Some(version) = &object.version {
            source.push_str("?versionId=");
            source.extend(percent_encoding::utf8_percent_encode(version, COPY_SOURCE));
        }
        let call = self.lake.client.copy_object().bucket(&self.lake.bucket).key(key).copy_source(source);
        call.send().await.map(drop).map_err(|error| store_error(key, error.into()))
    }

    fn client(&self) -> &Client {
        &self.there.client
    }
}

/// What there was of each key at a moment, from a listing of all versions in any order.
#[derive(Debug)]
struct History {
    at: DateTime<Utc>,
    /// The newest entry that is no newer than the moment; `None` for a deletion.
    newest: BTreeMap<String, (DateTime<Utc>, Option<OriginObject>)>,
}

impl History {
    fn new(at: DateTime<Utc>) -> Self {
        Self { at, newest: BTreeMap::new() }
    }

    /// Takes a page.
    fn add(&mut self, page: &ListObjectVersionsOutput) -> Result<(), Utf8Error> {
        let names = Names::of(page.encoding_type());
        for found in page.versions() {
            let object = meta(names.read(found.key())?, found.size(), found.last_modified());
            let version = found.version_id().map(str::to_owned);
            let at = object.last_modified;
            self.put(
                at,
                object.key.clone(),
                Some(OriginObject { key: object.key, size: object.size, version }),
            );
        }
        for marker in page.delete_markers() {
            let deleted = meta(names.read(marker.key())?, None, marker.last_modified());
            self.put(deleted.last_modified, deleted.key, None);
        }
        Ok(())
    }

    /// S3 says the second alone: of a version and a deletion in one second, the version counts. To restore too much is
    /// mended by the lake itself.
    fn put(&mut self, at: DateTime<Utc>, key: String, object: Option<OriginObject>) {
        if at > self.at {
            return;
        }
        let is_newer = self
            .newest
            .get(&key)
            .is_none_or(|(known, is)| at > *known || (at == *known && is.is_none() && object.is_some()));
        if is_newer {
            self.newest.insert(key, (at, object));
        }
    }

    fn into_objects(self) -> Vec<OriginObject> {
        self.newest.into_values().filter_map(|(_, object)| object).collect()
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_s3::{
        primitives::DateTime as SdkTime,
        types::{DeleteMarkerEntry, ObjectVersion},
    };

    use super::*;

    fn version(key: &str, id: &str, second: i64) -> ObjectVersion {
        let time = SdkTime::from_secs(second);
        ObjectVersion::builder().key(key).version_id(id).size(7).last_modified(time).build()
    }

    fn marker(key: &str, second: i64) -> DeleteMarkerEntry {
        DeleteMarkerEntry::builder()
            .key(key)
            .version_id("m")
            .last_modified(SdkTime::from_secs(second))
            .build()
    }

    fn at(second: i64) -> Vec<(String, Option<String>)> {
        let page = ListObjectVersionsOutput::builder()
            .versions(version("a", "a2", 30))
            .versions(version("a", "a1", 10))
            .versions(version("b", "b1", 10))
            .versions(version("c", "c1", 20))
            .delete_markers(marker("a", 20))
            .delete_markers(marker("b", 40))
            .delete_markers(marker("c", 20))
            .build();
        let mut history = History::new(DateTime::from_timestamp(second, 0).unwrap());
        history.add(&page).unwrap();
        history.into_objects().into_iter().map(|object| (object.key, object.version)).collect()
    }

    #[test]
    fn encoded_names_are_decoded_all_of_them() {
        let page = ListObjectVersionsOutput::builder()
            .encoding_type(EncodingType::Url)
            .versions(version("a%01+b", "1", 10))
            .versions(version("c%2B", "1", 10))
            .delete_markers(marker("c%2B", 20))
            .build();
        let mut history = History::new(DateTime::from_timestamp(30, 0).unwrap());
        history.add(&page).unwrap();
        let keys: Vec<String> = history.into_objects().into_iter().map(|object| object.key).collect();
        assert_eq!(keys, ["a\u{1} b"]);
        let plain = ListObjectVersionsOutput::builder().versions(version("a%01", "1", 10)).build();
        let mut history = History::new(DateTime::from_timestamp(30, 0).unwrap());
        history.add(&plain).unwrap();
        assert_eq!(history.into_objects()[0].key, "a%01");
    }

    #[test]
    fn a_moment_has_what_was_newest_then_and_nothing_that_was_deleted() {
        let expected = |keys: &[(&str, &str)]| -> Vec<(String, Option<String>)> {
            keys.iter().map(|(key, id)| ((*key).to_owned(), Some((*id).to_owned()))).collect()
        };
        assert_eq!(at(9), []);
        assert_eq!(at(10), expected(&[("a", "a1"), ("b", "b1")]));
        // Of one second, what was there counts.
        assert_eq!(at(25), expected(&[("b", "b1"), ("c", "c1")]));
        assert_eq!(at(30), expected(&[("a", "a2"), ("b", "b1"), ("c", "c1")]));
        assert_eq!(at(50), expected(&[("a", "a2"), ("c", "c1")]));
    }
}
