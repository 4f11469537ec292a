//! Times in zones. (Trino's documentation, "Date and time functions and operators": "Time zone conversion" and "Extraction
//! function"; its TestTimestampWithTimeZone.)

use crate::{
    golden::{compare, refuse},
    lake::Lake,
};

const ZONED: &str = "timestamp with time zone";

async fn lake() -> Lake {
    let rows = [
        r#"{"n": 1, "at": "2026-11-23T10:05:07.891", "day": "2026-11-23", "iso": "2026-11-23T10:05:07.891Z", "s": 1795428307.891, "zone": "UTC"}"#,
        r#"{"n": 2, "at": "2026-07-01T00:00:00", "day": "2026-07-01", "iso": "2026-07-01T02:00:00+02:00", "s": -0.5, "zone": "Asia/Tokyo"}"#,
        r#"{"n": 3}"#,
    ];
    let types = [
        ("n", "int"),
        ("at", "timestamp"),
        ("day", "date"),
        ("iso", "string"),
        ("s", "double"),
        ("zone", "string"),
    ];
    Lake::of(&types, &rows).await
}

#[tokio::test]
async fn times_are_shown_by_the_clocks_of_their_zone() {
    let cases = [
        ("SELECT TIMESTAMP '2012-10-31 01:00 UTC'", ZONED, "2012-10-31 01:00:00.000 UTC"),
        (
            "SELECT TIMESTAMP '2012-10-31 01:00 UTC' AT TIME ZONE 'America/Los_Angeles'",
            ZONED,
            "2012-10-30 18:00:00.000 America/Los_Angeles",
        ),
        (
            "SELECT TIMESTAMP '2012-10-31 01:00:00.5 America/los_angeles'",
            ZONED,
            "2012-10-31 01:00:00.500 America/Los_Angeles",
        ),
        ("SELECT TIMESTAMP '2012-10-31 Europe/Berlin'", ZONED, "2012-10-31 00:00:00.000 Europe/Berlin"),
        ("SELECT TIMESTAMP '2012-10-31 01:00+02:00'", ZONED, "2012-10-31 01:00:00.000 +02:00"),
        ("SELECT TIMESTAMP '2012-10-31 01:00 -0'", ZONED, "2012-10-31 01:00:00.000 UTC"),
        ("SELECT TIMESTAMP '2012-10-31 01:00Z'", ZONED, "2012-10-31 01:00:00.000 UTC"),
        (
            "SELECT with_timezone(TIMESTAMP '2021-11-01 09:08:07.321', 'America/Los_Angeles')",
            ZONED,
            "2021-11-01 09:08:07.321 America/Los_Angeles",
        ),
        (
            "SELECT at AT TIME ZONE 'America/New_York' FROM t ORDER BY n",
            ZONED,
            "2026-11-23 05:05:07.891 America/New_York;2026-06-30 20:00:00.000 America/New_York;NULL",
        ),
        (
            "SELECT at AT TIME ZONE 'Asia/Kolkata' FROM t WHERE n = 1",
            ZONED,
            "2026-11-23 15:35:07.891 Asia/Kolkata",
        ),
        ("SELECT at AT TIME ZONE '-03:30' FROM t WHERE n = 1", ZONED, "2026-11-23 06:35:07.891 -03:30"),
        ("SELECT at AT TIME ZONE 'GMT' FROM t WHERE n = 1", ZONED, "2026-11-23 10:05:07.891 UTC"),
        ("SELECT at AT TIME ZONE 'UTC+5' FROM t WHERE n = 1", ZONED, "2026-11-23 15:05:07.891 +05:00"),
        (
            "SELECT at AT TIME ZONE 'Asia/Tokyo' AT TIME ZONE 'UTC' FROM t WHERE n = 1",
            ZONED,
            "2026-11-23 10:05:07.891 UTC",
        ),
        (
            "SELECT (at + INTERVAL '1' HOUR) AT TIME ZONE 'Asia/Tokyo' FROM t WHERE n = 1",
            ZONED,
            "2026-11-23 20:05:07.891 Asia/Tokyo",
        ),
        (
            "SELECT at_timezone(at, 'Asia/Tokyo') FROM t WHERE n = 1",
            ZONED,
            "2026-11-23 19:05:07.891 Asia/Tokyo",
        ),
        (
            "SELECT with_timezone(at, 'Asia/Tokyo') FROM t ORDER BY n",
            ZONED,
            "2026-11-23 10:05:07.891 Asia/Tokyo;2026-07-01 00:00:00.000 Asia/Tokyo;NULL",
        ),
        (
            "SELECT with_timezone(at, NULL), at AT TIME ZONE 'Asia/Tokyo' FROM t WHERE n = 1",
            ZONED,
            "NULL|2026-11-23 19:05:07.891 Asia/Tokyo",
        ),
        ("SELECT with_timezone(NULL, 'Asia/Tokyo')", ZONED, "NULL"),
        ("SELECT now() AT TIME ZONE 'Pacific/Auckland'", ZONED, "2026-11-23 23:05:07.891 Pacific/Auckland"),
        (
            "SELECT from_iso8601_timestamp(iso) AT TIME ZONE 'UTC' FROM t ORDER BY n",
            ZONED,
            "2026-11-23 10:05:07.891 UTC;2026-07-01 00:00:00.000 UTC;NULL",
        ),
        (
            "SELECT TIMESTAMP '2500-07-01 12:00 UTC' AT TIME ZONE 'Europe/Berlin'",
            ZONED,
            "2500-07-01 14:00:00.000 Europe/Berlin",
        ),
        (
            "SELECT TIMESTAMP '2026-03-08 02:30 America/New_York'",
            ZONED,
            "2026-03-08 03:30:00.000 America/New_York",
        ),
        (
            "SELECT TIMESTAMP '2026-11-01 01:30 America/New_York' AT TIME ZONE 'UTC'",
            ZONED,
            "2026-11-01 05:30:00.000 UTC",
        ),
        (
            "SELECT CAST(at AT TIME ZONE 'Asia/Tokyo' AS timestamp), CAST(at AT TIME ZONE 'America/New_York' AS date) FROM t WHERE n < 3 ORDER BY n",
            "timestamp",
            "2026-11-23 19:05:07.891|2026-11-23;2026-07-01 09:00:00.000|2026-06-30",
        ),
        ("SELECT date(at AT TIME ZONE 'Asia/Tokyo') FROM t WHERE n = 1", "date", "2026-11-23"),
        (
            "SELECT CAST(at AT TIME ZONE 'Asia/Tokyo' AS JSON) FROM t WHERE n = 1",
            "json",
            "\"2026-11-23 19:05:07.891 Asia/Tokyo\"",
        ),
    ];
    compare(&lake().await, &cases).await;
}

