//! How many messages a second a topic takes through the SNS protocol: `PublishBatch` of ten messages of 350 bytes,
//! over some connections, each call waiting for its answer. The requests are made beforehand, so that what is
//! measured is the server.
//!
//! `scripts/bench publish` runs it against `tributary dev` and against a peer.
//!
//! Arguments: the endpoint, the topic's ARN, how many messages.

// It is a measurement: what fails ends it.
#![allow(clippy::expect_used, clippy::panic)]

use std::{
    env,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

const BATCH: u64 = 10;
const CONNECTIONS: usize = 16;
const BYTES: usize = 350;

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [endpoint, topic, messages] = &arguments[..] else {
        panic!("arguments: ENDPOINT TOPIC_ARN MESSAGES")
    };
    let messages: u64 = messages.parse().expect("a number of messages");
    let bodies: Vec<String> = (0..messages / BATCH).map(|batch| body(topic, batch)).collect();
    let (bodies, next) = (Arc::new(bodies), Arc::new(AtomicU64::new(0)));

    let http = reqwest::Client::new();
    let began = Instant::now();
    let connections: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            tokio::spawn(publish(http.clone(), endpoint.clone(), Arc::clone(&bodies), Arc::clone(&next)))
        })
        .collect();
    let mut times = Vec::new();
    for connection in connections {
        times.extend(connection.await.expect("a connection's figures"));
    }
    let took = began.elapsed();

    times.sort();
    let at = |share: usize| times[(times.len() * share).div_ceil(100) - 1].as_secs_f64() * 1_000.0;
    let rate = (times.len() as u64 * BATCH) as f64 / took.as_secs_f64();
    println!("{rate:.0} {:.1} {:.1}", at(50), at(99));
}

async fn publish(
    http: reqwest::Client,
    endpoint: String,
    bodies: Arc<Vec<String>>,
    next: Arc<AtomicU64>,
) -> Vec<Duration> {
    let mut times = Vec::new();
    while let Some(body) = bodies.get(next.fetch_add(1, Ordering::Relaxed) as usize) {
        let began = Instant::now();
        let request = http.post(&endpoint).body(body.clone());
        let request = request.header("content-type", "application/x-www-form-urlencoded; charset=utf-8");
        // Peers want to see whose request it is, and do not check the signature.
        let request = request.header(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=local/20260101/us-west-2/sns/aws4_request, SignedHeaders=host, Signature=0",
        );
        let answer = request.send().await.expect("an answer");
        assert!(answer.status().is_success(), "{}", answer.status());
        let text = answer.text().await.expect("a body");
        let stored = text.matches("<MessageId>").count() as u64;
        assert_eq!(stored, BATCH, "{text}");
        times.push(began.elapsed());
    }
    times
}

/// The form that an SDK sends.
fn body(topic: &str, batch: u64) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("Action", "PublishBatch")
        .append_pair("Version", "2010-03-31")
        .append_pair("TopicArn", topic);
    for entry in 1..=BATCH {
        let (id, prefix) = (batch * BATCH + entry, format!("PublishBatchRequestEntries.member.{entry}."));
        let attribute = format!("{prefix}MessageAttributes.entry.1.");
        form.append_pair(&format!("{prefix}Id"), &entry.to_string())
            .append_pair(&format!("{prefix}Message"), &message(id))
            .append_pair(&format!("{attribute}Name"), "dataset")
            .append_pair(&format!("{attribute}Value.DataType"), "String")
            .append_pair(&format!("{attribute}Value.StringValue"), "passengers");
    }
    form.finish()
}

/// A passenger of exactly [`BYTES`] bytes; what is over goes into a field that the definition does not name.
fn message(id: u64) -> String {
    let seat = format!("{}{}", id % 60 + 1, ['A', 'B', 'C', 'D', 'E', 'F'][(id % 6) as usize]);
    let start = format!(
        r#"{{"passenger_id":{id},"flight_id":{},"name":"Juan Perez {id}","seat_number":"{seat}","note":""#,
        id % 1_000
    );
    format!("{start}{}\"}}", "x".repeat(BYTES - start.len() - 2))
}
