//! Set operations take columns by their places: the names are those of the first query, whatever the others are called. What is
//! expected follows from Trino's documentation (SELECT: UNION, INTERSECT, EXCEPT) and was held against DuckDB.

use crate::lake::Lake;

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
