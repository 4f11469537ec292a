//! `format_datetime` and `parse_datetime`.

use super::lake;
use crate::golden::{compare, refuse};

const ZONED: &str = "timestamp with time zone";

#[tokio::test]
async fn joda() {
    let cases = [
        ("SELECT format_datetime(at, 'YYYY/MM/dd HH:mm') FROM t WHERE n = 1", "varchar", "2001/08/22 03:04"),
        (
            "SELECT format_datetime(at, 'G C yyyy yy x w e E EEEE') FROM t WHERE n = 1",
            "varchar",
            "AD 20 2001 01 2001 34 3 Wed Wednesday",
        ),
        (
            "SELECT format_datetime(at, 'D DDDD M MM MMM MMMM d') FROM t WHERE n = 1",
            "varchar",
            "234 0234 8 08 Aug August 22",
        ),
        (
            "SELECT format_datetime(at, 'a K h H k m s') FROM t ORDER BY n",
            "varchar",
            "AM 3 3 3 3 4 5;PM 1 1 13 13 0 0;NULL",
        ),
        (
            "SELECT format_datetime(TIMESTAMP '2001-08-22 00:00', 'K h H k'), format_datetime(TIMESTAMP '2001-08-22 12:00', 'K h H k')",
            "varchar",
            "0 12 0 24|0 12 12 12",
        ),
        (
            "SELECT format_datetime(at, 's.S'), format_datetime(at, 's.SSS'), format_datetime(at, 's.SSSSSS') FROM t WHERE n = 1",
            "varchar",
            "5.3|5.321|5.321000",
        ),
        (
            "SELECT format_datetime(at, 'yyyy''x''MM ''''h'' o''''clock'''), format_datetime(day, 'yyyy-MM-dd') FROM t WHERE n = 1",
            "varchar",
            "2001x08 '3 o'clock|2001-08-22",
        ),
        ("SELECT format_datetime(at, j) FROM t ORDER BY n", "varchar", "2001-08-22 03:04:05;01/01/é;NULL"),
        (
            "SELECT format_datetime(at AT TIME ZONE 'America/New_York', 'HH:mm Z ZZ ZZZ') FROM t WHERE n = 1",
            "varchar",
            "23:04 -0400 -04:00 America/New_York",
        ),
        (
            "SELECT format_datetime(at AT TIME ZONE 'UTC', 'Z ZZ ZZZ z zzzz') FROM t WHERE n = 1",
            "varchar",
            "+0000 +00:00 UTC UTC Coordinated Universal Time",
        ),
        ("SELECT format_datetime(TIMESTAMP '2012-10-31 01:00 +05:09', 'yyyy Z')", "varchar", "2012 +0509"),
        (
            "SELECT format_datetime(NULL, 'yyyy'), format_datetime(at, NULL) FROM t WHERE n = 1",
            "varchar",
            "NULL|NULL",
        ),
        (
            "SELECT parse_datetime('1960/01/22 03:04', 'yyyy/MM/dd HH:mm')",
            ZONED,
            "1960-01-22 03:04:00.000 UTC",
        ),
        (
            "SELECT parse_datetime('1960/01/22 03:04 Z', 'yyyy/MM/dd HH:mm Z'), parse_datetime('1960/01/22 03:04 +0000', 'yyyy/MM/dd HH:mm Z')",
            ZONED,
            "1960-01-22 03:04:00.000 UTC|1960-01-22 03:04:00.000 UTC",
        ),
        (
            "SELECT parse_datetime('1960/01/22 03:04 +05:15', 'yyyy/MM/dd HH:mm ZZ') AT TIME ZONE 'UTC'",
            ZONED,
            "1960-01-21 21:49:00.000 UTC",
        ),
        (
            "SELECT parse_datetime('1960/01/22 03:04 Asia/Oral', 'yyyy/MM/dd HH:mm ZZZ') AT TIME ZONE 'Asia/Oral'",
            ZONED,
            "1960-01-22 03:04:00.000 Asia/Oral",
        ),
        (
            "SELECT parse_datetime('2026-10-25 02:30 Europe/Berlin', 'yyyy-MM-dd HH:mm ZZZ') AT TIME ZONE 'UTC'",
            ZONED,
            "2026-10-25 00:30:00.000 UTC",
        ),
        (
            "SELECT to_unixtime(parse_datetime('1970-01-01 00:00 EST', 'yyyy-MM-dd HH:mm z'))",
            "double",
            "18000.0",
        ),
        (
            "SELECT parse_datetime('19600122', 'yyyyMMdd'), parse_datetime('1.321', 's.SSS')",
            ZONED,
            "1960-01-22 00:00:00.000 UTC|1970-01-01 00:00:01.321 UTC",
        ),
        (
            "SELECT parse_datetime('Aug 22 2001 3 pm', 'MMM dd yyyy h a'), parse_datetime('august 22 2001', 'MMMM dd yyyy')",
            ZONED,
            "2001-08-22 15:00:00.000 UTC|2001-08-22 00:00:00.000 UTC",
        ),
        (
            "SELECT parse_datetime('2026 48 3', 'x w e'), parse_datetime('2026-327', 'yyyy-DDD')",
            ZONED,
            "2026-11-25 00:00:00.000 UTC|2026-11-23 00:00:00.000 UTC",
        ),
        (
            "SELECT parse_datetime('24:05', 'k:m'), parse_datetime('11:05 PM', 'K:m a')",
            ZONED,
            "1970-01-01 00:05:00.000 UTC|1970-01-01 23:05:00.000 UTC",
        ),
        (
            "SELECT parse_datetime('2001 o''clock', 'yyyy ''o''''clock''')",
            ZONED,
            "2001-01-01 00:00:00.000 UTC",
        ),
        (
            "SELECT parse_datetime(text, j) FROM t WHERE n <> 2 ORDER BY n",
            ZONED,
            "2001-08-22 03:04:05.000 UTC;NULL",
        ),
        (
            "SELECT parse_datetime(NULL, 'yyyy'), parse_datetime(text, NULL) FROM t WHERE n = 1",
            ZONED,
            "NULL|NULL",
        ),
        (
            "SELECT n FROM t WHERE at < parse_datetime('2001-08-22 05:04:06 +0200', 'yyyy-MM-dd HH:mm:ss Z') ORDER BY n",
            "integer",
            "1",
        ),
    ];
    compare(&lake().await, &cases).await;
    let cases = [
        (
            "SELECT parse_datetime('2001', 'yyyy-MM')",
            "INVALID_FUNCTION_ARGUMENT: Invalid format: \"2001\" is too short",
        ),
        (
            "SELECT parse_datetime('1960/01/22 03:04 +0500', 'yyyy/MM/dd HH:mm Z')",
            "INVALID_FUNCTION_ARGUMENT: parse_datetime with a zone other than UTC, outside of a comparison, is not supported by the local engine",
        ),
        (
            "SELECT parse_datetime('99', 'yy')",
            "INVALID_FUNCTION_ARGUMENT: a year of two digits, which means another one as time passes, is not supported by the local engine",
        ),
        // Joda-Time's `DateTimeParserBucket.computeMillis`.
        (
            "SELECT parse_datetime('2026-03-08 02:30 America/New_York', 'yyyy-MM-dd HH:mm ZZZ') AT TIME ZONE 'UTC'",
            "INVALID_FUNCTION_ARGUMENT: Cannot parse \"2026-03-08 02:30 America/New_York\": Illegal instant due to time zone offset transition (America/New_York)",
        ),
        // It knows the names of zones as they are spelled, and writes those in words only.
        (
            "SELECT parse_datetime('1960-01-22 asia/tokyo', 'yyyy-MM-dd ZZZ') AT TIME ZONE 'UTC'",
            "INVALID_FUNCTION_ARGUMENT: Invalid format: \"1960-01-22 asia/tokyo\" is malformed at \"asia/tokyo\"",
        ),
        (
            "SELECT parse_datetime('1960-01-22 +02:00', 'yyyy-MM-dd ZZZ') AT TIME ZONE 'UTC'",
            "INVALID_FUNCTION_ARGUMENT: Invalid format: \"1960-01-22 +02:00\" is malformed at \"+02:00\"",
        ),
        (
            "SELECT parse_datetime('1960-01-22 UTC', 'yyyy-MM-dd zzzz')",
            "INVALID_FUNCTION_ARGUMENT: Parsing not supported",
        ),
        ("SELECT parse_datetime('1', 'f')", "INVALID_FUNCTION_ARGUMENT: Illegal pattern component: f"),
        ("SELECT parse_datetime('1', '')", "INVALID_FUNCTION_ARGUMENT: Invalid pattern specification"),
        (
            "SELECT format_datetime(at, 'yyyy bb') FROM t WHERE n = 1",
            "INVALID_FUNCTION_ARGUMENT: Illegal pattern component: bb",
        ),
        (
            "SELECT format_datetime(at, 'HH Z') FROM t WHERE n = 1",
            "INVALID_FUNCTION_ARGUMENT: format_datetime for TIMESTAMP type, cannot use 'Z' nor 'z' in format, as this type does not contain TZ information",
        ),
        (
            "SELECT format_datetime(at AT TIME ZONE 'Asia/Tokyo', 'z') FROM t WHERE n = 1",
            "INVALID_FUNCTION_ARGUMENT: format_datetime with the name (z) of the zone Asia/Tokyo, instead of its offset (Z), is not supported by the local engine",
        ),
        (
            "SELECT format_datetime(n, 'yyyy') FROM t",
            "FUNCTION_NOT_FOUND: Unexpected parameters for function format_datetime",
        ),
    ];
    refuse(&lake().await, &cases).await;
}
