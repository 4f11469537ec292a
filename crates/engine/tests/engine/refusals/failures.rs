//! What fails by its values or its names, in Athena's words.

use engine::EngineError;

use super::lake;

#[tokio::test]
async fn failures_have_athenas_words_and_the_place() {
    let lake = lake().await;
    let mut wrong = Vec::new();
    for (sql, expected) in [
        ("SELECT * FROM x", "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.tributary.x' does not exist"),
        (
            "SELECT *\nFROM \"A B\"",
            "TABLE_NOT_FOUND: line 2:6: Table 'awsdatacatalog.tributary.a b' does not exist",
        ),
        ("SELECT * FROM x.t", "SCHEMA_NOT_FOUND: line 1:15: Schema 'x' does not exist"),
        (
            "SELECT * FROM information_schema.views",
            "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.information_schema.views' does not exist",
        ),
        ("SELECT * FROM a.tributary.t", "CATALOG_NOT_FOUND: line 1:15: Catalog 'a' does not exist"),
        (
            "SELECT prise FROM t",
            "COLUMN_NOT_FOUND: line 1:8: Column 'prise' cannot be resolved or requester is not authorized to access requested resources",
        ),
        (
            "SELECT n FROM t WHERE t.x = 1",
            "COLUMN_NOT_FOUND: line 1:23: Column 't.x' cannot be resolved or requester is not authorized to access requested resources",
        ),
        (
            "SELECT n FROM t ORDER BY x",
            "COLUMN_NOT_FOUND: Column 'x' cannot be resolved or requester is not authorized to access requested resources",
        ),
        ("SELECT n FROM t a, t b", "AMBIGUOUS_NAME: line 1:8: Column 'n' is ambiguous"),
        (
            "SELECT n FROM (SELECT a.n, b.n FROM t a, t b)",
            "AMBIGUOUS_NAME: line 1:8: Column 'n' is ambiguous",
        ),
        (
            "SELECT n FROM (SELECT * FROM (SELECT a.n, b.n FROM t a, t b))",
            "AMBIGUOUS_NAME: line 1:8: Column 'n' is ambiguous",
        ),
        (
            "SELECT n FROM t WHERE n = '7'",
            "TYPE_MISMATCH: line 1:23: Cannot apply operator: bigint = varchar(1)",
        ),
        ("SELECT n FROM t WHERE s = 7", "TYPE_MISMATCH: line 1:23: Cannot apply operator: varchar = integer"),
        (
            "SELECT n FROM t WHERE at = '2026-11-23'",
            "TYPE_MISMATCH: line 1:23: Cannot apply operator: timestamp = varchar(10)",
        ),
        (
            "SELECT n FROM t WHERE dt = DATE '2026-11-23'",
            "TYPE_MISMATCH: line 1:23: Cannot apply operator: varchar = date",
        ),
        (
            "SELECT n FROM t WHERE n IN ('1')",
            "TYPE_MISMATCH: line 1:23: Cannot apply operator: bigint IN varchar(1)",
        ),
        (
            "SELECT n FROM t WHERE n BETWEEN '1' AND '2'",
            "TYPE_MISMATCH: line 1:23: Cannot apply operator: bigint BETWEEN varchar(1)",
        ),
        (
            "SELECT n FROM t WHERE n IN (SELECT s FROM t)",
            "TYPE_MISMATCH: line 1:23: Cannot apply operator: bigint IN varchar",
        ),
        (
            "SELECT n FROM t WHERE n LIKE '1'",
            "TYPE_MISMATCH: line 1:23: Cannot apply operator LIKE to bigint",
        ),
        ("SELECT n || 'x' FROM t", "TYPE_MISMATCH: line 1:8: Cannot apply operator || to bigint"),
        ("SELECT s + 1 FROM t", "TYPE_MISMATCH: Cannot apply operator: varchar + bigint"),
        ("SELECT at + 1 FROM t", "TYPE_MISMATCH: Cannot apply operator: timestamp + bigint"),
        (
            "SELECT a.n FROM t a JOIN t b ON a.n = b.s",
            "TYPE_MISMATCH: line 1:33: Cannot apply operator: bigint = varchar",
        ),
        (
            "SELECT CASE WHEN n = 1 THEN 1 ELSE 'x' END FROM t",
            "TYPE_MISMATCH: Cannot apply operator: integer CASE varchar(1)",
        ),
        (
            "SELECT n FROM t UNION SELECT s FROM t",
            "TYPE_MISMATCH: column in UNION query has incompatible types: bigint, varchar",
        ),
        ("SELECT lower(n) FROM t", "FUNCTION_NOT_FOUND: Unexpected parameters for function lower"),
        ("SELECT sum(s) FROM t", "FUNCTION_NOT_FOUND: Unexpected parameters for function sum"),
        ("SELECT 1 / n FROM t", "DIVISION_BY_ZERO: Division by zero"),
        ("SELECT CAST(s AS bigint) FROM t", "INVALID_CAST_ARGUMENT: Cannot cast 'a' to BIGINT"),
        (
            "SELECT CAST(9223372036854775807 AS decimal(10,2))",
            "INVALID_CAST_ARGUMENT: Cannot cast BIGINT '9223372036854775807' to DECIMAL(10, 2)",
        ),
        (
            "SELECT CAST(n * 100 AS decimal(2,1)) FROM t",
            "INVALID_CAST_ARGUMENT: Cannot cast BIGINT '100' to DECIMAL(2, 1)",
        ),
        (
            "SELECT CAST(n * -100 AS decimal(2,1)) FROM t",
            "INVALID_CAST_ARGUMENT: Cannot cast BIGINT '-100' to DECIMAL(2, 1)",
        ),
        (
            "SELECT n FROM t WHERE n = (SELECT n FROM t)",
            "SUBQUERY_MULTIPLE_ROWS: Scalar sub-query has returned multiple rows",
        ),
        (
            "SELECT n FROM t WHERE at > TIMESTAMP '2026-11-23T10:05:00Z'",
            "INVALID_LITERAL: '2026-11-23T10:05:00Z' is not a valid timestamp literal: expected '2026-11-23 10:05:00.000', or that with a time zone, as in '2026-11-23 10:05:00.000 UTC'",
        ),
        (
            "SELECT DATE '2026-02-30'",
            "INVALID_LITERAL: '2026-02-30' is not a valid date literal: expected '2026-11-23', without a time zone",
        ),
        (
            "SELECT INTERVAL '2147483648' DAY",
            "INVALID_LITERAL: INTERVAL '2147483648' DAY is not a valid interval literal: expected a number of units, as in INTERVAL '1' DAY",
        ),
        (
            "SELECT at + INTERVAL '-106751991168' DAY FROM t",
            "INVALID_LITERAL: INTERVAL '-106751991168' DAY is not a valid interval literal: expected a number of units, as in INTERVAL '1' DAY",
        ),
        (
            "SELECT n FROM t WHERE at > DATE '2026-01-01' - INTERVAL '9223372036854775807' SECOND",
            "INVALID_LITERAL: INTERVAL '9223372036854775807' SECOND is not a valid interval literal: expected a number of units, as in INTERVAL '1' DAY",
        ),
        (
            "SELECT EXTRACT(DAY FROM INTERVAL '106751991168' DAY)",
            "INVALID_LITERAL: INTERVAL '106751991168' DAY is not a valid interval literal: expected a number of units, as in INTERVAL '1' DAY",
        ),
    ] {
        let error = lake.error(sql, &[]).await;
        if error.to_string() != expected || !matches!(error, EngineError::Failed(_)) {
            wrong.push(format!("{sql}: {error:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
