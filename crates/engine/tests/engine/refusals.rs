use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int64Array, StringArray};
use engine::EngineError;

use crate::lake::Lake;

/// A table of numbers and texts, with two rows.
pub(crate) async fn lake() -> Lake {
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("n", Arc::new(Int64Array::from(vec![1, 0]))),
        ("s", Arc::new(StringArray::from(vec!["a", "b"]))),
    ];
    Lake::with(&[("n", "bigint"), ("s", "string"), ("d", "double"), ("at", "timestamp")], columns).await
}

#[tokio::test]
async fn what_is_not_supported_is_named() {
    let lake = lake().await;
    let mut wrong = Vec::new();
    for (sql, construct) in [
        ("INSERT INTO t VALUES (1)", "INSERT"),
        ("insert into t values (1)", "INSERT"),
        ("CREATE TABLE x AS SELECT 1", "CREATE"),
        ("DROP TABLE t", "DROP"),
        ("DELETE FROM t", "DELETE"),
        ("UPDATE t SET n = 1", "UPDATE"),
        ("MERGE INTO t USING t ON true WHEN MATCHED THEN DELETE", "MERGE"),
        ("UNLOAD (SELECT 1) TO 's3://x/' WITH (format = 'PARQUET')", "UNLOAD"),
        ("MSCK REPAIR TABLE t", "MSCK"),
        ("EXPLAIN SELECT 1", "EXPLAIN"),
        ("SHOW TABLES", "SHOW"),
        ("DESCRIBE t", "DESCRIBE"),
        ("ALTER TABLE t ADD COLUMNS (x int)", "ALTER"),
        ("WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x", "INSERT"),
        ("WITH RECURSIVE x AS (SELECT 1) SELECT * FROM x", "WITH RECURSIVE"),
        ("SELECT n FROM t FOR UPDATE", "FOR"),
        (
            "SELECT n FROM t ORDER BY n FETCH FIRST 1 ROWS WITH TIES",
            "FETCH FIRST ... WITH TIES (choose the rows by rank() OVER (ORDER BY ...) in a query around)",
        ),
        ("SELECT n FROM t MATCH_RECOGNIZE (PATTERN (a) DEFINE a AS true) AS m", "MATCH_RECOGNIZE"),
        ("SELECT n INTO x FROM t", "SELECT INTO"),
        ("SELECT * FROM t TABLESAMPLE SYSTEM (10)", "TABLESAMPLE"),
        ("SELECT * FROM UNNEST((SELECT split(s, ',') FROM t LIMIT 1)) AS x (y)", "a subquery in UNNEST"),
        ("SELECT * FROM generate_series(1, 2)", "a table function"),
        ("SELECT * FROM t JOIN t AS u", "a JOIN without ON or USING (write CROSS JOIN, or JOIN ... ON)"),
        ("SELECT * FROM t LEFT JOIN t AS u", "a JOIN without ON or USING (write CROSS JOIN, or JOIN ... ON)"),
        ("SELECT 'a' 'b'", "a name in single quotes (write it without quotes, or in double quotes)"),
        ("SELECT n AS 'b' FROM t", "a name in single quotes (write it without quotes, or in double quotes)"),
        ("SELECT * FROM \"t$files\"", "the metadata table \"t$files\""),
        ("SELECT \"$path\" FROM t", "\"$path\""),
        ("SELECT *, \"$path\" FROM t", "\"$path\" in a statement with * (name the columns)"),
        ("SELECT current_timestamp(6)", "current_timestamp with parentheses"),
        ("SELECT current_date()", "current_date with parentheses"),
        ("SELECT current_time", "function current_time"),
        ("SELECT localtime", "function localtime"),
        ("SELECT time_minus_time(at, at) FROM t", "function time_minus_time"),
        ("SELECT interval_day_to_second_of(1)", "function interval_day_to_second_of"),
        ("SELECT instant_of_parse_datetime(s, 'yyyy') FROM t", "function instant_of_parse_datetime"),
        (
            "SELECT INTERVAL '1' WEEK",
            "an INTERVAL other than INTERVAL 'number' unit or INTERVAL 'numbers' unit TO unit",
        ),
        (
            "SELECT INTERVAL '1' DAY TO MONTH",
            "an INTERVAL other than INTERVAL 'number' unit or INTERVAL 'numbers' unit TO unit",
        ),
        (
            "SELECT INTERVAL 1 DAY",
            "an INTERVAL other than INTERVAL 'number' unit or INTERVAL 'numbers' unit TO unit",
        ),
        ("SELECT total_sum(n) FROM t", "function total_sum"),
        ("SELECT instant_of_iso8601(s) FROM t", "function instant_of_iso8601"),
        ("SELECT version()", "function version"),
        ("SELECT word_stem(s) FROM t", "function word_stem"),
        ("SELECT like_pattern(s) FROM t", "function like_pattern"),
        ("SELECT position(s, 'a') FROM t", "function position"),
        ("SELECT trim(LEADING s) FROM t", "this form of TRIM"),
        ("SELECT trim(s, 'a', 'b') FROM t", "TRIM of more than a text and characters"),
        ("SELECT checksum(n) FROM t", "function checksum"),
        ("SELECT extract(century FROM at) FROM t", "EXTRACT of CENTURY"),
        ("SELECT extract(millisecond FROM at) FROM t", "EXTRACT of MILLISECOND"),
        ("SELECT extract(fortnight FROM at) FROM t", "EXTRACT of fortnight"),
        ("SELECT first_value(n) FROM t", "function first_value without OVER"),
        ("SELECT [1, 2]", "an array without the word ARRAY"),
        ("SELECT split(s, ',')[1:2] FROM t", "a slice, as in a[1:2] (write slice(array, start, length))"),
        ("SELECT array_of(n) FROM t", "function array_of"),
        ("SELECT word_stem(s) FROM t", "function word_stem"),
        ("SELECT CAST(s AS array(varchar(3))) FROM t", "CAST to array(varchar(3))"),
        ("SELECT (n, s) FROM t", "a row value"),
        ("SELECT n FROM t WHERE s ILIKE 'a%'", "ILIKE"),
        ("SELECT n FROM t WHERE s SIMILAR TO 'a%'", "SIMILAR TO"),
        ("SELECT n FROM t WHERE (n = 1) IS TRUE", "IS TRUE"),
        ("SELECT n::int FROM t", "this form of CAST"),
        ("SELECT CAST(n AS decimal(39, 2)) FROM t", "CAST to DECIMAL(39,2)"),
        ("SELECT ceil(n, 1) FROM t", "ceil of more than a number"),
        ("SELECT floor(at TO DAY) FROM t", "floor of more than a number"),
        ("SELECT CAST(s AS varbinary(3)) FROM t", "CAST to VARBINARY(3)"),
        ("SELECT cast_to_json(s) FROM t", "function cast_to_json"),
        ("SELECT CAST(s AS char(2)) FROM t", "CAST to CHAR(2)"),
        ("SELECT cast_to_varchar(s, 2) FROM t", "function cast_to_varchar"),
        ("SELECT try_cast_to_varchar(s, 2) FROM t", "function try_cast_to_varchar"),
        ("SELECT DECIMAL(4, 2) '1.5'", "a literal of type DECIMAL(4,2)"),
        ("SELECT X'00'", "the literal X'00'"),
        ("SELECT at AT TIME ZONE s FROM t", "AT TIME ZONE with a zone that is not a literal"),
        ("SELECT n FROM t WHERE (n, s) BETWEEN (1, 'a') AND (2, 'b')", "a row value"),
        ("SELECT n FROM t WHERE (n, s) IN (SELECT n, s FROM t) OR n = 1", "a row value"),
        ("SELECT n FROM t WHERE n > ANY (n)", "ANY"),
        ("SELECT n FROM t WHERE n = ALL (n)", "ALL"),
        (
            "SELECT sum(n) OVER (ORDER BY n ROWS BETWEEN n PRECEDING AND CURRENT ROW) FROM t",
            "a window's frame with an offset that is no literal, or not a whole number of rows or groups",
        ),
        (
            "SELECT sum(n) OVER (ORDER BY n GROUPS 1.5 PRECEDING) FROM t",
            "a window's frame with an offset that is no literal, or not a whole number of rows or groups",
        ),
        (
            "SELECT bool_and(n > 1) OVER (ORDER BY n ROWS 1 PRECEDING) FROM t",
            "this aggregate over a window's frame that does not begin with its partition",
        ),
        ("SELECT n FROM t LIMIT 1 + 1", "LIMIT with an expression"),
        ("SELECT n FROM t OFFSET 1 + 1", "OFFSET with an expression"),
        ("SELECT n FROM t LIMIT 1 OFFSET 1", "OFFSET behind LIMIT (write OFFSET before LIMIT)"),
        ("SELECT n FROM t WHERE s LIKE 'a' ESCAPE ?", "ESCAPE without a text in quotes"),
        ("SELECT n FROM t ORDER BY n LIMIT 2147483648", "ORDER BY with a LIMIT above 2147483647"),
        (
            "SELECT n FROM t ORDER BY n FETCH FIRST 2147483648 ROWS ONLY",
            "ORDER BY with a FETCH FIRST above 2147483647",
        ),
        ("SELECT n FROM t FETCH FIRST 'a' ROWS ONLY", "FETCH FIRST with an expression"),
        ("SELECT n FROM t GROUP BY ALL", "GROUP BY ALL"),
        ("SELECT * FROM t, LATERAL (SELECT 1) x", "LATERAL"),
        ("SELECT * FROM (VALUES ((SELECT 1))) v (x)", "a subquery in VALUES"),
        ("VALUES (1), (1 + (SELECT max(n) FROM t))", "a subquery in VALUES"),
        (
            "SELECT sum(1) OVER (PARTITION BY (SELECT 1)) FROM t",
            "a subquery in PARTITION BY or ORDER BY of a window",
        ),
        (
            "SELECT sum(n) OVER (ORDER BY n + (SELECT max(n) FROM t)) FROM t",
            "a subquery in PARTITION BY or ORDER BY of a window",
        ),
        ("SELECT (SELECT count(*) FROM t LIMIT 0) AS x", "LIMIT 0 in a scalar subquery"),
        ("SELECT n FROM t WHERE n = (SELECT count(*) FROM t LIMIT 00)", "LIMIT 0 in a scalar subquery"),
        ("SELECT (SELECT count(*) FROM t OFFSET 1) AS x", "OFFSET in a scalar subquery"),
        ("SELECT (SELECT count(*) FROM t HAVING count(*) > 9) AS x", "a scalar subquery that gives no row"),
    ] {
        let error = lake.error(sql, &[]).await;
        let expected = format!("NOT_SUPPORTED: {construct} is not supported by the local engine");
        if error.to_string() != expected || !matches!(error, EngineError::Unsupported { .. }) {
            wrong.push(format!("{sql}: {error:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

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

#[tokio::test]
async fn what_is_no_sql_is_rejected_with_the_place() {
    let lake = lake().await;
    let mut wrong = Vec::new();
    for (sql, expected) in [
        ("", "line 1:1: mismatched input '<EOF>'. STATEMENTS"),
        (" -- nothing", "line 1:12: mismatched input '<EOF>'. STATEMENTS"),
        ("SELEC 1", "line 1:1: mismatched input 'SELEC'. STATEMENTS"),
        ("\n foo", "line 2:2: mismatched input 'foo'. STATEMENTS"),
        ("FROM t", "line 1:1: mismatched input 'FROM'. STATEMENTS"),
        ("SELECT n FROM t; SELECT 1", "Only one sql statement is allowed. Got: SELECT n FROM t; SELECT 1"),
        ("SELECT n FROM t END SELECT 1", "line 1:17: mismatched input 'end'. Expecting: end of statement"),
        ("SELECT n FROM t; end", "Only one sql statement is allowed. Got: SELECT n FROM t; end"),
        ("SELECT n FROM", "line 1:14: mismatched input '<EOF>'. Expecting: identifier"),
        ("SELECT n FROM t WHERE", "line 1:22: mismatched input '<EOF>'. Expecting: an expression"),
        ("SELECT n FROM t WHERE n = 'x", "line 1:27: Unterminated string literal"),
        ("SELECT `n` FROM t", "line 1:8: mismatched input '`'. Expecting: an expression"),
        ("SELECT n\nFROM t LIMIT 1 2", "line 2:16: mismatched input '2'. Expecting: end of statement"),
        (
            "SELECT sum(x) FROM (SELECT 1_000) t(x)",
            "line 1:28: \"1_000\" is no number: write decimal digits without underscores and letters, as 1000 or 1.5e3, \
             and a space before what follows",
        ),
        (
            "SELECT n FROM t\nWHERE n < 0xFF",
            "line 2:11: \"0xFF\" is no number: write decimal digits without underscores and letters, as 1000 or 1.5e3, \
             and a space before what follows",
        ),
        (
            "SELECT n --\r+ 1\nFROM t",
            "line 1:10: a carriage return ends a comment in Athena: end the comment's line with a line feed",
        ),
        ("SELECT 99999999999999999999", "Invalid numeric literal: 99999999999999999999"),
    ] {
        let error = lake.error(sql, &[]).await;
        let expected = expected.replace("STATEMENTS", STATEMENTS);
        if error.to_string() != expected || !matches!(error, EngineError::Rejected { .. }) {
            wrong.push(format!("{sql}: {error:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let error = lake.error(&format!("SELECT 1 -- {}", "x".repeat(262_144)), &[]).await;
    assert_eq!(error.to_string(), "the query is longer than 262144 bytes");
}

#[tokio::test]
async fn a_table_with_a_type_that_the_lake_has_not_is_refused_by_name() {
    let lake = Lake::new();
    lake.table("t", &[("n", "bigint"), ("price", "array<varchar(2)>")]).await;
    let error = lake.error("SELECT n FROM t", &[]).await.to_string();
    assert_eq!(
        error,
        "NOT_SUPPORTED: column t.price of type array<varchar(2)> is not supported by the local engine"
    );
}

const STATEMENTS: &str = "Expecting: 'ALTER', 'ANALYZE', 'CALL', 'COMMENT', 'COMMIT', 'CREATE', 'DEALLOCATE', \
    'DELETE', 'DENY', 'DESC', 'DESCRIBE', 'DROP', 'EXECUTE', 'EXPLAIN', 'GRANT', 'INSERT', 'MERGE', 'PREPARE', \
    'REFRESH', 'RESET', 'REVOKE', 'ROLLBACK', 'SET', 'SHOW', 'START', 'TRUNCATE', 'UNLOAD', 'UPDATE', 'USE', <query>";
