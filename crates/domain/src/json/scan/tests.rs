use proptest::prelude::*;
use serde_json::value::RawValue;

use super::{super::MAX_DEPTH, *};

/// What another parser says to the text.
fn other(text: &str) -> Option<serde_json::Value> {
    serde_json::from_str(text).ok()
}

fn read(text: &str) -> Result<&str, String> {
    Raw::parse(text).map(Raw::text).map_err(|fault| fault.to_string())
}

#[test]
fn valid_json_is_taken_as_it_is() {
    for text in [
        "0",
        "-0",
        "1.50e-7",
        "1E+400",
        "true",
        "false",
        "null",
        r#""""#,
        r#""a\u00f1\ud83d\ude00é\/\"""#,
        "[]",
        "[ 1 , [ ] ]",
        "{}",
        r#"{"a":{"a":[]},"a":1}"#,
        "\"longer than one word of the machine, with a tab \\t in it\"",
    ] {
        assert_eq!(read(text), Ok(text));
        assert_eq!(read(&format!(" \t\r\n{text} ")), Ok(text));
    }
}

#[test]
fn what_is_not_json_is_refused_with_the_place() {
    for (text, words) in [
        ("", "the text ends too early at byte 0"),
        ("NaN", "expected a JSON value at byte 0"),
        ("Infinity", "expected a JSON value"),
        ("-Infinity", "expected a digit at byte 1"),
        ("01", "something follows the value at byte 1"),
        ("1.", "the text ends too early at byte 2"),
        (".5", "expected a JSON value"),
        ("+1", "expected a JSON value"),
        ("1e", "ends too early"),
        ("tru", "expected a JSON value at byte 0"),
        ("'a'", "expected a JSON value"),
        ("\"a", "ends too early at byte 2"),
        ("\"a\nb\"", "a control character in a string, which must be escaped at byte 2"),
        (r#""\x""#, "unknown escape"),
        (r#""\u12g4""#, "expected \\u and four hexadecimal digits at byte 1"),
        (r#""\ud800""#, "half of a surrogate pair alone at byte 1"),
        (r#""\ud800\u0041""#, "half of a surrogate pair alone"),
        (r#""\udc00""#, "half of a surrogate pair alone"),
        ("[1,]", "expected a JSON value at byte 3"),
        ("[1 2]", "expected \",\" or \"]\" at byte 3"),
        ("{\"a\" 1}", "expected \":\" after a name at byte 5"),
        ("// comment\n1", "expected a JSON value"),
        ("\u{feff}1", "expected a JSON value at byte 0"),
    ] {
        let message = read(text).unwrap_err();
        assert!(message.contains(words), "{text:?}: {message:?} does not say {words:?}");
    }
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(read(&nested(MAX_DEPTH)).is_ok());
    assert!(read(&nested(MAX_DEPTH + 1)).unwrap_err().contains("nested too deep (64 levels) at byte 64"));
    assert!(read(&"{\"a\":".repeat(1_000_000)).unwrap_err().contains("nested too deep"));
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::Value;
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::hash_map(any::<String>(), inner, 0..6).prop_map(Value::from_iter),
        ]
    })
}

proptest! {
    #[test]
    fn what_another_writer_writes_is_read(value in json(), pretty: bool) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
        let text = text.unwrap();
        prop_assert_eq!(read(&text), Ok(text.as_str()));
    }

    #[test]
    fn it_agrees_with_another_parser_on_broken_json(value in json(), cut in any::<prop::sample::Index>(), byte: char) {
        let mut text = serde_json::to_string(&value).unwrap();
        let at = text.floor_char_boundary(cut.index(text.len() + 1));
        text.insert(at, byte);
        // It keeps numbers as doubles, and refuses those that are none: only form counts here.
        let form = serde_json::from_str::<&RawValue>(&text).is_ok();
        prop_assert_eq!(read(&text).is_ok(), form, "{}", text);
        if let Some(serde_json::Value::String(string)) = other(&text) {
            prop_assert_eq!(Raw::parse(&text).unwrap().string().unwrap(), string);
        }
    }
}
