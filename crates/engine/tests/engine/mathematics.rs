//! Functions of numbers, and calculations with decimals. What is expected is from Trino's documentation ("Mathematical
//! functions and operators", "Bitwise functions", "Decimal functions and operators") and its tests (`TestMathFunctions`,
//! `TestBitwiseFunctions`, `TestDecimalOperators`).

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
async fn decimals_are_divided_and_multiplied() {
    both(&[
        ("CAST({0} AS decimal(2,1)) / CAST({1} AS decimal(2,1))", &["1.0", "3.0"], "decimal(3,1)", "0.3"),
        ("CAST({0} AS decimal(4,3)) / CAST({1} AS decimal(2,1))", &["1.000", "3.0"], "decimal(5,3)", "0.333"),
        ("CAST({0} AS decimal(1,0)) / CAST({1} AS decimal(3,2))", &["9", "3.00"], "decimal(5,2)", "3.00"),
        ("CAST({0} AS decimal(4,2)) / CAST({1} AS decimal(2,0))", &["50.00", "25"], "decimal(4,2)", "2.00"),
        ("CAST({0} AS decimal(1,0)) / CAST({1} AS decimal(1,0))", &["-1", "2"], "decimal(1,0)", "-1"),
        ("CAST({0} AS decimal(1,0)) / CAST({1} AS decimal(1,0))", &["1", "3"], "decimal(1,0)", "0"),
        ("CAST({0} AS decimal(12,2)) / CAST({1} AS integer)", &["12.34", "3"], "decimal(12,2)", "4.11"),
        ("CAST({0} AS decimal(12,2)) / CAST({1} AS bigint)", &["-12.35", "-2"], "decimal(12,2)", "6.18"),
        ("CAST({0} AS decimal(12,2)) / CAST({1} AS smallint)", &["1", "3"], "decimal(12,2)", "0.33"),
        ("CAST({0} AS integer) / CAST({1} AS decimal(3,2))", &["10", "4.00"], "decimal(14,2)", "2.50"),
        ("CAST({0} AS decimal(12,2)) / 3", &["10"], "decimal(12,2)", "3.33"),
        ("CAST({0} AS decimal(12,2)) / 1.5", &["10"], "decimal(13,2)", "6.67"),
        ("CAST({0} AS decimal(12,2)) / CAST({1} AS double)", &["10", "4"], "double", "2.5"),
        (
            "CAST({0} AS decimal(38,0)) / CAST({1} AS decimal(38,0))",
            &["99999999999999999999999999999999999999", "3"],
            "decimal(38,0)",
            "33333333333333333333333333333333333333",
        ),
        (
            "CAST({0} AS decimal(38,10)) / CAST({1} AS decimal(38,10))",
            &["1234567890123456789012345678.0123456789", "0.9876543210"],
            "decimal(38,10)",
            "1249999988734374999015820311.4998022460",
        ),
        ("CAST({0} AS decimal(3,1)) % CAST({1} AS decimal(1,0))", &["10.5", "3"], "decimal(2,1)", "1.5"),
        ("CAST({0} AS decimal(3,1)) % CAST({1} AS decimal(1,0))", &["-10.5", "3"], "decimal(2,1)", "-1.5"),
        ("mod(CAST({0} AS decimal(3,1)), CAST({1} AS integer))", &["10.5", "-3"], "decimal(3,1)", "1.5"),
        ("CAST({0} AS integer) % CAST({1} AS decimal(3,2))", &["10", "0.75"], "decimal(3,2)", "0.25"),
        ("mod(CAST({0} AS integer), CAST({1} AS integer))", &["-10", "3"], "integer", "-1"),
        ("mod(CAST({0} AS bigint) + 1, CAST({1} AS bigint))", &["9", "4"], "bigint", "2"),
        (
            "CAST({0} AS decimal(3,2)) * CAST({1} AS decimal(3,2))",
            &["1.11", "1.11"],
            "decimal(6,4)",
            "1.2321",
        ),
        ("CAST({0} AS decimal(3,2)) * CAST({1} AS integer)", &["1.11", "-2"], "decimal(13,2)", "-2.22"),
        (
            "CAST({0} AS decimal(20,2)) * CAST({1} AS decimal(20,2))",
            &["1.11", "2"],
            "decimal(38,4)",
            "2.2200",
        ),
    ])
    .await;
    fail(&[
        (
            "CAST({0} AS decimal(3,2)) / CAST({1} AS decimal(3,2))",
            &["1", "0"],
            "DIVISION_BY_ZERO: Division by zero",
        ),
        (
            "CAST({0} AS decimal(3,2)) % CAST({1} AS decimal(3,2))",
            &["1", "0"],
            "DIVISION_BY_ZERO: Division by zero",
        ),
        (
            "CAST({0} AS decimal(38,0)) * CAST({1} AS integer)",
            &["99999999999999999999999999999999999999", "2"],
            "NUMERIC_VALUE_OUT_OF_RANGE: Decimal overflow",
        ),
        (
            "CAST({0} AS decimal(38,0)) / CAST({1} AS decimal(2,2))",
            &["99999999999999999999999999999999999999", "0.01"],
            "NUMERIC_VALUE_OUT_OF_RANGE: Decimal overflow",
        ),
        (
            "CAST({0} AS decimal(38,20)) * CAST({1} AS decimal(38,20))",
            &["1", "1"],
            "INVALID_FUNCTION_ARGUMENT: DECIMAL scale must be in range [0, precision (38)]: 40",
        ),
    ])
    .await;
    null_of_null(&[
        ("CAST({0} AS decimal(4,2)) / CAST({1} AS decimal(4,2))", &["1", "1"], "decimal(6,2)"),
        ("CAST({0} AS decimal(4,2)) * CAST({1} AS decimal(4,2))", &["1", "1"], "decimal(8,4)"),
        ("CAST({0} AS decimal(4,2)) % CAST({1} AS decimal(4,2))", &["1", "1"], "decimal(4,2)"),
    ])
    .await;
}

