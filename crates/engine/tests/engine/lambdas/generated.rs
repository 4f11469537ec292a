//! Generated arrays, against loops of Rust.

use std::sync::Arc;

use datafusion::arrow::{
    array::{ArrayRef, Int32Array, ListArray},
    datatypes::Int32Type,
};
use proptest::prelude::*;

use crate::lake::Lake;

fn arrays() -> impl Strategy<Value = Vec<Option<Vec<Option<i32>>>>> {
    let element = proptest::option::weighted(0.8, -50..50_i32);
    let array = proptest::option::weighted(0.9, proptest::collection::vec(element, 0..40));
    proptest::collection::vec(array, 1..60)
}

/// `[1, null]`, as results show it.
fn shown(elements: &[Option<i32>]) -> String {
    let shown: Vec<String> = elements
        .iter()
        .map(|element| element.map_or("null".to_owned(), |element| element.to_string()))
        .collect();
    format!("\"[{}]\"", shown.join(", "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Rows of all lengths side by side, against loops of Rust.
    #[test]
    fn many_arrays_are_as_loops_have_it(arrays in arrays()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let found = runtime.block_on(async {
            let numbers: ArrayRef = Arc::new(
                (0..i32::try_from(arrays.len()).unwrap()).collect::<Int32Array>(),
            );
            let lists: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>(arrays.clone()));
            let types = [("n", "int"), ("a", "array<int>")];
            let lake = Lake::with(&types, vec![("n", numbers), ("a", lists)]).await;
            lake.rows(
                "SELECT filter(a, x -> x > n - 20), transform(a, x -> x + n), \
                 reduce(a, 0, (s, x) -> 2 * s % 1000 + coalesce(x, 1), s -> s), any_match(a, x -> x = 7), \
                 array_sort(a, (x, y) -> CASE WHEN x IS NULL AND y IS NULL THEN 0 WHEN x IS NULL THEN 1 \
                 WHEN y IS NULL THEN -1 WHEN x < y THEN -1 WHEN x > y THEN 1 ELSE 0 END) FROM t ORDER BY n",
            )
            .await
        });
        let mut expected = String::new();
        for (n, array) in (0..).zip(&arrays) {
            let Some(array) = array else {
                expected.push_str(",,,,\n");
                continue;
            };
            let kept: Vec<_> = array.iter().copied().filter(|x| x.is_some_and(|x| x > n - 20)).collect();
            let moved: Vec<_> = array.iter().map(|x| x.map(|x| x + n)).collect();
            let state = array.iter().fold(0, |state: i32, x| 2 * state % 1000 + x.unwrap_or(1));
            let met = if array.contains(&Some(7)) {
                "\"true\""
            } else if array.contains(&None) {
                ""
            } else {
                "\"false\""
            };
            let mut sorted = array.clone();
            sorted.sort_by_key(|x| (x.is_none(), *x));
            expected.push_str(&format!(
                "{},{},\"{state}\",{met},{}\n", shown(&kept), shown(&moved), shown(&sorted)
            ));
        }
        prop_assert_eq!(found, expected);
    }

    /// Elements of all rows side by side, against loops of Rust.
    #[test]
    fn elements_are_rows_as_loops_have_it(arrays in arrays(), keeps_all in any::<bool>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let join = if keeps_all { "LEFT JOIN" } else { "JOIN" };
        let found = runtime.block_on(async {
            let numbers: ArrayRef = Arc::new(
                (0..i32::try_from(arrays.len()).unwrap()).collect::<Int32Array>(),
            );
            let lists: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>(arrays.clone()));
            let types = [("n", "int"), ("a", "array<int>")];
            let lake = Lake::with(&types, vec![("n", numbers), ("a", lists)]).await;
            let sql = "UNNEST(a) WITH ORDINALITY AS u (x, o) ON true WHERE n > 0 ORDER BY n, o";
            lake.rows(&format!("SELECT n, x, o FROM t {join} {sql}")).await
        });
        let mut expected = String::new();
        for (n, array) in (0..).zip(&arrays).skip(1) {
            let elements = array.as_deref().unwrap_or_default();
            if elements.is_empty() && keeps_all {
                expected.push_str(&format!("\"{n}\",,\n"));
            }
            for (place, element) in (1..).zip(elements) {
                let element = element.map_or(String::new(), |element| format!("\"{element}\""));
                expected.push_str(&format!("\"{n}\",{element},\"{place}\"\n"));
            }
        }
        prop_assert_eq!(found, expected);
    }
}
