//! Functions that take functions. What is expected is from Trino's documentation ("Lambda expressions", "Array functions and
//! operators", "Map functions and operators") and its tests (`TestArrayOperators`, `TestLambdaExpressions`,
//! `TestMapTransformKeysFunction`, `TestArrayReduceFunction`, `AbstractTestEngineOnlyQueries`).

mod generated;
mod matched;
mod reduced;
mod zipped;

use engine::{EngineError, MemoryLimits, csv::CsvError};

use crate::{
    golden::{compare, refuse},
    lake::Lake,
};

const TYPES: [(&str, &str); 10] = [
    ("n", "int"),
    ("k", "int"),
    ("whole", "array<int>"),
    ("words", "array<string>"),
    ("money", "array<decimal(4,2)>"),
    ("large", "array<double>"),
    ("sizes", "map<string,int>"),
    ("others", "map<string,bigint>"),
    ("items", "array<struct<sku:string,qty:int>>"),
    ("grid", "array<array<int>>"),
];

async fn lake() -> Lake {
    Lake::of(
        &TYPES,
        &[
            r#"{"n": 1, "k": 10, "whole": [1, 2, 3], "words": ["a", "b"], "money": [1.10, 2.25], "large": [0.5, 2.0],
                "sizes": {"x": 1, "y": 2}, "others": {"y": 20, "z": 30},
                "items": [{"sku": "p", "qty": 2}, {"sku": "q", "qty": 5}], "grid": [[1, 2], [3]]}"#,
            r#"{"n": 2, "k": 20, "whole": [5, null, 7], "words": ["ñ", null, "c"], "money": [null], "large": [null],
                "sizes": {"é": null}, "others": {}, "items": [null, {"sku": "r", "qty": null}], "grid": [null, []]}"#,
            r#"{"n": 3, "k": 30, "whole": [], "words": [], "money": [], "large": [], "sizes": {}, "others": {"z": 1},
                "items": [], "grid": []}"#,
            r#"{"n": 4}"#,
        ],
    )
    .await
}

/// Each expression for all rows, for none, and for one row after the other.
async fn each(cases: &[(&str, &str, [&str; 4])]) {
    let lake = lake().await;
    let mut statements = Vec::new();
    for (expr, data_type, expected) in cases {
        statements.push((format!("SELECT {expr} FROM t ORDER BY n"), *data_type, expected.join(";")));
        statements.push((format!("SELECT {expr} FROM t WHERE n = -1"), *data_type, String::new()));
        for (row, expected) in (1..).zip(expected) {
            let sql = format!("SELECT {expr} FROM t WHERE n = {row}");
            statements.push((sql, *data_type, (*expected).to_owned()));
        }
    }
    let statements: Vec<(&str, &str, &str)> =
        statements.iter().map(|(sql, data_type, rows)| (sql.as_str(), *data_type, rows.as_str())).collect();
    compare(&lake, &statements).await;
}