#[tokio::test]
async fn bits() {
    both(&[
        ("bit_count(CAST({0} AS bigint), CAST({1} AS bigint))", &["9", "64"], "bigint", "2"),
        ("bit_count(CAST({0} AS bigint), CAST({1} AS bigint))", &["9", "8"], "bigint", "2"),
        ("bit_count(CAST({0} AS bigint), CAST({1} AS bigint))", &["-7", "64"], "bigint", "62"),
        ("bit_count(CAST({0} AS integer), CAST({1} AS integer))", &["-7", "8"], "bigint", "6"),
        ("bitwise_and(CAST({0} AS bigint), CAST({1} AS integer))", &["19", "25"], "bigint", "17"),
        ("bitwise_or(CAST({0} AS bigint), CAST({1} AS bigint))", &["19", "25"], "bigint", "27"),
        ("bitwise_xor(CAST({0} AS bigint), CAST({1} AS bigint))", &["19", "25"], "bigint", "10"),
        ("bitwise_not(CAST({0} AS bigint))", &["-12"], "bigint", "11"),
        ("bitwise_not(CAST({0} AS integer))", &["19"], "bigint", "-20"),
        ("bitwise_left_shift(CAST({0} AS bigint), CAST({1} AS integer))", &["1", "2"], "bigint", "4"),
        ("bitwise_left_shift(CAST({0} AS bigint), CAST({1} AS integer))", &["5", "64"], "bigint", "0"),
        (
            "bitwise_left_shift(CAST({0} AS integer), CAST({1} AS integer))",
            &["7", "30"],
            "integer",
            "-1073741824",
        ),
        ("bitwise_left_shift(CAST({0} AS integer), CAST({1} AS integer))", &["7", "40"], "integer", "0"),
        ("bitwise_right_shift(CAST({0} AS bigint), CAST({1} AS integer))", &["9", "1"], "bigint", "4"),
        ("bitwise_right_shift(CAST({0} AS bigint), CAST({1} AS integer))", &["12", "64"], "bigint", "0"),
        (
            "bitwise_right_shift(CAST({0} AS bigint), CAST({1} AS integer))",
            &["-1", "1"],
            "bigint",
            "9223372036854775807",
        ),
        (
            "bitwise_right_shift(CAST({0} AS integer), CAST({1} AS integer))",
            &["-1", "1"],
            "integer",
            "2147483647",
        ),
        ("bitwise_right_shift(CAST({0} AS integer), CAST({1} AS integer))", &["-1", "0"], "integer", "-1"),
        (
            "bitwise_right_shift_arithmetic(CAST({0} AS bigint), CAST({1} AS integer))",
            &["-256", "2"],
            "bigint",
            "-64",
        ),
        (
            "bitwise_right_shift_arithmetic(CAST({0} AS bigint), CAST({1} AS integer))",
            &["-45", "64"],
            "bigint",
            "-1",
        ),
        (
            "bitwise_right_shift_arithmetic(CAST({0} AS integer), CAST({1} AS integer))",
            &["12", "64"],
            "integer",
            "0",
        ),
        ("to_base(CAST({0} AS bigint), CAST({1} AS bigint))", &["255", "16"], "varchar", "ff"),
        ("to_base(CAST({0} AS bigint), CAST({1} AS bigint))", &["-255", "36"], "varchar", "-73"),
        ("to_base(CAST({0} AS bigint), CAST({1} AS bigint))", &["0", "2"], "varchar", "0"),
        ("from_base({0}, CAST({1} AS bigint))", &["fF", "16"], "bigint", "255"),
        ("from_base({0}, CAST({1} AS bigint))", &["-111", "2"], "bigint", "-7"),
    ])
    .await;
    fail(&[
        (
            "bit_count(CAST({0} AS bigint), CAST({1} AS bigint))",
            &["7", "1"],
            "INVALID_FUNCTION_ARGUMENT: Bits specified in bit_count must be between 2 and 64, got 1",
        ),
        (
            "bit_count(CAST({0} AS bigint), CAST({1} AS bigint))",
            &["128", "8"],
            "INVALID_FUNCTION_ARGUMENT: Number must be representable with the bits specified. 128 cannot be represented with 8 bits",
        ),
        (
            "to_base(CAST({0} AS bigint), CAST({1} AS bigint))",
            &["1", "37"],
            "INVALID_FUNCTION_ARGUMENT: Radix must be between 2 and 36",
        ),
        (
            "from_base({0}, CAST({1} AS bigint))",
            &["é2", "10"],
            "INVALID_FUNCTION_ARGUMENT: Not a valid base-10 number: é2",
        ),
        (
            "from_base({0}, CAST({1} AS bigint))",
            &["9223372036854775808", "10"],
            "INVALID_FUNCTION_ARGUMENT: Not a valid base-10 number: 9223372036854775808",
        ),
    ])
    .await;
    null_of_null(&[
        ("bitwise_and(CAST({0} AS bigint), CAST({1} AS bigint))", &["1", "1"], "bigint"),
        ("bitwise_left_shift(CAST({0} AS integer), CAST({1} AS integer))", &["1", "1"], "integer"),
        ("to_base(CAST({0} AS bigint), CAST({1} AS bigint))", &["1", "2"], "varchar"),
        ("from_base({0}, CAST({1} AS bigint))", &["1", "2"], "bigint"),
    ])
    .await;
}

