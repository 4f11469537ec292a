//! What goes into a file comes out of it, whatever the type.

mod arrays;
mod choosing;
mod coded;
mod field_ids;
mod text;
mod value;
mod writing;

use std::sync::Arc;

use arrow::{
    array::{AsArray, RecordBatch},
    datatypes::{Schema, SchemaRef},
};
use bytes::Bytes;
use columnar::Lines;
use domain::{DataType, Dataset, json::Raw, port::Source, value as domain_value};
use parquet::{
    arrow::arrow_reader::ParquetRecordBatchReaderBuilder,
    basic::{LogicalType, Type as Physical},
    file::reader::{FileReader, SerializedFileReader},
};
use proptest::prelude::*;

use super::{conform::conform, writer::encode};
use crate::testing::line;

use value::{any_json, any_type, read_back};

fn dataset(types: &[&str]) -> Dataset {
    let column = |(index, data_type)| format!(r#"{{"name": "c{index}", "type": "{data_type}"}}"#);
    let columns: Vec<String> = types.iter().enumerate().map(column).collect();
    Dataset::from_json(format!(r#"{{"name": "d", "columns": [{}]}}"#, columns.join(",")).as_bytes()).unwrap()
}

fn rows(dataset: &Dataset, events: &[&str]) -> RecordBatch {
    let mut lines = Lines::new(dataset);
    for event in events {
        lines.push_str(&line(event)).unwrap_or_else(|misfit| panic!("{event}: {misfit}"));
    }
    lines.finish().unwrap()
}

fn decode(bytes: Bytes, schema: &SchemaRef) -> Result<Vec<RecordBatch>, Source> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes)?.build()?;
    reader.map(|batch| conform(&batch?, schema)).collect()
}

fn through_a_file(rows: &RecordBatch, dataset: &Dataset) -> RecordBatch {
    let decoded = decode(encode(rows, dataset).unwrap(), &dataset.arrow_schema()).unwrap();
    arrow::compute::concat_batches(&dataset.arrow_schema(), &decoded).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Rows of one column: what each is worth is said by the parser that ingest uses, and by nothing else.
    #[test]
    fn what_the_parser_takes_comes_back_from_the_file(
        (data_type, texts) in any_type().prop_flat_map(|data_type| {
            let texts = prop::collection::vec(any_json(&data_type), 0..6);
            (Just(data_type), texts)
        }),
    ) {
        let dataset = dataset(&[&data_type.to_string()]);
        let events: Vec<String> = texts.iter().map(|text| format!(r#"{{"c0":{text}}}"#)).collect();
        let events: Vec<&str> = events.iter().map(String::as_str).collect();
        let found = through_a_file(&rows(&dataset, &events), &dataset);
        prop_assert_eq!(found.num_rows(), texts.len());
        for (row, text) in texts.iter().enumerate() {
            let expected = domain_value::parse(&data_type, Raw::parse(text).unwrap());
            let expected = expected.unwrap_or_else(|mismatch| panic!("{text}: {mismatch}"));
            prop_assert_eq!(read_back(found.column(0), row, &data_type), value::in_order(expected), "{}", text);
        }
    }
}

#[test]
fn columns_are_in_the_file_as_parquet_defines_them() {
    let types = [
        "float",
        "binary",
        "decimal(9,2)",
        "decimal(18,2)",
        "decimal(38,2)",
        "array<struct<at:timestamp,price:decimal(4,2)>>",
        "map<string,array<date>>",
    ];
    let dataset = dataset(&types);
    let reader = SerializedFileReader::new(encode(&rows(&dataset, &["{}"]), &dataset).unwrap()).unwrap();
    let schema = reader.metadata().file_metadata().schema_descr_ptr();
    let leaves: Vec<_> =
        schema.columns().iter().map(|leaf| (leaf.path().string(), leaf.physical_type())).collect();
    let expected = [
        ("c0", Physical::FLOAT),
        ("c1", Physical::BYTE_ARRAY),
        ("c2", Physical::INT32),
        ("c3", Physical::INT64),
        ("c4", Physical::FIXED_LEN_BYTE_ARRAY),
        ("c5.list.element.at", Physical::INT64),
        ("c5.list.element.price", Physical::INT32),
        ("c6.key_value.key", Physical::BYTE_ARRAY),
        ("c6.key_value.value.list.element", Physical::INT32),
        ("_id", Physical::BYTE_ARRAY),
        ("_ingested_at", Physical::INT64),
        ("_extra", Physical::BYTE_ARRAY),
    ];
    assert_eq!(leaves, expected.map(|(path, physical)| (path.to_owned(), physical)));
    for at in [5, 10] {
        let found = schema.column(at).logical_type_ref().cloned();
        let Some(LogicalType::Timestamp(timestamp)) = found else { panic!("{found:?}") };
        assert!(!timestamp.is_adjusted_to_u_t_c, "a zone would make readers shift it");
    }
}

#[test]
fn the_order_of_the_rows_is_said_of_the_right_column() {
    let dataset = Dataset::from_json(
        br#"{"name": "d", "sort_by": ["b", "k"], "columns": [
            {"name": "n", "type": "struct<x:int,y:map<string,array<int>>>"},
            {"name": "k", "type": "int"}, {"name": "b", "type": "binary"}]}"#,
    )
    .unwrap();
    let reader = SerializedFileReader::new(encode(&rows(&dataset, &["{}"]), &dataset).unwrap()).unwrap();
    let group = reader.metadata().row_group(0);
    let sorted: Vec<String> = group
        .sorting_columns()
        .unwrap()
        .iter()
        .map(|sorted| group.column(sorted.column_idx as usize).column_path().string())
        .collect();
    assert_eq!(sorted, ["b", "k"]);
}

/// A file of the first type, read as the second.
fn evolved(old: &str, new: &str, event: &str) -> Result<RecordBatch, String> {
    let (old, new) = (dataset(&[old]), dataset(&[new]));
    let file = encode(&rows(&old, &[event]), &old).unwrap();
    let read = decode(file, &new.arrow_schema()).map_err(|error| error.to_string())?;
    Ok(read.into_iter().next().unwrap())
}

#[test]
fn fields_added_to_a_struct_are_null_in_older_files_at_any_depth() {
    for (old, new, event, expected) in [
        ("struct<a:int>", "struct<a:int,b:string>", r#"{"c0":{"a":1}}"#, r#"{"a":1,"b":null}"#),
        ("struct<a:int>", "struct<a:int,b:array<struct<c:int>>>", r#"{"c0":null}"#, "null"),
        (
            "array<struct<a:int>>",
            "array<struct<a:int,b:int>>",
            r#"{"c0":[{"a":1},null]}"#,
            r#"[{"a":1},null]"#,
        ),
        (
            "map<string,struct<a:array<struct<x:int>>>>",
            "map<string,struct<a:array<struct<x:int,y:map<string,int>>>>>",
            r#"{"c0":{"k":{"a":[{"x":1}]},"l":null}}"#,
            r#"{"k":{"a":[{"x":1}]},"l":null}"#,
        ),
    ] {
        let read = evolved(old, new, event).unwrap_or_else(|error| panic!("{old}: {error}"));
        let data_type: DataType = new.parse().unwrap();
        let expected = domain_value::parse(&data_type, Raw::parse(expected).unwrap()).unwrap();
        assert_eq!(read_back(read.column(0), 0, &data_type), expected, "{old} as {new}");
    }
}

#[test]
fn a_file_of_another_type_is_an_error_that_says_where() {
    for (old, new, words) in [
        ("int", "bigint", "column c0 is of type Int32"),
        ("decimal(4,2)", "decimal(6,2)", "column c0 is of type Decimal128(4, 2)"),
        ("struct<a:array<int>>", "struct<a:array<bigint>>", "column c0.a[] is of type Int32"),
        ("map<string,int>", "map<string,string>", "column c0[] is of type Int32"),
        ("array<struct<a:int,b:int>>", "array<struct<a:int>>", "column c0[] has a field b"),
        ("array<int>", "struct<a:int>", "column c0 is of type List"),
    ] {
        let message = evolved(old, new, r#"{"c0":null}"#).unwrap_err();
        assert!(message.contains(words), "{old} as {new}: {message}");
    }
}

#[test]
fn lists_whose_parts_have_other_names_are_read() {
    let dataset = dataset(&["array<int>"]);
    let batch = rows(&dataset, &[r#"{"c0":[7]}"#]);
    let lists = batch.column(0).as_list::<i32>();
    let item = Arc::new(arrow::datatypes::Field::new("item", DataType::Int.arrow(), true));
    let renamed = arrow::array::ListArray::new(item, lists.offsets().clone(), lists.values().clone(), None);
    let field = arrow::datatypes::Field::new("c0", arrow::array::Array::data_type(&renamed).clone(), true);
    let batch = RecordBatch::try_new(Arc::new(Schema::new(vec![field])), vec![Arc::new(renamed)]).unwrap();
    let read = conform(&batch, &dataset.arrow_schema()).unwrap();
    assert_eq!(read.column(0).as_list::<i32>().value(0).len(), 1);
}
