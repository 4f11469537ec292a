//! Arrays: Trino's documentation ("Array functions and operators"), its sources (`ArraySubscriptOperator`, `ArrayType`,
//! `ArrayIntersectFunction`, `ArraySliceFunction`, …) and tests (`TestArrayOperators`, `TestArrayCombinationsFunction`,
//! `TestArrayNgramsFunction`, `TestArrayTrimFunction`, `TestZipFunction`, `TestRepeatFunction`).

mod sets;

use engine::MemoryLimits;

use super::{columns, constants, failures, lake};

#[tokio::test]
async fn made_and_joined() {
    constants(&[
        ("ARRAY[1, 2, 3]", "array(integer)", "[1, 2, 3]"),
        ("ARRAY[1, 3000000000]", "array(bigint)", "[1, 3000000000]"),
        ("ARRAY[1, 2.5]", "array(decimal(11,1))", "[1.0, 2.5]"),
        ("ARRAY[1, 2.5, 1E0]", "array(double)", "[1.0, 2.5, 1.0]"),
        ("ARRAY['a', NULL, 'ñ']", "array(varchar)", "[a, null, ñ]"),
        ("ARRAY[]", "array(unknown)", "[]"),
        ("ARRAY[NULL]", "array(unknown)", "[null]"),
        ("ARRAY[ARRAY[1], ARRAY[], NULL]", "array(array(integer))", "[[1], [], null]"),
        ("ARRAY[true, 1 = 2]", "array(boolean)", "[true, false]"),
        ("ARRAY[DATE '2026-11-27']", "array(date)", "[2026-11-27]"),
        ("ARRAY[1] || ARRAY[2, 3]", "array(integer)", "[1, 2, 3]"),
        ("ARRAY[1] || 2", "array(integer)", "[1, 2]"),
        ("1 || ARRAY[2]", "array(integer)", "[1, 2]"),
        ("ARRAY[1] || 2.5", "array(decimal(11,1))", "[1.0, 2.5]"),
        ("ARRAY[1] || ARRAY[] || ARRAY[2]", "array(integer)", "[1, 2]"),
        ("ARRAY[ARRAY[1]] || ARRAY[2]", "array(array(integer))", "[[1], [2]]"),
        ("concat(ARRAY[1], ARRAY[2], ARRAY[3])", "array(integer)", "[1, 2, 3]"),
        ("ARRAY[1] || CAST(NULL AS array(integer))", "array(integer)", "NULL"),
        ("ARRAY[1] || CAST(NULL AS integer)", "array(integer)", "[1, null]"),
        ("'a' || 'b'", "varchar", "ab"),
        ("array_join(ARRAY[1, 2, NULL, 4], ',')", "varchar", "1,2,4"),
        ("array_join(ARRAY[1, NULL, 4], ',', '-')", "varchar", "1,-,4"),
        ("array_join(ARRAY['é', ''], '')", "varchar", "é"),
        ("array_join(ARRAY[], ',')", "varchar", "''"),
        ("array_join(ARRAY[true, false], ' ')", "varchar", "true false"),
        ("array_join(ARRAY[1.50, 2], ', ')", "varchar", "1.50, 2.00"),
        ("array_join(ARRAY[DATE '2026-11-27'], '/')", "varchar", "2026-11-27"),
        ("array_join(ARRAY['a'], NULL)", "varchar", "NULL"),
        ("array_join(ARRAY['a'], ',', NULL)", "varchar", "NULL"),
        ("repeat('a', 3)", "array(varchar)", "[a, a, a]"),
        ("repeat(NULL, 2)", "array(unknown)", "[null, null]"),
        ("repeat(1, 0)", "array(integer)", "[]"),
        ("repeat(1, NULL)", "array(integer)", "NULL"),
        ("reverse(ARRAY[1, NULL, 3])", "array(integer)", "[3, null, 1]"),
        ("reverse('añ€')", "varchar", "€ña"),
    ])
    .await;
    columns(&[
        ("ARRAY[n, n + 1]", "array(integer)", "[1, 2];[2, 3];[3, 4]"),
        ("words || 'x'", "array(varchar)", "[b, ä, b, x];NULL;[x]"),
        ("whole || long", "array(bigint)", "[3, 1, null, 3, 2, 3];NULL;[]"),
        ("array_join(whole, '-', '?')", "varchar", "3-1-?-3;NULL;''"),
        ("array_join(large, ' ')", "varchar", "5.0E-1 -0E0;NULL;''"),
        ("reverse(words)", "array(varchar)", "[b, ä, b];NULL;[]"),
        ("repeat(words, 2)", "array(array(varchar))", "[[b, ä, b], [b, ä, b]];[null, null];[[], []]"),
    ])
    .await;
    failures(&[
        (
            "repeat(1, 10001)",
            "INVALID_FUNCTION_ARGUMENT: count argument of repeat function must be less than or equal to 10000",
        ),
        (
            "repeat(1, -1)",
            "INVALID_FUNCTION_ARGUMENT: count argument of repeat function must be greater than or equal to 0",
        ),
        ("ARRAY[1, 'a']", "TYPE_MISMATCH: All ARRAY elements must be the same type"),
        ("ARRAY[1] || 'a'", "FUNCTION_NOT_FOUND: Unexpected parameters for function concat"),
        ("array_join(1, ',')", "FUNCTION_NOT_FOUND: Unexpected parameters for function array_join"),
    ])
    .await;
}

