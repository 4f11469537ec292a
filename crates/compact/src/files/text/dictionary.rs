//! A dictionary of texts that are looked up one by one.

use std::hash::{BuildHasher, Hasher};

use foldhash::quality::RandomState;
use hashbrown::{HashTable, hash_table::Entry};

/// Texts in order of appearance.
#[derive(Default)]
pub(super) struct Dictionary {
    numbers: HashTable<Known>,
    /// Each dictionary has one of its own, so that no sender knows which texts collide.
    hasher: RandomState,
    /// As the page of a dictionary has them: before each text its length, in four bytes.
    page: Vec<u8>,
    ends: Vec<u32>,
}

/// A text in the table, as one word: half of its hash, and its number.
#[derive(Clone, Copy)]
struct Known(u64);

impl Known {
    fn new(hash: u64, number: u32) -> Self {
        Self(hash << 32 | u64::from(number))
    }

    fn number(self) -> u32 {
        self.0 as u32
    }

    fn is_like(self, other: Self) -> bool {
        self.0 >> 32 == other.0 >> 32
    }

    /// The half of the hash, spread over all bits: the table uses the lowest and the highest of them.
    fn spread(self) -> u64 {
        (self.0 >> 32).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }
}

impl Dictionary {
    /// The number of a text, and whether it was there already.
    #[inline]
    pub(super) fn number(&mut self, text: &[u8]) -> (u32, bool) {
        let mut hasher = self.hasher.build_hasher();
        hasher.write(text);
        // No row group has so many rows that numbers have more bits.
        let wanted = Known::new(hasher.finish(), self.ends.len() as u32);
        let Self { numbers, page, ends, .. } = self;
        if numbers.len() == numbers.capacity() {
            // To grow by doubling would move each text more often.
            numbers.reserve(3 * numbers.len() + 64, |known: &Known| known.spread());
        }
        let is_there = |known: &Known| known.is_like(wanted) && text_of(page, ends, known.number()) == text;
        match numbers.entry(wanted.spread(), is_there, |known: &Known| known.spread()) {
            Entry::Occupied(there) => (there.get().number(), true),
            Entry::Vacant(vacant) => {
                vacant.insert(wanted);
                page.extend_from_slice(&(text.len() as u32).to_le_bytes());
                page.extend_from_slice(text);
                ends.push(page.len() as u32);
                (wanted.number(), false)
            }
        }
    }

    /// How many texts there are.
    pub(super) fn count(&self) -> usize {
        self.ends.len()
    }

    /// Bytes of its page.
    pub(super) fn size(&self) -> usize {
        self.page.len()
    }

    /// The page, and how many texts it has.
    pub(super) fn into_page(self) -> (Vec<u8>, usize) {
        (self.page, self.ends.len())
    }
}

fn text_of<'p>(page: &'p [u8], ends: &[u32], number: u32) -> &'p [u8] {
    let number = number as usize;
    let before = number.checked_sub(1).map_or(0, |before| ends[before] as usize);
    &page[before + size_of::<u32>()..ends[number] as usize]
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn each_text_has_one_number_in_order_of_appearance(
            texts in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..3), 0..400),
        ) {
            let (mut dictionary, mut known, mut page) = (Dictionary::default(), HashMap::new(), Vec::new());
            for text in &texts {
                let count = known.len() as u32;
                let is_known = known.contains_key(text);
                if !is_known {
                    page.extend((text.len() as u32).to_le_bytes());
                    page.extend(text);
                }
                let number = *known.entry(text.clone()).or_insert(count);
                prop_assert_eq!(dictionary.number(text), (number, is_known));
            }
            prop_assert_eq!((dictionary.count(), dictionary.size()), (known.len(), page.len()));
            prop_assert_eq!(dictionary.into_page(), (page, known.len()));
        }
    }
}
