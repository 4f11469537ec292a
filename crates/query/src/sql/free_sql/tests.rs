use domain::DatasetName;
use serde_json::json;

use super::*;

const LIMITS: RowLimits = RowLimits { default_rows: 100, max_rows: 1_000 };

fn check(body: &serde_json::Value) -> Result<Runnable, Problem> {
    let datasets = ["bookings", "passengers"].map(|name| DatasetName::new(name).unwrap());
    let datasets: Vec<&DatasetName> = datasets.iter().collect();
    FreeSql::parse(body.to_string().as_bytes())?.check("tributary", &datasets, LIMITS)
}

#[track_caller]
fn refused(body: &serde_json::Value, kind: ProblemKind, words: &str) {
    let problem = check(body).unwrap_err();
    assert_eq!(problem.kind(), kind, "{problem}");
    assert!(problem.to_string().contains(words), "{problem} does not say {words:?}");
}

fn literals(runnable: Runnable) -> Vec<String> {
    runnable.statement.parameters.into_iter().map(crate::plan::literal::Literal::into_text).collect()
}

#[test]
fn parameters_are_literals_of_their_types() {
    let runnable = check(&json!({
        "sql": "SELECT name FROM passengers WHERE a = ? AND b = ? AND c = ? AND d = ? AND e > ? AND f = ?",
        "parameters": [
            "O'Brien; DROP TABLE x --", 7, true, {"type": "date", "value": "2026-11-23"},
            {"type": "timestamp", "value": "2026-11-23T11:05:00+01:00"}, {"type": "decimal(4,2)", "value": "1.5"},
        ],
    }))
    .unwrap();
    assert_eq!(
        runnable.statement.sql,
        "SELECT name FROM \"tributary\".\"passengers\" WHERE a = ? AND b = ? AND c = ? AND d = ? AND e > ? AND f = ? \
         LIMIT 101"
    );
    assert_eq!(runnable.datasets, [DatasetName::new("passengers").unwrap()]);
    assert_eq!(
        literals(runnable),
        [
            "'O''Brien; DROP TABLE x --'",
            "7",
            "true",
            "DATE '2026-11-23'",
            "TIMESTAMP '2026-11-23 10:05:00.000'",
            "DECIMAL '1.50'",
        ]
    );
}

#[test]
fn a_number_never_is_a_float_in_between() {
    let body = r#"{"sql": "SELECT 1 FROM passengers WHERE a = ?", "parameters": [0.1234567890123456789]}"#;
    let datasets = [DatasetName::new("passengers").unwrap()];
    let request = FreeSql::parse(body.as_bytes()).unwrap();
    let runnable = request.check("tributary", &datasets.iter().collect::<Vec<_>>(), LIMITS).unwrap();
    assert_eq!(literals(runnable), ["DECIMAL '0.1234567890123456789'"]);
}

#[test]
fn a_long_text_is_put_together_in_the_sql() {
    let long = "x".repeat(2_000);
    let runnable = check(&json!({
        "sql": "SELECT name FROM passengers WHERE a = ? AND name = ? LIMIT 5", "parameters": [1, long],
    }))
    .unwrap();
    assert!(
        runnable.statement.sql.ends_with("WHERE a = ? AND name = (? || ?) LIMIT 5"),
        "{}",
        runnable.statement.sql
    );
    let literals = literals(runnable);
    assert_eq!(literals.len(), 3);
    assert!(literals.iter().all(|literal| literal.len() <= 1_024));
    assert_eq!(literals[1..].concat().replace('\'', ""), long);
}

