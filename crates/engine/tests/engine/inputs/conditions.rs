//! What conditions say of columns. The expected domains are those of Trino's `DomainTranslator`; where nothing is expected,
//! Trino may know more.

use serde_json::Value;

use super::{DAYS, TYPES, compare, inputs, lake, table};
use crate::lake::Lake;

type Columns = &'static [(&'static str, &'static str, &'static str)];

const CASES: [(&str, Columns); 41] = [
    ("n = 5", &[("n", "bigint", "[5]")]),
    ("5 = n", &[("n", "bigint", "[5]")]),
    ("n <> 5", &[("n", "bigint", "(,5) | (5,)")]),
    ("n < 5", &[("n", "bigint", "(,5)")]),
    ("n <= 5", &[("n", "bigint", "(,5]")]),
    ("n > 5", &[("n", "bigint", "(5,)")]),
    ("n >= 5", &[("n", "bigint", "[5,)")]),
    ("5 < n", &[("n", "bigint", "(5,)")]),
    ("n > -1", &[("n", "bigint", "(-1,)")]),
    ("n BETWEEN 2 AND 7", &[("n", "bigint", "[2,7]")]),
    ("n NOT BETWEEN 2 AND 7", &[("n", "bigint", "(,2) | (7,)")]),
    ("n IN (3, 1, 3)", &[("n", "bigint", "[1] | [3]")]),
    ("n IN (1, 3, 5, 7, 9, 11)", &[("n", "bigint", "[1] | [3] | [5] | [7] | [9] | [11]")]),
    ("n NOT IN (3, 1)", &[("n", "bigint", "(,1) | (1,3) | (3,)")]),
    ("n NOT IN (1, 3, 5, 7)", &[("n", "bigint", "(,1) | (1,3) | (3,5) | (5,7) | (7,)")]),
    ("n > 1 AND n <= 9 AND n <> 4", &[("n", "bigint", "(1,4) | (4,9]")]),
    ("n = 1 OR n = 2 OR n > 10", &[("n", "bigint", "[1] | [2] | (10,)")]),
    ("n < 3 OR n > 1", &[("n", "bigint", "(,)")]),
    ("n IS NULL", &[("n", "bigint", "null")]),
    ("n IS NOT NULL", &[("n", "bigint", "(,)")]),
    ("n IS NULL OR n < 0", &[("n", "bigint", "null | (,0)")]),
    ("n = 1 AND i = 2", &[("n", "bigint", "[1]"), ("i", "integer", "[2]")]),
    ("i > 3 AND n + i > 3", &[("i", "integer", "(3,)")]),
    ("(n = 1 AND i = 2) OR (n = 3 AND s = 'a')", &[("n", "bigint", "[1] | [3]")]),
    ("n = 1 OR i = 2", &[]),
    ("n = 1 OR length(s) = 2", &[]),
    ("n = i", &[]),
    ("n + 1 = 5", &[]),
    ("length(s) = 3", &[]),
    ("CAST(s AS integer) = 5", &[]),
    ("l IS NOT NULL", &[]),
    ("b", &[("b", "boolean", "[true]")]),
    ("NOT b", &[("b", "boolean", "[false]")]),
    ("s = 'it''s'", &[("s", "varchar", "[it's]")]),
    ("s >= 'a' AND s < 'b'", &[("s", "varchar", "[a,b)")]),
    ("d > 1.5", &[("d", "double", "(1.5E0,)")]),
    ("d = 2e0", &[("d", "double", "[2.0E0]")]),
    ("p >= 1.5", &[("p", "decimal(12,2)", "[1.50,)")]),
    ("day = DATE '2026-11-23'", &[("day", "date", "[2026-11-23]")]),
    ("at < TIMESTAMP '2026-11-23 10:05:00.123'", &[("at", "timestamp(3)", "(,2026-11-23 10:05:00.123)")]),
    ("dt > '2026-11-20' AND n = 7", &[("n", "bigint", "[7]")]),
];

