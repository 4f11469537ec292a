//! `CAST` and `TRY_CAST`. What is expected is from Trino's documentation ("Conversion functions", "Data types") and its tests
//! (`TestVarcharOperators`, `TestDoubleOperators`, `TestRealOperators`, `TestDecimalCasts`, `TestIntegerOperators` and the like).

use crate::{
    both::{both, fail, null_of_null},
    golden::{compare, refuse},
    lake::Lake,
};

mod texts;

#[tokio::test]
async fn texts_are_read_as_numbers() {
    both(&[
        ("CAST({0} AS bigint)", &["42"], "bigint", "42"),
        ("CAST({0} AS bigint)", &["-9223372036854775808"], "bigint", "-9223372036854775808"),
        ("CAST({0} AS integer)", &["+7"], "integer", "7"),
        ("CAST({0} AS int)", &["007"], "integer", "7"),
        ("CAST({0} AS smallint)", &["-32768"], "smallint", "-32768"),
        ("CAST({0} AS tinyint)", &["127"], "tinyint", "127"),
        ("CAST({0} AS double)", &["1.5"], "double", "1.5"),
        ("CAST({0} AS double)", &[" 1e3 "], "double", "1000.0"),
        ("CAST({0} AS double)", &["1.5d"], "double", "1.5"),
        ("CAST({0} AS double)", &["-Infinity"], "double", "-Infinity"),
        ("CAST({0} AS double)", &["NaN"], "double", "NaN"),
        ("CAST({0} AS real)", &["0.1"], "float", "0.1"),
        ("CAST({0} AS real)", &["1e39"], "float", "Infinity"),
        ("CAST({0} AS boolean)", &["T"], "boolean", "true"),
        ("CAST({0} AS boolean)", &["1"], "boolean", "true"),
        ("CAST({0} AS boolean)", &["False"], "boolean", "false"),
        ("CAST({0} AS decimal(12,2))", &["-1.235"], "decimal(12,2)", "-1.24"),
        (
            "CAST({0} AS decimal(38,0))",
            &["99999999999999999999999999999999999999"],
            "decimal(38,0)",
            "99999999999999999999999999999999999999",
        ),
        ("CAST({0} AS decimal)", &["7.5"], "decimal(38,0)", "8"),
        ("TRY_CAST({0} AS bigint)", &["x"], "bigint", "NULL"),
        ("TRY_CAST({0} AS integer)", &["2147483648"], "integer", "NULL"),
        ("TRY_CAST({0} AS tinyint)", &["128"], "tinyint", "NULL"),
        ("TRY_CAST({0} AS double)", &["inf"], "double", "NULL"),
        ("TRY_CAST({0} AS boolean)", &["yes"], "boolean", "NULL"),
        ("TRY_CAST({0} AS decimal(3,2))", &["10"], "decimal(3,2)", "NULL"),
        ("TRY_CAST({0} AS decimal(3,2))", &["é"], "decimal(3,2)", "NULL"),
        ("TRY_CAST({0} AS double)", &["1.5"], "double", "1.5"),
    ])
    .await;
    fail(&[
        ("CAST({0} AS bigint)", &["x"], "INVALID_CAST_ARGUMENT: Cannot cast 'x' to BIGINT"),
        ("CAST({0} AS bigint)", &[""], "INVALID_CAST_ARGUMENT: Cannot cast '' to BIGINT"),
        ("CAST({0} AS bigint)", &[" 1"], "INVALID_CAST_ARGUMENT: Cannot cast ' 1' to BIGINT"),
        ("CAST({0} AS bigint)", &["1.5"], "INVALID_CAST_ARGUMENT: Cannot cast '1.5' to BIGINT"),
        ("CAST({0} AS integer)", &["2147483648"], "INVALID_CAST_ARGUMENT: Cannot cast '2147483648' to INT"),
        ("CAST({0} AS smallint)", &["32768"], "INVALID_CAST_ARGUMENT: Cannot cast '32768' to SMALLINT"),
        ("CAST({0} AS tinyint)", &["-129"], "INVALID_CAST_ARGUMENT: Cannot cast '-129' to TINYINT"),
        ("CAST({0} AS double)", &["é"], "INVALID_CAST_ARGUMENT: Cannot cast 'é' to DOUBLE"),
        ("CAST({0} AS double)", &["infinity"], "INVALID_CAST_ARGUMENT: Cannot cast 'infinity' to DOUBLE"),
        ("CAST({0} AS real)", &[""], "INVALID_CAST_ARGUMENT: Cannot cast '' to REAL"),
        ("CAST({0} AS boolean)", &["yes"], "INVALID_CAST_ARGUMENT: Cannot cast 'yes' to BOOLEAN"),
        (
            "CAST({0} AS decimal(4,2))",
            &["x"],
            "INVALID_CAST_ARGUMENT: Cannot cast VARCHAR 'x' to DECIMAL(4, 2). Value is not a number.",
        ),
        (
            "CAST({0} AS decimal(4,2))",
            &["99.995"],
            "INVALID_CAST_ARGUMENT: Cannot cast VARCHAR '99.995' to DECIMAL(4, 2). Value too large.",
        ),
    ])
    .await;
    null_of_null(&[
        ("CAST({0} AS bigint)", &["1"], "bigint"),
        ("CAST({0} AS tinyint)", &["1"], "tinyint"),
        ("CAST({0} AS real)", &["1"], "float"),
        ("CAST({0} AS boolean)", &["1"], "boolean"),
        ("CAST({0} AS decimal(4,2))", &["1"], "decimal(4,2)"),
        ("CAST({0} AS varchar(3))", &["1"], "varchar"),
        ("TRY_CAST({0} AS varchar(3))", &["1"], "varchar"),
        ("CAST(CAST({0} AS double) AS varchar)", &["1"], "varchar"),
        ("CAST(CAST({0} AS double) AS integer)", &["1"], "integer"),
        ("CAST(CAST({0} AS decimal(4,2)) AS smallint)", &["1"], "smallint"),
    ])
    .await;
}

