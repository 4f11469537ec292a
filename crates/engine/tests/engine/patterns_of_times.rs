//! Times written and read by patterns: MySQL's, and Joda-Time's. (Trino's documentation, "Date and time functions and
//! operators": "MySQL date functions" and "Java date functions"; its TestDateTimeFunctions.)

use crate::{
    golden::{compare, refuse},
    lake::Lake,
};

const ZONED: &str = "timestamp with time zone";

async fn lake() -> Lake {
    let rows = [
        r#"{"n": 1, "at": "2001-08-22T03:04:05.321", "day": "2001-08-22", "text": "2001-08-22 03:04:05", "f": "%Y-%m-%d %H:%i:%s", "j": "yyyy-MM-dd HH:mm:ss"}"#,
        r#"{"n": 2, "at": "2026-01-01T13:00:00", "day": "2026-01-01", "text": "01/02/99", "f": "%d/%m/%y", "j": "dd/MM/'é'"}"#,
        r#"{"n": 3}"#,
    ];
    let types = [
        ("n", "int"),
        ("at", "timestamp"),
        ("day", "date"),
        ("text", "string"),
        ("f", "string"),
        ("j", "string"),
    ];
    Lake::of(&types, &rows).await
}

#[tokio::test]
async fn mysql() {
    let cases = [
        ("SELECT date_format(TIMESTAMP '2022-10-20 05:10:00', '%m-%d-%Y %H')", "varchar", "10-20-2022 05"),
        ("SELECT date_parse('2022/10/20/05', '%Y/%m/%d/%H')", "timestamp", "2022-10-20 05:00:00.000"),
        (
            "SELECT date_format(at, '%a %b %c %d %e %f %H %h') FROM t WHERE n = 1",
            "varchar",
            "Wed Aug 8 22 22 321000 03 03",
        ),
        (
            "SELECT date_format(at, '%I %i %j %k %l %M %m %p') FROM t WHERE n = 1",
            "varchar",
            "03 04 234 3 3 August 08 AM",
        ),
        (
            "SELECT date_format(at, '%r %S %s %T %v %W %Y %y %x %%') FROM t WHERE n = 1",
            "varchar",
            "03:04:05 AM 05 05 03:04:05 34 Wednesday 2001 01 2001 %",
        ),
        (
            "SELECT date_format(at, '%r %T %v %x %W %p %h') FROM t WHERE n = 2",
            "varchar",
            "01:00:00 PM 13:00:00 01 2026 Thursday PM 01",
        ),
        (
            "SELECT date_format(day, '%Y-%m-%d %q%é') FROM t ORDER BY n",
            "varchar",
            "2001-08-22 qé;2026-01-01 qé;NULL",
        ),
        ("SELECT date_format(at, f) FROM t ORDER BY n", "varchar", "2001-08-22 03:04:05;01/01/26;NULL"),
        ("SELECT date_format(at, NULL), date_format(NULL, '%Y') FROM t WHERE n = 1", "varchar", "NULL|NULL"),
        ("SELECT date_format(at AT TIME ZONE 'Asia/Tokyo', '%H') FROM t WHERE n = 1", "varchar", "12"),
        ("SELECT date_format(at, '%Y%') FROM t WHERE n = 1", "varchar", "2001"),
        ("SELECT date_format(at, '') FROM t WHERE n = 1", "varchar", "''"),
        (
            "SELECT date_parse(text, f) FROM t ORDER BY n",
            "timestamp",
            "2001-08-22 03:04:05.000;1999-02-01 00:00:00.000;NULL",
        ),
        (
            "SELECT date_parse('2013', '%Y'), date_parse('2013-05', '%Y-%m'), date_parse('2013-05-17', '%Y-%m-%d')",
            "timestamp",
            "2013-01-01 00:00:00.000|2013-05-01 00:00:00.000|2013-05-17 00:00:00.000",
        ),
        (
            "SELECT date_parse('2013-05-17 12:35:10', '%Y-%m-%d %h:%i:%s')",
            "timestamp",
            "2013-05-17 00:35:10.000",
        ),
        (
            "SELECT date_parse('2013-05-17 12:35:10 PM', '%Y-%m-%d %h:%i:%s %p')",
            "timestamp",
            "2013-05-17 12:35:10.000",
        ),
        (
            "SELECT date_parse('2013-05-17 12:35:10 am', '%Y-%m-%d %h:%i:%s %p')",
            "timestamp",
            "2013-05-17 00:35:10.000",
        ),
        (
            "SELECT date_parse('2013-05-17 23:35:10', '%Y-%m-%d %H:%i:%s'), date_parse('12:34:56', '%T')",
            "timestamp",
            "2013-05-17 23:35:10.000|1970-01-01 12:34:56.000",
        ),
        (
            "SELECT date_parse('abc 2013-05-17 fff 23:35:10 xyz', 'abc %Y-%m-%d fff %H:%i:%s xyz')",
            "timestamp",
            "2013-05-17 23:35:10.000",
        ),
        ("SELECT date_parse('2013 14', '%Y %y')", "timestamp", "2014-01-01 00:00:00.000"),
        (
            "SELECT date_parse('70', '%y'), date_parse('69', '%y')",
            "timestamp",
            "1970-01-01 00:00:00.000|2069-01-01 00:00:00.000",
        ),
        (
            "SELECT date_parse('1998 53', '%x %v'), date_parse('2026 48', '%x %v')",
            "timestamp",
            "1998-12-28 00:00:00.000|2026-11-23 00:00:00.000",
        ),
        (
            "SELECT date_parse('1.1', '%s.%f'), date_parse('1.01', '%s.%f'), date_parse('1.2006', '%s.%f')",
            "timestamp",
            "1970-01-01 00:00:01.100|1970-01-01 00:00:01.010|1970-01-01 00:00:01.200",
        ),
        (
            "SELECT date_parse('59.123456789', '%s.%f'), date_parse('0', '%k')",
            "timestamp",
            "1970-01-01 00:00:59.123|1970-01-01 00:00:00.000",
        ),
        (
            "SELECT date_parse('28-JAN-16 11.45.46.421000 PM', '%d-%b-%y %l.%i.%s.%f %p')",
            "timestamp",
            "2016-01-28 23:45:46.421",
        ),
        (
            "SELECT date_parse('11-DEC-70 11.12.13.456000 AM', '%d-%b-%y %l.%i.%s.%f %p')",
            "timestamp",
            "1970-12-11 11:12:13.456",
        ),
        (
            "SELECT date_parse('31-may-69 04.59.59.999000 AM', '%d-%b-%y %l.%i.%s.%f %p')",
            "timestamp",
            "2069-05-31 04:59:59.999",
        ),
        (
            "SELECT date_parse('11-23', '%m-%d'), date_parse('366', '%j')",
            "timestamp",
            "2000-11-23 00:00:00.000|2000-12-31 00:00:00.000",
        ),
        (
            "SELECT date_parse('Monday, November 23, 2026', '%W, %M %e, %Y')",
            "timestamp",
            "2026-11-23 00:00:00.000",
        ),
        ("SELECT date_parse('Mon 2026-11-24', '%a %Y-%m-%d')", "timestamp", "2026-11-23 00:00:00.000"),
        (
            "SELECT date_parse('2024-060', '%Y-%j'), date_parse('3:4:5 PM', '%l:%i:%s %p')",
            "timestamp",
            "2024-02-29 00:00:00.000|1970-01-01 15:04:05.000",
        ),
        ("SELECT year(date_parse('-0001', '%Y')), month(date_parse('+2', '%Y'))", "bigint", "-1|1"),
        ("SELECT n FROM t WHERE date_parse(text, f) > TIMESTAMP '2000-01-01'", "integer", "1"),
    ];
    compare(&lake().await, &cases).await;
    let cases = [
        (
            "SELECT date_parse('2026-13-01', '%Y-%m-%d')",
            "INVALID_FUNCTION_ARGUMENT: Cannot parse \"2026-13-01\": Value 13 for monthOfYear must be in the range [1,12]",
        ),
        (
            "SELECT date_parse('2026-02-29', '%Y-%m-%d')",
            "INVALID_FUNCTION_ARGUMENT: Cannot parse \"2026-02-29\": Value 29 for dayOfMonth must be in the range [1,28]",
        ),
        (
            "SELECT date_parse('24:00', '%H:%i')",
            "INVALID_FUNCTION_ARGUMENT: Cannot parse \"24:00\": Value 24 for hourOfDay must be in the range [0,23]",
        ),
        (
            "SELECT date_parse('13', '%h')",
            "INVALID_FUNCTION_ARGUMENT: Cannot parse \"13\": Value 13 for clockhourOfHalfday must be in the range [1,12]",
        ),
        ("SELECT date_parse('x', '%Y')", "INVALID_FUNCTION_ARGUMENT: Invalid format: \"x\""),
        (
            "SELECT date_parse('2026-', '%Y-%m')",
            "INVALID_FUNCTION_ARGUMENT: Invalid format: \"2026-\" is too short",
        ),
        (
            "SELECT date_parse('2026-11x', '%Y-%m')",
            "INVALID_FUNCTION_ARGUMENT: Invalid format: \"2026-11x\" is malformed at \"x\"",
        ),
        (
            "SELECT date_parse('20266', '%Y')",
            "INVALID_FUNCTION_ARGUMENT: Invalid format: \"20266\" is malformed at \"6\"",
        ),
        ("SELECT date_parse('é', '%M')", "INVALID_FUNCTION_ARGUMENT: Invalid format: \"é\""),
        (
            "SELECT date_parse('1st', '%D')",
            "INVALID_FUNCTION_ARGUMENT: %D not supported in date format string",
        ),
        (
            "SELECT date_parse('48', '%v')",
            "INVALID_FUNCTION_ARGUMENT: a week without the year of weeks, or beside another date, is not supported by the local engine",
        ),
        (
            "SELECT date_parse(at, '%Y') FROM t",
            "FUNCTION_NOT_FOUND: Unexpected parameters for function date_parse",
        ),
        (
            "SELECT date_format(at, '%X') FROM t",
            "INVALID_FUNCTION_ARGUMENT: %X not supported in date format string",
        ),
        (
            "SELECT date_format(date_parse('-0001', '%Y'), '%Y')",
            "INVALID_FUNCTION_ARGUMENT: date_format of the year -1 is not supported by the local engine",
        ),
    ];
    refuse(&lake().await, &cases).await;
}

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
