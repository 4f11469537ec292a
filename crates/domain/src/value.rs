//! One JSON value read as one type: exactly, or with the reason why not.

mod made;
mod number;
mod room;
mod time;

use std::{borrow::Cow, fmt, fmt::Write};

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::{
    data_type::{DataType, Field},
    json::{Fields, InvalidObject, Raw, Scanner},
};

use made::{Made, Outline};

pub use room::{MOST_LANDED, MOST_SENT, Room};
pub use time::{Unit, date, rfc3339};

/// How much of an offending value a message quotes, in characters.
const QUOTED: usize = 60;

/// A value of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// JSON's null.
    Null,
    /// A boolean.
    Boolean(bool),
    /// An int.
    Int(i32),
    /// A bigint.
    BigInt(i64),
    /// A float, finite: the nearest to what was written.
    Float(f32),
    /// A double, finite: the nearest to what was written.
    Double(f64),
    /// A decimal, exact, as a number of its last digit's units: 1.10 of `decimal(4,2)` is 110.
    Decimal(i128),
    /// A string, borrowed where it has no escapes.
    String(Cow<'a, str>),
    /// Days since 1970-01-01.
    Date(i32),
    /// Milliseconds since 1970, UTC; further digits are cut off.
    Timestamp(i64),
    /// Bytes.
    Binary(Vec<u8>),
    /// An array's elements.
    Array(Vec<Value<'a>>),
    /// A struct's fields that are not null, each with its place in the type, in the type's order. Fields that are null or
    /// that the sender left out take no memory: an array may have many structs with few fields each.
    Struct(Vec<(usize, Value<'a>)>),
    /// A map's entries, in the sender's order.
    Map(Vec<(Cow<'a, str>, Value<'a>)>),
}

/// The value is not of the type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// From the column to the part that does not fit: `.city`, `[2].name`, `["key"]`, or nothing.
    pub path: String,
    expected: String,
    found: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}, found {}", self.expected, self.found)
    }
}

impl std::error::Error for Mismatch {}

impl Mismatch {
    fn new(expected: impl fmt::Display, hint: &str, raw: Raw<'_>) -> Self {
        let found = quote(raw.text());
        Self { path: String::new(), expected: format!("{expected}{hint}"), found }
    }

    fn within(mut self, step: fmt::Arguments<'_>) -> Self {
        let mut path = String::new();
        let _infallible = path.write_fmt(step);
        self.path.insert_str(0, &path);
        self
    }
}

/// Reads a JSON value as a value of the type. Nothing is converted between kinds: `"7"` is no int.
///
/// An integer may be written `7.0` or `7e0`, as some serializers do. A decimal may be a number or, as senders do
/// who must not let it become a double, a string with that number. A timestamp is RFC 3339 with an offset. Binary is
/// base64 with padding, in lines or not.
pub fn parse<'a>(data_type: &DataType, raw: Raw<'a>) -> Result<Value<'a>, Mismatch> {
    read(data_type, raw, &mut Room::unbounded())
}

/// The same, if the room is enough for the values within it.
pub fn read<'a>(data_type: &DataType, raw: Raw<'a>, room: &mut Room) -> Result<Value<'a>, Mismatch> {
    walk(data_type, raw, room)
}

/// Judges a JSON value as [`read`] does, and keeps nothing that is within it: an array, a struct or a map is empty.
pub fn check<'a>(data_type: &DataType, raw: Raw<'a>, room: &mut Room) -> Result<Value<'a>, Mismatch> {
    walk::<Outline<'a>>(data_type, raw, room).map(|Outline(value)| value)
}

/// The rules, whatever is made of the value.
fn walk<'a, M: Made<'a>>(data_type: &DataType, raw: Raw<'a>, room: &mut Room) -> Result<M, Mismatch> {
    let text = raw.text();
    if text == "null" {
        room.take_null(data_type)?;
        return Ok(M::of(Value::Null));
    }
    let mismatch = |hint| Mismatch::new(data_type, hint, raw);
    let value = match data_type {
        DataType::Boolean => match text {
            "true" => Ok(Value::Boolean(true)),
            "false" => Ok(Value::Boolean(false)),
            _ => Err(mismatch("")),
        },
        DataType::Int => number::integer(text)
            .and_then(|wide| i32::try_from(wide).ok())
            .map(Value::Int)
            .ok_or_else(|| mismatch(" (-2147483648 to 2147483647)")),
        DataType::BigInt => {
            number::integer(text).map(Value::BigInt).ok_or_else(|| mismatch(" (a whole number of 64 bits)"))
        }
        DataType::Float => {
            number::float(text).map(Value::Float).ok_or_else(|| mismatch(" (a finite number of 32 bits)"))
        }
        DataType::Double => {
            number::double(text).map(Value::Double).ok_or_else(|| mismatch(" (a finite number)"))
        }
        DataType::Decimal(decimal) => {
            let written = raw.string().unwrap_or(Cow::Borrowed(text));
            number::decimal(&written, *decimal).map(Value::Decimal).ok_or_else(|| mismatch(""))
        }
        DataType::String => raw.string().map(Value::String).ok_or_else(|| mismatch("")),
        DataType::Date => raw
            .string()
            .and_then(|text| date(text.as_bytes()))
            .map(Value::Date)
            .ok_or_else(|| mismatch(" (\"YYYY-MM-DD\")")),
        DataType::Timestamp => raw
            .string()
            .and_then(|text| rfc3339(text.as_bytes()))
            .map(Value::Timestamp)
            .ok_or_else(|| mismatch(" (RFC 3339 with an offset, as \"2026-11-23T10:05:00Z\")")),
        DataType::Binary => raw
            .string()
            .and_then(|text| of_base64(&text))
            .map(Value::Binary)
            .ok_or_else(|| mismatch(" (a string of base64)")),
        DataType::Array(element) => return array(data_type, element, raw, room),
        DataType::Struct(fields) => return structure(data_type, fields, raw, room),
        DataType::Map(value) => return map(data_type, value, raw, room),
    };
    value.map(M::of)
}

