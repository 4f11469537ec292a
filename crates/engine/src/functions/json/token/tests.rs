use proptest::prelude::*;

use super::*;

fn all(text: &str) -> Result<Vec<Token<'_>>, Malformed> {
    let mut tokens = Tokens::new(text);
    let mut found = Vec::new();
    while let Some(token) = tokens.next()? {
        found.push(token);
    }
    Ok(found)
}

#[test]
fn tokens_are_as_they_are_written() {
    let found = all(r#" {"a\n":[1, -2.50e+1 ,true],"":{}} null"#).unwrap();
    let expected = [
        Token::StartObject,
        Token::Name("a\\n"),
        Token::StartArray,
        Token::Integer("1"),
        Token::Float("-2.50e+1"),
        Token::True,
        Token::EndArray,
        Token::Name(""),
        Token::StartObject,
        Token::EndObject,
        Token::EndObject,
        Token::Null,
    ];
    assert_eq!(found, expected);
}

#[test]
fn what_is_no_json_is_found_where_it_is() {
    for text in [
        "{",
        "[",
        "]",
        "}",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{1:2}",
        "01",
        "-",
        "1.",
        ".5",
        "+1",
        "1e",
        "1e+",
        "1a",
        "tru",
        "truex",
        "nul",
        "'a'",
        "\"",
        "\"\\x\"",
        "\"\\u12g4\"",
        "\"\\u12",
        "\"\t\"",
        "NaN",
        "[1}",
        "{\"a\":1]",
    ] {
        assert_eq!(all(text), Err(Malformed), "{text}");
    }
    let deep = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(all(&deep(MAX_DEPTH)).is_ok());
    assert_eq!(all(&deep(MAX_DEPTH + 1)), Err(Malformed));
    let mut tokens = Tokens::new("[[1, {\"a\": 2}], 3, oops");
    assert_eq!(tokens.next(), Ok(Some(Token::StartArray)));
    let inner = tokens.expect().unwrap();
    tokens.skip(inner).unwrap();
    assert_eq!(tokens.next(), Ok(Some(Token::Integer("3"))));
    assert_eq!(tokens.next(), Err(Malformed));
}

#[test]
fn escapes_are_read_as_java_reads_them() {
    for (written, expected, with_halves) in [
        ("plain é", Some("plain é"), "plain é"),
        (r#"\"\\\/\b\f\n\r\t"#, Some("\"\\/\u{8}\u{c}\n\r\t"), "\"\\/\u{8}\u{c}\n\r\t"),
        (r"\u00e9\u0000", Some("é\0"), "é\0"),
        (r"a\ud83d\ude00b", Some("a😀b"), "a😀b"),
        (r"a\ud83db", None, "a?b"),
        (r"\ude00\ud83d", None, "??"),
        (r"\ud83d\u0041", None, "?A"),
    ] {
        assert_eq!(unescaped(written).as_deref(), expected, "{written}");
        assert_eq!(shown(written), with_halves, "{written}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_to_its_end_or_refused(text in r#"[{}\[\]":,a0é. \\untrue1e-]{0,24}"#) {
        let _ = all(&text);
    }

    /// An independent reader of the same language. It knows no depth of 1,000, and takes one value.
    #[test]
    fn what_is_json_to_serde_is_json(text in r#"[{}\[\]",:01a]{0,12}"#) {
        let one = all(&text).is_ok() && {
            let mut tokens = Tokens::new(&text);
            matches!(tokens.next(), Ok(Some(first)) if tokens.skip(first).is_ok() && tokens.next() == Ok(None))
        };
        prop_assert_eq!(one, serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok());
    }
}
