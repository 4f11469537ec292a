//! The functions of JSON. What is expected is from Trino's documentation ("JSON functions and operators") and from its sources
//! (`JsonFunctions`, `JsonExtract`, `JsonPathTokenizer`, and their tests in `TestJsonFunctions` and `TestJsonExtract`).

use crate::{
    both::{both, fail, null_of_null},
    golden::{compare, refuse},
    lake::Lake,
};

#[tokio::test]
async fn texts_are_parsed() {
    both(&[
        ("json_parse({0})", &[" [1, 2, 3] "], "json", "[1,2,3]"),
        ("json_parse({0})", &["\"abc\""], "json", "\"abc\""),
        ("json_parse({0})", &["42"], "json", "42"),
        ("json_parse({0})", &["null"], "json", "null"),
        // Members are sorted, and the last of a name counts.
        (
            "json_parse({0})",
            &[r#"{"b": 1, "a": {"d": 2, "c": 3}, "b": 4}"#],
            "json",
            r#"{"a":{"c":3,"d":2},"b":4}"#,
        ),
        // Numbers with a point or an exponent are doubles, and others have as many digits as they like.
        (
            "json_parse({0})",
            &["[1.50, 1e2, 1E10, 0.1234567890123456789]"],
            "json",
            "[1.5,100.0,1.0E10,0.12345678901234568]",
        ),
        ("json_parse({0})", &["[-0, -0.0, 123456789012345678901]"], "json", "[0,-0.0,123456789012345678901]"),
        ("json_parse({0})", &[r#""\u00e9\/\u0001""#], "json", "\"é/\\u0001\""),
        ("json_parse({0})", &["\"é😀\""], "json", "\"é😀\""),
        ("json_format(json_parse({0}))", &["{\"a\" : 1}"], "varchar", "{\"a\":1}"),
        ("json_format(json_parse({0}))", &["\"a\""], "varchar", "\"a\""),
        ("is_json_scalar({0})", &["1"], "boolean", "true"),
        ("is_json_scalar({0})", &["null"], "boolean", "true"),
        ("is_json_scalar({0})", &["\"[]\""], "boolean", "true"),
        ("is_json_scalar({0})", &["[1, 2, 3]"], "boolean", "false"),
        ("is_json_scalar({0})", &["{\"a\": \"b\"}"], "boolean", "false"),
        ("is_json_scalar(json_parse({0}))", &["{}"], "boolean", "false"),
    ])
    .await;
    fail(&[
        ("json_parse({0})", &[""], "INVALID_FUNCTION_ARGUMENT: Cannot convert value to JSON: ''"),
        (
            "json_parse({0})",
            &["INVALID"],
            "INVALID_FUNCTION_ARGUMENT: Cannot convert value to JSON: 'INVALID'",
        ),
        ("json_parse({0})", &["[1,]"], "INVALID_FUNCTION_ARGUMENT: Cannot convert value to JSON: '[1,]'"),
        (
            "json_parse({0})",
            &["{\"x\":1} 2"],
            "INVALID_FUNCTION_ARGUMENT: Cannot convert value to JSON: '{\"x\":1} 2'",
        ),
        (
            "json_parse({0})",
            &[r#""\ud800""#],
            r#"INVALID_FUNCTION_ARGUMENT: Cannot convert value to JSON: '"\ud800"'"#,
        ),
        ("is_json_scalar({0})", &[""], "INVALID_FUNCTION_ARGUMENT: Invalid JSON value: "),
        ("is_json_scalar({0})", &["[1"], "INVALID_FUNCTION_ARGUMENT: Invalid JSON value: [1"),
        ("is_json_scalar({0})", &["1 trailing"], "INVALID_FUNCTION_ARGUMENT: Invalid JSON value: 1 trailing"),
    ])
    .await;
    null_of_null(&[
        ("json_parse({0})", &["1"], "json"),
        ("json_format(json_parse({0}))", &["1"], "varchar"),
        ("is_json_scalar({0})", &["1"], "boolean"),
    ])
    .await;
}

#[tokio::test]
async fn paths_lead_to_values() {
    let store = r#"{"store": {"book": [{"author": "Nigel Rees", "price": 8.950}, {"isbn": null, "tags": []}], "é": {"z": 1, "y": 2}}}"#;
    both(&[
        ("json_extract({0}, {1})", &[store, "$.store.book[0].author"], "json", "\"Nigel Rees\""),
        ("json_extract({0}, {1})", &[store, "$.store.book[0].price"], "json", "8.95"),
        ("json_extract({0}, {1})", &[store, "$.store.book[1]"], "json", "{\"isbn\":null,\"tags\":[]}"),
        ("json_extract({0}, {1})", &[store, "$.store.book[1].isbn"], "json", "null"),
        ("json_extract({0}, {1})", &[store, "$.store.book[2]"], "json", "NULL"),
        ("json_extract({0}, {1})", &[store, "$[\"store\"][\"é\"]"], "json", "{\"z\":1,\"y\":2}"),
        ("json_extract({0}, {1})", &["[1, [2, 3]]", "$[1][0]"], "json", "2"),
        ("json_extract({0}, {1})", &["INVALID", "$"], "json", "NULL"),
        ("json_extract({0}, {1})", &["", "$"], "json", "NULL"),
        // What is behind the value is not looked at.
        ("json_extract({0}, {1})", &["{\"a\": [1], oops", "$.a"], "json", "[1]"),
        ("json_extract({0}, {1})", &["{\"a\": [1, oops", "$.a"], "json", "NULL"),
        ("json_extract_scalar({0}, {1})", &[store, "$.store.book[0].author"], "varchar", "Nigel Rees"),
        ("json_extract_scalar({0}, {1})", &[store, "$.store.book[0].price"], "varchar", "8.950"),
        ("json_extract_scalar(json_parse({0}), {1})", &[store, "$.store.book[0].price"], "varchar", "8.95"),
        ("json_extract_scalar({0}, {1})", &[store, "$.store.book[1].isbn"], "varchar", "NULL"),
        ("json_extract_scalar({0}, {1})", &[store, "$.store.book"], "varchar", "NULL"),
        ("json_extract_scalar({0}, {1})", &["[\"\"]", "$[0]"], "varchar", "''"),
        ("json_extract_scalar({0}, {1})", &[r#"{"a\"b": true}"#, r#"$["a\"b"]"#], "varchar", "true"),
        ("json_extract_scalar({0}, {1})", &["{\"1\": 2}", "$[1]"], "varchar", "2"),
        ("json_size({0}, {1})", &[r#"{"x": {"a": 1, "b": 2}}"#, "$.x"], "bigint", "2"),
        ("json_size({0}, {1})", &[r#"{"x": [1, 2, 3]}"#, "$.x"], "bigint", "3"),
        ("json_size({0}, {1})", &[r#"{"x": {"a": 1, "b": 2}}"#, "$.x.a"], "bigint", "0"),
        ("json_size({0}, {1})", &[r#"{"x": 1}"#, "$.y"], "bigint", "NULL"),
        ("json_size({0}, {1})", &["null", "$"], "bigint", "0"),
        ("json_size({0}, {1})", &["INVALID", "$"], "bigint", "NULL"),
        ("json_size(json_parse({0}), {1})", &["[[], {}]", "$"], "bigint", "2"),
    ])
    .await;
    fail(&[
        ("json_extract({0}, {1})", &["{}", "$.a-b"], "INVALID_FUNCTION_ARGUMENT: Invalid JSON path: '$.a-b'"),
        ("json_extract({0}, {1})", &["{}", ""], "INVALID_FUNCTION_ARGUMENT: Invalid JSON path: ''"),
        ("json_extract({0}, {1})", &["{}", "$..a"], "INVALID_FUNCTION_ARGUMENT: Invalid JSON path: '$..a'"),
        (
            "json_extract_scalar({0}, {1})",
            &["{}", "$.*"],
            "INVALID_FUNCTION_ARGUMENT: Invalid JSON path: '$.*'",
        ),
        ("json_size({0}, {1})", &["{}", "$[-1]"], "INVALID_FUNCTION_ARGUMENT: Invalid JSON path: '$[-1]'"),
    ])
    .await;
    null_of_null(&[
        ("json_extract({0}, {1})", &["{}", "$"], "json"),
        ("json_extract_scalar({0}, {1})", &["{}", "$"], "varchar"),
        ("json_size({0}, {1})", &["{}", "$"], "bigint"),
    ])
    .await;
}

#[tokio::test]
async fn arrays() {
    both(&[
        ("json_array_length({0})", &["[1, [2, 3], {\"a\": 4}]"], "bigint", "3"),
        ("json_array_length({0})", &["[]"], "bigint", "0"),
        ("json_array_length({0})", &["{}"], "bigint", "NULL"),
        ("json_array_length({0})", &["[1,"], "bigint", "NULL"),
        ("json_array_length(json_parse({0}))", &["[1, 2]"], "bigint", "2"),
        ("json_array_contains({0}, 2)", &["[1, 2, 3]"], "boolean", "true"),
        ("json_array_contains({0}, 2)", &["[1, 2.0, \"2\"]"], "boolean", "false"),
        ("json_array_contains({0}, 2)", &["[[2]]"], "boolean", "false"),
        ("json_array_contains({0}, 9223372036854775807)", &["[9223372036854775807]"], "boolean", "true"),
        ("json_array_contains({0}, 1)", &["[18446744073709551617]"], "boolean", "false"),
        ("json_array_contains({0}, 2.5e0)", &["[2.50]"], "boolean", "true"),
        ("json_array_contains({0}, 2e0)", &["[2]"], "boolean", "false"),
        ("json_array_contains({0}, nan())", &["[1.5]"], "boolean", "false"),
        ("json_array_contains({0}, true)", &["[1, true]"], "boolean", "true"),
        ("json_array_contains({0}, false)", &["[1, true]"], "boolean", "false"),
        ("json_array_contains({0}, {1})", &[r#"["a", "\u00e9"]"#, "é"], "boolean", "true"),
        ("json_array_contains({0}, {1})", &["[\"a\"]", "A"], "boolean", "false"),
        ("json_array_contains({0}, 1)", &["{}"], "boolean", "NULL"),
        ("json_array_contains({0}, 1)", &["[2, oops"], "boolean", "NULL"),
        ("json_array_contains(json_parse({0}), 1)", &["[2, 1]"], "boolean", "true"),
        ("json_array_get({0}, 0)", &["[1, 2, 3]"], "json", "1"),
        ("json_array_get({0}, -1)", &["[1, 2, 3]"], "json", "3"),
        ("json_array_get({0}, -3)", &["[1, 2, 3]"], "json", "1"),
        ("json_array_get({0}, 3)", &["[1, 2, 3]"], "json", "NULL"),
        ("json_array_get({0}, -4)", &["[1, 2, 3]"], "json", "NULL"),
        ("json_array_get({0}, -9223372036854775807 - 1)", &["[1]"], "json", "NULL"),
        ("json_array_get({0}, 1)", &["[[], {\"a\" : [1.50]}]"], "json", "{\"a\":[1.5]}"),
        // Trino's documentation: "This function is broken".
        ("json_array_get({0}, 0)", &["[\"a\", \"b\"]"], "json", "a"),
        ("json_array_get({0}, 0)", &["[null]"], "json", "NULL"),
        ("json_array_get({0}, 0)", &["{}"], "json", "NULL"),
    ])
    .await;
    null_of_null(&[
        ("json_array_length({0})", &["[]"], "bigint"),
        ("json_array_contains({0}, 1)", &["[]"], "boolean"),
        ("json_array_contains({0}, {1})", &["[]", "a"], "boolean"),
        ("json_array_get({0}, 0)", &["[]"], "json"),
    ])
    .await;
}

#[tokio::test]
async fn json_is_a_type_of_its_own() {
    let rows = [
        r#"{"n": 1, "s": "{\"a\": 1}"}"#,
        r#"{"n": 2, "s": "{\"a\" : 1}"}"#,
        r#"{"n": 3, "s": "[1]"}"#,
        r#"{"n": 4}"#,
    ];
    let lake = Lake::of(&[("n", "int"), ("s", "string")], &rows).await;
    let cases = [
        ("SELECT JSON '{\"b\": 1, \"a\": [ ]}'", "json", "{\"a\":[],\"b\":1}"),
        ("SELECT json '\"é\"'", "json", "\"é\""),
        ("SELECT CAST('1' AS json), json_parse('1')", "json", "\"1\"|1"),
        ("SELECT TRY_CAST('1' AS json)", "json", "\"1\""),
        ("SELECT CAST(JSON '[1]' AS json)", "json", "[1]"),
        ("SELECT CAST(NULL AS json)", "json", "NULL"),
        ("SELECT CAST(json_parse(s) AS json) FROM t ORDER BY n", "json", "{\"a\":1};{\"a\":1};[1];NULL"),
        (
            "SELECT JSON '1' = JSON ' 1', JSON '1' <> JSON '1.0', JSON '1' IS DISTINCT FROM NULL",
            "boolean",
            "true|true|true",
        ),
        ("SELECT n FROM t WHERE json_parse(s) = JSON '{\"a\":1}' ORDER BY n", "integer", "1;2"),
        ("SELECT n FROM t WHERE json_parse(s) IN (JSON '[1]', JSON '2')", "integer", "3"),
        (
            "SELECT json_parse(s) AS j, count(*) FROM t GROUP BY json_parse(s) ORDER BY 2, max(n)",
            "json",
            "[1]|1;NULL|1;{\"a\":1}|2",
        ),
        ("SELECT count(DISTINCT json_parse(s)) FROM t", "bigint", "2"),
        ("SELECT count(*) FROM (SELECT DISTINCT json_parse(s) AS j FROM t)", "bigint", "3"),
        (
            "SELECT a.n AS x, b.n AS y FROM t a JOIN t b ON json_parse(a.s) = json_parse(b.s) AND a.n < b.n",
            "integer",
            "1|2",
        ),
        (
            "SELECT nullif(JSON '1', JSON '1'), coalesce(json_parse(s), JSON '0') FROM t WHERE n = 4",
            "json",
            "NULL|0",
        ),
        (
            "SELECT CASE json_parse(s) WHEN JSON '[1]' THEN 'a' ELSE 'b' END FROM t WHERE n > 2 ORDER BY n",
            "varchar",
            "a;b",
        ),
        ("SELECT max_by(json_parse(s), n), arbitrary(json_parse(s)) FROM t WHERE n = 3", "json", "[1]|[1]"),
        ("SELECT JSON '1' UNION SELECT JSON '1'", "json", "1"),
        ("SELECT try(json_parse('x'))", "json", "NULL"),
        ("SELECT json_parse(s) FROM t WHERE n > 9", "json", ""),
    ];
    compare(&lake, &cases).await;
    let cases = [
        (
            "SELECT JSON 'x'",
            "INVALID_LITERAL: 'x' is not a valid json literal: expected '{\"a\": 1}', or another JSON value",
        ),
        ("SELECT JSON '1' < JSON '2'", "TYPE_MISMATCH: Cannot apply operator: json < json"),
        ("SELECT JSON '1' = '1'", "TYPE_MISMATCH: Cannot apply operator: json = varchar(1)"),
        ("SELECT JSON '1' = 1", "TYPE_MISMATCH: Cannot apply operator: json = integer"),
        (
            "SELECT n FROM t ORDER BY json_parse(s)",
            "TYPE_MISMATCH: Type json is not orderable, and therefore cannot be used in ORDER BY",
        ),
        ("SELECT lower(JSON '\"A\"')", "FUNCTION_NOT_FOUND: Unexpected parameters for function lower"),
        ("SELECT json_parse(n) FROM t", "FUNCTION_NOT_FOUND: Unexpected parameters for function json_parse"),
        ("SELECT json_parse(JSON '1')", "FUNCTION_NOT_FOUND: Unexpected parameters for function json_parse"),
        (
            "SELECT json_array_get(s, 'a') FROM t",
            "FUNCTION_NOT_FOUND: Unexpected parameters for function json_array_get",
        ),
        (
            "SELECT json_extract(s) FROM t",
            "FUNCTION_NOT_FOUND: Unexpected parameters for function json_extract",
        ),
    ];
    refuse(&lake, &cases).await;
}

/// Jackson's bound is 1,000; nothing here descends on the stack for it.
#[tokio::test]
async fn depth_is_bounded() {
    let lake = Lake::new();
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    for (depth, is_json) in [(1_000, true), (1_001, false)] {
        let text = nested(depth);
        let parsed = lake.text(&format!("SELECT json_format(json_parse('{text}')) = '{text}'"), &[]).await;
        assert_eq!(parsed.is_ok_and(|rows| rows.ends_with("\"true\"\n")), is_json, "{depth}");
        for call in ["json_extract", "json_extract_scalar", "json_size"] {
            assert!(lake.text(&format!("SELECT {call}('{text}', '$[0][0]')"), &[]).await.is_ok(), "{call}");
        }
    }
}
