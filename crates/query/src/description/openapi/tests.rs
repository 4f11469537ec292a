use std::collections::BTreeSet;

use serde_json::Value;

use super::*;
use crate::{description::paths, testing};

fn described(free_sql: bool, keys: bool) -> Value {
    serde_json::from_str(&written(free_sql, keys)).unwrap()
}

/// As it is written: `Value` does not keep the order of members.
fn written(free_sql: bool, keys: bool) -> String {
    let settings = domain::settings::Settings::read(|_| None).unwrap();
    let mut settings = ApiSettings::from(&settings);
    settings.access.free_sql = free_sql;
    let (name, definition) = (
        domain::QueryName::new("seats-of").unwrap(),
        br#"{"name": "seats-of", "sql": "SELECT 1 FROM a WHERE b = :b",
        "parameters": [{"name": "b", "type": "bigint", "default": 7, "min": 1}]}"#,
    );
    let named = NamedQuery::from_json(&name, definition, "tributary").unwrap();
    let dataset = testing::bookings();
    let facts =
        Facts { settings: &settings, datasets: &[&dataset], named: &[NamedOperation::of(&named)], keys };
    String::from_utf8(to_json(&document(&facts))).unwrap()
}

#[test]
fn examples_are_of_this_lake_and_name_the_header() {
    let text = |document: &Value| document["info"]["description"].as_str().unwrap().to_owned();
    let (open, keys) = (text(&described(false, false)), text(&described(false, true)));
    for words in [
        "/v1/datasets/bookings/rows?limit=5",
        "booked_at=gte.now-24h&order=booked_at.desc",
        "select=booking_id,count()",
        "Authorization: Bearer trib_",
        "Tributary-Complete",
    ] {
        assert!(open.contains(words) && keys.contains(words), "{words}: {open}");
    }
    assert!(keys.contains("curl -H \"Authorization: Bearer $KEY\" ") && !open.contains("$KEY"));
    // What is shown is answered.
    for dataset in [
        testing::bookings(),
        testing::flights(),
        testing::passengers(),
        testing::clicks(),
        testing::parcels(),
    ] {
        let settings = domain::settings::Settings::read(|_| None).unwrap();
        let settings = ApiSettings::from(&settings);
        let facts = Facts { settings: &settings, datasets: &[&dataset], named: &[], keys: true };
        let document: Value = serde_json::from_slice(&to_json(&document(&facts))).unwrap();
        let text = text(&document);
        let path = format!("/v1/datasets/{}/rows?", dataset.name());
        let queries: Vec<&str> =
            text.split(path.as_str()).skip(1).filter_map(|rest| Some(rest.split_once('"')?.0)).collect();
        assert!(queries.len() >= 2, "{text}");
        for query in queries {
            assert!(crate::compile(&dataset, query, "tributary", 100).is_ok(), "{query}");
        }
    }
}

/// Every reference in the document, and every name that is one.
fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str));
            members.values().for_each(|member| references(member, found));
        }
        Value::Array(elements) => elements.iter().for_each(|element| references(element, found)),
        _ => {}
    }
}

#[test]
fn every_path_is_described_and_every_reference_leads_somewhere() {
    let document = described(true, true);
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let named = paths::NAMED_ROWS.replace("{name}", "seats-of");
    for path in paths::AVAILABLE {
        let path = if path == paths::NAMED_ROWS { named.as_str() } else { path };
        assert!(document["paths"][path].is_object(), "{path}");
    }
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 50);
    for reference in found {
        let name = reference.strip_prefix("#/components/schemas/").unwrap();
        assert!(document["components"]["schemas"][name].is_object(), "{reference}");
    }
}

#[test]
fn what_goes_on_leads_to_operations_that_there_are() {
    let document = described(true, false);
    let links = &document["paths"][paths::ROWS]["get"]["responses"]["202"]["links"];
    let query = &document["paths"][paths::QUERY];
    assert_eq!(links["query"]["operationId"], query["get"]["operationId"]);
    assert_eq!(links["cancel"]["operationId"], query["delete"]["operationId"]);
    assert_eq!(links["query"]["parameters"]["id"], "$response.body#/id");
    // Two types of one name would be one schema.
    assert!(document["components"]["schemas"]["QueryView"]["properties"]["state"].is_object());
}