#[tokio::test]
async fn numbers_are_rounded() {
    both(&[
        ("CAST(CAST({0} AS double) AS integer)", &["2.5"], "integer", "3"),
        ("CAST(CAST({0} AS double) AS bigint)", &["-2.5"], "bigint", "-3"),
        ("CAST(CAST({0} AS double) AS bigint)", &["0.49999999999999994"], "bigint", "0"),
        ("CAST(CAST({0} AS double) AS smallint)", &["32767.4"], "smallint", "32767"),
        ("CAST(CAST({0} AS double) AS tinyint)", &["-128.4"], "tinyint", "-128"),
        ("CAST(CAST({0} AS double) AS boolean)", &["0.1"], "boolean", "true"),
        ("CAST(CAST({0} AS double) AS boolean)", &["-0.0"], "boolean", "false"),
        ("CAST(CAST({0} AS real) AS integer)", &["7.5"], "integer", "8"),
        ("CAST(CAST({0} AS real) AS bigint)", &["1e30"], "bigint", "9223372036854775807"),
        ("CAST(CAST({0} AS double) AS real)", &["0.1"], "float", "0.1"),
        ("CAST(CAST({0} AS double) AS decimal(10,2))", &["2.675"], "decimal(10,2)", "2.68"),
        (
            "CAST(CAST({0} AS double) AS decimal(38,20))",
            &["1e-20"],
            "decimal(38,20)",
            "0.00000000000000000001",
        ),
        ("CAST(CAST({0} AS real) AS decimal(4,1))", &["-0.25"], "decimal(4,1)", "-0.3"),
        ("CAST(CAST({0} AS decimal(4,1)) AS integer)", &["2.5"], "integer", "3"),
        ("CAST(CAST({0} AS decimal(4,1)) AS bigint)", &["-2.5"], "bigint", "-3"),
        (
            "CAST(CAST({0} AS decimal(38,2)) AS bigint)",
            &["9223372036854775807.49"],
            "bigint",
            "9223372036854775807",
        ),
        ("CAST(CAST({0} AS decimal(4,1)) AS tinyint)", &["127.4"], "tinyint", "127"),
        ("CAST(CAST({0} AS decimal(4,2)) AS boolean)", &["0.01"], "boolean", "true"),
        ("CAST(CAST({0} AS decimal(4,2)) AS double)", &["0.01"], "double", "0.01"),
        ("CAST(CAST({0} AS decimal(4,2)) AS decimal(4,1))", &["0.25"], "decimal(4,1)", "0.3"),
        ("CAST(CAST({0} AS boolean) AS decimal(4,2))", &["true"], "decimal(4,2)", "1.00"),
        ("CAST(CAST({0} AS boolean) AS integer)", &["true"], "integer", "1"),
        ("CAST(CAST({0} AS boolean) AS tinyint)", &["false"], "tinyint", "0"),
        ("CAST(CAST({0} AS boolean) AS real)", &["true"], "float", "1.0"),
        ("CAST(CAST({0} AS integer) AS smallint)", &["-32768"], "smallint", "-32768"),
        ("CAST(CAST({0} AS smallint) AS bigint)", &["7"], "bigint", "7"),
        ("CAST(CAST({0} AS smallint) AS decimal(4,1))", &["7"], "decimal(4,1)", "7.0"),
        ("CAST(CAST({0} AS tinyint) AS double)", &["7"], "double", "7.0"),
        ("CAST(CAST({0} AS tinyint) AS varchar)", &["-7"], "varchar", "-7"),
        ("TRY_CAST(CAST({0} AS double) AS integer)", &["NaN"], "integer", "NULL"),
        ("TRY_CAST(CAST({0} AS double) AS bigint)", &["1e30"], "bigint", "NULL"),
        ("TRY_CAST(CAST({0} AS double) AS decimal(3,2))", &["10"], "decimal(3,2)", "NULL"),
        ("TRY_CAST(CAST({0} AS bigint) AS tinyint)", &["128"], "tinyint", "NULL"),
    ])
    .await;
    fail(&[
        (
            "CAST(CAST({0} AS double) AS integer)",
            &["NaN"],
            "INVALID_CAST_ARGUMENT: Cannot cast double NaN to integer",
        ),
        (
            "CAST(CAST({0} AS double) AS integer)",
            &["2147483647.5"],
            "NUMERIC_VALUE_OUT_OF_RANGE: Out of range for integer: 2.1474836475E9",
        ),
        (
            "CAST(CAST({0} AS double) AS bigint)",
            &["1e30"],
            "INVALID_CAST_ARGUMENT: Unable to cast 1.0E30 to bigint",
        ),
        (
            "CAST(CAST({0} AS real) AS bigint)",
            &["NaN"],
            "INVALID_CAST_ARGUMENT: Cannot cast real NaN to bigint",
        ),
        (
            "CAST(CAST({0} AS double) AS decimal(3,2))",
            &["10"],
            "INVALID_CAST_ARGUMENT: Cannot cast DOUBLE '10.0' to DECIMAL(3, 2)",
        ),
        (
            "CAST(CAST({0} AS real) AS decimal(3,2))",
            &["Infinity"],
            "INVALID_CAST_ARGUMENT: Cannot cast REAL 'Infinity' to DECIMAL(3, 2)",
        ),
        (
            "CAST(CAST({0} AS decimal(12,2)) AS integer)",
            &["2147483647.50"],
            "INVALID_CAST_ARGUMENT: Cannot cast '2147483648' to INTEGER",
        ),
        (
            "CAST(CAST({0} AS decimal(38,2)) AS bigint)",
            &["9223372036854775807.50"],
            "INVALID_CAST_ARGUMENT: Cannot cast '9223372036854775807.50' to BIGINT",
        ),
        (
            "CAST(CAST({0} AS integer) AS smallint)",
            &["32768"],
            "NUMERIC_VALUE_OUT_OF_RANGE: Out of range for smallint: 32768",
        ),
        (
            "CAST(CAST({0} AS bigint) AS tinyint)",
            &["-129"],
            "NUMERIC_VALUE_OUT_OF_RANGE: Out of range for tinyint: -129",
        ),
    ])
    .await;
}

