//! `format`. What is expected is from Trino's documentation ("Conversion functions") and tests (`TestFormatFunction`), and
//! from Java 17's `String.format`, which was asked for each of the numbers and dates here.

use crate::{
    both::{both, fail},
    golden::{compare, refuse},
    lake::Lake,
};

#[tokio::test]
async fn texts_and_their_places() {
    both(&[
        ("format({0}, {1}, {2})", &["%-7s,%7s", "hello", "world"], "varchar", "hello  ,  world"),
        ("format({0}, {1}, {2}, 'c')", &["%2$s %3$s %1$s", "a", "b"], "varchar", "b c a"),
        ("format({0}, {1})", &["%s", "a"], "varchar", "a"),
        ("format({0}, {1})", &["%s", "NULL"], "varchar", "null"),
        ("format({0}, {1})", &["NULL", "a"], "varchar", "NULL"),
        ("format({0}, {1})", &["no place", "a"], "varchar", "no place"),
        ("format({0}, {1})", &["%S %<s %1$s", "aß"], "varchar", "ASS aß aß"),
        ("format({0}, {1}, {1})", &["%.2s-%5.1s", "ñandú"], "varchar", "ña-    ñ"),
        ("format({0}, {1})", &["100%% %s", "é"], "varchar", "100% é"),
        ("format({0}, {1})", &["%b", "NULL"], "varchar", "false"),
        ("format({0}, {1})", &["%B", "x"], "varchar", "TRUE"),
        ("length(format({0}, {1}))", &["%n%s", "x"], "bigint", "2"),
        ("format({0}, {1})", &["%5s", "NULL"], "varchar", " null"),
        ("format({0}, {1}, {2})", &["%2$s%s", "a", "b"], "varchar", "ba"),
        ("format({0}, {1}, {2})", &["%s%2$s%<s", "a", "b"], "varchar", "abb"),
        ("format({0}, {1})", &["", "b"], "varchar", "''"),
    ])
    .await;
    fail(&[
        (
            "format({0}, {1})",
            &["%s %s", "a"],
            "INVALID_FUNCTION_ARGUMENT: Invalid format string: %s %s (MissingFormatArgument: Format specifier '%s')",
        ),
        (
            "format({0}, {1})",
            &["%2$s", "a"],
            "INVALID_FUNCTION_ARGUMENT: Invalid format string: %2$s (MissingFormatArgument: Format specifier '%2$s')",
        ),
        (
            "format({0}, {1})",
            &["%d", "a"],
            "INVALID_FUNCTION_ARGUMENT: Invalid format string: %d (IllegalFormatConversion: d != java.lang.String)",
        ),
        (
            "format({0}, {1})",
            &["%", "a"],
            "INVALID_FUNCTION_ARGUMENT: Invalid format string: % (UnknownFormatConversion: Conversion = '%')",
        ),
        (
            "format({0}, {1})",
            &["%q", "a"],
            "INVALID_FUNCTION_ARGUMENT: Invalid format string: %q (UnknownFormatConversion: Conversion = 'q')",
        ),
        (
            "format({0}, {1})",
            &["%-s", "a"],
            "INVALID_FUNCTION_ARGUMENT: Invalid format string: %-s (MissingFormatWidth: %-s)",
        ),
        (
            "format({0}, {1})",
            &["%h", "a"],
            "INVALID_FUNCTION_ARGUMENT: format with %h is not supported by the local engine",
        ),
        (
            "format({0}, {1})",
            &["%2000000000s", "a"],
            "EXCEEDED_LOCAL_MEMORY_LIMIT: format makes a text of more than 1048576 bytes, the most of the local engine",
        ),
    ])
    .await;
}

async fn lake() -> Lake {
    let types = [
        ("n", "int"),
        ("big", "bigint"),
        ("d", "double"),
        ("r", "float"),
        ("price", "decimal(12,2)"),
        ("ok", "boolean"),
        ("day", "date"),
        ("at", "timestamp"),
        ("code", "binary"),
    ];
    let rows = [
        r#"{"n": 8, "big": -1234567, "d": 2.675, "r": 0.1, "price": "1234567.89", "ok": true, "day": "2006-07-04",
            "at": "2006-07-04T09:05:00", "code": "00"}"#,
        r#"{"n": -8, "big": 9223372036854775807, "d": -0.0, "r": 16777216, "price": "-0.05", "ok": false,
            "day": "1969-12-31", "at": "1969-12-31T23:59:59.120"}"#,
        r#"{"d": 1e22}"#,
    ];
    let rows = rows.map(|row| row.replace('\n', " "));
    Lake::of(&types, &rows.iter().map(String::as_str).collect::<Vec<_>>()).await
}

