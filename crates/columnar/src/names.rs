//! The names of an object's fields. A sender writes them in the same order most of the time, so each is compared with
//! the one that came next in the last object, and looked up by hash if it is another.

mod unknown;

use std::ops::Range;

use domain::json::Cursor;

pub(crate) use unknown::Unknown;

/// How many bytes of a text are compared at once.
const HEAD: usize = 2 * size_of::<u64>();

/// The names that a reader knows, each with a number, and the order in which the last object had them.
#[derive(Debug)]
pub(crate) struct Names {
    known: Vec<Known>,
    /// Which came after each of them; behind the last one, which came first.
    next: Vec<usize>,
    /// The numbers, plus one, by hash; 0 is a free place. At least half of the places are free.
    table: Vec<usize>,
}

/// A name as it stands in JSON most of the time.
#[derive(Debug)]
struct Known {
    /// In quotes, and with a colon; empty if it cannot stand there without escapes.
    text: Box<[u8]>,
    /// The first bytes of the text as two numbers, and which bytes of these they are. Two comparisons by the processor take
    /// less time than one of sixteen bytes, whose result has to be brought to where it decides.
    head: [u64; 2],
    mask: [u64; 2],
}

/// A name that was read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Name {
    /// The number of a known one.
    Known(usize),
    /// Another one.
    Unknown,
}

impl Known {
    fn new(name: &str) -> Self {
        if name.bytes().any(|byte| matches!(byte, b'"' | b'\\' | 0..0x20)) {
            // A number of which no bit is left is never 1, so nothing begins with this name.
            return Self { text: Box::default(), head: [1; 2], mask: [0; 2] };
        }
        let text = format!("\"{name}\":").into_bytes().into_boxed_slice();
        let length = text.len().min(HEAD);
        let (mut head, mut mask) = ([0; HEAD], [0; HEAD]);
        head[..length].copy_from_slice(&text[..length]);
        mask[..length].fill(u8::MAX);
        Self { head: halves(&head), mask: halves(&mask), text }
    }

    /// In quotes, without the colon.
    fn quoted(&self) -> &[u8] {
        match self.text.split_last() {
            Some((_, quoted)) => quoted,
            None => &[],
        }
    }

    /// Whether this is what the bytes begin with. The name ends with its quote, so nothing longer does.
    #[inline]
    fn begins(&self, bytes: &[u8]) -> bool {
        match bytes.split_first_chunk() {
            Some((head, rest)) => {
                let [first, last] = halves(head);
                let differs = (first & self.mask[0]) ^ self.head[0] | (last & self.mask[1]) ^ self.head[1];
                differs == 0 && self.text.get(HEAD..).is_none_or(|behind| rest.starts_with(behind))
            }
            None => !self.text.is_empty() && bytes.starts_with(&self.text),
        }
    }
}

/// Sixteen bytes as two numbers.
#[inline]
fn halves(bytes: &[u8; HEAD]) -> [u64; 2] {
    let (words, _) = bytes.as_chunks();
    [0, 1].map(|index| words.get(index).map_or(0, |word| u64::from_ne_bytes(*word)))
}

