//! Casts that are compared with a literal, and timestamps with more digits than a column has.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int32Array};
use engine::{BytesScanned, Cancellation, csv};

use crate::{
    golden::{compare, refuse},
    lake::Lake,
};

/// What an operator says of two numbers.
type Compare = fn(&i64, &i64) -> bool;

/// DataFusion 55.2 takes a cast from a column that is compared, and casts the other side (apache/datafusion#23095, #24702).
#[tokio::test]
async fn a_cast_that_loses_something_is_made() {
    let decimal = "FROM (VALUES CAST(0.125 AS decimal(4,3)), CAST(0.100 AS decimal(4,3))) t (x)";
    let bigint = "FROM (VALUES 5, 9999999999) t (x)";
    let cases = [
        (format!("SELECT x {decimal} WHERE CAST(x AS decimal(10,2)) = 0.13"), "decimal(4,3)", "0.125"),
        (format!("SELECT x {decimal} WHERE 0.13 = CAST(x AS decimal(10,2))"), "decimal(4,3)", "0.125"),
        (format!("SELECT x {decimal} WHERE CAST(x AS decimal(10,2)) IN (0.13, 7)"), "decimal(4,3)", "0.125"),
        (format!("SELECT x {decimal} WHERE CAST(x AS decimal(10,2)) NOT IN (0.1)"), "decimal(4,3)", "0.125"),
        (format!("SELECT x {decimal} WHERE CAST(x AS decimal(10,0)) = 0"), "decimal(4,3)", "0.125;0.100"),
        (format!("SELECT x {decimal} WHERE CAST(x AS decimal(4,1)) <> 0.1"), "decimal(4,3)", ""),
        (format!("SELECT x {decimal} WHERE CAST(x AS decimal(4,1)) > 0.1"), "decimal(4,3)", ""),
        (format!("SELECT x {decimal} WHERE CAST(x AS decimal(4,2)) >= 0.13"), "decimal(4,3)", "0.125"),
        (
            format!("SELECT x {decimal} WHERE CAST(x AS decimal(4,2)) BETWEEN 0.13 AND 0.14"),
            "decimal(4,3)",
            "0.125",
        ),
        (format!("SELECT count(*) {decimal} WHERE CAST(x AS integer) = 0"), "bigint", "2"),
        (format!("SELECT CAST(x AS decimal(10,2)) = 0.13 {decimal}"), "boolean", "true;false"),
        (
            format!("SELECT CASE CAST(x AS decimal(10,2)) WHEN 0.13 THEN 'a' ELSE 'b' END {decimal}"),
            "varchar",
            "a;b",
        ),
        (format!("SELECT x {bigint} WHERE TRY_CAST(x AS integer) > 1"), "bigint", "5"),
        (format!("SELECT x {bigint} WHERE TRY_CAST(x AS integer) IS NULL"), "bigint", "9999999999"),
        (format!("SELECT x {bigint} WHERE TRY_CAST(x AS integer) IN (5, 6)"), "bigint", "5"),
        (format!("SELECT x {bigint} WHERE TRY_CAST(x AS decimal(5,0)) > 1"), "bigint", "5"),
        (format!("SELECT TRY_CAST(x AS integer) > 1 {bigint}"), "boolean", "true;NULL"),
        (format!("SELECT TRY_CAST(x AS smallint) < 6 {bigint}"), "boolean", "true;NULL"),
        (format!("SELECT TRY_CAST(x AS decimal(5,2)) {bigint}"), "decimal(5,2)", "5.00;NULL"),
        (format!("SELECT TRY(CAST(x AS integer)) > 1 {bigint}"), "boolean", "true;NULL"),
        // What loses nothing.
        (format!("SELECT x {decimal} WHERE CAST(x AS decimal(8,4)) = 0.125"), "decimal(4,3)", "0.125"),
        (format!("SELECT x {bigint} WHERE CAST(x AS decimal(19,0)) < 6"), "bigint", "5"),
        ("SELECT CAST(7 AS decimal(3,2)), CAST(-7 AS decimal(1,0))".to_owned(), "decimal(3,2)", "7.00|-7"),
    ];
    let cases: Vec<(&str, &str, &str)> =
        cases.iter().map(|(sql, data_type, expected)| (sql.as_str(), *data_type, *expected)).collect();
    let lake = Lake::new();
    compare(&lake, &cases).await;
    refuse(
        &lake,
        &[
            (
                "SELECT x FROM (VALUES 5, 9999999999) t (x) WHERE CAST(x AS integer) > 1",
                "NUMERIC_VALUE_OUT_OF_RANGE: Out of range for integer: 9999999999",
            ),
            (
                "SELECT CAST(x AS decimal(5,0)) > 1 FROM (VALUES 5, 9999999999) t (x)",
                "INVALID_CAST_ARGUMENT: Cannot cast BIGINT '9999999999' to DECIMAL(5, 0)",
            ),
            (
                "SELECT CAST(x AS decimal(3,2)) > 1 FROM (VALUES 5, 10) t (x)",
                "INVALID_CAST_ARGUMENT: Cannot cast INTEGER '10' to DECIMAL(3, 2)",
            ),
            (
                "SELECT CAST(x AS decimal(2,1)) > 1 FROM (VALUES 9.95) t (x)",
                "INVALID_CAST_ARGUMENT: Cannot cast DECIMAL(3, 2) '9.95' to DECIMAL(2, 1)",
            ),
        ],
    )
    .await;
}

