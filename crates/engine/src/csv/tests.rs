mod bounded;

use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Float32Array, Float64Array,
    Int32Array, Int64Array, LargeStringArray, NullArray, StringArray, TimestampMillisecondArray,
};

use super::*;

fn render(columns: &[(&str, ArrayRef)]) -> String {
    let header: Vec<ResultColumn> = columns
        .iter()
        .map(|(name, _)| ResultColumn { name: (*name).to_owned(), data_type: "varchar".to_owned() })
        .collect();
    let batch = RecordBatch::try_from_iter_with_nullable(
        columns.iter().map(|(name, column)| (*name, Arc::clone(column), true)),
    )
    .unwrap();
    let mut writer = CsvWriter::new(Vec::new(), &header).unwrap();
    writer.write(&batch).unwrap();
    String::from_utf8(writer.finish().unwrap()).unwrap()
}

fn doubles(values: &[f64]) -> Vec<String> {
    let text = render(&[("d", Arc::new(Float64Array::from(values.to_vec())))]);
    text.lines().skip(1).map(|line| line.trim_matches('"').to_owned()).collect()
}

#[test]
fn every_type_nulls_and_empty_strings() {
    let text = render(&[
        ("b", Arc::new(BooleanArray::from(vec![Some(true), Some(false), None]))),
        ("i", Arc::new(Int32Array::from(vec![Some(i32::MIN), Some(0), None]))),
        ("l", Arc::new(Int64Array::from(vec![Some(i64::MAX), Some(-1), None]))),
        ("d", Arc::new(Float64Array::from(vec![Some(1.0), Some(-0.5), None]))),
        ("s \"x\"", Arc::new(StringArray::from(vec![Some(""), Some("a,\"b\"\nñ"), None]))),
        ("t", Arc::new(Date32Array::from(vec![Some(20_780), Some(-1), None]))),
        ("z", Arc::new(TimestampMillisecondArray::from(vec![Some(1_795_428_300_123), Some(-1), None]))),
        ("n", Arc::new(NullArray::new(3))),
    ]);
    assert_eq!(
        text,
        "\"b\",\"i\",\"l\",\"d\",\"s \"\"x\"\"\",\"t\",\"z\",\"n\"\n\
         \"true\",\"-2147483648\",\"9223372036854775807\",\"1.0\",\"\",\"2026-11-23\",\"2026-11-23 10:05:00.123\",\n\
         \"false\",\"0\",\"-1\",\"-0.5\",\"a,\"\"b\"\"\nñ\",\"1969-12-31\",\"1969-12-31 23:59:59.999\",\n\
         ,,,,,,,\n"
    );
}

#[test]
fn doubles_are_javas() {
    let cases = [
        (0.0, "0.0"),
        (-0.0, "-0.0"),
        (1.0, "1.0"),
        (100.0, "100.0"),
        (0.001, "0.001"),
        (0.000_999, "9.99E-4"),
        (9_999_999.0, "9999999.0"),
        (1e7, "1.0E7"),
        (12_345_678.9, "1.23456789E7"),
        (1e10, "1.0E10"),
        (-1.5e-7, "-1.5E-7"),
        (f64::MAX, "1.7976931348623157E308"),
        (f64::INFINITY, "Infinity"),
        (f64::NEG_INFINITY, "-Infinity"),
        (f64::NAN, "NaN"),
    ];
    let found = doubles(&cases.map(|(value, _)| value));
    assert_eq!(found, cases.map(|(_, text)| text));
}

#[test]
fn decimals_reals_bytes_and_json_have_athenas_forms() {
    let decimals = Decimal128Array::from(vec![Some(-5), Some(123_456), None]);
    let text = render(&[
        ("d", Arc::new(decimals.with_precision_and_scale(12, 2).unwrap())),
        ("r", Arc::new(Float32Array::from(vec![Some(0.1), Some(1e10), None]))),
        ("b", Arc::new(BinaryArray::from(vec![Some(&[0, 255][..]), Some(&[]), None]))),
        ("j", Arc::new(LargeStringArray::from(vec![Some("{\"a\":1}"), Some("\"\""), None]))),
    ]);
    assert_eq!(
        text,
        "\"d\",\"r\",\"b\",\"j\"\n\
         \"-0.05\",\"0.1\",\"00 ff\",\"{\"\"a\"\":1}\"\n\
         \"1234.56\",\"1.0E10\",\"\",\"\"\"\"\"\"\n\
         ,,,\n"
    );
}

#[test]
fn a_type_without_a_form_is_an_error() {
    let batch = RecordBatch::try_from_iter([(
        "u",
        Arc::new(datafusion::arrow::array::UInt8Array::from(vec![1])) as _,
    )])
    .unwrap();
    let mut writer = CsvWriter::new(Vec::new(), &[]).unwrap();
    assert!(matches!(writer.write(&batch), Err(CsvError::Type(Arrow::UInt8))));
}
