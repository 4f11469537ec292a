use std::sync::Arc;

use datafusion::arrow::array::{
    Array, BooleanArray, Date32Array, Decimal128Array, Float32Array, Float64Array, Int32Array, Int64Array,
    TimestampMillisecondArray,
};

use super::*;

/// The value as DataFusion shows it; `None` where the text is no value of the type.
fn read(data_type: &str, text: &str) -> Option<String> {
    let of = KeyType::of(data_type).unwrap_or_else(|| panic!("{data_type} is no type of a key"));
    let value = of.value(Some(text))?;
    assert_eq!(value.data_type(), of.arrow(), "{data_type} {text}");
    Some(match value {
        ScalarValue::Decimal128(Some(units), _, scale) => format!("{units}e-{scale}"),
        ScalarValue::Date32(Some(days)) => days.to_string(),
        ScalarValue::TimestampMillisecond(Some(millis), None) => millis.to_string(),
        other => other.to_string(),
    })
}

/// Expected is what Trino's `HiveUtil` reads: `Long.parseLong`, `Double.parseDouble`, `BigDecimal` without rounding, and
/// Joda's patterns `yyyy-M-d` and `yyyy-M-d H:m:s.SSSSSSSSS`.
#[test]
fn texts_are_values_of_the_types_or_none() {
    for (data_type, text, expected) in [
        ("tinyint", "-128", Some("-128")),
        ("tinyint", "128", None),
        ("smallint", "32767", Some("32767")),
        ("smallint", "32768", None),
        ("int", "007", Some("7")),
        ("INTEGER", "+7", Some("7")),
        ("int", "2147483648", None),
        ("int", "7.0", None),
        ("int", " 7", None),
        ("int", "", None),
        ("bigint", "-9223372036854775808", Some("-9223372036854775808")),
        ("bigint", "9223372036854775808", None),
        ("boolean", "TRUE", Some("true")),
        ("boolean", "false", Some("false")),
        ("boolean", "1", None),
        ("float", "1.5", Some("1.5")),
        ("double", "-1e3", Some("-1000")),
        ("double", "NaN", Some("NaN")),
        ("double", "nan", None),
        ("double", "x", None),
        ("decimal(5,2)", "1.5", Some("150e-2")),
        ("decimal(5,2)", "-1.500", Some("-150e-2")),
        ("decimal(5,2)", "1E+2", Some("10000e-2")),
        ("decimal(5,2)", "999.99BD", Some("99999e-2")),
        ("decimal(5,2)", "0.000", Some("0e-2")),
        ("decimal(5,2)", "1.505", None),
        ("decimal(5,2)", "1000", None),
        ("decimal(3,0)", "1230e-1", Some("123e-0")),
        ("decimal(3,0)", "123e-1", None),
        ("decimal", "10", Some("10e-0")),
        ("decimal(5,2)", "", None),
        ("string", "", Some("")),
        ("varchar(2)", "éé", Some("éé")),
        ("varchar(2)", "abc", None),
        ("date", "1970-01-02", Some("1")),
        ("date", "1970-1-2", Some("1")),
        ("date", "1969-12-31", Some("-1")),
        ("date", "2024-02-29", Some("19782")),
        ("date", "2026-02-29", None),
        ("date", "2026-13-01", None),
        ("date", "2026-11", None),
        ("date", "2026-11-23 ", None),
        ("timestamp", "1970-01-02", Some("86400000")),
        ("timestamp", "1970-01-01 00:01", Some("60000")),
        ("timestamp", "1970-01-01 1:2:3", Some("3723000")),
        ("timestamp", "1970-01-01 00:00:00.5", Some("500")),
        ("timestamp", "1970-01-01 00:00:00.123456789", Some("123")),
        ("timestamp", "1970-01-01 24:00:00", None),
        ("timestamp", "1970-01-01 00:00:00.", None),
        ("timestamp", "1970-01-01T00:00:00", None),
    ] {
        assert_eq!(read(data_type, text).as_deref(), expected, "{data_type} {text:?}");
    }
}

