//! Casts from JSON. What is expected is from Trino's documentation ("JSON functions and operators", casts from JSON) and from
//! its sources (`JsonOperators`, `JsonUtil`, `DecimalCasts`, and their tests in `TestJsonOperators`).

use crate::{
    both::{both, fail, null_of_null},
    golden::{compare, refuse},
    lake::Lake,
};

#[tokio::test]
async fn scalars_become_values() {
    both(&[
        ("CAST(json_parse({0}) AS bigint)", &["128"], "bigint", "128"),
        ("CAST(json_parse({0}) AS bigint)", &["12345678901"], "bigint", "12345678901"),
        ("CAST(json_parse({0}) AS bigint)", &["128.9"], "bigint", "129"),
        ("CAST(json_parse({0}) AS bigint)", &["-2.5"], "bigint", "-3"),
        ("CAST(json_parse({0}) AS bigint)", &["\"128\""], "bigint", "128"),
        ("CAST(json_parse({0}) AS bigint)", &["true"], "bigint", "1"),
        ("CAST(json_parse({0}) AS bigint)", &["null"], "bigint", "NULL"),
        ("CAST(json_parse({0}) AS integer)", &["128.9"], "integer", "129"),
        ("CAST(json_parse({0}) AS integer)", &["false"], "integer", "0"),
        ("CAST(json_parse({0}) AS smallint)", &["\"-32768\""], "smallint", "-32768"),
        ("CAST(json_parse({0}) AS tinyint)", &["127"], "tinyint", "127"),
        ("CAST(json_parse({0}) AS double)", &["128"], "double", "128.0"),
        ("CAST(json_parse({0}) AS double)", &["1e-2"], "double", "0.01"),
        ("CAST(json_parse({0}) AS double)", &["123456789012345678901"], "double", "1.2345678901234568E20"),
        ("CAST(json_parse({0}) AS double)", &["\"Infinity\""], "double", "Infinity"),
        ("CAST(json_parse({0}) AS double)", &["true"], "double", "1.0"),
        ("CAST(json_parse({0}) AS real)", &["0.1"], "float", "0.1"),
        ("CAST(json_parse({0}) AS real)", &["\"-1.5\""], "float", "-1.5"),
        ("CAST(json_parse({0}) AS boolean)", &["true"], "boolean", "true"),
        ("CAST(json_parse({0}) AS boolean)", &["0"], "boolean", "false"),
        ("CAST(json_parse({0}) AS boolean)", &["128.9"], "boolean", "true"),
        ("CAST(json_parse({0}) AS boolean)", &["\"True\""], "boolean", "true"),
        ("CAST(json_parse({0}) AS decimal(10,5))", &["128.9"], "decimal(10,5)", "128.90000"),
        ("CAST(json_parse({0}) AS decimal(10,2))", &["\"1.005\""], "decimal(10,2)", "1.01"),
        ("CAST(json_parse({0}) AS decimal(3,0))", &["true"], "decimal(3,0)", "1"),
        (
            "CAST(json_parse({0}) AS decimal)",
            &["12345678901234567890"],
            "decimal(38,0)",
            "12345678901234567890",
        ),
        ("CAST(json_parse({0}) AS varchar)", &["\"abc\""], "varchar", "abc"),
        ("CAST(json_parse({0}) AS varchar)", &["\"\""], "varchar", "''"),
        ("CAST(json_parse({0}) AS varchar)", &[r#""\u00e9\n😀""#], "varchar", "é\n😀"),
        ("CAST(json_parse({0}) AS varchar)", &["128"], "varchar", "128"),
        ("CAST(json_parse({0}) AS varchar)", &["12345678901234567890"], "varchar", "12345678901234567890"),
        // As a double, since Trino's release 369.
        ("CAST(json_parse({0}) AS varchar)", &["128.9"], "varchar", "1.289E2"),
        ("CAST(json_parse({0}) AS varchar)", &["true"], "varchar", "true"),
        ("CAST(json_parse({0}) AS varchar)", &["null"], "varchar", "NULL"),
        ("CAST(json_parse({0}) AS varchar(2))", &["\"éab\""], "varchar", "éa"),
        ("CAST(json_parse({0}) AS varchar(9))", &["12"], "varchar", "12"),
        // The cast of a text is its value in quotes, and back.
        ("CAST(CAST({0} AS json) AS varchar)", &["{\"a\": 1}"], "varchar", "{\"a\": 1}"),
        ("CAST(CAST({0} AS json) AS bigint)", &["12"], "bigint", "12"),
        ("json_format(CAST({0} AS json))", &["a\"é\n"], "varchar", "\"a\\\"é\\n\""),
        ("TRY_CAST(json_parse({0}) AS bigint)", &["\"x\""], "bigint", "NULL"),
        ("TRY_CAST(json_parse({0}) AS integer)", &["[1]"], "integer", "NULL"),
        ("TRY_CAST(json_parse({0}) AS integer)", &["12"], "integer", "12"),
        ("TRY_CAST(json_parse({0}) AS varchar)", &["{}"], "varchar", "NULL"),
        ("TRY_CAST(json_parse({0}) AS varchar(3))", &["{}"], "varchar", "NULL"),
        ("try(CAST(json_parse({0}) AS bigint))", &["\"x\""], "bigint", "NULL"),
    ])
    .await;
    fail(&[
        ("CAST(json_parse({0}) AS bigint)", &["[1]"], "INVALID_CAST_ARGUMENT: Cannot cast '[1]' to bigint"),
        ("CAST(json_parse({0}) AS bigint)", &["\"x\""], "INVALID_CAST_ARGUMENT: Cannot cast 'x' to BIGINT"),
        (
            "CAST(json_parse({0}) AS bigint)",
            &["9223372036854775808"],
            "INVALID_CAST_ARGUMENT: Cannot cast '9223372036854775808' to bigint",
        ),
        (
            "CAST(json_parse({0}) AS integer)",
            &["2147483648"],
            "INVALID_CAST_ARGUMENT: Cannot cast '2147483648' to integer",
        ),
        (
            "CAST(json_parse({0}) AS integer)",
            &["1e10"],
            "INVALID_CAST_ARGUMENT: Cannot cast '1.0E10' to integer",
        ),
        ("CAST(json_parse({0}) AS tinyint)", &["128"], "INVALID_CAST_ARGUMENT: Cannot cast '128' to tinyint"),
        ("CAST(json_parse({0}) AS boolean)", &["{}"], "INVALID_CAST_ARGUMENT: Cannot cast '{}' to boolean"),
        (
            "CAST(json_parse({0}) AS boolean)",
            &["\"yes\""],
            "INVALID_CAST_ARGUMENT: Cannot cast 'yes' to BOOLEAN",
        ),
        ("CAST(json_parse({0}) AS double)", &["\"x\""], "INVALID_CAST_ARGUMENT: Cannot cast 'x' to DOUBLE"),
        ("CAST(json_parse({0}) AS varchar)", &["[]"], "INVALID_CAST_ARGUMENT: Cannot cast '[]' to varchar"),
        (
            "CAST(json_parse({0}) AS varchar(3))",
            &["[]"],
            "INVALID_CAST_ARGUMENT: Cannot cast '[]' to varchar",
        ),
        (
            "CAST(json_parse({0}) AS decimal(3,1))",
            &["100"],
            "INVALID_CAST_ARGUMENT: Cannot cast input json to DECIMAL(3,1)",
        ),
        (
            "CAST(json_parse({0}) AS decimal(3,1))",
            &["\"x\""],
            "INVALID_CAST_ARGUMENT: Cannot cast '\"x\"' to DECIMAL(3,1)",
        ),
    ])
    .await;
    null_of_null(&[
        ("CAST(json_parse({0}) AS bigint)", &["1"], "bigint"),
        ("CAST(json_parse({0}) AS varchar)", &["1"], "varchar"),
        ("CAST(json_parse({0}) AS varchar(1))", &["1"], "varchar"),
        ("CAST(json_parse({0}) AS decimal(3,1))", &["1"], "decimal(3,1)"),
    ])
    .await;
}

#[tokio::test]
async fn values_become_json() {
    let rows = [
        r#"{"n": 1, "s": "x", "d": 1.5, "price": "0.10", "day": "2026-11-23", "tags": ["a", null]}"#,
        r#"{"n": 2}"#,
    ];
    let types = [
        ("n", "int"),
        ("s", "string"),
        ("d", "double"),
        ("price", "decimal(5,2)"),
        ("day", "date"),
        ("tags", "array<string>"),
    ];
    let lake = Lake::of(&types, &rows).await;
    let cases = [
        (
            "SELECT CAST(n AS json), CAST(s AS json), CAST(d AS json) FROM t ORDER BY n",
            "json",
            "1|\"x\"|1.5;2|NULL|NULL",
        ),
        (
            "SELECT CAST(price AS json), CAST(day AS json), CAST(tags AS json) FROM t WHERE n = 1",
            "json",
            "0.10|\"2026-11-23\"|[\"a\",null]",
        ),
        ("SELECT CAST(true AS json), CAST(1e10 AS json), CAST(nan() AS json)", "json", "true|1.0E10|\"NaN\""),
        ("SELECT CAST(TIMESTAMP '2026-11-23 10:05:00' AS json)", "json", "\"2026-11-23 10:05:00.000\""),
        ("SELECT CAST(CAST(1.50 AS json) AS decimal(5,3))", "decimal(5,3)", "1.500"),
        (
            "SELECT CAST(CAST(d AS json) AS varchar), CAST(CAST(s AS json) AS varchar) FROM t WHERE n = 1",
            "varchar",
            "1.5E0|x",
        ),
        ("SELECT json_extract_scalar(CAST(tags AS json), '$[0]') FROM t WHERE n = 1", "varchar", "a"),
    ];
    compare(&lake, &cases).await;
    let cases = [
        ("SELECT CAST(json_parse(s) AS date) FROM t", "TYPE_MISMATCH: line 1:24: Cannot cast json to date"),
        ("SELECT CAST(JSON '1' AS timestamp)", "TYPE_MISMATCH: Cannot cast json to timestamp"),
        ("SELECT TRY_CAST(JSON '1' AS date)", "TYPE_MISMATCH: Cannot cast json to date"),
        (
            "SELECT CAST(INTERVAL '1' DAY AS json)",
            "TYPE_MISMATCH: Cannot cast interval day to second to json",
        ),
    ];
    refuse(&lake, &cases).await;
}
