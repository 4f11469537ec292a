//! Scalars of JSON read as values of the lake's types: the parameters of free SQL, and the bounds and defaults of
//! a named query's. Numbers are read as they are written, and never become a float on their way to a decimal.

use std::borrow::Cow;

use domain::{DataType, data_type::Decimal};
use serde_json::value::RawValue;

use crate::plan::value::{self, Value};

/// The most digits behind the point of a decimal, which is its most digits altogether.
const MAX_SCALE: i64 = 38;

/// Reads a JSON scalar as a value of the type: text and times as strings, a number as a number or as a string that
/// is one.
pub(crate) fn of_type(data_type: &DataType, json: &RawValue) -> Option<Value> {
    let text = match json.get().as_bytes().first()? {
        b'"' => Cow::Owned(string(json)?),
        _ if takes_a_string(data_type) => return None,
        b't' | b'f' | b'-' | b'0'..=b'9' => Cow::Borrowed(json.get()),
        _ => return None,
    };
    // What is no boolean's is told apart by the words themselves.
    if *data_type == DataType::Boolean && json.get().starts_with('"') {
        return None;
    }
    value::stored(data_type, &text)
}

/// Reads a JSON scalar by itself: a string is text, a number an integer or, with places or beyond 64 bits, an exact
/// decimal.
pub(crate) fn untyped(json: &RawValue) -> Option<Value> {
    match json.get().as_bytes().first()? {
        b'"' => string(json).map(Value::Text),
        b't' | b'f' => value::stored(&DataType::Boolean, json.get()),
        b'-' | b'0'..=b'9' => number(json.get()),
        _ => None,
    }
}

fn takes_a_string(data_type: &DataType) -> bool {
    matches!(data_type, DataType::String | DataType::Date | DataType::Timestamp)
}

fn string(json: &RawValue) -> Option<String> {
    serde_json::from_str(json.get()).ok()
}

fn number(text: &str) -> Option<Value> {
    value::stored(&DataType::BigInt, text).or_else(|| {
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
            None => (text, 0),
        };
        let places = mantissa.split_once('.').map_or("", |(_, places)| places).trim_end_matches('0').len();
        let scale = i64::try_from(places).ok()?.checked_sub(exponent)?.max(0);
        let scale = u8::try_from(Some(scale).filter(|scale| *scale <= MAX_SCALE)?).ok()?;
        value::stored(&DataType::Decimal(Decimal::new(38, scale)?), text)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::plan::literal::Literal;

    fn raw(json: &str) -> Box<RawValue> {
        serde_json::from_str(json).unwrap()
    }

    fn literal(json: &str) -> Option<String> {
        let value = untyped(&raw(json))?;
        Literal::parts(&value).pop().map(Literal::into_text)
    }

    #[test]
    fn numbers_are_what_was_written() {
        for (json, expected) in [
            ("1", "1"),
            ("-9223372036854775808", "-9223372036854775808"),
            ("9223372036854775808", "DECIMAL '9223372036854775808'"),
            ("0.1", "DECIMAL '0.1'"),
            ("1.50", "DECIMAL '1.5'"),
            ("1e3", "DECIMAL '1000'"),
            ("1.5E-3", "DECIMAL '0.0015'"),
            ("12345678901234567890.123456789012345678", "DECIMAL '12345678901234567890.123456789012345678'"),
            ("1e-38", "DECIMAL '0.00000000000000000000000000000000000001'"),
            ("true", "true"),
            ("\"O'Brien\"", "'O''Brien'"),
            ("\"\"", "''"),
        ] {
            assert_eq!(literal(json).as_deref(), Some(expected), "{json}");
        }
        for json in ["null", "1e-39", "1e39", "1e999999999999999999999", "[1]", "{}"] {
            assert_eq!(literal(json), None, "{json}");
        }
    }

    #[test]
    fn a_type_takes_what_json_has_for_it() {
        let read = |data_type: &DataType, json: &str| of_type(data_type, &raw(json));
        assert_eq!(read(&DataType::Int, "7"), Some(Value::Integer(7)));
        assert_eq!(read(&DataType::Int, "\"7\""), Some(Value::Integer(7)));
        assert_eq!(read(&DataType::Boolean, "true"), Some(Value::Boolean(true)));
        assert!(read(&DataType::Date, "\"2026-11-23\"").is_some());
        for (data_type, json) in [
            (DataType::String, "7"),
            (DataType::Boolean, "\"true\""),
            (DataType::Boolean, "1"),
            (DataType::Int, "true"),
            (DataType::Int, "2147483648"),
            (DataType::Date, "20261123"),
            (DataType::String, "null"),
        ] {
            assert_eq!(read(&data_type, json), None, "{json} was taken for {data_type}");
        }
    }

    proptest! {
        #[test]
        fn any_decimal_of_json_is_exact(units in any::<i64>(), scale in 0_usize..=38) {
            let sign = if units < 0 { "-" } else { "" };
            let digits = format!("{:0width$}", units.unsigned_abs(), width = scale + 1);
            let (whole, places) = digits.split_at(digits.len() - scale);
            prop_assume!(whole.len() + scale <= 38);
            let text = if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{places}") };
            let written = literal(&text).unwrap();
            let number = written.trim_start_matches("DECIMAL '").trim_end_matches('\'');
            let mut expected = text.as_str();
            if scale > 0 {
                expected = expected.trim_end_matches('0').trim_end_matches('.');
            }
            prop_assert_eq!(number, expected.replace("-0", if units == 0 { "0" } else { "-0" }));
        }

        #[test]
        fn no_number_panics(text in "-?[0-9]{1,50}(\\.[0-9]{1,50})?([eE][-+]?[0-9]{1,25})?") {
            if let Ok(json) = serde_json::from_str::<Box<RawValue>>(&text) {
                let _ = untyped(&json);
            }
        }
    }
}
