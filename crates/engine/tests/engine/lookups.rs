//! Queries as values that refer to the one around them and do not aggregate. What is expected is from Trino's documentation
//! ("SELECT", section "Scalar subquery": null for no row, a failure for several; section "EXISTS") and from its source
//! (`EnforceSingleRowOperator` and the plan of correlated scalar subqueries, which count the rows of each row around).

use crate::{
    golden::{compare, refuse},
    lake::Lake,
};

const SEVERAL: &str = "SUBQUERY_MULTIPLE_ROWS: Scalar sub-query has returned multiple rows";

/// Key 1 is there once, 2 with a null, 3 twice, and a null is there too. Key 9 asks for none of them.
async fn lake() -> Lake {
    let rows = [
        r#"{"k": 1, "v": 10, "s": "a", "d": "2026-11-23", "l": ["x", "y"]}"#,
        r#"{"k": 2}"#,
        r#"{"k": 3, "v": 30, "s": "c"}"#,
        r#"{"k": 3, "v": 31, "s": "d"}"#,
        r#"{"v": 40, "s": "e"}"#,
    ];
    let columns = [("k", "int"), ("v", "bigint"), ("s", "string"), ("d", "date"), ("l", "array<string>")];
    Lake::of(&columns, &rows).await
}

/// The rows around: keys that are there, one that is not, and none.
const AROUND: &str = "(VALUES (1, 'a'), (2, 'b'), (9, 'z'), (NULL, 'n')) AS o (k, s)";

#[tokio::test]
async fn a_lookup_gives_the_value_of_the_row_that_is_found() {
    let lake = lake().await;
    let cases: Vec<(String, &str, &str)> = [
        ("t.v", "bigint", "10;NULL;NULL;NULL"),
        ("v + 1", "bigint", "11;NULL;NULL;NULL"),
        ("t.s", "varchar", "a;NULL;NULL;NULL"),
        ("upper(t.s) AS named", "varchar", "A;NULL;NULL;NULL"),
        ("d", "date", "2026-11-23;NULL;NULL;NULL"),
        ("CAST(v AS decimal(10,2)) / 4", "decimal(10,2)", "2.50;NULL;NULL;NULL"),
        ("CAST(v AS double)", "double", "10.0;NULL;NULL;NULL"),
        ("l", "array(varchar)", "[x, y];NULL;NULL;NULL"),
        ("7", "integer", "7;7;NULL;NULL"),
    ]
    .into_iter()
    .map(|(value, data_type, expected)| {
        let sql = format!("SELECT (SELECT {value} FROM t WHERE t.k = o.k) FROM {AROUND} ORDER BY k");
        (sql, data_type, expected)
    })
    .collect();
    let cases: Vec<(&str, &str, &str)> =
        cases.iter().map(|(sql, data_type, expected)| (sql.as_str(), *data_type, *expected)).collect();
    compare(&lake, &cases).await;
}

