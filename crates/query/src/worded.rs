//! A connection on which no refusal is without a body.
//!
//! What hyper cannot read as a request, such as a raw `>` in a URL, it refuses itself, with a status and nothing else: no
//! service gets to know of it. This puts a problem in the place of that head. (API Gateway hands a Lambda what hyper refuses,
//! and `handler` encodes it.)

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::problem;

/// The longest head of hyper's own; those of the API have more headers.
const LONGEST: usize = 256;

/// A stream of a server's, whose writes are hyper's.
#[derive(Debug)]
pub struct Worded<S> {
    stream: S,
    /// What is not written yet of a refusal.
    pending: Vec<u8>,
}

impl<S> Worded<S> {
    /// The stream, before its first byte.
    pub fn new(stream: S) -> Self {
        Self { stream, pending: Vec::new() }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Worded<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Worded<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.pending.is_empty() {
            match refusal(bytes) {
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

/// The whole answer, if this is the head of a refusal of hyper's own.
fn refusal(head: &[u8]) -> Option<Vec<u8>> {
    if head.len() > LONGEST {
        return None;
    }
    let head = std::str::from_utf8(head).ok()?.strip_suffix("\r\n\r\n")?;
    let mut lines = head.split("\r\n");
    let line = lines.next().filter(|line| line.starts_with("HTTP/1."))?;
    let (slug, title, detail) = match line.split(' ').nth(1)? {
        "400" => (
            "malformed-request",
            "The request cannot be read",
            "the request line or a header has a character that may not stand there: in a URL, write %3E for >, %3C for <, %22 \
             for \" and %20 for a space",
        ),
        "414" => ("uri-too-long", "The URL is too long", "the URL is too long"),
        "431" => ("malformed-request", "The request cannot be read", "the headers are too long or too many"),
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
