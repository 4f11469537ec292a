use chrono::{DateTime, Utc};
use domain::{
    access::{Allowed, Rights},
    key,
    memory::{ManualClock, MemoryStore},
    port::{ObjectStore, PutMode},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{store::load_all, *};
use crate::{
    access::Caller,
    gate::Runnable,
    literal::Literal,
    plan::Limits,
    problem::{Kind, Problem},
    render::Options,
};

const LIMITS: Limits = Limits { default_rows: 100, max_rows: 1_000 };

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
fn refused(query: &NamedQuery, raw: &str, kind: Kind, words: &str) {
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
fn the_samples_are_valid_and_read_the_sample_datasets() {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/queries");
    let mut seen = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "sql") {
            assert!(path.with_extension("json").is_file(), "{} has no definition", path.display());
            continue;
        }
        let sample = name(path.file_stem().unwrap().to_str().unwrap());
        let sql = std::fs::read_to_string(path.with_extension("sql")).unwrap();
        let object = NamedQuery::assemble(&std::fs::read(&path).unwrap(), &sql).unwrap();
        let query = NamedQuery::from_json(&sample, &object, "tributary").unwrap();
        for dataset in query.datasets() {
            let definition = format!("{directory}/../datasets/{dataset}.json");
            assert!(std::path::Path::new(&definition).is_file(), "{sample} reads {dataset}");
        }
        assert!(query.description().is_some());
        seen.push(sample.to_string());
    }
    seen.sort_unstable();
    assert_eq!(seen, ["busiest-flights", "passengers-of-flight"]);
}

/// What a plan of Terraform refuses is in `files.tftest.hcl`; `terraform test` has that it does.
#[test]
fn a_plan_refuses_the_named_queries_that_would_be_left_out_and_no_others() {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/modules/lake/tests/files/queries");
    let plans = include_str!("../../../../infra/modules/lake/tests/files.tftest.hcl");
    let after = plans.split("aws_s3_object.named_query[\"").skip(1);
    let mut refused: Vec<&str> = after.filter_map(|rest| rest.split(".json\"").next()).collect();
    refused.sort_unstable();
    let (mut wrong, mut right) = (Vec::new(), 0);
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "sql") {
            continue;
        }
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let runs = std::fs::read_to_string(path.with_extension("sql")).is_ok_and(|sql| {
            NamedQuery::assemble(&std::fs::read(&path).unwrap(), &sql)
                .is_ok_and(|object| NamedQuery::from_json(&name(stem), &object, "tributary").is_ok())
        });
        if runs {
            right += 1;
        } else {
            wrong.push(stem.to_owned());
        }
    }
    wrong.sort_unstable();
    assert_eq!(refused, wrong);
    assert!(wrong.len() > 10 && right > 2, "{right} and {wrong:?}");
}

#[test]
fn a_definition_is_refused_with_its_reason() {
    let sql = "SELECT a FROM passengers WHERE a = :a";
    let a = json!([{"name": "a", "type": "int"}]);
    let of =
        |sql: &str, parameters: &Value| define(&json!({"name": "q", "parameters": parameters, "sql": sql}));
    assert!(of(sql, &a).is_ok());
    invalid(
        define(&json!({"name": "other", "parameters": a, "sql": sql})),
        "is called \"other\", and its file \"q\"",
    );
    invalid(define(&json!({"name": "Q", "sql": "SELECT 1"})), "must match");
    invalid(define(&json!({"name": "q", "sql": "SELECT 1", "paramters": []})), "unknown field `paramters`");
    invalid(define(&json!({"name": "q"})), "missing field `sql`");
    invalid(
        define(&json!({"name": "q", "sql": "SELECT 1", "description": "x".repeat(2_049)})),
        "2048 characters",
    );
    invalid(of(sql, &json!([])), "parameter \"a\": the SQL has it, \"parameters\" has only");
    invalid(of(sql, &json!([{"name": "aa", "type": "int"}])), "did you mean \"aa\"?");
    invalid(of("SELECT 1", &a), "parameter \"a\": the SQL does not have :a");
    invalid(of("SELECT a FROM passengers WHERE a = ?", &json!([])), "is written :name, not ?");
    invalid(of(sql, &json!([{"name": "a", "type": "int"}, {"name": "a", "type": "int"}])), "declared twice");
    invalid(of("DROP TABLE passengers", &json!([])), "DROP is not part of a query that reads");
    invalid(of("SELECT * FROM other.passengers", &json!([])), "outside of the database \"tributary\"");
    invalid(of("SELECT a FROM passengers LIMIT :a", &a), "LIMIT takes a whole number");
    invalid(of("SELECT a FROM passengers ORDER BY :a", &a), "WHERE clause only");
    invalid(of("SELECT a FROM :a", &a), "does not parse");
    let many: Vec<Value> =
        (0..51).map(|number| json!({"name": format!("p{number}"), "type": "int"})).collect();
    invalid(with(&many.into()), "50 parameters");
}

