//! NaN, by Trino's `DoubleType` and `RealType`: it equals nothing, is less and greater than nothing, is one value to GROUP BY
//! and DISTINCT, and comes last.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Float32Array, Float64Array, Int32Array};

use crate::{golden::compare, lake::Lake};

mod files;
mod found;

const TYPES: [(&str, &str); 3] = [("n", "int"), ("d", "double"), ("r", "float")];

async fn lake() -> Lake {
    let numbers = [
        Some(f64::NAN),
        Some(-f64::NAN),
        Some(1.0),
        None,
        Some(f64::INFINITY),
        Some(f64::NEG_INFINITY),
        Some(-1.0),
    ];
    let reals: Float32Array = numbers.iter().map(|number| number.map(|number| number as f32)).collect();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("n", Arc::new((1..=7).collect::<Int32Array>())),
        ("d", Arc::new(numbers.into_iter().collect::<Float64Array>())),
        ("r", Arc::new(reals)),
    ];
    Lake::with(&TYPES, columns).await
}

#[tokio::test]
async fn conditions_are_trinos() {
    let lake = lake().await;
    let mut wrong = Vec::new();
    for (condition, expected) in [
        ("x = x", "3 5 6 7"),
        ("NOT x = x", "1 2"),
        ("x <> x", "1 2"),
        ("x = 1", "3"),
        ("1 = x", "3"),
        ("x <> 1", "1 2 5 6 7"),
        ("NOT x = 1", "1 2 5 6 7"),
        ("NOT x <> 1", "3"),
        ("x < 1", "6 7"),
        ("NOT x < 1", "1 2 3 5"),
        ("x >= 1", "3 5"),
        ("NOT x >= 1", "1 2 6 7"),
        ("x > 1", "5"),
        ("1 < x", "5"),
        ("NOT x > 1", "1 2 3 6 7"),
        ("x <= 1", "3 6 7"),
        ("NOT x <= 1", "1 2 5"),
        ("NOT (x > 0 AND n > 0)", "1 2 6 7"),
        ("x > 0 OR x <= 0 OR x IS NULL", "3 4 5 6 7"),
        ("x BETWEEN -1 AND 1", "3 7"),
        ("x NOT BETWEEN -1 AND 1", "1 2 5 6"),
        ("x IN (1, 2)", "3"),
        ("x NOT IN (1, 2)", "1 2 5 6 7"),
        ("NOT x IN (1, 2)", "1 2 5 6 7"),
        ("x IN (1, NULL)", "3"),
        ("x NOT IN (1, NULL)", ""),
        ("x IN (NaN, 1)", "3"),
        ("x NOT IN (NaN, 1)", "1 2 5 6 7"),
        ("NaN IN (x, 1)", ""),
        ("x IS DISTINCT FROM NaN", "3 4 5 6 7"),
        ("x IS NOT DISTINCT FROM NaN", "1 2"),
        ("x = NaN", ""),
        ("x <> NaN", "1 2 3 5 6 7"),
        ("x < NaN OR x > NaN OR x <= NaN OR x >= NaN", ""),
        ("CASE x WHEN NaN THEN true WHEN 1 THEN true ELSE false END", "3"),
        ("nullif(x, x) IS NOT NULL", "1 2"),
        ("(x > 1) IS NULL", "4"),
        ("(x = NaN) IS NULL", "4"),
    ] {
        for (column, nan) in
            [("d", "(0e0 / 0e0)"), ("d", "CAST('NaN' AS double)"), ("r", "CAST('NaN' AS real)")]
        {
            let condition = condition.replace("NaN", nan).replace('x', column);
            let rows = lake.rows(&format!("SELECT n FROM t WHERE {condition} ORDER BY n")).await;
            let found: Vec<&str> = rows.lines().map(|row| row.trim_matches('"')).collect();
            if found.join(" ") != expected {
                wrong.push(format!("{condition}: {found:?}, not {expected}"));
            }
            // The value of the condition, where nothing filters.
            let sql = format!("SELECT n FROM (SELECT n, {condition} AS b FROM t) s WHERE b ORDER BY n");
            let values = lake.rows(&sql).await;
            if values != rows {
                wrong.push(format!("{condition} as a value: {values:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn values_are_trinos() {
    let lake = lake().await;
    let cases = [
        ("SELECT 0e0 / 0e0 = 0e0 / 0e0, 0e0 / 0e0 <> 0e0 / 0e0", "boolean", "false|true"),
        ("SELECT 0e0 / 0e0 < NULL, NULL >= 0e0 / 0e0", "boolean", "NULL|NULL"),
        ("SELECT 0e0 / 0e0", "double", "NaN"),
        ("SELECT n FROM t WHERE n <> 2 ORDER BY d", "integer", "6;7;3;5;1;4"),
        ("SELECT n FROM t WHERE n <> 2 ORDER BY d DESC", "integer", "1;5;3;7;6;4"),
        // What is calculated sorts last as well, whatever NaN the processor makes.
        ("SELECT n FROM t ORDER BY d - d, n", "integer", "3;7;1;2;5;6;4"),
        ("SELECT count(*) FROM t GROUP BY d - d ORDER BY 1", "bigint", "1;2;4"),
        ("SELECT count(*) FROM (SELECT DISTINCT d - d FROM t) s", "bigint", "3"),
        ("SELECT count(DISTINCT d - d) FROM t", "bigint", "2"),
        ("SELECT count(*) FROM t a JOIN t b ON a.d = b.d", "bigint", "4"),
        ("SELECT count(*) FROM t a JOIN t b ON a.d = b.r", "bigint", "4"),
        ("SELECT count(*) FROM t a JOIN t b USING (d)", "bigint", "4"),
        ("SELECT count(*) FROM t a, t b WHERE a.d = b.d AND a.n > 0", "bigint", "4"),
        ("SELECT count(*) FROM t a JOIN t b ON a.d < b.d", "bigint", "6"),
        ("SELECT a.n FROM t a LEFT JOIN t b ON a.d = b.d WHERE b.n IS NULL ORDER BY 1", "integer", "1;2;4"),
        (
            "SELECT count(*) FROM (SELECT -0e0 AS z UNION ALL SELECT 0e0) a JOIN (SELECT 0e0 AS z) b ON a.z = b.z",
            "bigint",
            "2",
        ),
        ("SELECT n FROM t o WHERE EXISTS (SELECT 1 FROM t i WHERE i.d > o.d) ORDER BY n", "integer", "3;6;7"),
    ];
    compare(&lake, &cases).await;
}

/// What is written twice on each level would be a million times on twenty.
#[tokio::test]
async fn comparisons_within_comparisons_stay_small() {
    let lake = lake().await;
    let nested = |levels: usize, each: &dyn Fn(&str) -> String| {
        (0..levels).fold("d".to_owned(), |inner, _| each(&inner))
    };
    for each in [
        &(|inner: &str| format!("CASE WHEN d <= {inner} THEN d ELSE 0e0 END")) as &dyn Fn(&str) -> String,
        &|inner: &str| format!("CASE WHEN ({inner}) BETWEEN -9 AND 9 THEN d ELSE 0e0 END"),
        &|inner: &str| format!("CASE ({inner}) WHEN d THEN d WHEN 7 THEN 8e0 ELSE 0e0 END"),
        &|inner: &str| format!("CASE WHEN ({inner}) IN (d, 7) THEN d ELSE 0e0 END"),
    ] {
        let rows = lake.rows(&format!("SELECT {} FROM t WHERE n = 3", nested(5, each))).await;
        assert_eq!(rows, "\"1.0\"\n");
        let rows = lake.rows(&format!("SELECT n FROM t WHERE {} = 1", nested(5, each))).await;
        assert!(rows.contains("\"3\"\n"), "{rows}");
    }
}

/// Trino's `max` takes NaN for the least (`COMPARISON_UNORDERED_FIRST`) and its `min` for the greatest.
#[tokio::test]
async fn extremes_are_numbers_where_there_is_one() {
    let lake = lake().await;
    let cases = [
        ("SELECT max(d), min(d) FROM t", "double", "Infinity|-Infinity"),
        ("SELECT max(r), min(r) FROM t", "float", "Infinity|-Infinity"),
        ("SELECT max(d), min(d) FROM t WHERE n IN (1, 3, 7)", "double", "1.0|-1.0"),
        ("SELECT max(d), min(d) FROM t WHERE n < 3", "double", "NaN|NaN"),
        ("SELECT max(d), min(d) FROM t WHERE n = 4", "double", "NULL|NULL"),
        ("SELECT max(d), min(d) FROM t WHERE n > 9", "double", "NULL|NULL"),
        ("SELECT max(d - d), min(-d) FROM t", "double", "0.0|-Infinity"),
        (
            "SELECT n % 2 AS k, max(d), min(d), count(*) FROM t WHERE n < 5 GROUP BY n % 2 ORDER BY k",
            "integer",
            "0|NaN|NaN|2;1|1.0|1.0|2",
        ),
        (
            "SELECT n % 2 AS k FROM t WHERE n <> 6 GROUP BY n % 2 HAVING max(d) > 0 ORDER BY max(d)",
            "integer",
            "1",
        ),
        ("SELECT max(d) + 1, max(n) FROM t WHERE n IN (1, 3, 7)", "double", "2.0|7"),
        (
            "SELECT max(d) OVER (ORDER BY n ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t ORDER BY n",
            "double",
            "NaN;NaN;1.0;1.0;Infinity;Infinity;-1.0",
        ),
        ("SELECT max_by(n, d), min_by(n, d) FROM t", "integer", "5|6"),
        ("SELECT max_by(n, d), min_by(n, d) FROM t WHERE n IN (2, 3, 1)", "integer", "3|3"),
        (
            "SELECT n FROM t o WHERE d = (SELECT max(d) FROM t i WHERE i.n = o.n) ORDER BY n",
            "integer",
            "3;5;6;7",
        ),
    ];
    compare(&lake, &cases).await;
}

/// A processor makes negative NaN of some calculations. (Java's `Double.compare` puts every NaN last.)
#[tokio::test]
async fn what_functions_make_sorts_last() {
    let values = "FROM (VALUES 4e0, -1e0, 9e0) AS v (x) ORDER BY";
    let cases = ["sqrt(x)", "ln(x)", "log10(x)", "power(x, 5e-1)"]
        .map(|key| (format!("SELECT x {values} {key}"), "double", "4.0;9.0;-1.0"));
    let cases: Vec<(&str, &str, &str)> =
        cases.iter().map(|(sql, data_type, expected)| (sql.as_str(), *data_type, *expected)).collect();
    compare(&Lake::new(), &cases).await;
}
