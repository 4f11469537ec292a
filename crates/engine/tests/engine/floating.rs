//! NaN, by Trino's `DoubleType` and `RealType`: it equals nothing, is less and greater than nothing, is one value to GROUP BY
//! and DISTINCT, and comes last.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Float32Array, Float64Array, Int32Array};
use engine::{BytesScanned, Cancellation, csv};

use crate::{golden::compare, lake::Lake};

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

/// Trino's `IN` is `= ANY`, and follows `=` (its documentation, "Subqueries": whether any values produced by the subquery are
/// equal to the expression).
#[tokio::test]
async fn queries_find_numbers_as_comparisons_do() {
    let lake = lake().await;
    let mut cases: Vec<(String, &str, &str)> = Vec::new();
    for column in ["d", "r"] {
        for (sql, data_type, expected) in [
            ("SELECT n FROM t WHERE # IN (SELECT # FROM t) ORDER BY n", "integer", "3;5;6;7"),
            ("SELECT n FROM t WHERE # IN (SELECT d FROM t) ORDER BY n", "integer", "3;5;6;7"),
            ("SELECT n FROM t WHERE # IN (SELECT n - 6 FROM t) ORDER BY n", "integer", "3;7"),
            ("SELECT n FROM t WHERE n - 2 IN (SELECT # FROM t) ORDER BY n", "integer", "1;3"),
            ("SELECT n FROM t WHERE # NOT IN (SELECT # FROM t) ORDER BY n", "integer", ""),
            ("SELECT n FROM t WHERE # NOT IN (SELECT # FROM t WHERE n <> 4) ORDER BY n", "integer", "1;2"),
            (
                "SELECT n FROM t WHERE # NOT IN (SELECT # FROM t WHERE n < 3) ORDER BY n",
                "integer",
                "1;2;3;5;6;7",
            ),
            ("SELECT n FROM t WHERE # = ANY (SELECT # FROM t) OR n = 1 ORDER BY n", "integer", "1;3;5;6;7"),
            ("SELECT count(*) FROM t WHERE 0e0 / 0e0 IN (SELECT # FROM t)", "bigint", "0"),
            ("SELECT count(*) FROM t WHERE 1e0 IN (SELECT # FROM t)", "bigint", "7"),
            (
                "SELECT n FROM t WHERE 0e0 * n IN (SELECT -# * 0 FROM t WHERE n = 3) AND n < 3 ORDER BY n",
                "integer",
                "1;2",
            ),
            (
                "SELECT n FROM t AS a WHERE # IN (SELECT # FROM t AS b WHERE b.n = a.n) ORDER BY n",
                "integer",
                "3;5;6;7",
            ),
            (
                "SELECT n FROM t AS a WHERE # NOT IN (SELECT # FROM t AS b WHERE b.n = a.n) ORDER BY n",
                "integer",
                "1;2",
            ),
            (
                "SELECT n, # IN (SELECT # FROM t WHERE n <> 4) FROM t ORDER BY n",
                "integer",
                "1|false;2|false;3|true;4|NULL;5|true;6|true;7|true",
            ),
            // Correlated by the number itself.
            (
                "SELECT n, (SELECT count(*) FROM t AS b WHERE b.# = a.#) FROM t AS a ORDER BY n",
                "integer",
                "1|0;2|0;3|1;4|0;5|1;6|1;7|1",
            ),
            (
                "SELECT n, (SELECT max(n) FROM t AS b WHERE a.# = b.# AND b.n > 0) FROM t AS a ORDER BY n",
                "integer",
                "1|NULL;2|NULL;3|3;4|NULL;5|5;6|6;7|7",
            ),
            (
                "SELECT n FROM t AS a WHERE EXISTS (SELECT 1 FROM t AS b WHERE b.# = a.#) ORDER BY n",
                "integer",
                "3;5;6;7",
            ),
            (
                "SELECT n FROM t AS a WHERE NOT EXISTS (SELECT 1 FROM t AS b WHERE b.# = a.#) ORDER BY n",
                "integer",
                "1;2;4",
            ),
            (
                "SELECT n FROM t AS a WHERE EXISTS (SELECT 1 FROM t AS b WHERE b.# = a.# OR b.n = -1) ORDER BY n",
                "integer",
                "3;5;6;7",
            ),
            (
                "SELECT n FROM t AS a WHERE EXISTS (SELECT 1 FROM t AS b WHERE b.# + 1 = a.# + 1 AND b.n = a.n) ORDER BY n",
                "integer",
                "3;5;6;7",
            ),
            (
                "SELECT n FROM t AS a WHERE EXISTS (SELECT 1 FROM t AS b WHERE -b.# * 0 = a.# * 0 AND b.n = a.n) ORDER BY n",
                "integer",
                "3;7",
            ),
        ] {
            cases.push((sql.replace('#', column), data_type, expected));
        }
    }
    let cases: Vec<(&str, &str, &str)> =
        cases.iter().map(|(sql, data_type, expected)| (sql.as_str(), *data_type, *expected)).collect();
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

/// A decimal is a double beside a double, and a real beside a real, also where it is looked for in a query (Trino's
/// `TypeCoercion`).
#[tokio::test]
async fn decimals_are_found_among_doubles_and_reals() {
    let mut cases: Vec<(String, &str, &str)> = Vec::new();
    let decimals = "(VALUES 0.1, 1.5, 2.5, NULL) AS v (x)";
    for (number, values) in [("double", "0.1e0, 2.5e0, -0e0"), ("real", "0.1e0, 2.5e0, -0e0")] {
        let query = format!("SELECT CAST(y AS {number}) FROM (VALUES {values}) AS w (y)");
        for (sql, data_type, expected) in [
            (format!("SELECT x FROM {decimals} WHERE x IN ({query}) ORDER BY x"), "decimal(2,1)", "0.1;2.5"),
            (format!("SELECT x FROM {decimals} WHERE x NOT IN ({query}) ORDER BY x"), "decimal(2,1)", "1.5"),
            (format!("SELECT x IN ({query}) FROM {decimals} ORDER BY x"), "boolean", "true;false;true;NULL"),
            (
                format!("SELECT x = ANY ({query}) FROM {decimals} ORDER BY x"),
                "boolean",
                "true;false;true;NULL",
            ),
            (format!("SELECT count(*) FROM (VALUES 7) AS o (z) WHERE 0.0 IN ({query})"), "bigint", "1"),
            (
                format!("SELECT count(*) FROM ({query}) AS q (y) WHERE y IN (SELECT x FROM {decimals})"),
                "bigint",
                "2",
            ),
            (
                format!(
                    "SELECT count(*) FROM ({query}) AS q (y) WHERE y NOT IN (SELECT x FROM {decimals} WHERE x > 0)"
                ),
                "bigint",
                "1",
            ),
        ] {
            cases.push((sql, data_type, expected));
        }
    }
    let cases: Vec<(&str, &str, &str)> =
        cases.iter().map(|(sql, data_type, expected)| (sql.as_str(), *data_type, *expected)).collect();
    compare(&Lake::new(), &cases).await;
}
