//! A bucket of files, so that what is measured is the memory of the compactor and not that of its store.

use std::{
    fs, io,
    ops::Range,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use domain::port::{DeleteFailure, ListPage, ObjectMeta, ObjectStore, PutMode, StoreError, Version};

/// For one process at a time: conditions are checked without a lock.
#[derive(Debug)]
pub(crate) struct Disk(PathBuf);

impl Disk {
    pub(crate) fn new(directory: impl Into<PathBuf>) -> Self {
        Self(directory.into())
    }

    fn path(&self, key: &str) -> PathBuf {
        self.0.join(key)
    }

    fn create(&self, key: &str) -> io::Result<PathBuf> {
        let path = self.path(key);
        fs::create_dir_all(path.parent().unwrap_or(Path::new("/")))?;
        Ok(path)
    }
}

fn store_error(key: &str, error: io::Error) -> StoreError {
    match error.kind() {
        io::ErrorKind::NotFound => StoreError::NotFound { key: key.to_owned() },
        _ => StoreError::Failed { key: key.to_owned(), source: Box::new(error) },
    }
}

impl ObjectStore for Disk {
    async fn get(&self, key: &str) -> Result<Bytes, StoreError> {
        fs::read(self.path(key)).map(Bytes::from).map_err(|error| store_error(key, error))
    }

    async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes, StoreError> {
        let read = || {
            let file = fs::File::open(self.path(key))?;
            let end = range.end.min(file.metadata()?.len());
            let length = end.saturating_sub(range.start);
            let mut bytes = vec![0; usize::try_from(length).map_err(io::Error::other)?];
            file.read_exact_at(&mut bytes, range.start)?;
            Ok(Bytes::from(bytes))
        };
        read().map_err(|error| store_error(key, error))
    }

    async fn get_versioned(&self, key: &str) -> Result<(Bytes, Version), StoreError> {
        Err(StoreError::Failed { key: key.to_owned(), source: "this store has no versions".into() })
    }

    async fn head(&self, key: &str) -> Result<ObjectMeta, StoreError> {
        let metadata = fs::metadata(self.path(key)).map_err(|error| store_error(key, error))?;
        let last_modified = metadata.modified().map(DateTime::<Utc>::from).unwrap_or_default();
        Ok(ObjectMeta { key: key.to_owned(), size: metadata.len(), last_modified })
    }

    async fn copy(&self, from: &str, to: &str) -> Result<(), StoreError> {
        // A link is what comes nearest to a store that copies by itself.
        let link = || fs::hard_link(self.path(from), self.create(to)?);
        link().map_err(|error| store_error(from, error))
    }

    async fn put(&self, key: &str, body: Bytes, mode: PutMode) -> Result<(), StoreError> {
        if mode == PutMode::Create && self.path(key).exists() {
            return Err(StoreError::AlreadyExists { key: key.to_owned() });
        }
        let write = || fs::write(self.create(key)?, &body);
        write().map_err(|error| store_error(key, error))
    }

    async fn delete(&self, keys: &[String]) -> Result<Vec<DeleteFailure>, StoreError> {
        for key in keys {
            match fs::remove_file(self.path(key)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(store_error(key, error)),
                _ => {}
            }
        }
        Ok(Vec::new())
    }

    async fn list(&self, prefix: &str, after: Option<&str>) -> Result<ListPage, StoreError> {
        let mut objects = Vec::new();
        let directory = self.path(prefix.rsplit_once('/').map_or("", |(directory, _)| directory));
        walk(&directory, &mut |path| {
            let key = path.strip_prefix(&self.0).ok().and_then(Path::to_str).unwrap_or_default();
            if key.starts_with(prefix) && after.is_none_or(|after| key > after) {
                objects.push(key.to_owned());
            }
        })
        .map_err(|error| store_error(prefix, error))?;
        objects.sort();
        let more = objects.len() > 1_000;
        objects.truncate(1_000);
        let next_after = objects.last().filter(|_| more).cloned();
        let mut page = ListPage { objects: Vec::new(), next_after };
        for key in objects {
            page.objects.push(self.head(&key).await?);
        }
        Ok(page)
    }
}

fn walk(directory: &Path, each: &mut impl FnMut(&Path)) -> io::Result<()> {
    if !directory.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, each)?;
        } else {
            each(&path);
        }
    }
    Ok(())
}
