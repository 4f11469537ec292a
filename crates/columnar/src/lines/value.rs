//! One value of an event into its column.
//!
//! Values in the forms that most senders write are read here. All other forms are read by [`domain::value`]. `None` means
//! that the fast path gives up: the value is not of its column's type, or of a form that is too rare to be handled.

use domain::{
    DataType,
    json::{Cursor, Raw, Scanner, Span},
    value::{self, Room, Unit, Value},
};

use super::{nested, number::Short, string};
use crate::part::Part;

/// The last millisecond of the year 9999.
const LAST_MILLI: i64 = 253_402_300_799_999;

/// Takes the next value, which is of the part's type or null, may nest so deep, and may have so many values within it.
/// Answers whether there are fields somewhere in it that no struct of the type names.
pub(super) fn read(
    part: &mut Part,
    cursor: &mut Cursor<'_>,
    text: &str,
    depth: usize,
    room: &mut Room,
) -> Option<bool> {
    let bytes = text.as_bytes();
    let first = cursor.peek()?;
    let at = cursor.at();
    let rest = bytes.get(at..)?;
    if first == b'n' {
        word(cursor, rest, b"null")?;
        nested::take_null(part, room)?;
        part.append_null();
        return Some(false);
    }
    match part {
        Part::String(strings) => {
            if first != b'"' {
                return None;
            }
            let span = cursor.string_here().ok()?;
            string::append(strings, bytes, &span)?;
        }
        Part::Int(numbers) => match short(cursor, rest).and_then(Short::integer) {
            Some(value) => numbers.append(i32::try_from(value).ok()?),
            None => part.append(exact(&DataType::Int, cursor, text, at)?),
        },
        Part::BigInt(numbers) => match short(cursor, rest).and_then(Short::integer) {
            Some(value) => numbers.append(value),
            None => part.append(exact(&DataType::BigInt, cursor, text, at)?),
        },
        Part::Float(numbers) => match short(cursor, rest).and_then(Short::float) {
            Some(value) => numbers.append(value),
            None => part.append(exact(&DataType::Float, cursor, text, at)?),
        },
        Part::Double(numbers) => match short(cursor, rest).and_then(Short::double) {
            Some(value) => numbers.append(value),
            None => part.append(exact(&DataType::Double, cursor, text, at)?),
        },
        Part::Decimal(numbers, decimal) => {
            let decimal = *decimal;
            match short(cursor, rest).and_then(|short| short.decimal(decimal)) {
                Some(units) => numbers.append(units),
                None => part.append(exact(&DataType::Decimal(decimal), cursor, text, at)?),
            }
        }
        Part::Boolean(booleans) => {
            let is_true = first == b't';
            word(cursor, rest, if is_true { b"true".as_slice() } else { b"false".as_slice() })?;
            booleans.append(is_true);
        }
        Part::Timestamp(numbers, day) => {
            // All of the 24 characters are checked, and none of them is a quote or a backslash. So the string ends at the
            // second quote, without a search for it.
            if let Some([b'"', text @ .., b'"']) = rest.first_chunk::<26>()
                && let Some(millis) = day.in_utc(text)
            {
                cursor.jump(at + 26);
                numbers.append(millis);
                return Some(false);
            }
            let span = cursor.string().ok()?;
            match bare(bytes, &span).and_then(|text| day.millis(text)) {
                Some(millis) => numbers.append(millis),
                None => part.append(exact(&DataType::Timestamp, cursor, text, at)?),
            }
        }
        Part::Date(numbers, day) => {
            let span = cursor.string().ok()?;
            let days = bare(bytes, &span).and_then(|text| day.days(text.try_into().ok()?));
            match days {
                Some(days) => numbers.append(days),
                None => part.append(exact(&DataType::Date, cursor, text, at)?),
            }
        }
        Part::Binary(_) => part.append(exact(&DataType::Binary, cursor, text, at)?),
        Part::Array(lists) => return nested::list(lists, cursor, text, depth, room),
        Part::Struct(structs) => return nested::structure(structs, cursor, text, depth, room),
        Part::Map(maps) => return nested::map(maps, cursor, text, depth, room),
    }
    Some(false)
}

/// Takes the next value, a number of seconds or milliseconds since 1970 or null.
pub(super) fn epoch(part: &mut Part, unit: Unit, cursor: &mut Cursor<'_>, text: &str) -> Option<()> {
    cursor.peek()?;
    let at = cursor.at();
    let places = match unit {
        Unit::Seconds => 3,
        Unit::Milliseconds => 0,
    };
    let millis = short(cursor, text.as_bytes().get(at..)?).and_then(|short| short.scaled(places));
    part.append(match millis {
        Some(millis @ 0..=LAST_MILLI) => Value::Timestamp(millis),
        _ => {
            cursor.jump(at);
            value::epoch(unit, raw(cursor, text)?).ok()?
        }
    });
    Some(())
}

/// Takes this word, with which `rest` has to begin. The caller checks what follows it.
pub(super) fn word(cursor: &mut Cursor<'_>, rest: &[u8], word: &[u8]) -> Option<()> {
    rest.starts_with(word).then(|| cursor.jump(cursor.at() + word.len()))
}

/// Takes a number, if it is a short one. Else the cursor stays.
#[inline]
fn short(cursor: &mut Cursor<'_>, rest: &[u8]) -> Option<Short> {
    let (short, length) = Short::read(rest)?;
    cursor.jump(cursor.at() + length);
    Some(short)
}

/// The characters of a string without escapes.
#[inline]
fn bare<'b>(bytes: &'b [u8], span: &Span) -> Option<&'b [u8]> {
    (!span.escaped).then(|| span.bare(bytes))
}

/// Takes the value at this byte, of a scalar type, by [`value::parse`].
#[inline(never)]
fn exact<'t>(data_type: &DataType, cursor: &mut Cursor<'_>, text: &'t str, at: usize) -> Option<Value<'t>> {
    cursor.jump(at);
    value::parse(data_type, raw(cursor, text)?).ok()
}

fn raw<'t>(cursor: &mut Cursor<'_>, text: &'t str) -> Option<Raw<'t>> {
    let mut scanner = Scanner::resume(text, cursor.at());
    let raw = scanner.value().ok()?;
    cursor.jump(scanner.at());
    Some(raw)
}