#[tokio::test]
async fn buckets() {
    let call =
        "width_bucket(CAST({0} AS double), CAST({1} AS double), CAST({2} AS double), CAST({3} AS bigint))";
    both(&[
        (call, &["3.14", "0", "4", "3"], "bigint", "3"),
        (call, &["2", "0", "4", "3"], "bigint", "2"),
        (call, &["Infinity", "0", "4", "3"], "bigint", "4"),
        (call, &["-1", "0", "3.2", "4"], "bigint", "0"),
        (call, &["3.14", "4", "0", "3"], "bigint", "1"),
        (call, &["2", "4", "0", "3"], "bigint", "2"),
        (call, &["Infinity", "4", "0", "3"], "bigint", "0"),
        (call, &["-1", "3.2", "0", "4"], "bigint", "5"),
    ])
    .await;
    fail(&[
        (call, &["1", "0", "4", "0"], "INVALID_FUNCTION_ARGUMENT: bucketCount must be greater than 0"),
        (call, &["NaN", "0", "4", "3"], "INVALID_FUNCTION_ARGUMENT: operand must not be NaN"),
        (call, &["1", "Infinity", "4", "3"], "INVALID_FUNCTION_ARGUMENT: first bound must be finite"),
        (call, &["1", "0", "NaN", "3"], "INVALID_FUNCTION_ARGUMENT: second bound must be finite"),
        (call, &["1", "4", "4", "3"], "INVALID_FUNCTION_ARGUMENT: bounds cannot equal each other"),
        (
            call,
            &["9", "0", "4", "9223372036854775807"],
            "NUMERIC_VALUE_OUT_OF_RANGE: Bucket for value 9.0 is out of range",
        ),
    ])
    .await;
    null_of_null(&[(call, &["1", "0", "4", "3"], "bigint")]).await;
    let rows = [
        r#"{"n": 1, "bins": [0.0, 2.0, 4.0]}"#,
        r#"{"n": 2, "bins": [0.0, 0.0, 0.0]}"#,
        r#"{"n": 3}"#,
        r#"{"n": 4, "bins": []}"#,
        r#"{"n": 5, "bins": [2.0, 1.0]}"#,
    ];
    let lake = Lake::of(&[("n", "int"), ("bins", "array<double>")], &rows).await;
    compare(
        &lake,
        &[
            ("SELECT width_bucket(3.14, bins) FROM t WHERE n = 1", "bigint", "2"),
            ("SELECT width_bucket(infinity(), bins) FROM t WHERE n = 1", "bigint", "3"),
            ("SELECT width_bucket(-1, bins) FROM t WHERE n = 1", "bigint", "0"),
            ("SELECT width_bucket(0E0, bins) FROM t WHERE n = 2", "bigint", "3"),
            ("SELECT width_bucket(n, bins) FROM t WHERE n = 3", "bigint", "NULL"),
            ("SELECT width_bucket(CAST(NULL AS double), bins) FROM t WHERE n = 1", "bigint", "NULL"),
        ],
    )
    .await;
    refuse(
        &lake,
        &[
            (
                "SELECT width_bucket(1, bins) FROM t WHERE n = 4",
                "INVALID_FUNCTION_ARGUMENT: Bins cannot be an empty array",
            ),
            (
                "SELECT width_bucket(nan(), bins) FROM t WHERE n = 1",
                "INVALID_FUNCTION_ARGUMENT: Operand cannot be NaN",
            ),
            (
                "SELECT width_bucket(1, bins) FROM t WHERE n = 5",
                "INVALID_FUNCTION_ARGUMENT: Bin values are not sorted in ascending order",
            ),
        ],
    )
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
