//! A connection on which no refusal is without a body.
//!
//! What hyper cannot read as a request, such as a raw `>` in a URL, it refuses itself, with a status and nothing else: no
//! service gets to know of it. This puts a problem in the place of that head. (API Gateway hands a Lambda what hyper refuses,
//! and `handler` encodes it.)
//!
//! Nor is an answer lost that comes before the end of its request's body, such as 401 or 413: hyper closes the connection behind
//! it, and what has not been read of the body would reset it. So the rest is read for a while (`lingering`).

mod heads;
mod lingering;

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::{problem, request::MAX_URL};
use heads::{Fault, Heads};
use lingering::Lingering;

/// How many bytes the head of a request may have, on a server that answers by [`Worded`]: a URL, and more headers than AWS and
/// load balancers let through.
pub const HEAD_BYTES: usize = 64 << 10;

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
    next: NextHead,
    /// What is left to do for a client that may still be sending what nobody reads.
    lingering: Option<Lingering>,
}

/// Whether a part of a head is there, of what the server has read of a connection.
#[derive(Debug, Clone, Default)]
pub struct NextHead(Arc<AtomicBool>);

impl NextHead {
    /// Whether bytes have come behind the last whole head, and the body that belongs to it.
    pub fn has_begun(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl<S> Worded<S> {
    /// The stream, before its first byte.
    pub fn new(stream: S) -> Self {
        let (heads, next) = (Heads::default(), NextHead::default());
        Self { stream, pending: Vec::new(), heads, next, lingering: None }
    }

    /// Whether a head has begun, now and later on.
    pub fn next_head(&self) -> NextHead {
        self.next.clone()
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
        this.next.0.store(this.heads.is_within(), Ordering::Relaxed);
        read
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Worded<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.pending.is_empty() {
            match refusal(bytes, this.heads.fault()) {
                None => return Pin::new(&mut this.stream).poll_write(context, bytes),
                Some(refusal) => {
                    this.pending = refusal;
                    this.lingering = Some(Lingering::default());
                }
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

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.heads.is_in_body() {
            this.lingering.get_or_insert_default();
        }
        match &mut this.lingering {
            None => Pin::new(&mut this.stream).poll_shutdown(context),
            Some(lingering) => lingering.poll(Pin::new(&mut this.stream), context),
        }
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
    let mut body = serde_json::json!({
        "type": format!("urn:tributary:problem:{slug}"), "title": title, "status": status, "detail": detail,
    });
    if slug == too_long {
        body["maximum"] = MAX_URL.into();
    }
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
mod tests;
