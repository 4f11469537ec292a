use serde_json::{Value, json};

use super::*;

fn codes(patch: Value) -> Vec<&'static str> {
    let mut definition = json!({
        "name": "d",
        "columns": [
            {"name": "id", "type": "bigint", "required": true},
            {"name": "t", "type": "timestamp", "required": true},
        ],
        "identity": ["id"], "event_time": "t",
    });
    for (key, value) in patch.as_object().unwrap() {
        definition[key] = value.clone();
    }
    let dataset = Dataset::from_json(definition.to_string().as_bytes()).unwrap();
    warnings(&dataset).into_iter().map(|warning| warning.code).collect()
}

#[test]
fn a_definition_with_identity_and_event_time_has_no_surprise() {
    assert_eq!(codes(json!({})), Vec::<&str>::new());
    assert_eq!(codes(json!({"identity": ["t", "id"], "partition_by": "hour"})), Vec::<&str>::new());
}

#[test]
fn what_makes_second_rows_is_said() {
    assert_eq!(codes(json!({"event_time": null})), ["identity_without_event_time"]);
    assert_eq!(codes(json!({"identity": []})), ["no_identity"]);
    assert_eq!(codes(json!({"identity": [], "event_time": null})), ["no_identity"]);
}

#[test]
fn an_identity_that_strangers_share_is_said() {
    assert_eq!(codes(json!({"identity": ["t"]})), ["weak_identity"]);
}

#[test]
fn a_dataset_that_takes_any_object_is_said() {
    let columns = json!([{"name": "a", "type": "string"}]);
    let patch = json!({"columns": columns, "identity": [], "event_time": null});
    assert_eq!(codes(patch), ["no_identity", "nothing_required"]);
}

#[test]
fn names_that_promise_another_type_are_said() {
    for (name, data_type, code) in [
        ("booked_at", "string", Some("time_as_string")),
        ("birth_date", "string", Some("time_as_string")),
        ("updated_at", "bigint", Some("time_as_number")),
        ("ticket_price", "double", Some("money_as_double")),
        ("ticket_price", "decimal(12,2)", None),
        ("at", "string", None),
        ("response_time", "int", None),
        ("format_string", "string", None),
        ("latitude", "double", None),
    ] {
        let columns = json!([
            {"name": "id", "type": "bigint", "required": true},
            {"name": "t", "type": "timestamp", "required": true},
            {"name": name, "type": data_type},
        ]);
        assert_eq!(
            codes(json!({"columns": columns})),
            code.into_iter().collect::<Vec<_>>(),
            "{name} {data_type}"
        );
    }
}
