//! Clients that never finish the head of a request do not keep others out, however many they are.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "all of it is tests; clippy sees that only in #[test] functions"
)]

use std::{net::SocketAddr, sync::Arc, time::Duration};

use aws::SystemClock;
use axum::{Router, routing::get};
use domain::{port::Clock, settings::Settings};
use server::serve;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
    task::JoinHandle,
};

const PLACES: usize = 24;

/// Far less than a second for each place, and far more than a second for each time that all places change hands.
const SOON: Duration = Duration::from_secs(10);

/// Sends one byte of a head after another, and connects again as soon as it loses its connection.
fn trickles(address: SocketAddr, begin: &'static [u8]) -> JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            let mut stream = TcpStream::connect(address).await.unwrap();
            let mut sent = stream.write_all(begin).await;
            let mut byte = [0];
            // It is closed where a read comes back.
            while sent.is_ok()
                && tokio::time::timeout(Duration::from_millis(300), stream.read(&mut byte)).await.is_err()
            {
                sent = stream.write_all(b"a").await;
            }
        }
    })
}

async fn ask(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

/// A client that has asked for the health check, or for an echo, and sends nothing more after these bytes.
async fn begins_again(address: SocketAddr, pieces: &[&str]) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    for piece in pieces {
        stream.write_all(piece.as_bytes()).await.unwrap();
        SystemClock.sleep(Duration::from_millis(50)).await;
    }
    stream
}

/// They are judged as if they had never sent a whole request: all of them leave as soon as one client waits.
#[tokio::test(flavor = "multi_thread")]
async fn heads_behind_a_whole_request_that_never_end_keep_no_place() {
    let places = PLACES.to_string();
    let settings =
        Settings::read(|name: &str| (name == "TRIBUTARY_MAX_CONNECTIONS").then(|| places.clone())).unwrap();
    let echo = get(async || "ok").post(|body: String| async move { body });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tokio::spawn(async move {
        let router = Router::new().route("/healthz", echo).route("/small", get(async || "ok"));
        serve(listener, router, &settings, std::future::pending()).await;
    });
    let clients: [&[&str]; 6] = [
        // After the answer.
        &["GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n", "G"],
        &["GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n", "\r\n", "\r\n"],
        // With the request.
        &["GET /healthz HTTP/1.1\r\nhost: a\r\n\r\nGET /healthz HTTP/1.1\r\nhost: "],
        &["GET /healthz HTTP/1.1\r\nhost: a\r\n\r\nGET /healthz HTTP/1.1\r\nhost: a\r\n\r\nG"],
        // With its body.
        &["POST /healthz HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\na", "aGET /"],
        &["POST /healthz HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nG"],
    ];
    let mut trickling = Vec::new();
    for pieces in clients.into_iter().cycle().take(PLACES) {
        trickling.push(begins_again(address, pieces).await);
    }
    // Each has had its second, and more.
    SystemClock.sleep(Duration::from_millis(2_000)).await;
    let answer = tokio::time::timeout(SOON, ask(address, "/small")).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    for (number, mut stream) in trickling.into_iter().enumerate() {
        let mut answers = Vec::new();
        // A reset is an end as well.
        let ended = tokio::time::timeout(SOON, stream.read_to_end(&mut answers)).await;
        assert!(ended.is_ok(), "client {number} keeps its place");
        assert!(answers.starts_with(b"HTTP/1.1 200 OK\r\n"), "client {number} had sent a whole request");
    }
    serving.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn heads_that_never_end_keep_neither_health_checks_out_nor_requests_from_their_end() {
    let places = PLACES.to_string();
    let settings =
        Settings::read(|name: &str| (name == "TRIBUTARY_MAX_CONNECTIONS").then(|| places.clone())).unwrap();
    let release = Arc::new(Notify::new());
    let released = Arc::clone(&release);
    let slow = move || {
        let released = Arc::clone(&released);
        async move {
            released.notified().await;
            "done"
        }
    };
    let ok = get(async || "ok");
    let router = Router::new().route("/healthz", ok.clone()).route("/small", ok).route("/slow", get(slow));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tokio::spawn(async move {
        serve(listener, router, &settings, std::future::pending()).await;
    });
    let slow = tokio::spawn(async move { ask(address, "/slow").await });
    SystemClock.sleep(Duration::from_millis(300)).await;
    let heads: [&[u8]; 2] = [b"G", b"GET /healthz HTTP/1.1\r\nhost: "];
    let trickling: Vec<_> =
        heads.into_iter().cycle().take(2 * PLACES).map(|begin| trickles(address, begin)).collect();
    // Every place is taken, and as many clients wait.
    SystemClock.sleep(Duration::from_millis(1_500)).await;
    for path in ["/healthz", "/small", "/healthz", "/small"] {
        let answer = tokio::time::timeout(SOON, ask(address, path)).await;
        let answer = answer.unwrap_or_else(|_| panic!("{path} is not answered"));
        let status = &answer[..12];
        // While as many others connect again and again, no more than health checks is promised.
        assert!(
            status == "HTTP/1.1 200" || (path == "/small" && status == "HTTP/1.1 503"),
            "{path}: {answer}"
        );
    }
    assert!(!slow.is_finished(), "its request is under way");
    release.notify_one();
    assert!(slow.await.unwrap().ends_with("done"));
    for client in trickling {
        assert!(!client.is_finished(), "it goes on all the time");
        client.abort();
    }
    serving.abort();
}
