//! Functions of texts. What is expected is from Trino's documentation ("String functions and operators") and from its
//! sources (`StringFunctions`, `SplitToMapFunction`, `ConcatWsFunction`, and their tests in `TestStringFunctions`).

mod characters;

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, StringArray};
use engine::{EngineError, MemoryLimits};

use crate::{
    both::{both, fail, null_of_null},
    golden::{compare, refuse},
    lake::Lake,
};

#[tokio::test]
async fn trimmed_and_padded() {
    both(&[
        ("trim({0})", &["  hello  "], "varchar", "hello"),
        ("trim({0})", &["\t\u{b}\u{1c} é\u{2003}\u{3000}"], "varchar", "é"),
        ("trim({0})", &["\u{a0}x\u{a0}"], "varchar", "\u{a0}x\u{a0}"),
        ("trim({0})", &["   "], "varchar", "''"),
        ("trim({0})", &[""], "varchar", "''"),
        ("ltrim({0})", &["  hello  "], "varchar", "hello  "),
        ("rtrim({0})", &["  hello  "], "varchar", "  hello"),
        ("ltrim({0}, {1})", &["xyhello", "yx"], "varchar", "hello"),
        ("rtrim({0}, {1})", &["helloñé", "éñ"], "varchar", "hello"),
        ("trim({0}, {1})", &["$var$", "$"], "varchar", "var"),
        ("trim({0}, {1})", &["abc", ""], "varchar", "abc"),
        ("trim({0}, {1})", &["aaa", "a"], "varchar", "''"),
        ("trim({1} FROM {0})", &["!foo!", "!"], "varchar", "foo"),
        ("trim(BOTH {1} FROM {0})", &["$var$", "$"], "varchar", "var"),
        ("trim(LEADING {1} FROM {0})", &["xxhixx", "x"], "varchar", "hixx"),
        ("TRIM(TRAILING {1} FROM upper({0}))", &["word", "ER"], "varchar", "WORD"),
        ("TRIM(TRAILING {1} FROM upper({0}))", &["worder", "ER"], "varchar", "WORD"),
        ("lpad({0}, 5, {1})", &["text", "x"], "varchar", "xtext"),
        ("lpad({0}, 7, {1})", &["text", "xy"], "varchar", "xyxtext"),
        ("lpad({0}, 3, {1})", &["text", "xy"], "varchar", "tex"),
        ("lpad({0}, 0, {1})", &["text", "xy"], "varchar", "''"),
        ("lpad({0}, 5, {1})", &["", "é€"], "varchar", "é€é€é"),
        ("lpad({0}, 4, {1})", &["ñandú", "x"], "varchar", "ñand"),
        ("rpad({0}, 5, {1})", &["text", "x"], "varchar", "textx"),
        ("rpad({0}, 7, {1})", &["text", "xy"], "varchar", "textxyx"),
        ("rpad({0}, 9, {1})", &["信念 爱", "望"], "varchar", "信念 爱望望望望望"),
        ("rpad({0}, 4, {1})", &["text", "xy"], "varchar", "text"),
    ])
    .await;
    fail(&[
        (
            "lpad({0}, -1, {1})",
            &["abc", "x"],
            "INVALID_FUNCTION_ARGUMENT: Target length must be in the range [0..2147483647]",
        ),
        (
            "rpad({0}, 2147483648, {1})",
            &["abc", "x"],
            "INVALID_FUNCTION_ARGUMENT: Target length must be in the range [0..2147483647]",
        ),
        ("lpad({0}, 3, {1})", &["abc", ""], "INVALID_FUNCTION_ARGUMENT: Padding string must not be empty"),
    ])
    .await;
    null_of_null(&[
        ("trim({0})", &["a"], "varchar"),
        ("trim({0}, {1})", &["a", "b"], "varchar"),
        ("ltrim({0}, {1})", &["a", "b"], "varchar"),
        ("rtrim({0}, {1})", &["a", "b"], "varchar"),
        ("lpad({0}, 3, {1})", &["a", "b"], "varchar"),
        ("rpad({0}, 3, {1})", &["a", "b"], "varchar"),
    ])
    .await;
}

