//! Types that were others, and answers that were none.

use crate::{golden::compare, lake::Lake};

/// DataFusion counts without a sign, and takes an unsigned number and a bigint for decimals.
#[tokio::test]
async fn ranks_and_counts_are_bigints() {
    let rows = "FROM (VALUES 7, 8, 8) t (x)";
    let over = "OVER (ORDER BY x)";
    let mut cases = Vec::new();
    for (call, values) in [
        (format!("row_number() {over}"), [1, 2, 3]),
        (format!("rank() {over}"), [1, 2, 2]),
        (format!("dense_rank() {over}"), [1, 2, 2]),
        (format!("ntile(2) {over}"), [1, 1, 2]),
        // With another function of the window that looks at a whole partition.
        (format!("(rank() {over} + 0 * CAST(cume_dist() {over} AS bigint))"), [1, 2, 2]),
        (format!("approx_distinct(x) {over}"), [1, 2, 2]),
    ] {
        let listed = |of: &dyn Fn(i64) -> i64| values.map(|value| of(value).to_string()).join(";");
        let mut case = |wrapped: String, data_type: &'static str, expected: String| {
            cases.push((format!("SELECT {wrapped} AS n {rows} ORDER BY 1"), data_type, expected));
        };
        case(call.clone(), "bigint", listed(&|n| n));
        case(format!("{call} / 2"), "bigint", listed(&|n| n / 2));
        case(format!("{call} - 2"), "bigint", listed(&|n| n - 2));
        case(format!("-({call}) + 10"), "bigint", {
            let [first, second, third] = values.map(|n| 10 - n);
            format!("{third};{second};{first}")
        });
        case(format!("coalesce({call}, CAST(2 AS bigint))"), "bigint", listed(&|n| n));
        case(format!("CASE WHEN x > 0 THEN {call} ELSE CAST(0 AS bigint) END"), "bigint", listed(&|n| n));
        case(format!("if(x > 0, {call}, CAST(0 AS bigint))"), "bigint", listed(&|n| n));
        case(format!("greatest({call}, CAST(0 AS bigint))"), "bigint", listed(&|n| n));
        case(format!("abs({call})"), "bigint", listed(&|n| n));
        case(format!("bitwise_and({call}, 1)"), "bigint", {
            let mut ones = values.map(|n| n & 1);
            ones.sort_unstable();
            ones.map(|n| n.to_string()).join(";")
        });
        case(format!("CAST({call} AS varchar)"), "varchar", listed(&|n| n));
        case(format!("CAST({call} AS integer)"), "integer", listed(&|n| n));
        case(format!("nullif({call}, CAST(9 AS bigint))"), "bigint", listed(&|n| n));
    }
    let own = [
        ("SELECT approx_distinct(x) - 3 FROM (VALUES 1) t (x)", "bigint", "-2"),
        ("SELECT coalesce(approx_distinct(x), 1) FROM (VALUES 1) t (x)", "bigint", "1"),
        ("SELECT approx_distinct(x) - 3 FROM (VALUES 1) t (x) WHERE x > 1", "bigint", "-3"),
        ("SELECT approx_distinct(x) - 3 FROM (VALUES 1e0, 2e0, NULL) t (x)", "bigint", "-1"),
        ("SELECT approx_distinct(x) - 3 FROM (VALUES true, false) t (x)", "bigint", "-1"),
        (
            "SELECT approx_distinct(x) - g FROM (VALUES (1, 'a'), (1, 'b'), (2, 'c')) t (g, x) GROUP BY g ORDER BY g",
            "bigint",
            "1;-1",
        ),
        (
            "SELECT n FROM (SELECT row_number() OVER (ORDER BY x) AS n FROM (VALUES 7, 8) t (x) UNION ALL \
             SELECT CAST(9 AS bigint)) ORDER BY n",
            "bigint",
            "1;2;9",
        ),
        (
            "SELECT n, x FROM (SELECT x, row_number() OVER (PARTITION BY x % 2 ORDER BY x) AS n \
             FROM (VALUES 1, 2, 3, 4) t (x)) WHERE n <= 1 ORDER BY x",
            "bigint",
            "1|1;1|2",
        ),
        ("SELECT sum(n) FROM (SELECT rank() OVER (ORDER BY x) AS n FROM (VALUES 7, 8) t (x))", "bigint", "3"),
    ];
    let cases = cases.iter().map(|(sql, data_type, expected)| (sql.as_str(), *data_type, expected.as_str()));
    compare(&Lake::new(), &cases.chain(own).collect::<Vec<_>>()).await;
}