#[test]
fn a_parameter_is_refused_with_its_reason() {
    let one = |parameter: Value| with(&json!([parameter]));
    invalid(one(json!({"name": "A", "type": "int"})), "must match [a-z][a-z0-9_]");
    invalid(one(json!({"name": "limit", "type": "int"})), "another meaning");
    invalid(one(json!({"name": "a", "type": "array<int>"})), "cannot be a parameter's; these can: boolean");
    invalid(one(json!({"name": "a", "type": "binary"})), "cannot be a parameter's");
    invalid(one(json!({"name": "a", "type": "integer"})), "does not parse");
    invalid(one(json!({"name": "a", "type": "int", "required": true})), "unknown field `required`");
    invalid(one(json!({"name": "a", "type": "int", "default": "x"})), "\"default\" expects an int");
    invalid(
        one(json!({"name": "a", "type": "int", "default": 0, "min": 1})),
        "\"default\" has \"0\", and the parameter is at least 1",
    );
    invalid(one(json!({"name": "a", "type": "int", "min": 2, "max": 1})), "\"min\" is more than \"max\"");
    invalid(one(json!({"name": "a", "type": "string", "min": "a"})), "are for numbers and times");
    invalid(one(json!({"name": "a", "type": "int", "max_length": 1})), "is for a string");
    invalid(one(json!({"name": "a", "type": "int", "enum": []})), "has 1 to 100 values");
    invalid(one(json!({"name": "a", "type": "int", "enum": [1, 9], "max": 5})), "\"enum\" has \"9\"");
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
    refused(&query, "n=0", Kind::InvalidValue, "the parameter \"n\" is at least 1, found \"0\"");
    refused(&query, "n=11", Kind::InvalidValue, "is at most 10");
    refused(&query, "n=1.5", Kind::InvalidValue, "the parameter \"n\" expects an int");
    refused(&query, "price=0.49", Kind::InvalidValue, "is at least 0.5");
    refused(&query, "price=100", Kind::InvalidValue, "is at most \"99.99\"");
    refused(&query, "day=2025-12-31", Kind::InvalidValue, "is at least \"2026-01-01\"");
    refused(&query, "at=2026-11-26T10:00:00+01:00", Kind::InvalidValue, "write + as %2B");
    refused(&query, "word=abcd", Kind::InvalidValue, "has 3 characters at most");
    refused(&query, "currency=GBP", Kind::InvalidValue, "is one of \"EUR\", \"USD\"");
    refused(&query, "flag=yes", Kind::InvalidValue, "true or false");
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
        Kind::InvalidValue,
        "is at most \"2026-11-23T10:05:00Z\", found \"now+1s\"",
    );
    refused(&query, "at=yesterday", Kind::InvalidValue, "as now-24h or today-7d, found \"yesterday\"");
    refused(&query, "day=2026-11", Kind::InvalidValue, "a date, as 2026-11-23, or today-7d");
}

#[test]
fn a_request_is_refused_with_what_would_work() {
    let query =
        with(&json!([{"name": "flight", "type": "bigint", "description": "The flight's number"}])).unwrap();
    refused(
        &query,
        "",
        Kind::MissingParameter,
        "the parameter \"flight\" is missing, a bigint: The flight's number",
    );
    refused(&query, "fligth=1", Kind::UnknownParameter, "of the query q: did you mean \"flight\"?");
    refused(&query, "flight=1&xyzzy=1", Kind::UnknownParameter, "parameters: flight, limit, format");
    refused(&query, "flight=1&flight=2", Kind::InvalidValue, "given twice");
    refused(&query, "flight=1&limit=x", Kind::InvalidValue, "is not a whole number");
    refused(&query, "flight=1&limit=1001", Kind::TooMuch, "more than the 1000 rows");
    refused(&query, "flight=%", Kind::MalformedQuery, "hexadecimal");
    refused(&query, &format!("flight={}", "1".repeat(9_000)), Kind::TooMuch, "8192 bytes");
    let request = query.read("flight=1&limit=7&format=csv&_numbers=string&_csv=spreadsheet", now()).unwrap();
    assert_eq!(
        (request.limit, request.format.as_deref(), request.options),
        (Some(7), Some("csv"), Options { numbers_as_strings: true, spreadsheet: true })
    );
    refused(&query, "flight=1&_csv=1", Kind::InvalidValue, "nor spreadsheet");
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
    let few = Limits { default_rows: 100, max_rows: 20 };
    assert_eq!(query.run(&query.read("", now()).unwrap(), few).unwrap().rows, 20);
}

