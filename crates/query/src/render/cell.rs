//! One value of a result, as JSON and as text.
//!
//! Numbers go through as the text that Athena wrote, once that is seen to be a number: a bigint stays exact,
//! and `1.0E10` is as good in JSON as in Java. JSON has no NaN and no infinities: they become null there, and
//! stay what they are in CSV.

mod nested;

use domain::DataType;

use super::{
    mismatch::Mismatch,
    number,
    result::Value,
    simd::{self, LENGTH},
    time,
};
use crate::request::representation::FormatOptions;

/// Appends the value as JSON.
#[inline]
pub(super) fn json(
    out: &mut Vec<u8>,
    data_type: &DataType,
    value: Value<'_>,
    options: FormatOptions,
) -> Result<(), Mismatch> {
    match data_type {
        DataType::BigInt if options.numbers_as_strings => quoted(out, |out| number::integer(out, value)),
        DataType::Decimal(_) if options.numbers_as_strings => quoted(out, |out| number::number(out, value)),
        DataType::Int | DataType::BigInt => number::integer(out, value),
        DataType::Decimal(_) => number::number(out, value),
        DataType::Float | DataType::Double if number::is_not_finite(value) => {
            out.extend_from_slice(b"null");
            Ok(())
        }
        DataType::Float | DataType::Double => number::number(out, value),
        DataType::String => {
            json_string(out, value);
            Ok(())
        }
        DataType::Boolean => boolean(out, value),
        DataType::Date => quoted(out, |out| time::date(out, value)),
        DataType::Timestamp => quoted(out, |out| time::timestamp(out, value)),
        DataType::Binary => quoted(out, |out| base64(out, value)),
        DataType::Array(_) | DataType::Struct(_) | DataType::Map(_) => {
            nested::json(out, data_type, value, options)
        }
    }
}

/// Appends the value as plain text, not yet quoted for anything. Bytes are base64, and nested values JSON.
#[inline]
pub(super) fn text(out: &mut Vec<u8>, data_type: &DataType, value: Value<'_>) -> Result<(), Mismatch> {
    match data_type {
        DataType::Int | DataType::BigInt => number::integer(out, value),
        DataType::Decimal(_) => number::number(out, value),
        DataType::Float | DataType::Double if number::is_not_finite(value) => {
            out.extend_from_slice(value.bytes());
            Ok(())
        }
        DataType::Float | DataType::Double => number::number(out, value),
        DataType::String => {
            out.extend_from_slice(value.text().ok_or(Mismatch)?.as_bytes());
            Ok(())
        }
        DataType::Boolean => boolean(out, value),
        DataType::Date => time::date(out, value),
        DataType::Timestamp => time::timestamp(out, value),
        DataType::Binary => base64(out, value),
        DataType::Array(_) | DataType::Struct(_) | DataType::Map(_) => {
            nested::json(out, data_type, value, FormatOptions::default())
        }
    }
}

/// Appends a JSON string.
#[inline]
pub(super) fn json_string(out: &mut Vec<u8>, value: Value<'_>) {
    out.push(b'"');
    match value.short() {
        // Names and the like, which are most of them, without a loop.
        Some(pair) if simd::pair(pair, simd::special_in_json) & simd::first(value.len()) == 0 => {
            simd::append(out, pair, value.len());
        }
        _ => any_string(out, value),
    }
    out.push(b'"');
}

fn any_string(out: &mut Vec<u8>, value: Value<'_>) {
    let mut at = 0;
    while at < value.len() {
        let left = value.len() - at;
        // The last ones of a result have no sixteen.
        let Some(chunk) = value.chunk::<LENGTH>(at) else {
            let byte = value.bytes()[at];
            at += escaped(out, byte, value);
            continue;
        };
        let special = simd::special_in_json(chunk) & simd::first(left);
        if special == 0 {
            simd::append(out, chunk, left.min(LENGTH));
            at += LENGTH;
        } else {
            let plain = special.trailing_zeros() as usize;
            simd::append(out, chunk, plain);
            at += plain + escaped(out, chunk[plain], value);
        }
    }
}