#[tokio::test]
async fn transformed() {
    each(&[
        ("transform(whole, x -> x + 1)", "array(integer)", ["[2, 3, 4]", "[6, null, 8]", "[]", "NULL"]),
        ("transform(whole, (x) -> x + 1)", "array(integer)", ["[2, 3, 4]", "[6, null, 8]", "[]", "NULL"]),
        ("TRANSFORM(whole, X -> x + 1)", "array(integer)", ["[2, 3, 4]", "[6, null, 8]", "[]", "NULL"]),
        (
            "transform(whole, \"a b\" -> \"a b\" * 2)",
            "array(integer)",
            ["[2, 4, 6]", "[10, null, 14]", "[]", "NULL"],
        ),
        (
            "transform(whole, x -> coalesce(x, 0) + k)",
            "array(integer)",
            ["[11, 12, 13]", "[25, 20, 27]", "[]", "NULL"],
        ),
        ("transform(whole, k -> k + 1)", "array(integer)", ["[2, 3, 4]", "[6, null, 8]", "[]", "NULL"]),
        ("transform(whole, x -> k)", "array(integer)", ["[10, 10, 10]", "[20, 20, 20]", "[]", "NULL"]),
        (
            "transform(whole, x -> NULL)",
            "array(unknown)",
            ["[null, null, null]", "[null, null, null]", "[]", "NULL"],
        ),
        (
            "transform(whole, x -> x * 1.5)",
            "array(decimal(12,1))",
            ["[1.5, 3.0, 4.5]", "[7.5, null, 10.5]", "[]", "NULL"],
        ),
        (
            "transform(whole, x -> x > 2)",
            "array(boolean)",
            ["[false, false, true]", "[true, null, true]", "[]", "NULL"],
        ),
        (
            "transform(whole, x -> CAST(x AS varchar))",
            "array(varchar)",
            ["[1, 2, 3]", "[5, null, 7]", "[]", "NULL"],
        ),
        (
            "transform(whole, x -> CASE WHEN x > 2 THEN 'a' ELSE 'b' END)",
            "array(varchar)",
            ["[b, b, a]", "[a, b, a]", "[]", "NULL"],
        ),
        ("transform(words, w -> w || '!')", "array(varchar)", ["[a!, b!]", "[ñ!, null, c!]", "[]", "NULL"]),
        ("transform(words, w -> upper(w))", "array(varchar)", ["[A, B]", "[Ñ, null, C]", "[]", "NULL"]),
        ("transform(words, w -> length(w))", "array(bigint)", ["[1, 1]", "[1, null, 1]", "[]", "NULL"]),
        ("transform(money, m -> m * 2)", "array(decimal(14,2))", ["[2.20, 4.50]", "[null]", "[]", "NULL"]),
        ("transform(large, d -> d / 2)", "array(double)", ["[0.25, 1.0]", "[null]", "[]", "NULL"]),
        ("transform(items, i -> i.sku)", "array(varchar)", ["[p, q]", "[null, r]", "[]", "NULL"]),
        ("transform(items, i -> i.qty + 1)", "array(integer)", ["[3, 6]", "[null, null]", "[]", "NULL"]),
        (
            "transform(whole, x -> try(6 / (x - 2)))",
            "array(integer)",
            ["[-6, null, 6]", "[2, null, 1]", "[]", "NULL"],
        ),
        (
            "transform(whole, x -> IF(x = 2, 0, 6 / (x - 2)))",
            "array(integer)",
            ["[-6, 0, 6]", "[2, null, 1]", "[]", "NULL"],
        ),
        ("cardinality(transform(whole, x -> random()))", "bigint", ["3", "3", "0", "NULL"]),
        ("element_at(transform(whole, x -> x * 2), 1)", "integer", ["2", "10", "NULL", "NULL"]),
    ])
    .await;
}

#[tokio::test]
async fn within_each_other() {
    each(&[
        (
            "transform(grid, r -> transform(r, c -> c * 10))",
            "array(array(integer))",
            ["[[10, 20], [30]]", "[null, []]", "[]", "NULL"],
        ),
        (
            "transform(grid, x -> transform(x, x -> x + 1))",
            "array(array(integer))",
            ["[[2, 3], [4]]", "[null, []]", "[]", "NULL"],
        ),
        ("transform(grid, r -> cardinality(r))", "array(bigint)", ["[2, 1]", "[null, 0]", "[]", "NULL"]),
        (
            "transform(whole, x -> transform(words, w -> w || CAST(x + k AS varchar)))",
            "array(array(varchar))",
            [
                "[[a11, b11], [a12, b12], [a13, b13]]",
                "[[ñ25, null, c25], [null, null, null], [ñ27, null, c27]]",
                "[]",
                "NULL",
            ],
        ),
        (
            "transform(grid, r -> reduce(r, k, (s, c) -> s + c, s -> s))",
            "array(integer)",
            ["[13, 13]", "[null, 20]", "[]", "NULL"],
        ),
        (
            "reduce(grid, 0, (s, r) -> s + reduce(r, 0, (s, c) -> s + c, s -> s), s -> s)",
            "integer",
            ["6", "NULL", "0", "NULL"],
        ),
        (
            "filter(transform(whole, x -> x * 2), y -> y > 4)",
            "array(integer)",
            ["[6]", "[10, 14]", "[]", "NULL"],
        ),
        ("any_match(grid, r -> all_match(r, c -> c > 2))", "boolean", ["true", "true", "false", "NULL"]),
        (
            "transform(whole, x -> filter(whole, y -> y > x))",
            "array(array(integer))",
            ["[[2, 3], [3], []]", "[[7], [], []]", "[]", "NULL"],
        ),
    ])
    .await;
}

