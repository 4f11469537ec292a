//! Functions of numbers. What is expected is from Trino's documentation ("Mathematical functions and operators", "Conditional
//! expressions", "Comparison functions and operators") and its test `TestMathFunctions`.

use crate::{
    both::{both, fail, null_of_null},
    golden::{compare, refuse},
    lake::Lake,
};

#[tokio::test]
async fn functions_of_doubles() {
    let cases: Vec<(String, [&str; 2], &str)> = [
        ("sqrt", "4", "2.0"),
        ("sqrt", "-1", "NaN"),
        ("cbrt", "27", "3.0"),
        ("cbrt", "-8", "-2.0"),
        ("exp", "0", "1.0"),
        ("exp", "1", "2.718281828459045"),
        ("ln", "1", "0.0"),
        ("ln", "0", "-Infinity"),
        ("ln", "-1", "NaN"),
        ("log2", "8", "3.0"),
        ("log10", "1000", "3.0"),
        ("sin", "0", "0.0"),
        ("cos", "0", "1.0"),
        ("tan", "0", "0.0"),
        ("asin", "1", "1.5707963267948966"),
        ("acos", "1", "0.0"),
        ("acos", "2", "NaN"),
        ("atan", "1", "0.7853981633974483"),
        ("sinh", "0", "0.0"),
        ("cosh", "0", "1.0"),
        ("tanh", "0", "0.0"),
        ("degrees", "3.141592653589793", "180.0"),
        ("radians", "180", "3.141592653589793"),
        ("sign", "-2.5", "-1.0"),
        ("sign", "0", "0.0"),
        ("sign", "NaN", "NaN"),
        ("ceil", "1.2", "2.0"),
        ("ceiling", "-1.2", "-1.0"),
        ("floor", "-1.2", "-2.0"),
        ("truncate", "-1.9", "-1.0"),
        ("abs", "-Infinity", "Infinity"),
        ("round", "-2.5", "-3.0"),
    ]
    .into_iter()
    .map(|(name, number, expected)| (format!("{name}(CAST({{0}} AS double))"), [number, ""], expected))
    .collect();
    let cases: Vec<(&str, &[&str], &str, &str)> = cases
        .iter()
        .map(|(call, texts, expected)| (call.as_str(), &texts[..1], "double", *expected))
        .collect();
    both(&cases).await;
    both(&[
        ("is_nan(CAST({0} AS double))", &["NaN"], "boolean", "true"),
        ("is_nan(CAST({0} AS real))", &["1"], "boolean", "false"),
        ("is_finite(CAST({0} AS double))", &["1"], "boolean", "true"),
        ("is_finite(CAST({0} AS double))", &["-Infinity"], "boolean", "false"),
        ("is_infinite(CAST({0} AS double))", &["-Infinity"], "boolean", "true"),
        ("is_infinite(CAST({0} AS double))", &["NaN"], "boolean", "false"),
        // Other numbers become doubles.
        ("sqrt(CAST({0} AS decimal(4,2)))", &["6.25"], "double", "2.5"),
        ("sqrt(CAST({0} AS integer))", &["9"], "double", "3.0"),
        ("sqrt(CAST({0} AS real))", &["2.25"], "double", "1.5"),
        ("sqrt(CAST({0} AS tinyint))", &["16"], "double", "4.0"),
    ])
    .await;
    both(&[
        ("power(CAST({0} AS double), CAST({1} AS double))", &["2", "3"], "double", "8.0"),
        ("pow(CAST({0} AS double), CAST({1} AS double))", &["2", "-1"], "double", "0.5"),
        ("power(CAST({0} AS double), CAST({1} AS double))", &["0", "0"], "double", "1.0"),
        ("power(CAST({0} AS double), CAST({1} AS double))", &["1", "NaN"], "double", "NaN"),
        ("power(CAST({0} AS double), CAST({1} AS double))", &["-1", "Infinity"], "double", "NaN"),
        ("power(CAST({0} AS integer), CAST({1} AS bigint))", &["2", "10"], "double", "1024.0"),
        ("log(CAST({0} AS double), CAST({1} AS double))", &["2", "8"], "double", "3.0"),
        ("log(CAST({0} AS double), CAST({1} AS double))", &["10", "1000"], "double", "2.9999999999999996"),
        ("atan2(CAST({0} AS double), CAST({1} AS double))", &["1", "1"], "double", "0.7853981633974483"),
        ("mod(CAST({0} AS double), CAST({1} AS double))", &["5.5", "2"], "double", "1.5"),
        ("mod(CAST({0} AS double), CAST({1} AS double))", &["5.5", "0"], "double", "NaN"),
    ])
    .await;
    null_of_null(&[
        ("sqrt(CAST({0} AS double))", &["1"], "double"),
        ("power(CAST({0} AS double), CAST({1} AS double))", &["1", "2"], "double"),
        ("log(CAST({0} AS double), CAST({1} AS double))", &["1", "2"], "double"),
        ("is_nan(CAST({0} AS double))", &["1"], "boolean"),
        ("sign(CAST({0} AS integer))", &["1"], "integer"),
        ("ceil(CAST({0} AS decimal(4,2)))", &["1"], "decimal(3,0)"),
        ("round(CAST({0} AS integer), CAST({1} AS integer))", &["1", "1"], "integer"),
        ("truncate(CAST({0} AS decimal(4,2)), CAST({1} AS integer))", &["1", "1"], "decimal(4,2)"),
        ("mod(CAST({0} AS integer), CAST({1} AS integer))", &["1", "1"], "integer"),
        ("mod(CAST({0} AS decimal(4,2)), CAST({1} AS decimal(4,2)))", &["1", "1"], "decimal(4,2)"),
    ])
    .await;
}

