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
    /// By the texts' hashes: the code of each, plus 1; 0 is a free place. A power of two, of which at most half is taken.
    table: Vec<u16>,
}

/// A text's ends, its middle if it is longer than both, and its length. Texts of up to sixteen bytes that have the same are
/// the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Key {
    head: u64,
    tail: u64,
    middle: u64,
    length: usize,
}

/// Where a text is in the dictionary.
enum Found {
    Code(u16),
    /// Not there, but here it would be found.
    Free(usize, Key),
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
    fn append_coded(&mut self, text: &[u8]) {
        let Some(coded) = &mut self.coded else { return };
        match coded.find(text) {
            Found::Code(code) => coded.codes.append(code),
            Found::Free(place, key) if coded.pays() => coded.add(text, place, key),
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
    fn find(&self, text: &[u8]) -> Found {
        let mask = self.table.len() - 1;
        let key = Key::of(text);
        let first = key.hash() as usize;
        for place in (first..).take(PLACES).map(|place| place & mask) {
            let Some(code) = self.table[place].checked_sub(1) else { return Found::Free(place, key) };
            let there = usize::from(code);
            if self.keys[there] == key && (text.len() <= 16 || self.values.get(there) == text) {
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
        if 2 * self.values.len() > self.table.len() {
            let mask = 4 * self.table.len() - 1;
            self.table.clear();
            self.table.resize(mask + 1, 0);
            for (code, key) in (1..=count).zip(&self.keys) {
                let first = key.hash() as usize;
                // At most an eighth is taken: one is free.
                let free = (first..).map(|place| place & mask).find(|place| self.table[*place] == 0);
                self.table[free.unwrap_or_default()] = code;
            }
        }
    }
}

impl Key {
    #[inline]
    fn of(text: &[u8]) -> Self {
        let (head, tail) = match (text.first_chunk(), text.last_chunk()) {
            (Some(head), Some(tail)) => (u64::from_le_bytes(*head), u64::from_le_bytes(*tail)),
            _ => match (text.first_chunk(), text.last_chunk()) {
                (Some(head), Some(tail)) => {
                    (u32::from_le_bytes(*head).into(), u32::from_le_bytes(*tail).into())
                }
                _ => {
                    let at = |index: usize| text.get(index).copied().map_or(0, u64::from);
                    (at(0) | at(1) << 8 | at(2) << 16, 0)
                }
            },
        };
        let middle = if text.len() > 16 {
            let middle = text.get(text.len() / 2 - 4..).and_then(<[u8]>::first_chunk);
            middle.map_or(0, |middle| u64::from_le_bytes(*middle))
        } else {
            0
        };
        Self { head, tail, middle, length: text.len() }
    }

    #[inline]
    fn hash(self) -> u64 {
        // Of a product the upper half depends on all bits.
        let mix = |word: u64, by: u64| {
            let product = word.wrapping_mul(by);
            product ^ product >> 32
        };
        let ends = mix(self.head ^ self.middle.rotate_left(17), 0x9e37_79b9_7f4a_7c15);
        let all = mix(ends.wrapping_add(self.tail).wrapping_add(self.length as u64), 0xd6e8_feb8_6659_fd93);
        all.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32
    }
}

impl Texts for Words {
    #[inline]
    fn append(&mut self, text: &[u8]) {
        if self.coded.is_some() {
            self.append_coded(text);
        } else {
            self.plain.append(text);
        }
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
        self.append_coded(&text);
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
