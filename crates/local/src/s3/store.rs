//! The files: where an object is, and how it appears, changes and goes in one step.

use std::{
    fs::{self, File},
    hash::{DefaultHasher, Hash, Hasher},
    io,
    path::{Path, PathBuf},
    sync::{
        Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::SystemTime,
};

use s3s::dto::{ETag, ETagCondition};
use sha2::{Digest, Sha256};

use super::{
    ObjectCreated,
    digests::md5_of,
    error::StoreError,
    path::{self, Unstorable},
    place::Place,
    record::{Attributes, Checksums, Record, modified_millis},
};
use crate::env::Env;

/// Keys share locks; enough of them that two writers rarely wait for each other.
const LOCKS: usize = 64;

/// Called with every object written, in the order of the writes of each key.
pub(crate) type Listener = Box<dyn Fn(ObjectCreated) + Send + Sync>;

pub(crate) struct Store {
    pub(super) buckets: PathBuf,
    pub(super) state: PathBuf,
    pub(super) env: Env,
    locks: Vec<Mutex<()>>,
    /// Writers that make directories share it; who removes empty ones has it alone.
    pub(super) directories: RwLock<()>,
    listener: Listener,
    sequencer: AtomicU64,
    temporary: AtomicU64,
    /// Held while anybody can write: two processes would not know of each other's conditions.
    _in_use: File,
}

/// When a write may happen.
#[derive(Debug, Clone, Default)]
pub(crate) struct Condition {
    /// `If-None-Match: *`
    pub(crate) absent: bool,
    /// `If-Match`
    pub(crate) matches: Option<ETagCondition>,
}

/// A body that is written and checked, and not yet an object. Dropped, it is gone.
#[derive(Debug)]
pub(crate) struct Staged {
    pub(super) path: PathBuf,
    pub(super) etag: String,
    pub(super) checksums: Checksums,
}

impl Drop for Staged {
    fn drop(&mut self) {
        // After a publish there is nothing here any more.
        let _ = fs::remove_file(&self.path);
    }
}

/// An object as it is at one moment, whatever happens to its key later.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) file: File,
    pub(crate) record: Record,
    pub(crate) modified: SystemTime,
}

impl Store {
    /// Opens the store below `data`, which `in_use` locks, and clears what writers left behind when the process
    /// ended.
    pub(crate) fn open(data: &Path, in_use: File, env: Env, listener: Listener) -> io::Result<Self> {
        let (buckets, state) = (data.join("s3"), data.join("s3-state"));
        let temporary = state.join("tmp");
        if temporary.exists() {
            fs::remove_dir_all(&temporary)?;
        }
        for directory in [&buckets, &temporary, &state.join("records"), &state.join("uploads")] {
            fs::create_dir_all(directory)?;
        }
        Ok(Self {
            buckets,
            state,
            env,
            locks: (0..LOCKS).map(|_| Mutex::new(())).collect(),
            directories: RwLock::new(()),
            listener,
            sequencer: AtomicU64::new(0),
            temporary: AtomicU64::new(0),
            _in_use: in_use,
        })
    }

    /// The bucket's directory, if there is such a bucket.
    pub(crate) fn bucket(&self, bucket: &str) -> Result<PathBuf, StoreError> {
        let directory = self.buckets.join(bucket);
        if path::is_plain_name(bucket) && directory.is_dir() {
            Ok(directory)
        } else {
            Err(StoreError::NoSuchBucket)
        }
    }

