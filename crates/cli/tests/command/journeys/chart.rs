//! A CSV file becomes a chart.

use std::{collections::BTreeMap, fmt::Write as _};

use serde_json::{Value, json};

use super::{get, rows};
use crate::{lake::Lake, process::said};

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

    // All of it page by page, behind each last row, whichever partition that is in.
    let (mut next, mut read) = (Some("/v1/datasets/weather/rows?limit=300&format=csv".to_owned()), 0);
    while let Some(path) = next {
        let answer = reqwest::get(format!("{}{path}", lake.http())).await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        let link = answer.headers().get("link").map(|link| link.to_str().unwrap().to_owned());
        next = link.and_then(|link| Some(link.strip_prefix('<')?.split_once('>')?.0.to_owned()));
        read += rows(&answer.text().await.unwrap()).len();
    }
    assert_eq!(read, count);
    let (code, answer) =
        get(&lake, "/v1/datasets/weather/rows?dt=gte.2021-03&select=count()&format=csv", None).await;
    assert_eq!((code, rows(&answer)), (200, vec![vec!["372"]]), "31 days of 12: {answer}");
    assert_eq!(get(&lake, "/v1/datasets/weather/rows?dt=gte.2021-03-01", None).await.0, 400);

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