/// Every comparison with every literal, against a cast calculated here.
#[tokio::test]
async fn casts_of_decimals_compare_as_they_are_calculated() {
    // In thousandths; all of decimal(4,3).
    let units: [i64; 14] = [-9_995, -1_005, -125, -50, -1, 0, 4, 5, 49, 50, 124, 125, 995, 9_995];
    let shown = |units: i64| {
        let sign = if units < 0 { "-" } else { "" };
        format!("{sign}{}.{:03}", units.abs() / 1_000, units.abs() % 1_000)
    };
    let rows: Vec<String> = units.iter().map(|units| format!("{{\"x\": \"{}\"}}", shown(*units))).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let lake = Lake::of(&[("x", "decimal(4,3)")], &rows).await;
    let mut wrong = Vec::new();
    for places in 0..=3_u32 {
        let step = 10_i64.pow(3 - places);
        let rounded = |units: i64| (units.abs() + step / 2) / step * step * units.signum();
        for literal in [-1_000, -130, -125, -100, 0, 5, 10, 100, 120, 125, 130, 1_000, 9_995] {
            let operators: [(&str, Compare); 6] = [
                ("=", i64::eq),
                ("<>", i64::ne),
                ("<", i64::lt),
                ("<=", i64::le),
                (">", i64::gt),
                (">=", i64::ge),
            ];
            for (operator, holds) in operators {
                let kept = units.iter().filter(|units| holds(&rounded(**units), &literal));
                let expected: String = kept.map(|units| format!("\"{}\"\n", shown(*units))).collect();
                let sql = format!(
                    "SELECT x FROM t WHERE CAST(x AS decimal(10,{places})) {operator} {} ORDER BY x",
                    shown(literal)
                );
                let found = lake.rows(&sql).await;
                if found != expected {
                    wrong.push(format!("{sql}: {found:?}, not {expected:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Of a literal with more digits than a column has, DataFusion drops them where it looks through the column's cast.
#[tokio::test]
async fn timestamps_are_compared_by_all_their_digits() {
    let row = r#"{"n": 1, "at": "2026-11-23T10:05:00.123"}"#;
    let lake = Lake::of(&[("n", "int"), ("at", "timestamp")], &[row, r#"{"n": 2}"#]).await;
    let (short, exact, long) = (
        "TIMESTAMP '2026-11-23 10:05:00.123'",
        "TIMESTAMP '2026-11-23 10:05:00.123000'",
        "TIMESTAMP '2026-11-23 10:05:00.123456'",
    );
    let nanoseconds = "TIMESTAMP '2026-11-23 10:05:00.123000001'";
    let cases = [
        (format!("at = {short}"), "1"),
        (format!("at = {exact}"), "1"),
        (format!("at = {long}"), ""),
        (format!("at <> {long}"), "1"),
        (format!("at < {long}"), "1"),
        (format!("at <= {nanoseconds}"), "1"),
        (format!("at >= {nanoseconds}"), ""),
        (format!("{long} > at"), "1"),
        (format!("at BETWEEN {short} AND {long}"), "1"),
        (format!("at BETWEEN {long} AND {long}"), ""),
        (format!("at IN ({long}, {short})"), "1"),
        (format!("at NOT IN ({long})"), "1"),
        (format!("at IS DISTINCT FROM {long}"), "1;2"),
        (format!("CASE at WHEN {long} THEN true ELSE false END"), ""),
        (format!("coalesce(at, {long}) = {long}"), "2"),
    ];
    let cases: Vec<(String, &str)> = cases
        .into_iter()
        .map(|(condition, expected)| (format!("SELECT n FROM t WHERE {condition} ORDER BY n"), expected))
        .chain([
            (
                format!("SELECT n FROM (SELECT n, at FROM t UNION ALL SELECT 3, {long}) WHERE at = {long}"),
                "3",
            ),
            (
                format!("SELECT n FROM (SELECT n, at FROM t UNION ALL SELECT 3, {long}) WHERE at < {long}"),
                "1",
            ),
        ])
        .collect();
    let cases: Vec<(&str, &str, &str)> =
        cases.iter().map(|(sql, expected)| (sql.as_str(), "integer", *expected)).collect();
    compare(&lake, &cases).await;
    // Fewer digits are rounded, as by Trino's `TimestampToTimestampCast`.
    let cast = "SELECT CAST(CAST(TIMESTAMP '2026-11-23 10:05:59.999500' AS timestamp(3)) AS varchar)";
    compare(&lake, &[(cast, "varchar", "2026-11-23 10:06:00.000")]).await;
}

/// Casts that lose nothing stay what DataFusion sees through: row groups are left out by them.
#[tokio::test]
async fn a_wider_type_still_leaves_row_groups_out() {
    let n: ArrayRef = Arc::new((0..40_000).collect::<Int32Array>());
    let lake = Lake::with(&[("n", "int")], vec![("n", n)]).await;
    let all = scanned(&lake, "SELECT n FROM t WHERE abs(n) = 35000").await;
    for condition in ["CAST(n AS bigint) = 35000", "CAST(n AS decimal(10,0)) = 35000", "n = 35000"] {
        let some = scanned(&lake, &format!("SELECT n FROM t WHERE {condition}")).await;
        assert!(some * 2 < all, "{condition}: {some} of {all}");
    }
}

/// The bytes that a query with one row is said to have scanned.
async fn scanned(lake: &Lake, sql: &str) -> u64 {
    let scanned = BytesScanned::default();
    let prepared = lake.engine.prepare(sql, &[]).unwrap();
    let execution = lake.engine.run(&prepared, scanned.clone(), Cancellation::default()).await.unwrap();
    let text = String::from_utf8(csv::write(execution, Vec::new()).await.unwrap()).unwrap();
    assert_eq!(text.lines().count(), 2, "{sql}: {text}");
    scanned.get()
}
