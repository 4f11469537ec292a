//! `tributary key`, and what the API answers with the keys that it makes.

use serde_json::{Value, json};

use crate::{lake::Lake, process::said};

/// Asks with a key, or with none.
async fn ask(lake: &Lake, path: &str, key: Option<&str>) -> (u16, Value) {
    let mut request = reqwest::Client::new().get(format!("{}{path}", lake.http()));
    if let Some(key) = key {
        request = request.header("authorization", format!("Bearer {key}"));
    }
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let challenged = answer.headers().contains_key("www-authenticate");
    assert_eq!(challenged, status == 401, "{status}");
    (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap())
}

const BOOKINGS: &str = r#"{"name": "bookings", "columns": [{"name": "id", "type": "bigint", "required": true}],
    "identity": ["id"]}"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_key_opens_what_it_names_until_it_is_revoked() {
    let lake = Lake::start();
    let path = lake.file("bookings.json", BOOKINGS);
    lake.output(0, &["dataset", "apply", path.to_str().unwrap()]);
    lake.publish("passengers", r#"{"passenger_id": 1}"#).await;
    lake.settled("passengers", 1).await;
    let rows = "/v1/datasets/passengers/rows?select=passenger_id";
    assert_eq!(ask(&lake, rows, None).await.0, 200, "open while there is no key");
    assert!(lake.output(0, &["key", "list"]).starts_with("No keys."));

    let made = lake.json(&[
        "key",
        "create",
        "Partner",
        "--dataset",
        "passengers",
        "--format",
        "json",
        "--max-rows",
        "5",
    ]);
    let (id, key) = (made["id"].as_str().unwrap(), made["key"].as_str().unwrap());
    let all = lake.json(&["key", "create", "reports", "--dataset", "*"]);
    let all = all["key"].as_str().unwrap();

    assert_eq!(ask(&lake, rows, None).await.0, 401);
    let another = if key.ends_with('x') { 'y' } else { 'x' };
    let forged = format!("{}{another}", &key[..key.len() - 1]);
    assert_eq!(ask(&lake, rows, Some(&forged)).await.0, 401);
    assert_eq!(ask(&lake, rows, Some(key)).await, (200, json!([{"passenger_id": 1}])));
    for (path, status) in [
        ("/v1/datasets/bookings/rows", 404),
        ("/v1/datasets/bookings", 404),
        ("/v1/datasets/passengers/rows?format=csv", 403),
        ("/v1/datasets/passengers/rows?limit=6", 403),
        ("/healthz", 200),
    ] {
        assert_eq!(ask(&lake, path, Some(key)).await.0, status, "{path}");
    }
    let seen =
        async |key| ask(&lake, "/v1/datasets", Some(key)).await.1["datasets"].as_array().unwrap().len();
    assert_eq!((seen(key).await, seen(all).await), (1, 2));
    assert_eq!(ask(&lake, "/v1/datasets/bookings/rows", Some(all)).await, (200, json!([])));
    // An operator's own command needs no key, with one or without.
    assert!(lake.output(0, &["rows", "passengers"]).ends_with("(1 row)\n"));

    let listed = lake.json(&["key", "list"]);
    assert_eq!(listed["keys"].as_array().unwrap().len(), 2);
    assert!(!listed.to_string().contains(key.rsplit_once('_').unwrap().1), "a secret is shown once");
    lake.output(0, &["key", "revoke", id]);
    assert_eq!(ask(&lake, rows, Some(key)).await.0, 401);
    assert_eq!(ask(&lake, rows, Some(all)).await.0, 200);
    assert!(lake.output(0, &["key", "list"]).contains("revoked"));

    let unknown = lake.run(&["key", "revoke", "00000000"]);
    assert_eq!(unknown.status.code(), Some(2), "{}", said(&unknown));
    assert!(said(&unknown).contains("`tributary key list` shows them"), "{}", said(&unknown));
}