    /// Creates the bucket; `false` if there is one.
    pub(crate) fn create_bucket(&self, bucket: &str) -> io::Result<bool> {
        match fs::create_dir(self.buckets.join(bucket)) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// A new file's path, on the same file system as the buckets.
    pub(super) fn temporary_path(&self) -> PathBuf {
        self.state.join("tmp").join(self.temporary.fetch_add(1, Ordering::Relaxed).to_string())
    }

    /// The object, or `NoSuchKey`.
    pub(crate) fn read(&self, bucket: &str, key: &str) -> Result<Opened, StoreError> {
        let place = self.place(bucket, key)?.map_err(|_| StoreError::NoSuchKey)?;
        let _lock = self.lock(bucket, key);
        self.open_object(&place, bucket, key)
    }

    /// Makes the staged body the object, if the condition holds at that moment.
    pub(crate) fn publish(
        &self,
        staged: &Staged,
        bucket: &str,
        key: &str,
        condition: &Condition,
        attributes: Attributes,
        operation: &'static str,
    ) -> Result<Record, StoreError> {
        let place = self.place(bucket, key)??;
        let file = File::options().write(true).open(&staged.path)?;
        file.set_modified(SystemTime::from(self.env.now()))?;
        let metadata = file.metadata()?;
        let record = Record {
            key: key.to_owned(),
            size: metadata.len(),
            modified_millis: modified_millis(&metadata),
            etag: staged.etag.clone(),
            checksums: staged.checksums.clone(),
            attributes,
        };
        let record_file = self.temporary_path();
        fs::write(&record_file, serde_json::to_vec(&record).map_err(io::Error::from)?)?;

        let _lock = self.lock(bucket, key);
        let done = self
            .check(condition, &place, bucket, key)
            .and_then(|()| self.rename(bucket, &staged.path, &place));
        if let Err(error) = done {
            let _ = fs::remove_file(&record_file);
            return Err(error);
        }
        let record_path = self.record_path(bucket, key);
        fs::create_dir_all(record_path.parent().unwrap_or(&self.state))?;
        fs::rename(&record_file, &record_path)?;
        (self.listener)(ObjectCreated {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            size: record.size,
            etag: record.etag.clone(),
            sequencer: self.next_sequencer(),
            operation,
        });
        Ok(record)
    }

    /// Deletes the object. One that does not exist is deleted already, unless a condition wants it.
    pub(crate) fn delete(
        &self,
        bucket: &str,
        key: &str,
        matches: Option<&ETagCondition>,
    ) -> Result<(), StoreError> {
        let Ok(place) = self.place(bucket, key)? else {
            return if matches.is_some() { Err(StoreError::NoSuchKey) } else { Ok(()) };
        };
        let _lock = self.lock(bucket, key);
        self.check(&Condition { absent: false, matches: matches.cloned() }, &place, bucket, key)?;
        if !place.is_taken() {
            return Ok(());
        }
        fs::remove_file(&place.file)?;
        let _ = fs::remove_file(self.record_path(bucket, key));
        self.prune(bucket, &place);
        Ok(())
    }

    fn check(&self, condition: &Condition, place: &Place, bucket: &str, key: &str) -> Result<(), StoreError> {
        if condition.absent && place.is_taken() {
            return Err(StoreError::Precondition);
        }
        let Some(wanted) = &condition.matches else { return Ok(()) };
        let current = self.open_object(place, bucket, key)?.record.etag;
        match wanted {
            ETagCondition::Any => Ok(()),
            ETagCondition::ETag(etag) if etag.strong_cmp(&ETag::Strong(current)) => Ok(()),
            ETagCondition::ETag(_) => Err(StoreError::Precondition),
        }
    }

    fn open_object(&self, place: &Place, bucket: &str, key: &str) -> Result<Opened, StoreError> {
        if place.directory.as_ref().is_some_and(|directory| !directory.is_dir()) {
            return Err(StoreError::NoSuchKey);
        }
        let file = File::open(&place.file).map_err(missing)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(StoreError::NoSuchKey);
        }
        let stored = self.record(bucket, key).filter(|record| record.describes(&metadata));
        let record = match stored {
            Some(record) => record,
            None => Record {
                key: key.to_owned(),
                size: metadata.len(),
                modified_millis: modified_millis(&metadata),
                etag: md5_of(&mut File::open(&place.file)?)?,
                ..Record::default()
            },
        };
        Ok(Opened { file, record, modified: metadata.modified()? })
    }

    /// The record as it is on disk, if it can be read.
    pub(super) fn record(&self, bucket: &str, key: &str) -> Option<Record> {
        serde_json::from_slice(&fs::read(self.record_path(bucket, key)).ok()?).ok()
    }

    /// Records have hashed names: a key may be longer than a file name.
    fn record_path(&self, bucket: &str, key: &str) -> PathBuf {
        let hash = crate::files::hex(&Sha256::digest(key.as_bytes()));
        let (shelf, _) = hash.split_at(2);
        self.state.join("records").join(bucket).join(shelf).join(format!("{hash}.json"))
    }

    pub(super) fn lock(&self, bucket: &str, key: &str) -> MutexGuard<'_, ()> {
        let mut hasher = DefaultHasher::new();
        (bucket, key).hash(&mut hasher);
        let index = usize::try_from(hasher.finish() % LOCKS as u64).unwrap_or(0);
        self.locks[index].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Grows with every write, across restarts too while the clock does.
    fn next_sequencer(&self) -> String {
        let now = u64::try_from(self.env.now().timestamp_micros()).unwrap_or(0);
        let advance = |last: u64| Some(now.max(last + 1));
        let last =
            self.sequencer.fetch_update(Ordering::Relaxed, Ordering::Relaxed, advance).unwrap_or_default();
        format!("{:016X}", now.max(last + 1))
    }
}

fn missing(error: io::Error) -> StoreError {
    match error.kind() {
        io::ErrorKind::NotFound
        | io::ErrorKind::NotADirectory
        | io::ErrorKind::IsADirectory
        | io::ErrorKind::InvalidFilename => StoreError::NoSuchKey,
        _ => error.into(),
    }
}

/// What is in the way of a key's directories or file.
pub(super) fn occupied(error: io::Error) -> StoreError {
    match error.kind() {
        io::ErrorKind::AlreadyExists
        | io::ErrorKind::NotADirectory
        | io::ErrorKind::IsADirectory
        | io::ErrorKind::DirectoryNotEmpty => Unstorable::Occupied.into(),
        io::ErrorKind::InvalidFilename => Unstorable::Long.into(),
        _ => error.into(),
    }
}
