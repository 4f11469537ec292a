//! What is calculated with times in zones, and read from numbers and texts.

use super::{ZONED, lake};
use crate::golden::compare;

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
