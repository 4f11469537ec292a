//! Set operations take columns by their places: the names are those of the first query, whatever the others are called. What is
//! expected follows from Trino's documentation (SELECT: UNION, INTERSECT, EXCEPT) and was held against DuckDB.

use crate::{
    golden::{compare, refuse},
    lake::Lake,
};

/// `"1","a"` as `1|a`, and rows with `;` between them.
async fn rows(lake: &Lake, sql: &str) -> String {
    let text = lake.rows(sql).await;
    text.lines().map(|line| line.replace("\",\"", "|").replace('"', "")).collect::<Vec<_>>().join(";")
}

const ROWS: &str = "WITH t (a, b) AS (VALUES (3, 4), (5, 6)), u (b, a) AS (VALUES (4, 3), (7, 8)) ";

/// The first queries are known to have no rows, so that one is left.
#[tokio::test]
async fn a_union_of_which_one_query_is_left_keeps_its_columns_in_their_places() {
    let lake = Lake::new();
    for (sql, expected) in [
        ("SELECT 1 AS a WHERE false UNION ALL (SELECT DISTINCT b FROM t WHERE b = 4)", "4"),
        ("SELECT 1 AS a WHERE false UNION ALL (SELECT b FROM t ORDER BY b LIMIT 1)", "4"),
        ("SELECT 1 AS a, 2 AS b WHERE false UNION ALL (SELECT DISTINCT b, a FROM t WHERE a = 3)", "4|3"),
        ("SELECT 1 AS a, 2 AS b WHERE false UNION (SELECT b, a FROM t WHERE a = 3)", "4|3"),
        ("SELECT 1 AS a, 2 AS b WHERE false UNION ALL (SELECT b, a FROM t ORDER BY a LIMIT 1)", "4|3"),
        ("SELECT 1 AS a, 2 AS b WHERE false UNION ALL (SELECT b, a FROM t INTERSECT SELECT * FROM u)", "4|3"),
        ("SELECT 1 AS a, 2 AS b WHERE false UNION ALL (SELECT b, a FROM t EXCEPT SELECT * FROM u)", "6|5"),
        ("(SELECT DISTINCT b, a FROM t WHERE a = 3) UNION ALL SELECT 1 AS a, 2 AS b WHERE false", "4|3"),
        (
            "SELECT a - b FROM (SELECT 1 AS a, 2 AS b WHERE false UNION ALL (SELECT DISTINCT b, a FROM t)) x",
            "1;1",
        ),
        (
            "SELECT count(*) FROM t WHERE a IN (SELECT 1 AS a WHERE false UNION ALL (SELECT DISTINCT b - 1 FROM t))",
            "2",
        ),
        (
            "SELECT a FROM t WHERE false UNION ALL SELECT b FROM t WHERE false UNION ALL SELECT b FROM t ORDER BY a",
            "4;6",
        ),
    ] {
        assert_eq!(rows(&lake, &format!("{ROWS}{sql}")).await, expected, "{sql}");
    }
}

#[tokio::test]
async fn two_columns_of_one_name_in_an_intersection_are_two_columns() {
    let lake = Lake::new();
    let joined = "SELECT t.a, u.a FROM t JOIN u ON t.a = u.a";
    for (sql, expected) in [
        (format!("SELECT 3 AS x, 3 AS y INTERSECT {joined}"), "3|3"),
        (format!("SELECT 3 AS x, 4 AS y EXCEPT {joined}"), "3|4"),
        (format!("SELECT 3 AS x, 3 AS y EXCEPT {joined}"), ""),
        (format!("SELECT a, b FROM t EXCEPT ({joined} EXCEPT SELECT 3, 3) ORDER BY a"), "3|4;5|6"),
        (format!("SELECT 3 AS x, 3 AS y INTERSECT ({joined} LIMIT 5)"), "3|3"),
        (format!("SELECT 1 AS x, 1 AS y UNION ALL SELECT 3, 3 INTERSECT {joined} ORDER BY x"), "1|1;3|3"),
        ("SELECT 3 AS x, 4 AS y INTERSECT SELECT a AS n, b AS n FROM t".to_owned(), "3|4"),
        ("SELECT a FROM t INTERSECT SELECT a FROM u".to_owned(), "3"),
        ("SELECT x.a FROM (SELECT a FROM t EXCEPT SELECT a FROM u) x".to_owned(), "5"),
        ("SELECT a, b FROM t INTERSECT SELECT a, b FROM t WHERE b = 6 ORDER BY b DESC".to_owned(), "5|6"),
    ] {
        assert_eq!(rows(&lake, &format!("{ROWS}{sql}")).await, expected, "{sql}");
    }
}

