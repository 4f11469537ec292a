//! Where an object is. A key that ends in `/` is a directory's, which cannot hold the object's bytes: they are in a
//! *marker*, a file under `<data>/s3-state/markers`. The object is there while both are.

use std::path::{Path, PathBuf};

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
