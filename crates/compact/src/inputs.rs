//! Landing batches: which are to be consumed, and what is in them.

use std::{collections::HashSet, io::Read};

use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{
    Commit, DatasetName, Partition,
    batch::BatchName,
    commit::MAX_CONSUMED,
    key::{self, ParsedKey},
    port::{ObjectStore, StoreError},
    quarantine::Original,
};
use futures::future::try_join_all;

/// How many landing objects are read at the same time.
const READS: usize = 16;

/// The landing directory, seen after the head was read.
#[derive(Debug)]
pub(crate) struct Listing {
    /// Not consumed by the head, in order of name.
    pub(crate) fresh: Vec<BatchName>,
    /// Consumed by the head and still there.
    pub(crate) consumed: HashSet<BatchName>,
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
    let mut listing = Listing { fresh: Vec::new(), consumed: HashSet::new() };
    for object in &objects {
        match ParsedKey::parse(&object.key) {
            Ok(ParsedKey::Landing(_, found, batch)) if found == *partition => {
                if known.contains(&batch) {
                    listing.consumed.insert(batch);
                } else {
                    listing.fresh.push(batch);
                }
            }
            // An hourly partition's prefix below a daily one's cannot occur; anything else is a stranger's.
            _ => tracing::warn!(key = object.key, "an object in landing is not a batch; it is left alone"),
        }
    }
    Ok(listing)
}

/// One batch, unpacked as far as it can be.
#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) batch: BatchName,
    pub(crate) text: Vec<u8>,
    /// Why the object ends early, and what of it could not be unpacked.
    pub(crate) damage: Option<(String, Original)>,
}

/// Reads batches from the front of `fresh`, some at a time, until the budget is used up. `NotFound` means that
/// another run consumed and cleaned one of them: this run is stale.
pub(crate) async fn read<S: ObjectStore>(
    store: &S,
    dataset: &DatasetName,
    partition: &Partition,
    listing: &Listing,
    budget: u64,
) -> Result<Vec<Input>, StoreError> {
    let room = MAX_CONSUMED.saturating_sub(listing.consumed.len());
    let (mut inputs, mut bytes) = (Vec::new(), 0);
    let fresh = &listing.fresh[..listing.fresh.len().min(room)];
    for batches in fresh.chunks(READS) {
        let reads: Vec<_> = batches.iter().map(|batch| read_one(store, dataset, partition, batch)).collect();
        for input in try_join_all(reads).await? {
            bytes += input.text.len() as u64;
            inputs.push(input);
        }
        if bytes >= budget {
            break;
        }
    }
    Ok(inputs)
}

async fn read_one<S: ObjectStore>(
    store: &S,
    dataset: &DatasetName,
    partition: &Partition,
    batch: &BatchName,
) -> Result<Input, StoreError> {
    let packed = store.get(&key::landing(dataset, partition, batch)).await?;
    Ok(unpack(batch.clone(), &packed))
}

fn unpack(batch: BatchName, packed: &[u8]) -> Input {
    let mut text = Vec::new();
    let result = zstd::Decoder::new(packed).and_then(|mut decoder| decoder.read_to_end(&mut text));
    // What was unpacked before the damage is good line by line; the object itself is kept whole beside it.
    let damage = result.err().map(|error| {
        (format!("the landing object cannot be unpacked: {error}"), Original::Base64(STANDARD.encode(packed)))
    });
    if damage.is_some() {
        // The last line may be cut in the middle: it is in the kept object.
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        text.truncate(whole);
    }
    Input { batch, text, damage }
}
