//! Where the store keeps the object of a key, and the markers that stand for keys that end in `/`.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{
    error::StoreError,
    path::{self, Unstorable},
    place::Place,
    store::Store,
};

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

    /// The marker of the directory's own key. `None` if no key has such a directory.
    pub(super) fn marker_of(&self, root: &Path, bucket: &str, directory: &Path) -> Option<PathBuf> {
        let below = directory.strip_prefix(root).ok()?;
        let mut key = String::new();
        for segment in below {
            key.push_str(segment.to_str()?);
            key.push('/');
        }
        Some(self.marker(bucket, &key))
    }

    /// Whether the directory's own key is an object.
    pub(super) fn is_marked(&self, root: &Path, bucket: &str, directory: &Path) -> bool {
        self.marker_of(root, bucket, directory).is_some_and(|marker| marker.is_file())
    }
}
