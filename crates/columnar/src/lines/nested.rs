//! Arrays, structs and maps of an event into their columns. `None` as in [`super::value`].

use std::ops::Range;

use domain::{json::Cursor, value::Room};

use super::value::read;
use crate::{
    buffers::{Collector, Texts},
    names::Name,
    nested::{Lists, Maps, Structs},
    part::Part,
};

/// The most entries of a map: as many as the general path takes.
const MOST_ENTRIES: usize = 10_000;

/// Takes an array. Answers as [`read`] does.
pub(super) fn list(
    lists: &mut Lists,
    cursor: &mut Cursor<'_>,
    text: &str,
    depth: usize,
    room: &mut Room,
) -> Option<bool> {
    let depth = depth.checked_sub(1)?;
    let mut unnamed = false;
    take(cursor, b'[')?;
    if !cursor.take(b']') {
        loop {
            take_room(room, 1)?;
            unnamed |= read(&mut lists.elements, cursor, text, depth, room)?;
            if !cursor.take(b',') {
                take(cursor, b']')?;
                break;
            }
        }
    }
    lists.end();
    Some(unnamed)
}

/// Takes an object whose fields are a struct's. Answers as [`read`] does.
pub(super) fn structure(
    structs: &mut Structs,
    cursor: &mut Cursor<'_>,
    text: &str,
    depth: usize,
    room: &mut Room,
) -> Option<bool> {
    let depth = depth.checked_sub(1)?;
    take_room(room, structs.fields.len())?;
    let (row, bytes) = (structs.len(), text.as_bytes());
    let mut unnamed = false;
    structs.unknown.clear();
    let (mut last, mut found, mut seen) = (structs.names.start(), 0, 0);
    take(cursor, b'{')?;
    if !cursor.take(b'}') {
        loop {
            let (name, place) = structs.names.read(cursor, bytes, &mut last)?;
            match name {
                Name::Known(index) => {
                    let field = &mut structs.fields[index];
                    if is_twice(&mut seen, index, || field.len() != row) {
                        return None;
                    }
                    unnamed |= read(field, cursor, text, depth, room)?;
                    found += 1;
                }
                Name::Unknown => {
                    cursor.value_within(depth).ok()?;
                    structs.unknown.add(place, bytes)?;
                    unnamed = true;
                }
            }
            if !cursor.take(b',') {
                take(cursor, b'}')?;
                break;
            }
        }
    }
    structs.unknown.check(bytes)?;
    if found < structs.fields.len() {
        for field in structs.fields.iter_mut().filter(|field| field.len() == row) {
            take_null(field, room)?;
            field.append_null();
        }
    }
    structs.end();
    Some(unnamed)
}

/// Takes the place of so many values. `None` if there is no room for them: the general path says so.
#[inline]
fn take_room(room: &mut Room, values: usize) -> Option<()> {
    room.take(values).ok()
}

/// Takes the place of what is null too where the part's value is: the fields of a struct.
#[inline]
pub(super) fn take_null(part: &Part, room: &mut Room) -> Option<()> {
    match part {
        Part::Struct(structs) => take_room(room, structs.nulls_within),
        _ => Some(()),
    }
}

/// Whether the field of this number was there before. `seen` has a bit for each of the first 64; of others it has to be asked.
#[inline]
fn is_twice(seen: &mut u64, index: usize, ask: impl FnOnce() -> bool) -> bool {
    if index >= u64::BITS as usize {
        return ask();
    }
    let bit = 1 << index;
    let is_there = *seen & bit != 0;
    *seen |= bit;
    is_there
}

/// Takes an object whose fields are a map's entries. Answers as [`read`] does.
///
/// A column has the entries in order of their keys. So the object is split first, and then its values are read.
pub(super) fn map(
    maps: &mut Maps,
    cursor: &mut Cursor<'_>,
    text: &str,
    depth: usize,
    room: &mut Room,
) -> Option<bool> {
    let (depth, bytes) = (depth.checked_sub(1)?, text.as_bytes());
    // Of a key's place in the line, its characters.
    let text_of = |key: &Range<usize>| bytes.get(key.clone()).unwrap_or_default();
    let Maps { keys, values, entries, .. } = &mut *maps;
    entries.clear();
    take(cursor, b'{')?;
    if !cursor.take(b'}') {
        loop {
            let key = cursor.string().ok()?;
            if key.escaped || entries.len() == MOST_ENTRIES {
                return None;
            }
            take(cursor, b':')?;
            let value = cursor.value_within(depth).ok()?;
            entries.push((key.range.start + 1..key.range.end - 1, value.range.start));
            if !cursor.take(b',') {
                take(cursor, b'}')?;
                break;
            }
        }
    }
    let end = cursor.at();
    entries.sort_unstable_by(|(one, _), (other, _)| text_of(one).cmp(text_of(other)));
    if entries.windows(2).any(|pair| text_of(&pair[0].0) == text_of(&pair[1].0)) {
        return None;
    }
    let mut unnamed = false;
    for (key, value) in entries.iter() {
        keys.append(text_of(key));
        cursor.jump(*value);
        take_room(room, 1)?;
        unnamed |= read(values, cursor, text, depth, room)?;
    }
    cursor.jump(end);
    maps.end();
    Some(unnamed)
}

/// Takes this byte, which has to be the next.
#[inline]
pub(super) fn take(cursor: &mut Cursor<'_>, wanted: u8) -> Option<()> {
    cursor.take(wanted).then_some(())
}
