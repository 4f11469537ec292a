//! Reading a quarantine object: a few KB of it may hold more than fits into memory.

use std::io::{BufRead, BufReader, Read};

use domain::quarantine::Rejected;

use super::ReplayError;

/// The lines of an object, one at a time.
pub(super) struct Lines<'p> {
    pub(super) key: &'p str,
    reader: BufReader<zstd::Decoder<'static, &'p [u8]>>,
    /// The line that was read last, and its number, counted from 1.
    pub(super) text: Vec<u8>,
    number: usize,
    /// No line may have more bytes.
    most: usize,
}

impl<'p> Lines<'p> {
    pub(super) fn begin(key: &'p str, packed: &'p [u8], most: usize) -> Result<Self, ReplayError> {
        match zstd::Decoder::with_buffer(packed) {
            Ok(decoder) => {
                Ok(Self { key, reader: BufReader::new(decoder), text: Vec::new(), number: 0, most })
            }
            Err(error) => {
                Err(ReplayError::Damaged { key: key.to_owned(), line: 1, reason: error.to_string() })
            }
        }
    }

    /// The next line that is not empty; `None` behind the last one.
    pub(super) fn read(&mut self) -> Result<Option<Rejected>, ReplayError> {
        let limit = (self.most as u64).saturating_add(1);
        loop {
            self.text.clear();
            self.number += 1;
            let read = self.reader.by_ref().take(limit).read_until(b'\n', &mut self.text);
            if read.map_err(|error| self.damaged(error.to_string()))? == 0 {
                return Ok(None);
            }
            if self.text.last() == Some(&b'\n') {
                self.text.pop();
            }
            if self.text.len() > self.most {
                return Err(self.damaged(format!("it is longer than {} bytes", self.most)));
            }
            if !self.text.is_empty() {
                let rejected = serde_json::from_slice(&self.text);
                return rejected.map(Some).map_err(|error| self.damaged(error.to_string()));
            }
        }
    }

    fn damaged(&self, reason: String) -> ReplayError {
        ReplayError::Damaged { key: self.key.to_owned(), line: self.number, reason }
    }
}