/// By the standard: of a row that is there m and n times, INTERSECT ALL has the lesser of both, and EXCEPT ALL m - n, if that is
/// more than none.
#[tokio::test]
async fn with_all_rows_are_counted() {
    let lake = Lake::new();
    let left =
        "SELECT x, y FROM (VALUES (1, 'a'), (1, 'a'), (1, 'a'), (2, NULL), (2, NULL), (3, 'c')) AS l (x, y)";
    let right = "SELECT b, a FROM (VALUES ('a', 1), ('a', 1), (NULL, 2), ('d', 4), ('d', 4)) AS r (a, b)";
    for (operation, expected) in [
        ("INTERSECT ALL", "1|a;1|a;2|-"),
        ("EXCEPT ALL", "1|a;2|-;3|c"),
        ("INTERSECT", "1|a;2|-"),
        ("EXCEPT", "3|c"),
    ] {
        let sql = format!("SELECT x, coalesce(y, '-') FROM ({left} {operation} {right}) AS q ORDER BY x, y");
        assert_eq!(rows(&lake, &sql).await, expected, "{operation}");
    }
    for (sql, expected) in [
        ("SELECT x FROM (VALUES 1, 1, 2) AS l (x) EXCEPT ALL SELECT 1 ORDER BY 1", "1;2"),
        ("SELECT x FROM (VALUES 1, 1, 2) AS l (x) EXCEPT ALL (VALUES 1, 1, 2)", ""),
        (
            "SELECT x FROM (VALUES 1, 1, 1, 2) AS l (x) EXCEPT ALL SELECT 1 EXCEPT ALL SELECT 2 ORDER BY 1",
            "1;1",
        ),
        // NaN is one value here.
        ("SELECT x FROM (VALUES 0e0, nan(), nan()) AS l (x) EXCEPT ALL (VALUES nan()) ORDER BY 1", "0.0;NaN"),
        (
            "SELECT x FROM (SELECT DISTINCT x FROM (VALUES 1, 1, 2) AS l (x)) AS d INTERSECT ALL (VALUES 1, 1, 3)",
            "1",
        ),
    ] {
        assert_eq!(rows(&lake, sql).await, expected, "{sql}");
    }
}

/// The columns have the types that both queries have in common, and the values are those of these types: Trino's `TypeCoercion`,
/// and its documentation of UNION, INTERSECT and EXCEPT.
#[tokio::test]
async fn columns_have_the_common_type_of_both_queries() {
    let integer = "SELECT CAST(x AS integer) AS x FROM (VALUES 1, 2, NULL) AS v (x)";
    let bigint = "SELECT x FROM (VALUES 9007199254740993, 9007199254740992, 2) AS v (x)";
    let decimal = "SELECT x FROM (VALUES 1.0, 2.5, NULL) AS v (x)";
    let long = "SELECT x FROM (VALUES 0.10, 1.00, 12345678901234567.25) AS v (x)";
    let double = "SELECT x FROM (VALUES 1e0, 2.5e0, 9007199254740992e0) AS v (x)";
    let real = "SELECT CAST(x AS real) AS x FROM (VALUES 1e0, 0.1e0, 2.5e0) AS v (x)";
    let mut cases: Vec<(String, &str, &str)> = Vec::new();
    for (left, right, data_type, both, left_only, right_only) in [
        (integer, bigint, "bigint", "2", "1;NULL", "9007199254740992;9007199254740993"),
        (integer, decimal, "decimal(11,1)", "1.0;NULL", "2.0", "2.5"),
        (decimal, double, "double", "1.0;2.5", "NULL", "9.007199254740992E15"),
        // Two bigints are one double.
        (bigint, double, "double", "9.007199254740992E15", "2.0", "1.0;2.5"),
        (decimal, real, "float", "1.0;2.5", "NULL", "0.1"),
        // 0.1 as a real is not 0.1 as a double.
        (double, real, "double", "1.0;2.5", "9.007199254740992E15", "0.10000000149011612"),
        (decimal, long, "decimal(19,2)", "1.00", "2.50;NULL", "0.10;12345678901234567.25"),
        (bigint, decimal, "decimal(20,1)", "", "2.0;9007199254740992.0;9007199254740993.0", "1.0;2.5;NULL"),
    ] {
        for (sql, expected) in [
            (format!("({left}) INTERSECT ({right}) ORDER BY x"), both),
            (format!("({right}) INTERSECT ({left}) ORDER BY x"), both),
            (format!("({left}) EXCEPT ({right}) ORDER BY x"), left_only),
            (format!("({right}) EXCEPT ({left}) ORDER BY x"), right_only),
            (format!("SELECT x FROM (({left}) INTERSECT ({right})) AS q ORDER BY x"), both),
        ] {
            cases.push((sql, data_type, expected));
        }
    }
    let cases: Vec<(&str, &str, &str)> =
        cases.iter().map(|(sql, data_type, expected)| (sql.as_str(), *data_type, *expected)).collect();
    compare(&Lake::new(), &cases).await;
}

