//! Times of which most arrays have only one.

use arrow::{
    array::PrimitiveArray, buffer::ScalarBuffer, datatypes::TimestampMillisecondType, error::ArrowError,
};

use super::{Collector, Numbers};

/// Times in milliseconds, none of which is null. As long as all are the same, they are only counted.
#[derive(Debug)]
pub(crate) struct Stamps {
    /// So many rows have this time, and there are no others.
    rows: usize,
    time: i64,
    /// All rows, as soon as two differ.
    numbers: Numbers<TimestampMillisecondType>,
}

impl Stamps {
    pub(crate) fn new() -> Self {
        Self { rows: 0, time: 0, numbers: Numbers::new() }
    }

    #[inline]
    pub(crate) fn append(&mut self, time: i64) {
        if self.numbers.len() == 0 && (self.rows == 0 || self.time == time) {
            (self.rows, self.time) = (self.rows + 1, time);
        } else {
            self.append_other(time);
        }
    }

    #[inline(never)]
    fn append_other(&mut self, time: i64) {
        for _ in 0..std::mem::take(&mut self.rows) {
            self.numbers.append(self.time);
        }
        self.numbers.append(time);
    }

    /// The array. Begins anew.
    pub(crate) fn finish(&mut self) -> Result<PrimitiveArray<TimestampMillisecondType>, ArrowError> {
        match std::mem::take(&mut self.rows) {
            0 => self.numbers.finish(),
            rows => PrimitiveArray::try_new(ScalarBuffer::from(vec![self.time; rows]), None),
        }
    }
}

impl Collector for Stamps {
    #[inline]
    fn len(&self) -> usize {
        self.rows + self.numbers.len()
    }

    fn append_null(&mut self) {
        self.append_other(0);
        self.numbers.truncate(self.numbers.len() - 1);
        self.numbers.append_null();
    }

    fn is_last_null(&self) -> bool {
        self.numbers.is_last_null()
    }

    fn truncate(&mut self, length: usize) {
        self.rows = self.rows.min(length);
        self.numbers.truncate(length);
    }

    fn reserve(&mut self) {
        self.numbers.reserve();
    }

    fn bytes(&self) -> usize {
        self.rows * size_of::<i64>() + self.numbers.bytes()
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::Array;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Times of which few are different, some null, arrays of any length one after the other, and some rows removed.
        #[test]
        fn arrays_have_what_was_appended(
            arrays in proptest::collection::vec(
                (proptest::collection::vec(proptest::option::weighted(0.98, 0_i64..2), 0..20), any::<bool>(), 0_usize..3), 0..8,
            ),
        ) {
            let mut stamps = Stamps::new();
            for (mut times, is_one, cut) in arrays {
                if is_one {
                    times.iter_mut().for_each(|time| *time = Some(7));
                }
                for time in &times {
                    match time {
                        Some(time) => stamps.append(*time),
                        None => stamps.append_null(),
                    }
                    prop_assert_eq!(stamps.is_last_null(), time.is_none());
                }
                let length = times.len().saturating_sub(cut);
                times.truncate(length);
                stamps.truncate(length);
                prop_assert_eq!(stamps.len(), length);
                prop_assert!(stamps.bytes() >= 8 * length);
                let array = stamps.finish().unwrap();
                prop_assert_eq!(array.iter().collect::<Vec<_>>(), times.clone());
                prop_assert_eq!(array.null_count(), times.iter().filter(|time| time.is_none()).count());
                prop_assert_eq!(stamps.len(), 0);
            }
        }
    }
}
