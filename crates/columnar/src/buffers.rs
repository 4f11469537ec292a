//! What arrays are made of: vectors that grow, can be cut, and become Arrow's buffers without a copy.
//!
//! A batch has about as many values as the one before, so a vector begins with room for as many, and an eighth more. What
//! it did not use is given back when it becomes a buffer: Arrow counts a buffer's whole capacity as its memory, and sizes
//! of files and row groups follow from that. They must not depend on what the same [`Lines`](crate::Lines) read before.

mod nulls;
mod stamps;
mod strings;
mod words;

use std::{mem, ops::Range, sync::Arc};

use arrow::{
    array::{ArrayRef, ArrowPrimitiveType, BooleanArray, PrimitiveArray},
    buffer::{BooleanBuffer, OffsetBuffer, ScalarBuffer},
    error::ArrowError,
};

pub(crate) use nulls::Nulls;
pub(crate) use stamps::Stamps;
pub(crate) use strings::Strings;
pub(crate) use words::Words;

/// What every column can do, whatever its type.
pub(crate) trait Collector {
    fn len(&self) -> usize;
    fn append_null(&mut self);
    fn is_last_null(&self) -> bool;
    /// Removes the values behind the first `length`, and what is written of an unfinished one.
    fn truncate(&mut self, length: usize);
    /// Makes room for about as many values as the last array had.
    fn reserve(&mut self);
    /// How many bytes the values take, at a guess.
    fn bytes(&self) -> usize;
}

/// What texts are written to.
pub(crate) trait Texts {
    fn append(&mut self, text: &[u8]);
    /// Appends the text of this length at this place of a line. What stands behind it in the line may be read too: a copy
    /// of a fixed length takes less time than one of any. `None` if the line is not so long.
    fn append_from(&mut self, line: &[u8], at: usize, length: usize) -> Option<()>;
    /// Where a text is written to. It becomes one by [`Texts::end`].
    fn open(&mut self) -> &mut Vec<u8>;
    /// What was written since the last text is one.
    fn end(&mut self);
}

/// Room for about `hint` values.
fn reserve<T>(values: &mut Vec<T>, hint: usize) {
    values.reserve(hint + hint / 8);
}

/// Takes the values out, without memory that they do not need.
fn take_exact<T>(values: &mut Vec<T>) -> Vec<T> {
    let mut values = mem::take(values);
    values.shrink_to_fit();
    values
}

/// Values of a fixed width, one behind the other.
#[derive(Debug)]
pub(crate) struct Numbers<T: ArrowPrimitiveType> {
    values: Vec<T::Native>,
    nulls: Nulls,
    /// How many the last array had.
    hint: usize,
}

impl<T: ArrowPrimitiveType> Numbers<T> {
    pub(crate) fn new() -> Self {
        Self { values: Vec::new(), nulls: Nulls::default(), hint: 0 }
    }

    #[inline(always)] // Called for each number.
    pub(crate) fn append(&mut self, value: T::Native) {
        self.values.push(value);
        self.nulls.append_valid();
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Option<T::Native>> {
        self.values.iter().enumerate().map(|(row, value)| (!self.nulls.is_null(row)).then_some(*value))
    }

    pub(crate) fn last_mut(&mut self) -> Option<&mut T::Native> {
        self.values.last_mut()
    }

    /// The array. Begins anew.
    pub(crate) fn finish(&mut self) -> Result<PrimitiveArray<T>, ArrowError> {
        self.hint = self.values.len();
        PrimitiveArray::try_new(ScalarBuffer::from(take_exact(&mut self.values)), self.nulls.finish())
    }
}

impl<T: ArrowPrimitiveType> Collector for Numbers<T> {
    #[inline]
    fn len(&self) -> usize {
        self.values.len()
    }

    fn append_null(&mut self) {
        self.values.push(T::Native::default());
        self.nulls.append_null();
    }

    fn is_last_null(&self) -> bool {
        self.nulls.is_last_null()
    }

