//! Windows, with names and without.

use super::lake;
use crate::golden::{compare, refuse};

#[tokio::test]
async fn windows_with_names() {
    let lake = lake().await;
    compare(
        &lake,
        &[
            ("SELECT sum(v) OVER w FROM t WINDOW w AS (ORDER BY n) ORDER BY n", "bigint", "10;30;30;70"),
            (
                "SELECT sum(v) OVER w, rank() OVER (w ORDER BY v DESC) FROM t WINDOW w AS (PARTITION BY g) ORDER BY n",
                "bigint",
                "30|2;30|1;40|2;40|1",
            ),
            (
                "SELECT sum(v) OVER (b ROWS 1 PRECEDING) FROM t WINDOW a AS (PARTITION BY g), b AS (a ORDER BY n) ORDER BY n",
                "bigint",
                "10;30;NULL;40",
            ),
            ("SELECT n FROM t WINDOW w AS (ORDER BY v DESC) ORDER BY row_number() OVER w LIMIT 1", "integer", "4"),
            ("SELECT sum(v) OVER w FROM t WINDOW w AS (ORDER BY n ROWS 1 PRECEDING) ORDER BY n", "bigint", "10;30;20;40"),
            (
                "SELECT x FROM (SELECT sum(v) OVER w AS x FROM t WINDOW w AS ()) AS s WHERE x > 0 LIMIT 1",
                "bigint",
                "70",
            ),
            (
                "SELECT count(*) OVER w FROM t WHERE n = 1 WINDOW w AS () UNION ALL SELECT count(*) OVER w FROM t WINDOW w AS () \
                 ORDER BY 1",
                "bigint",
                "1;4;4;4;4",
            ),
        ],
    )
    .await;
    refuse(
        &lake,
        &[
            ("SELECT sum(v) OVER w FROM t", "INVALID_WINDOW_REFERENCE: Cannot resolve WINDOW name w"),
            (
                "SELECT (SELECT max(x) FROM (SELECT sum(v) OVER w AS x FROM t) AS s) FROM t WINDOW w AS ()",
                "INVALID_WINDOW_REFERENCE: Cannot resolve WINDOW name w",
            ),
            (
                "SELECT sum(v) OVER (w PARTITION BY g) FROM t WINDOW w AS (ORDER BY n)",
                "INVALID_PARTITION_BY: WINDOW specification with named WINDOW reference cannot specify PARTITION BY",
            ),
            (
                "SELECT sum(v) OVER (w ORDER BY g) FROM t WINDOW w AS (ORDER BY n)",
                "INVALID_ORDER_BY: Cannot specify ORDER BY if the referenced named WINDOW specifies ORDER BY",
            ),
            (
                "SELECT sum(v) OVER (w) FROM t WINDOW w AS (ORDER BY n ROWS 1 PRECEDING)",
                "INVALID_WINDOW_REFERENCE: Cannot reference named WINDOW containing frame specification",
            ),
            (
                "SELECT 1 FROM t WINDOW w AS (ORDER BY n), W AS (ORDER BY v)",
                "DUPLICATE_WINDOW_NAME: WINDOW name 'w' specified more than once",
            ),
        ],
    )
    .await;
    let window = format!("(ORDER BY {})", vec!["n + 1"; 100].join(", "));
    let sql = format!("SELECT {} FROM t WINDOW w AS {window}", vec!["rank() OVER w"; 20].join(", "));
    let error = lake.error(&sql, &[]).await.to_string();
    assert!(error.contains("WINDOW whose windows have more than 2000 expressions"), "{error}");
}

