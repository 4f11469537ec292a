//! Forms that say the same as others: windows with names, `FETCH FIRST`, groups in parentheses, row values, `ANY` and `ALL`;
//! results with two columns of one name; and windows. What is expected follows from Trino's documentation (SELECT: WINDOW,
//! GROUP BY, OFFSET, FETCH FIRST; comparison functions and operators; subqueries; window functions), its grammar
//! (SqlBase.g4) and its analyzer.

use crate::{
    golden::{compare, refuse},
    lake::Lake,
};

async fn lake() -> Lake {
    let rows = [
        r#"{"g": "a", "n": 1, "v": 10, "f": 1.5}"#,
        r#"{"g": "a", "n": 2, "v": 20, "f": 2.5}"#,
        r#"{"g": "b", "n": 3, "f": 2.5}"#,
        r#"{"g": "b", "n": 4, "v": 40}"#,
    ];
    Lake::of(&[("g", "string"), ("n", "int"), ("v", "bigint"), ("f", "double")], &rows).await
}

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

#[tokio::test]
async fn first_rows() {
    let lake = lake().await;
    compare(
        &lake,
        &[
            ("SELECT n FROM t ORDER BY n FETCH FIRST 2 ROWS ONLY", "integer", "1;2"),
            ("SELECT n FROM t ORDER BY n FETCH FIRST ROW ONLY", "integer", "1"),
            ("SELECT n FROM t ORDER BY n DESC FETCH NEXT 1 ROW ONLY", "integer", "4"),
            ("SELECT n FROM t ORDER BY n OFFSET 1 ROW FETCH FIRST 2 ROWS ONLY", "integer", "2;3"),
            ("SELECT n FROM t ORDER BY n OFFSET 3", "integer", "4"),
            ("SELECT n FROM t ORDER BY n OFFSET 2 ROWS LIMIT 1", "integer", "3"),
            ("SELECT max(n) FROM (SELECT n FROM t ORDER BY n FETCH FIRST 3 ROWS ONLY) AS s", "integer", "3"),
            (
                "SELECT n FROM t WHERE n IN (SELECT n FROM t ORDER BY n FETCH FIRST 1 ROW ONLY)",
                "integer",
                "1",
            ),
            (
                "SELECT n FROM t UNION ALL SELECT n FROM t ORDER BY n FETCH FIRST 3 ROWS ONLY",
                "integer",
                "1;1;2",
            ),
        ],
    )
    .await;
    refuse(
        &lake,
        &[(
            "SELECT n FROM t FETCH FIRST 0 ROWS ONLY",
            "NUMERIC_VALUE_OUT_OF_RANGE: FETCH FIRST row count must be positive (actual value: 0)",
        )],
    )
    .await;
}

