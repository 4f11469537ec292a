use proptest::prelude::*;

use super::*;

fn scalar(document: &str, steps: &[Step]) -> Option<String> {
    let mut tokens = Tokens::new(document);
    match follow(&mut tokens, steps).unwrap_or_default()? {
        Token::Text(written) => Some(shown(written).into_owned()),
        Token::Integer(number) | Token::Float(number) => Some(number.to_owned()),
        Token::True => Some("true".to_owned()),
        Token::False => Some("false".to_owned()),
        _ => None,
    }
}

proptest! {
    #[test]
    fn any_path_into_any_text_is_followed_or_refused(
        path in r#"[$.a\[\]"0é*\\]{0,12}"#,
        document in r#"[{}\[\]":,a0é. ntrue]{0,24}"#,
    ) {
        if let Ok(steps) = steps(&path) {
            let _ = (scalar(&document, &steps), json(&document, &steps), size(&document, &steps));
        }
    }

    #[test]
    fn every_field_is_found_by_its_name(
        fields in prop::collection::btree_map("[a-zé_0-9]{1,6}", any::<i64>(), 1..8),
    ) {
        let document = serde_json::to_string(&fields).unwrap();
        for (name, value) in &fields {
            for path in [format!("$.{name}"), format!("$[\"{name}\"]"), format!("$[{name}]")] {
                let steps = steps(&path).unwrap();
                prop_assert_eq!(scalar(&document, &steps), Some(value.to_string()));
                prop_assert_eq!(json(&document, &steps), Ok(Some(value.to_string())));
            }
        }
        prop_assert_eq!(size(&document, &[]), Ok(i64::try_from(fields.len()).ok()));
    }
}

#[test]
fn paths_lead_to_scalars() {
    let document = r#" {"a": {"b": [1.50, "x\u00e9\"", true, null, {}]}, "c d": 1e5, "a": 7, "n": [[3]]} "#;
    for (path, expected) in [
        ("$.a.b[0]", Some("1.50")),
        ("$.a.b[1]", Some("xé\"")),
        ("$.a.b[2]", Some("true")),
        ("$.a.b[3]", None),
        ("$.a.b[4]", None),
        ("$.a.b[5]", None),
        ("$.a.b", None),
        ("$.a", None),
        ("$", None),
        (r#"$["c d"]"#, Some("1e5")),
        ("$.n[0][0]", Some("3")),
        ("$.n.0.0", Some("3")),
        ("$.n[00][000]", Some("3")),
        ("$.x.y", None),
    ] {
        let steps = steps(path).unwrap();
        assert_eq!(scalar(document, &steps).as_deref(), expected, "{path}");
    }
    for (document, path, expected) in [
        ("17", "$", Some("17")),
        (r#""a""#, "$", Some("a")),
        ("null", "$", None),
        ("", "$", None),
        ("nonsense", "$", None),
        ("17 x", "$", Some("17")),
        ("17x", "$", None),
        (r#"{"a": 1, broken"#, "$.a", Some("1")),
        (r#"{"x": broken, "a": 1}"#, "$.a", None),
        (r#"{"1": "one"}"#, "$[1]", Some("one")),
        (r#"{"a\"b": 1, "c\\": 2}"#, r#"$["a\"b"]"#, Some("1")),
        (r#"{"a\"b": 1, "c\\": 2}"#, r#"$["c\\"]"#, Some("2")),
        (r#"{"a:b": 1}"#, "$.a:b", Some("1")),
        (r#"["\ud800"]"#, "$[0]", Some("?")),
    ] {
        assert_eq!(scalar(document, &steps(path).unwrap()).as_deref(), expected, "{document} {path}");
    }
}

#[test]
fn other_paths_are_refused() {
    for path in [
        "",
        "a",
        "$a",
        "$.",
        "$.a b",
        "$.a-b",
        "$[0",
        "$[]",
        "$[-1]",
        "$[a:b]",
        "$.*",
        "$..a",
        "$.a[*]",
        "$.a[?(@.b)]",
        r#"$["a\nb"]"#,
        r#"$["a"#,
        r#"$["a\"#,
        "$['a']",
        "$.😀",
    ] {
        let error = steps(path).unwrap_err().to_string();
        assert!(error.contains("INVALID_FUNCTION_ARGUMENT: Invalid JSON path: '"), "{path}: {error}");
    }
}