#[tokio::test]
async fn times_are_compared_as_instants() {
    let cases = [
        (
            "SELECT TIMESTAMP '2026-01-01 12:00 Asia/Tokyo' = TIMESTAMP '2026-01-01 03:00 UTC'",
            "boolean",
            "true",
        ),
        (
            "SELECT TIMESTAMP '2026-01-01 12:00 Asia/Tokyo' < TIMESTAMP '2026-01-01 04:00 Europe/Berlin'",
            "boolean",
            "false",
        ),
        (
            "SELECT TIMESTAMP '2026-01-01 12:00 Asia/Tokyo' <= TIMESTAMP '2026-01-01 04:00 Europe/Berlin'",
            "boolean",
            "true",
        ),
        ("SELECT TIMESTAMP '2026-01-01 12:00 Asia/Tokyo' = TIMESTAMP '2026-01-01 03:00'", "boolean", "true"),
        ("SELECT TIMESTAMP '2026-01-01 09:00 Asia/Tokyo' = DATE '2026-01-01'", "boolean", "true"),
        ("SELECT n FROM t WHERE at AT TIME ZONE 'Asia/Tokyo' = at ORDER BY n", "integer", "1;2"),
        (
            "SELECT n FROM t WHERE at AT TIME ZONE 'Asia/Tokyo' BETWEEN TIMESTAMP '2026-11-23 10:00' AND TIMESTAMP '2026-11-23 11:00'",
            "integer",
            "1",
        ),
        (
            "SELECT n FROM t WHERE at AT TIME ZONE 'Asia/Tokyo' IN (TIMESTAMP '2026-11-23 05:05:07.891 America/New_York')",
            "integer",
            "1",
        ),
        ("SELECT n FROM t WHERE with_timezone(at, 'Asia/Tokyo') < at ORDER BY n", "integer", "1;2"),
        ("SELECT n FROM t WHERE at > TIMESTAMP '2026-11-23 11:00 Europe/Berlin'", "integer", "1"),
        (
            "SELECT nullif(at AT TIME ZONE 'Asia/Tokyo', at AT TIME ZONE 'Asia/Tokyo') FROM t WHERE n = 1",
            ZONED,
            "NULL",
        ),
        ("SELECT max(at AT TIME ZONE 'Asia/Tokyo') FROM t", ZONED, "2026-11-23 19:05:07.891 Asia/Tokyo"),
        (
            "SELECT at AT TIME ZONE 'Asia/Tokyo' AS x, count(*) FROM t GROUP BY 1 ORDER BY x",
            ZONED,
            "2026-07-01 09:00:00.000 Asia/Tokyo|1;2026-11-23 19:05:07.891 Asia/Tokyo|1;NULL|1",
        ),
    ];
    compare(&lake().await, &cases).await;
}

