//! Reading an object: conditions, ranges, and its bytes piece by piece.

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    ops,
};

use bytes::Bytes;
use futures::stream;
use s3s::{
    Body, S3Result,
    dto::{ETag, ETagCondition, Range, StreamingBlob, Timestamp},
    s3_error,
};

use super::error::{StoreError, blocking};

/// What is read at once; smaller objects are read whole while they are opened.
pub(super) const PIECE: u64 = 512 * 1024;

/// The conditions of a GET or HEAD.
#[derive(Debug, Default)]
pub(super) struct ReadConditions {
    pub(super) matches: Option<ETagCondition>,
    pub(super) none_match: Option<ETagCondition>,
    pub(super) modified_since: Option<Timestamp>,
    pub(super) unmodified_since: Option<Timestamp>,
}

impl ReadConditions {
    /// The order of RFC 9110: an ETag condition makes the date beside it moot.
    pub(super) fn check(&self, etag: &str, modified: &Timestamp) -> S3Result<()> {
        let etag = ETag::Strong(etag.to_owned());
        let holds = |condition: &ETagCondition| match condition {
            ETagCondition::Any => true,
            ETagCondition::ETag(wanted) => wanted.weak_cmp(&etag),
        };
        let failed = match (&self.matches, &self.unmodified_since) {
            (Some(condition), _) => !holds(condition),
            (None, Some(since)) => seconds(modified) > seconds(since),
            (None, None) => false,
        };
        if failed {
            return Err(StoreError::Precondition.into());
        }
        let unchanged = match (&self.none_match, &self.modified_since) {
            (Some(condition), _) => holds(condition),
            (None, Some(since)) => seconds(modified) <= seconds(since),
            (None, None) => false,
        };
        if unchanged { Err(s3_error!(NotModified)) } else { Ok(()) }
    }
}

/// HTTP dates have whole seconds; so has the comparison.
fn seconds(time: &Timestamp) -> String {
    let mut text = Vec::new();
    let _ = time.format(s3s::dto::TimestampFormat::DateTime, &mut text);
    String::from_utf8_lossy(&text).chars().take(19).collect()
}

/// The bytes that a range means in an object of this size, and whether they are a part of it. The last bytes of an
/// empty object are the whole of it: there is no position that a part could name.
pub(super) fn resolve(range: Option<&Range>, size: u64) -> S3Result<(ops::Range<u64>, bool)> {
    match range {
        None => Ok((0..size, false)),
        Some(Range::Suffix { length }) if size == 0 && *length > 0 => Ok((0..0, false)),
        Some(range) => Ok((range.check(size)?, true)),
    }
}

/// The bytes of one range, at once.
pub(super) fn read_at(file: &mut File, range: &ops::Range<u64>) -> Result<Bytes, StoreError> {
    file.seek(SeekFrom::Start(range.start))?;
    let length = range.end.saturating_sub(range.start);
    let mut buffer = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    file.take(length).read_to_end(&mut buffer)?;
    Ok(buffer.into())
}

/// The bytes of the range as a body that reads as it is read.
pub(super) fn body(file: File, range: ops::Range<u64>) -> StreamingBlob {
    StreamingBlob::wrap(stream::try_unfold((file, range), |(mut file, range)| async move {
        if range.is_empty() {
            return Ok(None);
        }
        blocking::<_, StoreError, _>(move || {
            let piece = range.start..range.end.min(range.start + PIECE);
            let bytes = read_at(&mut file, &piece)?;
            if bytes.is_empty() {
                return Ok(None);
            }
            let next = range.start + bytes.len() as u64;
            Ok(Some((bytes, (file, next..range.end))))
        })
        .await
    }))
}

/// A body that is in memory already.
pub(super) fn whole(bytes: Bytes) -> StreamingBlob {
    StreamingBlob::from(Body::from(bytes))
}
