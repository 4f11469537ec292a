//! The regular expressions of one query are bounded together, and each is compiled once.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, StringArray};
use engine::{EngineError, MemoryLimits};

use crate::lake::Lake;

const MIB: usize = 1 << 20;

/// What a pattern of a few characters counts as: 64 KiB, and what it may remember of texts.
const SMALL: usize = (64 << 10) + 2 * MIB;

/// One that is too large for the engine. It counts as 16 MiB.
const TOO_LARGE: &str = r"\w{1000}";

/// A lake of three texts, `a`, `b` and none, whose queries may compile so many bytes of patterns.
async fn lake(patterns: usize) -> Lake {
    let texts: ArrayRef = Arc::new(StringArray::from(vec![Some("a"), Some("b"), None]));
    let lake = Lake::with(&[("s", "string")], vec![("s", texts)]).await;
    lake.limited(MemoryLimits { patterns, ..MemoryLimits::default() })
}

/// Counts the rows in which one of so many different patterns matches.
fn any_of(text: &str, patterns: usize) -> String {
    let calls: Vec<String> = (0..patterns).map(|n| format!("regexp_like({text}, '^(b|{n})$')")).collect();
    format!("SELECT count(*) FROM t WHERE {}", calls.join(" OR "))
}

fn code(error: &EngineError) -> &str {
    match error {
        EngineError::Failed(failure) => failure.code,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_patterns_of_one_query_are_bounded_together() {
    let lake = lake(5 * SMALL).await;
    // Each query by itself: nothing is left of the one before.
    for _ in 0..3 {
        assert_eq!(lake.rows(&any_of("s", 5)).await, "\"1\"\n");
    }
    let error = lake.error(&any_of("s", 6), &[]).await;
    assert_eq!(code(&error), "EXCEEDED_LOCAL_MEMORY_LIMIT", "{error}");
    // Of constants alone, they are compiled while the query is planned as well.
    let error = lake.error(&any_of("'c'", 6), &[]).await;
    assert_eq!(code(&error), "EXCEEDED_LOCAL_MEMORY_LIMIT", "{error}");
    // Those that come from the rows are compiled one after the other.
    assert_eq!(lake.rows("SELECT count(*) FROM t WHERE regexp_like(s, '^' || s)").await, "\"2\"\n");
}

/// With more, one request for rows would fail that the HTTP API takes.
#[test]
fn ten_of_the_largest_patterns_are_within_the_usual_limit() {
    let MemoryLimits { patterns, .. } = MemoryLimits::default();
    assert!((10 * (16 + 2) * MIB..20 * (16 + 2) * MIB).contains(&patterns), "{patterns}");
}

/// The optimizer comes to each call several times: compiled each time, one of these would exceed the limit.
#[tokio::test]
async fn a_pattern_that_is_too_large_is_compiled_once() {
    let lake = lake(17 * MIB).await;
    let select = "SELECT count(*) FROM t WHERE";
    let call = format!("regexp_like(s, '{TOO_LARGE}')");
    let error = lake.error(&format!("{select} {call}"), &[]).await;
    assert_eq!(code(&error), "INVALID_FUNCTION_ARGUMENT", "{error}");
    assert!(error.to_string().contains("a pattern that takes more than 16 MiB compiled"), "{error}");
    // It fails where a text meets it, and nowhere else.
    assert_eq!(lake.rows(&format!("{select} s = 'c' AND {call}")).await, "\"0\"\n");
    let two = format!("{select} {call} OR regexp_like(s, '{TOO_LARGE}x')");
    assert_eq!(code(&lake.error(&two, &[]).await), "EXCEEDED_LOCAL_MEMORY_LIMIT");
}

/// A search of minutes: no text decides early, and a match may begin at each `a`.
#[tokio::test]
async fn a_large_pattern_is_not_searched_in_a_long_text() {
    let lake = lake(192 * MIB).await;
    let slow = "[ab]*a(?:[ab]{900}){60}[^abN0-9]";
    let long = "ab".repeat(100_000);
    let count =
        |text: &str, pattern: &str| format!("SELECT count(*) FROM t WHERE regexp_like({text}, {pattern})");
    for (text, pattern) in [
        (format!("s || '{long}'"), format!("'{slow}'")),
        (format!("'{long}'"), format!("'{slow}'")),
        (format!("s || '{long}'"), format!("replace('{slow}', 'N', s)")),
    ] {
        let error = lake.error(&count(&text, &pattern), &[]).await;
        assert_eq!(code(&error), "EXCEEDED_LOCAL_MEMORY_LIMIT", "{error}");
        assert!(error.to_string().contains("pattern"), "{error}");
    }
    // Each by itself is taken: the pattern with a short text, and the text with a small pattern.
    assert_eq!(lake.rows(&count("s", &format!("'{slow}'"))).await, "\"0\"\n");
    assert_eq!(lake.rows(&count(&format!("s || '{long}'"), "'^b(ab)+$'")).await, "\"1\"\n");
}
