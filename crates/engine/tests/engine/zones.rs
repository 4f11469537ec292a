//! Times in zones. (Trino's documentation, "Date and time functions and operators": "Time zone conversion" and "Extraction
//! function"; its TestTimestampWithTimeZone.)

mod calculations;

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
        // A literal means the first of two times, in all zones. (Trino's `DateTimes.toEpochSecond`.)
        (
            "SELECT TIMESTAMP '2026-11-01 01:30 America/New_York' AT TIME ZONE 'UTC', TIMESTAMP '2026-10-25 02:30 Europe/Berlin' AT TIME ZONE 'UTC'",
            ZONED,
            "2026-11-01 05:30:00.000 UTC|2026-10-25 00:30:00.000 UTC",
        ),
        ("SELECT TIMESTAMP '2026-10-25 02:30 Europe/Berlin'", ZONED, "2026-10-25 02:30:00.000 Europe/Berlin"),
        (
            "SELECT TIMESTAMP '0001-01-01 00:00 +14:00', TIMESTAMP '9999-12-31 23:59:59.999 -14:00'",
            ZONED,
            "0001-01-01 00:00:00.000 +14:00|9999-12-31 23:59:59.999 -14:00",
        ),
        // The function takes what Joda-Time's `getMillisKeepLocal` gives: east of Greenwich that is the second one.
        (
            "SELECT with_timezone(TIMESTAMP '2026-11-01 01:30', 'America/New_York') AT TIME ZONE 'UTC', with_timezone(TIMESTAMP '2026-10-25 02:30', 'Europe/Berlin') AT TIME ZONE 'UTC'",
            ZONED,
            "2026-11-01 05:30:00.000 UTC|2026-10-25 01:30:00.000 UTC",
        ),
        (
            "SELECT with_timezone(TIMESTAMP '2026-03-08 02:30', 'America/New_York'), with_timezone(TIMESTAMP '2026-03-29 02:30', 'Europe/Berlin')",
            ZONED,
            "2026-03-08 03:30:00.000 America/New_York|2026-03-29 03:30:00.000 Europe/Berlin",
        ),
        (
            "SELECT with_timezone(TIMESTAMP '2026-10-25 01:30', 'Europe/Berlin') AT TIME ZONE 'UTC', with_timezone(TIMESTAMP '2026-10-25 03:00', 'Europe/Berlin') AT TIME ZONE 'UTC'",
            ZONED,
            "2026-10-24 23:30:00.000 UTC|2026-10-25 02:00:00.000 UTC",
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
        (
            "SELECT from_unixtime(1795428307891000)",
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
            "SELECT TIMESTAMP '2026-03-08 02:30 America/New_York'",
            "INVALID_LITERAL: '2026-03-08 02:30 America/New_York' is not a valid timestamp literal: the clocks of America/New_York are put forward over that time",
        ),
        (
            "SELECT n FROM t WHERE at < TIMESTAMP '2026-03-29 02:00:00.0 Europe/Berlin'",
            "INVALID_LITERAL: '2026-03-29 02:00:00.0 Europe/Berlin' is not a valid timestamp literal: the clocks of Europe/Berlin are put forward over that time",
        ),
        (
            "SELECT TIMESTAMP '2026-01-01 00:00 Mars/Olympus'",
            "INVALID_LITERAL: '2026-01-01 00:00 Mars/Olympus' is not a valid timestamp literal: expected '2026-11-23 10:05:00.000', or that with a time zone, as in '2026-11-23 10:05:00.000 UTC'",
        ),
    ];
    refuse(&lake().await, &cases).await;
}
