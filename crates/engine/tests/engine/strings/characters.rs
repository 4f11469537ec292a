//! Characters, their places and their code points.

use super::lake;
use crate::{
    both::{both, fail, null_of_null},
    golden::{compare, refuse},
};

#[tokio::test]
async fn characters_and_places() {
    both(&[
        ("length({0})", &["信念,爱,希望"], "bigint", "7"),
        ("length({0})", &[""], "bigint", "0"),
        ("codepoint({0})", &["x"], "integer", "120"),
        ("codepoint({0})", &["😀"], "integer", "128512"),
        ("chr(codepoint({0}) + 1)", &["x"], "varchar", "y"),
        ("translate({0}, {1}, {2})", &["abcd", "", ""], "varchar", "abcd"),
        ("translate({0}, {1}, {2})", &["abcd", "a", "z"], "varchar", "zbcd"),
        ("translate({0}, {1}, {2})", &["abcda", "a", "z"], "varchar", "zbcdz"),
        ("translate({0}, {1}, {2})", &["Palhoça, Pará", "çá", "cé"], "varchar", "Palhoca, Paré"),
        ("translate({0}, {1}, {2})", &["abcd", "b", "𐐀"], "varchar", "a𐐀cd"),
        ("translate({0}, {1}, {2})", &["abcd", "aac", "zq"], "varchar", "zbd"),
        ("position({1} IN {0})", &["abcéd", "éd"], "bigint", "4"),
        ("position({1} IN {0})", &["abc", "z"], "bigint", "0"),
        ("POSITION({1} IN {0}) + 1", &["abc", ""], "bigint", "2"),
        ("strpos({0}, {1}, 2)", &["abc/xyz/foo/bar", "/"], "bigint", "8"),
        ("strpos({0}, {1}, -1)", &["abc/xyz/foo/bar", "/"], "bigint", "12"),
        ("strpos({0}, {1}, -4)", &["abc/xyz/foo/bar", "/"], "bigint", "0"),
        ("strpos({0}, {1}, 2)", &["éaéa", "a"], "bigint", "4"),
        ("reverse({0})", &["añ€"], "varchar", "€ña"),
        ("levenshtein_distance({0}, {1})", &["kitten", "sitting"], "bigint", "3"),
        ("levenshtein_distance({0}, {1})", &["", "abc"], "bigint", "3"),
        ("levenshtein_distance({0}, {1})", &["hello na\u{ef}ve world", "hello naive world"], "bigint", "1"),
        ("levenshtein_distance({0}, {1})", &["", ""], "bigint", "0"),
        ("hamming_distance({0}, {1})", &["hello", "jello"], "bigint", "1"),
        ("hamming_distance({0}, {1})", &["añ", "an"], "bigint", "1"),
        ("hamming_distance({0}, {1})", &["", ""], "bigint", "0"),
        ("soundex({0})", &["jim"], "varchar", "J500"),
        ("soundex({0})", &["jIM"], "varchar", "J500"),
        ("soundex({0})", &["joHNNy"], "varchar", "J500"),
        ("soundex({0})", &["Ashcraft"], "varchar", "A261"),
        ("soundex({0})", &["Tymczak"], "varchar", "T522"),
        ("soundex({0})", &["Pfister"], "varchar", "P236"),
        ("soundex({0})", &["testing"], "varchar", "T235"),
        ("soundex({0})", &["o'Brien 7"], "varchar", "O165"),
        ("soundex({0})", &["123"], "varchar", "''"),
        ("normalize({0}, NFD)", &["sch\u{f6}n"], "varchar", "scho\u{308}n"),
        ("normalize({0})", &["scho\u{308}n"], "varchar", "sch\u{f6}n"),
        ("normalize({0}, NFC)", &["scho\u{308}n"], "varchar", "sch\u{f6}n"),
        ("normalize({0}, nfkc)", &["\u{3231}\u{3327}\u{3326}\u{2162}"], "varchar", "(株)トンドルIII"),
        ("normalize({0}, NFKD)", &["ﬁ²"], "varchar", "fi2"),
        ("normalize({0}, NFC)", &["a"], "varchar", "a"),
    ])
    .await;
    fail(&[
        (
            "codepoint({0})",
            &["ab"],
            "INVALID_FUNCTION_ARGUMENT: Input string must be a single character string",
        ),
        ("codepoint({0})", &[""], "INVALID_FUNCTION_ARGUMENT: Input string must be a single character string"),
        (
            "hamming_distance({0}, {1})",
            &["hello", ""],
            "INVALID_FUNCTION_ARGUMENT: The input strings to hamming_distance function must have the same length",
        ),
        ("soundex({0})", &["jąmes"], "INVALID_FUNCTION_ARGUMENT: The character is not mapped: ą"),
        (
            "strpos({0}, {1}, 0)",
            &["a", "a"],
            "INVALID_FUNCTION_ARGUMENT: 'instance' must be a positive or negative number.",
        ),
        (
            "normalize({0}, foo)",
            &["é"],
            "INVALID_FUNCTION_ARGUMENT: Normalization form must be one of [NFD, NFC, NFKD, NFKC]",
        ),
    ])
    .await;
    null_of_null(&[
        ("length({0})", &["a"], "bigint"),
        ("codepoint({0})", &["a"], "integer"),
        ("translate({0}, {1}, {2})", &["a", "b", "c"], "varchar"),
        ("position({1} IN {0})", &["a", "b"], "bigint"),
        ("levenshtein_distance({0}, {1})", &["a", "b"], "bigint"),
        ("hamming_distance({0}, {1})", &["a", "b"], "bigint"),
        ("soundex({0})", &["a"], "varchar"),
        ("normalize({0}, NFC)", &["a"], "varchar"),
    ])
    .await;
}

