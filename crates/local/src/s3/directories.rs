//! The directories of a bucket: they come with the objects in them, and go with the last one.
//!
//! A write that fails, or a process that ends between two steps, can leave an empty one behind. It is no object, and
//! stands in the way of none: who wants its place clears it first.

use std::{fs, io, path::Path, sync::PoisonError};

use super::{
    error::StoreError,
    path::Unstorable,
    place::Place,
    store::{Store, occupied},
};

impl Store {
    /// Deletes the bucket; `false` if an object is in it.
    pub(super) fn delete_bucket(&self, bucket: &str) -> Result<bool, StoreError> {
        let _alone = self.directories.write().unwrap_or_else(PoisonError::into_inner);
        let root = self.bucket(bucket)?;
        Ok(self.clear(&root, bucket, &root)?)
    }

    /// Moves a body to its place, in one step.
    pub(super) fn rename(&self, bucket: &str, from: &Path, to: &Place) -> Result<(), StoreError> {
        if to.directory.is_none() && to.file.is_dir() {
            let _alone = self.directories.write().unwrap_or_else(PoisonError::into_inner);
            if !self.clear(&self.buckets.join(bucket), bucket, &to.file)? {
                return Err(Unstorable::Occupied.into());
            }
        }
        let directory = to.directory.as_deref().or_else(|| to.file.parent()).unwrap_or(&self.buckets);
        if !directory.is_dir() {
            self.make(bucket, directory)?;
        }
        let _shared = self.directories.read().unwrap_or_else(PoisonError::into_inner);
        // A bucket that was deleted meanwhile must not come back with the directories of the key.
        self.bucket(bucket)?;
        if let Some(directory) = &to.directory {
            // It may be pruned since it was made.
            fs::create_dir_all(directory).map_err(occupied)?;
            fs::create_dir_all(to.file.parent().unwrap_or(&self.state))?;
            return Ok(fs::rename(from, &to.file)?);
        }
        let to = &to.file;
        if to.is_dir() {
            return Err(Unstorable::Occupied.into());
        }
        let parent = to.parent().unwrap_or(to);
        fs::create_dir_all(parent).map_err(occupied)?;
        fs::rename(from, to).map_err(occupied)
    }

    /// Makes the directory and those above it. A key whose directory somebody removed by hand is no object, and does not
    /// become one again with a new directory of the name.
    fn make(&self, bucket: &str, directory: &Path) -> Result<(), StoreError> {
        let _alone = self.directories.write().unwrap_or_else(PoisonError::into_inner);
        let root = self.bucket(bucket)?;
        let missing = directory.ancestors().take_while(|directory| *directory != root && !directory.exists());
        for marker in missing.filter_map(|directory| self.marker_of(&root, bucket, directory)) {
            match fs::remove_file(marker) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            }
        }
        fs::create_dir_all(directory).map_err(occupied)
    }

    /// Removes the directories that the deleted object leaves empty: listings read directories. One whose key is an
    /// object stays.
    pub(super) fn prune(&self, bucket: &str, deleted: &Place) {
        let _alone = self.directories.write().unwrap_or_else(PoisonError::into_inner);
        let root = self.buckets.join(bucket);
        let lowest = deleted.directory.as_deref().or_else(|| deleted.file.parent());
        let directories = lowest.into_iter().flat_map(Path::ancestors);
        for directory in directories.take_while(|directory| *directory != root) {
            if self.is_marked(&root, bucket, directory) || fs::remove_dir(directory).is_err() {
                return;
            }
        }
    }

    /// Removes the directory if neither it nor anything in it is an object; `false` if something is. Nobody else may make
    /// or remove directories meanwhile.
    fn clear(&self, root: &Path, bucket: &str, directory: &Path) -> io::Result<bool> {
        if self.is_marked(root, bucket, directory) {
            return Ok(false);
        }
        let entries = match fs::read_dir(directory) {
            Ok(entries) => entries,
            // Pruned since it was looked at, or an object has taken its place.
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Ok(true);
            }
            Err(error) => return Err(error),
        };
        for entry in entries {
            let entry = entry?;
            if !entry.file_type()?.is_dir() || !self.clear(root, bucket, &entry.path())? {
                return Ok(false);
            }
        }
        fs::remove_dir(directory)?;
        Ok(true)
    }
}
