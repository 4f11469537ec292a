//! `tributary dataset`, with and without a lake.

use bytes::Bytes;
use domain::port::{ObjectStore, PutMode};
use serde_json::{Value, json};

use crate::{
    lake::{Lake, checked, run_with},
    process::said,
};

fn bookings(price: &str, more: &[Value]) -> String {
    let mut columns = vec![
        json!({"name": "booking_id", "type": "string", "required": true}),
        json!({"name": "price", "type": price}),
    ];
    columns.extend_from_slice(more);
    json!({"name": "bookings", "columns": columns, "identity": ["booking_id"]}).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_definition_goes_live_and_a_change_that_is_refused_does_not() {
    let lake = Lake::start();
    let apply = |file: &str, text: &str, status| {
        let path = lake.file(file, text);
        lake.output(status, &["dataset", "apply", path.to_str().unwrap()])
    };
    assert_eq!(apply("bookings.json", &bookings("decimal(12,2)", &[]), 0), "bookings: version 1 is live\n");
    assert_eq!(
        apply("bookings.json", &bookings("decimal(12,2)", &[]), 0),
        "bookings: version 1 is live already\n"
    );

    let needed = json!({"name": "seat", "type": "string", "required": true});
    let refused = apply("refused.json", &bookings("double", &[needed]), 1);
    assert!(refused.starts_with("bookings: refused; version 1 stays live:\n"), "{refused}");
    for reason in [
        "  - column price was changed from decimal(12,2) to double:",
        "  - column seat was added as required:",
    ] {
        assert!(refused.contains(reason), "{refused}");
    }
    let shown = lake.json(&["dataset", "show", "bookings"]);
    assert_eq!(shown["columns"].as_array().unwrap().len(), 2);
    assert_eq!(shown["columns"][1]["type"], "decimal(12,2)");

    let optional = json!({"name": "seat", "type": "string"});
    let next = bookings("decimal(12,2)", &[optional]);
    let path = lake.file("bookings.json", &next);
    let verdict = lake.output(0, &["dataset", "check", "--live", path.to_str().unwrap()]);
    assert!(verdict.contains("in the lake: would become version 2 after 1"), "{verdict}");
    assert_eq!(apply("bookings.json", &next, 0), "bookings: version 2 is live\n");
    let first = lake.output(0, &["dataset", "show", "bookings", "--version", "1"]);
    assert!(first.contains("bookings version 1") && !first.contains("seat"), "{first}");
    let missing = lake.run(&["dataset", "show", "bookings", "--version", "3"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(said(&missing).contains("bookings has no version 3; versions: 1, 2"), "{}", said(&missing));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_definitions_none_is_asked_for_unless_all_may_go_live() {
    let lake = Lake::start();
    let good = lake.file("bookings.json", &bookings("double", &[]));
    let (good, bad) = (good.to_str().unwrap(), lake.file("passengers.json", &passengers("string")));
    let text = lake.output(1, &["dataset", "apply", good, bad.to_str().unwrap()]);
    assert!(text.contains("bookings: not asked for, since another definition is refused"), "{text}");
    assert!(text.contains("passengers: refused; version 1 stays live"), "{text}");

    let broken = lake.file("broken.json", "{");
    let output = lake.run(&["dataset", "apply", good, broken.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said(&output).contains("broken.json is not valid") && said(&output).contains("nothing was asked for")
    );
    let names = lake.json(&["dataset", "list"])["datasets"].as_array().unwrap().len();
    assert_eq!(names, 1, "bookings was asked for");
}

fn passengers(data_type: &str) -> String {
    json!({"name": "passengers", "columns": [{"name": "passenger_id", "type": data_type}]}).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_does_not_go_live_is_seen_with_its_reason() {
    let lake = Lake::start();
    let put = async |key: &str, body: String| {
        lake.store().put(key, Bytes::from(body), PutMode::Overwrite).await.unwrap();
    };
    put("datasets/passengers.json", passengers("string")).await;
    put("datasets/broken.json", "{".to_owned()).await;
    put("datasets/Misnamed.json", passengers("string")).await;

    let list = lake.output(0, &["dataset", "list"]);
    for words in [
        "passengers        1        4  day  refused: column passenger_id was changed from bigint to string",
        "broken            -        -  -    refused: the definition does not parse",
        "datasets/Misnamed.json is in datasets/ and no definition",
    ] {
        assert!(list.contains(words), "{list}");
    }
    let status = lake.output(1, &["dataset", "status", "--exit-code"]);
    assert!(status.contains("! passengers: the definition that is asked for is refused: "), "{status}");
    assert!(status.contains("; version 1 stays live."), "{status}");
    assert!(status.contains("! broken: ") && status.contains("nothing is live"), "{status}");
    let one = lake.json(&["dataset", "status", "passengers"]);
    assert_eq!(one["datasets"][0]["definition"]["state"], "refused");
    assert_eq!(one["datasets"][0]["definition"]["live_version"], 1);
    let unknown = lake.run(&["dataset", "status", "nobody"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(said(&unknown).contains("there is no dataset nobody"), "{}", said(&unknown));
}

#[tokio::test(flavor = "multi_thread")]
async fn status_says_what_is_stored_and_how_fresh_it_is() {
    let lake = Lake::start();
    for id in 0..3 {
        lake.publish("passengers", &format!("{{\"passenger_id\": {id}}}")).await;
    }
    let stored = lake.settled("passengers", 3).await;
    assert_eq!((&stored["partitions"], &stored["cut"]), (&json!(1), &json!(false)));
    assert!(
        stored["freshness"].is_string() && stored["newest_generation"].as_u64().unwrap() >= 1,
        "{stored}"
    );
    let text = lake.output(0, &["dataset", "status", "passengers", "--exit-code"]);
    assert!(text.contains("rows        3") && text.contains("Nothing is wrong."), "{text}");
}

#[test]
fn what_is_inferred_is_valid_and_what_is_not_valid_is_said() {
    let sample = "{\"bookingId\": \"a\", \"price\": 1.5}\n{\"bookingId\": \"b\", \"price\": 2}\n";
    let inferred =
        run_with(&[], &["dataset", "infer", "-", "--name", "bookings", "--identity", "bookingId"], sample);
    let definition = checked(&inferred, 0);
    assert!(
        definition
            .contains(r#"{"name": "booking_id", "type": "string", "required": true, "from": "bookingId"}"#)
    );
    assert!(
        said(&inferred).contains("renamed, with \"from\": booking_id of \"bookingId\""),
        "{}",
        said(&inferred)
    );
    let text = checked(&run_with(&[], &["dataset", "check", "-"], &definition), 0);
    assert!(text.starts_with("-: valid, dataset bookings of 2 columns\n"), "{text}");
    assert!(text.contains("warning: identity without event_time"), "{text}");

    let wrong = definition.replace("string", "strng");
    let output = run_with(&[], &["dataset", "check", "-", "--json"], &wrong);
    let report: Value = serde_json::from_str(&checked(&output, 2)).unwrap();
    let error = report["definitions"][0]["error"].as_str().unwrap();
    assert!(error.starts_with("column booking_id: unknown type \"strng\""), "{error}");
    let empty = run_with(&[], &["dataset", "infer", "-"], "{\"a\": null}");
    assert_eq!(empty.status.code(), Some(2));
    assert!(said(&empty).contains("no field of the sample can be a column"), "{}", said(&empty));
}

#[test]
fn a_lake_that_is_not_there_is_named() {
    let output = run_with(&[("AWS_ENDPOINT_URL", "http://127.0.0.1:9")], &["dataset", "list"], "");
    assert_eq!(output.status.code(), Some(1));
    let words = "Asked were the bucket tributary (TRIBUTARY_BUCKET) and the Glue database tributary \
                 (TRIBUTARY_DATABASE) at http://127.0.0.1:9 (AWS_ENDPOINT_URL): is it running?";
    assert!(said(&output).contains(words), "{}", said(&output));
    let output = run_with(&[], &["quarantine", "list"], "");
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).starts_with("error: no AWS region: set AWS_REGION"), "{}", said(&output));
}
