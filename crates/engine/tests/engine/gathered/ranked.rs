//! The greatest and the least of many, and percentiles.

use super::lake;
use crate::golden::{compare, refuse};

#[tokio::test]
async fn greatest_and_least() {
    let lake = lake().await;
    compare(
        &lake,
        &[
            ("SELECT max(n, 2), min(n, 2) FROM t", "array(bigint)", "[40, 30]|[10, 20]"),
            ("SELECT max(s, 2), min(s, 9) FROM t", "array(varchar)", "[é, x]|[x, x, é]"),
            ("SELECT max(d, 1), min(day, 1) FROM t", "array(decimal(4,2))", "[2.50]|[2026-11-23]"),
            ("SELECT g, max(n, 2) FROM t GROUP BY g ORDER BY g", "varchar", "a|[30, 20];b|[40];c|NULL"),
            ("SELECT max(n, 2) FROM t WHERE false", "array(bigint)", "NULL"),
            ("SELECT max(n, NULL) FROM t", "array(bigint)", "NULL"),
            ("SELECT max(DISTINCT i, 3) FROM t", "array(integer)", "[2, 1]"),
            ("SELECT max(i, 3) FROM t", "array(integer)", "[2, 2, 1]"),
            (
                "SELECT max(x, 2), min(x, 2) FROM (VALUES 1e0, nan(), 2e0) AS v (x)",
                "array(double)",
                "[2.0, 1.0]|[1.0, 2.0]",
            ),
            ("SELECT max_by(s, n, 2), min_by(g, n, 3) FROM t", "array(varchar)", "[x, null]|[a, a, a]"),
            ("SELECT max_by(tags, n, 4) FROM t", "array(array(varchar))", "[null, null, null, [t]]"),
            (
                "SELECT g, min_by(f, n, 2) FROM t GROUP BY g ORDER BY g",
                "varchar",
                "a|[1.5, 2.5];b|[-1.0];c|NULL",
            ),
            ("SELECT max_by(n, f, 2) FILTER (WHERE g = 'a') FROM t", "array(bigint)", "[30, 20]"),
            ("SELECT max_by(DISTINCT g, g) FROM t", "varchar", "c"),
            ("SELECT max(n), max_by(g, n) FROM t", "bigint", "40|b"),
        ],
    )
    .await;
    refuse(
        &lake,
        &[
            ("SELECT max(n, 0) FROM t", "INVALID_FUNCTION_ARGUMENT: second argument of max_n/min_n must be positive"),
            (
                "SELECT min(n, 10001) FROM t",
                "INVALID_FUNCTION_ARGUMENT: second argument of max_n/min_n must be less than or equal to 10000; found 10001",
            ),
            (
                "SELECT max_by(n, f, -1) FROM t",
                "INVALID_FUNCTION_ARGUMENT: third argument of max_by/min_by must be a positive integer",
            ),
            (
                "SELECT min_by(n, f, 10001) FROM t",
                "INVALID_FUNCTION_ARGUMENT: third argument of max_by/min_by must be less than or equal to 10000; found 10001",
            ),
            ("SELECT max(n, 'x') FROM t", "FUNCTION_NOT_FOUND: Unexpected parameters for function max"),
            ("SELECT max_by(n, f, 1.5) FROM t", "FUNCTION_NOT_FOUND: Unexpected parameters for function max_by"),
            ("SELECT max(n, 2) OVER () FROM t", "NOT_SUPPORTED: function max with OVER is not supported by the local engine"),
            (
                "SELECT max(tags, 1) FROM t",
                "NOT_SUPPORTED: line 1:12: function max of array(varchar) is not supported by the local engine",
            ),
            ("SELECT max_n(n, 2) FROM t", "NOT_SUPPORTED: function max_n is not supported by the local engine"),
        ],
    )
    .await;
}

#[tokio::test]
async fn percentiles() {
    let lake = lake().await;
    compare(
        &lake,
        &[
            // As in Trino's own test: of -1 and 1 it is 1, of 1, 2 and 3 it is 2.
            ("SELECT approx_percentile(x, 0.5) FROM (VALUES -1, 1) AS v (x)", "bigint", "1"),
            ("SELECT approx_percentile(x, 0.5) FROM (VALUES 3, NULL, 1, 2) AS v (x)", "bigint", "2"),
            ("SELECT approx_percentile(x, 0.99) FROM (VALUES 1, 2, 3) AS v (x)", "bigint", "3"),
            ("SELECT approx_percentile(n, 0), approx_percentile(n, 1) FROM t", "bigint", "10|40"),
            ("SELECT approx_percentile(i, 0.5) FROM t", "bigint", "2"),
            ("SELECT approx_percentile(f, 0.5) FROM t", "double", "2.5"),
            ("SELECT approx_percentile(r, 5e-1) FROM t", "float", "2.5"),
            ("SELECT approx_percentile(d, 0.5) FROM t", "double", "2.5"),
            ("SELECT approx_percentile(n, 100, 0.5) FROM t WHERE n = 10", "bigint", "10"),
            ("SELECT approx_percentile(n, i, 0.5) FROM t", "bigint", "20"),
            ("SELECT approx_percentile(n, i, 0.5, 0.01) FROM t", "bigint", "20"),
            ("SELECT approx_percentile(n, 0.5) FILTER (WHERE g = 'b') FROM t", "bigint", "40"),
            ("SELECT approx_percentile(DISTINCT i, 0.5) FROM t", "bigint", "2"),
            ("SELECT g, approx_percentile(n, 0.5) FROM t GROUP BY g ORDER BY g", "varchar", "a|20;b|40;c|NULL"),
            ("SELECT approx_percentile(n, 0.5) FROM t WHERE false", "bigint", "NULL"),
            ("SELECT approx_percentile(NULL, 0.5) FROM t", "bigint", "NULL"),
            ("SELECT approx_percentile(n, NULL) FROM t", "bigint", "NULL"),
            (
                "SELECT approx_percentile(n, p) FROM t, (SELECT array_agg(x ORDER BY x) AS p FROM (VALUES 0.25, 0.5, 1) AS v (x)) \
                 AS w",
                "array(bigint)",
                "[20, 30, 40]",
            ),
        ],
    )
    .await;
    refuse(
        &lake,
        &[
            (
                "SELECT approx_percentile(n, 1.5) FROM t",
                "INVALID_FUNCTION_ARGUMENT: Percentile must be between 0 and 1",
            ),
            (
                "SELECT approx_percentile(n, -0.5) FROM t",
                "INVALID_FUNCTION_ARGUMENT: Percentile must be between 0 and 1",
            ),
            (
                "SELECT approx_percentile(n, 0, 0.5) FROM t",
                "INVALID_FUNCTION_ARGUMENT: weight must be >= 1, was 0.0",
            ),
            (
                "SELECT approx_percentile(n, 1, 0.5, 1.0) FROM t",
                "INVALID_FUNCTION_ARGUMENT: Percentile accuracy must be exclusively between 0 and 1, was 1.0",
            ),
            (
                "SELECT approx_percentile(s, 0.5) FROM t",
                "FUNCTION_NOT_FOUND: Unexpected parameters for function approx_percentile",
            ),
            (
                "SELECT approx_percentile(n, s) FROM t",
                "FUNCTION_NOT_FOUND: Unexpected parameters for function approx_percentile",
            ),
            (
                "SELECT approx_percentile(n) FROM t",
                "FUNCTION_NOT_FOUND: Unexpected parameters for function approx_percentile",
            ),
        ],
    )
    .await;
}
