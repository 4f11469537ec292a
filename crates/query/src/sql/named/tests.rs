mod definitions;

use chrono::{DateTime, Utc};
use domain::access::{Allowed, Rights};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{
    access::Caller,
    plan::{RowLimits, literal::Literal},
    problem::{Problem, ProblemKind},
    request::representation::FormatOptions,
    sql::gate::Runnable,
};

const LIMITS: RowLimits = RowLimits { default_rows: 100, max_rows: 1_000 };

fn name(text: &str) -> QueryName {
    QueryName::new(text).unwrap()
}

fn define(definition: &Value) -> Result<NamedQuery, InvalidQuery> {
    NamedQuery::from_json(&name("q"), definition.to_string().as_bytes(), "tributary")
}

/// A query with these parameters, each of them in its WHERE clause.
fn with(parameters: &Value) -> Result<NamedQuery, InvalidQuery> {
    let names = parameters.as_array().unwrap().iter().map(|parameter| parameter["name"].as_str().unwrap());
    let conditions: Vec<String> = names.map(|name| format!("{name} = :{name}")).collect();
    let sql = format!("SELECT a FROM passengers WHERE {}", conditions.join(" AND "));
    define(&json!({"name": "q", "parameters": parameters, "sql": sql}))
}

fn ask(query: &NamedQuery, raw: &str) -> Result<Runnable, Problem> {
    query.run(&query.read(raw, now())?, LIMITS)
}

fn now() -> DateTime<Utc> {
    "2026-11-23T10:05:00Z".parse().unwrap()
}

fn literals(runnable: Runnable) -> Vec<String> {
    runnable.statement.parameters.into_iter().map(Literal::into_text).collect()
}

#[track_caller]
fn invalid(query: Result<NamedQuery, InvalidQuery>, words: &str) {
    let text = domain::chain(&query.unwrap_err()).to_string();
    assert!(text.contains(words), "{text:?} does not say {words:?}");
}

#[track_caller]
fn refused(query: &NamedQuery, raw: &str, kind: ProblemKind, words: &str) {
    let problem = ask(query, raw).unwrap_err();
    assert_eq!(problem.kind(), kind, "{problem}");
    assert!(problem.to_string().contains(words), "{problem} does not say {words:?}");
}

#[test]
fn every_place_of_a_parameter_gets_its_value_in_order() {
    let query = define(&json!({
        "name": "q",
        "parameters": [{"name": "to", "type": "date"}, {"name": "from", "type": "date", "default": "2026-01-01"}],
        "sql": "SELECT ':to', a -- :nobody\nFROM passengers WHERE d >= :from AND d < :to OR e = :from",
    }))
    .unwrap();
    let runnable = ask(&query, "to=2026-11-26").unwrap();
    assert_eq!(
        runnable.statement.sql,
        "SELECT ':to', a FROM \"tributary\".\"passengers\" WHERE d >= ? AND d < ? OR e = ? LIMIT 101"
    );
    assert_eq!(literals(runnable), ["DATE '2026-01-01'", "DATE '2026-11-26'", "DATE '2026-01-01'"]);
}

#[test]
fn a_value_keeps_its_bounds() {
    let query = with(&json!([
        {"name": "n", "type": "int", "min": 1, "max": 10, "default": 5},
        {"name": "price", "type": "decimal(6,2)", "min": 0.5, "max": "99.99", "default": "1"},
        {"name": "day", "type": "date", "min": "2026-01-01", "default": "2026-02-01"},
        {"name": "at", "type": "timestamp", "max": "2026-12-31T23:59:59Z", "default": "2026-02-01T00:00:00Z"},
        {"name": "word", "type": "string", "max_length": 3, "default": ""},
        {"name": "currency", "type": "string", "enum": ["EUR", "USD"], "default": "EUR"},
        {"name": "flag", "type": "boolean", "default": false},
    ]))
    .unwrap();
    let runnable = ask(
        &query,
        "n=10&price=99.99&day=2026-01-01&at=2026-12-31T23:59:59Z&word=a%C3%A9'&currency=USD&flag=true",
    );
    assert_eq!(
        literals(runnable.unwrap()),
        [
            "10",
            "DECIMAL '99.99'",
            "DATE '2026-01-01'",
            "TIMESTAMP '2026-12-31 23:59:59.000'",
            "'aé'''",
            "'USD'",
            "true"
        ]
    );
    refused(&query, "n=0", ProblemKind::InvalidValue, "the parameter \"n\" is at least 1, found \"0\"");
    refused(&query, "n=11", ProblemKind::InvalidValue, "is at most 10");
    refused(&query, "n=1.5", ProblemKind::InvalidValue, "the parameter \"n\" expects an int");
    refused(&query, "price=0.49", ProblemKind::InvalidValue, "is at least 0.5");
    refused(&query, "price=100", ProblemKind::InvalidValue, "is at most \"99.99\"");
    refused(&query, "day=2025-12-31", ProblemKind::InvalidValue, "is at least \"2026-01-01\"");
    refused(&query, "at=2026-11-26T10:00:00+01:00", ProblemKind::InvalidValue, "write + as %2B");
    refused(&query, "word=abcd", ProblemKind::InvalidValue, "has 3 characters at most");
    refused(&query, "currency=GBP", ProblemKind::InvalidValue, "is one of \"EUR\", \"USD\"");
    refused(&query, "flag=yes", ProblemKind::InvalidValue, "true or false");
}

