//! The fast path: a sender's object into columns.

use std::ops::Range;

use domain::{
    json::{Cursor, FIELD_DEPTH},
    value::Room,
};

use super::{Column, Lines, nested::take, value};
use crate::{
    buffers::{Collector, Texts},
    names::{Name, Unknown},
    part::Part,
};

/// The fields of an event that go to `_extra`, those of no column and those of which a column does not take everything:
/// where their names, with quotes, and their values are in the line.
#[derive(Debug, Default)]
pub(super) struct ExtraFields {
    names: Unknown,
    values: Vec<Range<usize>>,
}

/// The attributes that make an object a CloudEvent, if it has all of them and each is a string.
const ATTRIBUTES: [&[u8]; 4] = [b"specversion", b"id", b"source", b"type"];

/// The bits of all of them.
pub(super) const ALL_ATTRIBUTES: u8 = 0b1111;

/// The bit of a field that is one of [`ATTRIBUTES`].
pub(super) fn attribute(name: &[u8]) -> u8 {
    ATTRIBUTES.iter().position(|attribute| *attribute == name).map_or(0, |index| 1 << index)
}

impl Lines {
    /// Reads the event's object, which is no CloudEvent.
    pub(super) fn event(&mut self, cursor: &mut Cursor<'_>, line: &str) -> Option<()> {
        self.line += 1;
        self.room = Room::landed();
        self.extra_fields.clear();
        let found = self.object::<true>(cursor, line)?;
        self.miss_others(found)?;
        let Self { extra, extra_fields, .. } = self;
        if extra_fields.is_empty() {
            extra.append_null();
        } else {
            extra_fields.write(line.as_bytes(), extra.open())?;
            extra.end();
        }
        Some(())
    }

    /// Reads an object whose fields are columns', and collects the others. Answers how many columns it has. If the object is
    /// `WHOLE`, and not within a CloudEvent, it gives up on what may be one.
    #[inline(always)] // Two callers, and each is to have its own loop.
    pub(super) fn object<const WHOLE: bool>(&mut self, cursor: &mut Cursor<'_>, line: &str) -> Option<usize> {
        let (line_number, bytes) = (self.line, line.as_bytes());
        let Self { names, columns, extra_fields, expects_cloud_event, room, .. } = self;
        let (mut attributes, mut found, mut last) = (0, 0, names.start());
        take(cursor, b'{')?;
        if !cursor.take(b'}') {
            loop {
                let (name, place) = names.read(cursor, bytes, &mut last)?;
                match name {
                    Name::Known(index) => {
                        let column = &mut columns[index];
                        if column.line == line_number {
                            return None; // Twice.
                        }
                        column.line = line_number;
                        let behind_name = cursor.at();
                        if column.read(cursor, line, room)? {
                            let mut value = Cursor::strict(bytes, behind_name);
                            value.peek()?;
                            extra_fields.push(place, value.at()..cursor.at(), bytes)?;
                        }
                        attributes |= column.attribute;
                        found += 1;
                    }
                    Name::Unknown => {
                        let value = cursor.field().ok()?;
                        if WHOLE {
                            attributes |= attribute(bytes.get(place.start + 1..place.end - 1)?);
                        }
                        extra_fields.push(place, value.range, bytes)?;
                    }
                }
                if WHOLE && attributes == ALL_ATTRIBUTES {
                    // Most senders write the data last, so little was read in vain.
                    *expects_cloud_event = true;
                    return None;
                }
                if !cursor.take(b',') {
                    take(cursor, b'}')?;
                    break;
                }
            }
        }
        extra_fields.check(bytes)?;
        Some(found)
    }

    /// The event has no fields for the columns that are not among the `found` ones.
    pub(super) fn miss_others(&mut self, found: usize) -> Option<()> {
        if found == self.columns.len() {
            return Some(());
        }
        let line_number = self.line;
        self.columns.iter_mut().filter(|column| column.line != line_number).try_for_each(Column::miss)
    }
}

impl Column {
    /// Takes the column's value. Answers whether the value has fields that the column's type does not name, so that it has
    /// to be kept in `_extra` as well.
    #[inline(always)] // Called for each field.
    pub(super) fn read(&mut self, cursor: &mut Cursor<'_>, line: &str, room: &mut Room) -> Option<bool> {
        let unnamed = match self.unit {
            Some(unit) => value::epoch(&mut self.part, unit, cursor, line).map(|()| false)?,
            None => value::read(&mut self.part, cursor, line, FIELD_DEPTH, room)?,
        };
        if self.is_key {
            self.check_key()?;
        }
        Some(unnamed)
    }

    /// Gives up if the last value is null, which a key must not be. -0.0 becomes 0.0: they are one identity, so the table
    /// has one form of it.
    fn check_key(&mut self) -> Option<()> {
        if self.part.collector().is_last_null() {
            return None;
        }
        // By IEEE 754, -0.0 + 0.0 is 0.0; to every other number it adds nothing.
        match &mut self.part {
            Part::Float(floats) => *floats.last_mut()? += 0.0,
            Part::Double(doubles) => *doubles.last_mut()? += 0.0,
            _ => {}
        }
        Some(())
    }

    /// The event has no such field.
    fn miss(&mut self) -> Option<()> {
        if self.is_key {
            return None;
        }
        self.part.append_null();
        Some(())
    }
}

impl ExtraFields {
    pub(super) fn clear(&mut self) {
        self.names.clear();
        self.values.clear();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// `None` as [`Unknown::add`].
    pub(super) fn push(&mut self, name: Range<usize>, value: Range<usize>, bytes: &[u8]) -> Option<()> {
        self.names.add(name, bytes)?;
        self.values.push(value);
        Some(())
    }

    /// Where each name is, and its value.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Range<usize>, &Range<usize>)> {
        self.names.places().iter().zip(&self.values)
    }

    /// `None` as [`Unknown::check`].
    pub(super) fn check(&self, bytes: &[u8]) -> Option<()> {
        self.names.check(bytes)
    }

    /// Appends them as a JSON object.
    pub(super) fn write(&self, bytes: &[u8], out: &mut Vec<u8>) -> Option<()> {
        for (index, (name, value)) in self.iter().enumerate() {
            out.push(if index == 0 { b'{' } else { b',' });
            // As it stands there: a name that was sent without escapes needs none here.
            out.extend_from_slice(bytes.get(name.clone())?);
            out.push(b':');
            out.extend_from_slice(bytes.get(value.clone())?);
        }
        out.push(b'}');
        Some(())
    }
}