#[tokio::test]
async fn elements() {
    constants(&[
        ("ARRAY[5, 6][1]", "integer", "5"),
        ("ARRAY[ARRAY[1, 2], ARRAY[3]][1][2]", "integer", "2"),
        ("ARRAY['a', NULL][2]", "varchar", "NULL"),
        ("ARRAY[1][NULL]", "integer", "NULL"),
        ("ARRAY[1, 2][1 + 1]", "integer", "2"),
        ("element_at(ARRAY[5, 6], -1)", "integer", "6"),
        ("element_at(ARRAY[5, 6], 3)", "integer", "NULL"),
        ("element_at(ARRAY[5, 6], -3)", "integer", "NULL"),
        ("element_at(ARRAY[], 1)", "unknown", "NULL"),
        ("cardinality(ARRAY[1, NULL])", "bigint", "2"),
        ("cardinality(ARRAY[])", "bigint", "0"),
        ("contains(ARRAY[1, 2], 2)", "boolean", "true"),
        ("contains(ARRAY[1, NULL], 2)", "boolean", "NULL"),
        ("contains(ARRAY[ARRAY[1], ARRAY[2]], ARRAY[2])", "boolean", "true"),
        ("contains(ARRAY[ROW(1, 'a')], ROW(1, 'b'))", "boolean", "false"),
        ("contains(ARRAY[], 1)", "boolean", "false"),
        ("contains_sequence(ARRAY[1, 2, 3], ARRAY[2, 3])", "boolean", "true"),
        ("contains_sequence(ARRAY[1, 2, 3], ARRAY[1, 3])", "boolean", "false"),
        ("contains_sequence(ARRAY[1], ARRAY[])", "boolean", "true"),
        ("array_position(ARRAY['a', 'b', 'b'], 'b')", "bigint", "2"),
        ("array_position(ARRAY[1, NULL], 3)", "bigint", "0"),
        ("array_position(ARRAY[1], NULL)", "bigint", "NULL"),
        ("array_position(ARRAY[nan()], nan())", "bigint", "0"),
        ("slice(ARRAY[1, 2, 3, 4], 2, 2)", "array(integer)", "[2, 3]"),
        ("slice(ARRAY[1, 2, 3, 4], -2, 5)", "array(integer)", "[3, 4]"),
        ("slice(ARRAY[1, 2], 3, 1)", "array(integer)", "[]"),
        ("slice(ARRAY[1, 2], -3, 1)", "array(integer)", "[]"),
        ("slice(ARRAY[1, 2], 1, 0)", "array(integer)", "[]"),
        ("slice(ARRAY[1, 2], 1, 9223372036854775807)", "array(integer)", "[1, 2]"),
        ("trim_array(ARRAY[1, 2, 3, 4], 2)", "array(integer)", "[1, 2]"),
        ("trim_array(ARRAY['a', NULL], 0)", "array(varchar)", "[a, null]"),
        ("trim_array(ARRAY[1], 1)", "array(integer)", "[]"),
        ("flatten(ARRAY[ARRAY[1, 2], NULL, ARRAY[3]])", "array(integer)", "[1, 2, 3]"),
        ("flatten(ARRAY[])", "array(unknown)", "[]"),
        (
            "zip(ARRAY[1, 2], ARRAY['1b', NULL, '3b'])",
            "array(row(integer, varchar))",
            "[{field0=1, field1=1b}, {field0=2, field1=null}, {field0=null, field1=3b}]",
        ),
        (
            "combinations(ARRAY['foo', 'bar', 'baz'], 2)",
            "array(array(varchar))",
            "[[foo, bar], [foo, baz], [bar, baz]]",
        ),
        ("combinations(ARRAY[1, 2], 0)", "array(array(integer))", "[[]]"),
        ("combinations(ARRAY[1, 2], 3)", "array(array(integer))", "[]"),
        (
            "combinations(ARRAY['a', 'bb', 'ccc', 'dddd'], 2)",
            "array(array(varchar))",
            "[[a, bb], [a, ccc], [bb, ccc], [a, dddd], [bb, dddd], [ccc, dddd]]",
        ),
        ("ngrams(ARRAY['foo', 'bar', 'baz'], 2)", "array(array(varchar))", "[[foo, bar], [bar, baz]]"),
        ("ngrams(ARRAY['foo', 'bar'], 4)", "array(array(varchar))", "[[foo, bar]]"),
        ("ngrams(ARRAY[], 1)", "array(array(unknown))", "[[]]"),
    ])
    .await;
    columns(&[
        ("element_at(whole, n)", "integer", "3;NULL;NULL"),
        ("element_at(words, -2)", "varchar", "ä;NULL;NULL"),
        ("cardinality(deep)", "bigint", "3;NULL;0"),
        ("contains(whole, 1)", "boolean", "true;NULL;false"),
        ("array_position(words, 'b')", "bigint", "1;NULL;0"),
        ("slice(whole, 2, n)", "array(integer)", "[1];NULL;[]"),
        ("flatten(deep)", "array(integer)", "[1, 2, 3];NULL;[]"),
        ("deep || ARRAY[n]", "array(array(integer))", "[[1, 2], null, [3], [1]];NULL;[[3]]"),
        (
            "zip(long, words)",
            "array(row(bigint, varchar))",
            "[{field0=2, field1=b}, {field0=3, field1=ä}, {field0=null, field1=b}];NULL;[]",
        ),
        ("combinations(long, 2)", "array(array(bigint))", "[[2, 3]];NULL;[]"),
        ("ngrams(words, 2)", "array(array(varchar))", "[[b, ä], [ä, b]];NULL;[[]]"),
    ])
    .await;
    failures(&[
        ("ARRAY[1, 2][0]", "INVALID_FUNCTION_ARGUMENT: SQL array indices start at 1"),
        ("ARRAY[1, 2][-1]", "INVALID_FUNCTION_ARGUMENT: Array subscript is negative: -1"),
        (
            "ARRAY[1, 2][3]",
            "INVALID_FUNCTION_ARGUMENT: Array subscript must be less than or equal to array length: 3 > 2",
        ),
        ("ARRAY[1]['a']", "TYPE_MISMATCH: Cannot apply operator: array(bigint)[varchar]"),
        ("element_at(ARRAY[1], 0)", "INVALID_FUNCTION_ARGUMENT: SQL array indices start at 1"),
        ("slice(ARRAY[1], 0, 1)", "INVALID_FUNCTION_ARGUMENT: SQL array indices start at 1"),
        ("slice(ARRAY[1], 1, -1)", "INVALID_FUNCTION_ARGUMENT: length must be greater than or equal to 0"),
        (
            "trim_array(ARRAY[1, 2, 3, 4], 5)",
            "INVALID_FUNCTION_ARGUMENT: size must not exceed array cardinality 4: 5",
        ),
        ("trim_array(ARRAY[1], -1)", "INVALID_FUNCTION_ARGUMENT: size must not be negative: -1"),
        (
            "combinations(ARRAY[1], -1)",
            "INVALID_FUNCTION_ARGUMENT: combination size must not be negative: -1",
        ),
        ("combinations(ARRAY[1], 10)", "INVALID_FUNCTION_ARGUMENT: combination size must not exceed 5: 10"),
        ("combinations(sequence(1, 100), 5)", "INVALID_FUNCTION_ARGUMENT: combinations exceed max size"),
        ("ngrams(ARRAY[1], 0)", "INVALID_FUNCTION_ARGUMENT: N must be positive"),
        (
            "contains(ARRAY[ARRAY[1, NULL]], ARRAY[1, 2])",
            "NOT_SUPPORTED: contains does not support arrays with elements that are null or contain null",
        ),
    ])
    .await;
}

