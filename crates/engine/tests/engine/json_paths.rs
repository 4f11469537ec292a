//! The JSON functions of the SQL standard. What is expected is from Trino's documentation ("JSON functions and operators") and
//! from its sources (`PathEvaluationVisitor`, `PathPredicateEvaluationVisitor`, `JsonValueFunction`, `JsonQueryFunction`,
//! `JsonObjectFunction`, and their tests in `TestJsonValueFunction` and the like).

mod bounds;
mod clauses;

use crate::{
    both::{both, fail},
    golden::{compare, refuse},
    lake::Lake,
};

/// The documentation's own table, by its own statements.
#[tokio::test]
async fn the_documentations_examples() {
    let rows = [
        r#"{"id": 101, "description": "{\"comment\" : \"nice\", \"children\" : [10, 13, 16]}"}"#,
        r#"{"id": 102, "description": "{\"comment\" : \"problematic\", \"children\" : [8, 11]}"}"#,
        r#"{"id": 103, "description": "{\"comment\" : \"knows best\", \"children\" : [2]}"}"#,
    ];
    let lake = Lake::of(&[("id", "bigint"), ("description", "string")], &rows).await;
    let mut cases = Vec::new();
    for (call, data_type, expected) in [
        ("json_exists(description, 'lax $.children[*]?(@ > 10)')", "boolean", "true;true;false"),
        (
            "json_exists(description, 'strict $.children[2]?(@ > 10)' UNKNOWN ON ERROR)",
            "boolean",
            "true;NULL;NULL",
        ),
        ("json_query(description, 'lax $.children')", "varchar", "[10,13,16];[8,11];[2]"),
        (
            "json_query(description, 'lax $.children[*]' WITHOUT ARRAY WRAPPER NULL ON ERROR)",
            "varchar",
            "NULL;NULL;2",
        ),
        ("json_query(description, 'lax $.children[last]' WITH ARRAY WRAPPER)", "varchar", "[16];[11];[2]"),
        (
            "json_query(description, 'strict $.children[*]?(@ > 12)' WITH ARRAY WRAPPER EMPTY ARRAY ON EMPTY)",
            "varchar",
            "[13,16];[];[]",
        ),
        (
            "json_query(description, 'strict $.comment' KEEP QUOTES)",
            "varchar",
            "\"nice\";\"problematic\";\"knows best\"",
        ),
        ("json_query(description, 'strict $.comment' OMIT QUOTES)", "varchar", "nice;problematic;knows best"),
        ("json_value(description, 'lax $.comment' RETURNING varchar(4))", "varchar", "nice;prob;know"),
        ("json_value(description, 'lax $.children[0]' RETURNING tinyint)", "tinyint", "10;8;2"),
        ("json_value(description, 'strict $.children[2]' DEFAULT 'err' ON ERROR)", "varchar", "16;err;err"),
        (
            "json_value(description, 'lax $.children[2]' DEFAULT 'missing' ON EMPTY)",
            "varchar",
            "16;missing;missing",
        ),
    ] {
        cases.push((format!("SELECT {call} FROM t ORDER BY id"), data_type, expected));
    }
    let cases: Vec<(&str, &str, &str)> =
        cases.iter().map(|(sql, kind, rows)| (sql.as_str(), *kind, *rows)).collect();
    compare(&lake, &cases).await;
}

