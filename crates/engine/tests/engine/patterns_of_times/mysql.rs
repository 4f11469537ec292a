//! `date_format` and `date_parse`.

use super::lake;
use crate::golden::{compare, refuse};

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
