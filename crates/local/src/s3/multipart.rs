//! Multipart uploads: parts in a directory of their own until they are completed or aborted.

mod completion;
mod sums;

use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use s3s::{S3Result, s3_error};
use serde::{Deserialize, Serialize};

use super::{
    error::StoreError,
    path,
    record::Attributes,
    store::{Staged, Store},
};
use crate::files::replace;

pub(super) use completion::{Wanted, complete};
pub(super) use sums::Declared;

const MAX_PART_NUMBER: i32 = 10_000;

#[derive(Debug, Serialize, Deserialize)]
struct Upload {
    bucket: String,
    key: String,
    attributes: Attributes,
    #[serde(default)]
    declared: Option<Declared>,
}

/// An upload that is neither completed nor aborted.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) key: String,
    pub(super) id: String,
    pub(super) initiated: SystemTime,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct PartRecord {
    pub(super) etag: String,
    pub(super) size: u64,
}

/// Begins an upload and answers its id.
pub(super) fn create(
    store: &Store,
    bucket: &str,
    key: &str,
    attributes: Attributes,
    declared: Option<Declared>,
) -> S3Result<String> {
    // A key that cannot be stored is refused now, not after gigabytes.
    path::object(&store.bucket(bucket)?, key).map_err(StoreError::from)?;
    let id = store.env.uuid();
    let upload = Upload { bucket: bucket.to_owned(), key: key.to_owned(), attributes, declared };
    let text = serde_json::to_vec(&upload).map_err(|error| StoreError::Io(error.into()))?;
    replace(&store.state.join("uploads").join(&id).join("upload.json"), &text).map_err(StoreError::from)?;
    Ok(id)
}

/// The checksums that were declared when the upload began.
pub(super) fn declared(store: &Store, (bucket, key, id): (&str, &str, &str)) -> S3Result<Option<Declared>> {
    Ok(open(store, bucket, key, id)?.1.declared)
}

/// Stores a part, instead of an earlier one of the same number.
pub(super) fn put_part(
    store: &Store,
    (bucket, key, id): (&str, &str, &str),
    number: i32,
    staged: &Staged,
) -> S3Result<()> {
    if !(1..=MAX_PART_NUMBER).contains(&number) {
        return Err(s3_error!(
            InvalidArgument,
            "part number must be an integer between 1 and {MAX_PART_NUMBER}, found {number}"
        ));
    }
    let (directory, _) = open(store, bucket, key, id)?;
    let size = fs::metadata(&staged.path).map_err(StoreError::from)?.len();
    let record = serde_json::to_vec(&PartRecord { etag: staged.etag.clone(), size });
    let record = record.map_err(|error| StoreError::Io(error.into()))?;
    let _lock = store.lock(bucket, key);
    // The bytes have a file of their own, which the record then names by its ETag: whenever the process ends, the
    // record and the bytes it names belong together.
    let before = part(&directory, number);
    fs::rename(&staged.path, part_path(&directory, number, &staged.etag)).map_err(StoreError::from)?;
    replace(&record_path(&directory, number), &record).map_err(StoreError::from)?;
    if let Some(before) = before.filter(|before| before.etag != staged.etag) {
        let _ = fs::remove_file(part_path(&directory, number, &before.etag));
    }
    Ok(())
}

/// The bucket's open uploads, by key and then by when they began.
pub(super) fn uploads(store: &Store, bucket: &str) -> S3Result<Vec<Open>> {
    store.bucket(bucket)?;
    let mut found = Vec::new();
    for entry in fs::read_dir(store.state.join("uploads")).map_err(StoreError::from)? {
        let directory = entry.map_err(StoreError::from)?.path();
        let file = directory.join("upload.json");
        // One that was completed meanwhile is no longer open.
        let Ok(text) = fs::read(&file) else { continue };
        let Ok(upload) = serde_json::from_slice::<Upload>(&text) else { continue };
        let initiated = fs::metadata(&file).and_then(|metadata| metadata.modified());
        if let (Some(id), Ok(initiated)) = (directory.file_name().and_then(|name| name.to_str()), initiated)
            && upload.bucket == bucket
        {
            found.push(Open { key: upload.key, id: id.to_owned(), initiated });
        }
    }
    found.sort_unstable_by(|a, b| (&a.key, a.initiated, &a.id).cmp(&(&b.key, b.initiated, &b.id)));
    Ok(found)
}

/// The parts in order of their numbers.
pub(super) fn parts(store: &Store, bucket: &str, key: &str, id: &str) -> S3Result<Vec<(i32, PartRecord)>> {
    let (directory, _) = open(store, bucket, key, id)?;
    let mut parts = Vec::new();
    for entry in fs::read_dir(&directory).map_err(StoreError::from)? {
        let path = entry.map_err(StoreError::from)?.path();
        let number = path.file_stem().and_then(|stem| stem.to_str()?.parse().ok());
        if let (Some(number), Some("json")) = (number, path.extension().and_then(|e| e.to_str()))
            && let Some(record) = part(&directory, number)
        {
            parts.push((number, record));
        }
    }
    parts.sort_unstable_by_key(|(number, _)| *number);
    Ok(parts)
}

/// Forgets the upload and its parts.
pub(super) fn abort(store: &Store, bucket: &str, key: &str, id: &str) -> S3Result<()> {
    let (directory, _) = open(store, bucket, key, id)?;
    Ok(fs::remove_dir_all(directory).map_err(StoreError::from)?)
}

fn open(store: &Store, bucket: &str, key: &str, id: &str) -> S3Result<(PathBuf, Upload)> {
    store.bucket(bucket)?;
    let missing = || s3_error!(NoSuchUpload, "The specified upload does not exist");
    if !path::is_plain_name(id) {
        return Err(missing());
    }
    let directory = store.state.join("uploads").join(id);
    let text = fs::read(directory.join("upload.json")).map_err(|_| missing())?;
    let upload: Upload = serde_json::from_slice(&text).map_err(|_| missing())?;
    if upload.bucket == bucket && upload.key == key { Ok((directory, upload)) } else { Err(missing()) }
}

fn part_path(directory: &Path, number: i32, etag: &str) -> PathBuf {
    directory.join(format!("{number:05}-{etag}.part"))
}

fn record_path(directory: &Path, number: i32) -> PathBuf {
    directory.join(format!("{number:05}.json"))
}

fn part(directory: &Path, number: i32) -> Option<PartRecord> {
    let text = fs::read(record_path(directory, number)).ok()?;
    serde_json::from_slice(&text).ok()
}
