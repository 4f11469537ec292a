//! Clients that never finish the body of a request do not keep others out, however many they are.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "all of it is tests; clippy sees that only in #[test] functions"
)]

use std::{net::SocketAddr, time::Duration};

use aws::SystemClock;
use axum::{Router, routing::get};
use domain::{port::Clock, settings::Settings};
use server::serve;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

const PLACES: usize = 24;

/// Far less than a second for each place, and far more than a second for each time that all places change hands.
const SOON: Duration = Duration::from_secs(10);

/// The pieces of a body that comes quickly enough, but takes its time.
const PIECES: usize = 12;
const PIECE: usize = 8 << 10;

async fn start() -> SocketAddr {
    let places = PLACES.to_string();
    let settings =
        Settings::read(|name: &str| (name == "TRIBUTARY_MAX_CONNECTIONS").then(|| places.clone())).unwrap();
    let counted = get(async || "ok").post(|body: String| async move { body.len().to_string() });
    let router = Router::new().route("/healthz", counted);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { serve(listener, router, &settings, std::future::pending()).await });
    address
}

async fn post(address: SocketAddr, coding: &str, begin: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!("POST /healthz HTTP/1.1\r\nhost: a\r\n{coding}\r\n\r\n{begin}");
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

/// Sends nothing, or one byte of a body after another, and connects again as soon as it loses its connection.
fn trickles(
    address: SocketAddr,
    coding: &'static str,
    begin: &'static str,
    more: &'static str,
) -> JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            let mut stream = post(address, coding, begin).await;
            let (mut sent, mut byte) = (Ok(()), [0]);
            // It is answered where a read comes back.
            while sent.is_ok()
                && tokio::time::timeout(Duration::from_millis(300), stream.read(&mut byte)).await.is_err()
            {
                sent = stream.write_all(more.as_bytes()).await;
            }
        }
    })
}

async fn answer(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    // A reset is an end as well.
    let _ended = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_never_end_keep_no_place_that_another_client_wants() {
    let address = start().await;
    let quick = tokio::spawn(async move {
        let coding = format!("content-length: {}\r\nconnection: close", PIECES * PIECE);
        let mut stream = post(address, &coding, "").await;
        for _ in 0..PIECES {
            SystemClock.sleep(Duration::from_millis(500)).await;
            stream.write_all("x".repeat(PIECE).as_bytes()).await.unwrap();
        }
        answer(stream).await
    });
    let clients: [(&str, &str, &str); 3] = [
        ("content-length: 200000", "", ""),
        ("content-length: 200000", "a", "a"),
        ("transfer-encoding: chunked", "", "1\r\na\r\n"),
    ];
    let first = post(address, "content-length: 200000", "a").await;
    let trickling: Vec<_> = clients
        .into_iter()
        .cycle()
        .take(2 * PLACES)
        .map(|(coding, begin, more)| trickles(address, coding, begin, more))
        .collect();
    // Every place is taken, and as many clients wait.
    SystemClock.sleep(Duration::from_millis(1_500)).await;
    for round in 0..4 {
        let stream = async {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.unwrap();
            answer(stream).await
        };
        let answer = tokio::time::timeout(SOON, stream).await;
        let answer = answer.unwrap_or_else(|_| panic!("no health check is answered in round {round}"));
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    }
    let told = tokio::time::timeout(SOON, answer(first)).await.unwrap();
    assert!(told.starts_with("HTTP/1.1 408 "), "{told}");
    assert!(told.contains("slow-body") && told.contains("another client waited"), "{told}");
    // It comes at 16 KiB a second.
    let quick = quick.await.unwrap();
    assert!(quick.starts_with("HTTP/1.1 200 OK\r\n") && quick.ends_with("98304"), "{quick}");
    for client in trickling {
        assert!(!client.is_finished(), "it goes on all the time");
        client.abort();
    }
}

/// The API's own bound holds where there are places.
#[tokio::test(flavor = "multi_thread")]
async fn a_slow_body_keeps_a_place_that_nobody_wants() {
    let address = start().await;
    let mut stream = post(address, "content-length: 4\r\nconnection: close", "a").await;
    for _ in 0..3 {
        SystemClock.sleep(Duration::from_millis(1_200)).await;
        stream.write_all(b"a").await.unwrap();
    }
    let answer = answer(stream).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with('4'), "{answer}");
}

/// The API refuses a body before its end, and most clients read no answer before they have sent all of it.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_before_the_end_of_a_long_body_reaches_its_client() {
    const LENGTH: usize = 6 << 20;
    let address = start().await;
    // Nobody reads the one, and the other is longer than its reader takes.
    for (path, status) in [("/nowhere", "404"), ("/healthz", "413")] {
        for coding in [format!("content-length: {LENGTH}"), "transfer-encoding: chunked".to_owned()] {
            let mut stream = TcpStream::connect(address).await.unwrap();
            let head = format!("POST {path} HTTP/1.1\r\nhost: a\r\n{coding}\r\n\r\n");
            stream.write_all(head.as_bytes()).await.unwrap();
            let mut body = "x".repeat(LENGTH).into_bytes();
            // Of chunks, it is the first one. Nothing follows it.
            body[..8].copy_from_slice(b"5fffff\r\n");
            stream.write_all(&body).await.unwrap();
            let answer = tokio::time::timeout(SOON, answer(stream)).await.unwrap();
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{path} {coding}: {answer:?}");
        }
    }
}
