//! Functions with regular expressions. What is expected is from Trino's documentation ("Regular expression functions") and
//! from its source (`JoniRegexpFunctions`) and tests (`AbstractTestRegexpFunctions`).

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, StringArray};
use engine::{EngineError, MemoryLimits};

use crate::{
    both::{both, fail, null_of_null},
    golden::refuse,
    lake::Lake,
};

#[tokio::test]
async fn what_is_extracted() {
    both(&[
        ("regexp_extract({0}, {1})", &["1a 2b 14m", r"\d+"], "varchar", "1"),
        ("regexp_extract({0}, {1}, 2)", &["1a 2b 14m", r"(\d+)([a-z]+)"], "varchar", "a"),
        ("regexp_extract({0}, {1}, 0)", &["1a 2b 14m", r"(\d+)([a-z]+)"], "varchar", "1a"),
        ("regexp_extract({0}, {1})", &["Hello world bye", r"\bfoo\b"], "varchar", "NULL"),
        ("regexp_extract({0}, {1}, 1)", &["Hello world bye", r"\b[a-z]([a-z]*)"], "varchar", "orld"),
        ("regexp_extract({0}, {1})", &["12345", ""], "varchar", "''"),
        ("regexp_extract({0}, {1}, 1)", &["a", "a(b)?"], "varchar", "NULL"),
        ("regexp_extract({0}, {1}, 1)", &["ñu 7", "(.u)"], "varchar", "ñu"),
        ("regexp_extract({0}, {1})", &["Ana PÉREZ", "(?i)pérez"], "varchar", "PÉREZ"),
        ("regexp_extract({0}, {1}, 1)", &["k=v", "(?<key>[a-z])="], "varchar", "k"),
        ("regexp_extract({0}, {1})", &["abc", "b|bc"], "varchar", "b"),
        ("regexp_extract({0}, {1})", &["abc", "b+?"], "varchar", "b"),
        ("regexp_extract_all({0}, {1})", &["1a 2b 14m", r"\d+"], "array(varchar)", "[1, 2, 14]"),
        ("regexp_extract_all({0}, {1}, 2)", &["1a 2b 14m", r"(\d+)([a-z]+)"], "array(varchar)", "[a, b, m]"),
        (
            "regexp_extract_all({0}, {1}, 1)",
            &["rat cat\tbat dog", "ra(.)|blah(.)(.)"],
            "array(varchar)",
            "[t]",
        ),
        (
            "regexp_extract_all({0}, {1}, 2)",
            &["rat cat\tbat dog", "ra(.)|blah(.)(.)"],
            "array(varchar)",
            "[null]",
        ),
        ("regexp_extract_all({0}, {1})", &["12345", ""], "array(varchar)", "[, , , , , ]"),
        ("regexp_extract_all({0}, {1})", &["baac", "a*"], "array(varchar)", "[, aa, , ]"),
        ("regexp_extract_all({0}, {1})", &["x", "y"], "array(varchar)", "[]"),
        ("cardinality(regexp_extract_all({0}, {1}))", &["x", "y"], "bigint", "0"),
        ("regexp_extract_all({0}, {1})", &["é€a", "."], "array(varchar)", "[é, €, a]"),
    ])
    .await;
    fail(&[
        ("regexp_extract({0}, {1}, -1)", &["a", "(a)"], "INVALID_FUNCTION_ARGUMENT: Group cannot be negative"),
        (
            "regexp_extract({0}, {1}, 2)",
            &["x", "(a)"],
            "INVALID_FUNCTION_ARGUMENT: Pattern has 1 groups. Cannot access group 2",
        ),
        (
            "regexp_extract_all({0}, {1}, 1)",
            &["hello", "(?:l)"],
            "INVALID_FUNCTION_ARGUMENT: Pattern has 0 groups. Cannot access group 1",
        ),
        (
            "regexp_extract({0}, {1})",
            &["a", "("],
            "INVALID_FUNCTION_ARGUMENT: end pattern with unmatched parenthesis",
        ),
        (
            "regexp_extract({0}, {1})",
            &["a", "a(?!b)"],
            "INVALID_FUNCTION_ARGUMENT: the pattern \"a(?!b)\": looking around is not supported by the local engine",
        ),
    ])
    .await;
    null_of_null(&[
        ("regexp_extract({0}, {1})", &["a", "a"], "varchar"),
        ("regexp_extract({0}, {1}, 0)", &["a", "a"], "varchar"),
        ("regexp_extract_all({0}, {1})", &["a", "a"], "array(varchar)"),
    ])
    .await;
}

