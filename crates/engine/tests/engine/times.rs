//! Dates and times.

use crate::{
    golden::{compare, refuse},
    lake::Lake,
};

async fn lake() -> Lake {
    let rows = [
        r#"{"n": 1, "at": "2026-11-23T10:05:07.891", "day": "2026-11-25", "iso": "2026-11-23T10:05:07.891Z"}"#,
        r#"{"n": 2, "at": "1969-12-31T23:59:59.999", "day": "1969-12-31", "iso": "1970-01-01T00:59:59.999+01:00"}"#,
        r#"{"n": 3}"#,
    ];
    Lake::of(&[("n", "int"), ("at", "timestamp"), ("day", "date"), ("iso", "string")], &rows).await
}

#[tokio::test]
async fn truncation() {
    let lake = lake().await;
    for (unit, first, second) in [
        ("millisecond", "2026-11-23 10:05:07.891", "1969-12-31 23:59:59.999"),
        ("second", "2026-11-23 10:05:07.000", "1969-12-31 23:59:59.000"),
        ("minute", "2026-11-23 10:05:00.000", "1969-12-31 23:59:00.000"),
        ("hour", "2026-11-23 10:00:00.000", "1969-12-31 23:00:00.000"),
        ("day", "2026-11-23 00:00:00.000", "1969-12-31 00:00:00.000"),
        ("week", "2026-11-23 00:00:00.000", "1969-12-29 00:00:00.000"),
        ("month", "2026-11-01 00:00:00.000", "1969-12-01 00:00:00.000"),
        ("quarter", "2026-10-01 00:00:00.000", "1969-10-01 00:00:00.000"),
        ("YEAR", "2026-01-01 00:00:00.000", "1969-01-01 00:00:00.000"),
    ] {
        let sql = format!("SELECT date_trunc('{unit}', at) FROM t ORDER BY n");
        compare(&lake, &[(&sql, "timestamp", &format!("{first};{second};NULL"))]).await;
    }
    let cases = [
        ("SELECT date_trunc('day', day) FROM t ORDER BY n", "date", "2026-11-25;1969-12-31;NULL"),
        ("SELECT date_trunc('week', day) FROM t ORDER BY n", "date", "2026-11-23;1969-12-29;NULL"),
        ("SELECT date_trunc('quarter', day) FROM t ORDER BY n", "date", "2026-10-01;1969-10-01;NULL"),
        ("SELECT date_trunc(NULL, day) FROM t WHERE n = 1", "date", "NULL"),
        (
            "SELECT date_trunc('hour', TIMESTAMP '2026-11-23 10:05:07')",
            "timestamp",
            "2026-11-23 10:00:00.000",
        ),
        (
            "SELECT date_trunc('hour', from_iso8601_timestamp('2026-11-23T10:05:00Z'))",
            "timestamp with time zone",
            "2026-11-23 10:00:00.000 UTC",
        ),
        (
            "SELECT date_trunc('month', at) AS m, count(*) FROM t GROUP BY 1 ORDER BY 1 DESC",
            "timestamp",
            "2026-11-01 00:00:00.000|1;1969-12-01 00:00:00.000|1;NULL|1",
        ),
    ];
    compare(&lake, &cases).await;
    let cases = [
        (
            "SELECT date_trunc('Fortnight', at) FROM t",
            "INVALID_FUNCTION_ARGUMENT: 'fortnight' is not a valid TIMESTAMP field",
        ),
        (
            "SELECT date_trunc('hour', day) FROM t",
            "INVALID_FUNCTION_ARGUMENT: 'hour' is not a valid DATE field",
        ),
        (
            "SELECT date_trunc('day', iso) FROM t",
            "FUNCTION_NOT_FOUND: Unexpected parameters for function date_trunc",
        ),
        (
            "SELECT date_trunc('day') FROM t",
            "FUNCTION_NOT_FOUND: Unexpected parameters for function date_trunc",
        ),
    ];
    refuse(&lake, &cases).await;
}