/// Appends one byte of a string. Answers how many bytes it is in the value.
fn escaped(out: &mut Vec<u8>, byte: u8, value: Value<'_>) -> usize {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    match byte {
        b'"' => {
            out.extend_from_slice(b"\\\"");
            return 1 + usize::from(value.is_doubled());
        }
        b'\\' => out.extend_from_slice(b"\\\\"),
        b'\n' => out.extend_from_slice(b"\\n"),
        b'\r' => out.extend_from_slice(b"\\r"),
        b'\t' => out.extend_from_slice(b"\\t"),
        0..=0x1f => {
            out.extend_from_slice(b"\\u00");
            out.extend_from_slice(&[HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        }
        _ => out.push(byte),
    }
    1
}

#[inline]
fn quoted<T>(out: &mut Vec<u8>, inner: impl FnOnce(&mut Vec<u8>) -> T) -> T {
    out.push(b'"');
    let value = inner(out);
    out.push(b'"');
    value
}

#[inline]
fn boolean(out: &mut Vec<u8>, value: Value<'_>) -> Result<(), Mismatch> {
    match value.bytes() {
        b"true" => out.extend_from_slice(b"true"),
        b"false" => out.extend_from_slice(b"false"),
        _ => return Err(Mismatch),
    }
    Ok(())
}

fn base64(out: &mut Vec<u8>, value: Value<'_>) -> Result<(), Mismatch> {
    let text = value.bytes();
    let padding = text.iter().rev().take_while(|byte| **byte == b'=').count();
    let valid = text.len().is_multiple_of(4)
        && padding <= 2
        && text[..text.len() - padding]
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'));
    if !valid {
        return Err(Mismatch);
    }
    out.extend_from_slice(text);
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decimal() -> DataType {
        "decimal(12,2)".parse().unwrap()
    }

    fn as_json(data_type: DataType, value: &str) -> Option<String> {
        let mut out = Vec::new();
        json(&mut out, &data_type, Value::of(value), FormatOptions::default()).ok()?;
        String::from_utf8(out).ok()
    }

    #[test]
    fn values_become_json() {
        use DataType::{BigInt, Binary, Boolean, Date, Double, Float, Timestamp};
        for (data_type, value, expected) in [
            (Boolean, "true", "true"),
            (BigInt, "-9223372036854775808", "-9223372036854775808"),
            (Double, "1.0E10", "1.0E10"),
            (Double, "-0.0", "-0.0"),
            (Double, "NaN", "null"),
            (Double, "-Infinity", "null"),
            (Float, "1.1E-5", "1.1E-5"),
            (Float, "Infinity", "null"),
            (decimal(), "-9999999999.90", "-9999999999.90"),
            (Binary, "AP8=", "\"AP8=\""),
            (Binary, "", "\"\""),
            (Date, "2026-11-23", "\"2026-11-23\""),
            (Timestamp, "2026-11-23 10:05:00.123", "\"2026-11-23T10:05:00.123Z\""),
            (Timestamp, "2026-11-23 10:05:00", "\"2026-11-23T10:05:00.000Z\""),
            (Timestamp, "2026-11-23 10:05:00.1", "\"2026-11-23T10:05:00.100Z\""),
            (Timestamp, "2026-11-23 10:05:00.123456", "\"2026-11-23T10:05:00.123Z\""),
        ] {
            assert_eq!(as_json(data_type, value).as_deref(), Some(expected));
        }
    }

    #[test]
    fn what_is_not_of_the_type_is_refused() {
        use DataType::{BigInt, Binary, Boolean, Date, Double, Float, Int, Timestamp};
        for (data_type, value) in [
            (Boolean, "TRUE"),
            (Int, ""),
            (Int, "1.0"),
            (Int, "007"),
            (BigInt, "+1"),
            (BigInt, "-"),
            (Float, "0x1p3"),
            (decimal(), "1,10"),
            (decimal(), "NaN"),
            (Binary, "00 ff"),
            (Binary, "AP8"),
            (Binary, "A==="),
            (Double, "1."),
            (Double, ".5"),
            (Double, "inf"),
            (Double, "1e"),
            (Double, "1e+"),
            (Double, "1x"),
            (Date, "2026-11-23 00:00:00"),
            (Date, "23.11.2026"),
            (Timestamp, "2026-11-23"),
            (Timestamp, "2026-11-23 10:05:00."),
            (Timestamp, "2026-11-23 10:05:00.1 UTC"),
            (Timestamp, "2026-11-23T10:05:00é"),
        ] {
            assert_eq!(as_json(data_type.clone(), value), None, "{value:?} was taken for {data_type}");
            assert_eq!(text(&mut Vec::new(), &data_type, Value::of(value)), Err(Mismatch));
        }
    }

    proptest! {
        #[test]
        fn strings_survive(value in any::<String>()) {
            let parsed: String = serde_json::from_str(&as_json(DataType::String, &value).unwrap()).unwrap();
            prop_assert_eq!(parsed, value);
        }

        #[test]
        fn numbers_are_numbers_where_json_says_so(value in "-?[0-9]{0,3}(\\.[0-9]{0,2})?([eE][+-]?[0-9]{0,2})?x?") {
            let number = serde_json::from_str::<serde_json::Value>(&value).is_ok();
            prop_assert_eq!(as_json(DataType::Double, &value).is_some(), number);
        }
    }
}