/// The lake of these tests needs no credentials, and a key that is refused is not made.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_has_a_rate_unless_somebody_says_none_and_a_budget_if_somebody_says_so() {
    let lake = Lake::start();
    let create = |options: &[&str]| {
        let made = lake.json(&[&["key", "create", "x", "--dataset", "*"][..], options].concat());
        made["rights"].clone()
    };
    assert_eq!(create(&[])["requests_per_minute"], 600);
    assert_eq!(create(&["--requests-per-minute", "60"])["requests_per_minute"], 60);
    assert_eq!(create(&["--requests-per-minute", "none"])["requests_per_minute"], Value::Null);
    let budget = ["--daily-bytes", "100GB", "--daily-dollars", "0.50", "--max-queries", "5"];
    let rights = create(&[&budget[..], &["--max-bytes-scanned", "1GiB"]].concat());
    assert_eq!(
        (&rights["daily_bytes"], &rights["daily_dollars"]),
        (&json!(100_000_000_000_u64), &json!("0.5"))
    );
    assert_eq!((&rights["max_queries"], &rights["max_bytes_scanned"]), (&json!(5), &json!(1 << 30)));
    let listed = lake.output(0, &["key", "list"]);
    assert!(listed.contains("600/min") && listed.contains("5 at a time") && listed.contains("0.5 USD a day"));

    for (options, words) in [
        (&["--daily-bytes", "100GB"][..], "--max-bytes-scanned"),
        (&["--daily-bytes", "20MB", "--max-bytes-scanned", "30MB"], "raise the budget, or lower the bound"),
        (&["--daily-dollars", "2 USD", "--max-bytes-scanned", "30MB"], "expected dollars"),
        (&["--daily-bytes", "much", "--max-bytes-scanned", "30MB"], "500MB or 2GiB"),
        (&["--requests-per-minute", "0"], "or none for no bound"),
        (&["--max-queries", "101"], "101"),
    ] {
        let refused = lake.run(&[&["key", "create", "x", "--dataset", "*"][..], options].concat());
        assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
        assert!(said(&refused).contains(words), "{}", said(&refused));
    }
    assert_eq!(lake.json(&["key", "list"])["keys"].as_array().unwrap().len(), 4);
}

/// Whoever makes the first key of an open API locks everybody else out, and may not know it.
#[tokio::test(flavor = "multi_thread")]
async fn the_first_key_says_that_it_locks_everybody_else_out_and_a_later_one_does_not() {
    let lake = Lake::start();
    let create = |name: &str, options: &[&str]| {
        lake.run(&[&["key", "create", name, "--dataset", "*"][..], options].concat())
    };
    let words = "answers 401 to every request without a key";
    let first = create("first", &["--json"]);
    assert!(said(&first).contains(words), "{}", said(&first));
    let made: Value = serde_json::from_slice(&first.stdout).unwrap();
    assert_eq!(ask(&lake, "/v1/datasets", None).await.0, 401);
    let second = create("second", &[]);
    assert!(second.status.success() && !said(&second).contains(words), "{}", said(&second));
    // One that is taken back opens nothing, so the next one changes nothing for the others.
    lake.output(0, &["key", "revoke", made["id"].as_str().unwrap()]);
    assert!(!said(&create("third", &[])).contains(words));
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_of_keys_leave_their_ids_in_the_log_and_no_secret() {
    let lake = Lake::start();
    let made = lake.run(&["key", "create", "partner", "--dataset", "*", "--json"]);
    let document: Value = serde_json::from_slice(&made.stdout).unwrap();
    let (id, key) = (document["id"].as_str().unwrap(), document["key"].as_str().unwrap());
    let revoked = lake.run(&["key", "revoke", id]);
    for (output, word) in [(&made, "key-created"), (&revoked, "key-revoked")] {
        let log = said(output);
        assert!(log.contains(word) && log.contains(id), "{log}");
        // Standard error is a pipe here.
        assert!(!log.contains('\u{1b}'), "escape sequences go to terminals only: {log:?}");
        assert!(!log.contains(&key[14..22]), "{log}");
    }
}
