//! The end of a connection whose client may still be sending.
//!
//! A server that closes a connection with bytes unread has the system reset it, and a reset takes from the client what it has not
//! read of the answer: RFC 9112, 9.6. So a refusal of a head that is too long would be lost, and so would an answer that comes
//! before the end of a long body: most clients read no answer before they have sent all of it.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep_until},
};

/// How long the rest of a request is read whose answer is sent.
pub(super) const LONGEST: Duration = Duration::from_secs(1);

/// How many bytes of it.
pub(super) const MOST: usize = 64 << 20;

/// How many bytes are read at a time.
const PIECE: usize = 8 << 10;

/// Says that nothing more is sent, then reads on and drops what comes, until the client ends or a bound is reached.
#[derive(Debug, Default)]
pub(super) struct Lingering {
    /// Until when. `None` until the client is told.
    until: Option<Pin<Box<Sleep>>>,
    bytes: usize,
}

impl Lingering {
    pub(super) fn poll<S: AsyncRead + AsyncWrite>(
        &mut self,
        mut stream: Pin<&mut S>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        if self.until.is_none() {
            ready!(stream.as_mut().poll_shutdown(context))?;
        }
        let until = self.until.get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + LONGEST)));
        let mut piece = [0; PIECE];
        while self.bytes < MOST && until.as_mut().poll(context).is_pending() {
            let mut buffer = ReadBuf::new(&mut piece);
            // Whatever ends it, the connection is over.
            match ready!(stream.as_mut().poll_read(context, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => self.bytes += buffer.filled().len(),
                _ => break,
            }
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

    use super::*;

    /// How long it lingers, with a client on the other side.
    async fn lingers(mut stream: DuplexStream) -> Duration {
        let (began, mut lingering) = (Instant::now(), Lingering::default());
        std::future::poll_fn(|context| lingering.poll(Pin::new(&mut stream), context)).await.unwrap();
        began.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn it_reads_until_the_client_ends() {
        let (mut client, server) = tokio::io::duplex(64);
        let client = tokio::spawn(async move {
            let told = client.read(&mut [0]).await.unwrap();
            client.write_all(&[b'x'; 100_000]).await.unwrap();
            told
        });
        assert_eq!(lingers(server).await, Duration::ZERO);
        assert_eq!(client.await.unwrap(), 0, "the client learns that nothing more comes");
    }

    #[tokio::test(start_paused = true)]
    async fn it_has_bounds() {
        let (silent, server) = tokio::io::duplex(64);
        assert!((LONGEST..2 * LONGEST).contains(&lingers(server).await));
        drop(silent);
        let (mut client, server) = tokio::io::duplex(1 << 16);
        let endless = tokio::spawn(async move { while client.write_all(&[b'x'; 1 << 16]).await.is_ok() {} });
        assert_eq!(lingers(server).await, Duration::ZERO, "there is a bound on the bytes");
        endless.await.unwrap();
    }
}
