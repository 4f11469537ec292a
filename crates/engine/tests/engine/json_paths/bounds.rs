//! What a path may make.

use engine::MemoryLimits;

use crate::lake::Lake;

/// A path may make much of little: it ends by itself, and says so.
#[tokio::test]
async fn paths_are_bounded() {
    let lake = Lake::new();
    let much = format!("[{}]", vec!["0"; 50].join(", "));
    for path in [
        format!("lax $[{many}][{many}][{many}][{many}][{many}]", many = vec!["0"; 15].join(",")),
        format!(
            "lax {}@ == 1{}",
            "$[*]?(exists(".repeat(6).trim_end_matches("exists("),
            "))".repeat(5) + ")"
        ),
        format!("lax {}$", "(".repeat(2_000)),
    ] {
        let found = lake.text(&format!("SELECT json_query('{much}', '{path}' WITH WRAPPER)"), &[]).await;
        let error = found.unwrap_err().to_string();
        let is_known =
            ["EXCEEDED_LOCAL_MEMORY_LIMIT: ", "INVALID_FUNCTION_ARGUMENT: a JSON path of so many parts"];
        assert!(is_known.iter().any(|known| error.starts_with(known)), "{error}");
    }
}

/// A text with escapes, what `keyvalue()` makes and what is passed are not borrowed from the document: a path that multiplies
/// them ends by itself too.
#[tokio::test]
async fn texts_that_paths_copy_are_bounded() {
    let lake = Lake::new();
    let repeated = |times: usize| format!("[{}]", vec!["0"; times].join(","));
    let (few, many) = (repeated(2), format!("{}{}", repeated(60), repeated(36)));
    let text = r"'\n' || lpad('x', 1000000, 'x')";
    for (document, path, passed) in [
        (format!(r#"'["' || {text} || '"]'"#), "$", String::new()),
        (format!(r#"'"' || {text} || '"'"#), "$", String::new()),
        (format!(r#"'{{"a": "' || {text} || '"}}'"#), "$.a", String::new()),
        (format!(r#"'{{"a": "' || {text} || '"}}'"#), "$.keyvalue()", String::new()),
        ("'[]'".to_owned(), "$p", format!(r#" PASSING '["' || {text} || '"]' FORMAT JSON AS "p""#)),
    ] {
        let sql = |subscripts: &str| {
            format!("SELECT json_exists({document}, 'lax {path}{subscripts}'{passed} ERROR ON ERROR)")
        };
        lake.text(&sql(&few), &[]).await.unwrap();
        let error = lake.text(&sql(&many), &[]).await.unwrap_err().to_string();
        assert!(error.starts_with("EXCEEDED_LOCAL_MEMORY_LIMIT: "), "{path}: {error}");
    }
}

/// All documents that are passed are copied for a row, whether the path names them or not.
#[tokio::test]
async fn documents_that_are_passed_are_bounded_together() {
    let row = format!(r#"{{"d": "[{}1]"}}"#, "1,".repeat(20_000));
    let limits = MemoryLimits { call: 1 << 20, ..MemoryLimits::default() };
    let lake = Lake::of(&[("d", "string")], &[&row]).await.limited(limits);
    let sql = |times: usize| {
        let passed: Vec<String> = (0..times).map(|place| format!(r#"d FORMAT JSON AS "p{place}""#)).collect();
        format!("SELECT json_exists(d, 'lax $[0]' PASSING {} ERROR ON ERROR) FROM t", passed.join(", "))
    };
    lake.text(&sql(4), &[]).await.unwrap();
    let error = lake.text(&sql(40), &[]).await.unwrap_err().to_string();
    assert!(error.starts_with("EXCEEDED_LOCAL_MEMORY_LIMIT: "), "{error}");
}
