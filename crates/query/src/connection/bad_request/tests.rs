use std::{task::Waker, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream},
    time::Instant,
};

use super::lingering::{LONGEST, MOST};
use super::*;

/// Takes a few bytes at a time, and pauses between.
#[derive(Default)]
struct Slow {
    taken: Vec<u8>,
    pauses: bool,
}

impl AsyncRead for Slow {
    fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, _: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Slow {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.pauses = !self.pauses;
        if self.pauses {
            return Poll::Pending;
        }
        let count = bytes.len().min(7);
        self.taken.extend_from_slice(&bytes[..count]);
        Poll::Ready(Ok(count))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// What comes of the bytes, written as hyper does: again from where the last write ended.
fn written(mut bytes: &[u8], vectored: bool) -> String {
    let mut stream = Worded::new(Slow::default());
    let mut context = Context::from_waker(Waker::noop());
    while !bytes.is_empty() {
        let pinned = Pin::new(&mut stream);
        let poll = match vectored {
            true => pinned.poll_write_vectored(&mut context, &[IoSlice::new(b""), IoSlice::new(bytes)]),
            false => pinned.poll_write(&mut context, bytes),
        };
        if let Poll::Ready(count) = poll {
            bytes = &bytes[count.unwrap()..];
        }
    }
    String::from_utf8(stream.stream.taken).unwrap()
}

#[test]
fn a_refusal_of_hypers_own_gets_a_body() {
    for (status, slug) in [
        ("400 Bad Request", "malformed-request"),
        ("414 URI Too Long", "uri-too-long"),
        ("431 x", "malformed-request"),
    ] {
        for vectored in [false, true] {
            let head = format!(
                "HTTP/1.1 {status}\r\nConnection: close\r\ncontent-length: 0\r\ndate: Fri, 27 Nov 2026 14:00:00 GMT\r\n\r\n"
            );
            let answer = written(head.as_bytes(), vectored);
            let (head, body) = answer.split_once("\r\n\r\n").unwrap();
            assert!(head.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{head}");
            assert!(head.contains(&format!("content-length: {}\r\n", body.len())), "{head}");
            let body: serde_json::Value = serde_json::from_str(body).unwrap();
            assert_eq!(body["type"], format!("urn:tributary:problem:{slug}"));
            assert!(status.starts_with(&body["status"].to_string()));
        }
    }
}

/// hyper has one status for several faults, and a wrong one for a length.
#[test]
fn a_refusal_says_what_is_wrong_with_the_head_that_came_last() {
    for (fault, refused, status, words) in [
        (Some(Fault::Length), "400 Bad Request", 400, "Content-Length"),
        (Some(Fault::Length), "431 Request Header Fields Too Large", 400, "Content-Length"),
        (Some(Fault::Coding), "400 Bad Request", 400, "Transfer-Encoding"),
        (Some(Fault::Coding), "431 Request Header Fields Too Large", 431, "headers are too long"),
        (Some(Fault::Line), "431 Request Header Fields Too Large", 414, "URL is too long"),
        (Some(Fault::Line), "400 Bad Request", 400, "%3E for >"),
        (None, "431 Request Header Fields Too Large", 431, "headers are too long"),
        (None, "400 Bad Request", 400, "%3E for >"),
    ] {
        let head = format!("HTTP/1.1 {refused}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
        let answer = String::from_utf8(refusal(head.as_bytes(), fault).unwrap()).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{fault:?} {refused}: {head}");
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["status"], status, "{fault:?} {refused}");
        assert!(body["detail"].as_str().unwrap().contains(words), "{fault:?} {refused}: {body}");
    }
}

#[test]
fn everything_else_stays_as_it_is() {
    for bytes in [
        "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 400 Bad Request\r\ncontent-type: application/problem+json\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 400 Bad Request\r\ncontent-length: 7\r\n\r\n",
        "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\nmore",
        "HTTP/1.1 400 Bad Request\r\n\r\n",
        "a,b\r\nHTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n",
        "",
        "\r\n\r\n",
    ] {
        for vectored in [false, true] {
            assert_eq!(written(bytes.as_bytes(), vectored), bytes);
        }
    }
}

/// The server's side of a connection on which these bytes have come, and been read, and the client's.
async fn connection(request: &[u8]) -> (Worded<DuplexStream>, DuplexStream) {
    let (mut client, server) = tokio::io::duplex(1 << 16);
    let mut server = Worded::new(server);
    client.write_all(request).await.unwrap();
    let mut read = vec![0; request.len()];
    server.read_exact(&mut read).await.unwrap();
    (server, client)
}

/// hyper closes the connection behind an answer to a request whose body it has not read. The client sends on until all of its
/// body is sent, and then looks for the answer.
#[tokio::test(start_paused = true)]
async fn an_answer_before_the_end_of_a_body_is_not_lost_with_what_comes_of_it() {
    const BODY: usize = 6 << 20;
    for coding in ["content-length: 6291456", "transfer-encoding: chunked"] {
        let (mut server, mut client) =
            connection(format!("POST / HTTP/1.1\r\nhost: a\r\n{coding}\r\n\r\n").as_bytes()).await;
        let client = tokio::spawn(async move {
            let (mut rest, mut answer) = (vec![b'x'; BODY], Vec::new());
            rest[..8].copy_from_slice(b"5fffff\r\n");
            client.write_all(&rest).await.unwrap();
            client.read_to_end(&mut answer).await.unwrap();
            answer
        });
        server.write_all(b"HTTP/1.1 401 Unauthorized\r\n\r\n").await.unwrap();
        let began = Instant::now();
        server.shutdown().await.unwrap();
        assert_eq!(began.elapsed(), Duration::ZERO, "{coding}: the client has ended");
        assert_eq!(client.await.unwrap(), b"HTTP/1.1 401 Unauthorized\r\n\r\n", "{coding}");
    }
}

#[tokio::test(start_paused = true)]
async fn only_an_unread_body_is_waited_for_and_with_bounds() {
    for (request, waits) in [
        ("GET / HTTP/1.1\r\nhost: a\r\n\r\n", false),
        ("POST / HTTP/1.1\r\ncontent-length: 3\r\n\r\nabc", false),
        ("POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", false),
        ("POST / HTTP/1.1\r\ncontent-length: 3\r\n\r\nab", true),
        ("POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n", true),
        ("POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nno length\r\n", true),
    ] {
        let (mut server, _silent) = connection(request.as_bytes()).await;
        let began = Instant::now();
        server.shutdown().await.unwrap();
        let took = began.elapsed();
        assert_eq!((LONGEST..2 * LONGEST).contains(&took), waits, "{request:?} took {took:?}");
    }
    let (mut server, mut client) =
        connection(b"POST / HTTP/1.1\r\ncontent-length: 999999999999\r\n\r\n").await;
    let endless = tokio::spawn(async move {
        let (piece, mut sent) = (vec![b'x'; 1 << 16], 0);
        while client.write_all(&piece).await.is_ok() {
            sent += piece.len();
        }
        sent
    });
    server.shutdown().await.unwrap();
    drop(server);
    let sent = endless.await.unwrap();
    assert!((MOST..MOST + (1 << 18)).contains(&sent), "{sent} bytes were read");
}
