//! `json_object` and `json_array`.

use std::collections::HashSet;

use datafusion::{arrow::datatypes::DataType as Arrow, error::Result};

use super::passed::constant;
use crate::{
    functions::{
        argument::Argument,
        json::{document, string, write_or_null},
        made::Made,
        own::{Own, failure, invalid, unexpected},
    },
    types::{self, is_nested},
    values::Values,
};

/// An object of names and values.
pub(super) fn json_object() -> Own {
    Own::texts("json_object", |given| takes(given, 3), |_| Arrow::Utf8, objects)
}

/// An array of values.
pub(super) fn json_array() -> Own {
    Own::texts("json_array", |given| takes(given, 2), |_| Arrow::Utf8, arrays)
}

/// What the words say, and for each part its name, if it has one, its format, and its value.
fn takes(given: &[Arrow], arguments: usize) -> Option<Vec<Arrow>> {
    let ([Arrow::Utf8], parts) = given.split_at_checked(1)? else { return None };
    let mut types = vec![Arrow::Utf8];
    for part in parts.chunks(arguments) {
        let (names, value) = match part {
            [Arrow::Utf8 | Arrow::Null, Arrow::Utf8, value] if arguments == 3 => (2, value),
            [Arrow::Utf8, value] if arguments == 2 => (1, value),
            _ => return None,
        };
        types.extend(std::iter::repeat_n(Arrow::Utf8, names));
        types.push(match value {
            Arrow::Null => Arrow::Utf8,
            Arrow::LargeUtf8 | Arrow::Binary | Arrow::Duration(_) | Arrow::Interval(_) => return None,
            nested if is_nested(nested) => return None,
            other => types::of_result(other)?.1,
        });
    }
    Some(types)
}

/// The values of one part.
struct Part<'a> {
    values: Values<'a>,
    argument: &'a Argument,
    is_json: bool,
}

impl<'a> Part<'a> {
    fn of(format: &Argument, argument: &'a Argument) -> Result<Self> {
        let values = Values::of(argument.array()).map_err(|found| unexpected(&found))?;
        Ok(Self { values, argument, is_json: constant(format) == Some("json") })
    }

    /// Writes the value of a row; nothing and `false` if it is null.
    fn write(&self, out: &mut Vec<u8>, row: usize) -> Result<bool> {
        let place = self.argument.place(row);
        if self.values.get(place).is_none() {
            return Ok(false);
        }
        if !self.is_json {
            write_or_null(out, &self.values, place);
            return Ok(true);
        }
        if self.argument.array().data_type() != &Arrow::Utf8 {
            return Err(failure("TYPE_MISMATCH", "FORMAT JSON is for texts"));
        }
        let text = self.argument.texts::<i32>().get(row).unwrap_or_default();
        let Ok(json) = document::kept(text) else {
            let message = "conversion to JSON failed: malformed input argument";
            return Err(failure("JSON_INPUT_CONVERSION_ERROR", message));
        };
        out.extend_from_slice(json.as_bytes());
        Ok(true)
    }
}

fn objects(arguments: &[Argument], made: &mut Made<'_>) -> Result<()> {
    let Some((says, parts)) = arguments.split_first() else { return Err(unexpected(&Arrow::Null)) };
    let says = constant(says).unwrap_or_default();
    let (is_absent, is_unique) = (says.starts_with("absent"), says.ends_with("unique"));
    let mut members = Vec::new();
    for part in parts.chunks(3) {
        let [name, format, value] = part else { return Err(unexpected(&Arrow::Null)) };
        members.push((name.texts::<i32>(), Part::of(format, value)?));
    }
    for row in 0..made.rows() {
        let (mut out, mut known, mut has_doubles) = (b"{".to_vec(), HashSet::new(), false);
        for (names, part) in &members {
            let Some(name) = names.get(row) else {
                return Err(invalid("null value passed for JSON object key to JSON_OBJECT function"));
            };
            let start = out.len();
            if start > 1 {
                out.push(b',');
            }
            string(&mut out, name);
            out.push(b':');
            let is_there = part.write(&mut out, row)?;
            if !is_there && is_absent {
                out.truncate(start);
                continue;
            }
            if !is_there {
                out.extend_from_slice(b"null");
            }
            if !known.insert(name) {
                if is_unique {
                    let message = "conversion from JSON failed: duplicate key passed to JSON_OBJECT function";
                    return Err(failure("JSON_OUTPUT_CONVERSION_ERROR", message));
                }
                has_doubles = true;
            }
            made.admit(out.len())?;
        }
        out.push(b'}');
        let mut text = String::from_utf8_lossy(&out).into_owned();
        // Of several with one name, the last is there.
        if has_doubles && let Ok(kept) = document::kept(&text) {
            text = kept;
        }
        made.append(Some(&text))?;
    }
    Ok(())
}

fn arrays(arguments: &[Argument], made: &mut Made<'_>) -> Result<()> {
    let Some((says, parts)) = arguments.split_first() else { return Err(unexpected(&Arrow::Null)) };
    let is_absent = constant(says) == Some("absent");
    let mut elements = Vec::new();
    for part in parts.chunks(2) {
        let [format, value] = part else { return Err(unexpected(&Arrow::Null)) };
        elements.push(Part::of(format, value)?);
    }
    for row in 0..made.rows() {
        let mut out = b"[".to_vec();
        for part in &elements {
            let start = out.len();
            if start > 1 {
                out.push(b',');
            }
            if !part.write(&mut out, row)? {
                if is_absent {
                    out.truncate(start);
                } else {
                    out.extend_from_slice(b"null");
                }
            }
            made.admit(out.len())?;
        }
        out.push(b']');
        made.append(Some(&String::from_utf8_lossy(&out)))?;
    }
    Ok(())
}
