//! Texts and bytes, one behind the other.

use arrow::{array::GenericByteArray, buffer::Buffer, datatypes::ByteArrayType, error::ArrowError};

use super::{Collector, Nulls, Offsets, Texts, reserve, take_exact};

/// Values of any length.
#[derive(Debug)]
pub(crate) struct Strings {
    bytes: Vec<u8>,
    offsets: Offsets,
    nulls: Nulls,
    /// So many rows are null, and there are no others: nothing is written of them before there are. Many columns have no values.
    nothing: usize,
    /// How many bytes the last array had.
    hint: usize,
}

impl Strings {
    pub(crate) fn new() -> Self {
        Self { bytes: Vec::new(), offsets: Offsets::new(), nulls: Nulls::default(), nothing: 0, hint: 0 }
    }

    /// The value of a row.
    #[inline]
    pub(crate) fn get(&self, row: usize) -> &[u8] {
        self.offsets.range(row).and_then(|range| self.bytes.get(range)).unwrap_or_default()
    }

    /// The array; of texts, Arrow checks that they are UTF-8. Begins anew.
    pub(crate) fn finish<T>(&mut self) -> Result<GenericByteArray<T>, ArrowError>
    where
        T: ByteArrayType<Offset = i32>,
    {
        self.hint = self.bytes.len();
        if self.nothing > 0 {
            self.bytes.clear();
            return Ok(GenericByteArray::new_null(std::mem::take(&mut self.nothing)));
        }
        let (bytes, nulls) = (take_exact(&mut self.bytes), self.nulls.finish());
        GenericByteArray::try_new(self.offsets.finish()?, Buffer::from(bytes), nulls)
    }

    /// Writes the rows that were null before there was a value.
    #[cold]
    fn write_nothing(&mut self) {
        for _ in 0..std::mem::take(&mut self.nothing) {
            self.offsets.append_empty();
            self.nulls.append_null();
        }
    }
}

impl Texts for Strings {
    #[inline]
    fn append(&mut self, text: &[u8]) {
        self.bytes.extend_from_slice(text);
        self.end();
    }

    #[inline]
    fn append_from(&mut self, line: &[u8], at: usize, length: usize) -> Option<()> {
        let rest = line.get(at..)?;
        let end = self.bytes.len() + length;
        if let (..=16, Some(chunk)) = (length, rest.first_chunk::<16>()) {
            self.bytes.extend_from_slice(chunk);
            self.bytes.truncate(end);
        } else if let (..=64, Some(chunk)) = (length, rest.first_chunk::<64>()) {
            self.bytes.extend_from_slice(chunk);
            self.bytes.truncate(end);
        } else {
            self.bytes.extend_from_slice(rest.get(..length)?);
        }
        self.end();
        Some(())
    }

    fn open(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    #[inline]
    fn end(&mut self) {
        if self.nothing > 0 {
            self.write_nothing();
        }
        self.offsets.append(self.bytes.len());
        self.nulls.append_valid();
    }
}

impl Collector for Strings {
    #[inline]
    fn len(&self) -> usize {
        self.nothing + self.offsets.len()
    }

    fn append_null(&mut self) {
        if self.offsets.len() == 0 {
            self.nothing += 1;
            return;
        }
        self.offsets.append_empty();
        self.nulls.append_null();
    }

    fn is_last_null(&self) -> bool {
        self.nothing > 0 || self.nulls.is_last_null()
    }

    fn truncate(&mut self, length: usize) {
        self.nothing = self.nothing.min(length);
        let end = self.offsets.truncate(length);
        self.bytes.truncate(end);
        self.nulls.truncate(length);
    }

    fn reserve(&mut self) {
        self.offsets.reserve();
        reserve(&mut self.bytes, self.hint);
    }

    fn bytes(&self) -> usize {
        let nothing = self.nothing * size_of::<i32>() + self.nothing.div_ceil(8);
        self.bytes.len() + nothing + self.offsets.bytes() + self.nulls.bytes()
    }
}