#[test]
fn the_least_of_the_limits_counts() {
    let rows = |sql: &str, limit: Option<u64>| check(&json!({"sql": sql, "limit": limit})).unwrap().rows;
    assert_eq!(rows("SELECT 1", None), 100);
    assert_eq!(rows("SELECT 1", Some(1_000)), 1_000);
    assert_eq!(rows("SELECT 1 LIMIT 700", None), 700);
    assert_eq!(rows("SELECT 1 LIMIT 700", Some(10)), 10);
    assert_eq!(rows("SELECT 1 LIMIT 7", Some(10)), 7);
    assert_eq!(rows("SELECT 1 LIMIT 5000", Some(10)), 10);
    // What is sent has one row more, if the statement allows it: then there are more rows than the answer has.
    let sent =
        |sql: &str, limit: Option<u64>| check(&json!({"sql": sql, "limit": limit})).unwrap().statement.sql;
    assert!(sent("SELECT 1", Some(10)).ends_with(" LIMIT 11"));
    assert!(sent("SELECT 1 LIMIT 700", Some(10)).ends_with(" LIMIT 11"));
    assert!(sent("SELECT 1 LIMIT 7", Some(10)).ends_with(" LIMIT 7"));
    assert!(sent("SELECT 1 LIMIT 10", Some(10)).ends_with(" LIMIT 10"));
    assert!(sent("SELECT 1", Some(0)).ends_with(" LIMIT 0"));
    refused(
        &json!({"sql": "SELECT 1", "limit": 1_001}),
        ProblemKind::TooMuch,
        "limit 1001 is more than the 1000 rows",
    );
    refused(
        &json!({"sql": "SELECT 1 LIMIT 1001"}),
        ProblemKind::TooMuch,
        "LIMIT 1001 is more than the 1000 rows",
    );
}

#[test]
fn every_wrong_body_says_what_would_work() {
    let body = |text: &str| FreeSql::parse(text.as_bytes()).unwrap_err().to_string();
    assert!(body("").contains("the body is not as {\"sql\": "));
    assert!(body("[]").contains("the body is not as"));
    assert!(body(r#"{"sql": "SELECT 1", "params": []}"#).contains("unknown field `params`"));
    assert!(body(r#"{"sql": "SELECT 1", "limit": -1}"#).contains("invalid value"));
    let large = FreeSql::parse(&vec![b' '; MAX_BODY + 1]).unwrap_err();
    assert_eq!(large.kind(), ProblemKind::BodyTooLarge);
    let many = json!({"sql": "SELECT 1", "parameters": vec![1; 101]});
    refused(&many, ProblemKind::TooMuch, "100 parameters at most");
    let one = |parameter: serde_json::Value| json!({"sql": "SELECT 1 FROM passengers WHERE a = ?", "parameters": [parameter]});
    refused(
        &one(json!(null)),
        ProblemKind::InvalidValue,
        "parameter 1 is null, which equals nothing: write IS NULL",
    );
    refused(&one(json!([1])), ProblemKind::InvalidValue, "it may be a string, a number");
    refused(
        &one(json!({"type": "date", "value": "today"})),
        ProblemKind::InvalidValue,
        "expects a date, as 2026-11-23",
    );
    refused(&one(json!({"type": "array<int>", "value": "1"})), ProblemKind::InvalidValue, "expects no value");
    refused(
        &one(json!({"type": "dat", "value": "1"})),
        ProblemKind::InvalidValue,
        "is not as {\"type\": \"date\"",
    );
    refused(&json!({"sql": "SELECT ? FROM x"}), ProblemKind::InvalidSql, "WHERE clause only");
    refused(
        &json!({"sql": "SELECT 1 FROM passengers WHERE a = ?"}),
        ProblemKind::InvalidValue,
        "has 1 parameters (?)",
    );
    refused(
        &json!({"sql": "SELECT 1", "parameters": [1]}),
        ProblemKind::InvalidValue,
        "has 0 parameters (?)",
    );
    refused(
        &json!({"sql": "SELECT 1 FROM passengers WHERE a = :a", "parameters": [1]}),
        ProblemKind::InvalidSql,
        "is written ?, not \":a\"",
    );
    refused(
        &json!({"sql": "SELECT 1 FROM passenger"}),
        ProblemKind::InvalidSql,
        "line 1:15: unknown dataset \"passenger\": did you mean \"passengers\"?",
    );
    refused(
        &json!({"sql": "SELECT 1 FROM secrets"}),
        ProblemKind::InvalidSql,
        "; datasets: bookings, passengers",
    );
}
