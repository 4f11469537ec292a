//! Clients that do not read their answers make room; one that reads slowly keeps its place.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "all of it is tests; clippy sees that only in #[test] functions"
)]

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::{Duration, Instant},
};

use aws::SystemClock;
use axum::{Router, routing::get};
use domain::{port::Clock, settings::Settings};
use server::serve;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    task::JoinHandle,
};

/// Far less than the minute for which nobody's answer waits, and far more than a second.
const SOON: Duration = Duration::from_secs(25);

/// Far more than the buffers of both sides hold.
const ANSWER: usize = 16 << 20;

const BUFFER: u32 = 16 << 10;

/// A server with so many places, whose connections have small buffers.
fn start(connections: usize) -> (SocketAddr, JoinHandle<()>) {
    let connections = connections.to_string();
    let value = |name: &str| (name == "TRIBUTARY_MAX_CONNECTIONS").then(|| connections.clone());
    let settings = Settings::read(value).unwrap();
    let router =
        Router::new().route("/small", get(async || "ok")).route("/large", get(async || vec![b'x'; ANSWER]));
    let socket = TcpSocket::new_v4().unwrap();
    // What is accepted has it too.
    socket.set_send_buffer_size(BUFFER).unwrap();
    socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let listener = socket.listen(64).unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tokio::spawn(async move {
        serve(listener, router, &settings, std::future::pending()).await;
    });
    (address, serving)
}

async fn connect(address: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(BUFFER).unwrap();
    socket.connect(address).await.unwrap()
}

/// A client that asks for as many small answers as its connection takes, and reads none.
async fn reads_nothing(address: SocketAddr) -> JoinHandle<()> {
    let mut stream = connect(address).await;
    let requests = b"GET /small HTTP/1.1\r\nhost: localhost\r\n\r\n".repeat(1_000);
    tokio::spawn(async move {
        // Until the server closes the connection.
        while stream.write_all(&requests).await.is_ok() {}
    })
}

/// The answer to a request that needs a place.
async fn small(address: SocketAddr) -> Vec<u8> {
    let mut stream = connect(address).await;
    stream.write_all(b"GET /small HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_that_read_nothing_make_room_and_one_that_reads_slowly_does_not() {
    let (address, serving) = start(4);
    let mut slow = connect(address).await;
    slow.write_all(b"GET /large HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await.unwrap();
    let slow = tokio::spawn(async move {
        let (mut taken, mut piece, began) = (0, vec![0; BUFFER as usize], Instant::now());
        // As long as the checks may take, were it not for what is left of the answer.
        while began.elapsed() < SOON && taken < ANSWER / 2 {
            SystemClock.sleep(Duration::from_millis(50)).await;
            match slow.read(&mut piece).await.unwrap() {
                0 => return taken,
                bytes => taken += bytes,
            }
        }
        let mut rest = Vec::new();
        slow.read_to_end(&mut rest).await.unwrap();
        taken + rest.len()
    });
    let mut stuck = Vec::new();
    for _ in 0..3 {
        stuck.push(reads_nothing(address).await);
    }
    for round in 0..3 {
        // Every place is taken: by the one before that was closed, too.
        if round > 0 {
            stuck.push(reads_nothing(address).await);
        }
        SystemClock.sleep(Duration::from_millis(500)).await;
        let answer = tokio::time::timeout(SOON, small(address)).await;
        let answer = answer.unwrap_or_else(|_| panic!("no request is answered in round {round}"));
        assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n"), "{}", String::from_utf8_lossy(&answer));
    }
    assert!(!slow.is_finished(), "it has read on all the time");
    let taken = slow.await.unwrap();
    assert!(taken > ANSWER, "head and body are {taken} bytes");
    stuck.iter().for_each(JoinHandle::abort);
    serving.abort();
}
