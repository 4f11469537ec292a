//! Functions that take functions. What is expected is from Trino's documentation ("Lambda expressions", "Array functions and
//! operators", "Map functions and operators") and its tests (`TestArrayOperators`, `TestLambdaExpressions`,
//! `TestMapTransformKeysFunction`, `TestArrayReduceFunction`, `AbstractTestEngineOnlyQueries`).

use std::sync::Arc;

use datafusion::arrow::{
    array::{ArrayRef, Int32Array, ListArray},
    datatypes::Int32Type,
};
use engine::{EngineError, MemoryLimits, csv::CsvError};
use proptest::prelude::*;

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
async fn filtered_and_matched() {
    each(&[
        ("filter(whole, x -> x > 1)", "array(integer)", ["[2, 3]", "[5, 7]", "[]", "NULL"]),
        ("filter(whole, x -> x IS NOT NULL)", "array(integer)", ["[1, 2, 3]", "[5, 7]", "[]", "NULL"]),
        ("filter(whole, x -> NULL)", "array(integer)", ["[]", "[]", "[]", "NULL"]),
        ("filter(whole, x -> true)", "array(integer)", ["[1, 2, 3]", "[5, null, 7]", "[]", "NULL"]),
        ("filter(words, w -> w IN ('b', 'ñ'))", "array(varchar)", ["[b]", "[ñ]", "[]", "NULL"]),
        ("filter(words, w -> w LIKE '%a%')", "array(varchar)", ["[a]", "[]", "[]", "NULL"]),
        (
            "filter(items, i -> i.qty > 2)",
            "array(row(sku varchar, qty integer))",
            ["[{sku=q, qty=5}]", "[]", "[]", "NULL"],
        ),
        // What is on the right of AND is not looked at where the left side is false.
        ("filter(whole, x -> x <> 2 AND 6 / (x - 2) > 0)", "array(integer)", ["[3]", "[5, 7]", "[]", "NULL"]),
        ("any_match(whole, x -> x = 2)", "boolean", ["true", "NULL", "false", "NULL"]),
        ("any_match(whole, x -> x IS NULL)", "boolean", ["false", "true", "false", "NULL"]),
        ("all_match(whole, x -> x > 0)", "boolean", ["true", "NULL", "true", "NULL"]),
        ("all_match(whole, x -> x < 3)", "boolean", ["false", "false", "true", "NULL"]),
        ("all_match(whole, x -> NULL)", "boolean", ["NULL", "NULL", "true", "NULL"]),
        ("none_match(whole, x -> x = 2)", "boolean", ["false", "NULL", "true", "NULL"]),
        ("none_match(whole, x -> x = 5)", "boolean", ["true", "false", "true", "NULL"]),
        // The elements after the one that decides are not looked at.
        ("any_match(whole, x -> 6 / (x - 2) IN (-6, 2))", "boolean", ["true", "true", "false", "NULL"]),
    ])
    .await;
    compare(
        &lake().await,
        &[
            ("SELECT n FROM t WHERE any_match(words, w -> w = 'c')", "integer", "2"),
            ("SELECT n FROM t WHERE NOT any_match(whole, x -> x = 2) ORDER BY n", "integer", "3"),
            (
                "SELECT cardinality(filter(whole, x -> x > 1)) AS c, count(*) FROM t \
                 GROUP BY cardinality(filter(whole, x -> x > 1)) ORDER BY 1",
                "bigint",
                "0|1;2|2;NULL|1",
            ),
            ("SELECT n FROM t WHERE n < 3 ORDER BY reduce(whole, 0, (s, x) -> s + coalesce(x, 0), s -> -s)", "integer", "2;1"),
            ("SELECT sum(reduce(whole, 0, (s, x) -> s + coalesce(x, 0), s -> s)) FROM t", "bigint", "18"),
            ("SELECT total * 1.5 FROM (SELECT reduce(money, 0, (s, x) -> s + x, s -> s) AS total FROM t WHERE n = 1) q", "decimal(38,3)", "5.025"),
            ("SELECT transform(split('a,b', ','), x -> upper(x))", "array(varchar)", "[A, B]"),
            ("SELECT filter(NULL, x -> x)", "array(unknown)", "NULL"),
            ("SELECT reduce(split('a,b', ','), '', (s, x) -> s || x, s -> s)", "varchar", "ab"),
            ("SELECT p FROM t CROSS JOIN UNNEST(filter(whole, x -> x > k - 8)) AS u (p) WHERE n = 1", "integer", "3"),
        ],
    )
    .await;
}