#[tokio::test]
async fn numbers() {
    let lake = lake().await;
    let of =
        |format: &str, column: &str| format!("SELECT format('{format}', {column}) FROM t ORDER BY n DESC");
    let cases = [
        ("%s%%", "n", "8%;-8%;null%"),
        ("%03d", "n", "008;-08;null"),
        ("%+d", "n", "+8;-8;null"),
        ("% d", "n", " 8;-8;null"),
        ("%(d", "n", "8;(8);null"),
        ("%5d.", "n", "    8.;   -8.; null."),
        ("%-5d.", "n", "8    .;-8   .;null ."),
        ("%x", "n", "8;fffffffffffffff8;null"),
        ("%#o", "n", "010;01777777777777777777770;null"),
        ("%,d", "big", "-1,234,567;9,223,372,036,854,775,807;null"),
        ("%,012d", "big", "-001,234,567;9,223,372,036,854,775,807;        null"),
        ("%s", "d", "2.675;-0.0;1.0E22"),
        ("%.2f", "d", "2.68;-0.00;10000000000000000000000.00"),
        ("%f", "d", "2.675000;-0.000000;10000000000000000000000.000000"),
        ("%.0f", "d", "3;-0;10000000000000000000000"),
        ("%e", "d", "2.675000e+00;-0.000000e+00;1.000000e+22"),
        ("%.1E", "d", "2.7E+00;-0.0E+00;1.0E+22"),
        ("%,.1f", "d", "2.7;-0.0;10,000,000,000,000,000,000,000.0"),
        ("%s", "r", "0.1;1.6777216E7;null"),
        ("%.10f", "r", "0.1000000015;16777216.0000000000;null"),
        ("%,.2f", "price", "1,234,567.89;-0.05;nu"),
        ("%.1f", "price", "1234567.9;-0.1;n"),
        ("%.4f", "price", "1234567.8900;-0.0500;null"),
        ("%.3e", "price", "1.235e+06;-5.000e-02;nul"),
        ("%012.1f", "price", "0001234567.9;-000000000.1;           n"),
        ("%s", "price", "1234567.89;-0.05;null"),
        ("%b", "ok", "true;false;false"),
        ("%5b", "ok", " true;false;false"),
        ("%s", "ok", "true;false;null"),
        ("%tF", "n", "1970-01-01;1969-12-31;null"),
        ("%s", "day", "2006-07-04;1969-12-31;null"),
        (
            "%1$tA, %1$tB %1$te, %1$tY",
            "day",
            "Tuesday, July 4, 2006;Wednesday, December 31, 1969;null, null null, null",
        ),
        ("%tF", "day", "2006-07-04;1969-12-31;null"),
        ("%1$tH:%1$tM:%1$tS.%1$tL", "at", "09:05:00.000;23:59:59.120;null:null:null.null"),
        ("%TB %1$tp.", "at", "JULY am.;DECEMBER pm.;NULL null."),
        ("%s", "at", "2006-07-04T09:05;1969-12-31T23:59:59.120;null"),
        ("%tj %1$td %1$tm %1$ty", "at", "185 04 07 06;365 31 12 69;null null null null"),
    ];
    let cases = cases.map(|(format, column, expected)| (of(format, column), expected));
    let cases: Vec<(&str, &str, &str)> =
        cases.iter().map(|(sql, expected)| (sql.as_str(), "varchar", *expected)).collect();
    compare(&lake, &cases).await;
    compare(
        &lake,
        &[
            ("SELECT format('%X', n), format('%TB', at) FROM t WHERE n = 8", "varchar", "8|JULY"),
            ("SELECT format('%X', n) || '.' FROM t WHERE n IS NULL", "varchar", "NULL."),
            (
                "SELECT format('%03d', 8), format('%.5f', 3.14159265E0), format('%s', 1.50)",
                "varchar",
                "008|3.14159|1.50",
            ),
            (
                "SELECT format('%,.2f', 1234567.89), format('%s%%', 123), format('%s', true)",
                "varchar",
                "1,234,567.89|123%|true",
            ),
            ("SELECT format('%s', CAST(n AS json)) FROM t WHERE n = 8", "varchar", "8"),
            (
                "SELECT length(format('%.70000f', 1E0)), length(format('%70000d', 1)), length(format('%070000.1e', 0.5))",
                "bigint",
                "70002|70000|70000",
            ),
            ("SELECT format('%s', n) FROM t WHERE n = 7", "varchar", ""),
            ("SELECT format('%s', d / 0E0) FROM t WHERE n = 8", "varchar", "Infinity"),
            (
                "SELECT format('%012.1f', -d / 0E0), format('%E', d / 0E0) FROM t WHERE n = 8",
                "varchar",
                "   -Infinity|INFINITY",
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn what_java_refuses() {
    let lake = lake().await;
    let cases = [
        ("%.4d", "n", "IllegalFormatPrecision: 4"),
        ("%f", "n", "IllegalFormatConversion: f != java.lang.Long"),
        ("%d", "d", "IllegalFormatConversion: d != java.lang.Double"),
        ("%d", "r", "IllegalFormatConversion: d != java.lang.Float"),
        ("%d", "price", "IllegalFormatConversion: d != java.math.BigDecimal"),
        ("%d", "ok", "IllegalFormatConversion: d != java.lang.Boolean"),
        ("%d", "day", "IllegalFormatConversion: d != java.time.LocalDate"),
        ("%f", "at", "IllegalFormatConversion: f != java.time.LocalDateTime"),
        ("%tY", "ok", "IllegalFormatConversion: Y != java.lang.Boolean"),
        ("%03s", "n", "FormatFlagsConversionMismatch: Conversion = s, Flags = 0"),
        ("%,x", "n", "FormatFlagsConversionMismatch: Conversion = x, Flags = ,"),
        ("%0d", "n", "MissingFormatWidth: %0d"),
        ("%-05d", "n", "IllegalFormatFlags: Flags = '-0'"),
        ("%+ d", "n", "IllegalFormatFlags: Flags = '+ '"),
        ("%--5d", "n", "DuplicateFormatFlags: Flags = '-'"),
        ("%5.", "n", "UnknownFormatConversion: Conversion = '5'"),
    ];
    let cases = cases.map(|(format, column, what)| {
        (
            format!("SELECT format('{format}', {column}) FROM t WHERE n = 8"),
            format!("INVALID_FUNCTION_ARGUMENT: Invalid format string: {format} ({what})"),
        )
    });
    let cases: Vec<(&str, &str)> = cases.iter().map(|(sql, error)| (sql.as_str(), error.as_str())).collect();
    refuse(&lake, &cases).await;
    refuse(
        &lake,
        &[
            ("SELECT format('a')", "FUNCTION_NOT_FOUND: Unexpected parameters for function format"),
            ("SELECT format(n, n) FROM t", "FUNCTION_NOT_FOUND: Unexpected parameters for function format"),
            (
                "SELECT format('%s', code) FROM t",
                "FUNCTION_NOT_FOUND: Unexpected parameters for function format",
            ),
            (
                "SELECT format('%c', n) FROM t WHERE n = 8",
                "INVALID_FUNCTION_ARGUMENT: format with %c is not supported by the local engine",
            ),
            (
                "SELECT format('%5.1G', d) FROM t WHERE n = 8",
                "INVALID_FUNCTION_ARGUMENT: format with %G is not supported by the local engine",
            ),
            (
                "SELECT format('%tH', day) FROM t WHERE n = 8",
                "INVALID_FUNCTION_ARGUMENT: format of a date as %tH is not supported by the local engine",
            ),
            (
                "SELECT format('%tY', DATE '9999-12-31' + INTERVAL '1' DAY)",
                "INVALID_FUNCTION_ARGUMENT: format of the year 10000 as %tY is not supported by the local engine",
            ),
            (
                "SELECT format('%tQ', at) FROM t WHERE n = 8",
                "INVALID_FUNCTION_ARGUMENT: format of a time as %tQ is not supported by the local engine",
            ),
        ],
    )
    .await;
}
