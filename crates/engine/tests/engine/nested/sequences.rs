//! `sequence`: Trino's documentation ("Array functions and operators"), its sources (`SequenceFunction`,
//! `DateTimeFunctions.sequence…`) and tests (`TestArrayOperators.testSequence`, `testSequenceDateTimeDayToSecond`, and so on).

use super::{columns, constants, failures};

#[tokio::test]
async fn from_one_end_to_the_other() {
    constants(&[
        ("sequence(1, 5)", "array(bigint)", "[1, 2, 3, 4, 5]"),
        ("sequence(1, 5, 2)", "array(bigint)", "[1, 3, 5]"),
        ("sequence(1, 6, 2)", "array(bigint)", "[1, 3, 5]"),
        ("sequence(5, 1)", "array(bigint)", "[5, 4, 3, 2, 1]"),
        ("sequence(5, 1, -3)", "array(bigint)", "[5, 2]"),
        ("sequence(-1, -1)", "array(bigint)", "[-1]"),
        ("sequence(1, NULL)", "array(bigint)", "NULL"),
        ("sequence(1, 2, NULL)", "array(bigint)", "NULL"),
        ("cardinality(sequence(1, 10000))", "bigint", "10000"),
        (
            "sequence(-9223372036854775807, 9223372036854775807, 9223372036854775807)",
            "array(bigint)",
            "[-9223372036854775807, 0, 9223372036854775807]",
        ),
        (
            "sequence(DATE '2016-04-12', DATE '2016-04-14')",
            "array(date)",
            "[2016-04-12, 2016-04-13, 2016-04-14]",
        ),
        ("sequence(DATE '2016-04-14', DATE '2016-04-13')", "array(date)", "[2016-04-14, 2016-04-13]"),
        (
            "sequence(DATE '2016-04-12', DATE '2016-04-16', INTERVAL '2' DAY)",
            "array(date)",
            "[2016-04-12, 2016-04-14, 2016-04-16]",
        ),
        (
            "sequence(DATE '2016-01-31', DATE '2016-05-01', INTERVAL '1' MONTH)",
            "array(date)",
            "[2016-01-31, 2016-02-29, 2016-03-31, 2016-04-30]",
        ),
        (
            "sequence(DATE '2016-04-16', DATE '2012-04-16', INTERVAL '-2' YEAR)",
            "array(date)",
            "[2016-04-16, 2014-04-16, 2012-04-16]",
        ),
        (
            "sequence(TIMESTAMP '2016-04-16 01:00:10', TIMESTAMP '2016-04-16 01:07:00', INTERVAL '3' MINUTE)",
            "array(timestamp)",
            "[2016-04-16 01:00:10.000, 2016-04-16 01:03:10.000, 2016-04-16 01:06:10.000]",
        ),
        (
            "sequence(TIMESTAMP '2016-04-16 01:00:10.500', TIMESTAMP '2016-06-16 01:00:10.400', INTERVAL '1' MONTH)",
            "array(timestamp)",
            "[2016-04-16 01:00:10.500, 2016-05-16 01:00:10.500]",
        ),
        (
            "sequence(DATE '2016-04-16', TIMESTAMP '2016-04-17 12:00:00', INTERVAL '1' DAY)",
            "array(timestamp)",
            "[2016-04-16 00:00:00.000, 2016-04-17 00:00:00.000]",
        ),
    ])
    .await;
    columns(&[
        ("sequence(1, n)", "array(bigint)", "[1];[1, 2];[1, 2, 3]"),
        ("sequence(n, cardinality(long) * 3, 4 - n * 2)", "array(bigint)", "[1, 3, 5];NULL;[3, 1]"),
    ])
    .await;
    failures(&[
        ("sequence(1, 5, 0)", "INVALID_FUNCTION_ARGUMENT: step must not be zero"),
        (
            "sequence(1, 5, -1)",
            "INVALID_FUNCTION_ARGUMENT: sequence stop value should be greater than or equal to start value if step is greater than zero otherwise stop should be less than or equal to start",
        ),
        (
            "sequence(1, 10001)",
            "INVALID_FUNCTION_ARGUMENT: result of sequence function must not have more than 10000 entries",
        ),
        (
            "sequence(-9223372036854775807, 9223372036854775807)",
            "INVALID_FUNCTION_ARGUMENT: result of sequence function must not have more than 10000 entries",
        ),
        (
            "sequence(DATE '2016-04-12', DATE '2016-04-14', INTERVAL '1' HOUR)",
            "INVALID_FUNCTION_ARGUMENT: sequence step must be a day interval if start and end values are dates",
        ),
        ("sequence('a', 'b')", "FUNCTION_NOT_FOUND: Unexpected parameters for function sequence"),
        (
            "sequence(TIMESTAMP '2016-04-12 00:00', TIMESTAMP '2016-04-13 00:00')",
            "FUNCTION_NOT_FOUND: Unexpected parameters for function sequence",
        ),
    ])
    .await;
}
