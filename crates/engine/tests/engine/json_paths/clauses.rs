//! The clauses of a call: `PASSING`, `RETURNING`, wrappers, and what holds `ON EMPTY` and `ON ERROR`.

use crate::{
    both::{both, fail, null_of_null},
    golden::{compare, refuse},
    lake::Lake,
};

#[tokio::test]
async fn what_is_asked_for_otherwise() {
    both(&[
        ("json_exists({0}, 'lax $.a')", &["{\"a\": null}"], "boolean", "true"),
        ("json_exists({0}, 'lax $.b')", &["{\"a\": null}"], "boolean", "false"),
        ("json_exists({0}, 'strict $.b')", &["{\"a\": null}"], "boolean", "false"),
        ("json_exists({0}, 'strict $.b' TRUE ON ERROR)", &["{\"a\": null}"], "boolean", "true"),
        ("json_exists({0}, 'strict $.b' UNKNOWN ON ERROR)", &["{\"a\": null}"], "boolean", "NULL"),
        ("json_exists({0} FORMAT JSON, 'lax $' UNKNOWN ON ERROR)", &["oops"], "boolean", "NULL"),
        ("json_exists({0}, 'lax $[*]?(@ > $LEAST)' PASSING 2 AS least)", &["[1, 2, 3]"], "boolean", "true"),
        ("json_exists({0}, 'lax $?(@ == $x)' PASSING {1} AS \"x\")", &["[\"é\"]", "é"], "boolean", "true"),
        (
            "json_exists({0}, 'lax $?(@ == $x[0])' PASSING {1} FORMAT JSON AS \"x\")",
            &["3", "[3]"],
            "boolean",
            "true",
        ),
        ("json_query({0}, 'lax $' WITH CONDITIONAL WRAPPER)", &["[1]"], "varchar", "[1]"),
        ("json_query({0}, 'lax $' WITH CONDITIONAL ARRAY WRAPPER)", &["1"], "varchar", "[1]"),
        ("json_query({0}, 'lax $[*]' WITH CONDITIONAL WRAPPER)", &["[{}]"], "varchar", "{}"),
        ("json_query({0}, 'lax $' RETURNING varchar WITH WRAPPER)", &["[1]"], "varchar", "[[1]]"),
        ("json_query({0}, 'lax $.a' EMPTY OBJECT ON EMPTY)", &["{}"], "varchar", "{}"),
        ("json_query({0}, 'strict $.a' EMPTY ARRAY ON ERROR)", &["{}"], "varchar", "[]"),
        ("json_query({0}, 'lax $')", &[" {\"b\" : 1.50, \"a\" : [ ]} "], "varchar", "{\"b\":1.5,\"a\":[]}"),
        ("json_value({0}, 'lax $.a')", &["{\"a\": \"é\"}"], "varchar", "é"),
        ("json_value({0}, 'lax $.a')", &["{\"a\": \"\"}"], "varchar", "''"),
        ("json_value({0}, 'lax $.a')", &["{\"a\": 12}"], "varchar", "12"),
        ("json_value({0}, 'lax $.a')", &["{\"a\": 1.5}"], "varchar", "1.5E0"),
        ("json_value({0}, 'lax $.a')", &["{\"a\": true}"], "varchar", "true"),
        ("json_value({0}, 'lax $.a')", &["{\"a\": null}"], "varchar", "NULL"),
        ("json_value({0}, 'lax $.a' DEFAULT 'x' ON EMPTY)", &["{\"a\": null}"], "varchar", "NULL"),
        ("json_value({0}, 'lax $.a')", &["{\"a\": {}}"], "varchar", "NULL"),
        ("json_value({0}, 'lax $.a[*]')", &["{\"a\": [1, 2]}"], "varchar", "NULL"),
        ("json_value({0}, 'lax $')", &["12345678901234567890"], "varchar", "12345678901234567890"),
        (
            "json_value({0}, 'lax $' DEFAULT 'none' ON ERROR)",
            &["12345678901234567890123456789012345678901"],
            "varchar",
            "none",
        ),
        ("json_value({0}, 'lax $.a' RETURNING bigint)", &["{\"a\": \"12\"}"], "bigint", "12"),
        ("json_value({0}, 'lax $.a' RETURNING double)", &["{\"a\": 12}"], "double", "12.0"),
        ("json_value({0}, 'lax $.a' RETURNING decimal(5,2))", &["{\"a\": 1.5}"], "decimal(5,2)", "1.50"),
        ("json_value({0}, 'lax $.a' RETURNING boolean)", &["{\"a\": \"true\"}"], "boolean", "true"),
        ("json_value({0}, 'lax $.a' RETURNING bigint)", &["{\"a\": \"x\"}"], "bigint", "NULL"),
        (
            "json_value({0}, 'lax $.a' RETURNING bigint DEFAULT -1 ON EMPTY DEFAULT -2 ON ERROR)",
            &["{\"a\": \"x\"}"],
            "bigint",
            "-2",
        ),
        (
            "json_value({0}, 'lax $.b' RETURNING bigint DEFAULT -1 ON EMPTY DEFAULT -2 ON ERROR)",
            &["{\"a\": \"x\"}"],
            "bigint",
            "-1",
        ),
        ("json_value({0}, 'lax $' DEFAULT {1} ON ERROR)", &["oops", "é"], "varchar", "é"),
        ("json_value({0}, 'strict $ + $n' PASSING 5 AS \"n\" RETURNING integer)", &["7"], "integer", "12"),
    ])
    .await;
    fail(&[
        (
            "json_exists({0}, 'strict $.b' ERROR ON ERROR)",
            &["{}"],
            "PATH_EVALUATION_ERROR: path evaluation failed: missing member 'b' in JSON object",
        ),
        (
            "json_query({0}, 'lax $' ERROR ON ERROR)",
            &["oops"],
            "JSON_INPUT_CONVERSION_ERROR: conversion to JSON failed: malformed input argument",
        ),
        (
            "json_query({0}, 'lax $[*]' ERROR ON ERROR)",
            &["[1, 2]"],
            "JSON_OUTPUT_CONVERSION_ERROR: conversion from JSON failed: JSON path found multiple items",
        ),
        (
            "json_value({0}, 'lax $.a' ERROR ON EMPTY)",
            &["{}"],
            "JSON_VALUE_RESULT_ERROR: cannot extract SQL scalar from JSON: JSON path found no items",
        ),
        ("json_value({0}, '$.a')", &["{}"], "INVALID_PATH: invalid JSON path: '$.a'"),
        (
            "json_value({0}, 'lax $missing')",
            &["{}"],
            "INVALID_PATH: invalid JSON path: no value passed for parameter missing",
        ),
        (
            "json_value({0}, 'lax $x' PASSING 1 AS x)",
            &["{}"],
            "INVALID_PATH: invalid JSON path: no value passed for parameter x",
        ),
        (
            "json_exists({0}, 'lax $?(@ like_regex \"a\")')",
            &["{}"],
            "INVALID_FUNCTION_ARGUMENT: like_regex in a JSON path is not supported by the local engine",
        ),
    ])
    .await;
    null_of_null(&[
        ("json_exists({0}, 'lax $')", &["{}"], "boolean"),
        ("json_query({0}, 'lax $')", &["{}"], "varchar"),
        ("json_value({0}, 'lax $')", &["1"], "varchar"),
        ("json_value({0}, 'lax $' RETURNING bigint DEFAULT 1 ON EMPTY)", &["1"], "bigint"),
    ])
    .await;
}

