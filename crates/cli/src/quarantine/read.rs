//! What is in quarantine objects: many are fetched at the same time, one line at a time is unpacked.

use std::io::{BufRead, BufReader, Read};

use bytes::Bytes;
use domain::{
    port::{ObjectStore, StoreError},
    quarantine::{MAX_LINE, Rejected},
};
use futures::{Stream, StreamExt, stream};

use super::find::Found;

/// How many objects are fetched at the same time: packed, each is at most what a Lambda takes at once.
const READS: usize = 16;

/// Fetches the objects, in their order. One that is gone meanwhile (it was replayed) is `None`.
pub(crate) fn bodies<S: ObjectStore>(
    store: &S,
    objects: &[Found],
) -> impl Stream<Item = Result<(Found, Option<Bytes>), StoreError>> {
    let reads = objects.iter().cloned().map(move |found| async move {
        match store.get(&found.key.to_string()).await {
            Ok(body) => Ok((found, Some(body))),
            Err(StoreError::NotFound { .. }) => Ok((found, None)),
            Err(error) => Err(error),
        }
    });
    stream::iter(reads).buffered(READS)
}

/// Why an object, or a line of it, cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Damage {
    /// It ends early, or never was what it should be. Lines before are good.
    #[error("it cannot be unpacked: {0}")]
    Packed(#[from] std::io::Error),
    /// A line. The others are good.
    #[error("line {line} is not a refused event: {source}")]
    Line { line: usize, source: serde_json::Error },
    /// A line that nobody wrote who writes here. Nothing is read behind it.
    #[error("line {line} is not a refused event: it is longer than {most} bytes")]
    TooLong { line: usize, most: usize },
}

/// The lines of an object.
pub(crate) fn lines(body: &[u8]) -> impl Iterator<Item = Result<Rejected, Damage>> {
    lines_up_to(body, MAX_LINE)
}

/// The same, none of more than `most` bytes.
fn lines_up_to(body: &[u8], most: usize) -> impl Iterator<Item = Result<Rejected, Damage>> {
    let limit = (most as u64).saturating_add(1);
    let mut reader = zstd::Decoder::with_buffer(body).map(BufReader::new);
    let (mut text, mut number, mut ended) = (Vec::new(), 0, false);
    std::iter::from_fn(move || {
        if ended {
            return None;
        }
        text.clear();
        let read = match &mut reader {
            Ok(reader) => reader.by_ref().take(limit).read_until(b'\n', &mut text),
            Err(error) => Err(std::io::Error::new(error.kind(), error.to_string())),
        };
        number += 1;
        match read {
            Ok(0) => None,
            Ok(_) if text.trim_ascii_end().len() > most => {
                ended = true;
                Some(Err(Damage::TooLong { line: number, most }))
            }
            Ok(_) => {
                Some(serde_json::from_slice(&text).map_err(|source| Damage::Line { line: number, source }))
            }
            Err(error) => {
                ended = true;
                Some(Err(error.into()))
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"{"message_id":"m","position":0,"dataset":null,"reason":"r","at":"2026-11-23T10:05:00Z","text":"t"}"#;

    fn read(text: &str, cut: usize) -> Vec<Result<String, String>> {
        let mut packed = zstd::encode_all(text.as_bytes(), 3).unwrap();
        packed.truncate(packed.len() - cut);
        let shown = |line: Result<Rejected, Damage>| match line {
            Ok(rejected) => Ok(rejected.reason),
            Err(damage) => Err(damage.to_string()),
        };
        lines(&packed).map(shown).collect()
    }

    #[test]
    fn good_lines_are_read_around_a_bad_one() {
        let found = read(&format!("{LINE}\n{{}}\n{LINE}\n"), 0);
        let [Ok(_), Err(bad), Ok(_)] = found.as_slice() else { panic!("{found:?}") };
        assert!(bad.starts_with("line 2 is not a refused event"), "{bad}");
    }

    /// A few bytes of zstd may hold a line of many GB.
    #[test]
    fn a_line_that_is_too_long_is_the_last_one() {
        let text = format!("{LINE}\n{LINE}{}\n{LINE}\n", "x".repeat(1 << 20));
        let packed = zstd::encode_all(text.as_bytes(), 3).unwrap();
        let found: Vec<_> = lines_up_to(&packed, LINE.len()).collect();
        let most = LINE.len();
        let [Ok(_), Err(Damage::TooLong { line: 2, most: found })] = found.as_slice() else {
            panic!("{found:?}")
        };
        assert_eq!(*found, most);
        assert_eq!(lines_up_to(&packed, 2 << 20).count(), 3);
    }

    #[test]
    fn an_object_that_breaks_off_is_damaged_once() {
        for found in [read(LINE, 20), read(LINE, 3)] {
            let [Err(damage)] = found.as_slice() else { panic!("{found:?}") };
            assert!(damage.starts_with("it cannot be unpacked"), "{damage}");
        }
        let not_zstd: Vec<_> = lines(b"not zstd").collect();
        assert!(matches!(not_zstd.as_slice(), [Err(Damage::Packed(_))]), "{not_zstd:?}");
        assert_eq!(read("", 0).len(), 0);
    }
}