#[tokio::test]
async fn lookups_stand_where_values_do() {
    let lake = lake().await;
    let cases = [
        ("SELECT o.s FROM {o} WHERE (SELECT v FROM t WHERE t.k = o.k) = 10", "varchar", "a"),
        (
            "SELECT o.s FROM {o} WHERE (SELECT v FROM t WHERE t.k = o.k) IS NULL ORDER BY 1",
            "varchar",
            "b;n;z",
        ),
        ("SELECT coalesce((SELECT s FROM t WHERE t.k = o.k), o.s) FROM {o} ORDER BY 1", "varchar", "a;b;n;z"),
        (
            "SELECT o.k, (SELECT s FROM t WHERE t.k = o.k), count(*) FROM {o} GROUP BY o.k ORDER BY 1",
            "integer",
            "1|a|1;2|NULL|1;9|NULL|1;NULL|NULL|1",
        ),
        // Two in one row, of one query.
        (
            "SELECT (SELECT v FROM t WHERE t.k = o.k), (SELECT v FROM t WHERE t.k = o.k AND t.s = 'a') FROM {o} WHERE o.k = 1",
            "bigint",
            "10|10",
        ),
        // Of a join, of a query within, and with other conditions.
        (
            "SELECT (SELECT t.s FROM t JOIN t AS u ON t.v = u.v WHERE t.k = o.k) FROM {o} ORDER BY o.k",
            "varchar",
            "a;NULL;NULL;NULL",
        ),
        (
            "SELECT (SELECT q.v FROM (SELECT k, v FROM t WHERE v < 20) AS q WHERE q.k = o.k) FROM {o} ORDER BY o.k",
            "bigint",
            "10;NULL;NULL;NULL",
        ),
        // One of two rows is left.
        ("SELECT (SELECT v FROM t WHERE t.k = o.k + 2 AND t.v > 30) FROM {o} WHERE o.k = 1", "bigint", "31"),
    ];
    compare_around(&lake, &cases).await;
}

#[tokio::test]
async fn a_lookup_fails_where_it_finds_several_rows() {
    let lake = lake().await;
    for (sql, expected) in [
        ("SELECT (SELECT v FROM t WHERE t.k = o.k) FROM (VALUES 1, 3) AS o (k)", SEVERAL),
        ("SELECT o.k FROM (VALUES 3) AS o (k) WHERE (SELECT v FROM t WHERE t.k = o.k) > 0", SEVERAL),
        // Equal rows are several, and so are nulls.
        ("SELECT (SELECT 1 FROM t WHERE t.k = o.k) FROM (VALUES 3) AS o (k)", SEVERAL),
        ("SELECT (SELECT d FROM t WHERE t.k = o.k) FROM (VALUES 3) AS o (k)", SEVERAL),
        (
            "SELECT (SELECT v, s FROM t WHERE t.k = o.k) FROM (VALUES 1) AS o (k)",
            "NOT_SUPPORTED: a subquery of more than one column is not supported by the local engine",
        ),
    ] {
        refuse(&lake, &[(sql, expected)]).await;
    }
}

#[tokio::test]
async fn exists_is_a_value() {
    let lake = lake().await;
    let cases = [
        (
            "SELECT EXISTS (SELECT 1 FROM t WHERE t.k = o.k), NOT EXISTS (SELECT * FROM t WHERE t.k = o.k) FROM {o} ORDER BY o.k",
            "boolean",
            "true|false;true|false;false|true;false|true",
        ),
        (
            "SELECT EXISTS (SELECT 1 FROM t WHERE t.k = o.k AND t.v IS NOT NULL) FROM {o} ORDER BY o.k",
            "boolean",
            "true;false;false;false",
        ),
        (
            "SELECT CASE WHEN EXISTS (SELECT 1 FROM t WHERE t.k = o.k) THEN 'yes' ELSE 'no' END FROM {o} ORDER BY o.k",
            "varchar",
            "yes;yes;no;no",
        ),
        // Several rows are as good as one.
        ("SELECT EXISTS (SELECT v FROM t WHERE t.k = o.k + 2) FROM {o} WHERE o.k = 1", "boolean", "true"),
    ];
    compare_around(&lake, &cases).await;
}

