//! Texts of which many are alike: as numbers into a dictionary.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, DictionaryArray},
    datatypes::{UInt16Type, Utf8Type},
    error::ArrowError,
};

use super::{Collector, Numbers, Strings, Texts};

/// The most different texts of a dictionary. With more, each row has its own text again.
const MOST: usize = 1_024;

/// When there are so many, it is seen whether texts repeat at all.
const TRIED: usize = 256;

/// Places of the table of a new array.
const FIRST: usize = 64;

/// A text is looked for in so many places. With a good hash it is found in the first few; texts that were made to collide
/// do not have to be looked for at length.
const PLACES: usize = 32;

/// A column of texts. It begins with a dictionary, if it may have one, and ends it where that does not pay.
#[derive(Debug)]
pub(crate) struct Words {
    /// Without a dictionary, the rows.
    plain: Strings,
    coded: Option<Box<Coded>>,
    may_code: bool,
}

/// Rows with a dictionary.
#[derive(Debug)]
struct Coded {
    values: Strings,
    /// Of each value.
    keys: Vec<Key>,
    codes: Numbers<UInt16Type>,
    /// By the texts' hashes: the code of each, plus 1; 0 is a free place. A power of two, of which at most an eighth
    /// is taken: of a text that is not found in its first place, the processor learns too late.
    table: Vec<u16>,
}

/// What texts are compared by first. Texts of up to sixteen bytes that have the same key are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Key {
    /// The first eight bytes of a text, and the next eight, or the last eight of a longer one; zeros where there are none.
    head: u64,
    tail: u64,
    /// The length; of a text of more than sixteen bytes the highest bit, and what its length and its other bytes are mixed to.
    rest: u64,
}

/// Which bytes of sixteen are those of a text of each length.
const MASKS: [u128; 17] = {
    let mut masks = [u128::MAX; 17];
    let mut length = 0;
    while length < 16 {
        masks[length] = (1 << (8 * length)) - 1;
        length += 1;
    }
    masks
};

/// Where a text is in the dictionary.
enum Found {
    Code(u16),
    /// Not there, but here it would be found.
    Free(usize),
    /// Not there, and there is no room for it.
    Full,
}

impl Words {
    /// Every row with its own text.
    pub(crate) fn plain() -> Self {
        Self { plain: Strings::new(), coded: None, may_code: false }
    }

    /// With a dictionary, as long as that pays. Whether it does depends on the rows of an array alone.
    pub(crate) fn coded() -> Self {
        Self { plain: Strings::new(), coded: Some(Box::new(Coded::new())), may_code: true }
    }

    /// The array: a dictionary's with the values in order of appearance, or one of texts. Begins anew.
    pub(crate) fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        let Some(coded) = &mut self.coded else {
            if self.may_code {
                self.coded = Some(Box::new(Coded::new()));
            }
            return Ok(Arc::new(self.plain.finish::<Utf8Type>()?));
        };
        let (codes, values) = (coded.codes.finish()?, coded.values.finish::<Utf8Type>()?);
        // A larger one would have room for texts that crowd this one: the array before must not matter.
        coded.table.clear();
        coded.table.resize(FIRST, 0);
        coded.keys.clear();
        Ok(Arc::new(DictionaryArray::try_new(codes, Arc::new(values))?))
    }

    #[inline]
    fn append_coded(&mut self, text: &[u8], key: Key) {
        let Some(coded) = &mut self.coded else { return };
        match coded.find(text, key) {
            Found::Code(code) => coded.codes.append(code),
            Found::Free(place) if coded.pays() => coded.add(text, place, key),
            Found::Free(..) | Found::Full => {
                self.decode();
                self.plain.append(text);
            }
        }
    }

    /// Gives each row its own text.
    #[cold]
    fn decode(&mut self) {
        let Some(coded) = self.coded.take() else { return };
        self.plain.reserve();
        for code in coded.codes.iter() {
            match code {
                Some(code) => self.plain.append(coded.values.get(code.into())),
                None => self.plain.append_null(),
            }
        }
    }
}

impl Coded {
    fn new() -> Self {
        Self { values: Strings::new(), keys: Vec::new(), codes: Numbers::new(), table: vec![0; FIRST] }
    }

    #[inline]
    fn find(&self, text: &[u8], key: Key) -> Found {
        let mask = self.table.len() - 1;
        let first = key.hash() as usize;
        for place in (first..).take(PLACES).map(|place| place & mask) {
            let Some(code) = self.table[place].checked_sub(1) else { return Found::Free(place) };
            let there = usize::from(code);
            if self.keys[there].is_like(key) && (text.len() <= 16 || self.values.get(there) == text) {
                return Found::Code(code);
            }
        }
        Found::Full
    }

    /// Whether one more text may come in.
    fn pays(&self) -> bool {
        let (texts, rows) = (self.values.len(), self.codes.len());
        texts < MOST && (texts != TRIED || rows >= TRIED + TRIED / 8)
    }

    #[cold]
    fn add(&mut self, text: &[u8], place: usize, key: Key) {
        self.values.append(text);
        self.keys.push(key);
        // There are no more than `MOST`.
        let count = self.values.len() as u16;
        self.table[place] = count;
        self.codes.append(count - 1);
        if 8 * self.values.len() > self.table.len() {
            let mask = 2 * self.table.len() - 1;
            self.table.clear();
            self.table.resize(mask + 1, 0);
            for (code, key) in (1..=count).zip(&self.keys) {
                let first = key.hash() as usize;
                // At most a sixteenth is taken: one is free.
                let free = (first..).map(|place| place & mask).find(|place| self.table[*place] == 0);
                self.table[free.unwrap_or_default()] = code;
            }
        }
    }
}

