//! The bytes of a connection, written no slower than a pace. A client that takes its answer byte by byte would keep the answer
//! in memory, and its connection, as long as it likes.

use std::{
    io::{self, ErrorKind, IoSlice},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use domain::pace::{Pace, Patience};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Instant, Sleep, sleep_until},
};

use crate::{sending::Sending, used::Used};

/// How slowly a client may take an answer. The longest answer of usual settings, 4 MiB, takes nine minutes then.
pub(crate) const PACE: Pace = Pace { longest: Duration::from_secs(60), rate: 8_192 };

/// How many bytes of an answer the system may keep back while the client takes none. Without a bound it takes megabytes, so a
/// client that reads nothing is seen late, and one that reads looks for seconds as if it did not. What is on its way to the
/// client does not count, so a long way makes no answer slower.
#[cfg(target_os = "linux")]
const UNSENT_BY_THE_SYSTEM: u32 = 16 << 10;

/// Sets what the server wants of a connection.
pub(crate) fn prepare(stream: &TcpStream) {
    // An answer in two writes does not wait for the client's acknowledgement of the first.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(error = domain::chain(&error), "a connection keeps Nagle's algorithm");
    }
    #[cfg(target_os = "linux")]
    if let Err(error) = socket2::SockRef::from(stream).set_tcp_notsent_lowat(UNSENT_BY_THE_SYSTEM) {
        tracing::debug!(error = domain::chain(&error), "a connection keeps the system's buffer");
    }
}

/// A stream whose writes fail with [`ErrorKind::TimedOut`] once its client was waited for too long. It tells what its connection
/// is used for of every byte that comes.
#[derive(Debug)]
pub(crate) struct Paced {
    stream: TcpStream,
    patience: Patience,
    /// Since when the client takes nothing, and until when it may.
    blocked: Option<(Instant, Pin<Box<Sleep>>)>,
    sending: Arc<Sending>,
    used: Arc<Used>,
}

impl Paced {
    pub(crate) fn new(stream: TcpStream, pace: Pace, used: Arc<Used>) -> Self {
        Self { stream, patience: Patience::new(pace), blocked: None, sending: Arc::default(), used }
    }

    /// Whether a part of an answer waits for the client to take it.
    pub(crate) fn sending(&self) -> Arc<Sending> {
        Arc::clone(&self.sending)
    }

    /// What became of a write: one that has to wait fails when it may not wait any longer.
    fn paced(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        match written {
            Poll::Pending => {
                let left = self.patience.left();
                let (since, until) = self.blocked.get_or_insert_with(|| {
                    let now = Instant::now();
                    (now, Box::pin(sleep_until(now + left)))
                });
                self.sending.waits(*since);
                ready!(until.as_mut().poll(context));
                Poll::Ready(Err(io::Error::new(
                    ErrorKind::TimedOut,
                    "the client takes its answer too slowly",
                )))
            }
            Poll::Ready(Ok(bytes)) => {
                self.sending.went_on(bytes as u64);
                let waited = self.blocked.take().map(|(since, _)| since.elapsed());
                self.patience.went_on(waited.unwrap_or_default(), bytes as u64);
                Poll::Ready(Ok(bytes))
            }
            Poll::Ready(Err(error)) => {
                self.sending.went_on(0);
                Poll::Ready(Err(error))
            }
        }
    }
}

impl AsyncRead for Paced {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.used.has_read();
        }
        read
    }
}

impl AsyncWrite for Paced {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.paced(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.paced(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// A socket holds nothing back.
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests;
