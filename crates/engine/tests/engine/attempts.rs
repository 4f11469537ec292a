//! `try`, as Trino's documentation has it ("Conditional expressions").

use crate::{
    both::{both, fail},
    golden::{compare, refuse},
    lake::Lake,
};

#[tokio::test]
async fn what_fails_by_its_values_is_null() {
    both(&[
        ("try(CAST({0} AS bigint))", &["x"], "bigint", "NULL"),
        ("try(CAST({0} AS bigint))", &["42"], "bigint", "42"),
        ("try(CAST({0} AS bigint))", &["NULL"], "bigint", "NULL"),
        ("try(CAST({0} AS integer) / CAST({1} AS integer))", &["10", "0"], "integer", "NULL"),
        ("try(CAST({0} AS integer) / CAST({1} AS integer))", &["10", "5"], "integer", "2"),
        ("try(CAST({0} AS bigint) + CAST({1} AS bigint))", &["9223372036854775807", "1"], "bigint", "NULL"),
        ("try(CAST({0} AS decimal(4,2)) / CAST({1} AS decimal(4,2)))", &["1", "0"], "decimal(6,2)", "NULL"),
        ("try(chr(CAST({0} AS bigint)))", &["-1"], "varchar", "NULL"),
        ("try(upper({0}))", &["é"], "varchar", "É"),
        ("coalesce(try(CAST({0} AS bigint)), 0)", &["x"], "bigint", "0"),
        ("try(try(CAST({0} AS integer)) / CAST({1} AS integer))", &["x", "0"], "integer", "NULL"),
        ("try(CASE WHEN {0} = 'x' THEN 1E0 ELSE CAST({0} AS double) END)", &["x"], "double", "1.0"),
    ])
    .await;
    // What only this engine does not take has an answer on Athena.
    fail(&[
        (
            "try(round(CAST({0} AS double), 30))",
            &["1"],
            "INVALID_FUNCTION_ARGUMENT: round to 30 places is not supported by the local engine",
        ),
        (
            "try(format('%g', CAST({0} AS double)))",
            &["1"],
            "INVALID_FUNCTION_ARGUMENT: format with %g is not supported by the local engine",
        ),
        (
            "try(format({0}, DATE '2026-11-23'))",
            &["%tH"],
            "INVALID_FUNCTION_ARGUMENT: format of a date as %tH is not supported by the local engine",
        ),
        (
            "try(regexp_like('aa', {0}))",
            &["(?=a)a"],
            "INVALID_FUNCTION_ARGUMENT: the pattern \"(?=a)a\": looking around is not supported by the local engine",
        ),
    ])
    .await;
}

#[tokio::test]
async fn only_the_rows_that_fail_are_null() {
    let rows: Vec<String> = (0..1_000).map(|n| format!(r#"{{"n": {n}, "d": {}}}"#, n % 10)).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let lake = Lake::of(&[("n", "int"), ("d", "int")], &rows).await;
    compare(
        &lake,
        &[
            ("SELECT count(*), count(try(n / d)) FROM t", "bigint", "1000|900"),
            ("SELECT sum(try(n / d)) - sum(n / d) FILTER (WHERE d <> 0) FROM t WHERE d <> 0", "bigint", "0"),
            ("SELECT count(*) FROM t WHERE try(n / d) IS NULL", "bigint", "100"),
            ("SELECT try(n / d), try(1 + n / d) FROM t WHERE n IN (10, 11) ORDER BY n", "integer", "NULL|NULL;11|12"),
            ("SELECT try(max(n) / min(d)) FROM t", "integer", "NULL"),
            ("SELECT try(n / d) AS k, count(*) FROM t WHERE n < 20 AND d < 2 GROUP BY try(n / d) ORDER BY 1", "integer", "1|1;11|1;NULL|2"),
            ("SELECT n FROM t WHERE n = (SELECT try(min(n) / 0) FROM t)", "integer", ""),
            ("SELECT try((SELECT max(d) FROM t) / d) FROM t WHERE n = 3", "integer", "3"),
            ("SELECT a.n FROM t a WHERE a.n < 12 AND EXISTS (SELECT 1 FROM t b WHERE b.n = a.n AND try(b.n / b.d) > 9) ORDER BY 1", "integer", "11"),
            ("SELECT count(try(random() / n)) FROM t", "bigint", "1000"),
        ],
    )
    .await;
    refuse(
        &lake,
        &[
            ("SELECT try(n, d) FROM t", "FUNCTION_NOT_FOUND: Unexpected parameters for function try"),
            ("SELECT try(lower(n)) FROM t", "FUNCTION_NOT_FOUND: Unexpected parameters for function lower"),
        ],
    )
    .await;
}
