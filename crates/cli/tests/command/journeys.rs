//! Three journeys, each from its beginning to its end, by the commands that the documents show: a CSV file becomes a chart;
//! a stream with bad events is mended and replayed; a colleague has nothing but a key.

use std::{collections::BTreeMap, fmt::Write as _};

use serde_json::{Value, json};

use crate::{lake::Lake, process::said};

/// Rows of CSV, without the header: none has a comma or a line break within.
fn rows(csv: &str) -> Vec<Vec<&str>> {
    csv.lines().skip(1).map(|line| line.split(',').collect()).collect()
}

async fn get(lake: &Lake, path: &str, key: Option<&str>) -> (u16, String) {
    let mut request = reqwest::Client::new().get(format!("{}{path}", lake.http()));
    if let Some(key) = key {
        request = request.header("x-api-key", key);
    }
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// The weather at three airports, every six hours of 90 days: some KB a day. One value is missing.
struct Weather {
    csv: String,
    rows: usize,
    /// For each month, the sum of the temperatures in tenths and their number.
    months: BTreeMap<String, (i64, i64)>,
}

fn weather() -> Weather {
    let mut csv = "origin,time_hour,temp,humid\n".to_owned();
    let (mut rows, mut months) = (0, BTreeMap::<String, (i64, i64)>::new());
    let first = chrono::NaiveDate::from_ymd_opt(2021, 1, 1).unwrap();
    for day in 0..90_u64 {
        let date = first.checked_add_days(chrono::Days::new(day)).unwrap();
        for hour in [0, 6, 12, 18] {
            for (place, origin) in (0_i64..).zip(["EWR", "JFK", "LGA"]) {
                let day = i64::try_from(day).unwrap();
                let tenths = 305 + (day * 17 + hour * 31 + place * 13) % 250;
                let is_missing = rows == 100;
                let temp =
                    if is_missing { "NA".to_owned() } else { format!("{}.{}", tenths / 10, tenths % 10) };
                writeln!(csv, "{origin},{date}T{hour:02}:00:00Z,{temp},{}", 40 + tenths % 50).unwrap();
                if !is_missing {
                    let month = months.entry(date.format("%Y-%m").to_string()).or_default();
                    *month = (month.0 + tenths, month.1 + 1);
                }
                rows += 1;
            }
        }
    }
    Weather { csv, rows, months }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_csv_file_becomes_a_chart() {
    let lake = Lake::start();
    let Weather { csv, rows: count, months } = weather();
    let file = lake.file("weather.csv", &csv);
    let file = file.to_str().unwrap();

    // What is in doubt is said: a word among numbers makes a text of a column.
    let first = lake.run(&["dataset", "infer", file]);
    let definition: Value = serde_json::from_slice(&first.stdout).unwrap();
    let temp = |definition: &Value| {
        let columns = definition["columns"].as_array().unwrap().clone();
        columns.into_iter().find(|column| column["name"] == "temp").unwrap()["type"].clone()
    };
    assert_eq!(temp(&definition), "string");
    assert!(
        said(&first).contains("--null \"NA\"") && said(&first).contains("origin,time_hour"),
        "{}",
        said(&first)
    );

    let keys = ["--null", "NA", "--identity", "origin,time_hour", "--event-time", "time_hour"];
    let inferred = lake.run(&[&["dataset", "infer", file][..], &keys].concat());
    assert_eq!(inferred.status.code(), Some(0), "{}", said(&inferred));
    assert!(said(&inferred).contains("partition_by month"), "{}", said(&inferred));
    let text = String::from_utf8(inferred.stdout).unwrap();
    let definition: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&definition["name"], &definition["partition_by"]), (&json!("weather"), &json!("month")));
    assert_ne!(temp(&definition), "string");
    // The same values as pandas writes them to NDJSON make the same definition.
    let lines: String = rows(&csv)
        .iter()
        .map(|row| {
            let temp = if row[2] == "NA" { "null" } else { row[2] };
            format!(
                "{{\"origin\":\"{}\",\"time_hour\":\"{}\",\"temp\":{temp},\"humid\":{}}}\n",
                row[0], row[1], row[3]
            )
        })
        .collect();
    let ndjson = lake.file("weather.ndjson", &lines);
    let of_ndjson =
        lake.output(0, &[&["dataset", "infer", ndjson.to_str().unwrap()][..], &keys[2..]].concat());
    assert_eq!(serde_json::from_str::<Value>(&of_ndjson).unwrap(), definition);
    let path = lake.file("weather.json", &text);
    let path = path.to_str().unwrap();
    lake.output(0, &["dataset", "check", path]);
    lake.output(0, &["dataset", "apply", path]);

    let publish = ["publish", file, "--dataset", "weather", "--pack", "--null", "NA"];
    let summary = lake.json(&[&publish[..], &["--wait"]].concat());
    let followed = &summary["followed"];
    assert_eq!((&followed["landed"], &followed["visible"]), (&json!(count), &json!(true)), "{summary:#}");
    // Once more changes nothing.
    lake.json(&publish);
    lake.settled("weather", count as u64).await;
    let status = lake.json(&["dataset", "status", "weather"]);
    let stored = &status["datasets"][0]["stored"];
    assert_eq!((&stored["rows"], &stored["partitions"]), (&json!(count), &json!(months.len())), "{stored:#}");

    // The chart: the mean of each month, as the rows say it, and as arithmetic does.
    let means = "select=month:time_hour.date_trunc(month),n:temp.count(),mean:temp.avg()&order=month";
    let (code, answer) = get(&lake, &format!("/v1/datasets/weather/rows?{means}&format=csv"), None).await;
    assert_eq!(code, 200, "{answer}");
    let chart = rows(&answer);
    assert_eq!(chart.len(), months.len(), "{answer}");
    for (point, (month, (tenths, number))) in chart.iter().zip(&months) {
        assert!(point[0].starts_with(&format!("{month}-01")), "{answer}");
        assert_eq!(point[1], number.to_string(), "{answer}");
        // A mean of decimals has as many places as they have.
        let (mean, expected): (f64, f64) =
            (point[2].parse().unwrap(), *tenths as f64 / 10.0 / *number as f64);
        assert!((mean - expected).abs() < 0.06, "{month}: {mean} is not {expected}");
    }
    // One day of it, by the event time: the partition of its month is all that is read.
    let day =
        "time_hour=gte.2021-02-03T00:00:00Z&time_hour=lt.2021-02-04T00:00:00Z&format=csv&select=temp,dt";
    let (code, answer) = get(&lake, &format!("/v1/datasets/weather/rows?{day}"), None).await;
    assert_eq!(code, 200, "{answer}");
    assert_eq!(rows(&answer).len(), 12, "{answer}");
    assert!(rows(&answer).iter().all(|row| row[1] == "2021-02"), "{answer}");

    // The same chart as a named query, for whoever draws it, and all rows in a file.
    lake.file("monthly-means.json", r#"{"name": "monthly-means", "description": "The mean of each month"}"#);
    let sql = "SELECT date_trunc('month', time_hour) AS month, avg(temp) AS mean FROM weather GROUP BY date_trunc('month', time_hour) ORDER BY 1";
    let sql = lake.file("monthly-means.sql", sql);
    lake.output(0, &["named-query", "check", sql.to_str().unwrap()]);
    lake.output(0, &["named-query", "apply", sql.to_str().unwrap()]);
    let named = lake.output(0, &["named-query", "run", "monthly-means", "--format", "csv"]);
    let of_named: Vec<&str> = rows(&named).iter().map(|row| row[0]).collect();
    assert_eq!(of_named.len(), months.len(), "{named}");
    let export = sql.with_file_name("all.csv");
    lake.output(0, &["rows", "weather", "--output", export.to_str().unwrap()]);
    assert_eq!(rows(&std::fs::read_to_string(export).unwrap()).len(), count);
}

/// Bookings whose price is required, or not.
fn bookings(required: bool) -> String {
    let columns = json!([
        {"name": "booking_id", "type": "string", "required": true},
        {"name": "price", "type": "decimal(12,2)", "required": required},
        {"name": "booked_at", "type": "timestamp", "required": true, "from": "bookedAt"},
    ]);
    let keys = json!({"name": "bookings", "identity": ["booking_id"], "event_time": "booked_at",
        "partition_by": "hour", "columns": columns});
    keys.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_with_bad_events_is_mended_and_replayed() {
    const EVENTS: usize = 60;
    let lake = Lake::start();
    let path = lake.file("bookings.json", &bookings(true));
    let path = path.to_str().unwrap();
    lake.output(0, &["dataset", "apply", path]);

    // Every fifth has no price.
    let event = |number: usize| {
        let mut event = json!({"booking_id": format!("b{number}"), "price": 10.5,
            "bookedAt": format!("2020-02-29T{:02}:05:00+01:00", number % 3 + 9)});
        if number.is_multiple_of(5) {
            event.as_object_mut().unwrap().remove("price");
        }
        format!("{event}\n")
    };
    let stream: String = (0..EVENTS).map(event).collect();
    let file = lake.file("stream.ndjson", &stream);
    let bad = EVENTS / 5;
    let publish = ["publish", file.to_str().unwrap(), "--dataset", "bookings"];
    let published = lake.run(&[&publish[..], &["--wait"]].concat());
    assert_eq!(published.status.code(), Some(1), "{}", said(&published));
    assert!(said(&published).contains(&format!("{bad} events went to quarantine")), "{}", said(&published));
    // And one for a dataset that is none.
    lake.publish("bokings", &event(EVENTS + 1)).await;

    let status = lake.output(1, &["dataset", "status", "--exit-code"]);
    assert!(status.contains(&format!("bookings: {bad} events in quarantine")), "{status}");
    let listed = lake.json(&["quarantine", "list"]);
    let groups: Vec<(String, u64)> = listed["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| (group["reason"].as_str().unwrap().to_owned(), group["events"].as_u64().unwrap()))
        .collect();
    assert_eq!(
        groups,
        [
            ("unknown dataset \"bokings\": did you mean \"bookings\"?".to_owned(), 1),
            ("column price: required, but there is no field \"price\"".to_owned(), bad as u64),
        ]
    );
    let shown = lake.output(0, &["quarantine", "show", "--dataset", "bookings"]);
    assert!(shown.contains("\"booking_id\""), "{shown}");

    // The definition is mended: a booking may have no price yet.
    std::fs::write(path, bookings(false)).unwrap();
    lake.output(0, &["dataset", "check", "--live", path]);
    lake.output(0, &["dataset", "apply", path]);
    let replay = |options: &[&str]| {
        let outcome = lake.json(&[&["quarantine", "replay"], options].concat());
        ["accepted", "rejected"].map(|what| outcome[what].as_u64().unwrap())
    };
    assert_eq!(replay(&["--dataset", "bookings", "--dry-run"]), [bad as u64, 0]);
    assert_eq!(replay(&["--dataset", "bookings"]), [bad as u64, 0]);
    assert_eq!(replay(&["--dataset", "_unrouted", "--as", "bookings"]), [1, 0]);
    lake.settled("bookings", EVENTS as u64 + 1).await;
    assert!(lake.json(&["quarantine", "list"])["groups"].as_array().unwrap().is_empty());
    lake.output(0, &["dataset", "status", "--exit-code"]);

    // Each is there once, also after its producer published all of it again.
    let again = lake.run(&publish);
    assert_eq!(again.status.code(), Some(0), "{}", said(&again));
    lake.settled("bookings", EVENTS as u64 + 1).await;
    let counts = lake.output(
        0,
        &[
            "query",
            "SELECT count(*) AS n, count(DISTINCT booking_id) AS ids, count(price) AS prices FROM bookings",
            "--format",
            "csv",
        ],
    );
    assert_eq!(
        rows(&counts),
        [[&(EVENTS + 1).to_string(), &(EVENTS + 1).to_string(), &(EVENTS + 1 - bad).to_string()]]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_colleague_with_nothing_but_a_key_gets_what_the_key_names_and_no_more() {
    let lake = Lake::start();
    let path = lake.file("bookings.json", &bookings(false));
    lake.output(0, &["dataset", "apply", path.to_str().unwrap()]);
    let events: String = (0..30)
        .map(|id| {
            format!(
                "{{\"booking_id\": \"b{id:02}\", \"price\": {id}, \"bookedAt\": \"2020-02-29T10:00:00Z\"}}\n"
            )
        })
        .collect();
    let file = lake.file("bookings.ndjson", &events);
    lake.output(0, &["publish", file.to_str().unwrap(), "--dataset", "bookings", "--pack", "--wait"]);
    lake.publish("passengers", r#"{"passenger_id": 1}"#).await;
    lake.settled("passengers", 1).await;
    for (name, sql) in [
        ("dearest", "SELECT booking_id, price FROM bookings ORDER BY price DESC LIMIT 2"),
        ("crew", "SELECT passenger_id FROM passengers ORDER BY 1"),
    ] {
        let definition = lake.file(&format!("{name}.json"), &json!({"name": name}).to_string());
        lake.file(&format!("{name}.sql"), sql);
        lake.output(0, &["named-query", "apply", definition.to_str().unwrap()]);
    }

    let made = lake.run(&[
        "key",
        "create",
        "colleague",
        "--dataset",
        "bookings",
        "--format",
        "csv",
        "--max-rows",
        "20",
        "--json",
    ]);
    assert!(said(&made).contains("answers 401 to every request without a key"), "{}", said(&made));
    let made: Value = serde_json::from_slice(&made.stdout).unwrap();
    let key = made["key"].as_str();

    // What there is: the list, and a description of the API with what this key may see.
    let (code, listing) = get(&lake, "/v1/datasets", key).await;
    let listing: Value = serde_json::from_str(&listing).unwrap();
    let datasets = listing["datasets"].as_array().unwrap();
    assert_eq!((code, datasets.len(), &datasets[0]["name"]), (200, 1, &json!("bookings")));
    assert_eq!(datasets[0]["rows"], 30);
    assert!(datasets[0]["freshness"].is_string());
    let (code, answer) =
        get(&lake, "/v1/datasets/bookings/rows?price=gte.10&order=price.desc&limit=20&format=csv", key).await;
    assert_eq!(code, 200, "{answer}");
    let found = rows(&answer);
    assert_eq!((found.len(), found[0][0], found[19][0]), (20, "b29", "b10"), "{answer}");
    let (code, answer) = get(&lake, "/v1/named-queries/dearest/rows?format=csv", key).await;
    assert_eq!(code, 200, "{answer}");
    assert_eq!(rows(&answer).iter().map(|row| row[0]).collect::<Vec<_>>(), ["b29", "b28"]);

    for (path, code) in [
        ("/v1/datasets/bookings/rows?format=json", 403),
        ("/v1/datasets/bookings/rows?format=csv&limit=21", 403),
        ("/v1/datasets/passengers/rows?format=csv", 404),
        ("/v1/named-queries/crew/rows?format=csv", 404),
    ] {
        let (found, answer) = get(&lake, path, key).await;
        assert_eq!(found, code, "{path}: {answer}");
        let problem: Value = serde_json::from_str(&answer).unwrap();
        assert!(problem["detail"].is_string(), "{path}: {answer}");
        assert_eq!(get(&lake, path, None).await.0, 401, "{path}");
    }

    lake.output(0, &["key", "revoke", made["id"].as_str().unwrap()]);
    assert_eq!(get(&lake, "/v1/datasets", key).await.0, 401);
    // The operator's own command goes on.
    assert!(lake.output(0, &["rows", "bookings", "--limit", "1"]).ends_with("(1 row)\n"));
}
