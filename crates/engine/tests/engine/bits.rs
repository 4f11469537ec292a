//! Bits, bases and buckets. What is expected is from Trino's documentation ("Bitwise functions", "Mathematical functions and
//! operators") and its tests `TestBitwiseFunctions` and `TestMathFunctions`.

use crate::{
    both::{both, fail, null_of_null},
    golden::{compare, refuse},
    lake::Lake,
};

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