#[tokio::test]
async fn split_and_joined() {
    both(&[
        ("split({0}, {1})", &["a.b.c", "."], "array(varchar)", "[a, b, c]"),
        ("split({0}, {1})", &["a..b..c", ".."], "array(varchar)", "[a, b, c]"),
        ("split({0}, {1})", &["a.b.", "."], "array(varchar)", "[a, b, ]"),
        ("split({0}, {1})", &["", "."], "array(varchar)", "[]"),
        ("cardinality(split({0}, {1}))", &["", "."], "bigint", "1"),
        ("split({0}, {1}, 2)", &["a.b.c", "."], "array(varchar)", "[a, b.c]"),
        ("split({0}, {1}, 1)", &["a.b.c", "."], "array(varchar)", "[a.b.c]"),
        ("split({0}, {1}, 4)", &["a.b.c", "."], "array(varchar)", "[a, b, c]"),
        ("split({0}, {1})", &["信念,爱,希望", ","], "array(varchar)", "[信念, 爱, 希望]"),
        ("element_at(split({0}, {1}), 2)", &["a.b.c", "."], "varchar", "b"),
        ("contains(split({0}, {1}), {2})", &["a.b.c", ".", "c"], "boolean", "true"),
        ("split_part({0}, {1}, 1)", &["abc-@-def-@-ghi", "-@-"], "varchar", "abc"),
        ("split_part({0}, {1}, 3)", &["abc-@-def-@-ghi", "-@-"], "varchar", "ghi"),
        ("split_part({0}, {1}, 4)", &["abc-@-def-@-ghi", "-@-"], "varchar", "NULL"),
        ("split_part({0}, {1}, 99)", &["abc-@-def-@-ghi", "-@-"], "varchar", "NULL"),
        ("split_part({0}, {1}, 2)", &["abc", ""], "varchar", "b"),
        ("split_part({0}, {1}, 4)", &["abc", ""], "varchar", "NULL"),
        ("split_part({0}, {1}, 1)", &["", "."], "varchar", "''"),
        ("split_part({0}, {1}, 2)", &["a.", "."], "varchar", "''"),
        ("split_part({0}, {1}, 2)", &["ñ€ñ", "€"], "varchar", "ñ"),
        ("split_to_map({0}, {1}, {2})", &["a=1,b=2", ",", "="], "map(varchar, varchar)", "{a=1, b=2}"),
        ("split_to_map({0}, {1}, {2})", &["a=1,b=2,", ",", "="], "map(varchar, varchar)", "{a=1, b=2}"),
        ("split_to_map({0}, {1}, {2})", &["", ",", "="], "map(varchar, varchar)", "{}"),
        ("split_to_map({0}, {1}, {2})", &["é=", ",", "="], "map(varchar, varchar)", "{é=}"),
        ("element_at(split_to_map({0}, {1}, {2}), 'b')", &["a=1,b=2", ",", "="], "varchar", "2"),
        ("concat_ws({0}, {1}, {2})", &[",", "def", "pqr"], "varchar", "def,pqr"),
        ("concat_ws({0}, {1}, {2}, {3})", &[",", "def", "NULL", "mno"], "varchar", "def,mno"),
        ("concat_ws({0}, {1}, {2})", &[",", "NULL", "NULL"], "varchar", "''"),
        ("concat_ws({0}, {1})", &["NULL", "a"], "varchar", "NULL"),
        ("concat_ws({0}, {1}, {2})", &["", "", "é"], "varchar", "é"),
        ("concat_ws({0}, {1}, {2})", &["-", "", ""], "varchar", "-"),
        ("concat_ws({0}, split({1}, {2}))", &["-", "a.b", "."], "varchar", "a-b"),
        ("concat_ws({0}, split({1}, {2}))", &["-", "NULL", "."], "varchar", "NULL"),
    ])
    .await;
    let same = "INVALID_FUNCTION_ARGUMENT: entryDelimiter and keyValueDelimiter must not be the same";
    let once =
        "INVALID_FUNCTION_ARGUMENT: Key-value delimiter must appear exactly once in each entry. Bad input:";
    let (no_value, two_values, empty) =
        (format!("{once} 'b'"), format!("{once} 'b=2=3'"), format!("{once} ''"));
    fail(&[
        ("split({0}, {1}, 0)", &["a", "."], "INVALID_FUNCTION_ARGUMENT: Limit must be positive"),
        ("split({0}, {1}, 2147483648)", &["a", "."], "INVALID_FUNCTION_ARGUMENT: Limit is too large"),
        (
            "split({0}, {1})",
            &["a", ""],
            "INVALID_FUNCTION_ARGUMENT: The delimiter may not be the empty string",
        ),
        (
            "split_part({0}, {1}, 0)",
            &["a", "."],
            "INVALID_FUNCTION_ARGUMENT: Index must be greater than zero",
        ),
        ("split_to_map({0}, {1}, {2})", &["a", "=", "="], same),
        (
            "split_to_map({0}, {1}, {2})",
            &["a", "", "="],
            "INVALID_FUNCTION_ARGUMENT: entryDelimiter is empty",
        ),
        (
            "split_to_map({0}, {1}, {2})",
            &["a", "=", ""],
            "INVALID_FUNCTION_ARGUMENT: keyValueDelimiter is empty",
        ),
        ("split_to_map({0}, {1}, {2})", &["a=1,b", ",", "="], &no_value),
        ("split_to_map({0}, {1}, {2})", &["a=1,b=2=3", ",", "="], &two_values),
        ("split_to_map({0}, {1}, {2})", &["a=1,,", ",", "="], &empty),
        (
            "split_to_map({0}, {1}, {2})",
            &["a=1,a=2", ",", "="],
            "INVALID_FUNCTION_ARGUMENT: Duplicate keys (a) are not allowed",
        ),
    ])
    .await;
    null_of_null(&[
        ("split({0}, {1})", &["a", "b"], "array(varchar)"),
        ("split_part({0}, {1}, 1)", &["a", "b"], "varchar"),
        ("split_to_map({0}, {1}, {2})", &["a=1", ",", "="], "map(varchar, varchar)"),
    ])
    .await;
}

