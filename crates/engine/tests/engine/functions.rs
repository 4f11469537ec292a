//! One row or more for each function: what goes in, its type in Athena's words, and the text that comes out.

use crate::{
    golden::{compare, refuse},
    lake::Lake,
};

mod nested;

async fn lake() -> Lake {
    let types = [
        ("n", "int"),
        ("s", "string"),
        ("p", "string"),
        ("words", "array<string>"),
        ("whole", "array<int>"),
        ("long", "array<bigint>"),
        ("money", "array<decimal(4,2)>"),
        ("small", "array<float>"),
        ("large", "array<double>"),
        ("yes", "array<boolean>"),
        ("days", "array<date>"),
        ("ats", "array<timestamp>"),
        ("sizes", "map<string,int>"),
        ("d", "double"),
        ("price", "decimal(12,2)"),
        ("r", "float"),
        ("big", "bigint"),
    ];
    let rows = [
        r#"{"n": 1, "s": "Ana Pérez", "p": "^ana", "words": ["a", "b"], "whole": [1, 2], "long": [1, null],
            "money": [1.5, 2.25], "small": [0.1, -0.0], "large": [0.1, 1e300], "yes": [true],
            "days": ["2026-11-23"], "ats": ["2026-11-23T10:05:00"], "sizes": {"x": 1, "y": null},
            "d": 2.675, "price": "-1.25", "r": -0.5, "big": -9223372036854775807}"#,
        r#"{"n": 2, "s": "ana\nlinea", "p": "l.n", "words": [], "sizes": {}, "d": -2.5, "price": "99999.995"}"#,
        r#"{"n": 3, "words": ["a", null]}"#,
    ];
    let rows = rows.map(|row| row.replace('\n', " "));
    Lake::of(&types, &rows.iter().map(String::as_str).collect::<Vec<_>>()).await
}

#[tokio::test]
async fn texts() {
    let cases = [
        ("SELECT n FROM t WHERE regexp_like(s, 'P.rez')", "integer", "1"),
        ("SELECT n FROM t WHERE regexp_like(s, '^Pérez')", "integer", ""),
        ("SELECT n FROM t WHERE regexp_like(s, '(?i)^ANA P')", "integer", "1"),
        ("SELECT regexp_like(s, p) FROM t ORDER BY n", "boolean", "false;true;NULL"),
        ("SELECT regexp_like(s, NULL) FROM t WHERE n = 1", "boolean", "NULL"),
        ("SELECT regexp_like(s, 'z' || '$') FROM t ORDER BY n", "boolean", "true;false;NULL"),
        ("SELECT regexp_like('x', '')", "boolean", "true"),
        ("SELECT concat('a', s, 'b') FROM t ORDER BY n DESC LIMIT 1", "varchar", "NULL"),
        ("SELECT concat(s, '!') FROM t WHERE n = 1", "varchar", "Ana Pérez!"),
        ("SELECT lower('ÀÉ'), upper('straße')", "varchar", "àé|STRAßE"),
        ("SELECT n FROM t WHERE lower(s) LIKE lower('%PÉ' || 'REZ') ESCAPE '\\'", "integer", "1"),
        ("SELECT n FROM t WHERE s LIKE 'Ana' || NULL", "integer", ""),
        ("SELECT s LIKE 'A%P_rez' FROM t ORDER BY n", "boolean", "true;false;NULL"),
        ("SELECT s NOT LIKE '_na%_' FROM t ORDER BY n", "boolean", "false;false;NULL"),
        ("SELECT n FROM t WHERE s LIKE 'an_%l_n%a'", "integer", "2"),
        ("SELECT n FROM t WHERE s = ('Ana' || ' Pérez')", "integer", "1"),
        ("SELECT length(s) FROM t WHERE n = 1", "bigint", "9"),
        ("SELECT strpos(s, 'rez') FROM t ORDER BY n", "bigint", "7;0;NULL"),
        (
            "SELECT strpos(s, ''), strpos(s, p), strpos('éa', 'a'), strpos(s, NULL) FROM t WHERE n = 1",
            "bigint",
            "1|0|2|NULL",
        ),
        ("SELECT n FROM t WHERE strpos(s, substr(s, n + 1)) = 2", "integer", "1"),
        (
            "SELECT substr(s, 5), substring(s, -5, 2), substring(s FROM 1 FOR 3) FROM t WHERE n = 1",
            "varchar",
            "Pérez|Pé|Ana",
        ),
        ("SELECT substr(s, 1, NULL), substr(dt, 1, 7) FROM t WHERE n = 1", "varchar", "NULL|2026-11"),
        (
            "SELECT replace(s, 'Ana', 'Eva'), replace(s, ' ') FROM t WHERE n = 1",
            "varchar",
            "Eva Pérez|AnaPérez",
        ),
        ("SELECT replace('ab', '', '-'), replace(s, 'a', 'b') FROM t WHERE n = 3", "varchar", "-a-b-|NULL"),
        (
            "SELECT if(n = 1, 'one', 'more'), if(n = 1, 7) FROM t ORDER BY n",
            "varchar",
            "one|7;more|NULL;more|NULL",
        ),
    ];
    compare(&lake().await, &cases).await;
}

