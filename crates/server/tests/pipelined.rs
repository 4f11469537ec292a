//! Clients that always have a next request on its way keep nobody out, whether they read nothing, slowly, or all.
//!
//! The handlers wait for something, as those of the API do: at no moment is such a connection without a request under way.

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
    net::{TcpListener, TcpSocket, TcpStream},
    task::{JoinHandle, JoinSet},
};

/// Far less than the minute for which nobody's answer waits, and far more than anything here takes.
const SOON: Duration = Duration::from_secs(20);

const LARGE: usize = 1 << 20;

/// How a client takes its answers: so many bytes at once, after a pause.
#[derive(Debug, Clone, Copy)]
enum Reads {
    Nothing,
    Slowly,
    All,
}

async fn start(places: usize) -> SocketAddr {
    let places = places.to_string();
    let value = |name: &str| (name == "TRIBUTARY_MAX_CONNECTIONS").then(|| places.clone());
    let settings = Settings::read(value).unwrap();
    let after = |bytes: usize| {
        get(move || async move {
            SystemClock.sleep(Duration::from_millis(20)).await;
            "x".repeat(bytes)
        })
    };
    let router = Router::new().route("/small", after(2)).route("/large", after(LARGE));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { serve(listener, router, &settings, std::future::pending()).await });
    address
}

/// A connection from this address of the loopback, with a small buffer.
async fn connect(address: SocketAddr, from: u8) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(2_048).unwrap();
    if from != 1 {
        socket.bind((Ipv4Addr::new(127, 0, 0, from), 0).into()).unwrap();
    }
    socket.connect(address).await.unwrap()
}

/// Asks again and again, and reads so, until the server ends the connection; then it connects anew.
async fn pipelines(address: SocketAddr, from: u8, path: &'static str, reads: Reads) {
    let requests = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n").repeat(200);
    loop {
        let (mut reader, mut writer) = connect(address, from).await.into_split();
        let asks = async { while writer.write_all(requests.as_bytes()).await.is_ok() {} };
        let takes = async {
            let (piece, pause) = match reads {
                Reads::Nothing => return std::future::pending().await,
                Reads::Slowly => (1_024, 60),
                Reads::All => (64 << 10, 1),
            };
            let mut buffer = vec![0; piece];
            while matches!(reader.read(&mut buffer).await, Ok(1..)) {
                SystemClock.sleep(Duration::from_millis(pause)).await;
            }
        };
        tokio::select! {
            () = asks => {}
            () = takes => {}
        }
    }
}

fn crowd(address: SocketAddr, from: u8, size: usize, path: &'static str, reads: Reads) -> JoinSet<()> {
    let mut crowd = JoinSet::new();
    for _ in 0..size {
        crowd.spawn(pipelines(address, from, path, reads));
    }
    crowd
}

/// How long it takes until another client gets its answer. It comes back when it is told to.
async fn answered(address: SocketAddr, from: u8) -> Duration {
    let began = Instant::now();
    while began.elapsed() < SOON {
        let answer = async {
            let mut stream = connect(address, from).await;
            let request = b"GET /small HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
            let _sent = stream.write_all(request).await;
            let mut answer = Vec::new();
            // A reset is an end as well.
            let _ended = stream.read_to_end(&mut answer).await;
            answer
        };
        let answer = tokio::time::timeout(SOON, answer).await.unwrap_or_default();
        if answer.starts_with(b"HTTP/1.1 200 OK\r\n") && answer.ends_with(b"\r\n\r\nxx") {
            return began.elapsed();
        }
        let is_refused = answer.is_empty() || answer.starts_with(b"HTTP/1.1 503 ");
        assert!(is_refused, "{:?}", String::from_utf8_lossy(&answer));
        SystemClock.sleep(Duration::from_millis(100)).await;
    }
    began.elapsed()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_again_and_again_keeps_nobody_out() {
    let mut all: Vec<JoinHandle<()>> = Vec::new();
    for places in [1, 8] {
        for (path, reads) in [
            ("/small", Reads::Nothing),
            ("/small", Reads::Slowly),
            ("/small", Reads::All),
            ("/large", Reads::Nothing),
            ("/large", Reads::Slowly),
            ("/large", Reads::All),
        ] {
            all.push(tokio::spawn(async move {
                let address = start(places).await;
                let _crowd = crowd(address, 1, places, path, reads);
                // All places are taken, and all buffers are full that can be.
                SystemClock.sleep(Duration::from_millis(700)).await;
                let waited = answered(address, 1).await;
                assert!(waited < SOON / 2, "{places} places, {path}, {reads:?}: {waited:?}");
            }));
        }
    }
    for each in all {
        each.await.unwrap();
    }
}

/// Neither its place nor its idle connection: the others are of one address.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn an_address_with_one_connection_keeps_it_beside_one_with_many() {
    let places = 8;
    let address = start(places).await;
    let mut modest = connect(address, 1).await;
    let small = async |modest: &mut TcpStream| {
        modest.write_all(b"GET /small HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\nxx") {
            assert_ne!(modest.read_buf(&mut answer).await.unwrap(), 0, "it has lost its place");
        }
        assert!(!String::from_utf8(answer).unwrap().to_lowercase().contains("connection: close"));
    };
    small(&mut modest).await;
    let _crowd = crowd(address, 2, places - 1, "/small", Reads::All);
    SystemClock.sleep(Duration::from_millis(1_200)).await;
    for from in [3, 4, 5] {
        let waited = answered(address, from).await;
        assert!(waited < SOON / 2, "{waited:?}");
        small(&mut modest).await;
    }
}

/// Who is asked to make room gets what was asked for, to its last byte.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_read_is_finished_before_its_place_changes_hands() {
    let address = start(1).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET /large HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    let reading = tokio::spawn(async move {
        let (mut answer, mut piece) = (Vec::new(), vec![0; 32 << 10]);
        loop {
            SystemClock.sleep(Duration::from_millis(60)).await;
            match stream.read(&mut piece).await.unwrap() {
                0 => return answer,
                bytes => answer.extend_from_slice(&piece[..bytes]),
            }
        }
    });
    SystemClock.sleep(Duration::from_millis(300)).await;
    let waited = answered(address, 1).await;
    assert!(waited < SOON, "{waited:?}");
    let answer = tokio::time::timeout(SOON, reading).await.unwrap().unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n") && answer.len() > LARGE);
}