#[tokio::test]
async fn calculations_are_in_the_zone() {
    let cases = [
        (
            "SELECT hour(at AT TIME ZONE 'America/New_York'), day(at AT TIME ZONE 'America/New_York') FROM t ORDER BY n",
            "bigint",
            "5|23;20|30;NULL|NULL",
        ),
        (
            "SELECT timezone_hour(at AT TIME ZONE 'America/New_York'), timezone_minute(at AT TIME ZONE 'America/New_York') FROM t ORDER BY n",
            "bigint",
            "-5|0;-4|0;NULL|NULL",
        ),
        (
            "SELECT timezone_hour(TIMESTAMP '2026-01-01 00:00 -03:30'), timezone_minute(TIMESTAMP '2026-01-01 00:00 -03:30')",
            "bigint",
            "-3|-30",
        ),
        (
            "SELECT EXTRACT(TIMEZONE_HOUR FROM TIMESTAMP '2026-01-01 00:00 Asia/Kolkata'), EXTRACT(TIMEZONE_MINUTE FROM TIMESTAMP '2026-01-01 00:00 Asia/Kolkata')",
            "bigint",
            "5|30",
        ),
        ("SELECT timezone_hour(at), timezone_minute(now()) FROM t WHERE n = 1", "bigint", "0|0"),
        (
            "SELECT date_trunc('day', at AT TIME ZONE 'America/New_York') FROM t ORDER BY n",
            ZONED,
            "2026-11-23 00:00:00.000 America/New_York;2026-06-30 00:00:00.000 America/New_York;NULL",
        ),
        (
            "SELECT date_trunc('hour', TIMESTAMP '2026-01-01 10:40 Asia/Kolkata')",
            ZONED,
            "2026-01-01 10:00:00.000 Asia/Kolkata",
        ),
        (
            "SELECT date_trunc('day', TIMESTAMP '2026-11-01 12:00 America/New_York') AT TIME ZONE 'UTC'",
            ZONED,
            "2026-11-01 04:00:00.000 UTC",
        ),
        (
            "SELECT date_add('day', 1, TIMESTAMP '2026-03-07 12:00 America/New_York')",
            ZONED,
            "2026-03-08 12:00:00.000 America/New_York",
        ),
        (
            "SELECT date_add('hour', 24, TIMESTAMP '2026-03-07 12:00 America/New_York')",
            ZONED,
            "2026-03-08 13:00:00.000 America/New_York",
        ),
        (
            "SELECT date_add('hour', 1, TIMESTAMP '2026-11-01 01:30 America/New_York') AT TIME ZONE 'UTC'",
            ZONED,
            "2026-11-01 06:30:00.000 UTC",
        ),
        (
            "SELECT date_diff('hour', TIMESTAMP '2026-03-07 12:00 America/New_York', TIMESTAMP '2026-03-08 12:00 America/New_York')",
            "bigint",
            "23",
        ),
        (
            "SELECT date_diff('day', TIMESTAMP '2026-03-07 12:00 America/New_York', TIMESTAMP '2026-03-08 12:00 America/New_York')",
            "bigint",
            "1",
        ),
        (
            "SELECT date_diff('day', TIMESTAMP '2026-03-07 12:00 America/New_York', TIMESTAMP '2026-03-08 16:00')",
            "bigint",
            "1",
        ),
        (
            "SELECT date_diff('minute', at AT TIME ZONE 'Asia/Tokyo', at) FROM t ORDER BY n",
            "bigint",
            "0;0;NULL",
        ),
        (
            "SELECT last_day_of_month(at AT TIME ZONE 'America/New_York'), last_day_of_month(day), last_day_of_month(at) FROM t ORDER BY n",
            "date",
            "2026-11-30|2026-11-30|2026-11-30;2026-06-30|2026-07-31|2026-07-31;NULL|NULL|NULL",
        ),
        (
            "SELECT last_day_of_month(DATE '2024-02-01'), last_day_of_month(DATE '2026-12-31'), last_day_of_month(NULL)",
            "date",
            "2024-02-29|2026-12-31|NULL",
        ),
        (
            "SELECT to_unixtime(at), to_unixtime(at AT TIME ZONE 'Asia/Tokyo') FROM t ORDER BY n",
            "double",
            "1.795428307891E9|1.795428307891E9;1.782864E9|1.782864E9;NULL|NULL",
        ),
        (
            "SELECT to_unixtime(TIMESTAMP '1969-12-31 23:59:59.5'), to_unixtime(DATE '1970-01-02')",
            "double",
            "-0.5|86400.0",
        ),
        ("SELECT to_unixtime(from_iso8601_timestamp('1970-01-01T01:00:00+01:00'))", "double", "0.0"),
        (
            "SELECT from_unixtime(s) FROM t ORDER BY n",
            ZONED,
            "2026-11-23 10:05:07.891 UTC;1969-12-31 23:59:59.500 UTC;NULL",
        ),
        (
            "SELECT from_unixtime(n) FROM t ORDER BY n",
            ZONED,
            "1970-01-01 00:00:01.000 UTC;1970-01-01 00:00:02.000 UTC;1970-01-01 00:00:03.000 UTC",
        ),
        (
            "SELECT from_unixtime(0), from_unixtime(1.0005), from_unixtime(-1.0005e0)",
            ZONED,
            "1970-01-01 00:00:00.000 UTC|1970-01-01 00:00:01.001 UTC|1969-12-31 23:59:59.000 UTC",
        ),
        (
            "SELECT from_unixtime(s, 'Asia/Tokyo') FROM t WHERE n = 1",
            ZONED,
            "2026-11-23 19:05:07.891 Asia/Tokyo",
        ),
        (
            "SELECT from_unixtime(s, -5, -30), from_unixtime(s, 14, 0) FROM t WHERE n = 1",
            ZONED,
            "2026-11-23 04:35:07.891 -05:30|2026-11-24 00:05:07.891 +14:00",
        ),
        (
            "SELECT from_unixtime(s, NULL), from_unixtime(s, 1, NULL), from_unixtime(NULL, 'UTC') FROM t WHERE n = 1",
            ZONED,
            "NULL|NULL|NULL",
        ),
        (
            "SELECT to_iso8601(at), to_iso8601(day), to_iso8601(at AT TIME ZONE 'UTC') FROM t ORDER BY n",
            "varchar",
            "2026-11-23T10:05:07.891|2026-11-23|2026-11-23T10:05:07.891Z;2026-07-01T00:00:00.000|2026-07-01|2026-07-01T00:00:00.000Z;NULL|NULL|NULL",
        ),
        (
            "SELECT to_iso8601(at AT TIME ZONE 'America/New_York'), to_iso8601(at AT TIME ZONE 'Asia/Kolkata') FROM t WHERE n = 1",
            "varchar",
            "2026-11-23T05:05:07.891-05:00|2026-11-23T15:35:07.891+05:30",
        ),
        (
            "SELECT to_iso8601(at AT TIME ZONE 'Europe/London') FROM t ORDER BY n",
            "varchar",
            "2026-11-23T10:05:07.891Z;2026-07-01T01:00:00.000+01:00;NULL",
        ),
        (
            "SELECT year_of_week(DATE '2027-01-01'), yow(TIMESTAMP '2026-01-01 10:00'), year_of_week(day) FROM t WHERE n = 1",
            "bigint",
            "2026|2026|2026",
        ),
        (
            "SELECT year_of_week(DATE '2005-01-02'), week(DATE '2005-01-02'), yow(DATE '2024-12-30')",
            "bigint",
            "2004|53|2025",
        ),
        (
            "SELECT EXTRACT(YEAR FROM at), EXTRACT(QUARTER FROM at), EXTRACT(MONTH FROM at), EXTRACT(WEEK FROM at), EXTRACT(DAY FROM at) FROM t WHERE n = 1",
            "bigint",
            "2026|4|11|48|23",
        ),
        (
            "SELECT EXTRACT(DAY_OF_MONTH FROM at), EXTRACT(DAY_OF_WEEK FROM at), EXTRACT(DOW FROM at), EXTRACT(DAY_OF_YEAR FROM at), EXTRACT(DOY FROM at) FROM t WHERE n = 1",
            "bigint",
            "23|1|1|327|327",
        ),
        (
            "SELECT EXTRACT(YEAR_OF_WEEK FROM day), EXTRACT(YOW FROM day), EXTRACT(HOUR FROM at), EXTRACT(MINUTE FROM at), EXTRACT(SECOND FROM at) FROM t WHERE n = 1",
            "bigint",
            "2026|2026|10|5|7",
        ),
        (
            "SELECT from_iso8601_date('2020-W10'), from_iso8601_date('2020-W10-2'), from_iso8601_date('2020-123'), from_iso8601_date('2020-05')",
            "date",
            "2020-03-02|2020-03-03|2020-05-02|2020-05-01",
        ),
        ("SELECT from_iso8601_timestamp('2020-W10-2T03:04:05.5')", ZONED, "2020-03-03 03:04:05.500 UTC"),
    ];
    compare(&lake().await, &cases).await;
}