#[tokio::test]
async fn what_is_replaced() {
    both(&[
        ("regexp_replace({0}, {1})", &["1a 2b 14m", r"\d+[ab] "], "varchar", "14m"),
        ("regexp_replace({0}, {1}, {2})", &["1a 2b 14m", r"(\d+)([ab]) ", "3c$2 "], "varchar", "3ca 3cb 14m"),
        ("regexp_replace({0}, {1}, {2})", &["aaa", "a", "b"], "varchar", "bbb"),
        ("regexp_replace({0}, {1}, {2})", &["aaa", "b", "c"], "varchar", "aaa"),
        ("regexp_replace({0}, {1}, {2})", &["abc", "", "x"], "varchar", "xaxbxcx"),
        ("regexp_replace({0}, {1}, {2})", &["", "", "x"], "varchar", "x"),
        ("regexp_replace({0}, {1}, {2})", &["baa", "a*", "x"], "varchar", "xbxx"),
        ("regexp_replace({0}, {1}, {2})", &["é€", "", "-"], "varchar", "-é-€-"),
        ("regexp_replace({0}, {1}, {2})", &["abc", "(?<letter>b)", "[${letter}]"], "varchar", "a[b]c"),
        ("regexp_replace({0}, {1}, {2})", &["new york", r"(\w)(\w*)", "$2$1"], "varchar", "ewn orky"),
        ("regexp_replace({0}, {1}, {2})", &["wxyz", "[xyz]", r"\$0"], "varchar", "w$0$0$0"),
        ("regexp_replace({0}, {1}, {2})", &["wxyz", "[xyz]", r"\\$0"], "varchar", r"w\x\y\z"),
        ("regexp_replace({0}, {1}, {2})", &["wxyz", "[w](x)(y)(z)", "$3$123"], "varchar", "zx23"),
        ("regexp_replace({0}, {1}, {2})", &["ab", "(a)|(b)", "<$1$2>"], "varchar", "<a><b>"),
        ("regexp_replace({0}, {1}, {2})", &["a.b.c", r"\.", ""], "varchar", "abc"),
        ("regexp_replace({0}, {1}, {2})", &["x", "y", "$9"], "varchar", "x"),
        ("regexp_replace({0}, {1}, {2})", &["a有朋💰", ".", "1$02"], "varchar", "1a21有21朋21💰2"),
        ("regexp_replace({0}, {1}, {2})", &["xxx", "(x)", "$01"], "varchar", "xxx"),
        ("regexp_replace({0}, {1}, {2})", &["xxx", "x", "$05"], "varchar", "x5x5x5"),
        ("regexp_replace({0}, {1}, {2})", &["wxyz", "(?<w>w)-(?<xyz>[xyz])", "${w}"], "varchar", "wxyz"),
        ("regexp_replace({0}, {1}, {2})", &["xyz", "(?<xyz>[xyz])+", "${xyz}"], "varchar", "z"),
        ("regexp_replace({0}, {1}, {2})", &["x", ".*", "xxxxx"], "varchar", "xxxxxxxxxx"),
        (
            "regexp_replace({0}, {1}, {2})",
            &["call 555.123.4444 now", r"(\d+)\.(\d+).(\d+)", "($1) $2-$3"],
            "varchar",
            "call (555) 123-4444 now",
        ),
        ("regexp_replace({0}, {1})", &["", "a"], "varchar", "''"),
        ("regexp_replace({0}, {1}, {2})", &["Ünï", "[^a-z]", "_"], "varchar", "_n_"),
        // In Java, the end is also before the last line end.
        ("length(regexp_replace({0}, {1}, {2}))", &["abc\n", "c$", "xx"], "bigint", "5"),
        ("length(regexp_replace({0}, {1}, {2}))", &["abc\n", "$", "x"], "bigint", "6"),
        ("length(regexp_replace({0}, {1}, {2}))", &["abc\n", r"\z", "x"], "bigint", "5"),
        ("length(regexp_extract({0}, {1}))", &["abc\n", "c$"], "bigint", "1"),
    ])
    .await;
    let illegal = "INVALID_FUNCTION_ARGUMENT: Illegal replacement sequence:";
    let [end, letter, unknown, name] =
        ["wxyz$", "$x", "unknown group 1", "unknown group { n }"].map(|what| format!("{illegal} {what}"));
    fail(&[
        ("regexp_replace({0}, {1}, {2})", &["xxx", "x", "wxyz$"], &end),
        ("regexp_replace({0}, {1}, {2})", &["xxx", "x", "$x"], &letter),
        ("regexp_replace({0}, {1}, {2})", &["xxx", "x", "$1"], &unknown),
        ("regexp_replace({0}, {1}, {2})", &["xxx", "x", "${n}"], &name),
    ])
    .await;
    null_of_null(&[
        ("regexp_replace({0}, {1})", &["a", "a"], "varchar"),
        ("regexp_replace({0}, {1}, {2})", &["a", "a", "b"], "varchar"),
    ])
    .await;
}

