//! Many rows, and what a group may keep.

use engine::MemoryLimits;

use super::lake;
use crate::{
    golden::{compare, refuse},
    lake::Lake,
};

/// More groups and batches than one, through two streams; and a group that is too large.
#[tokio::test]
async fn many_rows() {
    let rows: Vec<String> = (0..30_000).map(|n| format!(r#"{{"n": {n}, "k": {}}}"#, n % 7)).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let types = [("n", "bigint"), ("k", "int")];
    let lake = Lake::new();
    lake.table("t", &types).await;
    for (dt, rows) in ["2026-11-22", "2026-11-23", "2026-11-24"].iter().zip(rows.chunks(10_000)) {
        lake.rows_of(dt, &types, rows).await;
    }
    compare(
        &lake,
        &[
            ("SELECT cardinality(array_agg(n)), approx_percentile(n, 0.5) FROM t", "bigint", "30000|15000"),
            ("SELECT max(n, 3), min(n, 2), max_by(k, n, 2) FROM t", "array(bigint)", "[29999, 29998, 29997]|[0, 1]|[4, 3]"),
            ("SELECT k, approx_percentile(n, 0.5), max(n, 1) FROM t GROUP BY k ORDER BY k LIMIT 2", "integer", "0|15001|[29995];1|15002|[29996]"),
            ("SELECT element_at(array_agg(n ORDER BY n DESC), 30000), element_at(array_agg(n ORDER BY k, n), 4287) FROM t", "bigint", "0|1"),
            (
                "SELECT count(*), sum(cardinality(a)) FROM (SELECT n, array_agg(DISTINCT k) AS a FROM t GROUP BY n)",
                "bigint",
                "30000|30000",
            ),
            ("SELECT histogram(CAST(k AS varchar)) FROM t WHERE k < 2", "map(varchar, bigint)", "{0=4286, 1=4286}"),
            ("SELECT round(corr(n, n), 9), abs(skewness(n)) < 1e-6 FROM t", "double", "1.0|true"),
        ],
    )
    .await;
    let lake = lake.limited(MemoryLimits { value: 1_024, ..MemoryLimits::default() });
    let error = lake.error("SELECT cardinality(array_agg(n)) FROM t", &[]).await.to_string();
    assert!(error.contains("array_agg makes a value of more than 16384 bytes"), "{error}");
    compare(
        &lake,
        &[("SELECT max(n, 2), approx_percentile(n, 0) FROM t", "array(bigint)", "[29999, 29998]|0")],
    )
    .await;
    let lake = lake.limited(MemoryLimits { operators: 400_000, ..MemoryLimits::default() });
    let error = lake.error("SELECT cardinality(array_agg(n ORDER BY k)) FROM t", &[]).await.to_string();
    assert!(error.contains("EXCEEDED_LOCAL_MEMORY_LIMIT"), "{error}");
    let lake = lake.limited(MemoryLimits { batches: 2_000_000, ..MemoryLimits::default() });
    compare(&lake, &[("SELECT cardinality(array_agg(n)) FROM t WHERE n < 10", "bigint", "10")]).await;
}

/// The separator, the filler and the percentages, which a group may keep a copy of.
#[tokio::test]
async fn constants_are_bounded() {
    let lake = lake().await;
    let listagg = |separator: usize, filler: usize| {
        let (separator, filler) = ("s".repeat(separator), "f".repeat(filler));
        format!(
            "SELECT sum(length(a)) FROM (SELECT g, listagg(s, '{separator}' ON OVERFLOW TRUNCATE '{filler}' WITH COUNT) \
             WITHIN GROUP (ORDER BY n) AS a FROM t GROUP BY g)"
        )
    };
    let percentiles = |count: usize| {
        format!(
            "SELECT cardinality(approx_percentile(n, p)) FROM t, (SELECT array_agg(x / 2e3) AS p \
             FROM UNNEST(sequence(1, {count})) AS u (x)) AS w"
        )
    };
    compare(&lake, &[(&listagg(1_024, 1_024), "bigint", "1027"), (&percentiles(1_000), "bigint", "1000")])
        .await;
    let of_listagg = |what: &str| {
        format!(
            "INVALID_FUNCTION_ARGUMENT: listagg with {what} of more than 1024 bytes is not supported by the local engine"
        )
    };
    refuse(
        &lake,
        &[
            (&listagg(1_025, 3), &of_listagg("a separator")),
            (&listagg(1, 1_025), &of_listagg("an overflow filler")),
            (
                &listagg(1, 65_537),
                "INVALID_FUNCTION_ARGUMENT: Overflow filler length 65537 exceeds maximum length 65536",
            ),
            (
                &percentiles(1_001),
                "INVALID_FUNCTION_ARGUMENT: approx_percentile with more than 1000 percentages is not supported by the local \
                 engine",
            ),
        ],
    )
    .await;
}
