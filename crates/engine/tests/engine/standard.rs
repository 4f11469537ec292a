//! Statements that DataFusion answers, or its parser reads, otherwise than Athena. What is expected follows from SQL's three
//! values and from Trino's documentation (SELECT: JOIN, USING, GROUP BY, VALUES, set operations; comparison functions and
//! operators; window functions) and grammar (SqlBase.g4), and was held against DuckDB where both agree.

mod joins;
mod queries;

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int64Array};

use crate::lake::Lake;

/// Outer rows, and rows to look in: with nulls, groups without rows, and groups with nulls only.
const ROWS: &str = "WITH o (x, g) AS (VALUES (1, 1), (2, 1), (3, 2), (NULL, 2), (5, 3), (NULL, 4)), \
                    s (c, g) AS (VALUES (1, 1), (NULL, 2), (3, 2), (7, 9)), \
                    a (k, v) AS (VALUES (1, 'a1'), (2, 'a2'), (NULL, 'an')), \
                    b (w, k) AS (VALUES ('b1', 1), ('b4', 4), ('bn', NULL)), \
                    c (k, u) AS (VALUES (1, 10), (4, 40), (9, 90))";

async fn check(lake: &Lake, cases: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for (sql, expected) in cases {
        let sql = format!("{ROWS} {sql}");
        let found = match lake.text(&sql, &[]).await {
            Ok(text) => text.split_once('\n').unwrap().1.lines().map(row).collect::<Vec<_>>().join(";"),
            Err(error) => error.to_string(),
        };
        if found != *expected {
            wrong.push(format!("{sql}\n  found    {found}\n  expected {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// `"1","a",` as `1|a|NULL`.
fn row(line: &str) -> String {
    let value = |value: &str| match value {
        "" => "NULL".to_owned(),
        other => other.trim_matches('"').to_owned(),
    };
    line.split(',').map(value).collect::<Vec<_>>().join("|")
}

#[tokio::test]
async fn conditions_bind_as_in_the_grammar() {
    let lake = Lake::new();
    check(
        &lake,
        &[
            ("SELECT x FROM o WHERE g IS DISTINCT FROM 2 AND x = 2", "2"),
            ("SELECT x FROM o WHERE g IS NOT DISTINCT FROM 2 OR x = 5 ORDER BY x", "3;5;NULL"),
            ("SELECT x FROM o WHERE x IS NOT DISTINCT FROM 1 + 1 AND g = 1", "2"),
            ("SELECT x FROM o WHERE NOT x IS DISTINCT FROM NULL AND g = 4", "NULL"),
            ("SELECT 'a' || 'b' = 'ab' AND true", "true"),
            ("SELECT (1 = 1) = (2 = 2)", "true"),
        ],
    )
    .await;
    for sql in [
        "SELECT 1 = 1 = true",
        "SELECT true = NOT false",
        "SELECT 1 = 1 IS NULL",
        "SELECT 'a' LIKE 'a' = true",
        "SELECT 1 IS DISTINCT FROM NOT true",
        "SELECT 1 BETWEEN 0 AND 2 BETWEEN false AND true",
        "SELECT 1 IN (1) IN (true)",
        "SELECT -1 = 1 > false",
    ] {
        let error = lake.error(sql, &[]).await.to_string();
        assert!(error.contains("a condition as an operand has to be in parentheses"), "{sql}: {error}");
    }
}

/// What is written in 3 KB would be millions of expressions.
#[tokio::test]
async fn a_star_is_not_written_out_without_a_bound() {
    let columns: String = (0..20).map(|n| format!("{n} AS c{n}, ")).collect();
    for (star, from, count) in [
        ("*", format!("(SELECT {columns} 1 AS k) w JOIN b USING (k)"), 22),
        ("*", format!("(SELECT {columns} 1 AS k) w"), 21),
        ("w.*", format!("(SELECT {columns} 1 AS k) w CROSS JOIN b"), 21),
    ] {
        let stars = vec![star; 1_000].join(", ");
        let error = Lake::new().error(&format!("{ROWS} SELECT {stars} FROM {from}"), &[]).await.to_string();
        let expected = format!(
            "NOT_SUPPORTED: a SELECT of {} columns (more than 20000) is not supported by the local engine",
            count * 1_000
        );
        assert_eq!(error, expected, "{star} of {from}");
    }
}

#[tokio::test]
async fn names_of_the_result_are_not_grouped_by() {
    let lake = Lake::new();
    check(
        &lake,
        &[
            ("SELECT g AS k, count(*) AS n FROM o GROUP BY g HAVING count(*) > 1 ORDER BY k", "1|2;2|2"),
            // A column of that name is meant.
            ("SELECT x AS g, count(*) FROM o WHERE x > 2 GROUP BY g, x ORDER BY 1", "3|1;5|1"),
            ("SELECT g AS k, count(*) FROM o GROUP BY 1 ORDER BY k LIMIT 1", "1|2"),
        ],
    )
    .await;
    for sql in [
        "SELECT g AS k, count(*) FROM o GROUP BY k",
        "SELECT g % 2 AS k, count(*) FROM o GROUP BY k + 1",
        "SELECT g, count(*) AS n FROM o GROUP BY g HAVING n > 1",
        "SELECT m FROM (SELECT g AS m, count(*) FROM o GROUP BY m)",
    ] {
        let error = lake.error(&format!("{ROWS} {sql}"), &[]).await.to_string();
        assert!(error.starts_with("COLUMN_NOT_FOUND: line 1:"), "{sql}: {error}");
    }
}

#[tokio::test]
async fn numbers_and_times_are_one_type_where_they_meet() {
    let lake = Lake::new();
    check(
        &lake,
        &[
            ("SELECT d IN (0.0, 1.25, 2.25, 3.25) FROM (VALUES (-0e0), (5e0)) t (d) ORDER BY d", "true;false"),
            ("SELECT nullif(-0e0, 0e0), nullif(1e0, 2e0), nullif(2, 2), nullif('a', NULL)", "NULL|1.0|NULL|a"),
            ("SELECT CASE d WHEN 0e0 THEN 'zero' ELSE 'other' END FROM (VALUES (-0e0)) t (d)", "zero"),
            ("SELECT count(*) OVER (PARTITION BY d) FROM (VALUES (-0e0), (0e0)) t (d)", "2;2"),
            (
                "SELECT count(DISTINCT coalesce(d, 1e0)), count(DISTINCT x), sum(DISTINCT d) \
                 FROM (VALUES (-0e0, 1), (0e0, 1), (NULL, 2)) t (d, x)",
                "2|2|0.0",
            ),
            ("SELECT DATE '9999-12-31' > TIMESTAMP '2026-01-01 00:00:00'", "true"),
            ("SELECT DATE '0001-01-01' BETWEEN TIMESTAMP '0001-01-01 00:00:00' AND DATE '9999-12-31'", "true"),
            ("SELECT d FROM (VALUES (DATE '9999-12-31')) t (d) WHERE d IN (TIMESTAMP '9999-12-31 00:00:00')", "9999-12-31"),
            ("SELECT coalesce(CAST(NULL AS date), TIMESTAMP '2026-01-01 00:00:01')", "2026-01-01 00:00:01.000"),
            (
                "SELECT * FROM (SELECT 1 UNION ALL SELECT 1.5 UNION ALL SELECT 1e-20) ORDER BY 1",
                "1.0E-20;1.0;1.5",
            ),
            (
                "SELECT * FROM (SELECT DATE '9999-12-31' UNION SELECT TIMESTAMP '2026-01-01 00:00:00') ORDER BY 1",
                "2026-01-01 00:00:00.000;9999-12-31 00:00:00.000",
            ),
            ("SELECT variance(x), var_samp(x) FROM (VALUES (1), (3)) t (x)", "2.0|2.0"),
            ("SELECT 2147483647 + 1", "NUMERIC_VALUE_OUT_OF_RANGE: integer addition overflow: 2147483647 + 1"),
            ("SELECT 2147483648 + 1", "2147483649"),
            (
                "SELECT CAST(x AS integer) * 2147483647 FROM o WHERE x = 3",
                "NUMERIC_VALUE_OUT_OF_RANGE: integer multiplication overflow: 3 * 2147483647",
            ),
            ("SELECT 1.5 INTERSECT SELECT 1.5e0", "1.5"),
            ("SELECT 1.5 EXCEPT ALL SELECT 1.5e0", ""),
        ],
    )
    .await;
}

#[tokio::test]
async fn values_are_rows_without_names() {
    let lake = Lake::new();
    for (sql, expected) in [
        ("VALUES 1, 2", "\"_col0\"\n\"1\"\n\"2\"\n"),
        ("VALUES (1, 'a')", "\"_col0\",\"_col1\"\n\"1\",\"a\"\n"),
        ("SELECT * FROM (VALUES 1, 2) ORDER BY 1 DESC", "\"_col0\"\n\"2\"\n\"1\"\n"),
        (
            "WITH t AS (VALUES (1, 2)) SELECT 0, t.* FROM t",
            "\"_col0\",\"_col1\",\"_col2\"\n\"0\",\"1\",\"2\"\n",
        ),
        ("SELECT x FROM (VALUES 1, 2) AS t (x) WHERE x > 1", "\"x\"\n\"2\"\n"),
        ("SELECT s.\"order\" FROM (SELECT 1 AS \"order\") s", "\"order\"\n\"1\"\n"),
    ] {
        let text = lake.text(sql, &[]).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        assert_eq!(text, expected, "{sql}");
    }
    let error = lake.error("SELECT column1 FROM (VALUES 1)", &[]).await.to_string();
    assert!(error.contains("COLUMN_NOT_FOUND"), "{error}");
}

/// As many rows as there are batches of, so that windows see them one after the other.
#[tokio::test]
async fn gaps_are_ignored_however_long() {
    let lake = Lake::new();
    lake.table("t", &[("n", "bigint"), ("v", "bigint")]).await;
    let numbers: Vec<i64> = (0..5_000).collect();
    let values: Vec<Option<i64>> = numbers.iter().map(|n| (n * n % 11 == 3).then_some(*n)).collect();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("n", Arc::new(Int64Array::from(numbers.clone()))),
        ("v", Arc::new(Int64Array::from(values.clone()))),
    ];
    lake.file("tables/t/dt=2026-11-23/g1/part-00000.parquet", columns).await;
    lake.point("t", "2026-11-23", "tables/t/dt=2026-11-23/g1/").await;
    let known: Vec<i64> = values.iter().flatten().copied().collect();
    for offset in 1..=3_usize {
        let text = lake
            .rows(&format!(
                "SELECT n, lead(v, {offset}) IGNORE NULLS OVER (ORDER BY n), lag(v, {offset}) IGNORE NULLS OVER (ORDER BY n) \
                 FROM t ORDER BY n"
            ))
            .await;
        for (n, line) in numbers.iter().zip(text.lines()) {
            let after = known.iter().filter(|v| *v > n).nth(offset - 1);
            let before = known.iter().rev().filter(|v| *v < n).nth(offset - 1);
            let shown = |v: Option<&i64>| v.map_or("NULL".to_owned(), i64::to_string);
            assert_eq!(row(line), format!("{n}|{}|{}", shown(after), shown(before)), "offset {offset}");
        }
    }
}