#[tokio::test]
async fn smallints_calculate() {
    both(&[
        ("CAST({0} AS smallint) + CAST({1} AS smallint)", &["1", "2"], "smallint", "3"),
        ("CAST({0} AS tinyint) * CAST({1} AS smallint)", &["100", "2"], "smallint", "200"),
        ("CAST({0} AS tinyint) - CAST({1} AS tinyint)", &["1", "2"], "tinyint", "-1"),
        ("CAST({0} AS smallint) / CAST({1} AS smallint)", &["-7", "2"], "smallint", "-3"),
        ("CAST({0} AS smallint) % CAST({1} AS smallint)", &["-7", "2"], "smallint", "-1"),
        ("CAST({0} AS smallint) + CAST({1} AS integer)", &["32767", "1"], "integer", "32768"),
        ("CAST({0} AS smallint) + CAST({1} AS bigint)", &["32767", "1"], "bigint", "32768"),
        ("CAST({0} AS smallint) * CAST({1} AS decimal(3,2))", &["2", "1.25"], "decimal(8,2)", "2.50"),
        ("CAST({0} AS smallint) * CAST({1} AS double)", &["2", "1.25"], "double", "2.5"),
        ("CAST({0} AS smallint) < CAST({1} AS bigint)", &["2", "3"], "boolean", "true"),
        ("abs(CAST({0} AS smallint))", &["-2"], "integer", "2"),
    ])
    .await;
    fail(&[
        (
            "CAST({0} AS smallint) + CAST({1} AS smallint)",
            &["32767", "1"],
            "NUMERIC_VALUE_OUT_OF_RANGE: Out of range for smallint: 32768",
        ),
        (
            "CAST({0} AS tinyint) * CAST({1} AS tinyint)",
            &["-128", "-1"],
            "NUMERIC_VALUE_OUT_OF_RANGE: Out of range for tinyint: 128",
        ),
        (
            "CAST({0} AS smallint) + CAST({1} AS integer)",
            &["1", "2147483647"],
            "NUMERIC_VALUE_OUT_OF_RANGE: integer addition overflow: 1 + 2147483647",
        ),
        ("CAST({0} AS smallint) / CAST({1} AS smallint)", &["1", "0"], "DIVISION_BY_ZERO: Division by zero"),
    ])
    .await;
}