#[tokio::test]
async fn reduced() {
    each(&[
        ("reduce(whole, 0, (s, x) -> s + x, s -> s)", "integer", ["6", "NULL", "0", "NULL"]),
        ("reduce(whole, 0, (s, x) -> s + coalesce(x, 0), s -> s)", "integer", ["6", "12", "0", "NULL"]),
        ("reduce(whole, 0, (s, x) -> IF(x IS NULL, s, s + x), s -> s)", "integer", ["6", "12", "0", "NULL"]),
        ("reduce(whole, CAST(0 AS bigint), (s, x) -> s + x, s -> s)", "bigint", ["6", "NULL", "0", "NULL"]),
        ("reduce(whole, 0e0, (s, x) -> s + x, s -> s / 2)", "double", ["3.0", "NULL", "0.0", "NULL"]),
        ("reduce(whole, 0, (s, x) -> s + CAST(x AS bigint), s -> s)", "bigint", ["6", "NULL", "0", "NULL"]),
        ("reduce(whole, k, (s, x) -> s + x, s -> s - k)", "integer", ["6", "NULL", "0", "NULL"]),
        (
            "reduce(whole, '', (s, x) -> s || CAST(x AS varchar), s -> s)",
            "varchar",
            ["123", "NULL", "''", "NULL"],
        ),
        ("reduce(words, '', (s, w) -> w || s, s -> length(s))", "bigint", ["2", "NULL", "0", "NULL"]),
        ("reduce(money, 0, (s, x) -> s + x, s -> s)", "decimal(38,2)", ["3.35", "NULL", "0.00", "NULL"]),
        ("reduce(money, 0, (s, x) -> s + x, s -> s) * 2", "decimal(38,2)", ["6.70", "NULL", "0.00", "NULL"]),
        ("reduce(whole, 0, (s, x) -> s + x, s -> s) * 1.5", "decimal(12,1)", ["9.0", "NULL", "0.0", "NULL"]),
        ("reduce(whole, NULL, (s, x) -> x, s -> s)", "integer", ["3", "7", "NULL", "NULL"]),
        ("reduce(whole, 1, (s, x) -> NULL, s -> s IS NULL)", "boolean", ["true", "true", "false", "NULL"]),
        ("reduce(whole, 0, (s, x) -> s + 1, s -> CAST(s AS varchar))", "varchar", ["3", "3", "0", "NULL"]),
    ])
    .await;
}

/// The state has the type that the initial one and the function's have in common, field by field. The first is the mean of
/// Trino's documentation (`reduce`).
#[tokio::test]
async fn reduced_to_rows_and_maps() {
    each(&[
        (
            "reduce(whole, CAST(ROW(0.0, 0) AS ROW(sum DOUBLE, count INTEGER)), \
             (s, x) -> CAST(ROW(x + s.sum, s.count + 1) AS ROW(sum DOUBLE, count INTEGER)), \
             s -> IF(s.count = 0, NULL, s.sum / s.count))",
            "double",
            ["2.0", "NULL", "NULL", "NULL"],
        ),
        ("reduce(whole, ROW(0, 0), (s, x) -> ROW(s[1] + 1, s[2] + 1e0), s -> s[2])", "double", ["3.0", "3.0", "0.0", "NULL"]),
        (
            "reduce(whole, CAST(ROW(0, 'a') AS row(n integer, w varchar)), \
             (s, x) -> CAST(ROW(s.n + 1, NULL) AS row(n bigint, w varchar)), s -> s.n)",
            "bigint",
            ["3", "3", "0", "NULL"],
        ),
        (
            "reduce(whole, ROW(0), (s, x) -> ROW(s[1] + 1.5), s -> s[1])",
            "decimal(38,1)",
            ["4.5", "4.5", "0.0", "NULL"],
        ),
        (
            "reduce(whole, map(ARRAY['n'], ARRAY[0]), (s, x) -> map(ARRAY['n'], ARRAY[s['n'] + 5e-1]), s -> s['n'])",
            "double",
            ["1.5", "1.5", "0.0", "NULL"],
        ),
        (
            "reduce(whole, ARRAY[ROW(0)], (s, x) -> ARRAY[ROW(s[1][1] + 1e0)], s -> s[1][1])",
            "double",
            ["3.0", "3.0", "0.0", "NULL"],
        ),
    ])
    .await;
    refuse(
        &lake().await,
        &[(
            "SELECT reduce(whole, ROW(0), (s, x) -> ROW('a'), s -> s) FROM t",
            "FUNCTION_NOT_FOUND: Unexpected parameters for function reduce",
        )],
    )
    .await;
}

