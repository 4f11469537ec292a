//! JSON, which is a type of its own in Trino (its chapter "JSON functions and operators").
//!
//! A value of the type is a text, and here it is Arrow's `LargeUtf8`, which no column of a table and no other function has
//! ([`crate::types::JSON`]). So the type is a part of every plan: `CAST('1' AS JSON)` is a text in quotes and
//! `json_parse('1')` a number, a result's column says `json`, nothing is converted between JSON and varchar but by a cast or a
//! function, and `lower(json)` is refused. A mark in a field's metadata would not do: `CASE`, `coalesce`, `UNION` and
//! aggregates make fields of their own, and drop it.
//!
//! The text is that of Trino's values, by which two of them are equal: [`document`] writes it. Documents that are given as
//! varchar are read as they are, and no further than is asked for.

mod array;
pub(super) mod document;
mod path;
mod standard;
pub(super) mod token;

use datafusion::{arrow::datatypes::DataType as Arrow, error::Result};

use super::{
    argument::Argument,
    made::Made,
    nested::fitted,
    own::{Own, exactly, failure},
};
use crate::{
    text::number,
    types::{self, JSON},
    values::{Part, Values, range},
};

pub(crate) use array::JSON_PARSE;
pub(crate) use standard::on_demand;

/// The names of all, but for that of the cast.
pub(super) const NAMES: [&str; 14] = [
    "is_json_scalar",
    "json_array",
    "json_array_contains",
    "json_array_get",
    "json_array_length",
    "json_exists",
    "json_extract",
    "json_extract_scalar",
    "json_format",
    "json_object",
    "json_query",
    "json_size",
    "json_value",
    JSON_PARSE,
];

/// All of them.
pub(super) fn all() -> Vec<Own> {
    let mut all = vec![
        array::is_json_scalar(),
        array::json_array_contains(),
        array::json_array_get(),
        array::json_array_length(),
        array::json_parse(),
        path::json_extract(),
        path::json_extract_scalar(),
        path::json_size(),
        json_format(),
    ];
    all.extend(standard::all());
    all
}

/// Whether the text is JSON, as a literal has to be.
pub(crate) fn is_json(text: &str) -> bool {
    document::parsed(text).is_ok()
}

/// What a `CAST(x AS JSON)` is rewritten to. A query cannot call it by this name.
pub(crate) const CAST_TO_JSON: &str = "cast_to_json";

/// Whether Athena casts the type to JSON: all but bytes and intervals, at any depth.
pub(crate) fn is_castable(arrow: &Arrow) -> bool {
    match arrow {
        Arrow::List(part) => is_castable(part.data_type()),
        Arrow::Map(entries, _) => match entries.data_type() {
            Arrow::Struct(pair) if pair.len() == 2 => {
                is_member_name(pair[0].data_type()) && is_castable(pair[1].data_type())
            }
            _ => false,
        },
        Arrow::Struct(fields) => fields.iter().all(|field| is_castable(field.data_type())),
        Arrow::Binary | Arrow::Duration(_) | Arrow::Interval(_) => false,
        other => types::of_result(other).is_some(),
    }
}

/// Whether a map's keys may name the members of an object.
fn is_member_name(key: &Arrow) -> bool {
    matches!(key, Arrow::Null | Arrow::Boolean | Arrow::Utf8 | Arrow::Decimal128(..)) || key.is_numeric()
}

/// Any value as JSON text.
pub(super) fn cast_to_json() -> Own {
    Own::texts(CAST_TO_JSON, |given| (given.len() == 1).then(|| given.to_vec()), |_| JSON, to_json)
}

/// JSON as text.
fn json_format() -> Own {
    Own::texts("json_format", |given| exactly(given, &[JSON]), |_| Arrow::Utf8, as_text)
}

fn as_text(arguments: &[Argument], made: &mut Made<'_>) -> Result<()> {
    let documents = arguments[0].texts::<i64>();
    (0..made.rows()).try_for_each(|row| made.append(documents.get(row)))
}