/// A condition on a converted column is one of a row, and of a partition's key.
#[tokio::test]
async fn conditions_on_converted_columns() {
    let rows = [r#"{"n": 1, "s": "10"}"#, r#"{"n": 2, "s": "9"}"#, r#"{"n": 3, "s": "x"}"#, r#"{"n": 4}"#];
    let lake = Lake::of(&[("n", "int"), ("s", "string")], &rows).await;
    compare(
        &lake,
        &[
            ("SELECT n FROM t WHERE TRY_CAST(s AS integer) > 9", "integer", "1"),
            ("SELECT n FROM t WHERE TRY_CAST(s AS decimal(4,1)) < 9.5", "integer", "2"),
            ("SELECT n FROM t WHERE TRY_CAST(s AS integer) IS NULL ORDER BY n", "integer", "3;4"),
            ("SELECT sum(TRY_CAST(s AS integer)) FROM t", "bigint", "19"),
            ("SELECT TRY_CAST(s AS integer) % CAST(2 AS integer) AS k, count(*) FROM t GROUP BY TRY_CAST(s AS integer) % CAST(2 AS integer) ORDER BY 1", "integer", "0|1;1|1;NULL|2"),
            ("SELECT count(*) FROM t WHERE CAST(substr(dt, 1, 4) AS integer) = 2026", "bigint", "4"),
            ("SELECT a.n FROM t a JOIN t b ON TRY_CAST(a.s AS integer) = TRY_CAST(b.s AS integer) + 1", "integer", "1"),
            ("SELECT max(CAST(n AS smallint)) FROM t", "smallint", "4"),
        ],
    )
    .await;
    refuse(
        &lake,
        &[("SELECT n FROM t WHERE CAST(s AS integer) > 9", "INVALID_CAST_ARGUMENT: Cannot cast 'x' to INT")],
    )
    .await;
}