#[tokio::test]
async fn what_is_split_and_counted() {
    both(&[
        ("regexp_split({0}, {1})", &["1a 2b 14m", r"\s*[a-z]+\s*"], "array(varchar)", "[1, 2, 14, ]"),
        ("regexp_split({0}, {1})", &["a.b:c,d", r"[\.:,]"], "array(varchar)", "[a, b, c, d]"),
        ("regexp_split({0}, {1})", &["abc", "x"], "array(varchar)", "[abc]"),
        ("regexp_split({0}, {1})", &["abc", ""], "array(varchar)", "[, a, b, c, ]"),
        ("cardinality(regexp_split({0}, {1}))", &["", "x"], "bigint", "1"),
        ("regexp_split({0}, {1})", &["é1€", "[0-9]"], "array(varchar)", "[é, €]"),
        ("regexp_count({0}, {1})", &["1a 2b 14m", r"\s*[a-z]+\s*"], "bigint", "3"),
        ("regexp_count({0}, {1})", &["abc", ""], "bigint", "4"),
        ("regexp_count({0}, {1})", &["", ""], "bigint", "1"),
        ("regexp_count({0}, {1})", &["é€", "."], "bigint", "2"),
        ("regexp_count({0}, {1})", &["abc", "x"], "bigint", "0"),
        ("regexp_count({0}, {1})", &["baac", "a*"], "bigint", "4"),
        ("regexp_position({0}, {1})", &["I have 23 apples, 5 pears", r"\b\d+\b"], "integer", "8"),
        ("regexp_position({0}, {1}, 5)", &["I have 23 apples, 5 pears", r"\b\d+\b"], "integer", "8"),
        ("regexp_position({0}, {1}, 12)", &["I have 23 apples, 5 pears", r"\b\d+\b"], "integer", "19"),
        ("regexp_position({0}, {1}, 12, 1)", &["I have 23 apples, 5 pears", r"\b\d+\b"], "integer", "19"),
        ("regexp_position({0}, {1}, 12, 2)", &["I have 23 apples, 5 pears", r"\b\d+\b"], "integer", "-1"),
        ("regexp_position({0}, {1}, 1, 2)", &["I have 23 apples, 5 pears", r"\b\d+\b"], "integer", "19"),
        ("regexp_position({0}, {1}, 100)", &["a", "a"], "integer", "-1"),
        ("regexp_position({0}, {1})", &["é€a", "a"], "integer", "3"),
        ("regexp_position({0}, {1}, 2)", &["éé", "é"], "integer", "2"),
        ("regexp_position({0}, {1})", &["", ""], "integer", "-1"),
    ])
    .await;
    fail(&[
        (
            "regexp_position({0}, {1}, 0)",
            &["a", "a"],
            "INVALID_FUNCTION_ARGUMENT: start position cannot be smaller than 1",
        ),
        (
            "regexp_position({0}, {1}, 1, 0)",
            &["a", "a"],
            "INVALID_FUNCTION_ARGUMENT: occurrence cannot be smaller than 1",
        ),
    ])
    .await;
    null_of_null(&[
        ("regexp_split({0}, {1})", &["a", "a"], "array(varchar)"),
        ("regexp_count({0}, {1})", &["a", "a"], "bigint"),
        ("regexp_position({0}, {1})", &["a", "a"], "integer"),
    ])
    .await;
}

