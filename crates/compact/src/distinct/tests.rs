use std::collections::BTreeMap;

use arrow::array::{AsArray, RecordBatch};
use arrow::compute::concat_batches;
use arrow::datatypes::Int64Type;
use proptest::prelude::*;

use super::*;
use crate::columns::{Columns, tests::line};

fn dataset() -> Dataset {
    Dataset::from_json(
        br#"{"name": "d", "identity": ["k"], "sort_by": ["v"], "columns": [
            {"name": "k", "type": "bigint", "required": true}, {"name": "v", "type": "bigint"}]}"#,
    )
    .unwrap()
}

fn batch(rows: &[(i64, i64)]) -> RecordBatch {
    let dataset = dataset();
    let mut columns = Columns::new(&dataset);
    for (k, v) in rows {
        let mut line = Vec::new();
        let data = format!(r#"{{"k": {k}, "v": {v}}}"#);
        domain::landing::Writer::new(chrono::DateTime::UNIX_EPOCH).line(None, &data, &mut line);
        columns.push(std::str::from_utf8(&line).unwrap()).unwrap();
    }
    columns.finish().unwrap()
}

fn merge(dataset: &Dataset, batches: &[RecordBatch]) -> (RecordBatch, u64, u64) {
    let all = concat_batches(&dataset.arrow_schema(), batches).unwrap();
    let distinct = Distinct::new(dataset, all).unwrap();
    let (duplicates, conflicting) = (distinct.duplicates, distinct.conflicting);
    (distinct.sorted(dataset).unwrap(), duplicates, conflicting)
}

fn pairs(rows: &RecordBatch) -> Vec<(i64, i64)> {
    let column = |index: usize| rows.column(index).as_primitive::<Int64Type>().values().to_vec();
    column(0).into_iter().zip(column(1)).collect()
}

#[test]
fn the_first_twin_stays_and_rows_are_in_order() {
    let (rows, duplicates, conflicting) =
        merge(&dataset(), &[batch(&[(1, 30), (2, 20)]), batch(&[(3, 10), (1, 30), (2, 99)])]);
    assert_eq!(pairs(&rows), [(3, 10), (2, 20), (1, 30)]);
    assert_eq!((duplicates, conflicting), (2, 1));
}

#[test]
fn twins_are_compared_in_nested_columns_too_and_the_order_of_a_map_is_no_difference() {
    let dataset = Dataset::from_json(
        br#"{"name": "d", "identity": ["k"], "columns": [
            {"name": "k", "type": "decimal(4,2)", "required": true},
            {"name": "n", "type": "map<string,array<struct<x:int>>>"}]}"#,
    )
    .unwrap();
    let mut columns = Columns::new(&dataset);
    for data in [
        r#"{"k": 1.1, "n": {"a": [{"x": 1}], "b": null}}"#,
        r#"{"k": "1.10", "n": {"b": null, "a": [{"x": 1}]}}"#,
        r#"{"k": 1.10, "n": {"a": [{"x": 2}], "b": null}}"#,
        r#"{"k": 1.10, "n": {"a": [{"x": 1}], "b": []}}"#,
        r#"{"k": 1.2, "n": null}"#,
    ] {
        columns.push(&line(data)).unwrap();
    }
    let (rows, duplicates, conflicting) = merge(&dataset, &[columns.finish().unwrap()]);
    assert_eq!((rows.num_rows(), duplicates, conflicting), (2, 3, 2));
}

#[test]
fn nothing_at_all_is_a_generation_too() {
    assert_eq!(merge(&dataset(), &[batch(&[])]).0.num_rows(), 0);
}

proptest! {
    /// Against a map, which is the rule in its plainest form.
    #[test]
    fn as_a_map_would_do_it(batches in prop::collection::vec(prop::collection::vec((0_i64..20, 0_i64..5), 0..30), 1..6)) {
        let (rows, duplicates, _) = merge(&dataset(), &batches.iter().map(|rows| batch(rows)).collect::<Vec<_>>());
        let mut expected = BTreeMap::new();
        let mut total = 0;
        for (k, v) in batches.into_iter().flatten() {
            expected.entry(k).or_insert(v);
            total += 1;
        }
        let found = pairs(&rows);
        prop_assert!(found.windows(2).all(|pair| pair[0].1 <= pair[1].1), "not in order: {:?}", found);
        prop_assert_eq!(duplicates, total - expected.len() as u64);
        prop_assert_eq!(found.into_iter().collect::<BTreeMap<_, _>>(), expected);
    }
}
