//! NaN in files: by their statistics, and of any bits.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Float64Array, Int32Array};
use engine::{BytesScanned, Cancellation, csv};

use super::lake;
use crate::{golden::compare, lake::Lake};

/// Files' statistics leave NaN out: where all others are ruled out, it may be what is looked for.
#[tokio::test]
async fn row_groups_are_skipped_only_where_no_nan_is_looked_for() {
    let rows = 0..30_000_i32;
    // Three row groups: all 5 but for one NaN, all 15, all 25.
    let number = |row: i32| match row {
        3 => f64::NAN,
        row => f64::from(row / 10_000 * 10 + 5),
    };
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("n", Arc::new(rows.clone().collect::<Int32Array>())),
        ("d", Arc::new(rows.map(number).collect::<Float64Array>())),
    ];
    let lake = Lake::with(&[("n", "int"), ("d", "double")], columns).await;
    let whole = scanned(&lake, "SELECT count(n) FROM t WHERE d <> -1").await.1;
    for (condition, expected, groups) in [
        ("d <> 5 AND n < 10000", "1", 1),
        ("d <> 5", "20001", 3),
        ("NOT d = 5", "20001", 3),
        ("d NOT IN (5, 6)", "20001", 3),
        ("NOT d > 4", "1", 3),
        ("NOT d < 16", "10001", 3),
        ("d > 16", "10000", 1),
        ("d >= 25", "10000", 1),
        ("d < 6", "9999", 1),
        ("d = 15", "10000", 1),
        ("d IN (15, 16)", "10000", 1),
        ("d BETWEEN 14 AND 16", "10000", 1),
        ("d > 100", "0", 0),
    ] {
        let (found, bytes) = scanned(&lake, &format!("SELECT count(n) FROM t WHERE {condition}")).await;
        assert_eq!(found, format!("\"{expected}\"\n"), "{condition}");
        // Each group has the same share, nearly.
        let share = whole * groups / 3;
        assert!(bytes <= share + whole / 10, "{condition}: {bytes} of {whole}");
    }
}

async fn scanned(lake: &Lake, sql: &str) -> (String, u64) {
    let scanned = BytesScanned::default();
    let prepared = lake.engine.prepare(sql, &[]).unwrap();
    let execution = lake.engine.run(&prepared, scanned.clone(), Cancellation::default()).await.unwrap();
    let text = String::from_utf8(csv::write(execution, Vec::new()).await.unwrap()).unwrap();
    (text.split_once('\n').unwrap().1.to_owned(), scanned.get())
}

/// All NaN are one value to whatever is not distinct (Trino's `IS_DISTINCT_FROM` of `DoubleType` and `RealType`), whatever bits
/// a file has for them.
#[tokio::test]
async fn every_nan_of_a_file_is_one_value() {
    let lake = lake().await;
    let mut cases: Vec<(String, &str, &str)> = Vec::new();
    for column in ["d", "r"] {
        for (sql, expected) in [
            ("SELECT CAST(n AS bigint) FROM t ORDER BY #, n", "6;7;3;5;1;2;4"),
            ("SELECT CAST(n AS bigint) FROM t ORDER BY # DESC, n", "1;2;5;3;7;6;4"),
            (
                "SELECT CAST(n AS bigint) AS m FROM (SELECT n, # FROM t ORDER BY # LIMIT 4) AS s ORDER BY m",
                "3;5;6;7",
            ),
            ("SELECT rank() OVER (ORDER BY #) FROM t ORDER BY 1", "1;2;3;4;5;5;7"),
            ("SELECT count(*) OVER (ORDER BY #) FROM t ORDER BY 1", "1;2;3;4;6;6;7"),
            ("SELECT count(*) FROM t GROUP BY # ORDER BY 1", "1;1;1;1;1;2"),
            ("SELECT count(*) AS c FROM t GROUP BY # HAVING # IS NOT NULL AND # <> 1 ORDER BY c", "1;1;1;2"),
            ("SELECT sum(n) FROM t GROUP BY #, n > 9 ORDER BY 1", "3;3;4;5;6;7"),
            ("SELECT count(*) FROM (SELECT DISTINCT # FROM t) AS s", "6"),
            ("SELECT count(*) FROM (SELECT # FROM t UNION SELECT # FROM t) AS s", "6"),
            ("SELECT count(DISTINCT #) FROM t", "5"),
            ("SELECT cardinality(array_agg(DISTINCT #)) FROM t", "6"),
            ("SELECT count(*) OVER (PARTITION BY #) FROM t WHERE n < 4 ORDER BY 1", "1;2;2"),
            ("SELECT count(*) FROM (SELECT # FROM t INTERSECT SELECT # FROM t WHERE n = 1) AS s", "1"),
            ("SELECT count(*) FROM (SELECT # FROM t INTERSECT ALL SELECT # FROM t WHERE n < 4) AS s", "3"),
            ("SELECT count(*) FROM (SELECT # FROM t EXCEPT SELECT # FROM t WHERE n = 2) AS s", "5"),
            ("SELECT count(*) FROM (SELECT # FROM t EXCEPT ALL SELECT # FROM t WHERE n = 2) AS s", "6"),
            ("SELECT grouping(#) FROM t WHERE n = 3 GROUP BY #", "0"),
        ] {
            let data_type = if sql.contains("grouping") { "integer" } else { "bigint" };
            cases.push((sql.replace('#', column), data_type, expected));
        }
    }
    let cases: Vec<(&str, &str, &str)> =
        cases.iter().map(|(sql, data_type, expected)| (sql.as_str(), *data_type, *expected)).collect();
    compare(&lake, &cases).await;
}
