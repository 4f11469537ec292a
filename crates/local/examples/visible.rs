//! How long it takes from a publish until its event is in an answer of the HTTP API, and from the start until
//! the lake is ready. Default settings, one publish at a time, everything over the loopback interface.
//!
//! `scripts/bench visible` runs it.

// It is a measurement: what fails ends it.
#![allow(clippy::expect_used, clippy::panic)]
#![recursion_limit = "256"]

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use aws::{Aws, SystemClock};
use aws_sdk_sns::types::MessageAttributeValue;
use domain::port::Clock;
use local::{DatasetFiles, Lake, LakeOptions};

const PUBLISHES: u64 = 100;
const POLL: Duration = Duration::from_millis(5);

#[tokio::main]
async fn main() {
    let directory = tempfile::TempDir::new().expect("a temporary directory");
    let datasets = concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/datasets");
    let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
    let began = Instant::now();
    let lake = Lake::start(LakeOptions {
        data: directory.path().to_owned(),
        aws: any_port,
        http: any_port,
        datasets: DatasetFiles::read(datasets.as_ref()).expect("the project's datasets"),
        queries: local::QueryFiles::default(),
        settings: local::settings().expect("settings"),
        serving: local::ServeOptions::default(),
    })
    .await
    .expect("a lake");
    let ready = began.elapsed();

    let sns = aws_sdk_sns::Client::new(Aws::local(&lake.aws_endpoint()).sdk_config());
    let http = reqwest::Client::new();
    let (mut stored, mut visible) = (Vec::new(), Vec::new());
    for id in 0..PUBLISHES {
        let began = Instant::now();
        publish(&sns, &lake, id).await;
        stored.push(began.elapsed());
        let url = format!("{}/v1/datasets/passengers/rows?passenger_id=eq.{id}", lake.http_endpoint());
        while !body(&http, &url).await.contains(&format!(r#""passenger_id":{id}"#)) {
            SystemClock.sleep(POLL).await;
        }
        visible.push(began.elapsed());
    }
    lake.stop().await;

    println!("{:<28} {:>9} {:>9} {:>9}", "milliseconds", "median", "p99", "max");
    println!("{:<28} {:>9.1}", "ready after start", millis(ready));
    show("publish acknowledged", &mut stored);
    show("publish to visible", &mut visible);
}

async fn publish(sns: &aws_sdk_sns::Client, lake: &Lake, id: u64) {
    let dataset = MessageAttributeValue::builder().data_type("String").string_value("passengers");
    let message =
        format!(r#"{{"passenger_id":{id},"flight_id":{id},"name":"Juan Perez","seat_number":"12A"}}"#);
    let call = sns.publish().topic_arn(lake.config().topic_arn()).message(message);
    let call = call.message_attributes("dataset", dataset.build().expect("an attribute"));
    call.send().await.expect("a publish");
}

async fn body(http: &reqwest::Client, url: &str) -> String {
    let answer = http.get(url).send().await.expect("an answer");
    assert!(answer.status().is_success(), "{url}: {}", answer.status());
    answer.text().await.expect("a body")
}

fn show(what: &str, times: &mut [Duration]) {
    times.sort();
    // The nearest rank.
    let at = |share: usize| millis(times[(times.len() * share).div_ceil(100).saturating_sub(1)]);
    println!("{what:<28} {:>9.1} {:>9.1} {:>9.1}", at(50), at(99), at(100));
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}
