//! Named queries of a directory, as `tributary dev --queries` takes them.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use aws::SystemClock;
use domain::port::Clock;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    lake::Lake,
    process::{Dev, run, said},
};

const DEFINITION: &str = r#"{"name": "seats", "description": "Who sits where", "parameters": [
    {"name": "from", "type": "bigint", "min": 1, "description": "The first passenger"}]}"#;
const SQL: &str = "SELECT passenger_id, seat_number FROM passengers WHERE passenger_id >= :from ORDER BY 1";

async fn get(lake: &Lake, path: &str) -> (u16, String) {
    let answer = reqwest::get(format!("{}{path}", lake.http())).await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_of_named_queries_is_served() {
    let lake = Lake::with_queries(&[("seats.json", DEFINITION), ("seats.sql", SQL)]);
    for id in 1..=3 {
        lake.publish("passengers", &format!(r#"{{"passenger_id": {id}, "seat_number": "{id}A"}}"#)).await;
    }
    lake.settled("passengers", 3).await;
    let (_, listing) = get(&lake, "/v1/named-queries").await;
    let listing: Value = serde_json::from_str(&listing).unwrap();
    let named = listing["named_queries"].as_array().unwrap();
    assert_eq!((named.len(), &named[0]["name"]), (1, &json!("seats")), "{listing}");
    assert_eq!(
        (&named[0]["description"], &named[0]["datasets"]),
        (&json!("Who sits where"), &json!(["passengers"]))
    );

    let rows = get(&lake, "/v1/named-queries/seats/rows?from=2&format=csv").await;
    assert_eq!(rows, (200, "passenger_id,seat_number\r\n2,2A\r\n3,3A\r\n".to_owned()));
    let (status, problem) = get(&lake, "/v1/named-queries/seats/rows?from=0").await;
    assert!(status == 400 && problem.contains("is at least 1"), "{status} {problem}");
    let (_, document) = get(&lake, "/openapi.json").await;
    let document: Value = serde_json::from_str(&document).unwrap();
    assert!(document["paths"]["/v1/named-queries/seats/rows"].is_object());
}

#[test]
fn what_is_no_query_is_named_before_anything_starts() {
    let files = tempfile::TempDir::new().unwrap();
    std::fs::write(files.path().join("seats.json"), DEFINITION).unwrap();
    std::fs::write(files.path().join("seats.sql"), "DELETE FROM passengers").unwrap();
    let data = files.path().join("data");
    let output = run(&["dev", "--data", data.to_str().unwrap(), "--queries", files.path().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    for words in ["seats.json", "DELETE"] {
        assert!(said(&output).contains(words), "{}", said(&output));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_goes_from_its_files_into_the_lake_and_is_run() {
    let lake = Lake::start();
    let definition = lake.file("seats.json", DEFINITION);
    lake.file("seats.sql", SQL);
    let path = definition.to_str().unwrap();
    let checked = run(&["named-query", "check", path]);
    let text = String::from_utf8(checked.stdout.clone()).unwrap();
    assert!(text.contains("valid, named query seats of 1 parameter, reads passengers"), "{text}");

    assert_eq!(
        lake.output(0, &["named-query", "list"]),
        "No named queries. `tributary named-query apply NAME.json` puts one there.\n"
    );
    let states = ["new", "unchanged"].map(|state| json!([{"name": "seats", "state": state, "missing": []}]));
    for expected in states {
        assert_eq!(lake.json(&["named-query", "apply", path])["named_queries"], expected);
    }
    lake.file("seats.sql", &format!("{SQL} DESC"));
    assert_eq!(lake.json(&["named-query", "apply", path])["named_queries"][0]["state"], "changed");
    let listed = lake.json(&["named-query", "list"]);
    assert_eq!(listed["named_queries"][0]["parameters"], json!([{"name": "from", "required": true}]));

    for id in 1..=3 {
        lake.publish("passengers", &format!(r#"{{"passenger_id": {id}, "seat_number": "{id}A"}}"#)).await;
    }
    lake.settled("passengers", 3).await;
    let run_it = |options: &[&str]| lake.run(&[&["named-query", "run", "seats"], options].concat());
    let rows = run_it(&["--parameter", "from=2", "--format", "csv"]);
    assert_eq!(
        String::from_utf8(rows.stdout.clone()).unwrap(),
        "passenger_id,seat_number\r\n3,3A\r\n2,2A\r\n"
    );
    let limited = run_it(&["--parameter", "from=1", "--limit", "1", "--format", "ndjson"]);
    assert_eq!(String::from_utf8(limited.stdout.clone()).unwrap().lines().count(), 1, "{}", said(&limited));
    for (options, words) in [
        (&[][..], "from"),
        (&["--parameter", "from=0"], "is at least 1"),
        (&["--parameter", "from"], "write NAME=VALUE"),
        (&["--parameter", "fram=1"], "fram"),
    ] {
        let refused = run_it(options);
        assert_eq!(refused.status.code(), Some(2), "{options:?}: {}", said(&refused));
        assert!(said(&refused).contains(words), "{options:?}: {}", said(&refused));
    }

    // What is not valid is named, and nothing is put.
    lake.file("other.json", r#"{"name": "other"}"#);
    let other = lake.file("other.sql", "DROP TABLE passengers");
    let both = [path, other.to_str().unwrap()];
    let checked = run(&[&["named-query", "check"][..], &both].concat());
    assert_eq!(checked.status.code(), Some(2));
    assert!(said(&checked).contains("1 of 2 not valid"), "{}", said(&checked));
    let applied = lake.run(&[&["named-query", "apply"][..], &both].concat());
    assert_eq!(applied.status.code(), Some(2), "{}", said(&applied));
    assert!(said(&applied).contains("DROP is not part of a query that reads"), "{}", said(&applied));
    assert_eq!(lake.json(&["named-query", "list"])["named_queries"].as_array().unwrap().len(), 1);

    lake.file("lonely.json", r#"{"name": "lonely"}"#);
    let lonely = lake.file("lonely.sql", "SELECT a FROM nobody");
    let applied = lake.run(&["named-query", "apply", lonely.to_str().unwrap()]);
    assert!(applied.status.success(), "{}", said(&applied));
    assert!(
        said(&applied).contains("lonely reads nobody, of which there is no dataset"),
        "{}",
        said(&applied)
    );
}

/// Asks until the answer has these words, or has them no longer.
async fn until(dev: &Dev, path: &str, words: &str, there: bool) {
    let began = Instant::now();
    loop {
        let answer =
            reqwest::get(format!("{}{path}", dev.address("http"))).await.unwrap().text().await.unwrap();
        if answer.contains(words) == there {
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{path}: {answer}");
        SystemClock.sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_saved_while_it_runs_are_taken_at_once() {
    let (data, datasets, queries) =
        (TempDir::new().unwrap(), TempDir::new().unwrap(), TempDir::new().unwrap());
    let write = |directory: &TempDir, name: &str, text: &str| {
        std::fs::write(Path::new(directory.path()).join(name), text).unwrap();
    };
    let seats = r#"{"name": "seats", "columns": [{"name": "seat", "type": "string"}]}"#;
    let options = ["--queries", queries.path().to_str().unwrap()];
    let dev = Dev::start_on(data.path(), datasets.path(), &options);
    until(&dev, "/v1/datasets", "seats", false).await;

    // What is wrong holds nobody back.
    write(&datasets, "broken.json", "{");
    write(&queries, "broken.json", r#"{"name": "broken"}"#);
    write(&datasets, "seats.json", seats);
    until(&dev, "/v1/datasets", "\"seats\"", true).await;
    write(&datasets, "seats.json", &seats.replace("}]}", r#"}, {"name": "fare", "type": "double"}]}"#));
    until(&dev, "/v1/datasets", "fare", true).await;

    write(&queries, "all-seats.sql", "SELECT seat FROM seats ORDER BY seat");
    write(&queries, "all-seats.json", r#"{"name": "all-seats", "description": "As it was"}"#);
    until(&dev, "/v1/named-queries", "As it was", true).await;
    until(&dev, "/v1/named-queries/all-seats/rows", "[]", true).await;
    write(&queries, "all-seats.sql", "SELECT seat, fare FROM seats ORDER BY seat");
    until(&dev, "/v1/named-queries/all-seats/rows?format=csv", "fare", true).await;
}
