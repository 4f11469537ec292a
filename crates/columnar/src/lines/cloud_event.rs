//! The fast path: a CloudEvent in structured form. Its columns are fields of its `data` first, and then attributes.

use domain::{json::Cursor, value::Room};

use super::{
    Lines,
    event::{ALL_ATTRIBUTES, attribute},
    nested::take,
};
use crate::buffers::{Collector, Texts};

/// The attribute that holds what happened.
const DATA: &[u8] = b"data";

impl Lines {
    /// Reads the event's object, if it is a CloudEvent.
    ///
    /// The data may come before the attributes, and so may those that say that it is a CloudEvent. So the object is split
    /// first, and then its values are read.
    pub(super) fn cloud_event(&mut self, cursor: &mut Cursor<'_>, line: &str) -> Option<()> {
        self.line += 1;
        self.room = Room::landed();
        let data = self.split(cursor, line.as_bytes())?;
        let end = cursor.at();
        self.extra_fields.clear();
        let mut found = 0;
        if let Some((_, begin)) = data {
            cursor.jump(begin);
            found = self.object::<false>(cursor, line)?;
        }
        found += self.read_attributes(cursor, line, data.map(|(index, _)| index))?;
        cursor.jump(end);
        self.miss_others(found)
    }

    /// Takes the object apart. Answers which of its fields is the data, and where that begins, if it is an object. `None` if
    /// this is no CloudEvent.
    fn split(&mut self, cursor: &mut Cursor<'_>, bytes: &[u8]) -> Option<Option<(usize, usize)>> {
        let attributes = &mut self.attributes;
        attributes.clear();
        let (mut all, mut data, mut count) = (0, None, 0);
        take(cursor, b'{')?;
        loop {
            let name = cursor.string().ok()?;
            if name.escaped || !cursor.take(b':') {
                return None;
            }
            let value = cursor.field().ok()?;
            match bytes.get(value.range.start)? {
                b'"' => all |= attribute(name.bare(bytes)),
                b'{' if name.bare(bytes) == DATA => data = Some((count, value.range.start)),
                _ => {}
            }
            attributes.push(name.range, value.range, bytes)?;
            count += 1;
            if !cursor.take(b',') {
                take(cursor, b'}')?;
                break;
            }
        }
        attributes.check(bytes)?;
        (all == ALL_ATTRIBUTES).then_some(data)
    }

    /// Reads the columns that are attributes and no fields of the data, and keeps the others in `_extra`: with what is left of
    /// the data, which is the attribute of this number. Answers how many columns there were.
    fn read_attributes(&mut self, cursor: &mut Cursor<'_>, line: &str, data: Option<usize>) -> Option<usize> {
        let (line_number, bytes) = (self.line, line.as_bytes());
        let Self { names, columns, extra_fields, extra, attributes, room, .. } = self;
        let out = extra.open();
        let (mut found, before) = (0, out.len());
        for (index, (name, value)) in attributes.iter().enumerate() {
            let quoted = bytes.get(name.clone())?;
            // What the data has under this name was taken, and not this.
            if let Some(known) = names.find(quoted)
                && let Some(column) = columns.get_mut(known)
                && column.line != line_number
            {
                column.line = line_number;
                found += 1;
                cursor.jump(value.start);
                if !column.read(cursor, line, room)? {
                    continue;
                }
            }
            let is_data = data == Some(index);
            if is_data && extra_fields.is_empty() {
                continue;
            }
            out.push(if out.len() == before { b'{' } else { b',' });
            out.extend_from_slice(quoted);
            out.push(b':');
            if is_data {
                extra_fields.write(bytes, out)?;
            } else {
                out.extend_from_slice(bytes.get(value.clone())?);
            }
        }
        if out.len() == before {
            extra.append_null();
        } else {
            out.push(b'}');
            extra.end();
        }
        Some(found)
    }
}
