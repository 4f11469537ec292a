//! Aggregates that keep the rows of a group, and statistics. What is expected follows from Trino's documentation ("Aggregate
//! functions") and its source (`ListaggAggregationFunction`, `AbstractMinMaxNAggregationFunction`, `AggregationUtils`,
//! `CentralMomentsAggregation`, `TestApproximatePercentileAggregation`).

mod bounds;
mod collected;
mod ranked;

use crate::{
    golden::{compare, refuse},
    lake::Lake,
};

async fn lake() -> Lake {
    let types = [
        ("g", "string"),
        ("i", "int"),
        ("n", "bigint"),
        ("d", "decimal(4,2)"),
        ("r", "float"),
        ("f", "double"),
        ("ok", "boolean"),
        ("s", "string"),
        ("day", "date"),
        ("tags", "array<string>"),
    ];
    let rows = [
        r#"{"g": "a", "i": 1, "n": 10, "d": "1.50", "r": 1.5, "f": 1.5, "ok": true, "s": "x", "day": "2026-11-23", "tags": ["t"]}"#,
        r#"{"g": "a", "i": 2, "n": 20, "d": "2.50", "r": 2.5, "f": 2.5, "ok": false, "s": "é"}"#,
        r#"{"g": "a", "i": 2, "n": 30, "r": 4, "f": 4}"#,
        r#"{"g": "b", "n": 40, "r": -1, "f": -1, "ok": true, "s": "x"}"#,
        r#"{"g": "c"}"#,
    ];
    Lake::of(&types, &rows).await
}