#[tokio::test]
async fn calculations() {
    let cases = [
        ("SELECT date_diff('day', day, DATE '2026-12-01') FROM t ORDER BY n", "bigint", "6;20789;NULL"),
        (
            "SELECT date_diff('hour', at, TIMESTAMP '2026-11-23 12:05:07.890') FROM t WHERE n = 1",
            "bigint",
            "1",
        ),
        (
            "SELECT date_diff('second', TIMESTAMP '2026-11-23 12:05:00', at) FROM t WHERE n = 1",
            "bigint",
            "-7192",
        ),
        ("SELECT date_diff('day', day, at) FROM t WHERE n = 1", "bigint", "-1"),
        ("SELECT date_diff('month', DATE '2026-01-31', DATE '2026-02-28')", "bigint", "1"),
        ("SELECT date_diff('year', DATE '2024-02-29', DATE '2025-02-28')", "bigint", "1"),
        ("SELECT date_add('day', 1, day) FROM t ORDER BY n", "date", "2026-11-26;1970-01-01;NULL"),
        ("SELECT date_add('month', 3, day) FROM t WHERE n = 1", "date", "2027-02-25"),
        ("SELECT date_add('month', -1, DATE '2026-03-31')", "date", "2026-02-28"),
        ("SELECT date_add('minute', n, at) FROM t WHERE n = 2", "timestamp", "1970-01-01 00:01:59.999"),
        (
            "SELECT year(at), quarter(at), month(at), day(at) FROM t ORDER BY n",
            "bigint",
            "2026|4|11|23;1969|4|12|31;NULL|NULL|NULL|NULL",
        ),
        (
            "SELECT hour(at), minute(at), second(at), millisecond(at) FROM t WHERE n < 3 ORDER BY n",
            "bigint",
            "10|5|7|891;23|59|59|999",
        ),
        (
            "SELECT week(day), day_of_week(day), day_of_year(day), dow(day), doy(day) FROM t WHERE n = 1",
            "bigint",
            "48|3|329|3|329",
        ),
        (
            "SELECT week(DATE '2027-01-01'), day_of_month(day), hour(day) FROM t WHERE n = 1",
            "bigint",
            "53|25|0",
        ),
        (
            "SELECT date(at), date('2026-11-23') FROM t ORDER BY n",
            "date",
            "2026-11-23|2026-11-23;1969-12-31|2026-11-23;NULL|2026-11-23",
        ),
    ];
    let lake = lake().await;
    compare(&lake, &cases).await;
    let cases = [
        (
            "SELECT date_add('hour', 1, day) FROM t",
            "INVALID_FUNCTION_ARGUMENT: 'hour' is not a valid DATE field",
        ),
        (
            "SELECT date_diff('x', at, at) FROM t",
            "INVALID_FUNCTION_ARGUMENT: 'x' is not a valid TIMESTAMP field",
        ),
        (
            "SELECT date_format(at, '%D') FROM t",
            "INVALID_FUNCTION_ARGUMENT: %D not supported in date format string",
        ),
        (
            "SELECT date_format(iso, '%Y') FROM t",
            "FUNCTION_NOT_FOUND: Unexpected parameters for function date_format",
        ),
        ("SELECT year(iso) FROM t", "FUNCTION_NOT_FOUND: Unexpected parameters for function year"),
        // Trino's `toIntExact`.
        (
            "SELECT date_add('millisecond', 2147483648, at) FROM t",
            "NUMERIC_VALUE_OUT_OF_RANGE: date_add of 2147483648 units: an integer does not hold as many",
        ),
        (
            "SELECT date_add('day', 1.5, day) FROM t",
            "FUNCTION_NOT_FOUND: Unexpected parameters for function date_add",
        ),
    ];
    refuse(&lake, &cases).await;
}

#[tokio::test]
async fn iso8601() {
    let cases = [
        (
            "SELECT from_iso8601_timestamp(iso) FROM t WHERE n = 1",
            "timestamp with time zone",
            "2026-11-23 10:05:07.891 UTC",
        ),
        ("SELECT n FROM t WHERE at = from_iso8601_timestamp(iso) ORDER BY n", "integer", "1;2"),
        (
            "SELECT n FROM t WHERE at >= from_iso8601_timestamp('2026-11-23T12:05:07.891+02:00')",
            "integer",
            "1",
        ),
        (
            "SELECT n FROM t WHERE at BETWEEN from_iso8601_timestamp('2026-11-23T00:00+01:00') AND from_iso8601_timestamp('2026-11-24')",
            "integer",
            "1",
        ),
        (
            "SELECT n FROM t WHERE day < from_iso8601_timestamp('2026-11-25T00:00:01Z') ORDER BY n",
            "integer",
            "1;2",
        ),
        (
            "SELECT n FROM t WHERE at IN (from_iso8601_timestamp('2026-11-23T12:05:07.891+02:00'))",
            "integer",
            "1",
        ),
        (
            "SELECT CAST(from_iso8601_timestamp('2026-11-23T10:05:00Z') AS timestamp)",
            "timestamp",
            "2026-11-23 10:05:00.000",
        ),
        ("SELECT CAST(from_iso8601_timestamp('2026-11-23T10:05:00Z') AS date)", "date", "2026-11-23"),
        (
            "SELECT max(from_iso8601_timestamp(iso)) FROM t WHERE n = 1",
            "timestamp with time zone",
            "2026-11-23 10:05:07.891 UTC",
        ),
        ("SELECT from_iso8601_date('2026-11-23'), from_iso8601_date(NULL)", "date", "2026-11-23|NULL"),
    ];
    let lake = lake().await;
    compare(&lake, &cases).await;
    let cases = [
        (
            "SELECT from_iso8601_timestamp(iso) FROM t WHERE n = 2",
            "INVALID_FUNCTION_ARGUMENT: from_iso8601_timestamp with a zone other than UTC, outside of a comparison, is not supported by the local engine",
        ),
        (
            "SELECT from_iso8601_timestamp('yesterday') FROM t",
            "INVALID_FUNCTION_ARGUMENT: Invalid format: \"yesterday\"",
        ),
        (
            "SELECT from_iso8601_date('2026-W54-1') FROM t",
            "INVALID_FUNCTION_ARGUMENT: Invalid format: \"2026-W54-1\"",
        ),
        (
            "SELECT from_iso8601_timestamp(n) FROM t",
            "FUNCTION_NOT_FOUND: Unexpected parameters for function from_iso8601_timestamp",
        ),
        (
            "SELECT n FROM t WHERE iso > from_iso8601_timestamp('2026-11-23')",
            "TYPE_MISMATCH: line 1:23: Cannot apply operator: varchar > timestamp with time zone",
        ),
    ];
    refuse(&lake, &cases).await;
}