#[tokio::test]
async fn numbers_to_fewer_places() {
    both(&[
        ("round(CAST({0} AS real), 1)", &["1.25"], "float", "1.3"),
        ("round(CAST({0} AS real))", &["-2.5"], "float", "-3.0"),
        ("round(CAST({0} AS integer), -1)", &["15"], "integer", "20"),
        ("round(CAST({0} AS integer), 2)", &["15"], "integer", "15"),
        ("round(CAST({0} AS bigint), -1)", &["-25"], "bigint", "-30"),
        ("round(CAST({0} AS bigint))", &["25"], "bigint", "25"),
        ("ceil(CAST({0} AS real))", &["1.5"], "float", "2.0"),
        ("ceil(CAST({0} AS integer))", &["7"], "integer", "7"),
        ("floor(CAST({0} AS bigint))", &["-7"], "bigint", "-7"),
        ("ceil(CAST({0} AS decimal(4,2)))", &["1.01"], "decimal(3,0)", "2"),
        ("ceiling(CAST({0} AS decimal(4,2)))", &["-1.99"], "decimal(3,0)", "-1"),
        ("floor(CAST({0} AS decimal(4,2)))", &["-1.01"], "decimal(3,0)", "-2"),
        ("floor(CAST({0} AS decimal(38,2)))", &["-1.01"], "decimal(37,0)", "-2"),
        ("ceil(CAST({0} AS decimal(4,0)))", &["9999"], "decimal(4,0)", "9999"),
        ("truncate(CAST({0} AS decimal(4,2)))", &["-1.99"], "decimal(2,0)", "-1"),
        ("truncate(CAST({0} AS decimal(2,2)))", &["0.99"], "decimal(1,0)", "0"),
        ("truncate(CAST({0} AS decimal(4,2)), 1)", &["-1.99"], "decimal(4,2)", "-1.90"),
        ("truncate(CAST({0} AS decimal(7,2)), -2)", &["12345.67"], "decimal(7,2)", "12300.00"),
        ("truncate(CAST({0} AS decimal(7,2)), -99)", &["12345.67"], "decimal(7,2)", "0.00"),
        ("truncate(CAST({0} AS decimal(7,2)), 99)", &["12345.67"], "decimal(7,2)", "12345.67"),
        ("truncate(CAST({0} AS real))", &["-1.9"], "float", "-1.0"),
        ("sign(CAST({0} AS decimal(4,2)))", &["-0.01"], "decimal(1,0)", "-1"),
        ("sign(CAST({0} AS bigint))", &["-9223372036854775808"], "bigint", "-1"),
        ("sign(CAST({0} AS real))", &["2.5"], "float", "1.0"),
    ])
    .await;
    fail(&[
        (
            "round(CAST({0} AS integer), -1)",
            &["2147483647"],
            "NUMERIC_VALUE_OUT_OF_RANGE: Out of range for integer: 2147483650",
        ),
        ("round(CAST({0} AS bigint), -19)", &["1"], "NUMERIC_VALUE_OUT_OF_RANGE: numerical overflow: 1"),
        (
            "round(CAST({0} AS double), 30)",
            &["1"],
            "INVALID_FUNCTION_ARGUMENT: round to 30 places is not supported by the local engine",
        ),
    ])
    .await;
}

