//! What time it is: one instant for a statement, of the clock that the engine was given. (Trino's documentation: "Date and
//! time functions and operators", "Date and time functions".)

use crate::{
    golden::{compare, refuse},
    lake::Lake,
};

async fn lake() -> Lake {
    let rows = [
        r#"{"n": 1, "at": "2026-11-23T10:05:07.891", "day": "2026-11-25"}"#,
        r#"{"n": 2, "at": "2026-11-22T10:05:07.890", "day": "2026-11-23"}"#,
        r#"{"n": 3}"#,
    ];
    Lake::of(&[("n", "int"), ("at", "timestamp"), ("day", "date")], &rows).await
}

#[tokio::test]
async fn a_statement_knows_one_instant() {
    const ZONED: &str = "timestamp with time zone";
    let cases = [
        ("SELECT now()", ZONED, "2026-11-23 10:05:07.891 UTC"),
        ("SELECT current_timestamp", ZONED, "2026-11-23 10:05:07.891 UTC"),
        ("SELECT CURRENT_TIMESTAMP AS x", ZONED, "2026-11-23 10:05:07.891 UTC"),
        ("SELECT localtimestamp", "timestamp", "2026-11-23 10:05:07.891"),
        ("SELECT current_date", "date", "2026-11-23"),
        ("SELECT Current_Date, current_timezone()", "date", "2026-11-23|UTC"),
        ("SELECT current_timezone()", "varchar", "UTC"),
        ("SELECT now() = current_timestamp, now() = localtimestamp", "boolean", "true|true"),
        ("SELECT now() - current_timestamp", "interval day to second", "0 00:00:00.000"),
        (
            "SELECT now() FROM t",
            ZONED,
            "2026-11-23 10:05:07.891 UTC;2026-11-23 10:05:07.891 UTC;2026-11-23 10:05:07.891 UTC",
        ),
        ("SELECT now() FROM t WHERE n > 3", ZONED, ""),
        ("SELECT n FROM t WHERE at > now() - interval '24' hour", "integer", "1"),
        (
            "SELECT n FROM t WHERE at > now() - INTERVAL '1' DAY - INTERVAL '1' SECOND ORDER BY n",
            "integer",
            "1;2",
        ),
        ("SELECT n FROM t WHERE at >= localtimestamp", "integer", "1"),
        ("SELECT n FROM t WHERE at < now() ORDER BY n", "integer", "2"),
        ("SELECT n FROM t WHERE day > current_date", "integer", "1"),
        (
            "SELECT n FROM t WHERE day BETWEEN current_date AND current_date + INTERVAL '2' DAY ORDER BY n",
            "integer",
            "1;2",
        ),
        ("SELECT n FROM t WHERE day IN (current_date, DATE '2026-01-01')", "integer", "2"),
        ("SELECT n FROM t WHERE CAST(dt AS date) = current_date ORDER BY n", "integer", "1;2;3"),
        ("SELECT n FROM t WHERE dt = CAST(current_date AS varchar) ORDER BY n", "integer", "1;2;3"),
        ("SELECT n FROM t WHERE dt > date_format(now(), '%Y-%m-%d')", "integer", ""),
        ("SELECT date_trunc('hour', now())", ZONED, "2026-11-23 10:00:00.000 UTC"),
        ("SELECT date_add('minute', -5, now())", ZONED, "2026-11-23 10:00:07.891 UTC"),
        ("SELECT date_diff('hour', at, now()) FROM t ORDER BY n", "bigint", "0;24;NULL"),
        ("SELECT count(*) FROM (SELECT now() AS a FROM t) x WHERE a = current_timestamp", "bigint", "3"),
        ("SELECT year(current_date), hour(now()), minute(localtimestamp)", "bigint", "2026|10|5"),
        ("SELECT to_unixtime(now())", "double", "1.795428307891E9"),
        (
            "SELECT CAST(now() AS date), CAST(now() AS timestamp)",
            "date",
            "2026-11-23|2026-11-23 10:05:07.891",
        ),
        ("SELECT coalesce(at, localtimestamp) FROM t WHERE n = 3", "timestamp", "2026-11-23 10:05:07.891"),
        ("SELECT max(at) < now(), count(*) FROM t GROUP BY current_date", "boolean", "false|3"),
        ("SELECT n FROM t ORDER BY abs(date_diff('day', current_date, day)), n LIMIT 1", "integer", "2"),
        (
            "WITH x AS (SELECT current_date AS d) SELECT d FROM x UNION ALL SELECT current_date",
            "date",
            "2026-11-23;2026-11-23",
        ),
        (
            "SELECT CASE WHEN now() > TIMESTAMP '2026-01-01 00:00:00' THEN 'after' ELSE 'before' END",
            "varchar",
            "after",
        ),
        ("VALUES (current_date)", "date", "2026-11-23"),
    ];
    compare(&lake().await, &cases).await;
}

#[tokio::test]
async fn what_is_no_call_is_refused() {
    let cases = [
        (
            "SELECT now FROM t",
            "COLUMN_NOT_FOUND: line 1:8: Column 'now' cannot be resolved or requester is not authorized to access requested resources",
        ),
        ("SELECT now(3)", "FUNCTION_NOT_FOUND: Unexpected parameters for function now"),
        (
            "SELECT current_timezone(1)",
            "FUNCTION_NOT_FOUND: Unexpected parameters for function current_timezone",
        ),
        (
            "SELECT current_timestamp(0)",
            "NOT_SUPPORTED: current_timestamp with parentheses is not supported by the local engine",
        ),
        ("SELECT current_time", "NOT_SUPPORTED: function current_time is not supported by the local engine"),
        (
            "SELECT n FROM t WHERE now() > n",
            "TYPE_MISMATCH: line 1:31: Cannot apply operator: timestamp with time zone > integer",
        ),
    ];
    refuse(&lake().await, &cases).await;
}

#[tokio::test]
async fn a_day_that_has_not_begun_is_not_read() {
    let lake = lake().await;
    lake.rows_of("2026-11-24", &[("n", "int"), ("at", "timestamp"), ("day", "date")], &[r#"{"n": 9}"#]).await;
    lake.reads();
    let rows = lake.rows("SELECT n FROM t WHERE dt <= CAST(current_date AS varchar) ORDER BY n").await;
    assert_eq!(rows, "\"1\"\n\"2\"\n\"3\"\n");
    let reads = lake.reads();
    assert!(reads.iter().any(|key| key.contains("dt=2026-11-23")), "{reads:?}");
    assert!(!reads.iter().any(|key| key.contains("dt=2026-11-24")), "{reads:?}");
}
