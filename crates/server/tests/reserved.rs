//! Health checks are answered while all connections are in use, whatever uses them; nothing else is.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "all of it is tests; clippy sees that only in #[test] functions"
)]

use std::{net::SocketAddr, sync::Arc, time::Duration};

use aws::SystemClock;
use axum::{Router, http::Uri, routing::get};
use domain::{port::Clock, settings::Settings};
use server::serve;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};

/// Far less than any wait that nothing ends, on a loaded machine.
const SOON: Duration = Duration::from_secs(10);

/// As many connections as have a place beyond the bound, and as many again.
const CROWD: usize = 64;

struct Serving {
    address: SocketAddr,
    /// Each permit lets one request for `/slow` be answered.
    release: Arc<Semaphore>,
}

impl Serving {
    async fn start(places: usize) -> Self {
        let places = places.to_string();
        let value = |name: &str| (name == "TRIBUTARY_MAX_CONNECTIONS").then(|| places.clone());
        let settings = Settings::read(value).unwrap();
        let release = Arc::new(Semaphore::new(0));
        let released = Arc::clone(&release);
        let slow = get(move || {
            let released = Arc::clone(&released);
            async move {
                released.acquire().await.unwrap().forget();
                "done"
            }
        });
        // With a query it hangs, as a store may.
        let ready = get(|uri: Uri| async move {
            if uri.query().is_some() {
                std::future::pending::<()>().await;
            }
            "ready"
        });
        let router = Router::new()
            .route("/healthz", get(async || "alive"))
            .route("/readyz", ready)
            .route("/small", get(async || "small").post(|body: String| async move { body }))
            .route("/slow", slow);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { serve(listener, router, &settings, std::future::pending()).await });
        Self { address, release }
    }

    /// So many connections that have sent this.
    async fn hold(&self, connections: usize, sent: &str) -> Vec<TcpStream> {
        let mut held = Vec::new();
        for _ in 0..connections {
            let mut stream = TcpStream::connect(self.address).await.unwrap();
            stream.write_all(sent.as_bytes()).await.unwrap();
            held.push(stream);
        }
        // They have their places, and whatever can be answered is.
        SystemClock.sleep(Duration::from_millis(300)).await;
        held
    }

    async fn answer(&self, sent: &str) -> String {
        answer(self.address, sent.to_owned()).await
    }
}

