//! One value of a result, as JSON and as text.
//!
//! Numbers go through as the text that Athena wrote, once that is seen to be a number: a bigint stays exact,
//! and `1.0E10` is as good in JSON as in Java. JSON has no NaN and no infinities: they become null there, and
//! stay what they are in CSV.

use domain::DataType;

use super::nested;

/// The value is not of its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mismatch;

/// Appends the value as JSON.
pub(super) fn json(out: &mut Vec<u8>, data_type: &DataType, text: &str) -> Result<(), Mismatch> {
    match data_type {
        DataType::Boolean if matches!(text, "true" | "false") => out.extend_from_slice(text.as_bytes()),
        DataType::Int | DataType::BigInt if is_integer(text) => out.extend_from_slice(text.as_bytes()),
        DataType::Float | DataType::Double | DataType::Decimal(_) if is_number(text) => {
            out.extend_from_slice(text.as_bytes());
        }
        DataType::Float | DataType::Double if is_not_finite(text) => out.extend_from_slice(b"null"),
        DataType::String => json_string(out, text),
        DataType::Date if is_day(text) => quoted(out, |out| out.extend_from_slice(text.as_bytes())),
        DataType::Timestamp => return quoted(out, |out| rfc3339(out, text)),
        DataType::Binary if is_base64(text) => quoted(out, |out| out.extend_from_slice(text.as_bytes())),
        DataType::Array(_) | DataType::Struct(_) | DataType::Map(_) => {
            return nested::json(out, data_type, text);
        }
        _ => return Err(Mismatch),
    }
    Ok(())
}

/// Appends the value as plain text, not yet quoted for anything. Bytes are base64, and nested values JSON.
pub(super) fn text(out: &mut Vec<u8>, data_type: &DataType, text: &str) -> Result<(), Mismatch> {
    let valid = match data_type {
        DataType::Boolean => matches!(text, "true" | "false"),
        DataType::Int | DataType::BigInt => is_integer(text),
        DataType::Float | DataType::Double => is_number(text) || is_not_finite(text),
        DataType::Decimal(_) => is_number(text),
        DataType::String => true,
        DataType::Date => is_day(text),
        DataType::Timestamp => return rfc3339(out, text),
        DataType::Binary => is_base64(text),
        DataType::Array(_) | DataType::Struct(_) | DataType::Map(_) => {
            return nested::json(out, data_type, text);
        }
    };
    if !valid {
        return Err(Mismatch);
    }
    out.extend_from_slice(text.as_bytes());
    Ok(())
}

/// Appends a JSON string.
pub(super) fn json_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut copied = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let short = match byte {
            b'"' | b'\\' => *byte,
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            0..=0x1f => 0,
            _ => continue,
        };
        out.extend_from_slice(&bytes[copied..at]);
        copied = at + 1;
        if short == 0 {
            const HEX: &[u8; 16] = b"0123456789abcdef";
            out.extend_from_slice(b"\\u00");
            out.push(HEX[usize::from(byte >> 4)]);
            out.push(HEX[usize::from(byte & 15)]);
        } else {
            out.extend_from_slice(&[b'\\', short]);
        }
    }
    out.extend_from_slice(&bytes[copied..]);
    out.push(b'"');
}

fn quoted<T>(out: &mut Vec<u8>, inner: impl FnOnce(&mut Vec<u8>) -> T) -> T {
    out.push(b'"');
    let value = inner(out);
    out.push(b'"');
    value
}

/// Splits off the digits at the start.
fn digits(text: &[u8]) -> (&[u8], &[u8]) {
    text.split_at(text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len()))
}

/// The integer part of a JSON number, and what follows it.
fn whole(text: &str) -> Option<&[u8]> {
    let bytes = text.as_bytes();
    let (integer, rest) = digits(bytes.strip_prefix(b"-").unwrap_or(bytes));
    let plain = !integer.is_empty() && (integer.len() == 1 || integer[0] != b'0');
    plain.then_some(rest)
}

fn is_integer(text: &str) -> bool {
    whole(text).is_some_and(<[u8]>::is_empty)
}

/// Whether the text is a number by JSON's grammar.
fn is_number(text: &str) -> bool {
    let Some(mut rest) = whole(text) else { return false };
    if let Some(fraction) = rest.strip_prefix(b".") {
        let (figures, after) = digits(fraction);
        if figures.is_empty() {
            return false;
        }
        rest = after;
    }
    if let [b'e' | b'E', exponent @ ..] = rest {
        let exponent = match exponent {
            [b'+' | b'-', unsigned @ ..] => unsigned,
            unsigned => unsigned,
        };
        let (figures, after) = digits(exponent);
        return !figures.is_empty() && after.is_empty();
    }
    rest.is_empty()
}

pub(super) fn is_not_finite(text: &str) -> bool {
    matches!(text, "NaN" | "Infinity" | "-Infinity")
}

/// Whether the text has the shape `2026-11-23`.
fn is_day(text: &str) -> bool {
    shaped(text.as_bytes(), b"0000-00-00")
}

fn is_base64(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    text.len().is_multiple_of(4)
        && text.len() - digits.len() <= 2
        && digits.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
}

/// Whether digits stand where `shape` has a `0`, and the shape's own characters elsewhere.
fn shaped(text: &[u8], shape: &[u8]) -> bool {
    text.len() == shape.len()
        && text.iter().zip(shape).all(|(byte, form)| match form {
            b'0' => byte.is_ascii_digit(),
            other => byte == other,
        })
}

/// `2026-11-23 10:05:00.123` as `2026-11-23T10:05:00.123Z`: always three figures of a second, always UTC.
fn rfc3339(out: &mut Vec<u8>, text: &str) -> Result<(), Mismatch> {
    let bytes = text.as_bytes();
    let (start, fraction) = bytes.split_at(bytes.len().min(19));
    if !shaped(start, b"0000-00-00 00:00:00") {
        return Err(Mismatch);
    }
    let figures = match fraction {
        [] => b"000".as_slice(),
        [b'.', figures @ ..] if !figures.is_empty() && digits(figures).1.is_empty() => figures,
        _ => return Err(Mismatch),
    };
    out.extend_from_slice(&start[..10]);
    out.push(b'T');
    out.extend_from_slice(&start[11..]);
    out.push(b'.');
    for index in 0..3 {
        out.push(figures.get(index).copied().unwrap_or(b'0'));
    }
    out.push(b'Z');
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
        json(&mut out, &data_type, value).ok()?;
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
            assert_eq!(text(&mut Vec::new(), &data_type, value), Err(Mismatch));
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