impl Key {
    fn of(text: &[u8]) -> Self {
        if text.len() > 16 {
            return Self::of_long(text);
        }
        let mut padded = [0; 16];
        padded[..text.len()].copy_from_slice(text);
        Self::of_short(u128::from_le_bytes(padded), text.len())
    }

    /// Of a text, and sixteen bytes of a line that begin with it if it is no longer. No branch depends on the length of
    /// short ones: lengths differ from row to row, so the processor would guess them wrongly.
    #[inline]
    fn within(chunk: &[u8; 16], text: &[u8]) -> Self {
        match MASKS.get(text.len()) {
            Some(mask) => Self::of_short(u128::from_le_bytes(*chunk) & mask, text.len()),
            None => Self::of_long(text),
        }
    }

    #[inline]
    fn of_short(padded: u128, length: usize) -> Self {
        Self { head: padded as u64, tail: (padded >> 64) as u64, rest: length as u64 }
    }

    /// Of more bytes than its head and tail: of the first 64, and of its middle. Addresses of pages, say, differ anywhere.
    fn of_long(text: &[u8]) -> Self {
        let word = |bytes: Option<&[u8; 8]>| bytes.map_or(0, |bytes| u64::from_le_bytes(*bytes));
        let middle = word(text.get(text.len() / 2 - 4..).and_then(<[u8]>::first_chunk));
        let (words, _) = text.as_chunks();
        let rest = words.iter().take(8).skip(1).fold(middle ^ text.len() as u64, |rest, bytes| {
            (rest ^ word(Some(bytes))).wrapping_mul(MIXING).rotate_left(29)
        });
        Self { head: word(text.first_chunk()), tail: word(text.last_chunk()), rest: rest | 1 << 63 }
    }

    /// Without a branch for each part.
    #[inline]
    fn is_like(self, other: Self) -> bool {
        (self.head ^ other.head) | (self.tail ^ other.tail) | (self.rest ^ other.rest) == 0
    }

    /// One product of all bits, of which the upper half is mixed into the lower one: it takes a third of the time of three
    /// products, each of which waits for the one before.
    #[inline]
    fn hash(self) -> u64 {
        let (one, other) = (self.head ^ MIXING, self.tail.rotate_left(32) ^ self.rest ^ MIXING_TOO);
        let product = u128::from(one) * u128::from(other);
        // A place is counted on from there, and must not overflow.
        (product as u64 ^ (product >> 64) as u64) >> 32
    }
}

/// Odd numbers whose bits are half ones, in no order.
const MIXING: u64 = 0x9e37_79b9_7f4a_7c15;
const MIXING_TOO: u64 = 0xd6e8_feb8_6659_fd93;

impl Texts for Words {
    #[inline]
    fn append(&mut self, text: &[u8]) {
        if self.coded.is_some() {
            self.append_coded(text, Key::of(text));
        } else {
            self.plain.append(text);
        }
    }

    #[inline]
    fn append_from(&mut self, line: &[u8], at: usize, length: usize) -> Option<()> {
        if self.coded.is_none() {
            return self.plain.append_from(line, at, length);
        }
        let rest = line.get(at..)?;
        let text = rest.get(..length)?;
        let key = rest.first_chunk().map_or_else(|| Key::of(text), |chunk| Key::within(chunk, text));
        self.append_coded(text, key);
        Some(())
    }

    fn open(&mut self) -> &mut Vec<u8> {
        self.plain.open()
    }

    fn end(&mut self) {
        if self.coded.is_none() {
            return self.plain.end();
        }
        // There are no rows in it, only what was written.
        let mut text = std::mem::take(self.plain.open());
        self.append_coded(&text, Key::of(&text));
        if self.coded.is_some() {
            // Room for the next one.
            text.clear();
            *self.plain.open() = text;
        }
    }
}

impl Collector for Words {
    #[inline]
    fn len(&self) -> usize {
        self.coded.as_ref().map_or_else(|| self.plain.len(), |coded| coded.codes.len())
    }

    fn append_null(&mut self) {
        match &mut self.coded {
            Some(coded) => coded.codes.append_null(),
            None => self.plain.append_null(),
        }
    }

    fn is_last_null(&self) -> bool {
        self.coded.as_ref().map_or_else(|| self.plain.is_last_null(), |coded| coded.codes.is_last_null())
    }

    /// The dictionary may keep a text that no row has any more.
    fn truncate(&mut self, length: usize) {
        match &mut self.coded {
            Some(coded) => {
                self.plain.truncate(0);
                coded.codes.truncate(length);
            }
            None => self.plain.truncate(length),
        }
    }

    fn reserve(&mut self) {
        match &mut self.coded {
            Some(coded) => coded.codes.reserve(),
            None => self.plain.reserve(),
        }
    }

    fn bytes(&self) -> usize {
        self.coded
            .as_ref()
            .map_or_else(|| self.plain.bytes(), |coded| coded.codes.bytes() + coded.values.bytes())
    }
}

#[cfg(test)]
mod tests;