#[test]
fn the_list_and_openapi_say_what_a_parameter_is() {
    let query = define(&json!({
        "name": "q", "description": "What it is for",
        "parameters": [
            {"name": "n", "type": "bigint", "min": 1, "max": 9007199254740993_i64, "description": "How many"},
            {"name": "day", "type": "date", "default": "2026-01-01", "min": "2026-01-01"},
            {"name": "price", "type": "decimal(4,2)", "default": 1.50, "enum": [1.50, "2.50"]},
        ],
        "sql": "SELECT a FROM passengers, bookings WHERE a = :n AND b = :day AND c = :price LIMIT 9",
    }))
    .unwrap();
    let view = serde_json::to_value(query.view(&Caller::anybody())).unwrap();
    assert_eq!(view["datasets"], json!(["bookings", "passengers"]));
    assert_eq!((&view["max_rows"], &view["rows"]), (&json!(9), &json!("/v1/named-queries/q/rows")));
    assert_eq!(
        view["parameters"][0],
        json!({"name": "n", "type": "bigint", "required": true, "description": "How many", "min": 1,
               "max": 9_007_199_254_740_993_i64})
    );
    assert_eq!(
        query.openapi_parameters(),
        [
            json!({"name": "n", "in": "query", "required": true, "description": "How many",
                   "schema": {"type": "integer", "format": "int64", "minimum": 1, "maximum": 9_007_199_254_740_993_i64}}),
            json!({"name": "day", "in": "query", "required": false, "description": "at least 2026-01-01",
                   "schema": {"type": "string", "format": "date", "default": "2026-01-01"}}),
            json!({"name": "price", "in": "query", "required": false, "description": "",
                   "schema": {"type": "string", "format": "decimal", "default": "1.5", "enum": ["1.5", "2.50"]}}),
        ]
    );
}

#[test]
fn the_two_files_become_one_object() {
    let object = NamedQuery::assemble(br#"{"name": "q"}"#, "SELECT 1\n").unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&object).unwrap(), json!({"name": "q", "sql": "SELECT 1\n"}));
    let twice = NamedQuery::assemble(br#"{"name": "q", "sql": "SELECT 2"}"#, "SELECT 1");
    assert!(twice.unwrap_err().to_string().contains("which one?"));
    assert!(NamedQuery::assemble(b"[]", "SELECT 1").is_err());
}

#[tokio::test]
async fn a_damaged_query_holds_no_other_back() {
    let store = MemoryStore::default();
    let good = json!({"name": "good", "sql": "SELECT 1"}).to_string();
    for (key, body) in [
        (key::named_query(&name("good")), good.as_str()),
        (key::named_query(&name("bad")), "{}"),
        ("queries/Not a name.json".to_owned(), ""),
        ("queries/notes.txt".to_owned(), ""),
    ] {
        store.put(&key, body.to_owned().into(), PutMode::Create).await.unwrap();
    }
    let clock = ManualClock::new(chrono::DateTime::UNIX_EPOCH);
    let snapshot = NamedSnapshot::new(std::time::Duration::from_secs(5));
    let seen = snapshot.get(&store, &clock, "tributary").await.unwrap();
    assert_eq!(seen.listing(&Caller::anybody()).named_queries.len(), 1);
    let loaded = load_all(&store, "tributary").await.unwrap();
    assert_eq!(loaded.queries.keys().map(QueryName::as_str).collect::<Vec<_>>(), ["good"]);
    assert_eq!(loaded.damaged.keys().map(QueryName::as_str).collect::<Vec<_>>(), ["bad"]);
    store.fail_next(1);
    assert!(load_all(&store, "tributary").await.is_err());
    store.fail_next(1);
    clock.advance(chrono::TimeDelta::seconds(5));
    assert_eq!(snapshot.get(&store, &clock, "tributary").await.unwrap_err().status(), 503);
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
    assert_eq!(problem.kind(), Kind::InvalidValue);
    assert!(
        problem.to_string().contains("parameter pattern expects a regular expression that matches"),
        "{problem}"
    );
    // An operator's own expression, in a query that may have been published long ago.
    let written =
        json!({"name": "q", "sql": "SELECT name FROM passengers WHERE regexp_like(name, '(a+)+$') LIMIT 5"});
    assert!(ask(&define(&written).unwrap(), "").is_ok());
}