#[tokio::test]
async fn the_greatest_and_the_least() {
    both(&[
        ("greatest(CAST({0} AS integer), CAST({1} AS integer))", &["1", "2"], "integer", "2"),
        ("least(CAST({0} AS integer), CAST({1} AS bigint))", &["1", "2"], "bigint", "1"),
        ("greatest(CAST({0} AS smallint), CAST({1} AS tinyint))", &["1", "2"], "smallint", "2"),
        ("greatest({0}, {1}, {2})", &["a", "é", "b"], "varchar", "é"),
        ("least({0}, {1}, {2})", &["b", "", "é"], "varchar", "''"),
        ("greatest({0}, {1})", &["", "NULL"], "varchar", "NULL"),
        ("least({0})", &["x"], "varchar", "x"),
        ("greatest(CAST({0} AS double), CAST({1} AS double))", &["NaN", "1"], "double", "1.0"),
        ("least(CAST({0} AS double), CAST({1} AS double))", &["1", "NaN"], "double", "1.0"),
        ("least(CAST({0} AS real), CAST({1} AS real))", &["NaN", "NaN"], "float", "NaN"),
        ("greatest(CAST({0} AS integer), CAST({1} AS decimal(4,2)))", &["1", "2.5"], "decimal(12,2)", "2.50"),
        ("greatest(CAST({0} AS decimal(4,2)), CAST({1} AS double))", &["1", "2.5"], "double", "2.5"),
        (
            "least(CAST({0} AS decimal(4,2)), CAST({1} AS decimal(6,1)))",
            &["1.25", "2.5"],
            "decimal(7,2)",
            "1.25",
        ),
        ("greatest(CAST({0} AS boolean), CAST({1} AS boolean))", &["true", "false"], "boolean", "true"),
        ("least(CAST({0} AS date), DATE '2026-11-23')", &["2026-11-24"], "date", "2026-11-23"),
    ])
    .await;
    let lake = Lake::of(&[("n", "int")], &[r#"{"n": 1}"#]).await;
    refuse(
        &lake,
        &[
            (
                "SELECT greatest(n, 'x') FROM t",
                "FUNCTION_NOT_FOUND: Unexpected parameters for function greatest",
            ),
            (
                "SELECT least(DATE '2026-11-23', n) FROM t",
                "FUNCTION_NOT_FOUND: Unexpected parameters for function least",
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn constants_and_values_that_are_others_each_time() {
    let rows = [r#"{"n": 1}"#, r#"{"n": 2}"#, r#"{"n": 3}"#];
    let lake = Lake::of(&[("n", "int")], &rows).await;
    compare(
        &lake,
        &[
            ("SELECT e(), pi()", "double", "2.718281828459045|3.141592653589793"),
            ("SELECT infinity(), -infinity(), nan()", "double", "Infinity|-Infinity|NaN"),
            ("SELECT n * pi() FROM t WHERE n = 2", "double", "6.283185307179586"),
            ("SELECT count(*) FROM t WHERE random() >= 0 AND rand() < 1", "bigint", "3"),
            ("SELECT count(*) FROM t WHERE random(5) BETWEEN 0 AND 4", "bigint", "3"),
            ("SELECT count(*) FROM t WHERE random(n, n + 1) = n", "bigint", "3"),
            ("SELECT random(CAST(1 AS integer))", "integer", "0"),
            ("SELECT random(CAST(NULL AS bigint), CAST(2 AS bigint))", "bigint", "NULL"),
            ("SELECT count(DISTINCT x) FROM (SELECT random() AS x FROM t) q", "bigint", "3"),
            ("SELECT count(DISTINCT x) FROM (SELECT uuid() AS x FROM t) q", "bigint", "3"),
            ("SELECT max(length(x)) FROM (SELECT uuid() AS x FROM t) q", "bigint", "36"),
        ],
    )
    .await;
    refuse(
        &lake,
        &[
            ("SELECT random(n - 1) FROM t", "INVALID_FUNCTION_ARGUMENT: bound must be positive"),
            (
                "SELECT random(n, n) FROM t",
                "INVALID_FUNCTION_ARGUMENT: start value must be less than stop value",
            ),
            ("SELECT random('x') FROM t", "FUNCTION_NOT_FOUND: Unexpected parameters for function random"),
            ("SELECT sqrt('x') FROM t", "FUNCTION_NOT_FOUND: Unexpected parameters for function sqrt"),
            ("SELECT log(n) FROM t", "FUNCTION_NOT_FOUND: Unexpected parameters for function log"),
            ("SELECT ceil('x') FROM t", "FUNCTION_NOT_FOUND: Unexpected parameters for function ceil"),
            (
                "SELECT bitwise_and(n, 1.5) FROM t",
                "FUNCTION_NOT_FOUND: Unexpected parameters for function bitwise_and",
            ),
        ],
    )
    .await;
}