#[tokio::test]
async fn other_types_are_not_taken() {
    let lake = Lake::of(&[("n", "int"), ("s", "string")], &[r#"{"n": 1, "s": "a"}"#]).await;
    let refused = [
        ("regexp_extract(n, 'a')", "regexp_extract"),
        ("regexp_extract(s, 'a', 'b')", "regexp_extract"),
        ("regexp_extract_all(s)", "regexp_extract_all"),
        ("regexp_replace(s, 'a', n)", "regexp_replace"),
        ("regexp_replace(s)", "regexp_replace"),
        ("regexp_split(s, 'a', 'b')", "regexp_split"),
        ("regexp_count(s, n)", "regexp_count"),
        ("regexp_position(s, 'a', 'b')", "regexp_position"),
    ];
    let refused = refused.map(|(call, name)| {
        (
            format!("SELECT {call} FROM t"),
            format!("FUNCTION_NOT_FOUND: Unexpected parameters for function {name}"),
        )
    });
    let refused: Vec<(&str, &str)> =
        refused.iter().map(|(sql, error)| (sql.as_str(), error.as_str())).collect();
    refuse(&lake, &refused).await;
}

const MIB: usize = 1 << 20;

/// Texts that are too long to be searched at once are searched all the same, and answer the same.
#[tokio::test]
async fn long_texts_are_searched() {
    let texts: ArrayRef = Arc::new(StringArray::from(vec!["éa1, ".repeat(10_000)]));
    let lake = Lake::with(&[("s", "string")], vec![("s", texts)]).await;
    for (call, expected) in [
        (r"regexp_count(s, '[a-z]\d')", "10000"),
        (r"regexp_extract(s || 'b22', '([b-z])(\d+)', 2)", "22"),
        (r"regexp_position(s || 'é2', 'é(\d)')", "50001"),
        (r"cardinality(regexp_split(s, ', '))", "10001"),
        (r"length(regexp_replace(s, '(é)a(\d)', '$2$1'))", "40000"),
        (r"cardinality(regexp_extract_all(s, '.(a)', 1))", "10000"),
        (r"regexp_extract(s || chr(10), ' $') IS NULL", "false"),
    ] {
        assert_eq!(lake.rows(&format!("SELECT {call} FROM t")).await, format!("\"{expected}\"\n"), "{call}");
    }
}

/// Also one that is computed, by whichever function, and for each of these a text of any length is none.
#[tokio::test]
async fn long_patterns_are_refused_before_they_are_read() {
    let texts: ArrayRef = Arc::new(StringArray::from(vec!["a"]));
    let lake = Lake::with(&[("s", "string")], vec![("s", texts)]).await;
    for pattern in [r"lpad(s, 4097, '\w')", "rpad('', 1000000 + length(s), '|')", "rpad(s, 260000, '(')"] {
        for call in
            ["regexp_like(s, {})", "regexp_count(s, {})", "regexp_extract(s, {})", "regexp_split(s, {})"]
        {
            let error = lake.error(&format!("SELECT {} FROM t", call.replace("{}", pattern)), &[]).await;
            let expected = "INVALID_FUNCTION_ARGUMENT: a pattern of more than 4096 bytes is not supported by the local engine";
            assert_eq!(error.to_string(), expected, "{call} {pattern}");
        }
    }
    assert_eq!(lake.rows("SELECT regexp_like(s, rpad('^a', 4096, '|b')) FROM t").await, "\"true\"\n");
}

/// The bounds of `regexp_like`, and that of what is made.
#[tokio::test]
async fn patterns_and_what_is_made_are_bounded() {
    let texts: ArrayRef = Arc::new(StringArray::from(vec![Some("a"), Some("b"), None]));
    let limits = MemoryLimits { patterns: 5 * (2 * MIB + (64 << 10)), ..MemoryLimits::default() };
    let lake = Lake::with(&[("s", "string")], vec![("s", texts)]).await.limited(limits);
    let count = |patterns: usize| {
        let calls: Vec<String> = (0..patterns).map(|n| format!("regexp_count(s, '^(b|{n})$') = 1")).collect();
        format!("SELECT count(*) FROM t WHERE {}", calls.join(" OR "))
    };
    for _ in 0..3 {
        assert_eq!(lake.rows(&count(5)).await, "\"1\"\n");
    }
    let grown = format!("length(regexp_replace(rpad(s, 2000, 'a'), '', '{}'))", "x".repeat(1_000));
    let split = "cardinality(regexp_split(rpad(s, 500000, 'a'), ''))".to_owned();
    let long = r"regexp_count(rpad(s, 500000, 'a'), '[ab]*a(?:[ab]{900}){60}[^abN0-9]')".to_owned();
    let selects = [grown, split, long].map(|call| format!("SELECT {call} FROM t"));
    for sql in selects.iter().chain([&count(6)]) {
        let error = lake.error(sql, &[]).await;
        let is_bound =
            matches!(&error, EngineError::Failed(failure) if failure.code == "EXCEEDED_LOCAL_MEMORY_LIMIT");
        assert!(is_bound, "{sql:.200}: {error}");
    }
}
