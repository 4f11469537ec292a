use proptest::prelude::*;

use super::*;

#[test]
fn a_callers_texts_are_not_in_the_words_for_the_log() {
    for (reason, literals, expected) in [
        (
            "NOT_SUPPORTED: the pattern \"(a)\\\\1\" in t",
            vec!["'(a)\\1'"],
            "NOT_SUPPORTED: the pattern \"?\" in t",
        ),
        ("Cannot cast 'O'Brien' to BIGINT", vec!["'O''Brien'"], "Cannot cast '?' to BIGINT"),
        ("near 'O''Brien'", vec!["'O''Brien'"], "near '?'"),
        ("secret and secretary", vec!["'secret'", "'secretary'"], "? and ?"),
        // Numbers of two digits, and what is in every sentence, stay.
        ("line 1:42: 42 is it", vec!["42", "'is'", "''", "DATE '2026-11-23'"], "line 1:42: 42 is it"),
        ("nothing", vec![], "nothing"),
        // Literals with a type, and numbers.
        (
            "Value cannot be cast to date: 2026-11-23",
            vec!["DATE '2026-11-23'"],
            "Value cannot be cast to date: ?",
        ),
        ("at 2026-11-23 10:05:00.120", vec!["TIMESTAMP '2026-11-23 10:05:00.120'"], "at ?"),
        ("Cannot cast DECIMAL '-12.50'", vec!["DECIMAL '-12.50'"], "Cannot cast DECIMAL '?'"),
        ("out of range: 4111111111111111", vec!["4111111111111111"], "out of range: ?"),
        // Parts, cut texts, and texts in lower case.
        ("cannot read \"2026-11-23\" as a time", vec!["'2026-11-23Thunter'"], "cannot read \"?\" as a time"),
        (
            "cannot read 'hunter2 is…' as a time",
            vec!["'hunter2 is my password'"],
            "cannot read '?…' as a time",
        ),
        ("cannot read 'hunter2 is...", vec!["'hunter2 is my password'"], "cannot read '?..."),
        ("cannot read 'o'bri'", vec!["'O''Brien'"], "cannot read 'o'?'"),
        ("no such word: hunter2", vec!["'HUNTER2'"], "no such word: ?"),
        ("cannot read ' Hunter2 ' or Hunter2 here", vec!["' Hunter2 '"], "cannot read '?' or ? here"),
        // Texts that overlap are hidden together.
        ("near 'abcdef'", vec!["'abcd'", "'cdef'", "'abcdef'"], "near '?'"),
        ("near 'alpha beta gamma'", vec!["'alpha beta'", "'beta gamma'"], "near '?'"),
    ] {
        assert_eq!(redacted(reason, literals), expected, "{reason}");
    }
}

/// A caller can send any text, so what an operator looks for has to stay whatever it sends.
#[test]
fn a_caller_cannot_blot_out_what_the_operator_needs() {
    let literals: Vec<String> =
        ["HIVE", "BAD", "DATA", "HIVE_BAD_DATA", "file", "arque", "ome", "s_b", "ion", ": "]
            .map(|text| format!("'{text}'"))
            .to_vec();
    let reason = "HIVE_BAD_DATA: profile some_bucket is not a parquet version";
    assert_eq!(redacted(reason, literals.iter().map(String::as_str)), reason);
}

#[test]
fn a_long_text_is_hidden_in_one_piece() {
    let text = "hunter2 ".repeat(400);
    let literals = crate::plan::literal::Literal::texts(&text);
    assert!(literals.len() > 3);
    let of = |words: &str| redacted(words, literals.iter().map(crate::plan::literal::Literal::as_str));
    assert_eq!(of(&format!("cannot cast '{text}' to bigint")), "cannot cast '?' to bigint");
    assert_eq!(of(&format!("cannot cast '{}…' to bigint", &text[..1_500])), "cannot cast '?…' to bigint");
    assert_eq!(of(&format!("cannot cast {text}")), "cannot cast ?");
}

proptest! {
    #[test]
    fn no_text_of_a_caller_is_left(text in "[^?0-9]{3,40}", around in "[0-9]{1,9}") {
        let literal = format!("'{}'", text.replace('\'', "''"));
        let words = format!("{around} '{text}' {around} {text:?} {around}");
        let redacted = redacted(&words, [literal.as_str()]);
        prop_assert!(!redacted.contains(&text), "{words} became {redacted}");
    }

    #[test]
    fn no_quoted_part_of_a_text_is_left(text in "[0-9A-Z]{8,40}", from in 0_usize..5, length in 3_usize..30) {
        let part = text.chars().skip(from).take(length).collect::<String>().to_lowercase();
        let redacted = redacted(&format!("at \"{part}\" in t"), [format!("'{text}'").as_str()]);
        prop_assert_eq!(redacted, "at \"?\" in t");
    }

    #[test]
    fn the_name_of_the_failure_stays(texts in prop::collection::vec("[A-Z_:a-z ]{0,30}", 0..9), rest in ".{0,80}") {
        let literals: Vec<String> = texts.iter().map(|text| format!("'{text}'")).collect();
        let words = format!("HIVE_BAD_DATA: {rest}");
        prop_assert!(redacted(&words, literals.iter().map(String::as_str)).starts_with("HIVE_BAD_DATA"));
    }
}
