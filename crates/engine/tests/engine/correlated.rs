//! Scalar subqueries that refer to the query around them.

use crate::{
    golden::{compare, refuse},
    lake::Lake,
};

const UNEQUAL: &str = "NOT_SUPPORTED: an aggregate in a scalar subquery whose rows are compared with the query around it \
                       otherwise than by column = value is not supported by the local engine";

async fn lake() -> Lake {
    let rows = [r#"{"k": 1, "v": 10}"#, r#"{"k": 1, "v": 20}"#, r#"{"k": 2, "v": 30}"#];
    Lake::of(&[("k", "int"), ("v", "bigint")], &rows).await
}

#[tokio::test]
async fn aggregates_are_looked_up_by_equal_columns() {
    let lake = lake().await;
    let cases = [
        (
            "SELECT v, (SELECT max(v) FROM t s WHERE s.k = o.k) FROM t o ORDER BY v",
            "bigint",
            "10|20;20|20;30|30",
        ),
        (
            "SELECT v FROM t o WHERE v = (SELECT max(v) FROM t s WHERE o.k = s.k) ORDER BY v",
            "bigint",
            "20;30",
        ),
        (
            "SELECT v FROM t o WHERE v = (SELECT max(v) FROM t s WHERE s.k = o.k AND s.v > 10) ORDER BY v",
            "bigint",
            "20;30",
        ),
        ("SELECT v FROM t o WHERE v = (SELECT max(v) FROM t s WHERE s.k = o.k + 1)", "bigint", ""),
        ("SELECT v FROM t o WHERE EXISTS (SELECT 1 FROM t s WHERE s.v < o.v) ORDER BY v", "bigint", "20;30"),
    ];
    compare(&lake, &cases).await;
}

/// Trino looks for a relation of the name around the query before it takes a column of the name for a row.
#[tokio::test]
async fn relations_may_have_the_names_of_columns() {
    let lake = lake().await;
    let cases = [
        (
            "SELECT k.v FROM t k WHERE EXISTS (SELECT 1 FROM t g WHERE g.v > k.v) ORDER BY k.v",
            "bigint",
            "10;20",
        ),
        (
            "SELECT v.v FROM t v WHERE v.v = (SELECT max(v) FROM t g WHERE g.k = v.k) ORDER BY 1",
            "bigint",
            "20;30",
        ),
        (
            "SELECT v.* FROM t v WHERE v.v IN (SELECT v.v FROM t v WHERE v.k = 2)",
            "integer",
            "2|30|2026-11-23",
        ),
        (
            "WITH k AS (SELECT v FROM t) SELECT k.v FROM k JOIN t g ON g.v = k.v WHERE k.v NOT IN (SELECT 10) ORDER BY 1",
            "bigint",
            "20;30",
        ),
    ];
    compare(&lake, &cases).await;
    let error = [(
        "SELECT k.w FROM t k WHERE EXISTS (SELECT 1 FROM t g WHERE g.v > k.v)",
        "COLUMN_NOT_FOUND: line 1:8: Column 'k.w' cannot be resolved or requester is not authorized to access requested resources",
    )];
    refuse(&lake, &error).await;
}

/// They were said to have no such column, or several.
#[tokio::test]
async fn queries_in_from_select_the_column_that_they_compare() {
    let lake = lake().await;
    let cases = [
        (
            "SELECT v FROM t o WHERE EXISTS (SELECT 1 FROM (SELECT s.k FROM t s WHERE s.k = o.k AND s.v > 10) q) ORDER BY v",
            "bigint",
            "10;20;30",
        ),
        (
            "SELECT v, (SELECT count(*) FROM (SELECT s.k, s.v FROM t s WHERE s.k = o.k) q) FROM t o ORDER BY v",
            "bigint",
            "10|2;20|2;30|1",
        ),
    ];
    compare(&lake, &cases).await;
    let hidden = |query: &str| {
        format!(
            "NOT_SUPPORTED: {query} that compares, in its FROM, a column that is not selected there under its own name alone \
             and refers to the query around it is not supported by the local engine"
        )
    };
    let (found, value) = (hidden("IN or EXISTS of a query"), hidden("a scalar subquery"));
    let (found, value) = (found.as_str(), value.as_str());
    let cases = [
        ("SELECT v FROM t o WHERE EXISTS (SELECT 1 FROM (SELECT s.v FROM t s WHERE s.k = o.k) q)", found),
        (
            "SELECT v FROM t o WHERE EXISTS (SELECT 1 FROM (SELECT s.v AS k FROM t s WHERE s.k = o.k) q)",
            found,
        ),
        (
            "SELECT v FROM t o WHERE v IN (SELECT q.v FROM (SELECT s.v, s.k AS w FROM t s WHERE s.k = o.k) q)",
            found,
        ),
        ("SELECT (SELECT max(q.v) FROM (SELECT s.v FROM t s WHERE s.k = o.k) q) FROM t o", value),
        (
            "SELECT (SELECT max(n) FROM (SELECT s.v, count(*) AS n FROM t s WHERE s.k = o.k GROUP BY s.v) q) FROM t o",
            value,
        ),
    ];
    refuse(&lake, &cases).await;
}

#[tokio::test]
async fn others_are_refused_by_what_they_are() {
    let lake = lake().await;
    let cases = [
        ("SELECT v, (SELECT max(v) FROM t s WHERE s.v < o.v) FROM t o", UNEQUAL),
        ("SELECT v FROM t o WHERE v > (SELECT max(v) FROM t s WHERE s.k = o.k AND s.v < o.v)", UNEQUAL),
        ("SELECT v FROM t o WHERE v > (SELECT count(*) FROM t s WHERE s.k = o.k OR s.v = o.v)", UNEQUAL),
        ("SELECT v FROM t o WHERE v > (SELECT count(*) FROM t s WHERE s.k <> o.k)", UNEQUAL),
    ];
    refuse(&lake, &cases).await;
}

/// `SELECT 42 ... HAVING` is an aggregate of all rows, so it has one row for every row around. DataFusion gave a null, and of the
/// third one the row that HAVING leaves out.
#[tokio::test]
async fn conditions_on_aggregates_without_groups_are_refused() {
    let lake = lake().await;
    let refused = "NOT_SUPPORTED: a scalar subquery that has a condition on aggregates without GROUP BY and refers to the query \
                   around it is not supported by the local engine";
    let cases = [
        ("SELECT (SELECT 42 FROM t s WHERE s.k = o.k HAVING true) FROM t o", refused),
        ("SELECT (SELECT 42 FROM t s WHERE s.k = o.k + 5 HAVING count(*) >= 0) FROM t o", refused),
        ("SELECT (SELECT max(v) FROM t s WHERE s.k = o.k HAVING count(*) = 0) FROM t o", refused),
        ("SELECT k FROM t o WHERE 42 = (SELECT 42 FROM t s WHERE s.k = o.k HAVING NULL)", refused),
    ];
    refuse(&lake, &cases).await;
}
