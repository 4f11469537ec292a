//! The two AWS protocols besides S3's own: JSON 1.1 (Glue, Athena) and Query (SNS, STS).

pub(crate) mod json;
pub(crate) mod query;

use axum::body::{Body, Bytes};
use bytes::BytesMut;
use futures::StreamExt;

/// So many bytes of a body that is too long are read and dropped: a client that writes all of its request before it reads
/// would not get the answer if the connection were closed meanwhile.
const MAX_DROPPED: usize = 64 * 1024 * 1024;

/// Why a body is not there as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unread {
    /// It is longer than it may be.
    TooLong,
    /// The client sent less than it had said, or something malformed.
    BrokenOff,
}

/// The body as a whole, of at most `limit` bytes.
pub(crate) async fn read_body(body: Body, limit: usize) -> Result<Bytes, Unread> {
    let mut chunks = body.into_data_stream();
    let (mut whole, mut read) = (BytesMut::new(), 0_usize);
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| if read > limit { Unread::TooLong } else { Unread::BrokenOff })?;
        read = read.saturating_add(chunk.len());
        if read <= limit {
            whole.extend_from_slice(&chunk);
            continue;
        }
        whole = BytesMut::new();
        if read - limit > MAX_DROPPED {
            break;
        }
    }
    if read > limit { Err(Unread::TooLong) } else { Ok(whole.freeze()) }
}
