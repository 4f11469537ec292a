//! `tributary publish` as a process, against a lake as a process.

use std::{
    collections::BTreeSet,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use aws::SystemClock;
use domain::port::Clock;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::process::{Dev, said, tributary};

/// How long what was published may take into the table, on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// More than are published within a second.
const MANY: u64 = 10_000;

/// As somebody runs it who has set the endpoint, and nothing else.
fn publish(dev: &Dev, arguments: &[&str]) -> Command {
    publish_to(dev, "passengers", arguments)
}

fn publish_to(dev: &Dev, dataset: &str, arguments: &[&str]) -> Command {
    let mut command = tributary(&["publish", "--dataset", dataset, "--json"]);
    command.args(arguments).env("AWS_ENDPOINT_URL", dev.address("aws")).env("RUST_BACKTRACE", "0");
    for name in ["AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION"] {
        command.env_remove(name);
    }
    command
}

fn summary(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", said(output)))
}

/// The ids in the table, sorted, once there are as many as these and no more come.
async fn ids(dev: &Dev, expected: usize) -> Vec<u64> {
    let url = format!(
        "{}/v1/datasets/passengers/rows?select=passenger_id&limit=1000000&format=csv",
        dev.address("http")
    );
    let began = Instant::now();
    let mut before = Vec::new();
    loop {
        let body = reqwest::get(&url).await.unwrap().text().await.unwrap();
        let mut ids: Vec<u64> =
            body.lines().skip(1).map(|line| line.trim_matches('"').parse().unwrap()).collect();
        ids.sort_unstable();
        if (ids.len() >= expected && ids == before) || began.elapsed() > PATIENCE {
            return ids;
        }
        before = ids;
        SystemClock.sleep(Duration::from_millis(500)).await;
    }
}

/// The passengers of the seed, with their ids moved by this many.
fn passengers(moved: u64) -> String {
    let seed = include_str!("../../../../events/seed/passengers.ndjson");
    let lines = seed.lines().map(|line| {
        let mut passenger: Value = serde_json::from_str(line).unwrap();
        passenger["passenger_id"] = json!(passenger["passenger_id"].as_u64().unwrap() + moved);
        format!("{passenger}\n")
    });
    lines.collect()
}

fn write(directory: &TempDir, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = directory.path().join(name);
    fs::write(&path, bytes).unwrap();
    path
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_input_is_in_the_table_once() {
    let (data, files) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let dev = Dev::start(data.path());
    let elements: Vec<String> = passengers(400).lines().map(str::to_owned).collect();
    let rows: String = (501..=520).map(|id| format!("{id},{id},\"a, \"\"b\"\"\",\r\n")).collect();
    let plain = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/seed/passengers.ndjson");
    for (input, messages) in [
        (Path::new(plain), 20),
        (&write(&files, "a.ndjson.gz", gzip(passengers(100).as_bytes())), 20),
        (&write(&files, "b.ndjson.zst", zstd::bulk::compress(passengers(200).as_bytes(), 3).unwrap()), 20),
        (&write(&files, "c.json", format!("[{}]", elements.join(",\n"))), 20),
        (&write(&files, "d.csv", format!("passenger_id,flight_id,name,seat_number\r\n{rows}")), 20),
        (&write(&files, "packed.ndjson", passengers(600)), 1),
    ] {
        let pack = if messages == 1 { &["--pack"][..] } else { &[] };
        let output = publish(&dev, &[&[input.to_str().unwrap()], pack].concat()).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{input:?}: {}", said(&output));
        let summary = summary(&output);
        let counts = ["events", "messages", "retries", "refused"].map(|name| summary[name].as_u64().unwrap());
        assert_eq!(counts, [20, messages, 0, 0], "{summary}");
        let requests = messages.div_ceil(10);
        assert_eq!((&summary["requests"], &summary["billed_requests"]), (&json!(requests), &json!(requests)));
        assert_eq!(said(&output), "");
    }
    let mut child = publish(&dev, &["-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(passengers(300).as_bytes()).unwrap();
    // It does not wait for the end of its input with what it has.
    let expected: Vec<u64> = (0..7).flat_map(|hundred| (1..=20).map(move |id| hundred * 100 + id)).collect();
    assert_eq!(ids(&dev, expected.len()).await, expected);
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), &summary(&output)["outcome"]), (Some(0), &json!("done")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_event_is_named_and_the_others_go_on() {
    let (data, files) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let dev = Dev::start(data.path());
    let large = format!("{{\"passenger_id\": 3, \"name\": \"{}\"}}", "x".repeat(262_144));
    let text = format!("{{\"passenger_id\": 1}}\nnonsense\n{large}\n{{\"passenger_id\": 2}}\n");
    let path = write(&files, "mixed.ndjson", text);
    let output = publish(&dev, &[path.to_str().unwrap()]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(said(&output), "error: 2 of what was read is not published: the summary says what\n");
    let summary = summary(&output);
    assert_eq!((&summary["events"], &summary["refused"]), (&json!(2), &json!(2)));
    let told = summary["refusals"].as_array().unwrap();
    assert_eq!((&told[0]["line"], &told[1]["line"]), (&json!(2), &json!(3)));
    assert_eq!(told[0]["reason"], "expected a JSON object, found \"nonsense\"");
    assert_eq!(ids(&dev, 2).await, [1, 2]);
}

#[test]
fn a_cell_that_does_not_fit_its_column_is_kept_with_the_reason() {
    let (data, files) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let dev = Dev::start(data.path());
    let path = write(&files, "a.csv", "passenger_id,name\n1,Ada\nabc,Eve\n");
    let output = publish(&dev, &[path.to_str().unwrap(), "--pack"]).output().unwrap();
    assert_eq!(
        (output.status.code(), &summary(&output)["events"]),
        (Some(0), &json!(2)),
        "{}",
        said(&output)
    );
    let mut list = tributary(&["quarantine", "list", "--dataset", "passengers"]);
    let output = list.env("AWS_ENDPOINT_URL", dev.address("aws")).output().unwrap();
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let reason = "column passenger_id: expected bigint";
    assert!(text.contains(reason), "{text}{}", said(&output));
}

/// Waits until the position file says more than this many events.
async fn kept(position: &Path, more_than: u64) -> u64 {
    let began = Instant::now();
    loop {
        let events = fs::read(position).ok().map(|bytes| {
            let position: Value = serde_json::from_slice(&bytes).unwrap();
            position["reached"]["events"].as_u64().unwrap()
        });
        match events {
            Some(events) if events > more_than => return events,
            _ => assert!(began.elapsed() < PATIENCE, "no progress beyond {more_than}: {events:?}"),
        }
        SystemClock.sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn stopped_or_killed_it_goes_on_where_it_was() {
    let (data, files) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let dev = Dev::start(data.path());
    let lines: String = (1..=MANY).map(|id| format!("{{\"passenger_id\": {id}}}\n")).collect();
    let (path, position) =
        (write(&files, "many.ndjson.gz", gzip(lines.as_bytes())), files.path().join("position"));
    let arguments = [path.to_str().unwrap(), "--position", position.to_str().unwrap()];
    // One request at a time, so that there is time to stop it.
    let slowly = || {
        let mut command = publish(&dev, &arguments);
        command.args(["--concurrency", "1"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };

    let child = slowly();
    kept(&position, 0).await;
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), said(&output).as_str()), (Some(130), "error: interrupted\n"));
    let first = summary(&output)["events"].as_u64().unwrap();
    assert_eq!(summary(&output)["outcome"], "interrupted");
    assert_eq!(kept(&position, 0).await, first, "what was under way is waited for");

    let mut child = slowly();
    let second = kept(&position, first).await;
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(second < MANY, "it was done before it was killed");

    let output = publish(&dev, &arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let third = summary(&output);
    assert_eq!(third["events_before"].as_u64().unwrap() + third["events"].as_u64().unwrap(), MANY);
    assert!(third["events_before"].as_u64().unwrap() >= second);
    let output = publish(&dev, &arguments).output().unwrap();
    assert_eq!((output.status.code(), &summary(&output)["events"]), (Some(0), &json!(0)), "nothing is left");

    let ids = ids(&dev, MANY as usize).await;
    assert_eq!(ids.len() as u64, MANY);
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len() as u64, MANY);
}

#[test]
fn a_dry_run_says_what_packing_saves() {
    let files = TempDir::new().unwrap();
    let event = format!("{{\"id\": 1, \"text\": \"{}\"}}\n", "x".repeat(327));
    let path = write(&files, "a.ndjson", event.repeat(10_000));
    let count = |arguments: &[&str]| {
        let fixed =
            ["publish", path.to_str().unwrap(), "--dataset", "d", "--dry-run", "--no-definition", "--json"];
        let output =
            tributary(&[&fixed[..], arguments].concat()).env_remove("AWS_ENDPOINT_URL").output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        let summary = summary(&output);
        assert_eq!((&summary["dry_run"], &summary["events"]), (&json!(true), &json!(10_000)));
        ["messages", "requests", "billed_requests"].map(|name| summary[name].as_u64().unwrap())
    };
    assert_eq!(count(&[]), [10_000, 1_000, 1_000]);
    // 186 events of 350 bytes and a comma.
    assert_eq!(count(&["--pack"]), [54, 14, 54]);
    assert_eq!(count(&["--pack=256KiB"]), [14, 14, 54]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_work_is_told_before_anything_is_sent() {
    let (data, files) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let dev = Dev::start(data.path());
    let path = write(&files, "a.ndjson", "{\"passenger_id\": 1}\n");
    let path = path.to_str().unwrap();
    let topic = "arn:aws:sns:us-west-2:000000000000:other";
    for (arguments, code, words) in [
        (&["-", "--position", "p"][..], 2, "standard input can be read only once"),
        (&[path, "--topic", "tributary"], 2, "expected arn:aws:sns:REGION:ACCOUNT:NAME"),
        (&[path, "--pack=1MiB"], 2, "from 1KiB to 256KiB"),
        (&[path, "--topic", topic], 1, "SNS refuses to publish: NotFound: Topic does not exist"),
    ] {
        let output = publish(&dev, arguments).stdin(Stdio::null()).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", said(&output));
        assert!(said(&output).contains(words), "{arguments:?}: {}", said(&output));
    }
    let output = publish_to(&dev, "passenger", &[path]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("no dataset passenger: did you mean passengers?"), "{}", said(&output));
    let output = publish(&dev, &[path]).env_remove("AWS_ENDPOINT_URL").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("Name the topic with --topic arn:aws:sns:"), "{}", said(&output));
}
