//! Heads of requests that hyper refuses, or takes and should not: each is answered with what is wrong with it.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "all of it is tests; clippy sees that only in #[test] functions"
)]

use std::{net::SocketAddr, time::Duration};

use axum::{Router, routing::get};
use domain::settings::Settings;
use server::serve;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// Far more than an answer takes, and less than a connection waits for a head.
const PATIENCE: Duration = Duration::from_secs(30);

/// How many bytes a head may have.
const HEAD: usize = 64 << 10;

async fn start() -> SocketAddr {
    let settings = Settings::read(|_| None).unwrap();
    let router = Router::new().route("/healthz", get(async || "ok").post(async || "posted"));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { serve(listener, router, &settings, std::future::pending()).await });
    address
}

/// The status of the answer, and its body, once the server has closed the connection.
async fn answer(address: SocketAddr, request: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let ended = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
    ended.unwrap().unwrap();
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

/// This text, filled up with letters to so many bytes.
fn filled(text: &str, bytes: usize) -> String {
    format!("{text}{}", "a".repeat(bytes - text.len()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_has_a_bound_and_whoever_exceeds_it_is_told() {
    let address = start().await;
    let close = "\r\nconnection: close\r\n\r\n";
    let first = "GET /healthz HTTP/1.1\r\nhost: a\r\nx: ";
    let (status, body) = answer(address, &format!("{}{close}", filled(first, HEAD - close.len()))).await;
    assert_eq!((status, body.as_str()), (200, "ok"), "as long as it may be");
    // No byte more than the server reads: it would reset the connection with the answer.
    let (status, body) = answer(address, &filled(first, HEAD)).await;
    assert_eq!(status, 431, "{body}");
    assert!(body.contains("headers are too long"), "{body}");
    let many: String = (0..101).map(|number| format!("x-{number}: a\r\n")).collect();
    let (status, body) = answer(address, &format!("GET /healthz HTTP/1.1\r\nhost: a\r\n{many}\r\n")).await;
    assert_eq!(status, 431, "{body}");
    let (status, body) = answer(address, &filled("GET /", HEAD)).await;
    assert_eq!(status, 414, "{body}");
    assert!(body.contains("uri-too-long"), "{body}");
}

/// RFC 9110, 15.5.15, and RFC 6585, 5: whatever is too long is named, however much of the head the server has read by then. A
/// client that is still sending gets the answer, and no reset.
#[tokio::test(flavor = "multi_thread")]
async fn a_url_that_is_too_long_is_414_and_headers_that_are_too_long_are_431() {
    let address = start().await;
    let url = |bytes: usize| filled("/healthz?", bytes);
    for (target, header, status) in [
        (url(8_192), 1, 200),
        (url(70_000), 1, 414),
        (url(8_193), 70_000, 414),
        (url(100_000), 1, 414),
        (url(300_000), 1, 414),
        (url(60_000), 60_000, 414),
        (url(9), 70_000, 431),
        (url(9), 300_000, 431),
        (url(8_192), 70_000, 431),
    ] {
        for rest in ["", "GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n"] {
            let rest = if status == 200 { "" } else { rest };
            let x = "x".repeat(header);
            let head =
                format!("GET {target} HTTP/1.1\r\nhost: a\r\nconnection: close\r\nx: {x}\r\n\r\n{rest}");
            let (found, body) = answer(address, &head).await;
            assert_eq!(found, status, "{} and {header}: {body}", target.len());
            let slug = match status {
                414 => "urn:tributary:problem:uri-too-long",
                431 => "urn:tributary:problem:malformed-request",
                _ => "ok",
            };
            assert!(body.contains(slug) && body.contains(&status.to_string()) == (status != 200), "{body}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_whose_end_is_not_said_is_400_with_the_header_that_is_wrong() {
    let address = start().await;
    for (header, words) in [
        ("Content-Length: 18446744073709551615", "Content-Length"),
        ("Content-Length: 99999999999999999999999", "Content-Length"),
        ("Content-Length: -1", "Content-Length"),
        ("Content-Length: 1\r\nContent-Length: 2", "Content-Length"),
        ("Transfer-Encoding: gzip", "Transfer-Encoding"),
        ("X: \u{1}", "character"),
    ] {
        let request = format!("POST /healthz HTTP/1.1\r\nhost: a\r\n{header}\r\n\r\n");
        let (status, body) = answer(address, &request).await;
        assert_eq!(status, 400, "{header}: {body}");
        assert!(body.contains(words) && body.contains("malformed-request"), "{header}: {body}");
    }
}

/// Another request, which must never be taken for one.
const NEXT: &str = "GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n";

/// RFC 9112, 5.1, 5.2, 6.1 and 6.3: a proxy before this server may have read another body.
#[tokio::test(flavor = "multi_thread")]
async fn what_two_readers_may_read_in_two_ways_is_refused_and_nothing_behind_it_is_read() {
    let address = start().await;
    let (unknown, malformed) = ((501, "unknown-transfer-coding"), (400, "malformed-request"));
    for (headers, (status, slug)) in [
        ("Transfer-Encoding: gzip, chunked", unknown),
        ("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked", unknown),
        ("Content-Length: 5\r\nTransfer-Encoding: gzip, chunked", unknown),
        ("Transfer-Encoding: identity, chunked\r\nContent-Length: 5", unknown),
        ("Transfer-Encoding: chunked, chunked", malformed),
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding: Chunked", malformed),
        ("Transfer-Encoding: , chunked", malformed),
        ("Transfer-Encoding: gz ip, chunked", malformed),
        ("Transfer-Encoding: chunked, gzip", malformed),
        ("Transfer-Encoding: chunked,", malformed),
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip", malformed),
        ("Transfer-Encoding: \u{b}chunked", malformed),
        ("Transfer-Encoding : chunked", malformed),
        ("Content-Length : 5", malformed),
        ("Content-Length: +5", malformed),
        ("Content-Length: 5, 5", malformed),
        // A line that goes on in the next one.
        ("X: a\r\n b", malformed),
        ("Transfer-Encoding:\r\n\tchunked", malformed),
        ("Content-Length:\r\n 5", malformed),
    ] {
        for body in ["0\r\n\r\n", "5\r\na\r\n\r\n\r\n0\r\n\r\n", ""] {
            let request = format!("POST /healthz HTTP/1.1\r\nhost: a\r\n{headers}\r\n\r\n{body}{NEXT}");
            let (found, answer) = answer(address, &request).await;
            assert_eq!(found, status, "{headers:?}: {answer}");
            assert!(answer.contains(slug) && !answer.contains("HTTP/1.1 "), "{headers:?}: {answer}");
        }
    }
}

/// The RFC lets a server take such a request by its chunks, and has it close the connection.
#[tokio::test(flavor = "multi_thread")]
async fn a_length_beside_chunks_means_nothing_and_ends_the_connection() {
    let address = start().await;
    for headers in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "Transfer-Encoding: chunked\r\nContent-Length: 0",
    ] {
        let request = format!("POST /healthz HTTP/1.1\r\nhost: a\r\n{headers}\r\n\r\n0\r\n\r\n{NEXT}");
        let (status, body) = answer(address, &request).await;
        assert_eq!((status, body.as_str()), (200, "posted"), "{headers:?}");
    }
}

/// hyper calls such a head too long. A body of several lines comes in the same packet, as clients send it.
#[tokio::test(flavor = "multi_thread")]
async fn a_length_that_nobody_can_count_is_400_whatever_follows_the_head() {
    let address = start().await;
    let many = "9".repeat(300);
    for length in ["18446744073709551614", "18446744073709551615", "18446744073709551616", many.as_str()] {
        for body in ["", "{}", "{\n  \"sql\": \"SELECT 1\"\n}\n", "a: b\r\n\r\nc: d\r\n", NEXT] {
            let head = format!("POST /healthz HTTP/1.1\r\nhost: a\r\ncontent-length: {length}\r\n\r\n");
            let (status, answer) = answer(address, &format!("{head}{body}")).await;
            assert_eq!(status, 400, "{length} {body:?}: {answer}");
            assert!(answer.contains("Content-Length must be the length"), "{length} {body:?}: {answer}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_names_its_host_once() {
    let address = start().await;
    for (version, hosts, status) in [
        ("1.1", "Host: a\r\n", 200),
        ("1.0", "Host: a\r\n", 200),
        ("1.0", "", 200),
        ("1.1", "", 400),
        ("1.1", "Host: a\r\nHost: b\r\n", 400),
        ("1.1", "Host: a\r\nHost: a\r\n", 400),
        ("1.0", "Host: a\r\nHost: a\r\n", 400),
    ] {
        // Only the refusal closes the connection of HTTP/1.1 by itself.
        let close = if status == 200 { "Connection: close\r\n" } else { "" };
        let request = format!("GET /healthz HTTP/{version}\r\n{hosts}{close}\r\n");
        let (found, body) = answer(address, &request).await;
        assert_eq!(found, status, "HTTP/{version} {hosts:?}: {body}");
        assert_eq!(body.contains("exactly one Host header"), status == 400, "{body}");
    }
}
