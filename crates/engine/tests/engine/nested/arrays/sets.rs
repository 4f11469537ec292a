//! Arrays as sets, in an order, compared and as keys of groups.

use crate::{
    golden::{compare, refuse},
    nested::{columns, constants, failures, lake},
};

#[tokio::test]
async fn sets_and_orders() {
    constants(&[
        ("array_distinct(ARRAY[1, 2, 1, NULL, NULL])", "array(integer)", "[1, 2, null]"),
        ("array_distinct(ARRAY[0E0, -0E0, nan(), nan()])", "array(double)", "[0.0, NaN]"),
        (
            "array_distinct(ARRAY[ARRAY[1], ARRAY[1], ARRAY[NULL], ARRAY[NULL]])",
            "array(array(integer))",
            "[[1], [null]]",
        ),
        (
            "array_distinct(ARRAY[ROW(1, 'a'), ROW(1, 'a')])",
            "array(row(integer, varchar))",
            "[{field0=1, field1=a}]",
        ),
        ("array_union(ARRAY[3, 1], ARRAY[1, NULL, 2])", "array(integer)", "[3, 1, null, 2]"),
        ("array_union(ARRAY[1], ARRAY[1E0])", "array(double)", "[1.0]"),
        ("array_intersect(ARRAY[5, 1, 2], ARRAY[2, 5])", "array(integer)", "[5, 2]"),
        ("array_intersect(ARRAY[2, 5], ARRAY[5, 1, 2])", "array(integer)", "[5, 2]"),
        ("array_intersect(ARRAY[1, NULL], ARRAY[NULL])", "array(integer)", "[null]"),
        ("array_except(ARRAY[1, 1, NULL, 2], ARRAY[2])", "array(integer)", "[1, null]"),
        ("array_except(ARRAY['a'], ARRAY[])", "array(varchar)", "[a]"),
        ("array_remove(ARRAY[1, 2, NULL, 1], 1)", "array(integer)", "[2, null]"),
        ("array_remove(ARRAY[1], NULL)", "array(integer)", "NULL"),
        ("array_remove(ARRAY[0E0, -0E0], 0E0)", "array(double)", "[]"),
        ("arrays_overlap(ARRAY[1, 2], ARRAY[2, 3])", "boolean", "true"),
        ("arrays_overlap(ARRAY[1], ARRAY[2])", "boolean", "false"),
        ("arrays_overlap(ARRAY[1, NULL], ARRAY[2])", "boolean", "NULL"),
        ("arrays_overlap(ARRAY[NULL], ARRAY[])", "boolean", "false"),
        ("array_sort(ARRAY[3, NULL, 1, 2])", "array(integer)", "[1, 2, 3, null]"),
        ("array_sort(ARRAY[nan(), 1E0, -0E0, 0E0])", "array(double)", "[-0.0, 0.0, 1.0, NaN]"),
        ("array_sort(ARRAY['b', 'ä', 'a'])", "array(varchar)", "[a, b, ä]"),
        ("array_sort(ARRAY[ARRAY[2], ARRAY[1, 5], ARRAY[1]])", "array(array(integer))", "[[1], [1, 5], [2]]"),
        (
            "array_sort(ARRAY[ROW(2, 'a'), ROW(1, 'b')])",
            "array(row(integer, varchar))",
            "[{field0=1, field1=b}, {field0=2, field1=a}]",
        ),
        ("array_max(ARRAY[1, 3, 2])", "integer", "3"),
        ("array_max(ARRAY[1, NULL])", "integer", "NULL"),
        ("array_max(ARRAY[])", "unknown", "NULL"),
        ("array_max(ARRAY[nan(), 2, 3])", "double", "3.0"),
        ("array_max(ARRAY[nan()])", "double", "NaN"),
        ("array_min(ARRAY[nan(), 2, 3])", "double", "2.0"),
        ("array_min(ARRAY['b', 'a'])", "varchar", "a"),
        ("array_min(ARRAY[ARRAY[2], ARRAY[1, 5]])", "array(integer)", "[1, 5]"),
    ])
    .await;
    columns(&[
        ("array_distinct(words)", "array(varchar)", "[b, ä];NULL;[]"),
        ("array_union(whole, long)", "array(bigint)", "[3, 1, null, 2];NULL;[]"),
        ("array_intersect(whole, ARRAY[3])", "array(integer)", "[3];NULL;[]"),
        ("array_except(whole, ARRAY[3])", "array(integer)", "[1, null];NULL;[]"),
        ("array_remove(words, 'b')", "array(varchar)", "[ä];NULL;[]"),
        ("arrays_overlap(whole, long)", "boolean", "true;NULL;false"),
        ("array_sort(whole)", "array(integer)", "[1, 3, 3, null];NULL;[]"),
        ("array_max(money)", "decimal(4,2)", "2.25;NULL;NULL"),
        ("array_min(words)", "varchar", "b;NULL;NULL"),
    ])
    .await;
    failures(&[
        (
            "array_sort(ARRAY[ARRAY[1, NULL], ARRAY[1, 2]])",
            "NOT_SUPPORTED: ARRAY comparison not supported for arrays with null elements",
        ),
        ("array_sort(ARRAY[MAP()])", "FUNCTION_NOT_FOUND: Unexpected parameters for function array_sort"),
        (
            "array_union(ARRAY[1], ARRAY['a'])",
            "FUNCTION_NOT_FOUND: Unexpected parameters for function array_union",
        ),
    ])
    .await;
}

