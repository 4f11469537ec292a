//! Definitions: which are refused, what is said of them, and how they are kept.

use domain::{
    key,
    memory::{ManualClock, MemoryStore},
    port::{ObjectStore, PutMode},
};

use super::{super::store::load_all, *};

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
    let plans = include_str!("../../../../../../infra/modules/lake/tests/files.tftest.hcl");
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