/// Reads a number of seconds or milliseconds since 1970 as a timestamp.
pub fn epoch<'a>(unit: Unit, raw: Raw<'a>) -> Result<Value<'a>, Mismatch> {
    if raw.text() == "null" {
        return Ok(Value::Null);
    }
    time::epoch(unit, raw.text()).map(Value::Timestamp).ok_or_else(|| {
        let hint = format!(" (a number of {} since 1970, to the year 9999)", unit.words());
        Mismatch::new(DataType::Timestamp, &hint, raw)
    })
}

fn array<'a, M: Made<'a>>(
    whole: &DataType,
    element: &DataType,
    raw: Raw<'a>,
    room: &mut Room,
) -> Result<M, Mismatch> {
    let mut array = M::of(Value::Array(Vec::new()));
    for (index, item) in elements(raw).ok_or_else(|| Mismatch::new(whole, "", raw))?.enumerate() {
        let value = room.take(1).and_then(|()| walk(element, item, room));
        array.add_element(value.map_err(|mismatch| mismatch.within(format_args!("[{index}]")))?);
    }
    Ok(array)
}

/// An array's elements; `None` if it is no array.
fn elements(raw: Raw<'_>) -> Option<impl Iterator<Item = Raw<'_>>> {
    let mut scanner = Scanner::new(raw.text());
    let is_array = scanner.take(b'[');
    let mut more = is_array && !scanner.take(b']');
    let elements = std::iter::from_fn(move || {
        if !more {
            return None;
        }
        let element = scanner.value().ok()?;
        more = scanner.take(b',');
        Some(element)
    });
    is_array.then_some(elements)
}

fn object<'a>(whole: &DataType, raw: Raw<'a>) -> Result<Fields<'a>, Mismatch> {
    Fields::parse(raw.text()).map_err(|error| match error {
        InvalidObject::Duplicate(name) => {
            Mismatch::new(whole, &format!(" with each field once, and not {name:?} twice"), raw)
        }
        InvalidObject::Syntax(_) | InvalidObject::Other(_) => Mismatch::new(whole, "", raw),
    })
}

fn structure<'a, M: Made<'a>>(
    whole: &DataType,
    fields: &[Field],
    raw: Raw<'a>,
    room: &mut Room,
) -> Result<M, Mismatch> {
    let object = object(whole, raw)?;
    room.take(fields.len())?;
    let mut structure = M::of(Value::Struct(Vec::new()));
    for (index, field) in fields.iter().enumerate() {
        let Field { name, data_type, .. } = field;
        let value = match object.find(field.sender(), index) {
            None => room.take_null(data_type).map(|()| M::of(Value::Null)),
            Some((_, value)) => walk(data_type, value, room),
        };
        let value = value.map_err(|mismatch| mismatch.within(format_args!(".{name}")))?;
        if !value.is_null() {
            structure.add_field(index, value);
        }
    }
    Ok(structure)
}

fn map<'a, M: Made<'a>>(
    whole: &DataType,
    value: &DataType,
    raw: Raw<'a>,
    room: &mut Room,
) -> Result<M, Mismatch> {
    let mut map = M::of(Value::Map(Vec::new()));
    for (key, item) in object(whole, raw)? {
        let read = room
            .take(1)
            .and_then(|()| walk(value, item, room))
            .map_err(|mismatch| mismatch.within(format_args!("[{}]", quote(&format!("{key:?}")))))?;
        map.add_entry(key, read);
    }
    Ok(map)
}

/// Whether there are fields somewhere in the value that no struct of the type names.
pub fn has_unnamed(data_type: &DataType, raw: Raw<'_>) -> bool {
    match data_type {
        DataType::Array(element) if !element.is_scalar() => {
            elements(raw).is_some_and(|mut items| items.any(|item| has_unnamed(element, item)))
        }
        DataType::Struct(fields) => {
            let object = Fields::parse(raw.text()).unwrap_or_default();
            let known = |name: &str| fields.iter().find(|field| field.sender() == name);
            object
                .iter()
                .any(|(name, item)| known(name).is_none_or(|field| has_unnamed(&field.data_type, item)))
        }
        DataType::Map(value) if !value.is_scalar() => {
            Fields::parse(raw.text()).unwrap_or_default().iter().any(|(_, item)| has_unnamed(value, item))
        }
        _ => false,
    }
}

/// The bytes of base64 with padding. White space is no part of it: MIME's encoders and PostgreSQL's write lines of 76 characters.
fn of_base64(text: &str) -> Option<Vec<u8>> {
    if text.bytes().any(|byte| byte.is_ascii_whitespace()) {
        let bare: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        return STANDARD.decode(bare).ok();
    }
    STANDARD.decode(text).ok()
}

/// The beginning of a value, for a message.
fn quote(text: &str) -> String {
    let mut characters = text.chars();
    let start: String = characters.by_ref().take(QUOTED).collect();
    if characters.next().is_some() { format!("{start}…") } else { start }
}

#[cfg(test)]
mod tests;
