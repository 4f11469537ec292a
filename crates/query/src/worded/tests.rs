use std::task::Waker;

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
