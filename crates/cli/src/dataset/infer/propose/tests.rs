use domain::Dataset;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::dataset::infer::verify;

fn proposal(events: &[Value]) -> Result<Proposal, NoColumns> {
    let mut profile = Profile::default();
    for event in events {
        profile.add(&event.to_string()).unwrap();
    }
    propose(&profile, &DatasetName::new("d").unwrap())
}

/// Whatever is proposed is valid, and takes every event of the sample.
fn holds(events: &[Value]) -> Option<Dataset> {
    let Proposal { definition, .. } = proposal(events).ok()?;
    let json = serde_json::to_vec(&definition).unwrap();
    let dataset = Dataset::from_json(&json).unwrap_or_else(|error| panic!("{error}: {definition:?}"));
    let texts: Vec<String> = events.iter().map(ToString::to_string).collect();
    let refused = verify::refused(&dataset, &texts, "2026-11-23T10:00:00Z".parse().unwrap());
    assert!(refused.is_empty(), "{refused:?}: {definition:?}");
    Some(dataset)
}

#[test]
fn columns_are_in_the_order_of_the_fields_and_keep_their_senders_names() {
    let events = [json!({"id": 1, "bookedAt": "2026-11-23T10:00:00Z"}), json!({"id": 2, "tags": ["a"]})];
    let dataset = holds(&events).unwrap();
    let columns: Vec<_> = dataset
        .columns()
        .iter()
        .map(|column| format!("{} {} {}", column.name, column.data_type, column.field))
        .collect();
    // serde_json sorts names.
    assert_eq!(columns, ["booked_at timestamp bookedAt", "id bigint id", "tags array<string> tags"]);
}

#[test]
fn what_no_type_takes_is_left_out_and_said_under_the_fields_name() {
    let events = [json!({"id": 1, "theValue": 1}), json!({"id": 2, "theValue": "x"})];
    let Proposal { definition, doubts, .. } = proposal(&events).unwrap();
    assert_eq!(definition.columns.len(), 1);
    assert_eq!((doubts[0].column.as_str(), doubts[0].code), ("theValue", "mixed_types"));
    assert!(doubts[0].message.starts_with("left out"), "{doubts:?}");
    assert!(proposal(&[json!({"a": null})]).is_err());
    assert!(proposal(&[]).is_err());
}

#[test]
fn keys_are_suggested_where_every_event_has_them() {
    let event = |id: u32| {
        json!({"booking_id": format!("b{id}"), "customer_id": 7, "name": format!("n{id}"),
            "booked_at": "2026-11-23T10:00:00Z", "updated_at": "2026-11-23T11:00:00Z", "born": "1969-01-01"})
    };
    let candidates = proposal(&[event(1), event(2)]).unwrap().candidates;
    assert_eq!(candidates.identity, ["booking_id"]);
    assert_eq!(candidates.event_time, ["booked_at", "updated_at"]);
    let mut without = event(3);
    without["booking_id"] = Value::Null;
    assert!(proposal(&[event(1), without]).unwrap().candidates.identity.is_empty());
}

#[test]
fn of_cloudevents_the_data_is_what_columns_are_of() {
    let event = |id: &str, data: Value| json!({"specversion": "1.0", "id": id, "source": "/s", "type": "t", "time": "2026-11-23T10:00:00Z", "data": data});
    let events = [event("1", json!({"a": 1, "id": 5})), event("2", json!({"a": 2, "id": 6}))];
    let dataset = holds(&events).unwrap();
    let names: Vec<_> = dataset.columns().iter().map(|column| column.name.as_str()).collect();
    assert_eq!((names.as_slice(), dataset.cloudevents_type()), (&["a", "id", "time"][..], Some("t")));
    // Where the data has no id, a column of that name finds the attribute, which is text.
    let mixed = [event("1", json!({"a": 1, "id": 5})), event("x2", json!({"a": 2}))];
    let names: Vec<_> =
        holds(&mixed).unwrap().columns().iter().map(|column| column.name.to_string()).collect();
    assert_eq!(names, ["a", "time"]);
    let text = [event("1", json!("just text"))];
    let names: Vec<_> =
        holds(&text).unwrap().columns().iter().map(|column| column.name.to_string()).collect();
    assert_eq!(names, ["data", "time"]);
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (1_000_000_000_i64..4_000_000_000).prop_map(Value::from),
        (1_000_000_000_000_i64..4_000_000_000_000).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (-100_000_i64..100_000).prop_map(|cents| Value::from(cents as f64 / 100.0)),
        "[a-zé\"\\\\ ]{0,6}".prop_map(Value::from),
        "-?[0-9]{1,45}(\\.[0-9]{1,4})?".prop_map(Value::from),
        "20[0-9]{2}-[01][0-9]-[0-3][0-9]((T| )[0-2][0-9]:00:00(\\.[0-9]{1,9})?(Z|\\+01:00)?)?"
            .prop_map(Value::from),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from), object(inner),]
    })
}

fn object(values: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    let name = "a|b|c|id|time|data|booked_at|bookedAt|BookedAt|price|_id|order|dt|e mail|1|é|";
    prop::collection::btree_map(name, values, 0..6).prop_map(|fields| fields.into_iter().collect::<Value>())
}

/// Events whose fields are mostly of one kind, as those of one sender are.
fn alike() -> impl Strategy<Value = Vec<Value>> {
    let field = prop_oneof![
        prop::collection::vec(any::<i64>().prop_map(Value::from), 12),
        prop::collection::vec(
            (-100_000_i64..100_000).prop_map(|cents| Value::from(cents as f64 / 1000.0)),
            12
        ),
        prop::collection::vec("-?[0-9]{1,20}(\\.[0-9]{1,4})?".prop_map(Value::from), 12),
        prop::collection::vec(value(), 12),
        prop::collection::vec(object(any::<i64>().prop_map(Value::from)), 12),
    ];
    let name = "a|b|created_at|price|fooBar";
    prop::collection::btree_map(name, field, 1..4).prop_map(|fields| {
        let event =
            |row: usize| fields.iter().map(|(name, values)| (name.clone(), values[row].clone())).collect();
        (0..12).map(event).collect()
    })
}

proptest! {
    // Each case is a whole sample.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_is_proposed_is_valid_and_takes_every_event(events in prop::collection::vec(object(value()), 0..12)) {
        holds(&events);
    }

    #[test]
    fn so_it_is_with_events_that_are_alike(events in alike()) {
        holds(&events);
    }

    #[test]
    fn so_it_is_with_cloudevents(data in prop::collection::vec(object(scalar()), 1..6)) {
        let events: Vec<Value> = data.into_iter().enumerate().map(|(id, data)| {
            json!({"specversion": "1.0", "id": id.to_string(), "source": "/s", "type": "t", "data": data})
        }).collect();
        holds(&events);
    }
}
