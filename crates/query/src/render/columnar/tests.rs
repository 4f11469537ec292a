use ::arrow::{
    array::{Array, AsArray},
    datatypes::{
        DataType as ArrowType, Date32Type, Decimal128Type, Float32Type, Int64Type, TimeUnit,
        TimestampMillisecondType,
    },
    ipc::reader::StreamReader,
};
use ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use bytes::Bytes;

use super::*;
use crate::{
    render::{render, result::tests::athena_csv},
    request::format::Format,
};

const TYPES: [(&str, &str); 9] = [
    ("b", "boolean"),
    ("l", "bigint"),
    ("f", "float"),
    ("d", "decimal(38,2)"),
    ("s", "string"),
    ("day", "date"),
    ("t", "timestamp"),
    ("y", "binary"),
    ("n", "array<struct<x:int,m:map<string,timestamp>>>"),
];

fn columns() -> Vec<OutputColumn> {
    let column = |(name, data_type): (&str, &str)| OutputColumn {
        name: name.to_owned(),
        data_type: data_type.parse().unwrap(),
    };
    TYPES.map(column).to_vec()
}

fn csv(rows: &[[Option<&str>; 9]]) -> Bytes {
    let rows: Vec<Vec<Option<String>>> =
        rows.iter().map(|row| row.iter().map(|value| value.map(str::to_owned)).collect()).collect();
    athena_csv(&TYPES.map(|(name, _)| name), &rows).into()
}

fn full() -> [Option<&'static str>; 9] {
    [
        Some("true"),
        Some("9007199254740993"),
        Some("NaN"),
        Some("-123456789012345678901234567890123456.78"),
        Some("say \"ñ\""),
        Some("1969-12-31"),
        Some("1969-12-31 23:59:59.999"),
        Some("AP8="),
        Some(r#"[{"x":1,"m":{"k":"2026-11-23 10:05:00.000"}},null]"#),
    ]
}

fn read(format: Format, csv: &Bytes) -> RecordBatch {
    let body = render(format, &columns(), csv, 1 << 20).unwrap().body;
    let batches: Vec<RecordBatch> = match format {
        Format::Parquet => {
            let reader =
                ParquetRecordBatchReaderBuilder::try_new(Bytes::from(body)).unwrap().build().unwrap();
            reader.collect::<Result<_, _>>().unwrap()
        }
        _ => StreamReader::try_new(&body[..], None).unwrap().collect::<Result<_, _>>().unwrap(),
    };
    assert!(batches.len() <= 1);
    batches.into_iter().next().unwrap()
}

#[test]
fn values_are_typed_and_exact() {
    for format in [Format::Parquet, Format::Arrow] {
        let rows = read(format, &csv(&[full(), [None; 9]]));
        assert_eq!(rows.num_rows(), 2);
        assert!((0..9).all(|column| rows.column(column).is_null(1)), "{format:?}");
        assert!(rows.column(0).as_boolean().value(0));
        assert_eq!(rows.column(1).as_primitive::<Int64Type>().value(0), 9_007_199_254_740_993);
        assert!(rows.column(2).as_primitive::<Float32Type>().value(0).is_nan());
        assert_eq!(rows.column(3).data_type(), &ArrowType::Decimal128(38, 2));
        assert_eq!(
            rows.column(3).as_primitive::<Decimal128Type>().value(0),
            -12_345_678_901_234_567_890_123_456_789_012_345_678
        );
        assert_eq!(rows.column(4).as_string::<i32>().value(0), "say \"ñ\"");
        assert_eq!(rows.column(5).as_primitive::<Date32Type>().value(0), -1);
        assert_eq!(rows.column(6).data_type(), &ArrowType::Timestamp(TimeUnit::Millisecond, None));
        assert_eq!(rows.column(6).as_primitive::<TimestampMillisecondType>().value(0), -1);
        assert_eq!(rows.column(7).as_binary::<i32>().value(0), [0, 255]);
        let list = rows.column(8).as_list::<i32>().value(0);
        let structs = list.as_struct();
        assert_eq!((structs.len(), structs.is_null(1)), (2, true));
        let map = structs.column(1).as_map().value(0);
        assert_eq!(map.column(0).as_string::<i32>().value(0), "k");
        assert_eq!(map.column(1).as_primitive::<TimestampMillisecondType>().value(0), 1_795_428_300_000);
    }
}

#[test]
fn a_result_without_rows_has_its_columns() {
    let body = render(Format::Arrow, &columns(), &csv(&[]), 1 << 20).unwrap().body;
    let schema = StreamReader::try_new(&body[..], None).unwrap().schema();
    assert_eq!(schema.fields().len(), 9);
    let body = Bytes::from(render(Format::Parquet, &columns(), &csv(&[]), 1 << 20).unwrap().body);
    assert_eq!(ParquetRecordBatchReaderBuilder::try_new(body).unwrap().schema().fields().len(), 9);
}

#[test]
fn what_is_not_of_its_type_is_the_engines_fault() {
    for (index, value) in [
        (0, "1"),
        (1, "9223372036854775808"),
        (1, "1.0"),
        (2, "x"),
        (2, "inf"),
        (3, "1.234"),
        (5, "2026-02-30"),
        (6, "2026-11-23 25:00:00.000"),
        (7, "00 ff"),
        (8, "{}"),
    ] {
        let mut row = full();
        row[index] = Some(value);
        let error = render(Format::Arrow, &columns(), &csv(&[full(), row]), 1 << 20).unwrap_err();
        assert!(
            matches!(&error, RenderError::Cell { column, row: 1, .. } if column == TYPES[index].0),
            "{value}: {error}"
        );
    }
}

#[test]
fn what_is_expected_of_a_body_is_about_what_it_has() {
    let rows = vec![full(); 1_000];
    let csv = csv(&rows);
    let arrow = render(Format::Arrow, &columns(), &csv, 1 << 20).unwrap().body.len();
    let parquet = render(Format::Parquet, &columns(), &csv, 1 << 20).unwrap().body.len();
    assert!(parquet < arrow);
    assert!(render(Format::Arrow, &columns(), &csv, arrow * 2).is_ok());
    assert!(matches!(render(Format::Arrow, &columns(), &csv, arrow - 1), Err(RenderError::TooLarge { .. })));
}
