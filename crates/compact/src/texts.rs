//! Texts where they lie in memory.

use std::hint::black_box;

use arrow::{
    array::{Array, ArrayRef, AsArray},
    buffer::NullBuffer,
};

/// A text, and what stands behind it in the same buffer: a copy of a fixed length takes less time than one of any.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Text<'a> {
    rest: &'a [u8],
    length: usize,
}

/// The texts of one array.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column<'a> {
    offsets: &'a [i32],
    bytes: &'a [u8],
    nulls: Option<&'a NullBuffer>,
}

/// Texts here and there in several arrays.
#[derive(Debug)]
pub(crate) struct Texts<'a> {
    columns: Vec<Column<'a>>,
    /// The number of the first array.
    first: u32,
    /// Of each text its array and its place in there.
    spots: &'a [(u32, u32)],
}

impl<'a> Text<'a> {
    pub(crate) fn length(self) -> usize {
        self.length
    }

    #[inline]
    pub(crate) fn bytes(self) -> &'a [u8] {
        &self.rest[..self.length]
    }

    /// The first eight bytes as a number, with zeros where there are none. If that of one text is less than that of another,
    /// so is the text.
    #[inline]
    pub(crate) fn head(self) -> u64 {
        match self.rest.first_chunk() {
            Some(chunk) => {
                let beyond = u64::MAX.checked_shr(8 * self.length.min(8) as u32).unwrap_or_default();
                u64::from_be_bytes(*chunk) & !beyond
            }
            None => {
                let mut chunk = [0; 8];
                chunk[..self.length].copy_from_slice(self.bytes());
                u64::from_be_bytes(chunk)
            }
        }
    }

    /// The same. The end of the text is read too, so that all of it is in the processor's cache, unless it is long.
    #[inline]
    pub(crate) fn read(self) -> u64 {
        black_box(self.bytes().last());
        self.head()
    }

    #[inline]
    pub(crate) fn append_to(self, out: &mut Vec<u8>) {
        let end = out.len() + self.length;
        if let (..=16, Some(chunk)) = (self.length, self.rest.first_chunk::<16>()) {
            out.extend_from_slice(chunk);
            out.truncate(end);
        } else if let (..=64, Some(chunk)) = (self.length, self.rest.first_chunk::<64>()) {
            out.extend_from_slice(chunk);
            out.truncate(end);
        } else {
            out.extend_from_slice(self.bytes());
        }
    }
}

impl<'a> Column<'a> {
    /// `None` if the array is none of texts, or has a dictionary.
    pub(crate) fn of(array: &'a dyn Array) -> Option<Self> {
        let texts = array.as_string_opt::<i32>()?;
        let nulls = texts.nulls().filter(|nulls| nulls.null_count() > 0);
        Some(Self { offsets: texts.value_offsets(), bytes: texts.value_data(), nulls })
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = Option<Text<'a>>> {
        (0..self.offsets.len().saturating_sub(1)).map(move |row| self.get(row))
    }

    #[inline(always)] // Called for each row: what it answers stays in registers.
    pub(crate) fn get(&self, row: usize) -> Option<Text<'a>> {
        if self.nulls.is_some_and(|nulls| nulls.is_null(row)) {
            return None;
        }
        // Offsets are never negative.
        let (begin, end) = (self.offsets[row] as usize, self.offsets[row + 1] as usize);
        let rest = &self.bytes[begin..];
        Some(Text { rest, length: rest[..end - begin].len() })
    }
}

impl<'a> Texts<'a> {
    /// At these places in the arrays from number `first` on. `None` as in [`Column::of`], and where all are null.
    pub(crate) fn new(
        arrays: impl Iterator<Item = &'a ArrayRef>,
        first: usize,
        spots: &'a [(u32, u32)],
    ) -> Option<Self> {
        let (mut columns, mut has_values) = (Vec::new(), false);
        for array in arrays {
            has_values |= array.null_count() < array.len();
            columns.push(Column::of(array.as_ref())?);
        }
        has_values.then_some(Self { columns, first: u32::try_from(first).ok()?, spots })
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Option<Text<'a>>> {
        self.spots.iter().map(|(array, row)| self.columns[(*array - self.first) as usize].get(*row as usize))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Int32Array, StringArray};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn texts_are_what_was_put_in_and_their_heads_are_in_their_order(
            texts in proptest::collection::vec(proptest::option::of("([a-b]|é|\u{0}){0,70}"), 1..20), from in 0_usize..20,
        ) {
            let array = StringArray::from(texts.clone());
            let from = from % texts.len();
            let array = array.slice(from, texts.len() - from);
            let found: Vec<_> = Column::of(&array).unwrap().iter().collect();
            prop_assert_eq!(found.len(), texts.len() - from);
            for (found, text) in found.iter().zip(&texts[from..]) {
                prop_assert_eq!(found.map(Text::bytes), text.as_ref().map(String::as_bytes));
                let Some(found) = found else { continue };
                let mut out = b"before".to_vec();
                found.append_to(&mut out);
                prop_assert_eq!(out, [b"before", found.bytes()].concat());
                prop_assert_eq!(found.length(), found.bytes().len());
            }
            for one in found.iter().flatten() {
                for other in found.iter().flatten() {
                    prop_assert!(one.head() >= other.head() || one.bytes() < other.bytes());
                }
            }
        }
    }

    #[test]
    fn texts_come_in_the_order_of_their_places() {
        let texts = |texts: Vec<Option<&str>>| Arc::new(StringArray::from(texts)) as ArrayRef;
        let arrays = [texts(vec![Some("a"), None]), texts(vec![Some("b"), Some("")])];
        let spots = [(8, 1), (7, 0), (8, 0), (7, 1)];
        let texts = Texts::new(arrays.iter(), 7, &spots).unwrap();
        let found: Vec<_> = texts.iter().map(|text| text.map(Text::bytes)).collect();
        assert_eq!(found, [Some(&b""[..]), Some(b"a"), Some(b"b"), None]);
        let (numbers, nulls): (ArrayRef, ArrayRef) =
            (Arc::new(Int32Array::from(vec![1, 2])), Arc::new(StringArray::new_null(2)));
        for array in [&numbers, &nulls] {
            assert!(Texts::new(std::iter::once(array), 0, &[(0, 0)]).is_none());
        }
    }
}
