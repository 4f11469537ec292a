//! Aggregates that keep the rows of a group, and statistics. What is expected follows from Trino's documentation ("Aggregate
//! functions") and its source (`ListaggAggregationFunction`, `AbstractMinMaxNAggregationFunction`, `AggregationUtils`,
//! `CentralMomentsAggregation`, `TestApproximatePercentileAggregation`).

use engine::MemoryLimits;

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
async fn arrays() {
    let lake = lake().await;
    compare(
        &lake,
        &[
            ("SELECT array_agg(n ORDER BY n) FROM t WHERE n > 0", "array(bigint)", "[10, 20, 30, 40]"),
            ("SELECT array_agg(n ORDER BY n DESC) FROM t", "array(bigint)", "[40, 30, 20, 10, null]"),
            ("SELECT array_agg(n ORDER BY n DESC NULLS FIRST) FROM t", "array(bigint)", "[null, 40, 30, 20, 10]"),
            ("SELECT array_agg(s ORDER BY n) FROM t", "array(varchar)", "[x, é, null, x, null]"),
            ("SELECT array_agg(s ORDER BY s DESC, n DESC) FROM t WHERE n > 0", "array(varchar)", "[é, x, x, null]"),
            ("SELECT array_agg(n ORDER BY ok, n DESC) FROM t WHERE n > 0", "array(bigint)", "[20, 40, 10, 30]"),
            // Two orders in one query.
            (
                "SELECT array_agg(n ORDER BY n), array_agg(n ORDER BY n DESC), sum(n ORDER BY f) FROM t WHERE g = 'a'",
                "array(bigint)",
                "[10, 20, 30]|[30, 20, 10]|60",
            ),
            (
                "SELECT g, array_agg(i ORDER BY n) FROM t GROUP BY g ORDER BY g",
                "varchar",
                "a|[1, 2, 2];b|[null];c|[null]",
            ),
            ("SELECT array_agg(DISTINCT i ORDER BY i) FROM t", "array(integer)", "[1, 2, null]"),
            ("SELECT array_agg(DISTINCT i ORDER BY i DESC) FROM t WHERE g = 'a'", "array(integer)", "[2, 1]"),
            ("SELECT array_agg(DISTINCT s ORDER BY s), count(*) FROM t", "array(varchar)", "[x, é, null]|5"),
            ("SELECT cardinality(array_agg(DISTINCT i)) FROM t", "bigint", "3"),
            ("SELECT array_agg(n ORDER BY n) FILTER (WHERE ok) FROM t", "array(bigint)", "[10, 40]"),
            ("SELECT array_agg(n) FILTER (WHERE n > 99) FROM t", "array(bigint)", "NULL"),
            ("SELECT array_agg(n) FROM t WHERE false", "array(bigint)", "NULL"),
            ("SELECT g, array_agg(n) FROM t WHERE false GROUP BY g", "varchar", ""),
            ("SELECT array_agg(d ORDER BY n) FROM t WHERE g = 'a'", "array(decimal(4,2))", "[1.50, 2.50, null]"),
            ("SELECT array_agg(day ORDER BY n) FROM t WHERE n < 30", "array(date)", "[2026-11-23, null]"),
            ("SELECT array_agg(tags ORDER BY n) FROM t WHERE n < 30", "array(array(varchar))", "[[t], null]"),
            ("SELECT array_agg(r ORDER BY r) FROM t WHERE n < 30", "array(real)", "[1.5, 2.5]"),
            ("SELECT array_agg(n ORDER BY 1) FROM t WHERE n = 10", "array(bigint)", "[10]"),
            ("SELECT array_agg(c ORDER BY c) FROM (SELECT count(*) AS c FROM t GROUP BY g)", "array(bigint)", "[1, 1, 3]"),
            ("SELECT array_agg(x ORDER BY x) FROM (VALUES 0e0, -0e0, nan(), 1e0) AS v (x)", "array(double)", "[0.0, -0.0, 1.0, NaN]"),
            ("SELECT cardinality(array_agg(DISTINCT x)) FROM (VALUES 0e0, -0e0, nan(), -nan()) AS v (x)", "bigint", "2"),
            ("SELECT contains((SELECT array_agg(n) FROM t), 30)", "boolean", "true"),
        ],
    )
    .await;
    refuse(
        &lake,
        &[
            ("SELECT array_agg(n, i) FROM t", "FUNCTION_NOT_FOUND: Unexpected parameters for function array_agg"),
            (
                "SELECT array_agg(DISTINCT i ORDER BY n) FROM t",
                "EXPRESSION_NOT_IN_DISTINCT: For aggregate function with DISTINCT, ORDER BY expressions must appear in \
                 arguments",
            ),
            (
                "SELECT array_agg(n ORDER BY tags) FROM t",
                "NOT_SUPPORTED: ORDER BY of array(varchar) is not supported by the local engine",
            ),
            (
                "SELECT array_agg(n) OVER () FROM t",
                "NOT_SUPPORTED: function array_agg with OVER is not supported by the local engine",
            ),
            (
                "SELECT array_agg(n) WITHIN GROUP (ORDER BY n) FROM t",
                "NOT_SUPPORTED: WITHIN GROUP of function array_agg is not supported by the local engine",
            ),
            (
                "SELECT lower(s ORDER BY s) FROM t",
                "NOT_SUPPORTED: a clause among the arguments of lower is not supported by the local engine",
            ),
            (
                "SELECT array_agg(n ORDER BY (SELECT 1)) FROM t",
                "NOT_SUPPORTED: a subquery in ORDER BY of function array_agg is not supported by the local engine",
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn texts() {
    let lake = lake().await;
    compare(
        &lake,
        &[
            ("SELECT listagg(s, ', ') WITHIN GROUP (ORDER BY s) FROM t", "varchar", "x, x, é"),
            ("SELECT listagg(s) WITHIN GROUP (ORDER BY n DESC) FROM t", "varchar", "xéx"),
            ("SELECT listagg(DISTINCT s, '+') WITHIN GROUP (ORDER BY s DESC) FROM t", "varchar", "é+x"),
            ("SELECT listagg(s, '–') WITHIN GROUP (ORDER BY ok, n) FROM t", "varchar", "é–x–x"),
            ("SELECT listagg(s, ',') WITHIN GROUP (ORDER BY n) FILTER (WHERE g = 'a') FROM t", "varchar", "x,é"),
            ("SELECT g, listagg(s, ',') WITHIN GROUP (ORDER BY n) FROM t GROUP BY g ORDER BY g", "varchar", "a|x,é;b|x;c|NULL"),
            ("SELECT listagg(s, ',') WITHIN GROUP (ORDER BY n) FROM t WHERE false", "varchar", "NULL"),
            ("SELECT listagg(s, ',') WITHIN GROUP (ORDER BY n) FROM t WHERE s IS NULL", "varchar", "NULL"),
            ("SELECT listagg(NULL, ',') WITHIN GROUP (ORDER BY n) FROM t", "varchar", "NULL"),
            ("SELECT listagg(CAST(n AS varchar), ',') WITHIN GROUP (ORDER BY n) FROM t", "varchar", "10,20,30,40"),
            ("SELECT listagg(x, ',') WITHIN GROUP (ORDER BY x) FROM (VALUES '', 'a', '') AS v (x)", "varchar", ",,a"),
            ("SELECT listagg(s, ',' ON OVERFLOW ERROR) WITHIN GROUP (ORDER BY n) FROM t WHERE n < 30", "varchar", "x,é"),
            (
                "SELECT listagg(s, ',' ON OVERFLOW TRUNCATE '…' WITH COUNT) WITHIN GROUP (ORDER BY n) FROM t WHERE n < 30",
                "varchar",
                "x,é",
            ),
        ],
    )
    .await;
    let long = "listagg(lpad(CAST(x AS varchar), 400000, 'a'), ','";
    let rows = "FROM (VALUES 1, 2, 3, 4) AS v (x)";
    for (overflow, expected) in [
        ("ON OVERFLOW TRUNCATE WITH COUNT", "a2,...(2)"),
        ("ON OVERFLOW TRUNCATE '…' WITHOUT COUNT", "a2,…"),
        ("ON OVERFLOW TRUNCATE '' WITH COUNT", "a2,(2)"),
    ] {
        let sql = format!("SELECT substr({long} {overflow}) WITHIN GROUP (ORDER BY x), 800000) {rows}");
        compare(&lake, &[(&sql, "varchar", expected)]).await;
    }
    let message = "EXCEEDED_FUNCTION_MEMORY_LIMIT: Concatenated string has the length in bytes larger than the maximum \
                   output length 1048576";
    for overflow in ["", " ON OVERFLOW ERROR"] {
        let sql = format!("SELECT length({long}{overflow}) WITHIN GROUP (ORDER BY x)) {rows}");
        refuse(&lake, &[(&sql, message)]).await;
    }
    refuse(
        &lake,
        &[
            (
                "SELECT listagg(s, ',') FROM t",
                "NOT_SUPPORTED: listagg without WITHIN GROUP (ORDER BY ...) is not supported by the local engine",
            ),
            (
                "SELECT listagg(s, g) WITHIN GROUP (ORDER BY n) FROM t",
                "NOT_SUPPORTED: listagg with a separator that is no text in quotes is not supported by the local engine",
            ),
            (
                "SELECT listagg(n, ',') WITHIN GROUP (ORDER BY n) FROM t",
                "FUNCTION_NOT_FOUND: Unexpected parameters for function listagg",
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn maps() {
    let lake = lake().await;
    compare(
        &lake,
        &[
            ("SELECT map_agg(g, ok) FROM t WHERE n IN (10, 40)", "map(varchar, boolean)", "{a=true, b=true}"),
            (
                "SELECT map_agg(g, n) FROM t WHERE n > 20 OR g = 'c'",
                "map(varchar, bigint)",
                "{a=30, b=40, c=null}",
            ),
            // Of each key the first value, in an order.
            (
                "SELECT map_agg(g, n ORDER BY n DESC) FROM t WHERE n > 0",
                "map(varchar, bigint)",
                "{b=40, a=30}",
            ),
            ("SELECT map_agg(s, g) FROM t WHERE s IS NULL", "map(varchar, varchar)", "NULL"),
            ("SELECT map_agg(s, n) FROM t WHERE false", "map(varchar, bigint)", "NULL"),
            (
                "SELECT g, map_agg(s, i ORDER BY n) FROM t GROUP BY g ORDER BY g",
                "varchar",
                "a|{x=1, é=2};b|{x=null};c|NULL",
            ),
            (
                "SELECT multimap_agg(s, n ORDER BY n) FROM t",
                "map(varchar, array(bigint))",
                "{x=[10, 40], é=[20]}",
            ),
            (
                "SELECT multimap_agg(g, i ORDER BY n DESC) FROM t WHERE n > 0",
                "map(varchar, array(integer))",
                "{b=[null], a=[2, 2, 1]}",
            ),
            (
                "SELECT multimap_agg(DISTINCT g, i ORDER BY g, i) FROM t WHERE n > 0",
                "map(varchar, array(integer))",
                "{a=[1, 2], b=[null]}",
            ),
            ("SELECT multimap_agg(s, n) FROM t WHERE s IS NULL", "map(varchar, array(bigint))", "NULL"),
            ("SELECT histogram(s) FROM t", "map(varchar, bigint)", "{x=2, é=1}"),
            ("SELECT histogram(g) FILTER (WHERE n > 10) FROM t", "map(varchar, bigint)", "{a=2, b=1}"),
            ("SELECT histogram(DISTINCT g) FROM t", "map(varchar, bigint)", "{a=1, b=1, c=1}"),
            ("SELECT histogram(s) FROM t WHERE s IS NULL", "map(varchar, bigint)", "NULL"),
            ("SELECT g, histogram(s) FROM t GROUP BY g ORDER BY g", "varchar", "a|{x=1, é=1};b|{x=1};c|NULL"),
        ],
    )
    .await;
    refuse(
        &lake,
        &[
            ("SELECT map_agg(n) FROM t", "FUNCTION_NOT_FOUND: Unexpected parameters for function map_agg"),
            (
                "SELECT histogram(tags) FROM t",
                "NOT_SUPPORTED: line 1:18: function histogram of array(varchar) is not supported by the local engine",
            ),
            (
                "SELECT map_agg(s, n) OVER () FROM t",
                "NOT_SUPPORTED: function map_agg with OVER is not supported by the local engine",
            ),
        ],
    )
    .await;
}

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
                "SELECT checksum(i) FROM t",
                "NOT_SUPPORTED: function checksum is not supported by the local engine",
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