/// Trino's timestamps have up to twelve digits of a second in all years ("Data types", `timestamp(p)`). A time of a column
/// compares with a literal of nine in any year.
#[tokio::test]
async fn times_of_any_year_compare_with_nine_digits_of_a_second() {
    let rows = [
        r#"{"n": 1, "at": "9999-12-31T23:59:59.999", "day": "9999-12-31"}"#,
        r#"{"n": 2, "at": "2026-11-23T10:05:07.891", "day": "2026-11-23"}"#,
        r#"{"n": 3, "at": "0001-01-01T00:00:00", "day": "0001-01-01"}"#,
        r#"{"n": 4}"#,
    ];
    let lake = Lake::of(&[("n", "int"), ("at", "timestamp"), ("day", "date")], &rows).await;
    let literal = |fraction: &str| format!("TIMESTAMP '2026-11-23 10:05:07.{fraction}'");
    let (below, equal, above) = (literal("8909999"), literal("891000000"), literal("89100001"));
    for (condition, expected) in [
        (format!("at > {below}"), "1;2"),
        (format!("at > {equal}"), "1"),
        (format!("{equal} <= at"), "1;2"),
        (format!("at < {above}"), "2;3"),
        (format!("at < {below}"), "3"),
        (format!("at = {equal}"), "2"),
        (format!("at <> {equal}"), "1;3"),
        (format!("at IS DISTINCT FROM {equal}"), "1;3;4"),
        (format!("at IN ({equal}, {above})"), "2"),
        (format!("at NOT IN ({equal}, {above})"), "1;3"),
        (format!("at BETWEEN {equal} AND {above}"), "2"),
        (format!("{above} BETWEEN at AND at"), ""),
        (format!("at NOT BETWEEN {equal} AND {above}"), "1;3"),
        (format!("day > {equal}"), "1"),
        (format!("day < {above}"), "2;3"),
    ] {
        let sql = format!("SELECT n FROM t WHERE {condition} ORDER BY n");
        compare(&lake, &[(&sql, "integer", expected)]).await;
    }
    // A value that would be answered is a failure, as is a literal.
    refuse(
        &lake,
        &[
            (
                &format!("SELECT coalesce(at, {equal}) FROM t WHERE n = 1"),
                "NUMERIC_VALUE_OUT_OF_RANGE: A timestamp is out of the range of one with more digits of a second",
            ),
            (
                &format!("SELECT coalesce(day, {equal}) FROM t WHERE n = 1"),
                "NUMERIC_VALUE_OUT_OF_RANGE: A timestamp is out of the range of one with more digits of a second",
            ),
            (
                "SELECT n FROM t WHERE at < TIMESTAMP '2262-04-12 00:00:00.1234567'",
                "NOT_SUPPORTED: a timestamp with more than six digits of a second outside of the years 1678 to 2261 is not \
                 supported by the local engine",
            ),
            (
                "SELECT TIMESTAMP '1677-09-20 00:00:00.1234567'",
                "NOT_SUPPORTED: a timestamp with more than six digits of a second outside of the years 1678 to 2261 is not \
                 supported by the local engine",
            ),
        ],
    )
    .await;
}
