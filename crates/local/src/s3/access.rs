//! Objects for the other services of this process, which need no protocol to reach them.

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
};

use super::{
    body::stage_bytes,
    error::StoreError,
    path,
    record::Attributes,
    store::{Condition, Store},
};

/// How much more a reader reads at each step.
const STEP: u64 = 256 * 1024;

impl Store {
    /// Writes an object. It is notified like any other.
    pub(crate) fn put(
        &self,
        bucket: &str,
        key: &str,
        body: &[u8],
        content_type: &str,
    ) -> Result<(), StoreError> {
        let staged = stage_bytes(self, body)?;
        let attributes = Attributes { content_type: Some(content_type.to_owned()), ..Attributes::default() };
        self.publish(&staged, bucket, key, &Condition::default(), attributes, "Put")?;
        Ok(())
    }

    /// Whether the key has a place in the bucket.
    pub(crate) fn can_hold(&self, bucket: &str, key: &str) -> bool {
        key.len() <= 1_024 && self.bucket(bucket).is_ok_and(|directory| path::object(&directory, key).is_ok())
    }

    /// Reads an object from a byte on.
    pub(crate) fn reader(&self, bucket: &str, key: &str, offset: u64) -> Result<Reader, StoreError> {
        let mut opened = self.read(bucket, key)?;
        opened.file.seek(SeekFrom::Start(offset))?;
        Ok(Reader { file: opened.file, size: opened.record.size, at: offset })
    }
}

/// An object being read in order.
pub(crate) struct Reader {
    file: File,
    size: u64,
    at: u64,
}

impl Reader {
    /// Appends some more of the object; `false` when that was its end.
    pub(crate) fn fill(&mut self, text: &mut Vec<u8>) -> Result<bool, StoreError> {
        let read = (&mut self.file).take(STEP).read_to_end(text)?;
        self.at += read as u64;
        Ok(read > 0 && self.at < self.size)
    }
}