#[tokio::test]
async fn what_has_no_one_zone_is_refused() {
    let unsupported = |what: &str| format!("NOT_SUPPORTED: {what} is not supported by the local engine");
    let two = unsupported("CASE of times in different zones");
    let (column, call) = (
        unsupported("AT TIME ZONE with a zone that is not a literal"),
        unsupported("with_timezone with a zone that is not a literal"),
    );
    let union = unsupported("UNION of times in different zones");
    let cases = [
        ("SELECT at AT TIME ZONE zone FROM t", column.as_str()),
        ("SELECT with_timezone(at, zone) FROM t", call.as_str()),
        (
            "SELECT CASE WHEN true THEN TIMESTAMP '2026-01-01 00:00 UTC' ELSE TIMESTAMP '2026-01-01 00:00 Asia/Tokyo' END",
            two.as_str(),
        ),
        (
            "SELECT TIMESTAMP '2026-01-01 00:00 UTC' UNION ALL SELECT TIMESTAMP '2026-01-01 00:00 Asia/Tokyo'",
            union.as_str(),
        ),
        (
            "SELECT at AT TIME ZONE 'Mars/Olympus' FROM t",
            "NOT_SUPPORTED: Time zone not supported: Mars/Olympus",
        ),
        ("SELECT from_unixtime(1, 15, 0)", "INVALID_FUNCTION_ARGUMENT: Invalid offset minutes 900"),
        (
            "SELECT from_unixtime(1e300)",
            "NUMERIC_VALUE_OUT_OF_RANGE: the time is beyond what a timestamp holds",
        ),
        ("SELECT from_unixtime('1')", "FUNCTION_NOT_FOUND: Unexpected parameters for function from_unixtime"),
        (
            "SELECT day AT TIME ZONE 'UTC' FROM t",
            "FUNCTION_NOT_FOUND: Unexpected parameters for function at_timezone",
        ),
        // As in Athena, it is the interval that stands before AT.
        (
            "SELECT at + INTERVAL '1' HOUR AT TIME ZONE 'UTC' FROM t",
            "FUNCTION_NOT_FOUND: Unexpected parameters for function at_timezone",
        ),
        (
            "SELECT with_timezone(now(), 'UTC')",
            "FUNCTION_NOT_FOUND: Unexpected parameters for function with_timezone",
        ),
        (
            "SELECT timezone_hour(day) FROM t",
            "FUNCTION_NOT_FOUND: Unexpected parameters for function timezone_hour",
        ),
        ("SELECT to_iso8601(n) FROM t", "FUNCTION_NOT_FOUND: Unexpected parameters for function to_iso8601"),
        (
            "SELECT TIMESTAMP '2026-01-01 00:00 Mars/Olympus'",
            "INVALID_LITERAL: '2026-01-01 00:00 Mars/Olympus' is not a valid timestamp literal: expected '2026-11-23 10:05:00.000', or that with a time zone, as in '2026-11-23 10:05:00.000 UTC'",
        ),
    ];
    refuse(&lake().await, &cases).await;
}
