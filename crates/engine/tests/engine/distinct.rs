//! ORDER BY of SELECT DISTINCT takes the expressions of the result. The rows are DuckDB's of the same statements.

use crate::lake::Lake;

const ROWS: &str = "WITH t (a, b, s) AS (VALUES (1, 5, 'x'), (2, 4, 'Y'), (3, 4, 'y'), (4, NULL, 'x')) ";

#[tokio::test]
async fn distinct_rows_are_ordered_by_the_results_expressions() {
    let lake = Lake::new();
    for (sql, expected) in [
        ("SELECT DISTINCT a % 2 FROM t ORDER BY a % 2 DESC", "1;0"),
        ("SELECT DISTINCT (a % 2) FROM t ORDER BY a % 2", "0;1"),
        ("SELECT DISTINCT a % 2 AS r FROM t ORDER BY (a % 2)", "0;1"),
        ("SELECT DISTINCT sum(a) FROM t ORDER BY sum(a)", "10"),
        ("SELECT DISTINCT sum(a) FROM t GROUP BY b ORDER BY sum(a) DESC", "5;4;1"),
        ("SELECT DISTINCT upper(s), a % 2 FROM t ORDER BY a % 2, upper(s) DESC", "Y|0;X|0;Y|1;X|1"),
        ("SELECT DISTINCT b + 1 FROM t ORDER BY b + 1 NULLS FIRST", "NULL;5;6"),
        ("SELECT r FROM (SELECT DISTINCT -a AS r FROM t ORDER BY -a LIMIT 2) AS q ORDER BY r", "-4;-3"),
        // A number is a place, whatever else has its value.
        ("SELECT DISTINCT -a, 1 FROM t ORDER BY 1", "-4|1;-3|1;-2|1;-1|1"),
        // A qualified name is the table's.
        ("SELECT DISTINCT t.a * -1 FROM t ORDER BY t.a * -1", "-4;-3;-2;-1"),
    ] {
        let text = lake.rows(&format!("{ROWS}{sql}")).await;
        let lines = text.lines().map(|line| line.replace("\",\"", "|").replace('"', ""));
        // A null has no quotes, and so the line of one alone is empty.
        let found: Vec<_> =
            lines.map(|line| if line.is_empty() { "NULL".to_owned() } else { line }).collect();
        assert_eq!(found.join(";"), expected, "{sql}");
    }
}

#[tokio::test]
async fn what_is_no_column_of_a_distinct_result_does_not_order_it() {
    let lake = Lake::new();
    for sql in [
        "SELECT DISTINCT a % 2 FROM t ORDER BY a % 3",
        "SELECT DISTINCT upper(s) FROM t ORDER BY b",
        // They could be calculated from the result. Trino refuses them all the same.
        "SELECT DISTINCT a FROM t ORDER BY a + 1",
        "SELECT DISTINCT a, b FROM t ORDER BY -a",
        "SELECT DISTINCT * FROM t ORDER BY a + 1",
        "SELECT r FROM (SELECT DISTINCT a AS r FROM t ORDER BY r * 2 LIMIT 2) AS q",
    ] {
        let message = lake.error(&format!("{ROWS}{sql}"), &[]).await.to_string();
        assert!(message.contains("EXPRESSION_NOT_IN_DISTINCT"), "{sql}: {message}");
    }
}
