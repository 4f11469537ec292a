//! Landing objects that may take more memory than `compact` has for one: they stop their partition.

use std::io::{BufRead, BufReader, Read};

use domain::{
    Dataset,
    event::{self, Event},
    key,
    landing::Line,
    port::{Catalog, Clock, ObjectStore},
    value::{MOST_LANDED, Room},
};

use super::{examiner::Examiner, listing::Landed, partition::Place};

/// How many objects of a partition are looked into, the oldest ones.
const MOST: usize = 16;

/// Bytes of an object that is looked into, as it is stored. What `ingest` writes has fewer.
const MOST_PACKED: u64 = 64 << 20;

/// Bytes of the lines that are looked at.
const MOST_UNPACKED: u64 = 256 << 20;

impl<S: ObjectStore, C: Catalog, K: Clock> Examiner<'_, S, C, K> {
    /// The first of these objects whose rows have more places in columns than those of an object that `ingest` writes
    /// ever have, and how many; or whose size alone says so. What cannot be read is not judged.
    pub(super) async fn heavy(&self, place: &Place<'_>, landed: &[&Landed]) -> Option<String> {
        let dataset = &place.accepted?.dataset;
        for Landed { batch, bytes, .. } in landed.iter().take(MOST) {
            let key = key::landing(&place.dataset, &place.partition, batch);
            if *bytes > MOST_PACKED {
                return Some(format!("{key} is stored in {bytes} bytes"));
            }
            let Ok(packed) = self.store.get(&key).await else { continue };
            let places = places(dataset, &packed);
            if places > MOST_LANDED {
                return Some(format!("the rows of {key} have more than {MOST_LANDED} places in columns"));
            }
        }
        None
    }
}

/// How many places the rows have in the columns of the dataset: with those of values within them, and those that are
/// null. It stops counting beyond [`MOST_LANDED`].
fn places(dataset: &Dataset, packed: &[u8]) -> usize {
    let Ok(reader) = zstd::Decoder::with_buffer(packed) else { return 0 };
    let lines = BufReader::new(reader.take(MOST_UNPACKED)).lines();
    let mut places = 0;
    for line in lines.map_while(Result::ok) {
        places += places_of(dataset, &line).unwrap_or_default();
        if places > MOST_LANDED {
            break;
        }
    }
    places
}

/// The same of one line. `None` if it is none.
fn places_of(dataset: &Dataset, line: &str) -> Option<usize> {
    let line = Line::parse(line).ok()?;
    let event = Event::parse(line.data.get()).ok()?;
    let mut room = Room::landed();
    for (index, column) in dataset.columns().iter().enumerate() {
        // What does not fit goes to quarantine, and takes no place.
        event::read(column, &event, index, &mut room).ok()?;
    }
    Some(dataset.columns().len() + room.used())
}
