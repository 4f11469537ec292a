//! The page of texts that is being filled.

use crate::{
    files::{deltas, hybrid, pages::Facts},
    texts::Text,
};

/// Bytes before the texts of a page, where what a page has before them is written when it ends: of usual pages that is less.
const ROOM: usize = 16 << 10;

/// Rows of a page.
#[derive(Default)]
pub(super) struct OpenPage {
    pub(super) rows: usize,
    /// Of each row whether it has a value; nothing as long as all have.
    valid: Vec<u32>,
    /// Of each value its number in the dictionary, or its length.
    numbers: Vec<u32>,
    /// [`ROOM`], and then the values that are in no dictionary; nothing as long as there are none.
    body: Vec<u8>,
    /// Bytes of all values.
    bytes: usize,
    least: Bound,
    greatest: Bound,
}

/// A value, and its [`Text::head`].
#[derive(Default)]
struct Bound {
    head: u64,
    text: Vec<u8>,
}

impl Bound {
    #[cold]
    fn set(&mut self, head: u64, text: &[u8]) {
        self.head = head;
        self.text.clear();
        self.text.extend_from_slice(text);
    }
}

impl OpenPage {
    /// Adds a value that has this [`Text::head`], and this number in the dictionary.
    #[inline]
    pub(super) fn add_number(&mut self, text: Text<'_>, head: u64, number: u32) {
        self.add_row(text, head);
        self.numbers.push(number);
    }

    /// Adds a value that is in no dictionary, with its length before it or apart from it.
    #[inline]
    pub(super) fn add_text(&mut self, text: Text<'_>, head: u64, has_length: bool) {
        self.add_row(text, head);
        if self.body.is_empty() {
            self.body.resize(ROOM, 0);
        }
        let length = text.length() as u32;
        self.numbers.push(length);
        if has_length {
            self.body.extend_from_slice(&length.to_le_bytes());
        }
        text.append_to(&mut self.body);
    }

    #[inline]
    fn add_row(&mut self, text: Text<'_>, head: u64) {
        let is_first = self.numbers.is_empty();
        if is_first || head <= self.least.head && text.bytes() < &self.least.text[..] {
            self.least.set(head, text.bytes());
        }
        if is_first || head >= self.greatest.head && text.bytes() > &self.greatest.text[..] {
            self.greatest.set(head, text.bytes());
        }
        self.bytes += text.length();
        self.rows += 1;
        if !self.valid.is_empty() {
            self.valid.push(1);
        }
    }

    /// Adds rows without a value.
    pub(super) fn add_nulls(&mut self, rows: usize) {
        self.valid.resize(self.rows, 1);
        self.rows += rows;
        self.valid.resize(self.rows, 0);
    }

    /// Bytes of values in it.
    pub(super) fn size(&self) -> usize {
        self.body.len().saturating_sub(ROOM)
    }

    /// Of each row 1 if it has a value, else 0; nothing if all have.
    pub(super) fn levels(&self) -> &[u32] {
        &self.valid
    }

    /// Appends the numbers into a dictionary of so many texts.
    pub(super) fn encode_numbers(&self, texts: usize, head: &mut Vec<u8>) {
        let bits = hybrid::bits((texts as u32).saturating_sub(1));
        head.push(bits);
        hybrid::encode(&self.numbers, bits, head);
    }

    /// Appends the lengths of the texts.
    pub(super) fn encode_lengths(&self, head: &mut Vec<u8>) {
        deltas::encode(&self.numbers, head);
    }

    /// The whole page, which begins with this, and what is said of it.
    pub(super) fn body<'a>(&'a mut self, head: &'a mut Vec<u8>) -> (&'a [u8], Facts<'a>) {
        let Self { rows, numbers, body, bytes, least, greatest, .. } = self;
        let facts = Facts {
            rows: *rows,
            slots: *rows,
            values: numbers.len(),
            bytes: *bytes as i64,
            bounds: (!numbers.is_empty()).then_some((&least.text[..], &greatest.text[..])),
        };
        match ROOM.checked_sub(head.len()) {
            _ if body.is_empty() => (&head[..], facts),
            Some(begin) => {
                body[begin..ROOM].copy_from_slice(head);
                (&body[begin..], facts)
            }
            None => {
                head.extend_from_slice(&body[ROOM..]);
                (&head[..], facts)
            }
        }
    }

    pub(super) fn clear(&mut self) {
        (self.rows, self.bytes) = (0, 0);
        self.valid.clear();
        self.numbers.clear();
        // The room is kept.
        self.body.truncate(ROOM);
    }
}