#[tokio::test]
async fn what_fails_and_what_is_no_call() {
    let unsupported = " is not supported by the local engine";
    let expected =
        |spelled: &str| format!("FUNCTION_NOT_FOUND: Unexpected parameters for function {spelled}");
    let transform = expected("transform. Expected: transform(array(T), function(T, U))");
    let reduce = expected(
        "reduce. Expected: reduce(array(T), initialState S, inputFunction(S, T, S), outputFunction(S, R))",
    );
    let subquery = format!("NOT_SUPPORTED: a subquery in a lambda expression{unsupported}");
    let aggregate =
        format!("NOT_SUPPORTED: an aggregate or a window function in a lambda expression{unsupported}");
    let comparator = "INVALID_FUNCTION_ARGUMENT: Lambda comparator must return either -1, 0, or 1";
    let cases: Vec<(&str, &str)> = vec![
        ("transform(whole, x -> 6 / (x - 2))", "DIVISION_BY_ZERO: Division by zero"),
        ("any_match(whole, x -> 6 / (x - 1) = 6)", "DIVISION_BY_ZERO: Division by zero"),
        (
            "reduce(whole, 2147483647, (s, x) -> s + x, s -> s)",
            "NUMERIC_VALUE_OUT_OF_RANGE: integer addition overflow: 2147483647 + 1",
        ),
        ("array_sort(whole, (x, y) -> 2)", comparator),
        ("array_sort(whole, (x, y) -> NULL)", comparator),
        (
            "transform_keys(sizes, (k, v) -> 'é')",
            "INVALID_FUNCTION_ARGUMENT: Duplicate map keys (é) are not allowed",
        ),
        (
            "transform_keys(sizes, (k, v) -> IF(k = 'x', 0E0, -0E0))",
            "INVALID_FUNCTION_ARGUMENT: Duplicate map keys (-0.0) are not allowed",
        ),
        (
            "transform_keys(sizes, (k, v) -> IF(k = 'x', 'y'))",
            "INVALID_FUNCTION_ARGUMENT: map key cannot be null",
        ),
        ("transform(whole)", transform.as_str()),
        ("transform(whole, 1)", transform.as_str()),
        ("transform(whole, (x, y) -> x)", transform.as_str()),
        ("transform(x -> x, whole)", transform.as_str()),
        ("reduce(whole, 0, (s, x) -> s)", reduce.as_str()),
        ("transform(n, x -> x)", "FUNCTION_NOT_FOUND: Unexpected parameters for function transform"),
        ("transform(sizes, x -> x)", "FUNCTION_NOT_FOUND: Unexpected parameters for function transform"),
        ("filter(whole, x -> x)", "FUNCTION_NOT_FOUND: Unexpected parameters for function filter"),
        ("any_match(whole, x -> 'a')", "FUNCTION_NOT_FOUND: Unexpected parameters for function any_match"),
        (
            "array_sort(whole, (x, y) -> 'a')",
            "FUNCTION_NOT_FOUND: Unexpected parameters for function array_sort",
        ),
        (
            "reduce(whole, 'a', (s, x) -> x, s -> s)",
            "FUNCTION_NOT_FOUND: Unexpected parameters for function reduce",
        ),
        (
            "map_filter(whole, (k, v) -> true)",
            "FUNCTION_NOT_FOUND: Unexpected parameters for function map_filter",
        ),
        (
            "transform_keys(sizes, (k, v) -> whole)",
            "FUNCTION_NOT_FOUND: Unexpected parameters for function transform_keys",
        ),
        ("transform(items, i -> i.color)", "COLUMN_NOT_FOUND: Field 'color' cannot be resolved"),
        ("transform(whole, x -> x.sku)", "TYPE_MISMATCH: Expression of type integer is not of type ROW"),
        (
            "regexp_replace('a', 'a', (x, y) -> x)",
            "FUNCTION_NOT_FOUND: Unexpected parameters for function regexp_replace",
        ),
        ("abs(x -> x)", "FUNCTION_NOT_FOUND: Unexpected parameters for function abs"),
        ("x -> x", "TYPE_MISMATCH: Lambda expression should always be used inside a function"),
        (
            "reduce(whole, 0, (s, s) -> s, s -> s)",
            "SYNTAX_ERROR: Lambda expression has more than one argument 's'",
        ),
        ("transform(whole, x -> (SELECT max(n) FROM t))", subquery.as_str()),
        ("transform(whole, x -> x IN (SELECT n FROM t))", subquery.as_str()),
        ("transform(whole, x -> sum(x))", aggregate.as_str()),
        ("transform(whole, x -> row_number() OVER ())", aggregate.as_str()),
        (
            "array_sort_by(whole, (x, y) -> 0)",
            "NOT_SUPPORTED: function array_sort_by is not supported by the local engine",
        ),
        (
            "transform(words, w -> NOT w)",
            "TYPE_MISMATCH: Value of logical NOT expression must evaluate to a boolean",
        ),
    ];
    let cases: Vec<(String, &str)> =
        cases.iter().map(|(expr, message)| (format!("SELECT {expr} FROM t WHERE n = 1"), *message)).collect();
    let cases: Vec<(&str, &str)> = cases.iter().map(|(sql, message)| (sql.as_str(), *message)).collect();
    refuse(&lake().await, &cases).await;
}