/// Within `try` nothing is simplified, and DataFusion's `coalesce` is simplified before it is calculated.
#[tokio::test]
async fn coalesce_in_try() {
    compare(
        &Lake::new(),
        &[
            ("SELECT TRY(coalesce(x, 'a')) FROM (VALUES '7', NULL) t (x)", "varchar", "7;a"),
            (
                "SELECT TRY(CAST(coalesce(x, 'a') AS integer)) FROM (VALUES '7', NULL) t (x)",
                "integer",
                "7;NULL",
            ),
            ("SELECT TRY(1 / coalesce(x, 0)) FROM (VALUES 1, NULL) t (x)", "integer", "1;NULL"),
            ("SELECT TRY(coalesce(x, y, 1 / 0)) FROM (VALUES (1, 2), (NULL, 3)) t (x, y)", "integer", "1;3"),
            ("SELECT TRY(coalesce(x, 1 / 0)) FROM (VALUES 1, NULL) t (x)", "integer", "1;NULL"),
            ("SELECT TRY(coalesce(x, CAST(5 AS bigint))) FROM (VALUES 1, NULL) t (x)", "bigint", "1;5"),
            ("SELECT TRY(coalesce(x, 1.5)) FROM (VALUES 1, NULL) t (x)", "decimal(11,1)", "1.0;1.5"),
            ("SELECT TRY(coalesce(coalesce(x, NULL), 2)) FROM (VALUES 1, NULL) t (x)", "integer", "1;2"),
            (
                "SELECT coalesce(TRY(1 / x), TRY(coalesce(NULL, 4))) FROM (VALUES 1, 0) t (x)",
                "integer",
                "1;4",
            ),
            ("SELECT x FROM (VALUES 1, NULL) t (x) WHERE TRY(coalesce(x, 0)) = 0", "integer", "NULL"),
            ("SELECT TRY(coalesce(NULL, 'é'))", "varchar", "é"),
            ("SELECT transform(ARRAY[1, NULL], x -> coalesce(x, 0))", "array(integer)", "[1, 0]"),
        ],
    )
    .await;
}

/// The type is the first value's, and both are compared in the type that they have in common (Trino's `ExpressionAnalyzer`,
/// `visitNullIfExpression`).
#[tokio::test]
async fn nullif_of_two_types() {
    let mut cases = Vec::new();
    for (first, second, data_type, expected) in [
        ("1.10", "0", "decimal(3,2)", "1.10"),
        ("1.00", "1", "decimal(3,2)", "NULL"),
        ("1.10", "1.1", "decimal(3,2)", "NULL"),
        ("1e0", "1", "double", "NULL"),
        ("2e0", "1", "double", "2.0"),
        ("1", "1e0", "integer", "NULL"),
        ("1", "15e-1", "integer", "1"),
        ("1", "1.0", "integer", "NULL"),
        ("1", "1.5", "integer", "1"),
        ("1", "CAST(2 AS bigint)", "integer", "1"),
        ("2", "CAST(2 AS bigint)", "integer", "NULL"),
        ("CAST(2 AS bigint)", "2", "bigint", "NULL"),
        ("CAST(2 AS bigint)", "3", "bigint", "2"),
        ("CAST(2 AS smallint)", "70000", "smallint", "2"),
        ("CAST(2 AS tinyint)", "CAST(2 AS smallint)", "tinyint", "NULL"),
        ("CAST(1.25 AS decimal(3,2))", "CAST(2 AS decimal(6,0))", "decimal(3,2)", "1.25"),
        ("CAST(2 AS decimal(6,0))", "CAST(2 AS decimal(3,2))", "decimal(6,0)", "NULL"),
        ("1.5", "15e-1", "decimal(2,1)", "NULL"),
        ("CAST(0.5 AS real)", "5e-1", "float", "NULL"),
        ("CAST(0.1 AS real)", "1e-1", "float", "0.1"),
        ("1e-1", "CAST(0.1 AS real)", "double", "0.1"),
        ("CAST(1 AS real)", "1", "float", "NULL"),
        ("-0e0", "0", "double", "NULL"),
        ("nan()", "nan()", "double", "NaN"),
        ("DATE '2026-11-23'", "TIMESTAMP '2026-11-23 00:00:00'", "date", "NULL"),
        ("DATE '2026-11-23'", "TIMESTAMP '2026-11-23 00:00:01'", "date", "2026-11-23"),
        ("TIMESTAMP '2026-11-23 00:00:00'", "DATE '2026-11-23'", "timestamp", "NULL"),
        (
            "TIMESTAMP '2026-11-23 10:05:00.123'",
            "TIMESTAMP '2026-11-23 10:05:00.123456'",
            "timestamp",
            "2026-11-23 10:05:00.123",
        ),
        ("'a'", "NULL", "varchar", "a"),
        ("1", "NULL", "integer", "1"),
    ] {
        cases.push((format!("SELECT nullif({first}, {second})"), data_type, expected));
        let rows = format!("FROM (VALUES ({first}, {second})) t (x, y)");
        cases.push((format!("SELECT nullif(x, {second}) {rows}"), data_type, expected));
        cases.push((format!("SELECT nullif(x, {second}) {rows} WHERE x IS NULL"), data_type, ""));
        if second != "NULL" {
            cases.push((format!("SELECT nullif(x, y) {rows}"), data_type, expected));
        }
    }
    let cases: Vec<(&str, &str, &str)> =
        cases.iter().map(|(sql, data_type, expected)| (sql.as_str(), *data_type, *expected)).collect();
    compare(&Lake::new(), &cases).await;
}