#[tokio::test]
async fn rows_are_distinct_and_counted_in_the_common_type() {
    let bigint = "SELECT x FROM (VALUES 9007199254740993, 9007199254740992) AS v (x)";
    let distinct = "SELECT DISTINCT x FROM (VALUES 9007199254740993, 9007199254740992) AS v (x)";
    let doubles = "SELECT x FROM (VALUES 9007199254740992e0, 9007199254740992e0) AS v (x)";
    let one = "SELECT 9007199254740992e0";
    let cases = [
        (format!("{bigint} INTERSECT {doubles}"), "double", "9.007199254740992E15"),
        (format!("{bigint} INTERSECT ALL {doubles}"), "double", "9.007199254740992E15;9.007199254740992E15"),
        (format!("{bigint} EXCEPT ALL {one}"), "double", "9.007199254740992E15"),
        // Distinct before the operation is not distinct after it.
        (format!("{distinct} EXCEPT ALL {one}"), "double", "9.007199254740992E15"),
        (format!("({distinct}) INTERSECT ALL {doubles}"), "double", "9.007199254740992E15;9.007199254740992E15"),
        (
            format!("SELECT 1e0 EXCEPT ALL {distinct} INTERSECT ALL {doubles}"),
            "double",
            "1.0",
        ),
        (
            format!("{doubles} EXCEPT ALL (SELECT 1e0 UNION ALL SELECT 2e0 INTERSECT ALL SELECT 2e0)"),
            "double",
            "9.007199254740992E15;9.007199254740992E15",
        ),
        (format!("{distinct} INTERSECT {doubles}"), "double", "9.007199254740992E15"),
        (
            "SELECT 1 UNION SELECT 1 EXCEPT ALL SELECT 2e0".to_owned(),
            "double",
            "1.0",
        ),
        (
            "SELECT DATE '9999-12-31' INTERSECT SELECT TIMESTAMP '9999-12-31 00:00:00'".to_owned(),
            "timestamp",
            "9999-12-31 00:00:00.000",
        ),
        ("SELECT NULL EXCEPT SELECT 1.5".to_owned(), "decimal(2,1)", "NULL"),
        ("SELECT 1, 'a', 2.5 INTERSECT SELECT 1e0, 'a', 2.50".to_owned(), "double", "1.0|a|2.50"),
        // By place, not by name.
        (
            "SELECT a, b FROM (VALUES (1, 2.5)) AS t (a, b) INTERSECT SELECT b, a FROM (VALUES (2.5e0, 1e0)) AS u (a, b)"
                .to_owned(),
            "double",
            "1.0|2.5",
        ),
    ];
    let cases: Vec<(&str, &str, &str)> =
        cases.iter().map(|(sql, data_type, expected)| (sql.as_str(), *data_type, *expected)).collect();
    compare(&Lake::new(), &cases).await;
}

/// Set operations take rows for equal that are not distinct: -0.0 and 0.0, NaN and NaN, null and null (Trino's `DoubleType`).
#[tokio::test]
async fn zeros_and_nans_are_one_value_each() {
    let mut cases: Vec<(String, &str, &str)> = Vec::new();
    for (number, data_type) in [("double", "double"), ("real", "float")] {
        let of = |values: &str| format!("SELECT CAST(x AS {number}) AS x FROM (VALUES {values}) AS v (x)");
        for (left, operation, right, expected) in [
            ("0e0, nan(), 1e0", "INTERSECT", "-0e0, -nan(), 2e0", "0.0;NaN"),
            ("-0e0, nan(), 1e0", "EXCEPT", "0e0, 0e0 / 0e0", "1.0"),
            ("0e0, 1e0", "EXCEPT", "nan(), 1e0", "0.0"),
            ("0e0, -0e0, nan(), 0e0 / 0e0, NULL", "UNION", "-0e0, nan(), NULL", "0.0;NaN;NULL"),
            ("0e0, -0e0, 0e0, nan()", "INTERSECT ALL", "-0e0, -0e0, nan(), nan()", "0.0;0.0;NaN"),
            ("0e0, -0e0, 0e0, nan(), nan()", "EXCEPT ALL", "-0e0, nan()", "0.0;0.0;NaN"),
            ("0e0, NULL", "INTERSECT", "-0e0, NULL", "0.0;NULL"),
        ] {
            let sql = format!("({}) {operation} ({}) ORDER BY x", of(left), of(right));
            cases.push((sql, data_type, expected));
        }
    }
    cases.push(("SELECT -0e0 INTERSECT SELECT 0".to_owned(), "double", "0.0"));
    cases.push(("SELECT 0.0 EXCEPT SELECT -0e0".to_owned(), "double", ""));
    let cases: Vec<(&str, &str, &str)> =
        cases.iter().map(|(sql, data_type, expected)| (sql.as_str(), *data_type, *expected)).collect();
    compare(&Lake::new(), &cases).await;
}

#[tokio::test]
async fn what_has_no_common_type_is_refused() {
    let message = "TYPE_MISMATCH: column in INTERSECT or EXCEPT query has incompatible types: ";
    let cases = [
        ("SELECT 'a' INTERSECT SELECT 1.5", format!("{message}varchar, decimal(2,1)")),
        ("SELECT true EXCEPT ALL SELECT 1.5e0", format!("{message}boolean, double")),
    ];
    let cases: Vec<(&str, &str)> = cases.iter().map(|(sql, expected)| (*sql, expected.as_str())).collect();
    refuse(&Lake::new(), &cases).await;
}