/// Trino calculates a default where it is needed (`JsonValueFunction` takes the defaults as functions).
#[tokio::test]
async fn a_default_is_calculated_where_it_is_needed() {
    let rows = [
        r#"{"n": 0, "d": "{\"a\": 7}"}"#,
        r#"{"n": 1, "d": "{}"}"#,
        r#"{"n": 2, "d": "oops"}"#,
        r#"{"n": 3}"#,
    ];
    let lake = Lake::of(&[("n", "int"), ("d", "string")], &rows).await;
    let of_all = |call: &str| format!("SELECT {call} FROM t ORDER BY n");
    for (call, expected) in [
        ("json_value(d, 'lax $.a' RETURNING integer DEFAULT 10 / n ON EMPTY)", "7;10;NULL;NULL"),
        ("json_value(d, 'lax $.a' RETURNING integer DEFAULT 10 / n ON ERROR)", "7;NULL;5;NULL"),
        (
            "json_value(d, 'lax $.a' RETURNING integer DEFAULT 10 / n ON EMPTY DEFAULT 100 / n ON ERROR)",
            "7;10;50;NULL",
        ),
        (
            "json_value(d, 'lax $.a' RETURNING integer DEFAULT -1 ON EMPTY DEFAULT 10 / n ON ERROR)",
            "7;-1;5;NULL",
        ),
        // Within another default, and within a path's argument.
        (
            "json_value(d, 'lax $.b' RETURNING integer \
             DEFAULT json_value(d, 'lax $.a' RETURNING integer DEFAULT 10 / n ON EMPTY) ON EMPTY)",
            "7;10;NULL;NULL",
        ),
        (
            "json_value('[5]', 'lax $[$i]' PASSING n AS \"i\" RETURNING integer DEFAULT 10 / n ON EMPTY)",
            "5;10;5;3",
        ),
        ("try(json_value(d, 'lax $.b' RETURNING integer DEFAULT 10 / n ON EMPTY))", "NULL;10;NULL;NULL"),
        (
            "transform(ARRAY[n], x -> json_value(d, 'lax $.a' RETURNING integer DEFAULT 10 / x ON EMPTY))[1]",
            "7;10;NULL;NULL",
        ),
    ] {
        compare(&lake, &[(&of_all(call), "integer", expected)]).await;
    }
    for call in [
        "json_value(d, 'lax $.b' RETURNING integer DEFAULT 10 / n ON EMPTY)",
        "json_value(d, 'lax $.b' RETURNING integer DEFAULT 1 / 0 ON EMPTY)",
        "json_value(d, 'strict $.b' RETURNING integer DEFAULT 10 / n ON ERROR)",
    ] {
        refuse(&lake, &[(&of_all(call), "DIVISION_BY_ZERO: Division by zero")]).await;
    }
    compare(
        &lake,
        &[
            ("SELECT json_value('{\"a\": 1}', 'lax $.a' RETURNING integer DEFAULT 1 / 0 ON EMPTY)", "integer", "1"),
            ("SELECT json_value(d, 'lax $.a' DEFAULT CAST(1 / n AS varchar) ON ERROR) FROM t WHERE n < 2 ORDER BY n", "varchar", "7;NULL"),
        ],
    )
    .await;
}
