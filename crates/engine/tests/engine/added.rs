//! Functions that came late. What is expected is from Trino's documentation (the chapter is named at each) and, where it has no
//! example, from the standard that it refers to.

use crate::{
    both::{both, fail, null_of_null},
    golden::{compare, refuse},
    lake::Lake,
};

/// "Binary functions and operators"; the values are the test vectors of RFC 4648.
#[tokio::test]
async fn base32() {
    let vectors = [
        ("", "''"),
        ("f", "MY======"),
        ("fo", "MZXQ===="),
        ("foo", "MZXW6==="),
        ("foob", "MZXW6YQ="),
        ("fooba", "MZXW6YTB"),
        ("foobar", "MZXW6YTBOI======"),
    ];
    let texts: Vec<[&str; 1]> = vectors.iter().map(|(text, _)| [*text]).collect();
    let codes: Vec<[&str; 1]> =
        vectors.iter().map(|(_, code)| [if *code == "''" { "" } else { *code }]).collect();
    let mut cases: Vec<(&str, &[&str], &str, &str)> = Vec::new();
    for (place, (text, code)) in vectors.iter().enumerate() {
        cases.push(("to_base32(to_utf8({0}))", &texts[place], "varchar", code));
        let text = if text.is_empty() { "''" } else { text };
        cases.push(("from_utf8(from_base32({0}))", &codes[place], "varchar", text));
        cases.push(("from_utf8(from_base32(rtrim({0}, '=')))", &codes[place], "varchar", text));
    }
    both(&cases).await;
    fail(&[
        ("from_base32({0})", &["A"], "INVALID_FUNCTION_ARGUMENT: Invalid input length 1"),
        ("from_base32({0})", &["MZXW6Y"], "INVALID_FUNCTION_ARGUMENT: Invalid input length 6"),
        ("from_base32({0})", &["my"], "INVALID_FUNCTION_ARGUMENT: Unrecognized character: m"),
        ("from_base32({0})", &["M1"], "INVALID_FUNCTION_ARGUMENT: Unrecognized character: 1"),
    ])
    .await;
    null_of_null(&[
        ("to_base32(to_utf8({0}))", &["a"], "varchar"),
        ("from_base32({0})", &["MY======"], "varbinary"),
    ])
    .await;
}

/// "Binary functions and operators". The first hash is that of Trino's own test; of the others, the reference implementation
/// (`MurmurHash3_x64_128`, seed 0) was written once more in another language.
#[tokio::test]
async fn murmur3() {
    both(&[
        ("lower(to_hex(murmur3(to_utf8({0}))))", &["hello"], "varchar", "029bbd41b3a7d8cb191dae486a901e5b"),
        ("lower(to_hex(murmur3(to_utf8({0}))))", &[""], "varchar", "00000000000000000000000000000000"),
        (
            "lower(to_hex(murmur3(to_utf8({0}))))",
            &["aaaaaaaaaaaaaaaa"],
            "varchar",
            "cea6aa620d18c1f24239b22b03f3f66a",
        ),
        (
            "lower(to_hex(murmur3(to_utf8({0}))))",
            &["hello, world"],
            "varchar",
            "8ebc5e3a62ac2f344d41429607bcdc4c",
        ),
        (
            "lower(to_hex(murmur3(to_utf8({0}))))",
            &["The quick brown fox jumps over the lazy dog"],
            "varchar",
            "6c1b07bc7bbc4be347939ac4a93c437a",
        ),
    ])
    .await;
    null_of_null(&[("murmur3(to_utf8({0}))", &["a"], "varbinary")]).await;
}

/// "Conversion functions"; the bytes of a text are those of UTF-8.
#[tokio::test]
async fn casts_of_texts_to_bytes() {
    both(&[
        ("CAST({0} AS varbinary)", &["é"], "varbinary", "c3 a9"),
        ("TRY_CAST({0} AS varbinary)", &["hel"], "varbinary", "68 65 6c"),
    ])
    .await;
    null_of_null(&[("CAST({0} AS varbinary)", &["a"], "varbinary")]).await;
}