#[tokio::test]
async fn comparisons_with_literals_are_domains() {
    let lake = lake().await;
    let mut cases = Vec::new();
    for (condition, columns) in CASES {
        let columns: Vec<_> = std::iter::once(DAYS).chain(columns.iter().copied()).collect();
        cases.push((format!("SELECT 1 FROM t WHERE {condition}"), vec![table("t", &columns)]));
    }
    let cases: Vec<_> = cases.iter().map(|(sql, expected)| (sql.as_str(), expected.clone())).collect();
    compare(&lake, &cases).await;
}

/// More than 32 ranges are one (`Domain.simplify`).
#[tokio::test]
async fn long_lists_are_one_range() {
    let lake = lake().await;
    let list: Vec<String> = (0..40).map(|n| (n * 3).to_string()).collect();
    let sql = format!("SELECT 1 FROM t WHERE n IN ({})", list.join(", "));
    compare(&lake, &[(sql.as_str(), vec![table("t", &[DAYS, ("n", "bigint", "[0,117]")])])]).await;
}

/// Whether a row with the number passes what is said of the column.
fn admits(constraint: &Value, column: &str, value: Option<i64>) -> bool {
    let columns = constraint["columnConstraints"].as_array().unwrap();
    let Some(found) = columns.iter().find(|one| one["columnName"] == column) else { return true };
    let domain = &found["domain"];
    let Some(value) = value else { return domain["nullsAllowed"].as_bool().unwrap() };
    domain["ranges"].as_array().unwrap().iter().any(|range| {
        let end = |end: &Value| end["value"].as_str().map(|text| text.parse::<i64>().unwrap());
        let is_exact = |end: &Value| end["bound"] == "EXACTLY";
        let (low, high) = (&range["low"], &range["high"]);
        let above = end(low).is_none_or(|from| value > from || (value == from && is_exact(low)));
        above && end(high).is_none_or(|to| value < to || (value == to && is_exact(high)))
    })
}

/// No row that a query gives is outside of what is said: of the conditions above, of each not, and of any two of them.
#[tokio::test]
async fn no_domain_is_too_small() {
    let mut rows: Vec<String> = (-3..=13)
        .map(|n: i64| {
            let (b, s) = (n % 2 == 0, ["a", "it's", "abc", "5"][n.unsigned_abs() as usize % 4]);
            format!(
                r#"{{"n":{n},"i":{},"s":"{s}","d":{n}.5,"p":"{n}.25","b":{b},"day":"2026-11-23"}}"#,
                (n + 5) % 7
            )
        })
        .collect();
    rows.extend([r#"{"i":2,"s":"5"}"#.to_owned(), r#"{"n":1}"#.to_owned(), "{}".to_owned()]);
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let lake = Lake::of(&TYPES, &rows).await;
    // What fails of some text would fail here.
    let of_rows: Vec<&str> =
        CASES.iter().map(|(condition, _)| *condition).filter(|one| !one.starts_with("CAST")).collect();
    let mut conditions: Vec<String> = Vec::new();
    for (index, one) in of_rows.iter().enumerate() {
        let other = of_rows[(index * 7 + 3) % of_rows.len()];
        conditions.extend([
            (*one).to_owned(),
            format!("NOT ({one})"),
            format!("({one}) AND ({other})"),
            format!("({one}) OR ({other})"),
            format!("NOT (({one}) OR ({other}))"),
        ]);
    }
    let mut checked = 0;
    for condition in conditions {
        let found = inputs(&lake, &format!("SELECT n, i FROM t WHERE {condition}")).await.unwrap();
        let tables = found.as_array().unwrap();
        for line in lake.rows(&format!("SELECT n, i FROM t WHERE {condition}")).await.lines() {
            let (n, i) = line.split_once(',').unwrap();
            let number = |text: &str| text.trim_matches('"').parse::<i64>().ok();
            let passes = |table: &Value| {
                let constraint = &table["constraint"];
                admits(constraint, "n", number(n)) && admits(constraint, "i", number(i))
            };
            assert!(tables.iter().any(passes), "{condition}: {line} is not in {found}");
            checked += 1;
        }
    }
    assert!(checked > 400, "{checked} rows");
}