impl Names {
    /// At least one name, and none twice.
    pub(crate) fn new<'n>(names: impl ExactSizeIterator<Item = &'n str>) -> Self {
        let count = names.len();
        let mut table = vec![0; (2 * count).next_power_of_two()];
        let mut known = Vec::with_capacity(count);
        for (index, name) in names.enumerate() {
            let mut place = place(name.as_bytes(), table.len());
            while table[place] != 0 {
                place = (place + 1) % table.len();
            }
            table[place] = index + 1;
            known.push(Known::new(name));
        }
        let next = (1..count).chain([0, 0]).collect();
        Self { known, next, table }
    }

    /// What to give [`Names::read`] at the beginning of an object.
    pub(crate) fn start(&self) -> usize {
        self.known.len()
    }

    /// Takes a name and its colon; answers also where the name is, with its quotes. `last` is the known name before it, and
    /// then the one that was read. `None` if there is none, or if it has escapes.
    #[inline(always)] // Called for each field: what it takes and answers stays in registers.
    pub(crate) fn read(
        &mut self,
        cursor: &mut Cursor<'_>,
        bytes: &[u8],
        last: &mut usize,
    ) -> Option<(Name, Range<usize>)> {
        cursor.peek()?;
        let at = cursor.at();
        let expected = self.next[*last];
        let known = &self.known[expected];
        if known.begins(bytes.get(at..)?) {
            let end = at + known.text.len();
            cursor.jump(end);
            *last = expected;
            return Some((Name::Known(expected), at..end - 1));
        }
        self.look_up(cursor, bytes, last)
    }

    #[inline(never)]
    fn look_up(
        &mut self,
        cursor: &mut Cursor<'_>,
        bytes: &[u8],
        last: &mut usize,
    ) -> Option<(Name, Range<usize>)> {
        let span = cursor.string().ok()?;
        if span.escaped || !cursor.take(b':') {
            return None;
        }
        let name = match self.find(bytes.get(span.range.clone())?) {
            Some(index) => {
                self.next[*last] = index;
                *last = index;
                Name::Known(index)
            }
            // The order of the known ones is as before: fields that no column reads stand anywhere.
            None => Name::Unknown,
        };
        Some((name, span.range))
    }

    /// The number of a name that is in quotes.
    pub(crate) fn find(&self, quoted: &[u8]) -> Option<usize> {
        let bare = quoted.get(1..quoted.len().checked_sub(1)?)?;
        let mut place = place(bare, self.table.len());
        loop {
            let index = self.table[place].checked_sub(1)?;
            if self.known[index].quoted() == quoted {
                return Some(index);
            }
            place = (place + 1) % self.table.len();
        }
    }
}

/// Where a name would be in a table of so many places, a power of two. Its ends and its length decide.
fn place(name: &[u8], places: usize) -> usize {
    let (first, last) = (&name[..name.len().min(8)], &name[name.len().saturating_sub(8)..]);
    let mixed =
        (word(first) ^ word(last).rotate_left(29) ^ name.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    // The upper half, which depends on all bits. No table has more places than that.
    (mixed >> 32) as usize % places
}

/// Up to eight bytes as a number.
fn word(bytes: &[u8]) -> u64 {
    let mut word = [0; 8];
    word[..bytes.len()].copy_from_slice(bytes);
    u64::from_le_bytes(word)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_that_needs_escapes_is_never_found() {
        let mut names = Names::new(["a\"b", "", "c\\", "d\n"].into_iter());
        let mut read = |text: &str| {
            let mut last = names.start();
            let read = names.read(&mut Cursor::strict(text.as_bytes(), 0), text.as_bytes(), &mut last);
            read.map(|(name, _)| name)
        };
        for behind in ["", " and sixteen bytes more"] {
            for text in [
                "\"a\"b\":1",
                "\"a\\\"b\":1",
                "\"c\\\\\":1",
                "\"c\\\":1",
                "\"d\n\":1",
                "",
                ":1",
                "\"\"",
                "\"a\"",
            ] {
                assert_eq!(read(&format!("{text}{behind}")), None, "{text}");
            }
            assert_eq!(read(&format!("\"\":{behind}")), Some(Name::Known(1)));
            assert_eq!(read(&format!("\"\" :{behind}")), Some(Name::Known(1)));
            assert_eq!(read(&format!("\"d\":{behind}")), Some(Name::Unknown));
        }
    }

    proptest! {
        #[test]
        fn names_are_found_in_any_order(
            known in proptest::collection::btree_set("[a-c]{0,15}|aaaaaaaa[ab]{0,9}aaaaaaaa", 1..40),
            read in proptest::collection::vec("[a-c]{0,15}|aaaaaaaa[ab]{0,9}aaaaaaaa", 0..40),
            again in proptest::collection::vec(any::<prop::sample::Index>(), 0..40),
            space in " {0,2}",
            behind in "[\"1-9]{0,20}",
        ) {
            let known: Vec<String> = known.into_iter().collect();
            let mut names = Names::new(known.iter().map(String::as_str));
            let mut last = names.start();
            let again = again.iter().map(|index| index.get(&known).clone());
            for name in read.into_iter().chain(again) {
                let text = format!("{space}\"{name}\"{space}:{behind}");
                let mut cursor = Cursor::strict(text.as_bytes(), 0);
                let expected = known.iter().position(|other| *other == name).map_or(Name::Unknown, Name::Known);
                let place = space.len()..space.len() + name.len() + 2;
                prop_assert_eq!(names.read(&mut cursor, text.as_bytes(), &mut last), Some((expected, place)));
                prop_assert_eq!(cursor.at(), text.len() - behind.len());
            }
        }
    }
}
