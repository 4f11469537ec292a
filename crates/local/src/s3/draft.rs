//! Objects that this process writes itself, piece by piece.

use std::{fs::File, io::Write};

use s3s::crypto::{Checksum as _, Md5};

use super::{
    error::StoreError,
    record::{Attributes, Checksums},
    store::{Condition, Staged, Store},
};
use crate::files::hex;

/// A body that is being written, and not yet an object. Dropped, it is gone.
pub(crate) struct Draft {
    file: File,
    md5: Md5,
    staged: Staged,
}

impl Draft {
    /// Writes some more of it.
    pub(crate) fn append(mut self, bytes: &[u8]) -> Result<Self, StoreError> {
        self.file.write_all(bytes)?;
        self.md5.update(bytes);
        Ok(self)
    }
}

impl Store {
    /// Begins a body.
    pub(crate) fn draft(&self) -> Result<Draft, StoreError> {
        let path = self.temporary_path();
        let file = File::create(&path)?;
        let staged = Staged { path, etag: String::new(), checksums: Checksums::default() };
        Ok(Draft { file, md5: Md5::new(), staged })
    }

    /// Makes it the object, in one step. It is notified like any other.
    pub(crate) fn publish_draft(
        &self,
        draft: Draft,
        bucket: &str,
        key: &str,
        content_type: &str,
    ) -> Result<(), StoreError> {
        let Draft { file, md5, mut staged } = draft;
        drop(file);
        staged.etag = hex(md5.finalize().as_ref());
        let attributes = Attributes { content_type: Some(content_type.to_owned()), ..Attributes::default() };
        self.publish(&staged, bucket, key, &Condition::default(), attributes, "Put")?;
        Ok(())
    }

    /// Whether there is an object whose key begins so.
    pub(crate) fn has_below(&self, bucket: &str, prefix: &str) -> Result<bool, StoreError> {
        use super::list::{Position, list};
        Ok(!list(self, bucket, prefix, None, Position::Start, 1)?.objects.is_empty())
    }

    /// Deletes what was last written before `limit` below the prefix, and answers how much that was.
    pub(crate) fn expire(
        &self,
        bucket: &str,
        prefix: &str,
        limit: std::time::SystemTime,
    ) -> Result<usize, StoreError> {
        use super::list::{Position, list};
        let (mut expired, mut from) = (0, Position::Start);
        loop {
            let page = list(self, bucket, prefix, None, from, 1_000)?;
            for object in page.objects.iter().filter(|object| object.modified < limit) {
                self.delete(bucket, &object.key, None)?;
                expired += 1;
            }
            match page.next {
                Some(next) => from = next,
                None => return Ok(expired),
            }
        }
    }
}
