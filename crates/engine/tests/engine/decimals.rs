//! `*`, `/` and `%` of decimals. What is expected is from Trino's documentation ("Decimal functions and operators") and its test
//! `TestDecimalOperators`.

use crate::{
    both::{both, fail, null_of_null},
    golden::compare,
    lake::Lake,
};

#[tokio::test]
async fn decimals_are_divided_and_multiplied() {
    both(&[
        ("CAST({0} AS decimal(2,1)) / CAST({1} AS decimal(2,1))", &["1.0", "3.0"], "decimal(3,1)", "0.3"),
        ("CAST({0} AS decimal(4,3)) / CAST({1} AS decimal(2,1))", &["1.000", "3.0"], "decimal(5,3)", "0.333"),
        ("CAST({0} AS decimal(1,0)) / CAST({1} AS decimal(3,2))", &["9", "3.00"], "decimal(5,2)", "3.00"),
        ("CAST({0} AS decimal(4,2)) / CAST({1} AS decimal(2,0))", &["50.00", "25"], "decimal(4,2)", "2.00"),
        ("CAST({0} AS decimal(1,0)) / CAST({1} AS decimal(1,0))", &["-1", "2"], "decimal(1,0)", "-1"),
        ("CAST({0} AS decimal(1,0)) / CAST({1} AS decimal(1,0))", &["1", "3"], "decimal(1,0)", "0"),
        ("CAST({0} AS decimal(12,2)) / CAST({1} AS integer)", &["12.34", "3"], "decimal(12,2)", "4.11"),
        ("CAST({0} AS decimal(12,2)) / CAST({1} AS bigint)", &["-12.35", "-2"], "decimal(12,2)", "6.18"),
        ("CAST({0} AS decimal(12,2)) / CAST({1} AS smallint)", &["1", "3"], "decimal(12,2)", "0.33"),
        ("CAST({0} AS integer) / CAST({1} AS decimal(3,2))", &["10", "4.00"], "decimal(14,2)", "2.50"),
        ("CAST({0} AS decimal(12,2)) / 3", &["10"], "decimal(12,2)", "3.33"),
        ("CAST({0} AS decimal(12,2)) / 1.5", &["10"], "decimal(13,2)", "6.67"),
        ("CAST({0} AS decimal(12,2)) / CAST({1} AS double)", &["10", "4"], "double", "2.5"),
        (
            "CAST({0} AS decimal(38,0)) / CAST({1} AS decimal(38,0))",
            &["99999999999999999999999999999999999999", "3"],
            "decimal(38,0)",
            "33333333333333333333333333333333333333",
        ),
        (
            "CAST({0} AS decimal(38,10)) / CAST({1} AS decimal(38,10))",
            &["1234567890123456789012345678.0123456789", "0.9876543210"],
            "decimal(38,10)",
            "1249999988734374999015820311.4998022460",
        ),
        ("CAST({0} AS decimal(3,1)) % CAST({1} AS decimal(1,0))", &["10.5", "3"], "decimal(2,1)", "1.5"),
        ("CAST({0} AS decimal(3,1)) % CAST({1} AS decimal(1,0))", &["-10.5", "3"], "decimal(2,1)", "-1.5"),
        ("mod(CAST({0} AS decimal(3,1)), CAST({1} AS integer))", &["10.5", "-3"], "decimal(3,1)", "1.5"),
        ("CAST({0} AS integer) % CAST({1} AS decimal(3,2))", &["10", "0.75"], "decimal(3,2)", "0.25"),
        ("mod(CAST({0} AS integer), CAST({1} AS integer))", &["-10", "3"], "integer", "-1"),
        ("mod(CAST({0} AS bigint) + 1, CAST({1} AS bigint))", &["9", "4"], "bigint", "2"),
        (
            "CAST({0} AS decimal(3,2)) * CAST({1} AS decimal(3,2))",
            &["1.11", "1.11"],
            "decimal(6,4)",
            "1.2321",
        ),
        ("CAST({0} AS decimal(3,2)) * CAST({1} AS integer)", &["1.11", "-2"], "decimal(13,2)", "-2.22"),
        (
            "CAST({0} AS decimal(20,2)) * CAST({1} AS decimal(20,2))",
            &["1.11", "2"],
            "decimal(38,4)",
            "2.2200",
        ),
    ])
    .await;
    fail(&[
        (
            "CAST({0} AS decimal(3,2)) / CAST({1} AS decimal(3,2))",
            &["1", "0"],
            "DIVISION_BY_ZERO: Division by zero",
        ),
        (
            "CAST({0} AS decimal(3,2)) % CAST({1} AS decimal(3,2))",
            &["1", "0"],
            "DIVISION_BY_ZERO: Division by zero",
        ),
        (
            "CAST({0} AS decimal(38,0)) * CAST({1} AS integer)",
            &["99999999999999999999999999999999999999", "2"],
            "NUMERIC_VALUE_OUT_OF_RANGE: Decimal overflow",
        ),
        (
            "CAST({0} AS decimal(38,0)) / CAST({1} AS decimal(2,2))",
            &["99999999999999999999999999999999999999", "0.01"],
            "NUMERIC_VALUE_OUT_OF_RANGE: Decimal overflow",
        ),
    ])
    .await;
    null_of_null(&[
        ("CAST({0} AS decimal(4,2)) / CAST({1} AS decimal(4,2))", &["1", "1"], "decimal(6,2)"),
        ("CAST({0} AS decimal(4,2)) * CAST({1} AS decimal(4,2))", &["1", "1"], "decimal(8,4)"),
        ("CAST({0} AS decimal(4,2)) % CAST({1} AS decimal(4,2))", &["1", "1"], "decimal(4,2)"),
    ])
    .await;
}

/// The types of what is calculated reach the queries around.
#[tokio::test]
async fn quotients_in_queries_around() {
    let rows = [r#"{"n": 1, "d": "10.00"}"#, r#"{"n": 3, "d": "20.00"}"#, r#"{"n": 4}"#];
    let lake = Lake::of(&[("n", "int"), ("d", "decimal(12,2)")], &rows).await;
    compare(
        &lake,
        &[
            ("SELECT d / n FROM t ORDER BY n", "decimal(12,2)", "10.00;6.67;NULL"),
            ("SELECT d / n FROM t WHERE n = 9", "decimal(12,2)", ""),
            ("SELECT x * 2 FROM (SELECT d / n AS x FROM t WHERE n = 3) q", "decimal(22,2)", "13.34"),
            ("SELECT sum(d / n), avg(d / n) FROM t", "decimal(38,2)", "16.67|8.34"),
            ("SELECT d / n AS k, count(*) FROM t GROUP BY d / n ORDER BY 1", "decimal(12,2)", "6.67|1;10.00|1;NULL|1"),
            (
                "SELECT x * 2 FROM (SELECT d / n AS x FROM t WHERE n = 1 UNION ALL SELECT d / 3 FROM t WHERE n = 3) q ORDER BY 1",
                "decimal(22,2)",
                "13.34;20.00",
            ),
            ("SELECT n FROM t WHERE d / n > 7", "integer", "1"),
            ("SELECT n FROM t WHERE d / n = (SELECT max(d / n) FROM t)", "integer", "1"),
            ("SELECT a.n FROM t a JOIN t b ON a.d / a.n = b.d AND b.n = 1", "integer", "1"),
            ("SELECT max(d) / count(*) FROM t", "decimal(12,2)", "6.67"),
        ],
    )
    .await;
}