#[test]
fn types_that_no_key_can_have_are_none() {
    for data_type in [
        "binary",
        "char(3)",
        "array<int>",
        "map<string,int>",
        "struct<a:int>",
        "json",
        "varchar(x)",
        "varchar(3",
        "",
    ] {
        assert!(!is_key_type(data_type), "{data_type}");
    }
    for data_type in ["string", "varchar", "varchar(10)", "smallint", "decimal(38,38)", "timestamp"] {
        assert!(is_key_type(data_type), "{data_type}");
    }
}

/// Expected is what `HiveWriteUtils.toPartitionValue` of Trino gives.
#[test]
fn values_are_written_as_trino_writes_them() {
    let decimal = |units: Vec<i128>, precision, scale| {
        Decimal128Array::from(units).with_precision_and_scale(precision, scale).unwrap()
    };
    let columns: [(ArrayRef, &[&str]); 9] = [
        (Arc::new(BooleanArray::from(vec![true, false])), &["true", "false"]),
        (Arc::new(Int32Array::from(vec![-1, 10])), &["-1", "10"]),
        (Arc::new(Int64Array::from(vec![i64::MIN])), &["-9223372036854775808"]),
        (Arc::new(Float32Array::from(vec![1.0, 0.1])), &["1.0", "0.1"]),
        (Arc::new(Float64Array::from(vec![-0.0, 1e7, f64::NAN])), &["-0.0", "1.0E7", "NaN"]),
        (Arc::new(decimal(vec![150, 0, -5, 10_000], 7, 2)), &["1.5", "0", "-0.05", "100"]),
        (Arc::new(decimal(vec![100], 3, 0)), &["100"]),
        (Arc::new(Date32Array::from(vec![0, 19_782])), &["1970-01-01", "2024-02-29"]),
        (
            Arc::new(TimestampMillisecondArray::from(vec![0, 500, -1])),
            &["1970-01-01 00:00:00", "1970-01-01 00:00:00.5", "1969-12-31 23:59:59.999"],
        ),
    ];
    for (column, expected) in columns {
        let found = texts(&column).unwrap();
        assert_eq!(found.iter().map(Option::unwrap).collect::<Vec<_>>(), expected);
    }
    let nothing: ArrayRef = Arc::new(Int64Array::from(vec![None, Some(1)]));
    assert_eq!(texts(&nothing).unwrap().iter().collect::<Vec<_>>(), [None, Some("1")]);
    // The first day of the year 10000.
    let far: ArrayRef = Arc::new(Date32Array::from(vec![2_932_897]));
    assert!(matches!(texts(&far), Err(EngineError::Unsupported { .. })));
    let nested = new_empty_array(&Arrow::Binary);
    let bytes: ArrayRef = Arc::new(datafusion::arrow::array::BinaryArray::from(vec![b"x".as_slice()]));
    assert_eq!(texts(&nested).unwrap().len(), 0);
    assert!(matches!(texts(&bytes), Err(EngineError::Internal(_))));
}

/// What is written is read as the same value.
#[test]
fn a_value_survives_its_text() {
    let days: Vec<i32> = (-700_000..2_900_000).step_by(977).collect();
    let column: ArrayRef = Arc::new(Date32Array::from(days.clone()));
    for (text, day) in texts(&column).unwrap().iter().zip(days) {
        assert_eq!(KeyType::Date.value(text), Some(ScalarValue::Date32(Some(day))), "{text:?}");
    }
    let millis: Vec<i64> = (-40_000_000_000_000..200_000_000_000_000).step_by(777_777_777_777).collect();
    let column: ArrayRef = Arc::new(TimestampMillisecondArray::from(millis.clone()));
    for (text, millis) in texts(&column).unwrap().iter().zip(millis) {
        let expected = ScalarValue::TimestampMillisecond(Some(millis), None);
        assert_eq!(KeyType::Timestamp.value(text), Some(expected), "{text:?}");
    }
    let units: Vec<i128> = (-99_999..=99_999).step_by(37).collect();
    let column: ArrayRef =
        Arc::new(Decimal128Array::from(units.clone()).with_precision_and_scale(5, 3).unwrap());
    for (text, units) in texts(&column).unwrap().iter().zip(units) {
        let expected = ScalarValue::Decimal128(Some(units), 5, 3);
        assert_eq!(KeyType::Decimal(5, 3).value(text), Some(expected), "{text:?}");
    }
}
