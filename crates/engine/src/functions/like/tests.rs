use proptest::prelude::*;
use regex::RegexBuilder;

use datafusion::{arrow::array::AsArray, common::ScalarValue, logical_expr::ColumnarValue};

use super::{Argument, STEPS, beginning, each, escaped, is_match, is_searched, parts_of};
use crate::cancel::{Cancellation, Cancelled};

/// A row, as a query meets it.
fn matches(text: &str, pattern: &str) -> bool {
    let found = each(&row(text, pattern), 1, &Cancellation::default()).unwrap();
    found.as_boolean().value(0)
}

fn row(text: &str, pattern: &str) -> [Argument; 2] {
    let argument =
        |text: &str| Argument::new(ColumnarValue::Scalar(ScalarValue::Utf8(Some(text.to_owned())))).unwrap();
    [argument(text), argument(pattern)]
}

proptest! {
    #[test]
    fn a_pattern_means_the_same_as_its_regular_expression(
        text in "[abé\n]{0,12}",
        pattern in "[abé%_]{0,8}",
    ) {
        let regex = format!("^{}$", pattern.replace('%', ".*").replace('_', "."));
        let regex = RegexBuilder::new(&regex).dot_matches_new_line(true).build().unwrap();
        prop_assert_eq!(matches(&text, &pattern), regex.is_match(&text));
    }

    #[test]
    fn texts_begin_as_their_pattern_says(text in r"[ab%\\]{0,6}", pattern in r"([ab%_]|\\[%_\\]){0,5}") {
        if let Some(beginning) = beginning(&pattern) {
            prop_assert!(!matches(&text, &pattern) || matches(&text, &beginning));
        }
    }
}

#[test]
fn a_backslash_is_a_character_unless_it_is_the_escape() {
    assert_eq!(escaped(r"a\%", None).unwrap(), r"a\\%");
    assert_eq!(escaped(r"a\%", Some('\\')).unwrap(), r"a\%");
    assert_eq!(escaped("a#%_##", Some('#')).unwrap(), r"a\%_\#");
    assert_eq!(escaped("a%%%_", Some('%')).unwrap(), r"a\%\_");
    assert_eq!(escaped("a#b", Some('#')), None);
    assert_eq!(escaped("a#", Some('#')), None);
}

#[test]
fn a_backslash_escapes() {
    for (text, pattern, expected) in [
        ("50%", r"%0\%", true),
        ("50x", r"%0\%", false),
        ("a_b", r"a\_b", true),
        ("axb", r"a\_b", false),
        (r"a\b", r"a\\%b", true),
        ("a\nb", "a_%b", true),
        ("", "%_", false),
        ("", "%%", true),
        ("a%b", r"%\%%", true),
        ("ab", r"%\%%", false),
        (r"a\b", r"%\\%", true),
        ("cabc", "%ab%", true),
        ("cbac", "%ab%", false),
        ("%", "%%%", true),
    ] {
        assert_eq!(matches(text, pattern), expected, "{text:?} LIKE {pattern:?}");
    }
}

#[test]
fn patterns_that_are_searched_for_are_told_from_others() {
    for pattern in ["", "%", "%%", "a", "a%", "%a"] {
        assert!(!is_searched(pattern), "{pattern}");
    }
    for pattern in ["%a%", "%ab%", "_", "a_", "a%b", "%a%b%", "%%%", r"a\%", r"%a\%%", r"%\%"] {
        assert!(is_searched(pattern), "{pattern}");
    }
    for (pattern, expected) in
        [("ab%c", Some("ab%")), (r"a\%b_", Some(r"a\%b%")), (r"\\%a", Some(r"\\%")), ("%a%b", None)]
    {
        assert_eq!(beginning(pattern).as_deref(), expected, "{pattern}");
    }
}

/// Of whatever kind the pattern is.
#[test]
fn no_further_row_is_searched_once_the_query_is_cancelled() {
    let cancellation = Cancellation::default();
    cancellation.cancel();
    for pattern in ["%a%", "%a_b%"] {
        assert!(each(&row("a", pattern), 1, &Cancellation::default()).is_ok());
        assert!(each(&row("a", pattern), 1, &cancellation).is_err(), "{pattern}");
    }
}

#[test]
fn a_long_search_ends_once_the_query_is_cancelled() {
    let (text, pattern) = ("a".repeat(STEPS), "%a_b%");
    let cancellation = Cancellation::default();
    assert_eq!(is_match(&text, &parts_of(pattern), &cancellation), Ok(false));
    cancellation.cancel();
    assert_eq!(is_match(&text, &parts_of(pattern), &cancellation), Err(Cancelled));
}
