//! `reduce`: one value of all elements.

use super::{each, lake};
use crate::golden::refuse;

#[tokio::test]
async fn reduced() {
    each(&[
        ("reduce(whole, 0, (s, x) -> s + x, s -> s)", "integer", ["6", "NULL", "0", "NULL"]),
        ("reduce(whole, 0, (s, x) -> s + coalesce(x, 0), s -> s)", "integer", ["6", "12", "0", "NULL"]),
        ("reduce(whole, 0, (s, x) -> IF(x IS NULL, s, s + x), s -> s)", "integer", ["6", "12", "0", "NULL"]),
        ("reduce(whole, CAST(0 AS bigint), (s, x) -> s + x, s -> s)", "bigint", ["6", "NULL", "0", "NULL"]),
        ("reduce(whole, 0e0, (s, x) -> s + x, s -> s / 2)", "double", ["3.0", "NULL", "0.0", "NULL"]),
        ("reduce(whole, 0, (s, x) -> s + CAST(x AS bigint), s -> s)", "bigint", ["6", "NULL", "0", "NULL"]),
        ("reduce(whole, k, (s, x) -> s + x, s -> s - k)", "integer", ["6", "NULL", "0", "NULL"]),
        (
            "reduce(whole, '', (s, x) -> s || CAST(x AS varchar), s -> s)",
            "varchar",
            ["123", "NULL", "''", "NULL"],
        ),
        ("reduce(words, '', (s, w) -> w || s, s -> length(s))", "bigint", ["2", "NULL", "0", "NULL"]),
        ("reduce(money, 0, (s, x) -> s + x, s -> s)", "decimal(38,2)", ["3.35", "NULL", "0.00", "NULL"]),
        ("reduce(money, 0, (s, x) -> s + x, s -> s) * 2", "decimal(38,2)", ["6.70", "NULL", "0.00", "NULL"]),
        ("reduce(whole, 0, (s, x) -> s + x, s -> s) * 1.5", "decimal(12,1)", ["9.0", "NULL", "0.0", "NULL"]),
        ("reduce(whole, NULL, (s, x) -> x, s -> s)", "integer", ["3", "7", "NULL", "NULL"]),
        ("reduce(whole, 1, (s, x) -> NULL, s -> s IS NULL)", "boolean", ["true", "true", "false", "NULL"]),
        ("reduce(whole, 0, (s, x) -> s + 1, s -> CAST(s AS varchar))", "varchar", ["3", "3", "0", "NULL"]),
    ])
    .await;
}

/// The state has the type that the initial one and the function's have in common, field by field. The first is the mean of
/// Trino's documentation (`reduce`).
#[tokio::test]
async fn reduced_to_rows_and_maps() {
    each(&[
        (
            "reduce(whole, CAST(ROW(0.0, 0) AS ROW(sum DOUBLE, count INTEGER)), \
             (s, x) -> CAST(ROW(x + s.sum, s.count + 1) AS ROW(sum DOUBLE, count INTEGER)), \
             s -> IF(s.count = 0, NULL, s.sum / s.count))",
            "double",
            ["2.0", "NULL", "NULL", "NULL"],
        ),
        ("reduce(whole, ROW(0, 0), (s, x) -> ROW(s[1] + 1, s[2] + 1e0), s -> s[2])", "double", ["3.0", "3.0", "0.0", "NULL"]),
        (
            "reduce(whole, CAST(ROW(0, 'a') AS row(n integer, w varchar)), \
             (s, x) -> CAST(ROW(s.n + 1, NULL) AS row(n bigint, w varchar)), s -> s.n)",
            "bigint",
            ["3", "3", "0", "NULL"],
        ),
        (
            "reduce(whole, ROW(0), (s, x) -> ROW(s[1] + 1.5), s -> s[1])",
            "decimal(38,1)",
            ["4.5", "4.5", "0.0", "NULL"],
        ),
        (
            "reduce(whole, map(ARRAY['n'], ARRAY[0]), (s, x) -> map(ARRAY['n'], ARRAY[s['n'] + 5e-1]), s -> s['n'])",
            "double",
            ["1.5", "1.5", "0.0", "NULL"],
        ),
        (
            "reduce(whole, ARRAY[ROW(0)], (s, x) -> ARRAY[ROW(s[1][1] + 1e0)], s -> s[1][1])",
            "double",
            ["3.0", "3.0", "0.0", "NULL"],
        ),
    ])
    .await;
    refuse(
        &lake().await,
        &[(
            "SELECT reduce(whole, ROW(0), (s, x) -> ROW('a'), s -> s) FROM t",
            "FUNCTION_NOT_FOUND: Unexpected parameters for function reduce",
        )],
    )
    .await;
}