#[tokio::test]
async fn zipped_sorted_and_maps() {
    let by_size = "array_sort(whole, (x, y) -> CASE WHEN x IS NULL THEN 1 WHEN y IS NULL THEN -1 WHEN x < y THEN 1 \
                   WHEN x = y THEN 0 ELSE -1 END)";
    each(&[
        (
            "zip_with(whole, words, (x, w) -> w || CAST(x AS varchar))",
            "array(varchar)",
            ["[a1, b2, null]", "[ñ5, null, c7]", "[]", "NULL"],
        ),
        (
            "zip_with(words, whole, (w, x) -> x)",
            "array(integer)",
            ["[1, 2, 3]", "[5, null, 7]", "[]", "NULL"],
        ),
        (
            "zip_with(whole, whole, (x, y) -> x * y + k)",
            "array(integer)",
            ["[11, 14, 19]", "[45, null, 69]", "[]", "NULL"],
        ),
        ("zip_with(whole, NULL, (x, y) -> x)", "array(integer)", ["NULL", "NULL", "NULL", "NULL"]),
        (by_size, "array(integer)", ["[3, 2, 1]", "[7, 5, null]", "[]", "NULL"]),
        ("array_sort(whole, (x, y) -> 0)", "array(integer)", ["[1, 2, 3]", "[5, null, 7]", "[]", "NULL"]),
        (
            "array_sort(items, (a, b) -> IF(a.qty > b.qty, -1, 1))",
            "array(row(sku varchar, qty integer))",
            ["[{sku=q, qty=5}, {sku=p, qty=2}]", "[{sku=r, qty=null}, null]", "[]", "NULL"],
        ),
        (
            "transform_values(sizes, (k, v) -> v + 1)",
            "map(varchar, integer)",
            ["{x=2, y=3}", "{é=null}", "{}", "NULL"],
        ),
        (
            "transform_values(sizes, (a, v) -> a || CAST(v + k AS varchar))",
            "map(varchar, varchar)",
            ["{x=x11, y=y12}", "{é=null}", "{}", "NULL"],
        ),
        (
            "transform_keys(sizes, (k, v) -> upper(k))",
            "map(varchar, integer)",
            ["{X=1, Y=2}", "{É=null}", "{}", "NULL"],
        ),
        (
            "transform_keys(sizes, (a, v) -> a || coalesce(CAST(v AS varchar), '?'))",
            "map(varchar, integer)",
            ["{x1=1, y2=2}", "{é?=null}", "{}", "NULL"],
        ),
        ("map_filter(sizes, (k, v) -> v > 1)", "map(varchar, integer)", ["{y=2}", "{}", "{}", "NULL"]),
        (
            "map_filter(sizes, (k, v) -> k <> 'y')",
            "map(varchar, integer)",
            ["{x=1}", "{é=null}", "{}", "NULL"],
        ),
        (
            "map_zip_with(sizes, others, (k, v, w) -> coalesce(v, 0) + coalesce(w, 0))",
            "map(varchar, bigint)",
            ["{x=1, y=22, z=30}", "{é=0}", "{z=1}", "NULL"],
        ),
        (
            "map_zip_with(others, sizes, (k, v, w) -> k || coalesce(CAST(w AS varchar), '-'))",
            "map(varchar, varchar)",
            ["{y=y2, z=z-, x=x1}", "{é=é-}", "{z=z-}", "NULL"],
        ),
        // One zero is the other one, as for every map.
        (
            "cardinality(map_zip_with(MAP(ARRAY[0E0], ARRAY[n]), MAP(ARRAY[-0E0], ARRAY[n]), (k, v, w) -> v + w))",
            "bigint",
            ["1", "1", "1", "1"],
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

fn arrays() -> impl Strategy<Value = Vec<Option<Vec<Option<i32>>>>> {
    let element = proptest::option::weighted(0.8, -50..50_i32);
    let array = proptest::option::weighted(0.9, proptest::collection::vec(element, 0..40));
    proptest::collection::vec(array, 1..60)
}

/// `[1, null]`, as results show it.
fn shown(elements: &[Option<i32>]) -> String {
    let shown: Vec<String> = elements
        .iter()
        .map(|element| element.map_or("null".to_owned(), |element| element.to_string()))
        .collect();
    format!("\"[{}]\"", shown.join(", "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Rows of all lengths side by side, against loops of Rust.
    #[test]
    fn many_arrays_are_as_loops_have_it(arrays in arrays()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let found = runtime.block_on(async {
            let numbers: ArrayRef = Arc::new(
                (0..i32::try_from(arrays.len()).unwrap()).collect::<Int32Array>(),
            );
            let lists: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>(arrays.clone()));
            let types = [("n", "int"), ("a", "array<int>")];
            let lake = Lake::with(&types, vec![("n", numbers), ("a", lists)]).await;
            lake.rows(
                "SELECT filter(a, x -> x > n - 20), transform(a, x -> x + n), \
                 reduce(a, 0, (s, x) -> 2 * s % 1000 + coalesce(x, 1), s -> s), any_match(a, x -> x = 7), \
                 array_sort(a, (x, y) -> CASE WHEN x IS NULL AND y IS NULL THEN 0 WHEN x IS NULL THEN 1 \
                 WHEN y IS NULL THEN -1 WHEN x < y THEN -1 WHEN x > y THEN 1 ELSE 0 END) FROM t ORDER BY n",
            )
            .await
        });
        let mut expected = String::new();
        for (n, array) in (0..).zip(&arrays) {
            let Some(array) = array else {
                expected.push_str(",,,,\n");
                continue;
            };
            let kept: Vec<_> = array.iter().copied().filter(|x| x.is_some_and(|x| x > n - 20)).collect();
            let moved: Vec<_> = array.iter().map(|x| x.map(|x| x + n)).collect();
            let state = array.iter().fold(0, |state: i32, x| 2 * state % 1000 + x.unwrap_or(1));
            let met = if array.contains(&Some(7)) {
                "\"true\""
            } else if array.contains(&None) {
                ""
            } else {
                "\"false\""
            };
            let mut sorted = array.clone();
            sorted.sort_by_key(|x| (x.is_none(), *x));
            expected.push_str(&format!(
                "{},{},\"{state}\",{met},{}\n", shown(&kept), shown(&moved), shown(&sorted)
            ));
        }
        prop_assert_eq!(found, expected);
    }

    /// Elements of all rows side by side, against loops of Rust.
    #[test]
    fn elements_are_rows_as_loops_have_it(arrays in arrays(), keeps_all in any::<bool>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let join = if keeps_all { "LEFT JOIN" } else { "JOIN" };
        let found = runtime.block_on(async {
            let numbers: ArrayRef = Arc::new(
                (0..i32::try_from(arrays.len()).unwrap()).collect::<Int32Array>(),
            );
            let lists: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>(arrays.clone()));
            let types = [("n", "int"), ("a", "array<int>")];
            let lake = Lake::with(&types, vec![("n", numbers), ("a", lists)]).await;
            let sql = "UNNEST(a) WITH ORDINALITY AS u (x, o) ON true WHERE n > 0 ORDER BY n, o";
            lake.rows(&format!("SELECT n, x, o FROM t {join} {sql}")).await
        });
        let mut expected = String::new();
        for (n, array) in (0..).zip(&arrays).skip(1) {
            let elements = array.as_deref().unwrap_or_default();
            if elements.is_empty() && keeps_all {
                expected.push_str(&format!("\"{n}\",,\n"));
            }
            for (place, element) in (1..).zip(elements) {
                let element = element.map_or(String::new(), |element| format!("\"{element}\""));
                expected.push_str(&format!("\"{n}\",{element},\"{place}\"\n"));
            }
        }
        prop_assert_eq!(found, expected);
    }
}