/// Free SQL is written anew from its tokens, which leaves spaces where nobody would.
#[tokio::test]
async fn calls_with_spaces() {
    let cases = [
        (
            "SELECT if (n = 1, 'one', 'more'), substring (s, 1, 3), count (*) FROM t WHERE n = 1 GROUP BY 1, 2",
            "varchar",
            "one|Ana|1",
        ),
        ("SELECT extract (year FROM DATE '2026-11-23'), - 1, coalesce (NULL, 'x')", "bigint", "2026|-1|x"),
        (
            "SELECT json_format (CAST (words AS JSON)), sum (n) OVER (ORDER BY n) FROM t WHERE n = 1",
            "varchar",
            "[\"a\",\"b\"]|1",
        ),
        ("SELECT n FROM t WHERE starts_with (s, 'Ana P') OR s < 'A' || 'b'", "integer", "1"),
    ];
    compare(&lake().await, &cases).await;
}

#[tokio::test]
async fn json() {
    let rows = [
        r#"{"n": 1, "extra": "{\"a\": {\"b\": [1.50, \"x\"]}, \"ok\": true, \"none\": null}", "tags": ["p"]}"#,
        r#"{"n": 2, "extra": "no JSON"}"#,
        r#"{"n": 3}"#,
    ];
    let lake = Lake::of(&[("n", "int"), ("extra", "string"), ("tags", "array<string>")], &rows).await;
    let cases = [
        ("SELECT json_extract_scalar(extra, '$.a.b[0]') FROM t ORDER BY n", "varchar", "1.50;NULL;NULL"),
        (
            "SELECT json_extract_scalar(extra, '$.a.b[1]'), json_extract_scalar(extra, '$.ok') FROM t WHERE n = 1",
            "varchar",
            "x|true",
        ),
        ("SELECT json_extract_scalar(extra, '$.a') FROM t WHERE n = 1", "varchar", "NULL"),
        ("SELECT json_extract_scalar(extra, '$.none') FROM t WHERE n = 1", "varchar", "NULL"),
        (
            "SELECT json_extract_scalar(CAST(tags AS JSON), '$[0]') FROM t ORDER BY n",
            "varchar",
            "p;NULL;NULL",
        ),
        ("SELECT n FROM t WHERE json_extract_scalar(extra, '$[\"ok\"]') = 'true'", "integer", "1"),
    ];
    compare(&lake, &cases).await;
    let cases = [
        (
            "SELECT json_extract_scalar(extra, '$.a[*]') FROM t",
            "INVALID_FUNCTION_ARGUMENT: Invalid JSON path: '$.a[*]'",
        ),
        (
            "SELECT json_extract_scalar(extra, 'a') FROM t",
            "INVALID_FUNCTION_ARGUMENT: Invalid JSON path: 'a'",
        ),
        (
            "SELECT json_extract_scalar(n, '$') FROM t",
            "FUNCTION_NOT_FOUND: Unexpected parameters for function json_extract_scalar",
        ),
    ];
    refuse(&lake, &cases).await;
}

