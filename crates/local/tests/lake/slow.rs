//! Clients that take their time: those that hold a connection for nothing lose it, and nobody else does.

use std::time::Duration;

use aws::SystemClock;
use domain::port::{Clock, ObjectStore};
use local::{ConnectionLimits, ServeOptions};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    contracts::slow_table,
    harness::{PASSENGERS, TestLake, settings},
    wire::{PATIENCE, authority, connect, rest, send, status_soon},
};

/// Longer than a pause of a loaded machine, and shorter than the tests.
const SHORT: Duration = Duration::from_secs(2);

async fn lake(limits: ConnectionLimits) -> TestLake {
    let options = ServeOptions { limits, ..ServeOptions::default() };
    let definitions = [("passengers", PASSENGERS)];
    TestLake::start_serving(TempDir::new().unwrap(), &definitions, options, settings()).await
}

/// Sends a part of a head, or nothing.
async fn half_sent(endpoint: &str, part: &str) -> TcpStream {
    let mut stream = connect(endpoint).await;
    // Where there is no room it may be closed already.
    let _written = stream.write_all(part.as_bytes()).await;
    stream
}

#[tokio::test(flavor = "multi_thread")]
async fn half_sent_requests_do_not_keep_others_out() {
    // The bound on a head is a minute: what makes room is the bound on connections.
    let limits = ConnectionLimits {
        connections: 20,
        head: Duration::from_secs(60),
        patience: Duration::from_millis(20),
        ..ConnectionLimits::default()
    };
    let lake = lake(limits).await;
    let (http, aws) = (lake.lake.http_endpoint(), lake.lake.aws_endpoint());
    let mut held = Vec::new();
    for part in ["", "G", "GET /healthz HTTP/1.1\r\nhost: localhost\r\nx-", "PUT /tributary/k HTTP/1.1\r\n"] {
        for endpoint in [&http, &aws] {
            for _ in 0..30 {
                held.push(half_sent(endpoint, part).await);
            }
            assert_eq!(status_soon(endpoint, "/nothing").await, 404);
        }
    }
    // So many bodies that never come, too: each of them has a request under way.
    for _ in 0..30 {
        held.push(
            half_sent(&aws, "PUT /tributary/k HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\nx")
                .await,
        );
    }
    assert_eq!(status_soon(&aws, "/nothing").await, 404);
    // The lake itself goes on.
    lake.publish("passengers", r#"{"passenger_id": 1}"#).await;
    lake.rows("/v1/datasets/passengers/rows", 1).await;
    drop(held);
    lake.stop().await;
}

/// Many at once, each too young to go: the next one waits until one of them is old enough.
#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_that_comes_at_once_keeps_nobody_out() {
    let limits =
        ConnectionLimits { connections: 20, head: Duration::from_secs(60), ..ConnectionLimits::default() };
    let lake = lake(limits).await;
    for endpoint in [lake.lake.http_endpoint(), lake.lake.aws_endpoint()] {
        let address = authority(&endpoint).to_owned();
        // Connected without a pause, and more than there is room for with the reserve.
        let crowd: Vec<_> = (0..60).map(|_| std::net::TcpStream::connect(&address).unwrap()).collect();
        assert_eq!(send(&endpoint, "GET /nothing", &[("host", &address)], "").await.status, 404);
        drop(crowd);
    }
    lake.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_head_and_an_idle_connection_are_closed() {
    let lake = lake(ConnectionLimits { head: SHORT, idle: SHORT, ..ConnectionLimits::default() }).await;
    let http = lake.lake.http_endpoint();
    for part in ["", "GET /healthz HTTP/1.1\r\nhost: localhost\r\n"] {
        let mut stream = half_sent(&http, part).await;
        assert_eq!(rest(&mut stream).await, Some(vec![]), "{part:?}");
    }

    // A byte now and then gains no time.
    let mut stream = half_sent(&http, "GET /healthz HTTP/1.1\r\nhost: localhost\r\nx-a: ").await;
    let deadline = SystemClock.now() + PATIENCE;
    while stream.write_all(b"a").await.is_ok() {
        assert!(SystemClock.now() < deadline, "a head that never ends is read for ever");
        SystemClock.sleep(Duration::from_millis(100)).await;
    }

    // Between two requests too.
    let request = format!("GET /healthz HTTP/1.1\r\nhost: {}\r\n\r\n", authority(&http));
    let mut stream = connect(&http).await;
    for _ in 0..3 {
        SystemClock.sleep(SHORT / 4).await;
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        while !(answer.ends_with(b"}") && String::from_utf8_lossy(&answer).contains("{\"status\":\"ok\",")) {
            assert_ne!(
                stream.read_buf(&mut answer).await.unwrap(),
                0,
                "{}",
                String::from_utf8_lossy(&answer)
            );
        }
    }
    assert_eq!(rest(&mut stream).await, Some(vec![]), "nothing more was asked, and nothing is answered");
    lake.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_trickles_is_closed_and_one_that_progresses_is_stored() {
    let limits = ConnectionLimits { body: SHORT, body_rate: 10_000, ..ConnectionLimits::default() };
    let lake = lake(limits).await;
    let aws = lake.lake.aws_endpoint();
    let put = |key: &str, length: usize| {
        format!(
            "PUT /tributary/{key} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n",
            authority(&aws)
        )
    };

    let mut stream = half_sent(&aws, &put("trickle", 1_000_000)).await;
    let deadline = SystemClock.now() + PATIENCE;
    while stream.write_all(b"a").await.is_ok() {
        assert!(SystemClock.now() < deadline, "a body that never ends is read for ever");
        SystemClock.sleep(Duration::from_millis(100)).await;
    }
    let mut stream = half_sent(&aws, &put("stuck", 10)).await;
    assert!(rest(&mut stream).await.is_some(), "a body that stops is waited for");

    // Twice as long as one wait may be, in pieces.
    const PIECE: usize = 64 * 1024;
    let mut stream = half_sent(&aws, &put("large", 16 * PIECE)).await;
    for _ in 0..16 {
        stream.write_all(&[b'x'; PIECE]).await.unwrap();
        SystemClock.sleep(SHORT / 8).await;
    }
    let answer = rest(&mut stream).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
    assert_eq!(lake.store.get("large").await.unwrap().len(), 16 * PIECE);
    for key in ["trickle", "stuck"] {
        assert!(lake.store.list_all(key).await.unwrap().is_empty(), "{key} is stored");
    }
    lake.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_nobody_takes_is_given_up_and_a_slow_reader_gets_it() {
    const SIZE: usize = 64 * 1024 * 1024;
    let lake = lake(ConnectionLimits { answer: SHORT, ..ConnectionLimits::default() }).await;
    let aws = lake.lake.aws_endpoint();
    lake.store.put("large", vec![b'x'; SIZE].into(), domain::port::PutMode::Create).await.unwrap();
    let get =
        format!("GET /tributary/large HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", authority(&aws));

    let mut stream = half_sent(&aws, &get).await;
    SystemClock.sleep(SHORT * 4).await;
    let taken = rest(&mut stream).await.unwrap().len();
    assert!(taken < SIZE, "all {taken} bytes were kept for a client that took none for long");

    let mut stream = half_sent(&aws, &get).await;
    let (mut taken, mut pauses) = (0, 0);
    loop {
        let mut piece = Vec::new();
        (&mut stream).take(4 * 1024 * 1024).read_to_end(&mut piece).await.unwrap();
        if piece.is_empty() {
            break;
        }
        (taken, pauses) = (taken + piece.len(), pauses + 1);
        SystemClock.sleep(SHORT / 8).await;
    }
    assert!(pauses > 8, "all in all longer than the client may take nothing");
    assert!(taken > SIZE, "head and body are {taken} bytes");
    lake.stop().await;
}

/// Each piece comes long before the client may take nothing for too long.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_taken_too_slowly_is_given_up() {
    const SIZE: usize = 64 * 1024 * 1024;
    let limits = ConnectionLimits { answer: SHORT, answer_rate: 1 << 30, ..ConnectionLimits::default() };
    let lake = lake(limits).await;
    let aws = lake.lake.aws_endpoint();
    lake.store.put("large", vec![b'x'; SIZE].into(), domain::port::PutMode::Create).await.unwrap();
    let get =
        format!("GET /tributary/large HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", authority(&aws));
    let mut stream = half_sent(&aws, &get).await;
    let (mut taken, begun) = (0, SystemClock.now());
    while (SystemClock.now() - begun).to_std().unwrap() < SHORT * 4 {
        let mut piece = Vec::new();
        // A reset is an end as well.
        let _read = (&mut stream).take(32 * 1024).read_to_end(&mut piece).await;
        taken += piece.len();
        SystemClock.sleep(SHORT / 40).await;
    }
    taken += rest(&mut stream).await.unwrap().len();
    assert!(taken < SIZE, "all {taken} bytes were kept for a client that took them slowly");
    lake.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_query_is_not_cut() {
    let short = Duration::from_secs(1);
    let lake = lake(ConnectionLimits { head: short, ..ConnectionLimits::default() }).await;
    let slow = slow_table(&lake).await;
    let sql = format!("SELECT count(*) AS n FROM {slow} a, {slow} b, {slow} c, {slow} d, {slow} e");
    let answer = lake.sql(&sql, "wait=3").await;
    assert_eq!(answer.status, 202, "{}", answer.text());
    lake.send("DELETE", answer.header("location"), &[], None).await;
    lake.stop().await;
}

/// Every connection has a request under way, none of which is slow by its client's fault.
#[tokio::test(flavor = "multi_thread")]
async fn health_checks_are_answered_while_every_connection_is_at_work() {
    const CONNECTIONS: usize = 20;
    let lake = lake(ConnectionLimits { connections: CONNECTIONS, ..ConnectionLimits::default() }).await;
    let slow = slow_table(&lake).await;
    let sql = format!("SELECT count(*) AS n FROM {slow} a, {slow} b, {slow} c, {slow} d, {slow} e");
    let body = serde_json::json!({ "sql": sql }).to_string();
    let http = lake.lake.http_endpoint();
    let host = authority(&http);
    // Identical requests share one run.
    let ask = format!(
        "POST /v1/queries HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\nprefer: wait=20\r\ncontent-length: \
         {}\r\n\r\n{body}",
        body.len()
    );
    let mut held = Vec::new();
    for _ in 0..CONNECTIONS {
        held.push(half_sent(&http, &ask).await);
    }
    SystemClock.sleep(Duration::from_millis(500)).await;
    for version in ["1.1", "1.0"] {
        for path in ["/healthz", "/readyz"] {
            let head = format!("GET {path} HTTP/{version}\r\nhost: {host}\r\n\r\n");
            for more in ["", "GET /v1/datasets HTTP/1.1\r\nhost: localhost\r\n\r\n"] {
                let mut stream = half_sent(&http, &format!("{head}{more}")).await;
                let answer = String::from_utf8(rest(&mut stream).await.unwrap()).unwrap();
                assert!(answer.contains(" 200 OK\r\n"), "{head}: {answer}");
                assert_eq!(answer.matches("HTTP/1.").count(), 1, "one request is answered: {answer}");
            }
        }
    }
    for line in ["GET /v1/datasets", "POST /healthz", "GET /healthz/"] {
        let refused = send(&http, line, &[("host", host)], "").await;
        assert_eq!(refused.status, 503, "{line}");
        assert!(!refused.header("retry-after").is_empty(), "{}", refused.head);
        assert!(refused.body.contains("urn:tributary:problem:unavailable"), "{}", refused.body);
    }
    drop(held);
    assert_eq!(status_soon(&http, "/v1/datasets").await, 200);
    lake.stop().await;
}

/// A connection that always has a next request under way keeps no place for good, whether its client reads or not.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_again_and_again_keeps_nobody_out() {
    const CONNECTIONS: usize = 20;
    let lake = lake(ConnectionLimits { connections: CONNECTIONS, ..ConnectionLimits::default() }).await;
    let http = lake.lake.http_endpoint();
    let requests = format!("GET /v1/datasets HTTP/1.1\r\nhost: {}\r\n\r\n", authority(&http)).repeat(100);
    let mut crowd = tokio::task::JoinSet::new();
    for number in 0..CONNECTIONS {
        let (http, requests) = (http.clone(), requests.clone());
        crowd.spawn(async move {
            loop {
                let (mut reader, mut writer) = connect(&http).await.into_split();
                let asks = async { while writer.write_all(requests.as_bytes()).await.is_ok() {} };
                let takes = async {
                    let mut buffer = vec![0; 64 * 1024];
                    while matches!(reader.read(&mut buffer).await, Ok(1..)) {}
                };
                if number % 2 == 0 {
                    asks.await;
                } else {
                    tokio::select! {
                        () = asks => {}
                        () = takes => {}
                    }
                }
            }
        });
    }
    SystemClock.sleep(Duration::from_millis(1_200)).await;
    let began = SystemClock.now();
    assert_eq!(status_soon(&http, "/v1/datasets").await, 200);
    let waited = (SystemClock.now() - began).to_std().unwrap();
    assert!(waited < PATIENCE / 3, "{waited:?}");
    crowd.shutdown().await;
    lake.stop().await;
}