/// Trino's documentation ("Subquery expressions", section "IN"), and SQL's three values: of key 1 there is 10, of key 2 a null, of
/// key 3 are 30 and 31, and of key 9 is nothing.
#[tokio::test]
async fn in_is_a_value() {
    let lake = lake().await;
    let around =
        "(VALUES (1, 10), (1, 12), (2, 1), (3, NULL), (3, 31), (9, 10), (9, NULL), (NULL, 40)) AS o (k, v)";
    let cases = [
        ("o.v IN (SELECT t.v FROM t WHERE t.k = o.k)", "true;false;NULL;true;NULL;false;false;false"),
        ("o.v NOT IN (SELECT t.v FROM t WHERE t.k = o.k)", "false;true;NULL;false;NULL;true;true;true"),
        ("NOT o.v IN (SELECT v FROM t WHERE t.k = o.k)", "false;true;NULL;false;NULL;true;true;true"),
        ("o.v = ANY (SELECT v FROM t WHERE t.k = o.k)", "true;false;NULL;true;NULL;false;false;false"),
        // Doubles, expressions on both sides, and other types.
        (
            "CAST(o.v AS double) IN (SELECT CAST(v AS double) FROM t WHERE t.k = o.k)",
            "true;false;NULL;true;NULL;false;false;false",
        ),
        ("o.v + 1 IN (SELECT t.v + 1 FROM t WHERE t.k = o.k)", "true;false;NULL;true;NULL;false;false;false"),
        (
            "CAST(o.v AS decimal(10,1)) IN (SELECT v FROM t WHERE t.k = o.k)",
            "true;false;NULL;true;NULL;false;false;false",
        ),
        // A value that refers to nothing, and one that is never null.
        ("10 IN (SELECT v FROM t WHERE t.k = o.k)", "true;true;NULL;false;false;false;false;false"),
        (
            "coalesce(o.v, 30) IN (SELECT coalesce(v, 1) FROM t WHERE t.k = o.k)",
            "true;false;true;true;true;false;false;false",
        ),
        // Further conditions, and one key from an expression.
        (
            "o.v IN (SELECT v FROM t WHERE t.k = o.k AND t.v > 10)",
            "false;false;false;true;NULL;false;false;false",
        ),
        (
            "o.v + 20 IN (SELECT v FROM t WHERE t.k = o.k + 2)",
            "true;false;false;false;false;false;false;false",
        ),
        // Within other expressions.
        (
            "CASE WHEN o.v IN (SELECT v FROM t WHERE t.k = o.k) THEN true ELSE false END",
            "true;false;false;true;false;false;false;false",
        ),
        (
            "CASE WHEN o.v NOT IN (SELECT v FROM t WHERE t.k = o.k) THEN true ELSE false END",
            "false;true;false;false;false;true;true;true",
        ),
        ("o.v IN (SELECT v FROM t WHERE t.k = o.k) OR o.k = 2", "true;false;true;true;NULL;false;false;NULL"),
        (
            "o.v IN (SELECT v FROM t WHERE t.k = o.k) AND o.k = 9",
            "false;false;false;false;false;false;false;false",
        ),
        (
            "(o.v IN (SELECT v FROM t WHERE t.k = o.k)) IS NULL",
            "false;false;true;false;true;false;false;false",
        ),
        (
            "o.v IN (SELECT v FROM t WHERE t.k = o.k) OR EXISTS (SELECT 1 FROM t WHERE t.k = o.k) AND o.k > 2",
            "true;false;NULL;true;true;false;false;false",
        ),
    ];
    let order = "ORDER BY o.k, o.v NULLS LAST";
    // In the order of the keys and the values.
    let cases: Vec<(String, &str, &str)> = cases
        .into_iter()
        .map(|(value, rows)| (format!("SELECT {value} FROM {around} {order}"), "boolean", rows))
        .collect();
    let cases: Vec<(&str, &str, &str)> =
        cases.iter().map(|(sql, types, rows)| (sql.as_str(), *types, *rows)).collect();
    compare(&lake, &cases).await;
}