#[tokio::test]
async fn windows() {
    let lake = lake().await;
    compare(
        &lake,
        &[
            ("SELECT first_value(v) IGNORE NULLS OVER (ORDER BY n DESC) FROM t ORDER BY n", "bigint", "40;40;40;40"),
            ("SELECT last_value(v) IGNORE NULLS OVER (ORDER BY n) FROM t ORDER BY n", "bigint", "10;20;20;40"),
            ("SELECT last_value(v) RESPECT NULLS OVER (ORDER BY n) FROM t ORDER BY n", "bigint", "10;20;NULL;40"),
            ("SELECT nth_value(v, 2) OVER (ORDER BY n) FROM t ORDER BY n", "bigint", "NULL;20;20;20"),
            ("SELECT nth_value(v, 3) IGNORE NULLS OVER (ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM t WHERE n = 1", "bigint", "NULL"),
            ("SELECT lag(v) IGNORE NULLS OVER (ORDER BY n), lead(n, 2, 0) OVER (ORDER BY n) FROM t ORDER BY n", "bigint", "NULL|3;10|4;20|0;20|0"),
            ("SELECT lead(f, 1, 0) OVER (ORDER BY n), lag(v, 0) OVER (ORDER BY n) FROM t ORDER BY n", "double", "2.5|10;2.5|20;NULL|NULL;0.0|40"),
            ("SELECT ntile(3) OVER (ORDER BY n) FROM t ORDER BY n", "bigint", "1;1;2;3"),
            ("SELECT cume_dist() OVER (ORDER BY f), percent_rank() OVER (ORDER BY f), dense_rank() OVER (ORDER BY f) FROM t ORDER BY n", "double", "0.25|0.0|1;0.75|0.3333333333333333|2;0.75|0.3333333333333333|2;1.0|1.0|3"),
            ("SELECT count(v) OVER (ORDER BY f GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t ORDER BY n", "bigint", "1;2;2;2"),
            ("SELECT sum(n) OVER (ORDER BY n RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM t ORDER BY n", "bigint", "3;6;9;7"),
            ("SELECT sum(n) OVER (ORDER BY n DESC RANGE 1 PRECEDING) FROM t ORDER BY n", "bigint", "3;5;7;4"),
            ("SELECT max(v) FILTER (WHERE n < 3) OVER () FROM t ORDER BY n", "bigint", "20;20;20;20"),
            ("SELECT count(DISTINCT g) OVER () FROM t ORDER BY n", "bigint", "2;2;2;2"),
            ("SELECT sum(count(*)) OVER (ORDER BY g) FROM t GROUP BY g ORDER BY g", "bigint", "2;4"),
        ],
    )
    .await;
    refuse(
        &lake,
        &[
            ("SELECT lag(v, -1) OVER (ORDER BY n) FROM t", "INVALID_FUNCTION_ARGUMENT: Offset must be at least 0"),
            ("SELECT nth_value(v, 0) OVER (ORDER BY n) FROM t", "INVALID_FUNCTION_ARGUMENT: Offset must be at least 1"),
            ("SELECT ntile(0) OVER (ORDER BY n) FROM t", "INVALID_FUNCTION_ARGUMENT: Buckets must be greater than 0"),
            ("SELECT lag(v) OVER () FROM t", "MISSING_ORDER_BY: lag function requires an ORDER BY window clause"),
            (
                "SELECT lead(v) OVER (ORDER BY n ROWS 1 PRECEDING) FROM t",
                "INVALID_WINDOW_FRAME: Cannot specify window frame for lead function",
            ),
            // It was 1: the default was made an integer.
            (
                "SELECT lead(n, 1, 1.5) OVER (ORDER BY n) FROM t",
                "NOT_SUPPORTED: line 1:13: function lead of integer with a default of decimal(2,1) is not supported by the local \
                 engine",
            ),
            (
                "SELECT lead(n, 1, 'a') OVER (ORDER BY n) FROM t",
                "FUNCTION_NOT_FOUND: line 1:13: Unexpected parameters (integer, varchar(1)) for function lead",
            ),
            (
                "SELECT lead(n, n) OVER (ORDER BY n) FROM t",
                "NOT_SUPPORTED: line 1:16: function lead with a number of rows that is not written as one is not supported by \
                 the local engine",
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn ranges_of_times_and_of_numbers_with_a_point() {
    let days = "(VALUES (1, DATE '2026-01-27'), (2, DATE '2026-01-28'), (4, DATE '2026-01-30'), (8, DATE '2026-02-28'), (16, \
                NULL)) AS v (x, y)";
    let times = "(VALUES (1, TIMESTAMP '2026-01-01 10:00:00'), (2, TIMESTAMP '2026-01-01 11:30:00'), (4, TIMESTAMP \
                 '2026-01-01 13:00:00.001')) AS v (x, y)";
    let numbers = "(VALUES (1, 1.0), (2, 1.5), (4, 3.0)) AS v (x, y)";
    let lake = lake().await;
    for (frame, from, expected) in [
        ("RANGE BETWEEN INTERVAL '1' DAY PRECEDING AND CURRENT ROW", days, "1;3;4;8;16"),
        ("RANGE BETWEEN INTERVAL '2' DAY PRECEDING AND INTERVAL '1' DAY FOLLOWING", days, "3;3;6;8;16"),
        ("RANGE INTERVAL '1' MONTH PRECEDING", days, "1;3;7;14;16"),
        ("RANGE INTERVAL '90' MINUTE PRECEDING", times, "1;3;4"),
        (
            "RANGE BETWEEN INTERVAL '1:30' HOUR TO MINUTE PRECEDING AND INTERVAL '5400' SECOND FOLLOWING",
            times,
            "3;3;4",
        ),
        ("RANGE BETWEEN 0.5 PRECEDING AND CURRENT ROW", numbers, "1;3;4"),
        ("RANGE BETWEEN 1 PRECEDING AND 1.5 FOLLOWING", numbers, "3;7;4"),
    ] {
        let sql = format!("SELECT sum(x) OVER (ORDER BY y {frame}) FROM {from} ORDER BY x");
        compare(&lake, &[(&sql, "bigint", expected)]).await;
    }
    let of = |order: &str, frame: &str| {
        format!("SELECT sum(n) OVER (ORDER BY {order} RANGE {frame} PRECEDING) FROM t")
    };
    for (sql, expected) in [
        // The number was taken for months.
        (
            "SELECT sum(x) OVER (ORDER BY y RANGE 1 PRECEDING) FROM (SELECT 1 AS x, DATE '2026-01-01' AS y) AS v".to_owned(),
            "TYPE_MISMATCH: line 1:30: Window frame RANGE value type (integer) not compatible with sort item type (date)",
        ),
        (
            of("n", "INTERVAL '1' DAY"),
            "TYPE_MISMATCH: line 1:30: Window frame RANGE value type (interval day to second) not compatible with sort item type \
             (integer)",
        ),
        (of("n", "INTERVAL '-1' DAY"), "INVALID_WINDOW_FRAME: Window frame offset value must not be negative or null"),
        (
            of("n", "0.5"),
            "NOT_SUPPORTED: line 1:30: a RANGE frame with an offset of another type over integer is not supported by the local \
             engine",
        ),
        (
            "SELECT sum(x) OVER (ORDER BY y RANGE INTERVAL '1' HOUR PRECEDING) FROM (SELECT 1 AS x, DATE '2026-01-01' AS y) AS v"
                .to_owned(),
            "INVALID_FUNCTION_ARGUMENT: Cannot subtract hour, minutes or seconds from a date",
        ),
    ] {
        refuse(&lake, &[(&sql, expected)]).await;
    }
}
