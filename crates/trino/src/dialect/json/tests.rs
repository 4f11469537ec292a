use super::*;
use crate::dialect::Athena;

fn shown(sql: &str) -> Parsed<String> {
    let athena = Athena::new(100);
    Parser::new(&athena).try_with_sql(sql)?.parse_expr().map(|expr| expr.to_string())
}

#[test]
fn what_the_words_say_is_among_the_arguments() {
    for (sql, expected) in [
        ("json_exists(d, 'lax $')", "json_exists(d, 'lax $', 'false')"),
        ("JSON_EXISTS(d FORMAT JSON, 'lax $' UNKNOWN ON ERROR)", "JSON_EXISTS(d, 'lax $', 'unknown')"),
        (
            r#"json_exists(d, 'p' PASSING 1 AS x, e FORMAT JSON AS "y" TRUE ON ERROR)"#,
            "json_exists(d, 'p', 'true', 'value exact X', 1, 'json folded y', e)",
        ),
        ("json_query(d, 'p')", "json_query(d, 'p', 'without keep null null')"),
        (
            "json_query(d, 'p' RETURNING varchar WITH ARRAY WRAPPER EMPTY ARRAY ON EMPTY ERROR ON ERROR)",
            "json_query(d, 'p', 'unconditional keep array error')",
        ),
        (
            "json_query(d, 'p' WITH CONDITIONAL WRAPPER OMIT QUOTES ON SCALAR STRING EMPTY OBJECT ON ERROR)",
            "json_query(d, 'p', 'conditional omit null object')",
        ),
        (
            "json_value(d, 'p')",
            "json_value(d, 'p', 'null null', CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR))",
        ),
        (
            "json_value(d, 'p' RETURNING bigint DEFAULT -1 ON EMPTY ERROR ON ERROR) + 1",
            "json_value(d, 'p', 'default error', CAST(NULL AS BIGINT), CAST(-1 AS BIGINT), CAST(NULL AS BIGINT)) + 1",
        ),
        ("json_object()", "json_object('null any')"),
        (
            "json_object('a' : 1, KEY b VALUE json_array(1, 2) ABSENT ON NULL WITH UNIQUE KEYS)",
            "json_object('absent unique', 'a', 'value', 1, b, 'json', json_array('absent', 'value', 1, 'value', 2))",
        ),
        ("json_object(key VALUE value)", "json_object('null any', key, 'value', value)"),
        ("json_array(NULL ON NULL)", "json_array('null')"),
        ("json_array(NULL, x FORMAT JSON NULL ON NULL)", "json_array('null', 'value', NULL, 'json', x)"),
        ("json_exists", "json_exists"),
    ] {
        assert_eq!(shown(sql).as_deref(), Ok(expected), "{sql}");
    }
    for sql in [
        "json_exists(d)",
        "json_exists(d, p)",
        "json_exists(d, 'p' NULL ON ERROR)",
        "json_query(d, 'p' NULL ON ERROR NULL ON EMPTY)",
        "json_value(d, 'p' WITH WRAPPER)",
        "json_object('a', 1)",
        "json_array(1 2)",
        "json_value(d, 'p'",
    ] {
        assert!(shown(sql).is_err(), "{sql}");
    }
}