/// DataFusion says of an expression that it is never null, and of the same physical expression that it may be.
#[tokio::test]
async fn distinct_cases_whose_branches_may_be_null() {
    let rows = "FROM (VALUES (1, 2), (3, 3), (NULL, 3)) t (x, y)";
    let mut cases = Vec::new();
    for (case, expected) in [
        ("CASE WHEN x = y THEN x ELSE 0 END", "0;3"),
        ("CASE WHEN x IN (y, NULL) THEN x ELSE 0 END", "0;3"),
        ("CASE WHEN x IN (y, 2) THEN x ELSE 0 END", "0;3"),
        ("CASE WHEN x < y AND x > 0 THEN x ELSE 0 END", "0;1"),
        ("CASE WHEN NOT x < y THEN -x ELSE 0 END", "-3;0"),
        ("CASE WHEN x IS NOT NULL AND y > 0 THEN x ELSE 0 END", "0;1;3"),
        ("CASE WHEN x BETWEEN y AND 9 THEN x WHEN y = 3 THEN y ELSE 0 END", "0;3"),
        ("CASE x WHEN y THEN x ELSE 0 END", "0;3"),
        ("CASE WHEN x > 1 THEN x ELSE 0 END", "0;3"),
        ("if(x = y, x, 0)", "0;3"),
        ("coalesce(if(x = y, x), 0)", "0;3"),
        ("CASE WHEN x = y THEN x END", "3;NULL"),
    ] {
        cases.push((format!("SELECT DISTINCT {case} {rows} ORDER BY 1"), "integer", expected));
        cases.push((format!("SELECT {case} {rows} GROUP BY 1 ORDER BY 1"), "integer", expected));
        cases.push((
            format!("SELECT n FROM (SELECT {case} AS n {rows}) GROUP BY n ORDER BY n"),
            "integer",
            expected,
        ));
        cases.push((
            format!("SELECT {case} {rows} UNION SELECT {case} {rows} ORDER BY 1"),
            "integer",
            expected,
        ));
    }
    let queried = "CASE WHEN x = (SELECT max(n) FROM (VALUES 3) m (n)) THEN x ELSE 0 END";
    cases.push((format!("SELECT DISTINCT {queried} {rows} ORDER BY 1"), "integer", "0;3"));
    cases.push((format!("SELECT sum(CASE WHEN x = y THEN x ELSE 0 END) {rows}"), "bigint", "3"));
    let cases: Vec<(&str, &str, &str)> =
        cases.iter().map(|(sql, data_type, expected)| (sql.as_str(), *data_type, *expected)).collect();
    compare(&Lake::new(), &cases).await;
}

