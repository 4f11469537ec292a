//! What is calculated with intervals.

use super::{DAYS, MONTHS, lake};
use crate::golden::{compare, refuse};

/// The same: TestIntervalDayTime and TestIntervalYearMonth.
#[tokio::test]
async fn intervals_are_calculated_with() {
    let cases = [
        ("SELECT INTERVAL '2' DAY + INTERVAL '3' HOUR", DAYS, "2 03:00:00.000"),
        ("SELECT INTERVAL '3' YEAR + INTERVAL '5' MONTH", MONTHS, "3-5"),
        ("SELECT INTERVAL '2' DAY - INTERVAL '3' HOUR", DAYS, "1 21:00:00.000"),
        ("SELECT INTERVAL '3' YEAR - INTERVAL '5' MONTH", MONTHS, "2-7"),
        ("SELECT INTERVAL '6' DAY * 2", DAYS, "12 00:00:00.000"),
        ("SELECT 2 * INTERVAL '6' SECOND", DAYS, "0 00:00:12.000"),
        ("SELECT INTERVAL '10' DAY * 2.5e0", DAYS, "25 00:00:00.000"),
        ("SELECT INTERVAL '1' SECOND * 2.5", DAYS, "0 00:00:02.500"),
        ("SELECT INTERVAL '3' DAY / 2", DAYS, "1 12:00:00.000"),
        ("SELECT INTERVAL '6' SECOND / 2.5", DAYS, "0 00:00:02.400"),
        ("SELECT INTERVAL '6' MONTH * 2.5", MONTHS, "1-3"),
        ("SELECT 1.5 * INTERVAL '1' YEAR, INTERVAL '30' MONTH / 4", MONTHS, "1-6|0-7"),
        (
            "SELECT INTERVAL '1' MONTH * n, f * INTERVAL '1' HOUR FROM t ORDER BY n",
            MONTHS,
            "0-1|0 01:30:00.000;0-2|-0 00:30:00.000;0-3|NULL",
        ),
        ("SELECT DATE '2026-11-23' - DATE '2026-11-20'", DAYS, "3 00:00:00.000"),
        (
            "SELECT TIMESTAMP '2017-03-30 14:15:16.432' - TIMESTAMP '2016-03-29 03:04:05.321'",
            DAYS,
            "366 11:11:11.111",
        ),
        (
            "SELECT TIMESTAMP '2016-03-29 03:04:05.321' - TIMESTAMP '2017-03-30 14:15:16.432'",
            DAYS,
            "-366 11:11:11.111",
        ),
        (
            "SELECT TIMESTAMP '2026-11-01 12:00 America/New_York' - TIMESTAMP '2026-11-01 00:00 America/New_York'",
            DAYS,
            "0 13:00:00.000",
        ),
        ("SELECT TIMESTAMP '2026-11-23 12:00 +02:00' - TIMESTAMP '2026-11-23 09:00'", DAYS, "0 01:00:00.000"),
        ("SELECT at - day FROM t ORDER BY n", DAYS, "-6 13:54:52.109;0 23:59:59.999;NULL"),
        (
            "SELECT max(at) - min(at), max(day) - min(day) FROM t",
            DAYS,
            "20780 10:05:07.892|20788 00:00:00.000",
        ),
        (
            "SELECT at - from_iso8601_timestamp('2026-11-23T12:05:07.891+02:00') FROM t WHERE n = 1",
            DAYS,
            "0 00:00:00.000",
        ),
        (
            "SELECT INTERVAL '24' HOUR = INTERVAL '1' DAY, INTERVAL '13' MONTH > INTERVAL '1' YEAR",
            "boolean",
            "true|true",
        ),
        (
            "SELECT INTERVAL '-1' DAY < INTERVAL '0' DAY, INTERVAL '1' DAY BETWEEN INTERVAL '1' HOUR AND INTERVAL '30' HOUR",
            "boolean",
            "true|true",
        ),
        (
            "SELECT INTERVAL '1' DAY IN (INTERVAL '2' DAY, INTERVAL '24' HOUR), nullif(INTERVAL '1' DAY, INTERVAL '24' HOUR)",
            "boolean",
            "true|NULL",
        ),
        ("SELECT n FROM t WHERE at - day < INTERVAL '0' SECOND", "integer", "1"),
        (
            "SELECT i, count(*) FROM (SELECT at - at AS i FROM t) x GROUP BY i ORDER BY i",
            DAYS,
            "0 00:00:00.000|2;NULL|1",
        ),
        ("SELECT DISTINCT n * INTERVAL '0' MONTH FROM t", MONTHS, "0-0"),
        ("SELECT n * INTERVAL '1' DAY FROM t ORDER BY 1 DESC LIMIT 2", DAYS, "3 00:00:00.000;2 00:00:00.000"),
        (
            "SELECT CASE WHEN n = 1 THEN INTERVAL '1' DAY END FROM t ORDER BY n",
            DAYS,
            "1 00:00:00.000;NULL;NULL",
        ),
        (
            "SELECT max(n * INTERVAL '1' MONTH), min(n * INTERVAL '1' HOUR) FROM t",
            MONTHS,
            "0-3|0 01:00:00.000",
        ),
        ("SELECT coalesce(at - day, INTERVAL '1' MINUTE) FROM t WHERE n = 3", DAYS, "0 00:01:00.000"),
        (
            "SELECT day(i), hour(i), minute(i), second(i), millisecond(i) FROM (SELECT INTERVAL '12 10:45:32.123' DAY TO SECOND AS i) x",
            "bigint",
            "12|10|45|32|123",
        ),
        (
            "SELECT day(i), hour(i), second(i) FROM (SELECT -INTERVAL '12 10:45:32.123' DAY TO SECOND AS i) x",
            "bigint",
            "-12|-10|-32",
        ),
        (
            "SELECT EXTRACT(DAY FROM INTERVAL '36' HOUR), EXTRACT(HOUR FROM INTERVAL '36' HOUR)",
            "bigint",
            "1|12",
        ),
        ("SELECT year(i), month(i) FROM (SELECT INTERVAL '3-7' YEAR TO MONTH AS i) x", "bigint", "3|7"),
        (
            "SELECT EXTRACT(YEAR FROM INTERVAL '-30' MONTH), EXTRACT(MONTH FROM INTERVAL '-30' MONTH)",
            "bigint",
            "-2|-6",
        ),
        ("SELECT to_milliseconds(INTERVAL '1' DAY), to_milliseconds(NULL)", "bigint", "86400000|NULL"),
        ("SELECT to_milliseconds(-(at - day)) FROM t ORDER BY n", "bigint", "568492109;-86399999;NULL"),
        (
            "SELECT to_milliseconds(-i) FROM (SELECT at - day AS i FROM t) s ORDER BY 1",
            "bigint",
            "-86399999;568492109;NULL",
        ),
        ("SELECT -n, -(n + 1) FROM t ORDER BY n", "integer", "-1|-2;-2|-3;-3|-4"),
        ("SELECT to_milliseconds(at - day) FROM t ORDER BY n", "bigint", "-568492109;86399999;NULL"),
        (
            "SELECT parse_duration('42.8ms'), parse_duration('3.81 d'), parse_duration('5m'), parse_duration(NULL)",
            DAYS,
            "0 00:00:00.043|3 19:26:24.000|0 00:05:00.000|NULL",
        ),
        (
            "SELECT human_readable_seconds(96), human_readable_seconds(3762), human_readable_seconds(56363463)",
            "varchar",
            "1 minute, 36 seconds|1 hour, 2 minutes, 42 seconds|93 weeks, 1 day, 8 hours, 31 minutes, 3 seconds",
        ),
        (
            "SELECT human_readable_seconds(n), human_readable_seconds(f) FROM t ORDER BY n",
            "varchar",
            "1 second|2 seconds;2 seconds|1 second;3 seconds|NULL",
        ),
    ];
    compare(&lake().await, &cases).await;
    let cases = [
        (
            "SELECT INTERVAL '1' DAY + INTERVAL '1' MONTH",
            "TYPE_MISMATCH: Cannot apply operator: interval day to second + interval year to month",
        ),
        (
            "SELECT INTERVAL '1' DAY = INTERVAL '1' MONTH",
            "TYPE_MISMATCH: Cannot apply operator: interval day to second = interval year to month",
        ),
        (
            "SELECT INTERVAL '1' DAY * INTERVAL '1' DAY",
            "TYPE_MISMATCH: Cannot apply operator: interval day to second * interval day to second",
        ),
        ("SELECT INTERVAL '1' DAY / 0", "DIVISION_BY_ZERO: Division by zero"),
        (
            "SELECT n FROM t WHERE n = INTERVAL '1' DAY",
            "TYPE_MISMATCH: line 1:23: Cannot apply operator: integer = interval day to second",
        ),
        (
            "SELECT at > INTERVAL '1' MONTH FROM t",
            "TYPE_MISMATCH: line 1:8: Cannot apply operator: timestamp > interval year to month",
        ),
        (
            "SELECT 2 / INTERVAL '1' DAY",
            "TYPE_MISMATCH: Cannot apply operator: bigint / interval day to second",
        ),
        (
            "SELECT INTERVAL '1' DAY * 9223372036854775807",
            "NUMERIC_VALUE_OUT_OF_RANGE: the time is beyond what a timestamp holds",
        ),
        (
            "SELECT INTERVAL '178956970' YEAR + INTERVAL '178956970' YEAR",
            "NUMERIC_VALUE_OUT_OF_RANGE: the time is beyond what a timestamp holds",
        ),
        ("SELECT year(INTERVAL '1' DAY)", "FUNCTION_NOT_FOUND: Unexpected parameters for function year"),
        ("SELECT day(INTERVAL '1' MONTH)", "FUNCTION_NOT_FOUND: Unexpected parameters for function day"),
        (
            "SELECT to_milliseconds(INTERVAL '1' MONTH)",
            "FUNCTION_NOT_FOUND: Unexpected parameters for function to_milliseconds",
        ),
        ("SELECT parse_duration('5 fortnights')", "INVALID_FUNCTION_ARGUMENT: Unknown time unit: fortnights"),
        (
            "SELECT parse_duration('fast')",
            "INVALID_FUNCTION_ARGUMENT: duration is not a valid data duration string: fast",
        ),
        (
            "SELECT CAST(INTERVAL '1' DAY AS JSON)",
            "TYPE_MISMATCH: Cannot cast interval day to second to json",
        ),
        (
            "SELECT INTERVAL '1 2' DAY",
            "INVALID_LITERAL: INTERVAL '1 2' DAY is not a valid interval literal: expected a number of units, as in INTERVAL '1' DAY",
        ),
    ];
    refuse(&lake().await, &cases).await;
}