#[tokio::test]
async fn paths() {
    let three = r#"[{"customer" : 100, "region" : "AFRICA"}, {"region" : "ASIA"}, {"customer" : 300, "region" : "AFRICA", "comment" : null}]"#;
    let mut cases = Vec::new();
    for (document, path, expected) in [
        // Member accessors.
        (three, "lax $.customer", "[100,300]"),
        (three, "strict $.customer", "NULL"),
        (three, "strict $[*].region", r#"["AFRICA","ASIA","AFRICA"]"#),
        (three, "lax $.*", r#"[100,"AFRICA","ASIA",300,"AFRICA",null]"#),
        (r#"{"a b": 1}"#, r#"strict $."a b""#, "[1]"),
        (r#"{"a": 1, "a": 2}"#, "strict $.a", "[2]"),
        (
            r#"{"id": 1, "notes": [{"type": 1, "comment": "foo"}, {"type": 2, "comment": null}], "comment": ["bar", "baz"]}"#,
            "lax $..comment",
            r#"[["bar","baz"],"foo",null]"#,
        ),
        // Array accessors.
        (r#"[[0, 1, 2], ["a", "b", "c", "d"], [null, null]]"#, "strict $[*][last]", r#"[2,"d",null]"#),
        (r#"[[0, 1, 2], ["a", "b", "c", "d"], [null, null]]"#, "lax $[*][2 to 3]", r#"[2,"c","d"]"#),
        (r#"[[0, 1, 2], ["a", "b", "c", "d"], [null, null]]"#, "strict $[*][2 to 3]", "NULL"),
        (r#"[[0, 1, 2], ["a", "b"]]"#, "strict $[*][1, 0, 0]", r#"[1,0,0,"b","a","a"]"#),
        ("[1, 2, 3]", "lax $[5 to 3]", "NULL"),
        ("[1, 2, 3]", "lax $[-1 to 0]", "[1]"),
        ("[1, 2, 3]", "strict $[last - 1]", "[2]"),
        (r#"[[1, "a", null], {"key1": 1.0}, -2e3]"#, "lax $[*][*]", r#"[1,"a",null,{"key1":1.0},-2000.0]"#),
        ("1", "strict $[*]", "NULL"),
        // Filters.
        (three, r#"lax $?(@.region != "ASIA").customer"#, "[100,300]"),
        (three, "lax $?(!exists(@.customer))", r#"[{"region":"ASIA"}]"#),
        (three, "lax $[*]?(@.customer > 50 && @.customer <= 100).customer", "[100]"),
        (three, r#"lax $[*]?(@.region == "ASIA" || exists(@.comment)).region"#, r#"["ASIA","AFRICA"]"#),
        (three, "lax $[*]?(@.comment == null).customer", "[300]"),
        (three, r#"lax $[*]?((@.region > 1) is unknown).region"#, r#"["AFRICA","ASIA","AFRICA"]"#),
        (r#"["abc", "b", "abd"]"#, r#"lax $?(@ starts with "ab")"#, r#"["abc","abd"]"#),
        ("[1, 1.0, 2.5, true]", "lax $?(@ == 1)", "[1,1.0]"),
        ("[1, 2.5]", "lax $?(@ > 1.5)", "[2.5]"),
        ("[1, 2, 3]", "lax $?((@ + 1) * 2 > 6)", "[3]"),
        ("[1, 2]", "strict $?(@[1] == 2)", "[[1,2]]"),
        (r#"[{"a": [1, 2]}]"#, "lax $?(@.a == 2)", r#"[{"a":[1,2]}]"#),
        (r#"[1, "a"]"#, r#"lax $?(@ <> "b")"#, r#"["a"]"#),
        ("[null, 1]", "lax $?(@ != null)", "[1]"),
        // Methods.
        (r#"[-1, 23e4, "5.6"]"#, "lax $.double()", "[-1.0,230000.0,5.6]"),
        ("[-1.5, -1, 1.3]", "lax $.ceiling()", "[-1.0,-1,2.0]"),
        ("[-1.5, -1, 1.3]", "lax $.floor()", "[-2.0,-1,1.0]"),
        ("[-1.5, -1, 1.3]", "lax $.abs()", "[1.5,1,1.3]"),
        (r#"[[0, 1, 2], ["a", "b", "c", "d"], [null, null], 7]"#, "lax $[*].size()", "[3,4,2,1]"),
        ("7", "strict $.size()", "NULL"),
        (
            r#"[null, 1, "a", true, [], {}]"#,
            "lax $[*].type()",
            r#"["null","number","string","boolean","array","object"]"#,
        ),
        (
            r#"[{"a": 1}, {"b": [2]}]"#,
            "lax $.keyvalue()",
            r#"[{"name":"a","value":1,"id":0},{"name":"b","value":[2],"id":1}]"#,
        ),
        (r#"{"a": [2, 3]}"#, r#"lax $.keyvalue()?(@.name == "a").value[1]"#, "[3]"),
        (r#"["a"]"#, "lax $.floor()", "NULL"),
        // Arithmetic.
        ("[7]", "lax $ + 1", "[8]"),
        ("[7]", "strict $ + 1", "NULL"),
        ("7", "lax ($ - 1) / 4", "[1]"),
        ("7", "lax -$ % 4", "[-3]"),
        ("7", "lax $ / 0", "NULL"),
        ("2147483647", "lax $ + 1", "NULL"),
        ("-2147483648", "lax $ / -1", "NULL"),
        ("-2147483648", "lax $ % -1", "[0]"),
        ("-2147483647", "lax $ - 1", "[-2147483648]"),
        ("65536", "lax $ * 65536", "NULL"),
        ("3000000000", "lax $ + 1", "[3000000001]"),
        ("9223372036854775807", "lax $ + 1", "NULL"),
        ("-9223372036854775808", "lax $ / -1", "NULL"),
        ("-9223372036854775808", "lax $ % -1", "[0]"),
        ("7.5", "lax $ * 2", "[15.0]"),
        ("[1, 2]", "lax -$", "[-1,-2]"),
        ("[1, 2]", "lax $ + 1", "NULL"),
        ("1", r#"lax "é""#, r#"["é"]"#),
        ("12345678901234567890123456789012345678901", "lax $", "[12345678901234567890123456789012345678901]"),
        // Documents that are none.
        ("[1", "lax $", "NULL"),
        ("1 2", "lax $", "NULL"),
        ("", "lax $", "NULL"),
    ] {
        let path = path.replace('\'', "''");
        cases.push((
            format!("json_query({{0}}, '{path}' WITH UNCONDITIONAL ARRAY WRAPPER)"),
            [document],
            expected,
        ));
    }
    let cases: Vec<(&str, &[&str], &str, &str)> = cases
        .iter()
        .map(|(call, texts, expected)| (call.as_str(), texts.as_slice(), "varchar", *expected))
        .collect();
    both(&cases).await;
}

#[tokio::test]
async fn objects_and_arrays_are_made() {
    both(&[
        ("json_object()", &[], "varchar", "{}"),
        (
            "json_object('x' : true, 'y' VALUE 1.50, KEY 'z' VALUE NULL)",
            &[],
            "varchar",
            r#"{"x":true,"y":1.50,"z":null}"#,
        ),
        ("json_object({0} : {1})", &["é", "a\"b"], "varchar", r#"{"é":"a\"b"}"#),
        ("json_object('x' : NULL, 'y' : 1 ABSENT ON NULL)", &[], "varchar", r#"{"y":1}"#),
        ("json_object('x' : NULL NULL ON NULL)", &[], "varchar", r#"{"x":null}"#),
        ("json_object('x' : 1, 'y' : 2, 'x' : 3)", &[], "varchar", r#"{"x":3,"y":2}"#),
        ("json_object('x' : {0} FORMAT JSON)", &["{\"a\" : 1}"], "varchar", r#"{"x":{"a":1}}"#),
        ("json_object('x' : {0})", &["{\"a\" : 1}"], "varchar", r#"{"x":"{\"a\" : 1}"}"#),
        ("json_object('x' : json_array(1, 'a'))", &[], "varchar", r#"{"x":[1,"a"]}"#),
        (
            "json_object('d' : DATE '2026-11-23', 'e' : 1e10)",
            &[],
            "varchar",
            r#"{"d":"2026-11-23","e":1.0E10}"#,
        ),
        ("json_array()", &[], "varchar", "[]"),
        ("json_array(1, NULL, 'a', true)", &[], "varchar", r#"[1,"a",true]"#),
        ("json_array(1, NULL NULL ON NULL)", &[], "varchar", "[1,null]"),
        ("json_array({0} FORMAT JSON, {1})", &["[1, 2]", "é"], "varchar", r#"[[1,2],"é"]"#),
        (
            "json_array(json_query({0}, 'lax $.a'), json_object('b' : 1))",
            &["{\"a\": [1]}"],
            "varchar",
            r#"[[1],{"b":1}]"#,
        ),
        ("json_array(json_query({0}, 'lax $.x') NULL ON NULL)", &["{}"], "varchar", "[null]"),
    ])
    .await;
    fail(&[
        (
            "json_object({0} : 1)",
            &["NULL"],
            "INVALID_FUNCTION_ARGUMENT: null value passed for JSON object key to JSON_OBJECT function",
        ),
        (
            "json_object({0} : 1, 'a' : 2 WITH UNIQUE KEYS)",
            &["a"],
            "JSON_OUTPUT_CONVERSION_ERROR: conversion from JSON failed: duplicate key passed to JSON_OBJECT function",
        ),
        (
            "json_array({0} FORMAT JSON)",
            &["oops"],
            "JSON_INPUT_CONVERSION_ERROR: conversion to JSON failed: malformed input argument",
        ),
    ])
    .await;
    let lake = Lake::of(
        &[("n", "int"), ("key", "string"), ("value", "string")],
        &[r#"{"n": 1, "key": "k", "value": "v"}"#],
    )
    .await;
    compare(
        &lake,
        &[("SELECT json_object(key VALUE value, KEY 'n' VALUE n) FROM t", "varchar", r#"{"k":"v","n":1}"#)],
    )
    .await;
    let cases = [
        (
            "SELECT json_value(JSON '1', 'lax $')",
            "FUNCTION_NOT_FOUND: Unexpected parameters for function json_value",
        ),
        (
            "SELECT json_value(n, 'lax $') FROM t",
            "FUNCTION_NOT_FOUND: Unexpected parameters for function json_value",
        ),
        (
            "SELECT json_object('a' : JSON '1')",
            "FUNCTION_NOT_FOUND: Unexpected parameters for function json_object",
        ),
        (
            "SELECT json_exists(key, value) FROM t",
            "line 1:25: mismatched input 'value'. Expecting: a JSON path in quotes",
        ),
    ];
    refuse(&lake, &cases).await;
}