#[tokio::test]
async fn code_points() {
    let lake = lake().await;
    compare(
        &lake,
        &[
            ("SELECT chr(n) FROM t WHERE n > 60 ORDER BY n", "varchar", "A;😀"),
            ("SELECT chr(65), chr(233), chr(NULL)", "varchar", "A|é|NULL"),
        ],
    )
    .await;
    refuse(
        &lake,
        &[
            (
                "SELECT chr(n) FROM t WHERE n < 0",
                "INVALID_FUNCTION_ARGUMENT: Not a valid Unicode code point: -1",
            ),
            ("SELECT chr(55296)", "INVALID_FUNCTION_ARGUMENT: Not a valid Unicode code point: 55296"),
            (
                "SELECT chr(9223372036854775807)",
                "INVALID_FUNCTION_ARGUMENT: Not a valid Unicode code point: 9223372036854775807",
            ),
            ("SELECT chr('a')", "FUNCTION_NOT_FOUND: Unexpected parameters for function chr"),
            ("SELECT trim(n) FROM t", "FUNCTION_NOT_FOUND: Unexpected parameters for function trim"),
            (
                "SELECT lpad(s, 'a', 'b') FROM t",
                "FUNCTION_NOT_FOUND: Unexpected parameters for function lpad",
            ),
            ("SELECT lpad(s, 3) FROM t", "FUNCTION_NOT_FOUND: Unexpected parameters for function lpad"),
            ("SELECT split(s) FROM t", "FUNCTION_NOT_FOUND: Unexpected parameters for function split"),
            ("SELECT length(n) FROM t", "FUNCTION_NOT_FOUND: Unexpected parameters for function length"),
            (
                "SELECT concat_ws(',') FROM t",
                "FUNCTION_NOT_FOUND: Unexpected parameters for function concat_ws",
            ),
            (
                "SELECT position(n IN s) FROM t",
                "FUNCTION_NOT_FOUND: Unexpected parameters for function strpos",
            ),
            (
                "SELECT translate(s, 'a') FROM t",
                "FUNCTION_NOT_FOUND: Unexpected parameters for function translate",
            ),
        ],
    )
    .await;
}
