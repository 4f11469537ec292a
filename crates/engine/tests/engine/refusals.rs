mod failures;
mod syntax;

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
        ("SELECT numeric_histogram(2, n) FROM t", "function numeric_histogram"),
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
        ("SELECT CAST(s AS char(0)) FROM t", "CAST to CHAR(0)"),
        ("SELECT CAST(s AS char(65537)) FROM t", "CAST to CHAR(65537)"),
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
async fn a_table_with_a_type_that_the_lake_has_not_is_refused_by_name() {
    let lake = Lake::new();
    lake.table("t", &[("n", "bigint"), ("price", "array<varchar(2)>")]).await;
    let error = lake.error("SELECT n FROM t", &[]).await.to_string();
    assert_eq!(
        error,
        "NOT_SUPPORTED: column t.price of type array<varchar(2)> is not supported by the local engine"
    );
}
