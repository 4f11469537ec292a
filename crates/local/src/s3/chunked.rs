//! The `aws-chunked` coding: chunks with their sizes (and signatures, which nobody can check here), a last
//! chunk of size 0, and trailers.

use axum::body::{Body, BodyDataStream};
use bytes::{Buf, Bytes, BytesMut};
use futures::{StreamExt, stream};

use super::integrity::Trailers;

/// The longest line of sizes, signatures or trailers.
const MAX_LINE: usize = 8 * 1024;
/// More trailers than any client sends.
const MAX_TRAILERS: usize = 32;

#[derive(Debug, thiserror::Error)]
pub(super) enum ChunkedError {
    #[error("the aws-chunked body is malformed: {0}")]
    Malformed(&'static str),
    #[error("the connection broke off")]
    Broken(#[source] axum::Error),
}

/// The body without its coding. It ends in an error unless it has exactly `length` bytes; its trailers are in
/// `trailers` once it has ended.
pub(super) fn decode(body: Body, length: u64, trailers: Trailers) -> Body {
    let decoder = Decoder {
        source: body.into_data_stream(),
        buffer: BytesMut::new(),
        chunk: 0,
        left: length,
        trailers,
    };
    Body::from_stream(stream::try_unfold(decoder, |mut decoder| async move {
        let bytes = decoder.next().await?;
        Ok::<_, ChunkedError>(bytes.map(|bytes| (bytes, decoder)))
    }))
}

struct Decoder {
    source: BodyDataStream,
    buffer: BytesMut,
    /// What is missing of the chunk being read.
    chunk: u64,
    /// What is missing of the whole.
    left: u64,
    trailers: Trailers,
}

impl Decoder {
    async fn next(&mut self) -> Result<Option<Bytes>, ChunkedError> {
        if self.chunk == 0 && !self.begin_chunk().await? {
            return Ok(None);
        }
        while self.buffer.is_empty() {
            self.fill().await?;
        }
        let take = usize::try_from(self.chunk).unwrap_or(usize::MAX).min(self.buffer.len());
        let bytes = self.buffer.split_to(take).freeze();
        self.chunk -= bytes.len() as u64;
        if self.chunk == 0 && !self.line().await?.is_empty() {
            return Err(ChunkedError::Malformed("a chunk is longer than its size"));
        }
        Ok(Some(bytes))
    }

    /// Reads the next chunk's size; `false` when that was the last one and the trailers are read.
    async fn begin_chunk(&mut self) -> Result<bool, ChunkedError> {
        let line = self.line().await?;
        let size = line.split(';').next().unwrap_or_default().trim();
        let size = u64::from_str_radix(size, 16)
            .map_err(|_| ChunkedError::Malformed("a chunk size is not a number"))?;
        if size > self.left {
            return Err(ChunkedError::Malformed("it is longer than x-amz-decoded-content-length"));
        }
        if size == 0 {
            if self.left > 0 {
                return Err(ChunkedError::Malformed("it is shorter than x-amz-decoded-content-length"));
            }
            self.read_trailers().await?;
            return Ok(false);
        }
        self.chunk = size;
        self.left -= size;
        Ok(true)
    }

    async fn read_trailers(&mut self) -> Result<(), ChunkedError> {
        for _ in 0..MAX_TRAILERS {
            // Some clients leave out the empty line at the very end.
            if self.buffer.is_empty() && !self.fill_or_end().await? {
                return Ok(());
            }
            let line = self.line().await?;
            if line.is_empty() {
                return Ok(());
            }
            let (name, value) =
                line.split_once(':').ok_or(ChunkedError::Malformed("a trailer has no colon"))?;
            let mut trailers = self.trailers.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            trailers.insert(name.trim().to_ascii_lowercase(), value.trim().to_owned());
        }
        Err(ChunkedError::Malformed("it has too many trailers"))
    }

    /// One line without its end.
    async fn line(&mut self) -> Result<String, ChunkedError> {
        let mut searched = 0;
        loop {
            if let Some(end) = self.buffer[searched..].iter().position(|byte| *byte == b'\n') {
                let line = self.buffer.split_to(searched + end);
                self.buffer.advance(1);
                let line = line.strip_suffix(b"\r").unwrap_or(&line);
                return String::from_utf8(line.to_vec())
                    .map_err(|_| ChunkedError::Malformed("a line is not text"));
            }
            if self.buffer.len() > MAX_LINE {
                return Err(ChunkedError::Malformed("a line is too long"));
            }
            searched = self.buffer.len();
            self.fill().await?;
        }
    }

    async fn fill(&mut self) -> Result<(), ChunkedError> {
        if self.fill_or_end().await? { Ok(()) } else { Err(ChunkedError::Malformed("it ends too early")) }
    }

    async fn fill_or_end(&mut self) -> Result<bool, ChunkedError> {
        match self.source.next().await {
            Some(Ok(bytes)) => {
                self.buffer.extend_from_slice(&bytes);
                Ok(true)
            }
            Some(Err(error)) => Err(ChunkedError::Broken(error)),
            None => Ok(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{convert::Infallible, sync::Arc};

    use axum::body::{Body, to_bytes};
    use futures::stream;

    use super::{Trailers, decode};

    async fn decoded(wire: &[u8], length: u64, step: usize) -> (Option<Vec<u8>>, Trailers) {
        let pieces: Vec<_> = wire.chunks(step).map(|piece| Ok::<_, Infallible>(piece.to_vec())).collect();
        let trailers: Trailers = Arc::default();
        let body = decode(Body::from_stream(stream::iter(pieces)), length, trailers.clone());
        (to_bytes(body, 1 << 20).await.ok().map(|bytes| bytes.to_vec()), trailers)
    }

    const SIGNED: &[u8] =
        b"5;chunk-signature=ab\r\nhello\r\n3;chunk-signature=cd\r\n\r\nx\r\n0;chunk-signature=ef\r\n\
          x-amz-checksum-crc32:AAAA==\r\nx-amz-trailer-signature:12\r\n\r\n";

    #[tokio::test]
    async fn chunks_and_trailers_wherever_they_are_cut() {
        for step in 1..SIGNED.len() {
            let (body, trailers) = decoded(SIGNED, 8, step).await;
            assert_eq!(body.as_deref(), Some(&b"hello\r\nx"[..]), "step {step}");
            assert_eq!(trailers.lock().unwrap().get("x-amz-checksum-crc32").unwrap(), "AAAA==");
        }
    }

    #[tokio::test]
    async fn what_is_malformed_is_an_error() {
        for (wire, length) in [
            (&b"5\r\nhel"[..], 5),
            (b"5\r\nhelloX\r\n0\r\n\r\n", 5),
            (b"zz\r\n", 5),
            (b"ffffffffffffffffff\r\n", 5),
            (b"5\r\nhello\r\n0\r\n\r\n", 6),
            (b"5\r\nhello\r\n0\r\n\r\n", 4),
            (b"", 0),
            (b"0\r\nno colon\r\n", 0),
        ] {
            assert_eq!(decoded(wire, length, 3).await.0, None, "{}", String::from_utf8_lossy(wire));
        }
        assert_eq!(decoded(b"0\r\n", 0, 3).await.0, Some(vec![]));
    }
}