fn to_json(arguments: &[Argument], made: &mut Made<'_>) -> Result<()> {
    let array = arguments[0].array();
    let unknown = |arrow: &Arrow| failure("TYPE_MISMATCH", format!("Cannot cast {arrow} to json"));
    let (_, normal) = types::of_result(array.data_type()).ok_or_else(|| unknown(array.data_type()))?;
    let array = fitted(array, &normal)?;
    let values = Values::of(&array).map_err(|arrow| unknown(&arrow))?;
    let mut text = Vec::new();
    for row in 0..made.rows() {
        let place = arguments[0].place(row);
        // A null is no JSON null, but no value at all.
        let Some(part) = values.get(place) else {
            made.append(None)?;
            continue;
        };
        // It is a small multiple of the value, which is there.
        text.clear();
        write(&mut text, part, place);
        made.append(Some(&String::from_utf8_lossy(&text)))?;
    }
    Ok(())
}

/// A value as JSON, which is `null` where there is none.
fn write_or_null(out: &mut Vec<u8>, values: &Values<'_>, row: usize) {
    match values.get(row) {
        None => out.extend_from_slice(b"null"),
        Some(part) => write(out, part, row),
    }
}

fn write(out: &mut Vec<u8>, part: &Part<'_>, row: usize) {
    match part {
        Part::Varchar(array) => string(out, array.value(row)),
        Part::Decimal(array, scale) => number::json_decimal(out, array.value(row), *scale),
        // What is no number is written as a string.
        Part::Real(array) if !array.value(row).is_finite() => quoted(out, part, row),
        Part::Double(array) if !array.value(row).is_finite() => quoted(out, part, row),
        Part::Date(_) | Part::Timestamp(_) | Part::Instant(..) => quoted(out, part, row),
        Part::Array(lists, elements) => {
            let mut before = b'[';
            for at in range(lists.value_offsets(), row) {
                out.push(before);
                before = b',';
                write_or_null(out, elements, at);
            }
            close(out, before, b']');
        }
        Part::Row(fields) => {
            let mut before = b'{';
            for (name, values) in fields {
                member(out, &mut before, name);
                write_or_null(out, values, row);
            }
            close(out, before, b'}');
        }
        Part::Map(maps, keys, values) => {
            let mut entries: Vec<(String, usize)> =
                range(maps.value_offsets(), row).map(|at| (key_text(keys, at), at)).collect();
            // In the order of the keys as Java compares them: by UTF-16 units.
            entries.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            let mut before = b'{';
            for (key, at) in entries {
                member(out, &mut before, &key);
                write_or_null(out, values, at);
            }
            close(out, before, b'}');
        }
        scalar => scalar.write_scalar(out, row),
    }
}

fn key_text(keys: &Values<'_>, at: usize) -> String {
    let mut text = Vec::new();
    if let Some(key) = keys.get(at) {
        key.write_scalar(&mut text, at);
    }
    String::from_utf8_lossy(&text).into_owned()
}

fn member(out: &mut Vec<u8>, before: &mut u8, name: &str) {
    out.push(*before);
    *before = b',';
    string(out, name);
    out.push(b':');
}

/// `before` is still the opening one if there was nothing.
fn close(out: &mut Vec<u8>, before: u8, with: u8) {
    if before != b',' {
        out.push(before);
    }
    out.push(with);
}

fn quoted(out: &mut Vec<u8>, part: &Part<'_>, row: usize) {
    out.push(b'"');
    part.write_scalar(out, row);
    out.push(b'"');
}

/// A text in quotes.
pub(super) fn string(out: &mut Vec<u8>, text: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    out.push(b'"');
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0x08 => out.extend_from_slice(b"\\b"),
            0x0c => out.extend_from_slice(b"\\f"),
            0..0x20 => {
                out.extend_from_slice(b"\\u00");
                out.extend_from_slice(&[HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
            }
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}