#[tokio::test]
async fn chains_of_subscripts_are_bounded() {
    let lake = lake().await;
    for chain in ["[1]", ".a", "[1].a"] {
        let sql = format!("SELECT deep[1]{} FROM t", chain.repeat(300));
        let error = lake.error(&sql, &[]).await.to_string();
        assert!(error.contains(" levels"), "{chain}: {error}");
    }
    assert_eq!(lake.rows("SELECT deep[1][2] FROM t WHERE n = 1").await, "\"2\"\n");
}

#[tokio::test]
async fn what_is_made_is_bounded() {
    let limits = MemoryLimits { call: 1 << 16, value: 1 << 12, ..MemoryLimits::default() };
    let lake = lake().await.limited(limits);
    for sql in [
        "SELECT repeat('0123456789012345678901234567890123456789', 10000) FROM t",
        "SELECT repeat(words, 1000) FROM t",
        "SELECT flatten(repeat(sequence(1, 100), 100)) FROM t",
        "SELECT sequence(1, 10000) FROM t",
        "SELECT combinations(sequence(1, 30), 3) FROM t",
        "SELECT ngrams(sequence(1, 400), 200) FROM t",
        "SELECT array_join(repeat('0123456789', 100), '0123456789012345678901234567890123456789') FROM t",
    ] {
        let error = lake.error(sql, &[]).await;
        assert!(error.to_string().starts_with("EXCEEDED_LOCAL_MEMORY_LIMIT"), "{sql}: {error}");
    }
}
