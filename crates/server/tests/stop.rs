//! How the server stops: what is under way is finished, what is new goes elsewhere, and nothing waits for ever.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "all of it is tests; clippy sees that only in #[test] functions"
)]

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use aws::SystemClock;
use axum::{Router, routing::get};
use domain::{port::Clock, settings::Settings};
use server::{Ended, serve};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{Notify, oneshot},
    task::JoinHandle,
};

/// Far more than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// A query that is cancelled in the background when its request goes away, which takes a while.
struct Cancelled(Arc<AtomicBool>);

impl Drop for Cancelled {
    fn drop(&mut self) {
        let cancelled = Arc::clone(&self.0);
        tokio::spawn(async move {
            SystemClock.sleep(Duration::from_millis(500)).await;
            cancelled.store(true, Ordering::SeqCst);
        });
    }
}

struct Serving {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    ended: JoinHandle<Ended>,
    /// Lets the requests for `/slow` be answered.
    release: Arc<Notify>,
    /// Whether the query of a request for `/query` was cancelled.
    cancelled: Arc<AtomicBool>,
    client: reqwest::Client,
}

impl Serving {
    async fn start(more: &[(&str, &str)]) -> Self {
        let value =
            |name: &str| more.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        let settings = Settings::read(value).unwrap();
        let release = Arc::new(Notify::new());
        let slow = Arc::clone(&release);
        let cancelled = Arc::new(AtomicBool::new(false));
        let cancelling = Arc::clone(&cancelled);
        let router = Router::new()
            .route("/readyz", get(async || "ready"))
            .route("/healthz", get(async || "ok"))
            .route("/small", get(async || "ok"))
            .route("/panics", get(async || -> &'static str { panic!("a defect") }))
            .route(
                "/query",
                get(move || {
                    let cancelled = Cancelled(Arc::clone(&cancelling));
                    async move {
                        let _until_dropped = cancelled;
                        std::future::pending::<&'static str>().await
                    }
                }),
            )
            .route(
                "/slow",
                get(move || {
                    let slow = Arc::clone(&slow);
                    async move {
                        slow.notified().await;
                        "done"
                    }
                }),
            );
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let ended = tokio::spawn(async move {
            let stopped = async {
                let _asked = stopped.await;
            };
            serve(listener, router, &settings, stopped).await
        });
        // Each request has a connection of its own.
        let client = reqwest::Client::builder().pool_max_idle_per_host(0).build().unwrap();
        Self { address, stop: Some(stop), ended, release, cancelled, client }
    }

    fn stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
    }

    async fn status(&self, path: &str) -> Option<u16> {
        let answer = self.client.get(format!("http://{}{path}", self.address)).send().await;
        answer.ok().map(|answer| answer.status().as_u16())
    }

    fn slow(&self) -> JoinHandle<String> {
        let request = self.client.get(format!("http://{}/slow", self.address));
        tokio::spawn(async move { request.send().await.unwrap().text().await.unwrap() })
    }

    async fn until(&self, path: &str, expected: Option<u16>) {
        let began = Instant::now();
        while self.status(path).await != expected {
            assert!(began.elapsed() < PATIENCE, "{path} is never {expected:?}");
            SystemClock.sleep(Duration::from_millis(20)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_turns_new_requests_away_and_finishes_those_under_way() {
    let mut serving = Serving::start(&[("TRIBUTARY_DRAIN", "3s"), ("TRIBUTARY_STOP", "60s")]).await;
    assert_eq!(serving.status("/readyz").await, Some(200));
    let slow = serving.slow();
    // Its request is there as soon as a later one is answered; to be sure, some later.
    for _ in 0..5 {
        assert_eq!(serving.status("/healthz").await, Some(200));
        SystemClock.sleep(Duration::from_millis(50)).await;
    }
    serving.stop();
    serving.until("/readyz", Some(503)).await;
    let not_ready = serving.client.get(format!("http://{}/readyz", serving.address)).send().await.unwrap();
    assert_eq!(not_ready.headers()["content-type"], "application/problem+json");
    assert!(not_ready.text().await.unwrap().contains("urn:tributary:problem:unavailable"));
    assert_eq!(
        serving.status("/healthz").await,
        Some(200),
        "requests are taken until balancers have noticed"
    );
    serving.until("/healthz", None).await;
    assert!(!serving.ended.is_finished(), "a request is under way");
    serving.release.notify_one();
    assert_eq!(slow.await.unwrap(), "done");
    assert_eq!(serving.ended.await.unwrap(), Ended { broken_off: 0 });
}

#[tokio::test(flavor = "multi_thread")]
async fn what_takes_longer_than_the_stop_is_broken_off() {
    let mut serving = Serving::start(&[("TRIBUTARY_DRAIN", "0s"), ("TRIBUTARY_STOP", "200ms")]).await;
    // Half a request is none that is under way.
    let mut idle = TcpStream::connect(serving.address).await.unwrap();
    let mut stuck = TcpStream::connect(serving.address).await.unwrap();
    stuck.write_all(b"GET /slow HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    SystemClock.sleep(Duration::from_millis(300)).await;
    let began = Instant::now();
    serving.stop();
    assert_eq!(serving.ended.await.unwrap(), Ended { broken_off: 1 });
    assert!(began.elapsed() < PATIENCE);
    for stream in [&mut idle, &mut stuck] {
        let mut rest = Vec::new();
        // Closed or reset, without an answer.
        let _ended = stream.read_to_end(&mut rest).await;
        assert_eq!(rest, b"");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_beyond_the_bound_wait_for_a_place() {
    let mut serving = Serving::start(&[("TRIBUTARY_MAX_CONNECTIONS", "1"), ("TRIBUTARY_DRAIN", "0s")]).await;
    let held = TcpStream::connect(serving.address).await.unwrap();
    SystemClock.sleep(Duration::from_millis(200)).await;
    let second = serving.client.get(format!("http://{}/small", serving.address));
    let second = tokio::spawn(async move { second.send().await.unwrap().status().as_u16() });
    SystemClock.sleep(Duration::from_millis(300)).await;
    assert!(!second.is_finished(), "there is one place");
    drop(held);
    assert_eq!(second.await.unwrap(), 200);
    serving.stop();
    assert_eq!(serving.ended.await.unwrap(), Ended { broken_off: 0 });
}

#[tokio::test(flavor = "multi_thread")]
async fn the_query_of_a_request_that_is_broken_off_is_cancelled_before_the_end() {
    let mut serving = Serving::start(&[("TRIBUTARY_DRAIN", "0s"), ("TRIBUTARY_STOP", "200ms")]).await;
    let mut stuck = TcpStream::connect(serving.address).await.unwrap();
    stuck.write_all(b"GET /query HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    SystemClock.sleep(Duration::from_millis(300)).await;
    assert!(!serving.cancelled.load(Ordering::SeqCst));
    serving.stop();
    assert_eq!(serving.ended.await.unwrap(), Ended { broken_off: 1 });
    assert!(serving.cancelled.load(Ordering::SeqCst));
}

/// A load balancer keeps connections: they must not keep its health checks out.
#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_kept_for_later_makes_room_and_one_in_use_does_not() {
    let serving = Serving::start(&[("TRIBUTARY_MAX_CONNECTIONS", "1")]).await;
    let mut kept = TcpStream::connect(serving.address).await.unwrap();
    kept.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"ok") {
        assert_ne!(kept.read_buf(&mut answer).await.unwrap(), 0, "nobody else wants the place");
    }
    // A health check needs no place of its own.
    assert_eq!(serving.status("/healthz").await, Some(200));
    let nothing = tokio::time::timeout(Duration::from_millis(300), kept.read_buf(&mut answer)).await;
    assert!(nothing.is_err(), "it keeps its place");
    assert_eq!(serving.status("/small").await, Some(200));
    assert_eq!(kept.read_buf(&mut answer).await.unwrap(), 0, "it made room");
    let slow = serving.slow();
    SystemClock.sleep(Duration::from_millis(300)).await;
    let next = serving.client.get(format!("http://{}/small", serving.address));
    let next = tokio::spawn(async move { next.send().await.unwrap().status().as_u16() });
    SystemClock.sleep(Duration::from_millis(300)).await;
    assert!(!next.is_finished(), "a request is under way at the one place");
    serving.release.notify_one();
    assert_eq!((slow.await.unwrap().as_str(), next.await.unwrap()), ("done", 200));
}

/// Whoever can connect could else keep health checks out, without a key: by silence, and by a head that never ends.
#[tokio::test(flavor = "multi_thread")]
async fn connections_that_send_no_request_make_room() {
    for sent in [&b""[..], b"G", b"GET /healthz HTTP/1.1\r\nhost: local"] {
        let serving = Serving::start(&[("TRIBUTARY_MAX_CONNECTIONS", "3")]).await;
        let mut silent = Vec::new();
        for _ in 0..3 {
            let mut stream = TcpStream::connect(serving.address).await.unwrap();
            stream.write_all(sent).await.unwrap();
            silent.push(stream);
        }
        let (began, mut answered) = (Instant::now(), 0);
        for _ in 0..3 {
            answered += usize::from(serving.status("/small").await == Some(200));
        }
        // They would have their places for more than a minute.
        assert!(answered == 3 && began.elapsed() < PATIENCE, "{answered} after {:?}", began.elapsed());
    }
}

/// hyper waits for the rest of a first head even when it is asked to end.
#[tokio::test(flavor = "multi_thread")]
async fn heads_that_never_end_hold_up_no_stop() {
    let mut serving = Serving::start(&[("TRIBUTARY_DRAIN", "0s"), ("TRIBUTARY_STOP", "60s")]).await;
    let mut open = Vec::new();
    for sent in [
        &b""[..],
        b"G",
        b"GET /healthz HTTP/1.1\r\nhost: local",
        b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\nGET /healthz HTTP/1.1\r\nhost: local",
    ] {
        let mut stream = TcpStream::connect(serving.address).await.unwrap();
        stream.write_all(sent).await.unwrap();
        open.push(stream);
    }
    SystemClock.sleep(Duration::from_millis(300)).await;
    let began = Instant::now();
    serving.stop();
    assert_eq!(serving.ended.await.unwrap(), Ended { broken_off: 0 }, "no request was under way");
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
    drop(open);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_ends_its_connection_alone() {
    let mut serving = Serving::start(&[("TRIBUTARY_DRAIN", "0s"), ("TRIBUTARY_MAX_CONNECTIONS", "1")]).await;
    for _ in 0..3 {
        assert_eq!(serving.status("/panics").await, None);
        assert_eq!(serving.status("/healthz").await, Some(200));
    }
    serving.stop();
    assert_eq!(serving.ended.await.unwrap(), Ended { broken_off: 0 });
}