#[test]
fn times_are_given_as_in_filters() {
    let query = with(&json!([
        {"name": "day", "type": "date", "default": "2026-02-01"},
        {"name": "at", "type": "timestamp", "max": "2026-11-23T10:05:00Z", "default": "2026-02-01T00:00:00Z"},
    ]))
    .unwrap();
    for (raw, day, at) in [
        ("at=2026-11-05", "2026-02-01", "2026-11-05 00:00:00.000"),
        ("at=now-24h&day=today", "2026-11-23", "2026-11-22 10:05:00.000"),
        ("at=today-7d&day=now-36h", "2026-11-21", "2026-11-16 00:00:00.000"),
        ("at=now", "2026-02-01", "2026-11-23 10:05:00.000"),
    ] {
        let expected = [format!("DATE '{day}'"), format!("TIMESTAMP '{at}'")];
        assert_eq!(literals(ask(&query, raw).unwrap()), expected, "{raw}");
    }
    refused(
        &query,
        "at=now%2B1s",
        ProblemKind::InvalidValue,
        "is at most \"2026-11-23T10:05:00Z\", found \"now+1s\"",
    );
    refused(&query, "at=yesterday", ProblemKind::InvalidValue, "as now-24h or today-7d, found \"yesterday\"");
    refused(&query, "day=2026-11", ProblemKind::InvalidValue, "a date, as 2026-11-23, or today-7d");
}

#[test]
fn a_request_is_refused_with_what_would_work() {
    let query =
        with(&json!([{"name": "flight", "type": "bigint", "description": "The flight's number"}])).unwrap();
    refused(
        &query,
        "",
        ProblemKind::MissingParameter,
        "the parameter \"flight\" is missing, a bigint: The flight's number",
    );
    refused(&query, "fligth=1", ProblemKind::UnknownParameter, "of the query q: did you mean \"flight\"?");
    refused(&query, "flight=1&xyzzy=1", ProblemKind::UnknownParameter, "parameters: flight, limit, format");
    refused(&query, "flight=1&flight=2", ProblemKind::InvalidValue, "given twice");
    refused(&query, "flight=1&limit=x", ProblemKind::InvalidValue, "is not a whole number");
    refused(&query, "flight=1&limit=1001", ProblemKind::TooMuch, "more than the 1000 rows");
    refused(&query, "flight=%", ProblemKind::MalformedQuery, "hexadecimal");
    refused(&query, &format!("flight={}", "1".repeat(9_000)), ProblemKind::TooMuch, "8192 bytes");
    let request = query.read("flight=1&limit=7&format=csv&_numbers=string&_csv=spreadsheet", now()).unwrap();
    assert_eq!(
        (request.limit, request.format.as_deref(), request.options),
        (Some(7), Some("csv"), FormatOptions { numbers_as_strings: true, spreadsheet: true })
    );
    refused(&query, "flight=1&_csv=1", ProblemKind::InvalidValue, "nor spreadsheet");
    assert_eq!(query.run(&request, LIMITS).unwrap().rows, 7);
}

