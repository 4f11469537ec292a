//! Where an object is. A key that ends in `/` is a directory's, which cannot hold the object's bytes: they are in a
//! *marker*, a file under `<data>/s3-state/markers`. The object is there while both are.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{
    error::StoreError,
    path::{self, Unstorable},
    store::Store,
};

/// The files of one key.
#[derive(Debug)]
pub(super) struct Place {
    /// The object's bytes.
    pub(super) file: PathBuf,
    /// For a key that ends in `/`, what stands for it in the bucket.
    pub(super) directory: Option<PathBuf>,
}

impl Place {
    /// Whether there is an object.
    pub(super) fn is_taken(&self) -> bool {
        self.directory.as_deref().is_none_or(Path::is_dir) && self.file.is_file()
    }
}

impl Store {
    /// The place of a key: an error if there is no such bucket, and one within if no file can have the name.
    pub(super) fn place(&self, bucket: &str, key: &str) -> Result<Result<Place, Unstorable>, StoreError> {
        let found = path::object(&self.bucket(bucket)?, key);
        Ok(found.map(|path| {
            if key.ends_with('/') {
                Place { file: self.marker(bucket, key), directory: Some(path) }
            } else {
                Place { file: path, directory: None }
            }
        }))
    }

    /// The file with the bytes of an object whose key ends in `/`. Its name is hashed: a key may be longer than a name.
    pub(super) fn marker(&self, bucket: &str, key: &str) -> PathBuf {
        let hash = crate::files::hex(&Sha256::digest(key.as_bytes()));
        self.state.join("markers").join(bucket).join(hash)
    }

    /// Whether the directory's own key is an object.
    pub(super) fn is_marked(&self, root: &Path, bucket: &str, directory: &Path) -> bool {
        let Ok(below) = directory.strip_prefix(root) else { return false };
        let mut key = String::new();
        for segment in below {
            let Some(segment) = segment.to_str() else { return false };
            key.push_str(segment);
            key.push('/');
        }
        self.marker(bucket, &key).is_file()
    }
}
