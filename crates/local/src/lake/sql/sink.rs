//! Where a query's text goes, piece by piece.

use std::io::{self, Write};

use bytes::Bytes;
use tokio::{
    sync::mpsc::{Sender, error::TrySendError},
    task::block_in_place,
};

use super::running::Chunk;
use crate::RunChunk;

/// Hands over each piece as it is written. Whoever writes waits while the last one is not taken, and fails once nobody
/// takes any. It may wait on threads of a runtime that has several only.
pub(super) struct Sink(Sender<Chunk>);

impl Sink {
    pub(super) fn new(chunks: Sender<Chunk>) -> Self {
        Self(chunks)
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let piece = RunChunk { bytes: Bytes::copy_from_slice(bytes), rows: 0, partition: None };
        let is_taken = match self.0.try_send(Ok(piece)) {
            Ok(()) => true,
            // The other tasks of this thread go on on another one.
            Err(TrySendError::Full(piece)) => block_in_place(|| self.0.blocking_send(piece)).is_ok(),
            Err(TrySendError::Closed(_)) => false,
        };
        if is_taken { Ok(bytes.len()) } else { Err(io::ErrorKind::BrokenPipe.into()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc::channel;

    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn pieces_wait_for_room_and_come_in_order() {
        let (send, mut chunks) = channel(1);
        let writer = tokio::spawn(async move {
            let mut sink = Sink::new(send);
            for n in 0..100_u8 {
                sink.write_all(&[n]).unwrap();
            }
        });
        for n in 0..100_u8 {
            assert_eq!(chunks.recv().await.unwrap().unwrap().bytes[..], [n]);
        }
        assert!(chunks.recv().await.is_none());
        writer.await.unwrap();
    }

    /// Also where it waits.
    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn who_writes_fails_once_nobody_reads() {
        let (send, mut chunks) = channel(1);
        let writer = tokio::spawn(async move {
            let mut sink = Sink::new(send);
            let mut written = 0;
            loop {
                match sink.write_all(b"piece") {
                    Ok(()) => written += 1,
                    Err(error) => return (written, error.kind()),
                }
            }
        });
        for _ in 0..3 {
            chunks.recv().await.unwrap().unwrap();
        }
        drop(chunks);
        let (written, error) = writer.await.unwrap();
        assert!((3..=4).contains(&written), "{written} pieces were taken");
        assert_eq!(error, io::ErrorKind::BrokenPipe);
    }
}