#[tokio::test]
async fn compared_and_grouped() {
    constants(&[
        ("ARRAY[1, 2] = ARRAY[1, 2]", "boolean", "true"),
        ("ARRAY[1, 2] = ARRAY[1E0, 2]", "boolean", "true"),
        ("ARRAY[1, NULL] = ARRAY[1, NULL]", "boolean", "NULL"),
        ("ARRAY[1, NULL] = ARRAY[2, NULL]", "boolean", "false"),
        ("ARRAY[1, NULL] = ARRAY[1]", "boolean", "false"),
        ("ARRAY[1] <> ARRAY[2]", "boolean", "true"),
        ("ARRAY[nan()] = ARRAY[nan()]", "boolean", "false"),
        ("ARRAY[0E0] = ARRAY[-0E0]", "boolean", "true"),
        ("ARRAY[1, 2] < ARRAY[1, 3]", "boolean", "true"),
        ("ARRAY[1] < ARRAY[1, 0]", "boolean", "true"),
        ("ARRAY['b'] >= ARRAY['a', 'z']", "boolean", "true"),
        ("ARRAY[1, NULL] IS DISTINCT FROM ARRAY[1, NULL]", "boolean", "false"),
        ("ARRAY[1] IS NOT DISTINCT FROM CAST(NULL AS array(integer))", "boolean", "false"),
        ("ARRAY[1] = NULL", "boolean", "NULL"),
        ("coalesce(CAST(NULL AS array(bigint)), ARRAY[1])", "array(bigint)", "[1]"),
        ("CASE WHEN 1 = 1 THEN ARRAY[1] ELSE ARRAY[] END", "array(integer)", "[1]"),
        ("if(1 = 2, ARRAY['a'])", "array(varchar)", "NULL"),
    ])
    .await;
    columns(&[
        ("whole = whole", "boolean", "NULL;NULL;true"),
        ("long = ARRAY[2, n + 2]", "boolean", "true;NULL;false"),
        ("long < ARRAY[2, 4]", "boolean", "true;NULL;true"),
    ])
    .await;
    let lake = lake().await;
    let cases = [
        (
            "SELECT words, count(*) FROM (SELECT words FROM t UNION ALL SELECT words FROM t) AS u GROUP BY words ORDER BY cardinality(words)",
            "array(varchar)",
            "[]|2;[b, ä, b]|2;NULL|2",
        ),
        (
            "SELECT DISTINCT x FROM (VALUES 1, 2) AS v (a) CROSS JOIN (SELECT ARRAY[1] AS x) AS q",
            "array(integer)",
            "[1]",
        ),
        (
            "SELECT person, count(*) FROM t WHERE n = 1 GROUP BY person",
            "row(name varchar, age integer)",
            "{name=Bob, age=38}|1",
        ),
        ("SELECT count(*) FROM t AS a JOIN t AS b ON a.long = b.long", "bigint", "2"),
        ("SELECT n FROM t WHERE whole = ARRAY[]", "integer", "3"),
        ("SELECT words[1], t.whole[1 * 2] FROM t WHERE n = 1", "varchar", "b|1"),
    ];
    compare(&lake, &cases).await;
    let cases = [
        (
            "SELECT large FROM t GROUP BY large",
            "NOT_SUPPORTED: GROUP BY of array(double) is not supported by the local engine",
        ),
        (
            "SELECT ARRAY[1, NULL] < ARRAY[1, 2]",
            "NOT_SUPPORTED: ARRAY comparison not supported for arrays with null elements",
        ),
        (
            "SELECT n FROM t WHERE whole = 1",
            "TYPE_MISMATCH: line 1:23: Cannot apply operator: array(integer) = integer",
        ),
    ];
    refuse(&lake, &cases).await;
}
