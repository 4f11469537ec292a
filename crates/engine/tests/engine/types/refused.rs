//! What is refused of types, since the two engines would answer differently.

use engine::EngineError;

use super::lake;

#[tokio::test]
async fn what_the_engines_would_answer_differently_is_refused() {
    let lake = lake().await;
    let mut wrong = Vec::new();
    for (sql, expected) in [
        (
            "SELECT n FROM t WHERE sizes = sizes",
            "NOT_SUPPORTED: line 1:23: the operator = of map(varchar, array(decimal(4,1))) is not supported by the local engine",
        ),
        (
            "SELECT n FROM t WHERE tags = 'a'",
            "TYPE_MISMATCH: line 1:23: Cannot apply operator: array(varchar) = varchar(1)",
        ),
        (
            "SELECT n FROM t WHERE code = 'a'",
            "TYPE_MISMATCH: line 1:23: Cannot apply operator: varbinary = varchar(1)",
        ),
        (
            "SELECT n FROM t WHERE CAST(tags AS JSON) = 'a'",
            "TYPE_MISMATCH: line 1:28: Cannot apply operator: json = varchar(1)",
        ),
        (
            "SELECT n FROM t ORDER BY tags",
            "NOT_SUPPORTED: ORDER BY of array(varchar) is not supported by the local engine",
        ),
        (
            "SELECT address FROM t GROUP BY address",
            "NOT_SUPPORTED: GROUP BY of row(city varchar, geo row(lat double, at timestamp)) is not supported by the local engine",
        ),
        (
            "SELECT DISTINCT sizes FROM t",
            "NOT_SUPPORTED: DISTINCT of map(varchar, array(decimal(4,1))) is not supported by the local engine",
        ),
        (
            "SELECT sizes FROM t UNION SELECT sizes FROM t",
            "NOT_SUPPORTED: DISTINCT of map(varchar, array(decimal(4,1))) is not supported by the local engine",
        ),
        (
            "SELECT count(DISTINCT tags) FROM t",
            "NOT_SUPPORTED: line 1:23: DISTINCT of array(varchar) is not supported by the local engine",
        ),
        (
            "SELECT max(tags) FROM t",
            "NOT_SUPPORTED: line 1:12: function max of array(varchar) is not supported by the local engine",
        ),
        (
            "SELECT approx_distinct(CAST(n AS JSON)) FROM t",
            "NOT_SUPPORTED: line 1:29: function approx_distinct of json is not supported by the local engine",
        ),
        (
            "SELECT rank() OVER (ORDER BY sizes) FROM t",
            "NOT_SUPPORTED: line 1:30: OVER of map(varchar, array(decimal(4,1))) is not supported by the local engine",
        ),
        (
            "SELECT rank() OVER (ORDER BY code) FROM t",
            "NOT_SUPPORTED: line 1:30: a RANGE frame, which is a window's unless it says ROWS, over varbinary is not supported by the local engine",
        ),
        (
            "SELECT sum(n) OVER (ORDER BY code RANGE UNBOUNDED PRECEDING) FROM t",
            "NOT_SUPPORTED: line 1:30: a RANGE frame, which is a window's unless it says ROWS, over varbinary is not supported by the local engine",
        ),
        (
            "SELECT sum(n) OVER (ORDER BY code RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t",
            "TYPE_MISMATCH: line 1:30: Window frame of type RANGE PRECEDING or FOLLOWING requires that sort item type be numeric, datetime or interval (actual: varbinary)",
        ),
        (
            "SELECT sum(n) OVER (ORDER BY dt RANGE BETWEEN CURRENT ROW AND 1 FOLLOWING) FROM t",
            "TYPE_MISMATCH: line 1:30: Window frame of type RANGE PRECEDING or FOLLOWING requires that sort item type be numeric, datetime or interval (actual: varchar)",
        ),
        ("SELECT tags || 1 FROM t", "FUNCTION_NOT_FOUND: Unexpected parameters for function concat"),
        ("SELECT CAST(code AS JSON) FROM t", "TYPE_MISMATCH: line 1:13: Cannot cast varbinary to json"),
        (
            "SELECT CAST(tags AS varchar) FROM t",
            "NOT_SUPPORTED: line 1:13: CAST of array(varchar) to varchar is not supported by the local engine",
        ),
        (
            "SELECT json_format('x') FROM t",
            "FUNCTION_NOT_FOUND: Unexpected parameters for function json_format",
        ),
        ("SELECT to_base64(tags) FROM t", "FUNCTION_NOT_FOUND: Unexpected parameters for function to_base64"),
        (
            "SELECT sizes.a FROM t",
            "TYPE_MISMATCH: Expression of type map(varchar, array(decimal(4,1))) is not of type ROW",
        ),
        (
            "SELECT CAST(n AS date) FROM t",
            "NOT_SUPPORTED: line 1:13: CAST of integer to date is not supported by the local engine",
        ),
        (
            "SELECT price FROM t INTERSECT SELECT code FROM t",
            "TYPE_MISMATCH: column in INTERSECT or EXCEPT query has incompatible types: decimal(12,2), varbinary",
        ),
        (
            "SELECT n FROM t WHERE price IN (SELECT code FROM t)",
            "TYPE_MISMATCH: line 1:23: Cannot apply operator: decimal(12,2) IN varbinary",
        ),
        (
            "SELECT CAST('x' AS decimal(4,2))",
            "INVALID_CAST_ARGUMENT: Cannot cast VARCHAR 'x' to DECIMAL(4, 2). Value is not a number.",
        ),
        (
            "SELECT CAST('100' AS decimal(4,2))",
            "INVALID_CAST_ARGUMENT: Cannot cast VARCHAR '100' to DECIMAL(4, 2). Value too large.",
        ),
        (
            "SELECT DECIMAL 'x'",
            "INVALID_LITERAL: 'x' is not a valid decimal literal: expected '1.10', of at most 38 digits",
        ),
        ("SELECT REAL 'inf'", "INVALID_LITERAL: 'inf' is not a valid real literal: expected '1.5'"),
    ] {
        let error = lake.error(sql, &[]).await;
        if error.to_string() != expected || matches!(error, EngineError::Internal(_)) {
            wrong.push(format!("{sql}: {error:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