    fn truncate(&mut self, length: usize) {
        self.values.truncate(length);
        self.nulls.truncate(length);
    }

    fn reserve(&mut self) {
        reserve(&mut self.values, self.hint);
    }

    fn bytes(&self) -> usize {
        self.values.len() * size_of::<T::Native>() + self.nulls.bytes()
    }
}

/// Booleans: bytes while they are collected, bits at the end.
#[derive(Debug, Default)]
pub(crate) struct Booleans {
    values: Vec<bool>,
    nulls: Nulls,
    hint: usize,
}

impl Booleans {
    #[inline]
    pub(crate) fn append(&mut self, value: bool) {
        self.values.push(value);
        self.nulls.append_valid();
    }

    /// The array. Begins anew.
    pub(crate) fn finish(&mut self) -> ArrayRef {
        self.hint = self.values.len();
        let values = BooleanBuffer::from(mem::take(&mut self.values));
        Arc::new(BooleanArray::new(values, self.nulls.finish()))
    }
}

impl Collector for Booleans {
    #[inline]
    fn len(&self) -> usize {
        self.values.len()
    }

    fn append_null(&mut self) {
        self.values.push(false);
        self.nulls.append_null();
    }

    fn is_last_null(&self) -> bool {
        self.nulls.is_last_null()
    }

    fn truncate(&mut self, length: usize) {
        self.values.truncate(length);
        self.nulls.truncate(length);
    }

    fn reserve(&mut self) {
        reserve(&mut self.values, self.hint);
    }

    fn bytes(&self) -> usize {
        self.values.len() + self.nulls.bytes()
    }
}

/// Where the parts of each row end.
///
/// Arrow counts them with 32 bits. More than that in one batch is an error when the array is made, and not a panic.
#[derive(Debug)]
pub(crate) struct Offsets {
    /// Begins with 0, and then one end for each row.
    ends: Vec<i32>,
    /// The first row whose end was too large, and this end.
    beyond: Option<(usize, usize)>,
    hint: usize,
}

impl Offsets {
    pub(crate) fn new() -> Self {
        Self { ends: vec![0], beyond: None, hint: 0 }
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.ends.len() - 1
    }

    /// A row whose parts end here.
    #[inline]
    pub(crate) fn append(&mut self, end: usize) {
        match i32::try_from(end) {
            Ok(end) => self.ends.push(end),
            Err(_) => {
                let row = self.len();
                self.beyond.get_or_insert((row, end));
                self.append_empty();
            }
        }
    }

    /// Where the parts of a row are.
    #[inline]
    pub(crate) fn range(&self, row: usize) -> Option<Range<usize>> {
        let [begin, end] = self.ends.get(row..row + 2)? else { return None };
        Some(usize::try_from(*begin).ok()?..usize::try_from(*end).ok()?)
    }

    /// A row without parts.
    pub(crate) fn append_empty(&mut self) {
        self.ends.push(self.ends.last().copied().unwrap_or_default());
    }

    /// Removes the rows behind the first `length`; answers where the last one that stays ends.
    pub(crate) fn truncate(&mut self, length: usize) -> usize {
        self.ends.truncate(length + 1);
        self.beyond = self.beyond.filter(|(row, _)| *row < length);
        self.ends.last().and_then(|end| usize::try_from(*end).ok()).unwrap_or_default()
    }

    pub(crate) fn reserve(&mut self) {
        reserve(&mut self.ends, self.hint);
    }

    pub(crate) fn bytes(&self) -> usize {
        self.ends.len() * size_of::<i32>()
    }

    pub(crate) fn finish(&mut self) -> Result<OffsetBuffer<i32>, ArrowError> {
        self.hint = self.len();
        let ends = take_exact(&mut self.ends);
        self.ends.push(0);
        match self.beyond.take() {
            Some((_, end)) => Err(ArrowError::OffsetOverflowError(end)),
            None => Ok(OffsetBuffer::new(ScalarBuffer::from(ends))),
        }
    }
}

#[cfg(test)]
mod tests;