/// What a condition rules out is not calculated: with fewer columns than before, DataFusion would project first.
#[tokio::test]
async fn conditions_come_before_what_is_selected() {
    let lake = lake().await;
    let cases = [
        (
            "SELECT (length(s) + cardinality(words)) / (n - 2), n FROM t WHERE n <> 2",
            "bigint",
            "-11|1;NULL|3",
        ),
        ("SELECT n, 6 / (n - 2) / length(s) FROM t WHERE n <> 2 ORDER BY n", "integer", "1|0;3|NULL"),
    ];
    compare(&lake, &cases).await;
}

#[tokio::test]
async fn numbers() {
    let lake = lake().await;
    let cases = [
        ("SELECT abs(n - 3) FROM t ORDER BY n", "integer", "2;1;0"),
        ("SELECT n + n, n - 1, n * big FROM t WHERE n = 1", "integer", "2|0|-9223372036854775807"),
        ("SELECT abs(n) FROM t WHERE n = 1", "integer", "1"),
        ("SELECT abs(big) FROM t WHERE n = 1", "bigint", "9223372036854775807"),
        ("SELECT abs(d), abs(price), abs(r) FROM t WHERE n = 1", "double", "2.675|1.25|0.5"),
        ("SELECT abs(price) FROM t WHERE n = 1", "decimal(12,2)", "1.25"),
        ("SELECT abs(r) FROM t WHERE n = 1", "float", "0.5"),
        ("SELECT round(d), round(d, 2) FROM t ORDER BY n", "double", "3.0|2.68;-3.0|-2.5;NULL|NULL"),
        ("SELECT round(price) FROM t WHERE n = 1", "decimal(11,0)", "-1"),
        ("SELECT round(price, 1) FROM t WHERE n = 1", "decimal(13,2)", "-1.30"),
        ("SELECT round(price, -1) FROM t WHERE n = 2", "decimal(13,2)", "100000.00"),
        ("SELECT round(r), round(n), round(big) FROM t WHERE n = 1", "float", "-1.0|1|-9223372036854775807"),
    ];
    compare(&lake, &cases).await;
    let cases = [
        (
            "SELECT abs(big - 1) FROM t WHERE n = 1",
            "NUMERIC_VALUE_OUT_OF_RANGE: Value -9223372036854775808 is out of range for abs(bigint)",
        ),
        (
            "SELECT big - 2 FROM t WHERE n = 1",
            "NUMERIC_VALUE_OUT_OF_RANGE: bigint subtraction overflow: -9223372036854775807 - 2",
        ),
        (
            "SELECT n FROM t WHERE big * 2 > 0",
            "NUMERIC_VALUE_OUT_OF_RANGE: bigint multiplication overflow: -9223372036854775807 * 2",
        ),
        (
            "SELECT sum(n) + 9223372036854775807 FROM t",
            "NUMERIC_VALUE_OUT_OF_RANGE: bigint addition overflow: 6 + 9223372036854775807",
        ),
        (
            "SELECT n * n * n * 1000000000 * 1000000000 FROM t WHERE n = 3",
            "NUMERIC_VALUE_OUT_OF_RANGE: integer multiplication overflow: 27 * 1000000000",
        ),
        ("SELECT abs(s) FROM t", "FUNCTION_NOT_FOUND: Unexpected parameters for function abs"),
        ("SELECT round(s) FROM t", "FUNCTION_NOT_FOUND: Unexpected parameters for function round"),
        ("SELECT round(d, r) FROM t", "FUNCTION_NOT_FOUND: Unexpected parameters for function round"),
    ];
    refuse(&lake, &cases).await;
}