#[test]
fn its_own_limit_is_the_most() {
    let query = define(&json!({"name": "q", "sql": "SELECT a FROM passengers ORDER BY a LIMIT 50"})).unwrap();
    assert_eq!(ask(&query, "").unwrap().rows, 50);
    assert_eq!(ask(&query, "limit=500").unwrap().rows, 50);
    let lowered = ask(&query, "limit=5").unwrap();
    assert!(lowered.statement.sql.ends_with("ORDER BY a LIMIT 6"));
    // A key may have fewer rows than the query gives.
    let few = RowLimits { default_rows: 100, max_rows: 20 };
    assert_eq!(query.run(&query.read("", now()).unwrap(), few).unwrap().rows, 20);
}

#[test]
fn what_a_key_may_not_run_is_not_there() {
    let mut queries = store::NamedQueries::default();
    for (query, table) in [("open", "passengers"), ("shut", "salaries")] {
        let json = json!({"name": query, "sql": format!("SELECT a FROM {table}")}).to_string();
        let query = NamedQuery::from_json(&name(query), json.as_bytes(), "tributary").unwrap();
        queries.queries.insert(query.name().clone(), query);
    }
    let passengers = domain::DatasetName::new("passengers").unwrap();
    let rights = Rights { datasets: Allowed::These([passengers].into()), ..Rights::default() };
    let (star, partner) = (
        Caller::with(rights.clone()),
        Caller::with(Rights { named_queries: Allowed::These([name("shut")].into()), ..rights }),
    );
    let names = |caller: &Caller| {
        let listing = serde_json::to_value(queries.listing(caller)).unwrap();
        let all = listing["named_queries"].as_array().unwrap().iter();
        all.map(|query| query["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(&Caller::anybody()), ["open", "shut"]);
    assert_eq!((names(&star), names(&partner)), (vec!["open".to_owned()], vec!["shut".to_owned()]));
    assert!(queries.find("open", &star).is_ok() && queries.find("shut", &partner).is_ok());
    // The same words as for one that does not exist, and no hint at the other.
    let hidden = queries.find("shut", &star).unwrap_err();
    assert_eq!(
        (hidden.status(), hidden.to_string().as_str()),
        (404, "unknown named query \"shut\"; named queries: open")
    );
    let absent = queries.find("shot", &star).unwrap_err();
    assert_eq!(absent.to_string(), "unknown named query \"shot\"; named queries: open");
}

proptest! {
    #[test]
    fn whatever_a_request_says_the_sql_stays(text in any::<String>(), raw in "[-a-z0-9=&%+'\";]{0,40}") {
        let query = with(&json!([{"name": "name", "type": "string"}])).unwrap();
        let encoded: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
        match ask(&query, &format!("name={encoded}")) {
            Ok(runnable) => {
                let literals = runnable.statement.parameters.len();
                let places = format!("({})", vec!["?"; literals].join(" || "));
                let place = if literals == 1 { "?" } else { &places };
                prop_assert_eq!(
                    runnable.statement.sql,
                    format!("SELECT a FROM \"tributary\".\"passengers\" WHERE name = {place} LIMIT 101")
                );
            }
            Err(problem) => prop_assert_eq!(problem.status(), 400),
        }
        let _ = ask(&query, &raw);
    }

    #[test]
    fn no_definition_panics(bytes in prop::collection::vec(any::<u8>(), 0..200), sql in any::<String>()) {
        prop_assert!(NamedQuery::from_json(&name("q"), &bytes, "tributary").is_err());
        let _ = define(&json!({"name": "q", "sql": sql}));
    }
}

#[test]
fn a_regular_expression_that_takes_exponential_time_is_refused_as_a_value_and_taken_in_the_definition() {
    let definition = |pattern: &str| {
        let sql = format!("SELECT name FROM passengers WHERE regexp_like(name, {pattern}) LIMIT 5");
        json!({"name": "q", "sql": sql, "parameters": [{"name": "pattern", "type": "string", "default": "a"}]})
    };
    let query = define(&definition(":pattern")).unwrap();
    assert!(ask(&query, "pattern=%5Ea%2B%24").is_ok());
    let problem = ask(&query, "pattern=(a%2B)%2B%24").unwrap_err();
    assert_eq!(problem.kind(), ProblemKind::InvalidValue);
    assert!(
        problem.to_string().contains("parameter pattern expects a regular expression that matches"),
        "{problem}"
    );
    // An operator's own expression, in a query that may have been published long ago.
    let written =
        json!({"name": "q", "sql": "SELECT name FROM passengers WHERE regexp_like(name, '(a+)+$') LIMIT 5"});
    assert!(ask(&define(&written).unwrap(), "").is_ok());
}
