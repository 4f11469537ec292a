//! Named queries of a directory, as `tributary dev --queries` takes them.

use serde_json::{Value, json};

use crate::{
    lake::Lake,
    process::{run, said},
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
