//! Intervals of both kinds: literals, how they are shown, and what is calculated with them.

use crate::{
    golden::{compare, refuse},
    lake::Lake,
};

mod calculated;

const DAYS: &str = "interval day to second";
const MONTHS: &str = "interval year to month";

async fn lake() -> Lake {
    let rows = [
        r#"{"n": 1, "at": "2026-11-23T10:05:07.891", "day": "2026-11-30", "f": 1.5}"#,
        r#"{"n": 2, "at": "1969-12-31T23:59:59.999", "day": "1969-12-31", "f": -0.5}"#,
        r#"{"n": 3}"#,
    ];
    Lake::of(&[("n", "int"), ("at", "timestamp"), ("day", "date"), ("f", "double")], &rows).await
}

/// Trino's documentation, "Date and time operators", and its TestIntervalDayTime and TestIntervalYearMonth.
#[tokio::test]
async fn literals_are_shown() {
    let cases = [
        ("SELECT INTERVAL '2' DAY", DAYS, "2 00:00:00.000"),
        ("SELECT INTERVAL '24' HOUR", DAYS, "1 00:00:00.000"),
        ("SELECT INTERVAL '90' MINUTE", DAYS, "0 01:30:00.000"),
        ("SELECT INTERVAL '1.5' SECOND", DAYS, "0 00:00:01.500"),
        ("SELECT INTERVAL '12 10:45:32.123' DAY TO SECOND", DAYS, "12 10:45:32.123"),
        ("SELECT INTERVAL '12 10:45' DAY TO SECOND", DAYS, "12 10:45:00.000"),
        ("SELECT INTERVAL '12 10:45' DAY TO MINUTE", DAYS, "12 10:45:00.000"),
        ("SELECT INTERVAL '12 10' DAY TO HOUR", DAYS, "12 10:00:00.000"),
        ("SELECT INTERVAL '10:45:32.123' HOUR TO SECOND", DAYS, "0 10:45:32.123"),
        ("SELECT INTERVAL '100:45' HOUR TO MINUTE", DAYS, "4 04:45:00.000"),
        ("SELECT INTERVAL '45:32.123' MINUTE TO SECOND", DAYS, "0 00:45:32.123"),
        ("SELECT INTERVAL '-2' DAY", DAYS, "-2 00:00:00.000"),
        ("SELECT INTERVAL - '2 3:00' DAY TO MINUTE", DAYS, "-2 03:00:00.000"),
        ("SELECT INTERVAL -'-2' DAY", DAYS, "2 00:00:00.000"),
        ("SELECT INTERVAL + '2' DAY", DAYS, "2 00:00:00.000"),
        ("SELECT -INTERVAL '2' DAY, - (-INTERVAL '1' MONTH)", DAYS, "-2 00:00:00.000|0-1"),
        ("SELECT INTERVAL '124-30' YEAR TO MONTH", MONTHS, "126-6"),
        ("SELECT INTERVAL '3' YEAR, INTERVAL '14' MONTH", MONTHS, "3-0|1-2"),
        ("SELECT INTERVAL '-1-6' YEAR TO MONTH", MONTHS, "-1-6"),
        ("SELECT INTERVAL '0' SECOND, INTERVAL '-0' MONTH", DAYS, "0 00:00:00.000|0-0"),
        ("SELECT INTERVAL '2147483647' DAY", DAYS, "2147483647 00:00:00.000"),
    ];
    compare(&lake().await, &cases).await;
}

