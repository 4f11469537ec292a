//! Which objects hold the selected events, the newest first.

use std::{cmp::Reverse, collections::BinaryHeap};

use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    key::{self, QuarantineKey},
    port::{ObjectMeta, ObjectStore, StoreError},
};

use super::selection::Selection;

/// One object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Found {
    day: NaiveDate,
    /// When it was written.
    pub(crate) at: DateTime<Utc>,
    pub(crate) key: QuarantineKey,
}

impl Found {
    fn new(key: QuarantineKey, at: DateTime<Utc>) -> Self {
        Self { day: key.day, at, key }
    }
}

/// The objects of a selection.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    /// The newest first.
    pub(crate) objects: Vec<Found>,
    /// How many older ones are left out, since there are more than the selection allows.
    pub(crate) left_out: usize,
    /// Objects in quarantine that are no batches.
    pub(crate) strangers: Vec<String>,
}

/// Finds the objects; `progress` is told how many there are so far.
///
/// A listing is in order of key, and so of place and day: what lies before and after the days of each place is
/// jumped over, not read.
pub(crate) async fn find<S: ObjectStore>(
    store: &S,
    selection: &Selection,
    progress: impl Fn(usize),
) -> Result<Listing, StoreError> {
    if let Some(key) = &selection.key {
        let ObjectMeta { last_modified, .. } = store.head(&key.to_string()).await?;
        return Ok(Listing { objects: vec![Found::new(key.clone(), last_modified)], ..Listing::default() });
    }
    let prefix = match &selection.place {
        Some(place) => key::quarantine_prefix(place.0.as_ref()),
        None => key::QUARANTINE.to_owned(),
    };
    let mut newest = Newest::new(selection.max_objects);
    let mut strangers = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let page = store.list(&prefix, after.as_deref()).await?;
        let mut jump = None;
        for ObjectMeta { key, last_modified, .. } in page.objects {
            let Ok(parsed) = QuarantineKey::parse(&key) else {
                strangers.push(key);
                continue;
            };
            if selection.has_day(parsed.day) {
                newest.push(Found::new(parsed, last_modified));
            } else {
                jump = Some(beyond(&parsed, selection));
            }
        }
        progress(newest.seen);
        match page.next_after {
            None => break,
            Some(next) => after = Some(jump.map_or(next.clone(), |jump| jump.max(next))),
        }
    }
    let (objects, left_out) = newest.into_sorted();
    Ok(Listing { objects, left_out, strangers })
}

/// Where the listing goes on after a key whose day is not selected.
fn beyond(key: &QuarantineKey, selection: &Selection) -> String {
    let place = key.dataset.as_ref();
    match selection.since {
        // Its days begin with this text, and the earlier ones sort before it.
        Some(since) if key.day < since => {
            key::quarantine_day_prefix(place, since).trim_end_matches('/').to_owned()
        }
        // No day of this place sorts after it, and every other place does or was listed already.
        _ => format!("{}~", key::quarantine_prefix(place)),
    }
}

/// The newest objects of any number, in bounded memory.
struct Newest {
    limit: usize,
    seen: usize,
    heap: BinaryHeap<Reverse<Found>>,
}

impl Newest {
    fn new(limit: usize) -> Self {
        Self { limit, seen: 0, heap: BinaryHeap::new() }
    }

    fn push(&mut self, found: Found) {
        self.seen += 1;
        self.heap.push(Reverse(found));
        if self.heap.len() > self.limit {
            self.heap.pop();
        }
    }

    fn into_sorted(self) -> (Vec<Found>, usize) {
        let left_out = self.seen - self.heap.len();
        let ascending = self.heap.into_sorted_vec();
        // The reverse of the reverse: newest first.
        (ascending.into_iter().map(|Reverse(found)| found).collect(), left_out)
    }
}

#[cfg(test)]
mod tests;
