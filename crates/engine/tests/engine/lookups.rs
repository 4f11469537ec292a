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

async fn compare_around(lake: &Lake, cases: &[(&str, &str, &str)]) {
    let cases: Vec<(String, &str, &str)> =
        cases.iter().map(|(sql, types, rows)| (sql.replace("{o}", AROUND), *types, *rows)).collect();
    let cases: Vec<(&str, &str, &str)> =
        cases.iter().map(|(sql, types, rows)| (sql.as_str(), *types, *rows)).collect();
    compare(lake, &cases).await;
}