/// What is answered until the server closes the connection.
async fn answer(address: SocketAddr, sent: String) -> String {
    let answer = async {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(sent.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    };
    tokio::time::timeout(SOON, answer).await.unwrap_or_else(|_| panic!("{sent:?} is not answered"))
}

fn request(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: a\r\n\r\n")
}

fn assert_refused(answer: &str) {
    assert!(answer.starts_with("HTTP/1.1 503 ") || answer.starts_with("HTTP/1.0 503 "), "{answer}");
    let lower = answer.to_lowercase();
    assert!(
        lower.contains("\r\nretry-after: ") && lower.contains("urn:tributary:problem:unavailable"),
        "{answer}"
    );
    assert_eq!(answer.matches("HTTP/1.").count(), 1, "{answer}");
}

/// Each way to hold places, with whether who holds them makes room.
const HOLDERS: [(&str, bool); 6] = [
    ("GET /slow HTTP/1.1\r\nhost: a\r\n\r\n", false),
    ("GET /slow HTTP/1.0\r\n\r\n", false),
    ("", true),
    ("GET /healthz HTTP/1.1\r\nhost: ", true),
    ("POST /small HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\nx", true),
    ("GET /small HTTP/1.1\r\nhost: a\r\n\r\n", true),
];

#[tokio::test(flavor = "multi_thread")]
async fn health_checks_are_answered_whatever_holds_the_places() {
    for places in [1, 3, 24] {
        for (sent, makes_room) in HOLDERS {
            let serving = Serving::start(places).await;
            let held = serving.hold(places, sent).await;
            for (path, text) in [("/healthz", "alive"), ("/readyz", "ready")] {
                // Without `Connection: close`, the server closes the connection all the same if its place is reserved.
                let close = if makes_room { "connection: close\r\n" } else { "" };
                for head in [
                    format!("GET {path} HTTP/1.1\r\nhost: a\r\n{close}\r\n"),
                    format!("GET {path} HTTP/1.0\r\n\r\n"),
                ] {
                    let answer = serving.answer(&head).await;
                    assert!(answer.contains(" 200 OK\r\n") && answer.ends_with(text), "{sent:?}: {answer}");
                }
                let answer = serving.answer(&format!("HEAD {path} HTTP/1.1\r\nhost: a\r\n{close}\r\n")).await;
                assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{sent:?}: {answer}");
            }
            let small = serving.answer("GET /small HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
            if makes_room {
                assert!(small.ends_with("\r\n\r\nsmall"), "{places} places, {sent:?}: {small}");
            } else {
                assert_refused(&small);
            }
            drop(held);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reserved_place_serves_one_request_and_health_checks_only() {
    let serving = Serving::start(2).await;
    let _held = serving.hold(2, &request("/slow")).await;
    for other in ["/slow", "/small", "/healthz", "/nothing"] {
        let answer = serving.answer(&format!("{}{}", request("/healthz"), request(other))).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("alive"), "{other}: {answer}");
        assert!(answer.to_lowercase().contains("\r\nconnection: close\r\n"), "{other}: {answer}");
        assert_eq!(answer.matches("HTTP/1.").count(), 1, "{other}: {answer}");
    }
    let refused = [
        request("/small"),
        request("/slow"),
        request("/nothing"),
        request("/healthz/"),
        request("/v1/datasets/healthz"),
        "GET /small HTTP/1.0\r\n\r\n".to_owned(),
        "POST /healthz HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n".to_owned(),
        format!("{}{}", request("/small"), request("/healthz")),
    ];
    // Together, since each waits for a place.
    for asked in refused.map(|sent| tokio::spawn(answer(serving.address, sent))) {
        assert_refused(&asked.await.unwrap());
    }
    // What may be read in two ways is no health check either.
    let two_hosts = "GET /healthz HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n";
    assert!(serving.answer(two_hosts).await.starts_with("HTTP/1.1 400 "));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_gets_a_place_that_is_free_again_soon() {
    for places in [1, 4] {
        let serving = Serving::start(places).await;
        let held = serving.hold(places, &request("/slow")).await;
        let small = "GET /small HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
        let asked = tokio::spawn(answer(serving.address, small.to_owned()));
        SystemClock.sleep(Duration::from_millis(500)).await;
        assert!(!asked.is_finished(), "it waits");
        // The one whose request is answered waits for its next one, and makes room.
        serving.release.add_permits(1);
        let answer = asked.await.unwrap();
        assert!(answer.ends_with("\r\n\r\nsmall"), "{answer}");
        drop(held);
    }
}

/// Neither silence, nor heads that never end, nor requests that need a place, nor health checks that hang, or that nobody reads, keep
/// the reserved places.
#[tokio::test(flavor = "multi_thread")]
async fn the_reserved_places_are_kept_by_nobody() {
    let unread = request("/healthz").repeat(20);
    let (small, slow, hangs) = (request("/small"), request("/slow"), request("/readyz?hang"));
    let all: [&str; 7] = ["", "G", "GET /healthz HTTP/1.1\r\nhost: ", &small, &slow, &hangs, &unread];
    for sent in all {
        let serving = Serving::start(3).await;
        let _held = serving.hold(3, &request("/slow")).await;
        let mut crowd = Vec::new();
        for _ in 0..CROWD {
            let mut stream = TcpStream::connect(serving.address).await.unwrap();
            // It may be closed already.
            let _sent = stream.write_all(sent.as_bytes()).await;
            crowd.push(stream);
        }
        for path in ["/healthz", "/readyz", "/healthz"] {
            let answer = serving.answer(&request(path)).await;
            assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{sent:?}: {answer}");
        }
        for mut stream in crowd {
            let mut rest = Vec::new();
            // A reset is an end as well.
            let ended = tokio::time::timeout(SOON, stream.read_to_end(&mut rest)).await;
            assert!(ended.is_ok(), "{sent:?} keeps its place");
        }
    }
}
