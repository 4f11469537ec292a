//! `CAST(x AS JSON)` and `json_format(json)`.

use datafusion::{
    arrow::{compute::cast, datatypes::DataType as Arrow},
    error::Result,
};

use super::document::{compared, string};
use crate::{
    functions::{
        argument::Argument,
        made::Made,
        own::{Own, exactly, failure},
    },
    text::number,
    types::{self, JSON},
    values::{Part, Values, range},
};

/// What a `CAST(x AS JSON)` is rewritten to. A query cannot call it by this name.
pub(crate) const CAST_TO_JSON: &str = "cast_to_json";

/// Whether Athena casts the type to JSON: all but bytes and intervals, at any depth.
pub(crate) fn is_castable(arrow: &Arrow) -> bool {
    match arrow {
        Arrow::List(part) | Arrow::Map(part, _) => is_castable(part.data_type()),
        Arrow::Struct(fields) => fields.iter().all(|field| is_castable(field.data_type())),
        Arrow::Binary | Arrow::Duration(_) | Arrow::Interval(_) => false,
        other => types::of_result(other).is_some(),
    }
}

/// Any value as JSON text.
pub(in crate::functions) fn cast_to_json() -> Own {
    Own::texts(CAST_TO_JSON, |given| (given.len() == 1).then(|| given.to_vec()), |_| JSON, to_json)
}

/// JSON as text.
pub(super) fn json_format() -> Own {
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
    let array = cast(array, &normal)?;
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
pub(super) fn write_or_null(out: &mut Vec<u8>, values: &Values<'_>, row: usize) {
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
            let mut entries: Vec<usize> = range(maps.value_offsets(), row).collect();
            // In the order of the keys as Java compares them: by UTF-16 units.
            entries.sort_by(|a, b| compared(keys.value(*a), keys.value(*b)));
            let mut before = b'{';
            for at in entries {
                member(out, &mut before, keys.value(at));
                write_or_null(out, values, at);
            }
            close(out, before, b'}');
        }
        scalar => scalar.write_scalar(out, row),
    }
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
