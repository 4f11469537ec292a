//! `tributary publish` and other commands through an endpoint whose connections break off: whenever, and whether what was
//! asked is done by then or not.

use std::{
    collections::BTreeSet,
    io::{Read, Write},
    net::TcpStream,
};

use aws::testing::{Misbehaviour, Request, Server};
use domain::{memory::SeededIds, port::Ids};
use serde_json::{Value, json};

use crate::{
    lake::{Lake, checked, run_with},
    process::said,
};

const EVENTS: usize = 500;

/// One connection in so many breaks off while events are published, by chance: never all ten that a message has.
const ONE_IN: u64 = 4;
/// The same for other commands, but every so many: the SDK makes four attempts only.
const EVERY: usize = 6;

const BROKEN_OFF: [Misbehaviour; 8] = [
    Misbehaviour::CloseAtAccept,
    Misbehaviour::CloseAfterHead,
    Misbehaviour::CloseAfterRequest,
    Misbehaviour::LoseAnswer,
    Misbehaviour::Reset,
    Misbehaviour::HalfStatusLine,
    Misbehaviour::HeadOnly,
    Misbehaviour::ShortBody,
];

/// Asks the lake itself, on a connection of its own.
fn forward(lake: &str, request: &Request) -> Vec<u8> {
    let mut stream = TcpStream::connect(lake).unwrap();
    let head = request.head.replacen("\r\n", "\r\nconnection: close\r\n", 1);
    stream.write_all(&[head.as_bytes(), &request.body].concat()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_published_once_through_connections_that_break_off() {
    let seed = std::env::var("BROKEN_OFF_SEED");
    let seed = seed.map_or_else(|_| aws::RandomIds.random(), |seed| seed.parse().unwrap());
    println!("BROKEN_OFF_SEED={seed} replays which connections break off");
    let ids = SeededIds::new(seed);
    let way = || BROKEN_OFF[usize::try_from(ids.random() % BROKEN_OFF.len() as u64).unwrap()];

    let lake = Lake::start();
    let address = lake.aws().sdk_config().endpoint_url().unwrap().trim_start_matches("http://").to_owned();
    let server = Server::start(move |request| forward(&address, request)).await;
    server.plan((0..10_000).map(|_| ids.random().is_multiple_of(ONE_IN).then(way)));
    let endpoint = [("AWS_ENDPOINT_URL", server.endpoint())];
    let endpoint = endpoint.each_ref().map(|(name, value)| (*name, value.as_str()));

    let lines: String = (1..=EVENTS).map(|id| format!("{{\"passenger_id\": {id}}}\n")).collect();
    let path = lake.file("events.ndjson", &lines);
    let arguments = ["publish", path.to_str().unwrap(), "--dataset", "passengers", "--json"];
    let output = tokio::task::block_in_place(|| run_with(&endpoint, &arguments, ""));
    let summary: Value = serde_json::from_str(&checked(&output, 0)).unwrap();
    assert_eq!(
        (&summary["events"], &summary["outcome"]),
        (&json!(EVENTS), &json!("done")),
        "{}",
        said(&output)
    );
    assert!(summary["retries"].as_u64().unwrap() > 0, "nothing broke off: {summary}");

    // What was lost on the way back was published twice, and is in the table once.
    lake.settled("passengers", EVENTS as u64).await;
    let rows = lake
        .output(0, &["rows", "passengers", "--select", "passenger_id", "--limit", "1000", "--format", "csv"]);
    let ids: Vec<usize> = rows.lines().skip(1).map(|id| id.trim_matches('"').parse().unwrap()).collect();
    assert_eq!((ids.len(), ids.iter().copied().collect::<BTreeSet<_>>()), (EVENTS, (1..=EVENTS).collect()));

    // And what a person asks is answered.
    server.plan((0..10_000).map(|connection| (connection % EVERY == 0).then(way)));
    for arguments in [&["dataset", "list"][..], &["dataset", "show", "passengers"], &["doctor"]] {
        let output = tokio::task::block_in_place(|| run_with(&endpoint, arguments, ""));
        assert_eq!(checked(&output, 0), lake.output(0, arguments), "{arguments:?}");
    }
}
