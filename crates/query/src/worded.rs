//! A connection on which no refusal is without a body.
//!
//! What hyper cannot read as a request, such as a raw `>` in a URL, it refuses itself, with a status and nothing else: no
//! service gets to know of it. This puts a problem in the place of that head. (API Gateway hands a Lambda what hyper refuses,
//! and `handler` encodes it.)

mod heads;

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::problem;
use heads::{Fault, Heads};

/// The longest head of hyper's own; those of the API have more headers.
const LONGEST: usize = 256;

/// The status lines in the place of a 431 that is about no headers.
const BAD_REQUEST: &str = "HTTP/1.1 400 Bad Request";
const URI_TOO_LONG: &str = "HTTP/1.1 414 URI Too Long";

/// A stream of a server's, whose writes are hyper's.
#[derive(Debug)]
pub struct Worded<S> {
    stream: S,
    /// What is not written yet of a refusal.
    pending: Vec<u8>,
    heads: Heads,
}

impl<S> Worded<S> {
    /// The stream, before its first byte.
    pub fn new(stream: S) -> Self {
        Self { stream, pending: Vec::new(), heads: Heads::default() }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Worded<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let (this, before) = (self.get_mut(), buffer.filled().len());
        let read = Pin::new(&mut this.stream).poll_read(context, buffer);
        this.heads.note(&buffer.filled()[before..]);
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Worded<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.pending.is_empty() {
            match refusal(bytes, this.heads.fault()) {
                None => return Pin::new(&mut this.stream).poll_write(context, bytes),
                Some(refusal) => this.pending = refusal,
            }
        }
        while !this.pending.is_empty() {
            let written = ready!(Pin::new(&mut this.stream).poll_write(context, &this.pending))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            this.pending.drain(..written);
        }
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let mut filled = slices.iter().filter(|slice| !slice.is_empty());
        match (filled.next(), filled.next()) {
            (Some(only), None) => self.poll_write(context, only),
            _ => Pin::new(&mut self.stream).poll_write_vectored(context, slices),
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// The whole answer, if this is the head of a refusal of hyper's own. `fault` is what is wrong with the last head from the client,
/// as far as the status does not say it.
fn refusal(head: &[u8], fault: Option<Fault>) -> Option<Vec<u8>> {
    if head.len() > LONGEST {
        return None;
    }
    let head = std::str::from_utf8(head).ok()?.strip_suffix("\r\n\r\n")?;
    let mut lines = head.split("\r\n");
    let line = lines.next().filter(|line| line.starts_with("HTTP/1."))?;
    let (malformed, unreadable) = ("malformed-request", "The request cannot be read");
    let (too_long, title) = ("uri-too-long", "The URL is too long");
    let (line, slug, title, detail) = match (line.split(' ').nth(1)?, fault) {
        ("400" | "431", Some(Fault::Length)) => (
            BAD_REQUEST,
            malformed,
            unreadable,
            "Content-Length must be the length of the body: one number in digits, given once",
        ),
        ("400", Some(Fault::Coding)) => (
            line,
            malformed,
            unreadable,
            "Transfer-Encoding must end with chunked, in a request of HTTP/1.1: else nothing says where the body ends",
        ),
        ("400", _) => (
            line,
            malformed,
            unreadable,
            "the request line or a header has a character that may not stand there: in a URL, write %3E for >, %3C for <, %22 \
             for \" and %20 for a space",
        ),
        ("431", Some(Fault::Line)) => (URI_TOO_LONG, too_long, title, "the URL is too long"),
        ("414", _) => (line, too_long, title, "the URL is too long"),
        ("431", _) => (line, malformed, unreadable, "the headers are too long or too many"),
        _ => return None,
    };
    let (mut is_empty, mut own) = (false, true);
    for header in lines.map(str::to_ascii_lowercase) {
        is_empty |= header == "content-length: 0";
        own &= ["content-length: ", "connection: ", "date: "].iter().any(|name| header.starts_with(name));
    }
    if !is_empty || !own {
        return None;
    }
    let status: u16 = line.split(' ').nth(1)?.parse().ok()?;
    let body = serde_json::json!({
        "type": format!("urn:tributary:problem:{slug}"), "title": title, "status": status, "detail": detail,
    });
    let body = body.to_string();
    let answer = format!(
        "{line}\r\ncontent-type: {}\r\ncontent-length: {}\r\ncache-control: no-store\r\nx-content-type-options: \
         nosniff\r\nconnection: close\r\n\r\n{body}",
        problem::CONTENT_TYPE,
        body.len()
    );
    Some(answer.into_bytes())
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use super::*;

    /// Takes a few bytes at a time, and pauses between.
    #[derive(Default)]
    struct Slow {
        taken: Vec<u8>,
        pauses: bool,
    }

    impl AsyncWrite for Slow {
        fn poll_write(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            bytes: &[u8],
        ) -> Poll<io::Result<usize>> {
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
}