/// A lake of numbers and texts.
async fn lake() -> Lake {
    let rows = [
        r#"{"n": 65, "s": "50% off", "p": "50\\%%"}"#,
        r#"{"n": 128512, "s": "50 % off", "p": "50#%%"}"#,
        r#"{"n": -1, "s": "axb", "p": "a_b"}"#,
        r#"{"n": 3, "s": "añb", "p": "%ñ%"}"#,
        r#"{"n": 4, "s": "", "p": ""}"#,
        r#"{"n": 5, "s": "x"}"#,
        r#"{"n": 6, "p": "%"}"#,
    ];
    Lake::of(&[("n", "int"), ("s", "string"), ("p", "string")], &rows).await
}

#[tokio::test]
async fn patterns_of_like_from_columns() {
    let lake = lake().await;
    compare(
        &lake,
        &[
            ("SELECT n FROM t WHERE s LIKE p ORDER BY n", "integer", "-1;3;4"),
            ("SELECT n FROM t WHERE s NOT LIKE p ORDER BY n", "integer", "65;128512"),
            (r"SELECT n FROM t WHERE s LIKE p ESCAPE '\' ORDER BY n", "integer", "-1;3;4;65"),
            ("SELECT n FROM t WHERE n > 10 AND s LIKE p ESCAPE '#'", "integer", ""),
            ("SELECT s LIKE p FROM t ORDER BY n", "boolean", "true;true;true;NULL;NULL;false;false"),
            ("SELECT n FROM t WHERE s LIKE s ORDER BY n", "integer", "-1;3;4;5;65;128512"),
            ("SELECT n FROM t WHERE 'axb' LIKE p ORDER BY n", "integer", "-1;6"),
            (
                "SELECT n FROM t WHERE s LIKE substr(s, 1, 2) || '%' ORDER BY n",
                "integer",
                "-1;3;4;5;65;128512",
            ),
            ("SELECT n FROM t WHERE s LIKE '%' || trim(' x ') || '%' ORDER BY n", "integer", "-1;5"),
            ("SELECT n FROM t WHERE s LIKE CASE WHEN n = 3 THEN NULL ELSE 'a_b' END", "integer", "-1"),
            ("SELECT n FROM t WHERE n = 7 AND s LIKE p", "integer", ""),
            ("SELECT count(*) FROM t a JOIN t b ON a.s LIKE b.p", "bigint", "10"),
        ],
    )
    .await;
    refuse(
        &lake,
        &[
            ("SELECT s LIKE n FROM t", "TYPE_MISMATCH: line 1:15: Cannot apply operator LIKE to integer"),
            (
                "SELECT s LIKE p ESCAPE '%' FROM t WHERE n = 3",
                "INVALID_FUNCTION_ARGUMENT: Escape character must be followed by '%', '_' or the escape character itself",
            ),
            (
                "SELECT s LIKE p ESCAPE '##' FROM t",
                "INVALID_FUNCTION_ARGUMENT: Escape string must be a single character",
            ),
        ],
    )
    .await;
}

/// What is longer than a function may make fails as the caller's mistake; what is just as long is made.
#[tokio::test]
async fn what_grows_is_bounded() {
    const LONGEST: usize = 1 << 20;
    let texts: ArrayRef = Arc::new(StringArray::from(vec!["é,".repeat(10_000); 3]));
    let lake = Lake::with(&[("s", "string")], vec![("s", texts)]).await;
    let lake = lake.limited(MemoryLimits { value: LONGEST, call: 8 * LONGEST, ..MemoryLimits::default() });
    for call in [
        "lpad(s, 2000000000, 'x')".to_owned(),
        "rpad('a', 2147483647, 'é')".to_owned(),
        format!("lpad(s, {}, 'x')", LONGEST + 1),
        "lpad(lpad(s, 30000, 'é'), 1000000, 'é')".to_owned(),
        "concat_ws(lpad(s, 50000, 'é'), s, s, s, s, s, s, s, s, s, s, s, s, s)".to_owned(),
        "cardinality(split(lpad(s, 1000000, ','), ','))".to_owned(),
        "normalize(rpad(s, 200000, 'ﷺ'), NFKD)".to_owned(),
    ] {
        let error = lake.error(&format!("SELECT {call} FROM t"), &[]).await;
        let is_bound =
            matches!(&error, EngineError::Failed(failure) if failure.code == "EXCEEDED_LOCAL_MEMORY_LIMIT");
        assert!(is_bound, "{call}: {error}");
    }
    for (call, expected) in [
        (format!("length(lpad(s, {}, 'x'))", LONGEST - 20_000), LONGEST - 20_000),
        ("cardinality(split(s, ','))".to_owned(), 10_001),
    ] {
        assert_eq!(
            lake.rows(&format!("SELECT {call} FROM t LIMIT 1")).await,
            format!("\"{expected}\"\n"),
            "{call}"
        );
    }
}
