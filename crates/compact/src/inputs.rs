//! Landing batches: which are to be consumed, and what is in them.

use std::{
    collections::HashSet,
    io::{BufRead, BufReader},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use domain::{
    Commit, DatasetName, Partition,
    batch::BatchName,
    commit::MAX_CONSUMED,
    key::{self, ParsedKey},
    port::{ObjectStore, StoreError},
    quarantine::Original,
};

/// One batch that has landed.
#[derive(Debug, Clone)]
pub(crate) struct Landed {
    pub(crate) batch: BatchName,
    /// As it is stored.
    pub(crate) bytes: u64,
    pub(crate) at: DateTime<Utc>,
}

/// The landing directory, seen after the head was read.
#[derive(Debug)]
pub(crate) struct Listing {
    /// Not consumed by the head, in order of name; no more than a commit can list.
    pub(crate) fresh: Vec<Landed>,
    /// Consumed by the head and still there.
    pub(crate) consumed: HashSet<BatchName>,
    /// Whether the head lists as many batches as a commit may, so that none of what landed can be taken.
    pub(crate) full: bool,
}

impl Listing {
    /// Bytes of what is fresh, as stored.
    pub(crate) fn fresh_bytes(&self) -> u64 {
        self.fresh.iter().map(|landed| landed.bytes).sum()
    }

    /// Whether nothing was left off for want of room in a commit.
    pub(crate) fn is_whole(&self) -> bool {
        self.fresh.len() + self.consumed.len() < MAX_CONSUMED
    }

    /// When the first of what is fresh landed.
    pub(crate) fn oldest(&self) -> Option<DateTime<Utc>> {
        self.fresh.iter().map(|landed| landed.at).min()
    }
}

pub(crate) async fn list<S: ObjectStore>(
    store: &S,
    dataset: &DatasetName,
    partition: &Partition,
    head: Option<&Commit>,
) -> Result<Listing, StoreError> {
    let objects = store.list_all(&key::landing_prefix(dataset, partition)).await?;
    let known: HashSet<&BatchName> =
        head.iter().flat_map(|head| &head.consumed).map(|entry| &entry.batch).collect();
    let mut listing = Listing { fresh: Vec::new(), consumed: HashSet::new(), full: false };
    for object in objects {
        match ParsedKey::parse(&object.key) {
            Ok(ParsedKey::Landing(_, found, batch)) if found == *partition => {
                if known.contains(&batch) {
                    listing.consumed.insert(batch);
                } else {
                    listing.fresh.push(Landed { batch, bytes: object.size, at: object.last_modified });
                }
            }
            // A daily partition's prefix is that of its day's hourly ones too.
            Ok(ParsedKey::Landing(_, found, _)) if found != *partition => {}
            _ => tracing::warn!(key = object.key, "an object in landing is not a batch; it is left alone"),
        }
    }
    let room = MAX_CONSUMED.saturating_sub(listing.consumed.len());
    listing.full = room == 0 && !listing.fresh.is_empty();
    listing.fresh.truncate(room);
    Ok(listing)
}

/// Something in a batch.
#[derive(Debug)]
pub(crate) enum Piece<'a> {
    /// A line that is not empty.
    Line(&'a [u8]),
    /// The object ends early: why, and the object itself.
    Damage(String, Original),
}

/// Unpacks a batch line by line, so that it is never in memory as a whole, and hands on each with its number.
/// Answers how many bytes it unpacked to.
pub(crate) fn unpack(packed: &Bytes, mut each: impl FnMut(usize, Piece<'_>)) -> u64 {
    let (mut line, mut bytes, mut number) = (Vec::new(), 0, 0);
    let mut failed = None;
    match zstd::Decoder::new(&packed[..]) {
        Err(error) => failed = Some(error),
        Ok(decoder) => {
            let mut reader = BufReader::new(decoder);
            loop {
                line.clear();
                match reader.read_until(b'\n', &mut line) {
                    Ok(0) => break,
                    Ok(read) => {
                        bytes += read as u64;
                        let text = line.strip_suffix(b"\n").unwrap_or(&line);
                        if !text.is_empty() {
                            each(number, Piece::Line(text));
                        }
                        number += 1;
                    }
                    // The line may be cut in the middle: it is in the object, which is kept.
                    Err(error) => {
                        failed = Some(error);
                        break;
                    }
                }
            }
        }
    }
    // What was unpacked before the damage is good line by line; the object itself is kept whole beside it.
    if let Some(error) = failed {
        let reason = format!("the landing object cannot be unpacked: {error}");
        each(number, Piece::Damage(reason, Original::Base64(STANDARD.encode(packed))));
    }
    bytes
}
