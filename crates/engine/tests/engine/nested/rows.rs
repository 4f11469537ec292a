//! Rows, and casts to nested types: Trino's documentation ("Data types", "Conversion functions"), its sources (`RowType`,
//! `RowToRowCast`) and tests (`TestRowOperators`, `TestArrayOperators`).

use super::{columns, constants, failures, lake};

#[tokio::test]
async fn made_and_cast() {
    constants(&[
        ("ROW(1, 'a', NULL)", "row(integer, varchar, unknown)", "{field0=1, field1=a, field2=null}"),
        ("ROW('Bob')", "row(varchar)", "{field0=Bob}"),
        ("ROW(1, 2)[2]", "integer", "2"),
        (
            "CAST(ROW('Bob', 38) AS ROW(name VARCHAR, age INTEGER))",
            "row(name varchar, age integer)",
            "{name=Bob, age=38}",
        ),
        ("CAST(ROW('Bob', 38) AS ROW(name VARCHAR, age INTEGER)).name", "varchar", "Bob"),
        ("CAST(ROW('1', ROW(2)) AS row(a bigint, b row(c varchar))).b.c", "varchar", "2"),
        ("CAST(ROW(1, ARRAY[2, 3]) AS row(a integer, b array(double))).b[2]", "double", "3.0"),
        ("CAST(ROW(1, 2) AS row(bigint, double))", "row(bigint, double)", "{field0=1, field1=2.0}"),
        ("CAST(ARRAY['1', NULL] AS array(integer))", "array(integer)", "[1, null]"),
        ("CAST(ARRAY[1, 2] AS array<varchar>)", "array(varchar)", "[1, 2]"),
        ("CAST(ARRAY[1.25] AS array(decimal(3, 1)))", "array(decimal(3,1))", "[1.3]"),
        ("CAST(ARRAY['2026-11-27'] AS array(date))", "array(date)", "[2026-11-27]"),
        ("CAST(NULL AS array(row(x integer)))", "array(row(x integer))", "NULL"),
        ("CAST(ARRAY[] AS array(varchar))", "array(varchar)", "[]"),
        ("TRY_CAST(ARRAY['x'] AS array(integer))", "array(integer)", "NULL"),
        ("TRY_CAST(ARRAY['1'] AS array(integer))", "array(integer)", "[1]"),
        ("ROW(1, 'a') = ROW(1, 'a')", "boolean", "true"),
        ("ROW(1, NULL) = ROW(1, NULL)", "boolean", "NULL"),
        ("ROW(1, NULL) = ROW(2, NULL)", "boolean", "false"),
        ("ROW(1, 2) < ROW(1, 3)", "boolean", "true"),
        ("ROW(1, NULL) IS NOT DISTINCT FROM ROW(1, NULL)", "boolean", "true"),
        ("ARRAY[ROW(1, 'a'), ROW(2, 'b')][2][2]", "varchar", "b"),
        (
            "json_format(CAST(CAST(ROW(123, 'abc', true) AS ROW(v1 BIGINT, v2 VARCHAR, v3 BOOLEAN)) AS JSON))",
            "varchar",
            r#"{"v1":123,"v2":"abc","v3":true}"#,
        ),
        ("(1, 'a') = (1, 'a')", "boolean", "true"),
        ("(1, 2) IN ((1, 3), (1, 2))", "boolean", "true"),
        ("(1, NULL) IN ((2, 3), (3, 4))", "boolean", "false"),
        ("(1, NULL) NOT IN ((1, 3))", "boolean", "NULL"),
    ])
    .await;
    columns(&[
        ("person.name", "varchar", "Bob;NULL;NULL"),
        ("ROW(n, person.age)[2]", "integer", "38;NULL;NULL"),
        (
            "CAST(person AS row(a varchar, b bigint))",
            "row(a varchar, b bigint)",
            "{a=Bob, b=38};NULL;{a=null, b=null}",
        ),
        ("CAST(person AS row(a varchar, b bigint)).b", "bigint", "38;NULL;NULL"),
        ("CAST(whole AS array(varchar))", "array(varchar)", "[3, 1, null, 3];NULL;[]"),
        ("CAST(sizes AS map(varchar, double))", "map(varchar, double)", "{x=1.0, y=null};NULL;{}"),
    ])
    .await;
    failures(&[
        ("CAST(ARRAY['x'] AS array(integer))", "INVALID_CAST_ARGUMENT: Cannot cast 'x' to INT"),
        (
            "CAST(ROW(1, 2) AS row(a integer))",
            "NOT_SUPPORTED: CAST of row(bigint, bigint) to row(a integer) is not supported by the local engine",
        ),
        ("ROW(1, 2)[3]", "INVALID_FUNCTION_ARGUMENT: Subscript index out of bounds: 3, max value is 2"),
        ("ROW(1, 2)[0]", "INVALID_FUNCTION_ARGUMENT: Invalid subscript index: 0. ROW indices start at 1"),
        ("CAST(ROW(1) AS row(a integer)).b", "COLUMN_NOT_FOUND: Field 'b' cannot be resolved"),
        ("(ARRAY[1]).b", "TYPE_MISMATCH: Expression of type array(bigint) is not of type ROW"),
        ("CAST(ROW('1') AS row(a integer, b integer))", "NOT_SUPPORTED: CAST of row(varchar) to row(a integer, b integer) is not supported by the local engine"),
    ])
    .await;
}

/// Athena names a column that is a field after it, and one that is an element not at all.
#[tokio::test]
async fn columns_are_named_after_fields() {
    let lake = lake().await;
    let sql = "SELECT CAST(ROW(1) AS row(Total integer)).Total, ARRAY[1][1], ROW(2)[1] AS two";
    assert_eq!(lake.text(sql, &[]).await.unwrap(), "\"Total\",\"_col1\",\"two\"\n\"1\",\"1\",\"2\"\n");
}