#[tokio::test]
async fn statistics() {
    let lake = lake().await;
    compare(
        &lake,
        &[
            (
                "SELECT covar_pop(f, n), covar_samp(f, n) FROM t",
                "double",
                "-7.499999999999999|-9.999999999999998",
            ),
            ("SELECT corr(r, r) FROM t WHERE g = 'a' AND n < 30", "float", "1.0"),
            ("SELECT corr(n, i) FROM t WHERE n < 30", "double", "0.9999999999999999"),
            ("SELECT corr(f, n), regr_slope(f, n) FROM t WHERE n = 10", "double", "NULL|NULL"),
            ("SELECT corr(f, i) FROM t WHERE i = 2", "double", "NULL"),
            ("SELECT covar_samp(f, n), covar_pop(f, n) FROM t WHERE n = 10", "double", "NULL|0.0"),
            ("SELECT regr_slope(n, i), regr_intercept(n, i) FROM t WHERE n < 30", "double", "10.0|0.0"),
            ("SELECT regr_slope(d, i) FROM t", "double", "1.0"),
            (
                "SELECT corr(f, n), covar_pop(f, n), skewness(f), kurtosis(f) FROM t WHERE false",
                "double",
                "NULL|NULL|NULL|NULL",
            ),
            ("SELECT skewness(f), kurtosis(f) FROM t WHERE n < 30", "double", "NULL|NULL"),
            (
                "SELECT skewness(x), kurtosis(x) FROM (VALUES 1, 2, 3, 4) AS v (x)",
                "double",
                "0.0|-1.1999999999999993",
            ),
            ("SELECT geometric_mean(x) FROM (VALUES 1, 1, 1) AS v (x)", "double", "1.0"),
            ("SELECT geometric_mean(r) FROM t WHERE false", "float", "NULL"),
            ("SELECT entropy(x) FROM (VALUES 1, 1, NULL, 0) AS v (x)", "double", "1.0"),
            ("SELECT entropy(n), entropy(i) FROM t WHERE false", "double", "0.0|0.0"),
            (
                "SELECT bitwise_and_agg(x), bitwise_or_agg(x) FROM (VALUES 7, 3, NULL, 10) AS v (x)",
                "bigint",
                "2|15",
            ),
            ("SELECT bitwise_and_agg(i), bitwise_or_agg(i) FROM t WHERE false", "bigint", "NULL|NULL"),
            ("SELECT every(ok), bool_and(ok), bool_or(ok) FROM t", "boolean", "false|false|true"),
            ("SELECT every(ok) FROM t WHERE g = 'c'", "boolean", "NULL"),
            // Distinct rows, alone and beside others.
            ("SELECT var_samp(DISTINCT i) FROM t", "double", "0.5"),
            (
                "SELECT stddev(DISTINCT i), var_pop(DISTINCT i), variance(DISTINCT i), count(*) FROM t",
                "double",
                "0.7071067811865476|0.25|0.5|5",
            ),
            ("SELECT covar_pop(DISTINCT i, i) FROM t", "double", "0.25"),
            (
                "SELECT bool_and(DISTINCT ok), max(DISTINCT n), sum(DISTINCT i), count(DISTINCT s) FROM t",
                "boolean",
                "false|40|3|2",
            ),
            (
                "SELECT g, stddev_pop(DISTINCT i) FROM t GROUP BY g ORDER BY g",
                "varchar",
                "a|0.5;b|NULL;c|NULL",
            ),
            // Windows whose frames begin with the partition.
            ("SELECT covar_pop(n, n) OVER (ORDER BY n) FROM t WHERE n < 30 ORDER BY n", "double", "0.0;25.0"),
            ("SELECT bitwise_or_agg(i) OVER (PARTITION BY g) FROM t WHERE g = 'a'", "bigint", "3;3;3"),
            (
                "SELECT approx_distinct(x) FROM (VALUES 1e0, 2e0, nan(), -nan(), 0e0, -0e0, NULL) AS v (x)",
                "bigint",
                "4",
            ),
            (
                "SELECT approx_distinct(r), approx_distinct(f), approx_distinct(DISTINCT d) FROM t",
                "bigint",
                "4|4|2",
            ),
            // The argument for the error.
            ("SELECT approx_distinct(i, 0.023), approx_distinct(s, 1e-1) FROM t", "bigint", "2|2"),
        ],
    )
    .await;
    refuse(
        &lake,
        &[
            ("SELECT count(n, i) FROM t", "FUNCTION_NOT_FOUND: Unexpected parameters for function count"),
            ("SELECT corr(f) FROM t", "FUNCTION_NOT_FOUND: Unexpected parameters for function corr"),
            (
                "SELECT covar_pop(f, s) FROM t",
                "FUNCTION_NOT_FOUND: Unexpected parameters for function covar_pop",
            ),
            (
                "SELECT entropy(f) FROM t",
                "FUNCTION_NOT_FOUND: Unexpected parameters (double) for function entropy",
            ),
            (
                "SELECT entropy(-n) FROM t",
                "INVALID_FUNCTION_ARGUMENT: Entropy count argument must be non-negative",
            ),
            (
                "SELECT bitwise_and_agg(f) FROM t",
                "FUNCTION_NOT_FOUND: Unexpected parameters for function bitwise_and_agg",
            ),
            ("SELECT skewness(ok) FROM t", "FUNCTION_NOT_FOUND: Unexpected parameters for function skewness"),
            (
                "SELECT approx_distinct(i, 0.005) FROM t",
                "FUNCTION_NOT_FOUND: Unexpected parameters for function approx_distinct",
            ),
            (
                "SELECT numeric_histogram(2, f) FROM t",
                "NOT_SUPPORTED: function numeric_histogram is not supported by the local engine",
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn sums_of_intervals_and_of_small_integers() {
    let lake = lake().await;
    compare(
        &lake,
        &[
            (
                "SELECT sum(x), avg(x) FROM (VALUES INTERVAL '1' DAY, INTERVAL '2' HOUR, NULL) AS v (x)",
                "interval day to second",
                "1 02:00:00.000|0 13:00:00.000",
            ),
            (
                "SELECT sum(x), avg(x) FROM (VALUES INTERVAL '1' YEAR, INTERVAL '2' MONTH) AS v (x)",
                "interval year to month",
                "1-2|0-7",
            ),
            // A half goes up.
            (
                "SELECT avg(x) FROM (VALUES INTERVAL '1' MONTH, INTERVAL '2' MONTH) AS v (x)",
                "interval year to month",
                "0-2",
            ),
            (
                "SELECT avg(x) FROM (VALUES INTERVAL '-1' MONTH, INTERVAL '-2' MONTH) AS v (x)",
                "interval year to month",
                "-0-1",
            ),
            (
                "SELECT sum(x) FROM (SELECT INTERVAL '1' DAY AS x) AS v WHERE false",
                "interval day to second",
                "NULL",
            ),
            (
                "SELECT sum(CAST(i AS smallint)), avg(CAST(i AS tinyint)) FROM t",
                "bigint",
                "5|1.6666666666666667",
            ),
            ("SELECT sum(DISTINCT CAST(i AS smallint)), count(*) FROM t", "bigint", "3|5"),
        ],
    )
    .await;
}

#[tokio::test]
async fn grouping_says_which_columns_are_grouped() {
    let lake = lake().await;
    compare(
        &lake,
        &[
            (
                "SELECT g, ok, grouping(g, ok), count(*) FROM t WHERE g = 'a' GROUP BY ROLLUP (g, ok) ORDER BY 3, 2",
                "varchar",
                "a|false|0|1;a|true|0|1;a|NULL|0|1;a|NULL|1|3;NULL|NULL|3|3",
            ),
            ("SELECT grouping(ok), grouping(g) FROM t GROUP BY GROUPING SETS ((g), (ok)) ORDER BY 1, 2", "integer", "0|1;0|1;0|1;1|0;1|0;1|0"),
            ("SELECT grouping(ok, g) FROM t WHERE n = 10 GROUP BY CUBE (g, ok) ORDER BY 1", "integer", "0;1;2;3"),
            ("SELECT g, grouping(g) FROM t GROUP BY g ORDER BY g", "varchar", "a|0;b|0;c|0"),
            ("SELECT count(*) FROM t GROUP BY ROLLUP (g) HAVING grouping(g) = 1", "bigint", "5"),
            ("SELECT array_agg(n ORDER BY n), grouping(g) FROM t WHERE n < 40 GROUP BY ROLLUP (g) ORDER BY 2", "array(bigint)", "[10, 20, 30]|0;[10, 20, 30]|1"),
            ("SELECT count(*), array_agg(n) FROM t WHERE false GROUP BY GROUPING SETS ((g), ())", "bigint", "0|NULL"),
        ],
    )
    .await;
}

/// As nulls that have a type.
#[tokio::test]
async fn nulls_without_a_type_do_not_count() {
    let lake = lake().await;
    for call in [
        "map_agg(null, 1)",
        "map_agg(DISTINCT null, 1)",
        "map_agg(null, n ORDER BY n)",
        "multimap_agg(null, n)",
        "multimap_agg(DISTINCT null, n)",
        "histogram(null)",
        "histogram(DISTINCT null)",
        "max_by(n, null, 2)",
    ] {
        let all = format!("SELECT {call} IS NULL FROM t");
        let groups = format!("SELECT {call} IS NULL FROM t GROUP BY g");
        compare(&lake, &[(&all, "boolean", "true"), (&groups, "boolean", "true;true;true")]).await;
    }
}