/// "Mathematical functions and operators": the example, and what follows from the definition.
#[tokio::test]
async fn similarities_of_vectors() {
    let of = |one: &str, other: &str| {
        format!(
            "SELECT round(cosine_similarity({one}, {other}), 6) FROM (VALUES 1e0, 3e0) AS v (x) ORDER BY x"
        )
    };
    let cases = [
        (of("MAP(ARRAY['a'], ARRAY[1.0])", "MAP(ARRAY['a'], ARRAY[x])"), "1.0;1.0"),
        (of("MAP(ARRAY['a', 'b'], ARRAY[x, 2])", "MAP(ARRAY['c', 'b'], ARRAY[1, 3])"), "0.848528;0.526235"),
        (
            of("MAP(ARRAY['a', 'b', 'c'], ARRAY[1, 2, -x])", "MAP(ARRAY['c', 'b'], ARRAY[1, 3])"),
            "0.645497;0.253546",
        ),
        (of("MAP(ARRAY['a', 'b'], ARRAY[x, 2])", "MAP(ARRAY['d', 'e'], ARRAY[1, 3])"), "0.0;0.0"),
        (of("MAP(ARRAY['a', 'b'], ARRAY[x, NULL])", "MAP(ARRAY['a'], ARRAY[1e0])"), "NULL;NULL"),
        (of("MAP(ARRAY['a'], ARRAY[x])", "NULL"), "NULL;NULL"),
        (of("MAP()", "MAP(ARRAY['a'], ARRAY[x])"), "NaN;NaN"),
    ];
    let lake = Lake::of(&[("n", "int")], &[r#"{"n": 1}"#]).await;
    let cases: Vec<(&str, &str, &str)> =
        cases.iter().map(|(sql, expected)| (sql.as_str(), "double", *expected)).collect();
    compare(&lake, &cases).await;
    refuse(
        &lake,
        &[(
            "SELECT cosine_similarity(MAP(ARRAY[1], ARRAY[1]), MAP(ARRAY[1], ARRAY[1]))",
            "FUNCTION_NOT_FOUND: Unexpected parameters for function cosine_similarity",
        )],
    )
    .await;
}

/// "Geospatial functions". The distances are those of Trino's `TestGeoFunctions`, to a millimeter.
#[tokio::test]
async fn distances_on_the_earth() {
    let lake = Lake::of(
        &[("n", "int"), ("a", "double"), ("b", "double")],
        &[
            r#"{"n": 1, "a": 36.12, "b": -86.67}"#,
            r#"{"n": 2, "a": 42.4430, "b": -71.2290}"#,
            r#"{"n": 3, "a": 90.5, "b": 0}"#,
            r#"{"n": 4, "a": 0, "b": 181}"#,
            r#"{"n": 5, "a": 0}"#,
        ],
    )
    .await;
    let to = |n: i32, other: &str| {
        format!("SELECT round(great_circle_distance(a, b, {other}), 6) FROM t WHERE n = {n}")
    };
    compare(
        &lake,
        &[
            (&to(1, "33.94, -118.40"), "double", "2886.448973"),
            (&to(2, "42.3601, -71.0589"), "double", "16.734697"),
            (&to(1, "36.12, -86.67"), "double", "0.0"),
            (&to(5, "1, 2"), "double", "NULL"),
            (
                "SELECT round(great_circle_distance(33.94, -118.40, 36.12, -86.67), 6)",
                "double",
                "2886.448973",
            ),
        ],
    )
    .await;
    refuse(
        &lake,
        &[
            (&to(3, "0, 0"), "INVALID_FUNCTION_ARGUMENT: Latitude must be between -90 and 90"),
            (&to(4, "0, 0"), "INVALID_FUNCTION_ARGUMENT: Longitude must be between -180 and 180"),
            (&to(1, "0, nan()"), "INVALID_FUNCTION_ARGUMENT: Longitude must be between -180 and 180"),
        ],
    )
    .await;
}

/// "Conversion functions": `typeof`.
#[tokio::test]
async fn names_of_types() {
    let lake = Lake::of(&[("i", "int"), ("d", "decimal(5,2)"), ("at", "timestamp")], &[r#"{"i": 1}"#]).await;
    compare(
        &lake,
        &[
            (
                "SELECT typeof(i), typeof(d), typeof(at), typeof(i + d) FROM t",
                "varchar",
                "integer|decimal(5,2)|timestamp(3)|decimal(13,2)",
            ),
            (
                "SELECT typeof(123), typeof(1e0), typeof(1.5), typeof(NULL), typeof(true)",
                "varchar",
                "integer|double|decimal(2,1)|unknown|boolean",
            ),
            (
                "SELECT typeof(cos(2) + 1.5), typeof(DATE '2026-11-23'), typeof(3000000000)",
                "varchar",
                "double|date|bigint",
            ),
            (
                "SELECT typeof(ARRAY[1]), typeof(map(ARRAY[1e0], ARRAY[at])) FROM t",
                "varchar",
                "array(integer)|map(double, timestamp(3))",
            ),
            (
                "SELECT typeof(CAST(ROW(1, NULL) AS row(a bigint, b json))), typeof(to_utf8('a'))",
                "varchar",
                "row(a bigint, b json)|varbinary",
            ),
            (
                "SELECT typeof(now()), typeof(INTERVAL '1' DAY)",
                "varchar",
                "timestamp(3) with time zone|interval day to second",
            ),
        ],
    )
    .await;
}

/// "Array functions and operators": `shuffle`. Each row has an order of its own.
#[tokio::test]
async fn shuffled() {
    let lake = Lake::of(
        &[("n", "int"), ("a", "array<int>")],
        &[r#"{"n": 1, "a": [3, 1, 2, 1, null]}"#, r#"{"n": 2, "a": []}"#, r#"{"n": 3}"#],
    )
    .await;
    compare(
        &lake,
        &[
            ("SELECT array_sort(shuffle(a)) FROM t ORDER BY n", "array(integer)", "[1, 1, 2, 3, null];[];NULL"),
            (
                "SELECT count(DISTINCT array_join(shuffle(sequence(1, 30)), ',')) FROM t CROSS JOIN UNNEST(sequence(1, 10)) AS u (x)",
                "bigint",
                "30",
            ),
        ],
    )
    .await;
    refuse(
        &lake,
        &[("SELECT shuffle(n) FROM t", "FUNCTION_NOT_FOUND: Unexpected parameters for function shuffle")],
    )
    .await;
}

/// "Aggregate functions": the examples of `map_union` and `approx_most_frequent`, and others.
#[tokio::test]
async fn maps_of_many_rows() {
    let lake = Lake::of(
        &[("k", "int"), ("m", "map<string,int>"), ("s", "string")],
        &[
            r#"{"k": 1, "m": {"a": 1, "b": 2}, "s": "x"}"#,
            r#"{"k": 1, "m": {"b": 2, "c": null}, "s": "y"}"#,
            r#"{"k": 2, "m": {}, "s": "x"}"#,
            r#"{"k": 3}"#,
        ],
    )
    .await;
    compare(
        &lake,
        &[
            ("SELECT map_union(m) FROM t", "map(varchar, integer)", "{a=1, b=2, c=null}"),
            ("SELECT map_union(m) FROM t GROUP BY k ORDER BY k", "map(varchar, integer)", "{a=1, b=2, c=null};{};NULL"),
            ("SELECT map_union(m) FROM t WHERE k = 9", "map(varchar, integer)", "NULL"),
            ("SELECT map_union(map(ARRAY[x], ARRAY[x * 2])) FROM (VALUES 3, 1, 3) AS v (x)", "map(integer, integer)", "{1=2, 3=6}"),
            (
                "SELECT approx_most_frequent(3, x, 15) FROM (VALUES 'A', 'B', 'A', 'C', 'A', 'B', 'C', 'D', 'E') AS v (x)",
                "map(varchar, bigint)",
                "{A=3, B=2, C=2}",
            ),
            (
                "SELECT approx_most_frequent(3, x, 100) FROM (VALUES 1, 2, 1, 3, 1, 2, 3, 4, 5) AS v (x)",
                "map(integer, bigint)",
                "{1=3, 2=2, 3=2}",
            ),
            ("SELECT approx_most_frequent(2, s, 10) FROM t GROUP BY k ORDER BY k", "map(varchar, bigint)", "{x=1, y=1};{x=1};NULL"),
            ("SELECT approx_most_frequent(2, s, 10) FROM t", "map(varchar, bigint)", "{x=2, y=1}"),
        ],
    )
    .await;
    refuse(
        &lake,
        &[
            (
                "SELECT approx_most_frequent(1, s, 10) FROM t",
                "INVALID_FUNCTION_ARGUMENT: approx_most_frequent bucket count must be greater than one",
            ),
            (
                "SELECT map_union(k) FROM t",
                "FUNCTION_NOT_FOUND: Unexpected parameters for function map_union",
            ),
        ],
    )
    .await;
}