/// What lambda expressions make is bounded, for each value and all together, and what is captured is repeated in parts.
#[tokio::test]
async fn results_are_bounded() {
    let words: Vec<String> = (0..300).map(|n| format!("\"w{n}\"")).collect();
    let row = format!(r#"{{"n": 1, "s": "{}", "words": [{}]}}"#, "é".repeat(100_000), words.join(", "));
    let (types, rows) = ([("n", "int"), ("s", "string"), ("words", "array<string>")], [row.as_str()]);
    let lake = || Lake::of(&types, &rows);
    let exceeded = |result: Result<String, CsvError>| match result {
        Err(CsvError::Query(EngineError::Failed(failure))) => failure.code == "EXCEEDED_LOCAL_MEMORY_LIMIT",
        other => panic!("{other:?}"),
    };
    let lake_of_defaults = lake().await;
    let captured = "SELECT reduce(words, 0, (a, w) -> a + strpos(s, w), a -> a) FROM t";
    assert_eq!(lake_of_defaults.rows(captured).await, "\"0\"\n");
    let many = "SELECT cardinality(filter(words, w -> length(s || w) > 100002)) FROM t";
    assert_eq!(lake_of_defaults.rows(many).await, "\"290\"\n");
    for sql in [
        "SELECT transform(words, w -> s) FROM t",
        "SELECT transform(words, w -> rpad(w, 100000, 'x')) FROM t",
        "SELECT transform(words, w -> transform(words, v -> w || v || substr(s, 1, 100))) FROM t",
        "SELECT reduce(words, s, (a, w) -> a || a, a -> a) FROM t",
    ] {
        assert!(exceeded(lake_of_defaults.text(sql, &[]).await), "{sql}");
    }
    let limited = lake().await.limited(MemoryLimits { call: 4_000, ..MemoryLimits::default() });
    assert!(exceeded(limited.text("SELECT transform(words, w -> w || w) FROM t", &[]).await));
    // The values of a window are not all made before they are counted.
    let limited = lake().await.limited(MemoryLimits { call: 1 << 20, ..MemoryLimits::default() });
    let error = limited.error("SELECT cardinality(transform(words, w -> s)) FROM t", &[]).await.to_string();
    assert!(error.contains("transform makes more than 1048576 bytes at once"), "{error}");
}