#[test]
fn every_status_and_every_parameter_that_there_can_be_is_described() {
    let document = described(true, true);
    let operation = |path: &str, method: &str| document["paths"][path][method].clone();
    let has = |operation: &Value, statuses: &[&str]| {
        for status in statuses {
            assert!(operation["responses"][status].is_object(), "{status} of {}", operation["operationId"]);
        }
    };
    let parameters = |operation: &Value| -> Vec<String> {
        let parameters = operation["parameters"].as_array().unwrap().iter();
        parameters.map(|parameter| parameter["name"].as_str().unwrap().to_owned()).collect()
    };
    let named = "/v1/named-queries/seats-of/rows";
    for (path, method) in [
        (paths::DATASETS, "get"),
        (paths::DATASET, "get"),
        (paths::ROWS, "get"),
        (paths::NAMED, "get"),
        (named, "get"),
        (paths::QUERIES, "post"),
        (paths::QUERY, "get"),
        (paths::QUERY, "delete"),
        (paths::QUERY_ROWS, "get"),
    ] {
        // A key that is too quick; a Lambda whose time is over.
        has(&operation(path, method), &["401", "429", "504"]);
    }
    for (path, method) in [(paths::ROWS, "get"), (named, "get"), (paths::QUERIES, "post")] {
        let operation = operation(path, method);
        // Shared with somebody who cancelled it; a result that is gone at once.
        has(&operation, &["200", "202", "303", "409", "410", "413", "502"]);
        assert!(parameters(&operation).contains(&"_numbers".to_owned()), "{path}");
        assert!(parameters(&operation).contains(&"_csv".to_owned()), "{path}");
    }
    for method in ["get", "delete"] {
        has(&operation(paths::QUERY, method), &["404", "410", "502"]);
    }
    let rows = operation(paths::QUERY_ROWS, "get");
    has(&rows, &["200", "303", "304", "409", "410"]);
    assert!(
        ["_numbers", "_csv", "If-None-Match"]
            .iter()
            .all(|name| parameters(&rows).contains(&(*name).to_owned()))
    );
    let limit = rows["parameters"].as_array().unwrap().iter().find(|one| one["name"] == "limit").unwrap();
    assert_eq!(limit["schema"]["minimum"].as_f64(), Some(1.0));
    // A generated client sends a default, and a cursor stands alone.
    assert!(limit["schema"]["default"].is_null());
    // Its limit is in the body, and no caller has its answer already.
    let sql = operation(paths::QUERIES, "post");
    assert!(["limit", "If-None-Match"].iter().all(|name| !parameters(&sql).contains(&(*name).to_owned())));
    assert!(sql["responses"]["304"].is_null());
}

/// For clients that take the first form that they can read.
#[test]
fn every_form_of_rows_has_a_schema_and_text_is_the_first_of_them() {
    let text_first = written(true, false).matches(r#""content":{"text/csv":"#).count();
    let document = described(true, false);
    let paths = [
        (paths::ROWS, "get"),
        ("/v1/named-queries/seats-of/rows", "get"),
        (paths::QUERIES, "post"),
        (paths::QUERY_ROWS, "get"),
    ];
    assert_eq!(text_first, paths.len());
    for (path, method) in paths {
        let content = document["paths"][path][method]["responses"]["200"]["content"].as_object().unwrap();
        let described: BTreeSet<&str> = content.keys().map(String::as_str).collect();
        assert_eq!(described, crate::request::format::Format::media_types().collect(), "{path}");
        for (media_type, form) in content {
            assert!(form["schema"].is_object(), "{media_type} of {path}");
        }
    }
}

#[test]
fn a_named_query_has_its_parameters_typed() {
    let document = described(false, false);
    let parameters =
        document["paths"]["/v1/named-queries/seats-of/rows"]["get"]["parameters"].as_array().unwrap();
    let own = parameters.iter().find(|parameter| parameter["name"] == "b").unwrap();
    assert_eq!(
        own["schema"],
        serde_json::json!({"type": "integer", "format": "int64", "default": 7, "minimum": 1})
    );
    assert!(parameters.iter().any(|parameter| parameter["name"] == "limit"));
}

#[test]
fn what_is_off_is_not_described() {
    assert!(described(false, false)["paths"]["/v1/queries"].is_null());
    assert!(described(false, false)["components"]["securitySchemes"].is_null());
    let keys = described(true, true);
    assert_eq!(keys["components"]["securitySchemes"]["key"]["scheme"], "bearer");
    // Every operation wants a key, but for those that say otherwise.
    assert_eq!(keys["security"], serde_json::json!([{"key": []}]));
    let open = ["/docs", "/healthz", "/openapi.json", "/readyz"];
    for (path, operations) in keys["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let expected = if open.contains(&path.as_str()) { serde_json::json!([]) } else { Value::Null };
            assert_eq!(operation["security"], expected, "{method} {path}");
        }
    }
}

#[test]
fn the_page_has_every_operation_and_loads_nothing() {
    let settings = domain::settings::Settings::read(|_| None).unwrap();
    let settings = ApiSettings::from(&settings);
    let page = crate::description::docs::page(&document(&Facts {
        settings: &settings,
        datasets: &[],
        named: &[],
        keys: true,
    }));
    for words in ["GET /v1/datasets/{dataset}/rows", "DELETE /v1/queries/{id}", "unknown-column", "Tributary"]
    {
        assert!(page.contains(words), "{words}");
    }
    for loading in ["<script", "src=", "<link", "url(", "@import", "http://", "https://"] {
        assert!(!page.contains(loading), "{loading}");
    }
}