/// The same as conditions, where only true counts.
#[tokio::test]
async fn in_is_a_value_within_conditions() {
    let lake = lake().await;
    let around = "(VALUES (1, 10), (1, 12), (2, 1), (3, NULL), (9, NULL)) AS o (k, v)";
    let of = "(SELECT t.v FROM t WHERE t.k = o.k)";
    let cases: Vec<(String, &str)> = [
        ("CASE WHEN o.v IN {} THEN true ELSE o.k = 9 END", "1;9"),
        ("o.v IN {} OR o.k = 3", "1;3"),
        ("o.v NOT IN {} OR o.k = 3", "1;3;9"),
        ("(o.v IN {}) IS NULL", "2;3"),
        ("(o.v IN {}) = false", "1;9"),
        ("NOT (o.v IN {} OR o.k = 9)", "1"),
    ]
    .into_iter()
    .map(|(condition, rows)| {
        (format!("SELECT o.k FROM {around} WHERE {} ORDER BY 1", condition.replace("{}", of)), rows)
    })
    .collect();
    let cases: Vec<(&str, &str, &str)> =
        cases.iter().map(|(sql, rows)| (sql.as_str(), "integer", *rows)).collect();
    compare(&lake, &cases).await;
}

/// Of the rows: true, false, null, null, true, false.
#[tokio::test]
async fn aggregates_are_of_such_values() {
    let lake = lake().await;
    let around = "(VALUES (1, 10), (1, 12), (2, 1), (3, NULL), (3, 31), (9, 10)) AS o (k, v)";
    let within = "o.v IN (SELECT t.v FROM t WHERE t.k = o.k)";
    let cases: Vec<(String, &str)> = [
        (format!("count_if({within})"), "2"),
        (format!("count({within})"), "4"),
        (format!("count_if({within}) + sum(CASE WHEN {within} THEN o.v ELSE 1 END)"), "47"),
        ("count(*) FILTER (WHERE o.v NOT IN (SELECT t.v FROM t WHERE t.k = o.k))".to_owned(), "2"),
        ("count_if(EXISTS (SELECT 1 FROM t WHERE t.k = o.k))".to_owned(), "5"),
        ("count_if(NOT EXISTS (SELECT 1 FROM t WHERE t.k = o.k AND t.v > 10))".to_owned(), "4"),
        ("sum((SELECT max(t.v) FROM t WHERE t.k = o.k))".to_owned(), "82"),
        ("sum((SELECT t.v FROM t WHERE t.k = o.k AND t.s <> 'd'))".to_owned(), "80"),
        ("max(o.k) - min(o.k)".to_owned(), "8"),
    ]
    .into_iter()
    .map(|(value, expected)| (format!("SELECT CAST({value} AS bigint) FROM {around}"), expected))
    .collect();
    let cases: Vec<(&str, &str, &str)> =
        cases.iter().map(|(sql, rows)| (sql.as_str(), "bigint", *rows)).collect();
    compare(&lake, &cases).await;
    let grouped = format!("SELECT o.k, count_if({within}), count(*) FROM {around} GROUP BY o.k ORDER BY 1");
    compare(&lake, &[(grouped.as_str(), "integer", "1|1|2;2|0|1;3|1|2;9|0|1")]).await;
}

/// NaN equals nothing, and -0.0 equals 0.0.
#[tokio::test]
async fn doubles_are_found_by_their_values() {
    let cases = [(
        "SELECT o.x IN (SELECT t.x FROM (VALUES (1, nan()), (1, -0e0), (1, 2e0)) AS t (k, x) WHERE t.k = o.k) \
         FROM (VALUES (1, 1, 0e0), (2, 1, nan()), (3, 1, 2e0), (4, 2, 2e0)) AS o (n, k, x) ORDER BY o.n",
        "boolean",
        "true;false;true;false",
    )];
    compare(&lake().await, &cases).await;
}

async fn compare_around(lake: &Lake, cases: &[(&str, &str, &str)]) {
    let cases: Vec<(String, &str, &str)> =
        cases.iter().map(|(sql, types, rows)| (sql.replace("{o}", AROUND), *types, *rows)).collect();
    let cases: Vec<(&str, &str, &str)> =
        cases.iter().map(|(sql, types, rows)| (sql.as_str(), *types, *rows)).collect();
    compare(lake, &cases).await;
}