/// Rows whose keys are not distinct are peers, and -0.0 is not distinct from 0.0, before which it comes (Trino's
/// `WindowPartition.updatePeerGroup` and `DoubleType`).
#[tokio::test]
async fn both_zeros_are_peers() {
    let doubles = "FROM (VALUES 0e0, -0e0, 1e0, -1e0) t (d) ORDER BY 1";
    let reals = "FROM (SELECT CAST(d AS real) AS d FROM (VALUES 0e0, -0e0, 1e0, -1e0) v (d)) t ORDER BY 1";
    let over = "OVER (ORDER BY d)";
    let mut cases = Vec::new();
    for rows in [doubles, reals] {
        for (call, data_type, expected) in [
            (format!("rank() {over}"), "bigint", "1;2;2;4"),
            (format!("dense_rank() {over}"), "bigint", "1;2;2;3"),
            (format!("percent_rank() {over} * 3"), "double", "0.0;1.0;1.0;3.0"),
            (format!("cume_dist() {over}"), "double", "0.25;0.75;0.75;1.0"),
            (format!("count(*) {over}"), "bigint", "1;3;3;4"),
            (
                "count(*) OVER (ORDER BY d RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)".to_owned(),
                "bigint",
                "1;3;3;4",
            ),
            ("rank() OVER (ORDER BY d DESC)".to_owned(), "bigint", "1;2;2;4"),
            ("rank() OVER (PARTITION BY d > 0 ORDER BY d)".to_owned(), "bigint", "1;1;2;2"),
            ("rank() OVER (ORDER BY d > 0, d)".to_owned(), "bigint", "1;2;2;4"),
            // Places are those of the order, in which -0.0 comes first.
            (
                format!("CAST(row_number() {over} AS varchar) || ' ' || CAST(d AS varchar)"),
                "varchar",
                "1 -1.0E0;2 -0E0;3 0E0;4 1.0E0",
            ),
            (format!("CAST(rank() {over} + ntile(2) {over} AS varchar)"), "varchar", "2;3;4;6"),
        ] {
            cases.push((format!("SELECT {call} {rows}"), data_type, expected));
        }
    }
    let cases: Vec<(&str, &str, &str)> =
        cases.iter().map(|(sql, data_type, expected)| (sql.as_str(), *data_type, *expected)).collect();
    compare(&Lake::new(), &cases).await;
}

/// DataFusion 55.2 makes one list of two, and true or false of an empty one: of a null both are null.
#[tokio::test]
async fn lists_without_a_literal_in_common_are_null_of_a_null() {
    let lake = Lake::new();
    for (condition, expected) in [
        ("x NOT IN (1) OR x NOT IN (2)", "true|NULL"),
        ("x NOT IN (1, 2) OR x NOT IN (3, 4) OR x NOT IN (5)", "true|NULL"),
        ("x NOT IN (1, 2) OR x NOT IN (2, 3)", "true|NULL"),
        ("x NOT IN (1, 2) OR x NOT IN (1, 3)", "false|NULL"),
        ("x IN (1) AND x IN (2)", "false|NULL"),
        ("NOT (x IN (1) AND x IN (2))", "true|NULL"),
        ("x IN (1, 3) AND x NOT IN (1, 3, 4)", "false|NULL"),
        ("NOT (x NOT IN (1, 3, 4) AND x IN (1, 3))", "true|NULL"),
        ("(x = 1 OR x = 3) AND x NOT IN (1, 3)", "false|NULL"),
        ("(x <> 1 AND x <> 3) OR x <> 4", "true|NULL"),
        ("x IN (1, 3) AND x IN (1, 4)", "true|NULL"),
        ("x IN (1, NULL) AND x IN (2, NULL)", "NULL|NULL"),
        ("x IN (1) OR x NOT IN (1)", "true|NULL"),
    ] {
        let selected = format!("SELECT {condition} AS c FROM (VALUES (1, 1), (2, NULL)) t (n, x) ORDER BY n");
        let rows = lake.rows(&selected).await;
        let rows: Vec<&str> =
            rows.lines().map(|row| if row.is_empty() { "NULL" } else { row.trim_matches('"') }).collect();
        assert_eq!(rows.join("|"), expected, "{condition}");
        let filtered = format!("SELECT count(*) FROM (VALUES 1, NULL) t (x) WHERE {condition}");
        let counted = expected.split('|').filter(|value| *value == "true").count();
        assert_eq!(lake.rows(&filtered).await, format!("\"{counted}\"\n"), "{condition}");
    }
}

#[tokio::test]
async fn grouping_stands_beside_a_maximum_of_doubles() {
    let lake = Lake::new();
    let from = "FROM (VALUES (1, 1e0), (1, 3e0), (2, 2e0)) t (k, d)";
    let sql = format!("SELECT k, max(d), grouping(k) {from} GROUP BY ROLLUP (k) ORDER BY 3, 1");
    compare(&lake, &[(&sql, "integer", "1|3.0|0;2|2.0|0;NULL|3.0|1")]).await;
    let sql = format!("SELECT k, max(d) {from} GROUP BY CUBE (k) ORDER BY 1");
    compare(&lake, &[(&sql, "integer", "1|3.0;2|2.0;NULL|3.0")]).await;
}
