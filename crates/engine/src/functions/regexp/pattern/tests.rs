use proptest::prelude::*;
use regex::Regex;

use super::{Failure, LIMITS, LONGEST, MAX_COMPILED, STATES, longest_at_once, longest_text};
use crate::memory::MemoryLimits;

fn compile(pattern: &str) -> Result<Regex, Failure> {
    super::compile(pattern).regex
}

proptest! {
    /// Where there is no line end, `$` has no second meaning.
    #[test]
    fn a_pattern_is_compiled_or_refused_and_means_the_same(
        pattern in r"[$ab^()\[\]|?*+{}\\.,1é-]{0,16}",
        text in "[ab1é$]{0,8}",
    ) {
        if let Ok(found) = compile(&pattern) {
            prop_assert_eq!(found.is_match(&text), Regex::new(&pattern).unwrap().is_match(&text));
        }
    }
}

#[test]
fn patterns_match_anywhere_and_as_in_java() {
    for (pattern, text, expected) in [
        ("b", "abc", true),
        ("^b", "abc", false),
        ("c$", "abc\n", true),
        ("c$", "abc\n\n", false),
        ("^$", "", true),
        ("(c$|x)", "abc", true),
        ("(?m)^b$", "a\nb\nc", true),
        ("a.c", "a\nc", false),
        ("(?s)a.c", "a\nc", true),
        ("(?i)PÉREZ", "ana pérez", true),
        (r"^\$\d+$", "$12", true),
        ("[^$]", "$", false),
        ("é$", "é", true),
        ("", "x", true),
    ] {
        assert_eq!(compile(pattern).unwrap().is_match(text), expected, "{pattern} in {text:?}");
    }
}

#[test]
fn what_is_no_pattern_or_another_one_in_athena_is_told_apart() {
    for (pattern, expected) in [
        ("(", "INVALID_FUNCTION_ARGUMENT: end pattern with unmatched parenthesis"),
        ("a)", "INVALID_FUNCTION_ARGUMENT: unmatched close parenthesis"),
        ("[a", "INVALID_FUNCTION_ARGUMENT: premature end of char-class"),
        ("a\\", "INVALID_FUNCTION_ARGUMENT: end pattern at escape"),
        ("*a", "INVALID_FUNCTION_ARGUMENT: target of repeat operator is not specified"),
        ("(a)\\1", "INVALID_FUNCTION_ARGUMENT: the pattern \"(a)\\\\1\": a backreference is not supported"),
        ("(?=a)", "INVALID_FUNCTION_ARGUMENT: the pattern \"(?=a)\": looking around is not supported"),
        ("a++", "INVALID_FUNCTION_ARGUMENT: the pattern \"a++\": a possessive repetition is not supported"),
        (
            "[[:alpha:]]",
            "INVALID_FUNCTION_ARGUMENT: the pattern \"[[:alpha:]]\": a POSIX class is not supported",
        ),
        (
            "(?P<a>b)",
            "INVALID_FUNCTION_ARGUMENT: the pattern \"(?P<a>b)\": a group that is named by (?P<name>...) is not supported",
        ),
        (
            "(?U)a",
            "INVALID_FUNCTION_ARGUMENT: the pattern \"(?U)a\": a flag other than i, m, s and x is not supported",
        ),
        (
            r"\w{1000}{1000}",
            r#"INVALID_FUNCTION_ARGUMENT: the pattern "\\w{1000}{1000}": a possessive repetition is not supported"#,
        ),
        (
            r"(?:\w{1000}){1000}",
            r#"INVALID_FUNCTION_ARGUMENT: the pattern "(?:\\w{1000}){1000}": a pattern that takes more than 16 MiB compiled is not supported"#,
        ),
    ] {
        let error = compile(pattern).unwrap_err().to_string();
        assert!(error.contains(expected), "{pattern}: {error}");
    }
}

/// Where a match ends is told by the pattern as it is written.
#[test]
fn ends_are_told_from_others() {
    for (pattern, expected) in
        [("a$", true), ("(a$|b)", true), ("(?m)a$", false), (r"a\z", false), (r"a\$", false), ("[$]", false)]
    {
        let (compiled, has_java_ends) = super::compile_for_places(pattern);
        assert_eq!((compiled.regex.unwrap().as_str(), has_java_ends), (pattern, expected));
    }
    let (compiled, _) = super::compile_for_places(r"a$|b\z");
    assert!(compiled.regex.unwrap_err().message.contains("both $ and"));
}

#[test]
fn the_larger_a_pattern_is_the_shorter_are_its_texts() {
    for limit in LIMITS {
        assert_eq!(limit * (longest_text(limit + STATES) / LONGEST), MAX_COMPILED, "{limit}");
    }
    assert_eq!(longest_text(MAX_COMPILED + STATES), LONGEST);
    // The longest event, and the longest text of a function, are for the smallest patterns not too long.
    assert!(longest_text(LIMITS[0] + STATES) > MemoryLimits::default().value);
    assert_eq!(longest_text(0), longest_text(LIMITS[0] + STATES));
}

#[test]
fn what_could_take_long_is_not_searched_at_once() {
    for limit in LIMITS {
        let most = longest_at_once(limit + STATES);
        assert!(most * limit <= 1 << 27 && most < longest_text(limit + STATES), "{limit}: {most}");
    }
    // The names and codes that are usual in filters are.
    assert!(longest_at_once(LIMITS[0] + STATES) >= 1_000);
}

/// A small pattern counts as little, a large one as much, and one that is refused at once as nothing.
#[test]
fn what_a_pattern_takes_is_told() {
    assert_eq!(LIMITS.last(), Some(&MAX_COMPILED));
    for (pattern, bytes) in [
        ("^a+b$", LIMITS[0] + STATES),
        (r"\w{1000}", MAX_COMPILED),
        (r"(?:\w{1000}){1000}", MAX_COMPILED),
        ("(", 0),
        ("(?=a)", 0),
    ] {
        assert_eq!(super::compile(pattern).bytes, bytes, "{pattern}");
    }
    let middle = super::compile(r"\w{60}");
    assert!(middle.regex.is_ok());
    assert!((LIMITS[1]..=LIMITS[3]).contains(&(middle.bytes - STATES)), "{}", middle.bytes);
}