/// Trino's documentation, "Date and time operators", and its TestDateTimeOperators.
#[tokio::test]
async fn times_are_moved() {
    let cases = [
        ("SELECT DATE '2012-08-08' + INTERVAL '2' DAY", "date", "2012-08-10"),
        ("SELECT TIMESTAMP '2012-08-08 01:00' + INTERVAL '29' HOUR", "timestamp", "2012-08-09 06:00:00.000"),
        ("SELECT TIMESTAMP '2012-10-31 01:00' + INTERVAL '1' MONTH", "timestamp", "2012-11-30 01:00:00.000"),
        ("SELECT DATE '2012-08-08' - INTERVAL '2' DAY", "date", "2012-08-06"),
        ("SELECT TIMESTAMP '2012-08-08 01:00' - INTERVAL '29' HOUR", "timestamp", "2012-08-06 20:00:00.000"),
        ("SELECT TIMESTAMP '2012-10-31 01:00' - INTERVAL '1' MONTH", "timestamp", "2012-09-30 01:00:00.000"),
        ("SELECT INTERVAL '3' DAY + DATE '2001-1-22'", "date", "2001-01-25"),
        ("SELECT INTERVAL '3' MONTH + DATE '2001-1-22'", "date", "2001-04-22"),
        ("SELECT DATE '2001-1-22' - INTERVAL '3' YEAR", "date", "1998-01-22"),
        ("SELECT DATE '2024-02-29' + INTERVAL '1' YEAR", "date", "2025-02-28"),
        ("SELECT DATE '2026-11-23' + INTERVAL '48' HOUR", "date", "2026-11-25"),
        (
            "SELECT INTERVAL '3' HOUR + TIMESTAMP '2001-1-22 03:04:05.321'",
            "timestamp",
            "2001-01-22 06:04:05.321",
        ),
        (
            "SELECT TIMESTAMP '2001-01-22 03:04:05.321 +05:09' + INTERVAL '3' HOUR",
            "timestamp with time zone",
            "2001-01-22 06:04:05.321 +05:09",
        ),
        (
            "SELECT TIMESTAMP '2026-03-07 12:00 America/New_York' + INTERVAL '1' DAY",
            "timestamp with time zone",
            "2026-03-08 13:00:00.000 America/New_York",
        ),
        (
            "SELECT TIMESTAMP '2026-02-08 12:00 America/New_York' + INTERVAL '1' MONTH",
            "timestamp with time zone",
            "2026-03-08 12:00:00.000 America/New_York",
        ),
        (
            "SELECT TIMESTAMP '2026-02-08 02:30 America/New_York' + INTERVAL '1' MONTH",
            "timestamp with time zone",
            "2026-03-08 03:30:00.000 America/New_York",
        ),
        (
            "SELECT at + INTERVAL '1' MONTH FROM t ORDER BY n",
            "timestamp",
            "2026-12-23 10:05:07.891;1970-01-31 23:59:59.999;NULL",
        ),
        (
            "SELECT at - INTERVAL '0.001' SECOND FROM t ORDER BY n",
            "timestamp",
            "2026-11-23 10:05:07.890;1969-12-31 23:59:59.998;NULL",
        ),
        (
            "SELECT day + INTERVAL '3' MONTH, day - INTERVAL '1' DAY FROM t ORDER BY n",
            "date",
            "2027-02-28|2026-11-29;1970-03-31|1969-12-30;NULL|NULL",
        ),
        ("SELECT day + n * INTERVAL '1' DAY FROM t ORDER BY n", "date", "2026-12-01;1970-01-02;NULL"),
        (
            "SELECT at + i FROM (SELECT at, n * INTERVAL '1' HOUR AS i, n FROM t) x ORDER BY n",
            "timestamp",
            "2026-11-23 11:05:07.891;1970-01-01 01:59:59.999;NULL",
        ),
        (
            "SELECT n FROM t WHERE at BETWEEN TIMESTAMP '2026-11-24' - INTERVAL '1' DAY AND TIMESTAMP '2026-11-24'",
            "integer",
            "1",
        ),
        ("SELECT n FROM t WHERE day + INTERVAL '1' DAY > TIMESTAMP '2026-11-30 23:00'", "integer", "1"),
        ("SELECT day + INTERVAL '1' DAY FROM t WHERE n > 3", "date", ""),
    ];
    compare(&lake().await, &cases).await;
    let cases = [
        (
            "SELECT DATE '2001-1-22' + INTERVAL '3' HOUR",
            "INVALID_FUNCTION_ARGUMENT: Cannot add hour, minutes or seconds to a date",
        ),
        (
            "SELECT INTERVAL '3' HOUR + day FROM t",
            "INVALID_FUNCTION_ARGUMENT: Cannot add hour, minutes or seconds to a date",
        ),
        (
            "SELECT day - INTERVAL '1' SECOND FROM t",
            "INVALID_FUNCTION_ARGUMENT: Cannot subtract hour, minutes or seconds from a date",
        ),
        (
            "SELECT INTERVAL '1' DAY - day FROM t",
            "TYPE_MISMATCH: Cannot apply operator: interval day to second - date",
        ),
        ("SELECT at + at FROM t", "TYPE_MISMATCH: line 1:8: Cannot apply operator: timestamp + timestamp"),
        (
            "SELECT at * INTERVAL '1' DAY FROM t",
            "TYPE_MISMATCH: line 1:8: Cannot apply operator: timestamp * interval day to second",
        ),
        (
            "SELECT day + INTERVAL '2147483647' DAY * 2 FROM t WHERE n = 1",
            "NUMERIC_VALUE_OUT_OF_RANGE: the time is beyond what a timestamp holds",
        ),
        // Microseconds in 64 bits; with a zone, milliseconds in 52 (Trino's `DateTimeEncoding`).
        (
            "SELECT at + INTERVAL '2147483647' DAY * 2 FROM t WHERE n = 1",
            "NUMERIC_VALUE_OUT_OF_RANGE: the time is beyond what a timestamp holds",
        ),
        (
            "SELECT TIMESTAMP '2026-01-01 00:00 UTC' - INTERVAL '100000000' DAY",
            "NUMERIC_VALUE_OUT_OF_RANGE: the time is beyond what a timestamp holds",
        ),
        (
            "SELECT at + INTERVAL '2147483647' DAY * 100 FROM t WHERE n = 1",
            "NUMERIC_VALUE_OUT_OF_RANGE: the time is beyond what a timestamp holds",
        ),
    ];
    refuse(&lake().await, &cases).await;
}