#[tokio::test]
async fn groups_in_parentheses() {
    let lake = lake().await;
    compare(
        &lake,
        &[
            ("SELECT count(*), sum(v) FROM t GROUP BY ()", "bigint", "4|70"),
            ("SELECT count(*) FROM t WHERE false GROUP BY ()", "bigint", "0"),
            ("SELECT g, count(*) FROM t GROUP BY (g) ORDER BY g", "varchar", "a|2;b|2"),
            ("SELECT g, n, count(*) FROM t GROUP BY (g, n) ORDER BY n", "varchar", "a|1|1;a|2|1;b|3|1;b|4|1"),
            ("SELECT g, count(*) FROM t GROUP BY (), g ORDER BY g", "varchar", "a|2;b|2"),
            (
                "SELECT g, count(*) FROM t GROUP BY GROUPING SETS ((g), ()) ORDER BY g",
                "varchar",
                "a|2;b|2;NULL|4",
            ),
        ],
    )
    .await;
    // (TestAnalyzer.testComplexExpressionInGroupingSet)
    refuse(
        &lake,
        &[
            (
                "SELECT 1 FROM (VALUES 1) t(x) GROUP BY ROLLUP(x + 1)",
                "INVALID_COLUMN_REFERENCE: line 1:47: GROUP BY expression must be a column reference: (x + 1)",
            ),
            (
                "SELECT g FROM t GROUP BY GROUPING SETS ((g), (lower(g)))",
                "INVALID_COLUMN_REFERENCE: line 1:47: GROUP BY expression must be a column reference: lower(g)",
            ),
            (
                "SELECT g FROM t GROUP BY CUBE (1)",
                "INVALID_COLUMN_REFERENCE: line 1:32: GROUP BY expression must be a column reference: 1",
            ),
            // Trino's query.max-grouping-sets.
            (
                "SELECT count(*) FROM t GROUP BY CUBE (g, g, g, g, g, g, g, g, g, g, g, g)",
                "TOO_MANY_GROUPING_SETS: GROUP BY has 4096 grouping sets but can contain at most 2048",
            ),
            (
                "SELECT count(*) FROM t GROUP BY CUBE (g, n, v, g, n, v), v, ROLLUP (g, n), CUBE (g, n, v, g)",
                "TOO_MANY_GROUPING_SETS: GROUP BY has 3072 grouping sets but can contain at most 2048",
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn row_values() {
    let lake = lake().await;
    compare(
        &lake,
        &[
            ("SELECT n FROM t WHERE (g, n) = ('a', 2)", "integer", "2"),
            ("SELECT n FROM t WHERE (g, n) <> ('a', 2) ORDER BY n", "integer", "1;3;4"),
            ("SELECT n FROM t WHERE (g, n) IN (('a', 1), ('b', 4), ('a', 9)) ORDER BY n", "integer", "1;4"),
            ("SELECT n FROM t WHERE (g, n) NOT IN (('a', 1), ('b', 4)) ORDER BY n", "integer", "2;3"),
            ("SELECT n FROM t WHERE (n, v) IS NOT DISTINCT FROM (3, NULL)", "integer", "3"),
            ("SELECT n FROM t WHERE (n, v) IS DISTINCT FROM (3, NULL) ORDER BY n", "integer", "1;2;4"),
            // False where one field differs, and else null where one is.
            (
                "SELECT (n, v) = (3, 1), (n, v) = (4, 1), (n, v) <> (4, 1) FROM t WHERE n = 3",
                "boolean",
                "NULL|false|true",
            ),
            (
                "SELECT (n, v) IN ((3, 1), (4, 1)), (n, v) NOT IN ((4, 1)) FROM t WHERE n = 3",
                "boolean",
                "NULL|true",
            ),
            ("SELECT n FROM t WHERE NOT (g, n) = ('a', 2) AND v > 10", "integer", "4"),
            ("SELECT n FROM t WHERE ((g, (n)) = (('a'), 2))", "integer", "2"),
            ("SELECT n FROM t WHERE (g, n) > ('a', 1) ORDER BY n", "integer", "2;3;4"),
            ("SELECT n FROM t WHERE (g, n) = ROW('a', 2)", "integer", "2"),
        ],
    )
    .await;
    let parameters = |sql: &'static str, parameters: &'static [&'static str]| {
        let lake = &lake;
        async move { lake.text(sql, parameters).await.unwrap() }
    };
    // The parameters are those of the text, in its order.
    let sql = "SELECT n FROM t WHERE (g, ?) = (?, n)";
    assert_eq!(parameters(sql, &["3", "'b'"]).await, "\"n\"\n\"3\"\n");
    let sql = "SELECT n FROM t WHERE (?, n) IN (('a', 1), ('b', 2), ('b', ?)) AND v > ?";
    assert_eq!(parameters(sql, &["'b'", "4", "30"]).await, "\"n\"\n\"4\"\n");
    let list = vec!["('a', 1)"; 101].join(", ");
    let error = lake.error(&format!("SELECT n FROM t WHERE (g, n) IN ({list})"), &[]).await.to_string();
    assert!(error.contains("row values of more than 20 fields, or in a list of more than 100"), "{error}");
    let row = format!("({})", vec!["n"; 21].join(", "));
    let error = lake.error(&format!("SELECT n FROM t WHERE {row} = {row}"), &[]).await.to_string();
    assert!(error.contains("a row value of more than 20 fields"), "{error}");
}

/// By SQL's three values: a row with a null is in no query, and is out of it if of each row another field differs.
#[tokio::test]
async fn row_values_in_queries() {
    let lake = lake().await;
    compare(
        &lake,
        &[
            (
                "SELECT n FROM t WHERE (g, n) IN (SELECT g, max(n) FROM t GROUP BY g) ORDER BY n",
                "integer",
                "2;4",
            ),
            (
                "SELECT n FROM t WHERE (g, n) NOT IN (SELECT g, max(n) FROM t GROUP BY g) ORDER BY n",
                "integer",
                "1;3",
            ),
            (
                "SELECT n FROM t WHERE v > 10 AND ((t.g, n + 1) IN (SELECT g, n FROM t)) ORDER BY n",
                "integer",
                "",
            ),
            (
                "SELECT n FROM t WHERE v < 20 AND ((t.g, n + 1) IN (SELECT g, n FROM t)) ORDER BY n",
                "integer",
                "1",
            ),
            ("SELECT n FROM t WHERE (n, v) IN (SELECT n, v FROM t) ORDER BY n", "integer", "1;2;4"),
            (
                "SELECT n FROM t WHERE (n, v) NOT IN (SELECT n, v FROM t WHERE n > 2) ORDER BY n",
                "integer",
                "1;2",
            ),
            (
                "SELECT n FROM t WHERE (n, v) NOT IN (SELECT n, v FROM t WHERE v IS NULL) ORDER BY n",
                "integer",
                "1;2;4",
            ),
            (
                "SELECT n FROM t WHERE (n, v) NOT IN (SELECT n, v FROM t WHERE n > 9) ORDER BY n",
                "integer",
                "1;2;3;4",
            ),
            ("SELECT n FROM t WHERE (f, 1) IN (SELECT f, 1 FROM t WHERE n = 2) ORDER BY n", "integer", "2;3"),
            (
                "SELECT n FROM t WHERE (g, n) IN (SELECT g, n FROM t ORDER BY n DESC LIMIT 2) ORDER BY n",
                "integer",
                "3;4",
            ),
        ],
    )
    .await;
    let sql = "SELECT n FROM t WHERE (?, n) IN (SELECT g, n FROM t) AND v > ?";
    assert_eq!(lake.text(sql, &["'b'", "30"]).await.unwrap(), "\"n\"\n\"4\"\n");
}

#[tokio::test]
async fn any_and_all() {
    compare(
        &lake().await,
        &[
            ("SELECT n FROM t WHERE n = ANY (SELECT n FROM t WHERE v > 10) ORDER BY n", "integer", "2;4"),
            ("SELECT n FROM t WHERE n = SOME (VALUES 1, 3) ORDER BY n", "integer", "1;3"),
            ("SELECT n FROM t WHERE n <> ALL (SELECT n FROM t WHERE v > 10) ORDER BY n", "integer", "1;3"),
            ("SELECT n FROM t WHERE n <> ALL (SELECT v FROM t)", "integer", ""),
            ("SELECT count(*) FROM t WHERE NOT n = ANY (SELECT n FROM t WHERE false)", "bigint", "4"),
        ],
    )
    .await;
}

/// By Trino's documentation ("Comparison functions and operators": the first two are its examples) and SQL's three values.
#[tokio::test]
async fn greater_and_less_than_any_and_all() {
    let lake = lake().await;
    compare(
        &lake,
        &[
            ("SELECT 21 < ALL (VALUES 19, 20, 21)", "boolean", "false"),
            ("SELECT 42 >= SOME (SELECT 41 UNION ALL SELECT 42 UNION ALL SELECT 43)", "boolean", "true"),
            (
                "SELECT n > ANY (SELECT n FROM t WHERE v > 10) FROM t ORDER BY n",
                "boolean",
                "false;false;true;true",
            ),
            ("SELECT v > ANY (SELECT v FROM t) FROM t ORDER BY n", "boolean", "NULL;true;NULL;true"),
            ("SELECT v > ALL (SELECT v FROM t) FROM t ORDER BY n", "boolean", "false;false;NULL;false"),
            (
                "SELECT v > ALL (SELECT v FROM t WHERE false) FROM t ORDER BY n",
                "boolean",
                "true;true;true;true",
            ),
            (
                "SELECT v > ANY (SELECT v FROM t WHERE false) FROM t ORDER BY n",
                "boolean",
                "false;false;false;false",
            ),
            (
                "SELECT f < ALL (SELECT f FROM t WHERE n > 1 AND n < 4) FROM t ORDER BY n",
                "boolean",
                "true;false;false;NULL",
            ),
        ],
    )
    .await;
    for (condition, expected) in [
        ("n >= ALL (SELECT n FROM t WHERE v > 10)", "4"),
        ("n < ALL (SELECT n FROM t WHERE v > 10)", "1"),
        ("n <= SOME (VALUES 1, 3)", "1;2;3"),
        ("v > ALL (SELECT v FROM t WHERE n < 3)", "4"),
        ("v >= ALL (SELECT v FROM t)", ""),
        ("NOT v >= ALL (SELECT v FROM t)", "1;2"),
        ("n = ALL (SELECT n FROM t WHERE n = 2)", "2"),
        ("n = ALL (VALUES 1, 3)", ""),
        ("n <> ANY (VALUES 2, 2)", "1;3;4"),
        ("n <> ANY (VALUES 1, 3)", "1;2;3;4"),
        ("g > ALL (SELECT g FROM t WHERE n < 3) AND n < 4", "3"),
    ] {
        let sql = format!("SELECT n FROM t WHERE {condition} ORDER BY n");
        compare(&lake, &[(&sql, "integer", expected)]).await;
    }
}

#[tokio::test]
async fn columns_of_one_name() {
    let lake = lake().await;
    for (sql, expected) in [
        ("SELECT n, n FROM t WHERE n = 1", "\"n\",\"n\"\n\"1\",\"1\"\n"),
        ("SELECT n AS x, g AS X FROM t WHERE n = 1", "\"x\",\"X\"\n\"1\",\"a\"\n"),
        ("SELECT N, t.n, n + 1 FROM t WHERE n = 1", "\"N\",\"n\",\"_col2\"\n\"1\",\"1\",\"2\"\n"),
        (
            "SELECT *, n, v AS g FROM t WHERE n = 1",
            "\"g\",\"n\",\"v\",\"f\",\"dt\",\"n\",\"g\"\n\"a\",\"1\",\"10\",\"1.5\",\"2026-11-23\",\"1\",\"10\"\n",
        ),
        (
            "SELECT n, n FROM t UNION ALL SELECT v, v FROM t WHERE n = 1 ORDER BY 1 DESC LIMIT 1",
            "\"n\",\"n\"\n\"10\",\"10\"\n",
        ),
        ("SELECT DISTINCT g, g FROM t ORDER BY 1 LIMIT 1", "\"g\",\"g\"\n\"a\",\"a\"\n"),
        (
            "SELECT g, count(*) AS c, sum(n) AS c FROM t GROUP BY g ORDER BY g LIMIT 1",
            "\"g\",\"c\",\"c\"\n\"a\",\"2\",\"3\"\n",
        ),
        ("SELECT n, n FROM t ORDER BY v DESC LIMIT 1", "\"n\",\"n\"\n\"4\",\"4\"\n"),
        (
            "SELECT *, 2 * n AS y FROM t ORDER BY y DESC LIMIT 1",
            "\"g\",\"n\",\"v\",\"f\",\"dt\",\"y\"\n\"b\",\"4\",\"40\",,\"2026-11-23\",\"8\"\n",
        ),
    ] {
        match lake.text(sql, &[]).await {
            Ok(text) => assert_eq!(text, expected, "{sql}"),
            Err(error) => panic!("{sql}: {error}"),
        }
    }
    // By which of the two is not said.
    let error = lake.error("SELECT n, n FROM t ORDER BY n", &[]).await.to_string();
    assert!(error.contains("two columns of the same name"), "{error}");
}
