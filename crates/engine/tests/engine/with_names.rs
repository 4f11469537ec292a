//! WITH queries of one name. What is expected is from Trino's documentation ("SELECT", section "WITH clause") and from its source
//! (`StatementAnalyzer.analyzeWith`: a scope of its own for each query; a name twice in one clause is an error).

use crate::{
    golden::{compare, refuse},
    lake::Lake,
};

async fn lake() -> Lake {
    Lake::of(&[("a", "int")], &[r#"{"a": 70}"#, r#"{"a": 71}"#]).await
}

#[tokio::test]
async fn the_inner_name_hides_the_outer_one() {
    let cases = [
        (
            "WITH w AS (SELECT 1 AS a) SELECT q.a, w.a FROM (WITH w AS (SELECT 2 AS a) SELECT * FROM w) AS q, w",
            "2|1",
        ),
        // Within its own query the name is that of the query around.
        (
            "WITH w AS (SELECT 1 AS a) SELECT a FROM (WITH w AS (SELECT a + 1 AS a FROM w) SELECT w.a FROM w)",
            "2",
        ),
        (
            "WITH w AS (SELECT 1 AS a), v AS (WITH w AS (SELECT 5 AS a) SELECT a FROM w) SELECT v.a, w.a FROM v, w",
            "5|1",
        ),
        (
            "WITH v AS (WITH w AS (SELECT 5 AS a) SELECT a FROM w), w AS (SELECT 1 AS a) SELECT v.a, w.a FROM v, w",
            "5|1",
        ),
        ("WITH w AS (SELECT 1 AS a) SELECT (WITH w AS (SELECT 2 AS a) SELECT a FROM w), a FROM w", "2|1"),
        (
            "WITH w AS (SELECT 1 AS a) (WITH w AS (SELECT 2 AS a) SELECT a FROM w) UNION ALL SELECT a FROM w ORDER BY a",
            "1;2",
        ),
        (
            "WITH w AS (SELECT 1 AS a) SELECT a FROM w WHERE a IN (WITH w AS (SELECT 1 AS a UNION ALL SELECT 2) SELECT a FROM w)",
            "1",
        ),
        (
            "WITH w AS (SELECT 1 AS a) SELECT w.a FROM w WHERE EXISTS (WITH w AS (SELECT 9 AS a) SELECT 1 FROM w WHERE w.a > 8)",
            "1",
        ),
        // Three of a name, of which the middle one names its columns.
        (
            "WITH w (x) AS (SELECT 1) SELECT x, y, z FROM w, (WITH w (y) AS (SELECT x + 1 FROM w) SELECT y, z FROM w, (WITH w \
             (z) AS (SELECT y + 1 FROM w) SELECT z FROM w))",
            "1|2|3",
        ),
        // Side by side they hide nothing from each other.
        (
            "SELECT p.a, q.a FROM (WITH w AS (SELECT 1 AS a) SELECT a FROM w) p, (WITH w AS (SELECT 2 AS a) SELECT a FROM w) q",
            "1|2",
        ),
        // A table, which keeps its name with its database.
        ("WITH t AS (SELECT max(a) AS a FROM t) SELECT a FROM t", "71"),
        ("SELECT count(*) FROM t, (WITH t AS (SELECT 1 AS a) SELECT a FROM t) q", "2"),
        ("WITH \"tributary.t\" AS (SELECT 1 AS a) SELECT count(*) FROM tributary.t", "2"),
        ("WITH \"tributary.t\" AS (SELECT 1 AS a) SELECT \"tributary.t\".a FROM \"tributary.t\"", "1"),
    ];
    let lake = lake().await;
    for (sql, expected) in cases {
        let data_type = if sql.contains("count(*)") { "bigint" } else { "integer" };
        compare(&lake, &[(sql, data_type, expected)]).await;
    }
}

#[tokio::test]
async fn a_name_is_seen_where_it_is_and_once() {
    let cases = [
        (
            "WITH w AS (SELECT 1 AS a), w AS (SELECT 2 AS a) SELECT a FROM w",
            "DUPLICATE_NAMED_QUERY: WITH query name 'w' specified more than once",
        ),
        (
            "SELECT 1 FROM (WITH w AS (SELECT 1 AS a) SELECT a FROM w) q, w",
            "TABLE_NOT_FOUND: line 1:56: Table 'awsdatacatalog.tributary.w' does not exist",
        ),
    ];
    refuse(&lake().await, &cases).await;
}
