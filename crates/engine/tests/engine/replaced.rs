//! `regexp_replace` with a lambda expression. What is expected is from Trino's `testRegexpReplaceLambda`, and from its
//! documentation.

use crate::{golden::compare, lake::Lake};

const CASES: &[(&str, &str, &str, &str)] = &[
    ("x", "(x)", "x -> upper(x[1])", "X"),
    ("xxx xxx xxx", "(x)", "x -> upper(x[1])", "XXX XXX XXX"),
    ("new", r"(\w)", "x -> x[1] || upper(x[1])", "nNeEwW"),
    ("new york", r"(\w)(\w*)", "x -> upper(x[1]) || lower(x[2])", "New York"),
    ("new york", r"((\w)(\w*))", "x -> upper(x[2]) || lower(x[3])", "New York"),
    ("new york city", r"(yo\w*)", "(x) -> upper(x[1])", "new YORK city"),
    ("abc abc", "(abc)", "x -> 'm'", "m m"),
    ("123 456", "(([0-9]*) ([0-9]*))", "x -> x[2] || x[3]", "123456"),
    ("abbabba", "(abba)", "x -> 'm' || x[1]", "mabbabba"),
    ("abcde", "ab(c)?de", "x -> CASE WHEN x[1] IS NULL THEN 'foo' ELSE 'bar' END", "bar"),
    // Without groups.
    ("abc", ".", "x -> 'm'", "mmm"),
    ("abc", "", "x -> 'OK'", "OKaOKbOKcOK"),
    ("abc", ".", "x -> CAST(cardinality(x) AS varchar)", "000"),
    // Empty ones.
    ("abc", "()", "x -> x[1]", "abc"),
    ("new", r"(\w*)", "x -> CAST(length(x[1]) AS varchar)", "30"),
    ("new york", r"(\w*)", "x -> '<' || x[1] || '>'", "<new><> <york><>"),
    // Groups that are null, and answers.
    ("aaa", "(b)?", "x -> x[1]", "NULL"),
    ("abde", "ab(c)?de", "x -> 'OK'", "OK"),
    ("abde", "ab(c)?de", "x -> x[1] || 'OK'", "NULL"),
    ("abde", "ab(c)?de", "x -> CASE WHEN x[1] IS NULL THEN 'foo' ELSE 'bar' END", "foo"),
    ("aaa", "(a)", "x -> CAST(NULL AS varchar)", "NULL"),
    // Where nothing matches, the function is not called.
    ("new york", "(a)", "x -> upper(x[1])", "new york"),
    ("", "(a)", "x -> upper(x[1])", "''"),
    ("abde", "c", "x -> upper(x[7])", "abde"),
    ("ñandú €", "([ñú€])", "x -> '[' || x[1] || ']'", "[ñ]and[ú] [€]"),
    // A parameter of another lambda expression hides it.
    ("ab", "(.)", "x -> array_join(transform(ARRAY['c', 'd'], x -> upper(x)), '')", "CDCD"),
    ("ab", "(.)", "x -> array_join(transform(ARRAY['c', 'd'], y -> y || x[1]), '')", "cadacbdb"),
    ("a1b2", r"([a-z]\d)", "x -> regexp_replace(x[1], '([a-z])', y -> upper(y[1]) || x[1])", "Aa11Bb22"),
];

#[tokio::test]
async fn a_function_of_the_groups_is_in_the_place_of_each_match() {
    let mut cases: Vec<(String, &str, &str)> = Vec::new();
    for (text, pattern, lambda, expected) in CASES {
        // As constants, and as columns.
        cases.push((format!("SELECT regexp_replace('{text}', '{pattern}', {lambda})"), "varchar", expected));
        cases.push((
            format!(
                "SELECT regexp_replace(t, p, {lambda}) FROM (VALUES ('{text}', '{pattern}')) AS v (t, p)"
            ),
            "varchar",
            expected,
        ));
    }
    for (sql, expected) in [
        ("SELECT regexp_replace(NULL, '(a)', x -> x[1])", "NULL"),
        ("SELECT regexp_replace('new', NULL, x -> x[1])", "NULL"),
        (
            "SELECT regexp_replace(t, '(.)', x -> x[1] || s) FROM (VALUES ('ab', '-'), (NULL, '-'), ('', '-'), ('c', NULL)) \
             AS v (t, s) ORDER BY t",
            "'';a-b-;NULL;NULL",
        ),
        (
            "SELECT regexp_replace(regexp_replace('ab', '(a)', x -> x[1] || 'b'), '(b)', x -> upper(x[1]))",
            "aBB",
        ),
        ("SELECT max(regexp_replace(t, '(.)', x -> upper(x[1]))) FROM (VALUES 'a', 'b') AS v (t)", "B"),
    ] {
        cases.push((sql.to_owned(), "varchar", expected));
    }
    let cases: Vec<(&str, &str, &str)> =
        cases.iter().map(|(sql, data_type, expected)| (sql.as_str(), *data_type, *expected)).collect();
    compare(&Lake::new(), &cases).await;
}

#[tokio::test]
async fn what_is_no_group_or_no_text_fails() {
    let lake = Lake::new();
    for (sql, expected) in [
        ("SELECT regexp_replace('new', '(.)', x -> upper(x[2]))", "INVALID_FUNCTION_ARGUMENT: "),
        ("SELECT regexp_replace('new', '(.)', x -> upper(x[0]))", "INVALID_FUNCTION_ARGUMENT: "),
        ("SELECT regexp_replace('x', 'x', x -> upper(x[1]))", "INVALID_FUNCTION_ARGUMENT: "),
        ("SELECT regexp_replace('new', '(.', x -> x[1])", "INVALID_FUNCTION_ARGUMENT: "),
        ("SELECT regexp_replace('new', '(.)', (x, y) -> x)", "FUNCTION_NOT_FOUND: "),
    ] {
        let error = lake.error(sql, &[]).await.to_string();
        assert!(error.starts_with(expected), "{sql}: {error}");
    }
    let error = lake.error("SELECT regexp_replace('new', '(.)', x -> 1)", &[]).await.to_string();
    let is_refused = ["TYPE_MISMATCH: ", "FUNCTION_NOT_FOUND: "].iter().any(|code| error.starts_with(code));
    assert!(is_refused, "{error}");
}

/// Each level of such calls is several levels of the plan, which are bounded.
#[tokio::test]
async fn calls_within_calls_are_bounded() {
    let lake = Lake::new();
    let nested = |levels: usize| {
        (0..levels).fold("'a'".to_owned(), |inner, _| format!("regexp_replace({inner}, '(a)', x -> x[1])"))
    };
    assert_eq!(lake.rows(&format!("SELECT {}", nested(3))).await, "\"a\"\n");
    let error = lake.error(&format!("SELECT {}", nested(12)), &[]).await.to_string();
    assert!(error.starts_with("NOT_SUPPORTED: a query that nests more than"), "{error}");
}
