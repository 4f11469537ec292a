//! Since when generations have been garbage: what `vacuum/<dataset>/<partition>.json` notes.
//!
//! What the catalog names moves upward as a rule, so garbage is everything below some generation, and a note is a
//! few marks instead of one entry a generation.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::commit::Generation;

/// The newest format of notes that this code writes and reads.
pub const FORMAT: u32 = 1;

/// What is noted of one partition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notes {
    /// See [`FORMAT`].
    pub format: u32,
    /// In order of generation, and of time.
    pub garbage: Vec<Mark>,
}

/// Every generation below one has been garbage for so long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The generation that the catalog named: those below it are garbage.
    pub below: Generation,
    /// Since when, as far as anybody looked.
    pub since: DateTime<Utc>,
}

/// Notes that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum UnreadableNotes {
    /// Written by a newer version.
    #[error("vacuum notes {key} have format {found}; this version reads up to {FORMAT}: upgrade first")]
    NewerFormat {
        /// The object.
        key: String,
        /// Its format.
        found: u32,
    },
    /// Not notes. To delete them is safe: the retention then begins anew.
    #[error("vacuum notes {key} do not parse; delete them, and the retention of this partition begins anew")]
    Malformed {
        /// The object.
        key: String,
        /// Where it went wrong.
        #[source]
        source: serde_json::Error,
    },
}

impl Default for Notes {
    fn default() -> Self {
        Self { format: FORMAT, garbage: Vec::new() }
    }
}

impl Notes {
    /// Reads the object at `key`.
    pub fn parse(key: &str, bytes: &[u8]) -> Result<Self, UnreadableNotes> {
        #[derive(Deserialize)]
        struct Probe {
            format: u32,
        }
        let malformed = |source| UnreadableNotes::Malformed { key: key.to_owned(), source };
        let probe: Probe = serde_json::from_slice(bytes).map_err(malformed)?;
        if probe.format > FORMAT {
            return Err(UnreadableNotes::NewerFormat { key: key.to_owned(), found: probe.format });
        }
        serde_json::from_slice(bytes).map_err(malformed)
    }

    /// The catalog was seen to name this generation. Where it went back, what is no longer garbage is noted no more,
    /// and counts anew when it is garbage again.
    pub fn observe(&mut self, named: Generation, now: DateTime<Utc>) {
        for mark in &mut self.garbage {
            mark.below = mark.below.min(named);
        }
        // Of marks for the same generation the earliest one says it all.
        self.garbage.dedup_by_key(|mark| mark.below);
        if self.garbage.last().is_none_or(|last| last.below < named) {
            self.garbage.push(Mark { below: named, since: now });
        }
    }

    /// Since when this generation has been garbage, as far as anybody looked.
    pub fn since(&self, generation: Generation) -> Option<DateTime<Utc>> {
        self.garbage.iter().find(|mark| generation < mark.below).map(|mark| mark.since)
    }

    /// Every generation below this one has been garbage for the retention (I5). `None` if none has.
    pub fn expired(&self, now: DateTime<Utc>, retention: TimeDelta) -> Option<Generation> {
        self.garbage.iter().filter(|mark| now - mark.since >= retention).map(|mark| mark.below).max()
    }

    /// Forgets the marks that a later, expired one makes needless.
    pub fn forget(&mut self, now: DateTime<Utc>, retention: TimeDelta) {
        if let Some(expired) = self.expired(now, retention) {
            self.garbage.retain(|mark| mark.below >= expired);
        }
    }
}

/// What may be noted when the catalog is seen to name a generation: the newest one that is not above it and whose
/// commit is `settled`, which is to say in the log for longer than a run can change anything
/// ([`run::MAX_LIFE`](crate::run::MAX_LIFE)). What is below that was overtaken so long ago that no register can have
/// it in mind any more: the catalog never names it again. The clock is to be read before the catalog is.
///
/// To note at once what the catalog names is too early: a register that wakes up late may name an older generation,
/// and be put right by another one hours later, and if no vacuum looks in between, the retention of that older one has
/// been counting all the while. (The model found a reader that lost its files.)
pub fn noted<T>(
    named: u64,
    commits: impl IntoIterator<Item = (u64, T)>,
    settled: impl Fn(&T) -> bool,
) -> Option<u64> {
    let commits = commits.into_iter().filter(|(generation, at)| *generation <= named && settled(at));
    commits.map(|(generation, _)| generation).max()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    const RETENTION: TimeDelta = TimeDelta::hours(6);

    #[test]
    fn what_was_garbage_for_the_retention_expires_and_what_came_back_counts_anew() {
        let mut notes = Notes::default();
        notes.observe(Generation::new(5), at(0));
        notes.observe(Generation::new(8), at(60));
        assert_eq!(notes.expired(at(359), RETENTION), None);
        assert_eq!(notes.expired(at(360), RETENTION), Some(Generation::new(5)));
        notes.observe(Generation::new(3), at(361));
        notes.observe(Generation::new(8), at(362));
        assert_eq!(notes.expired(at(420), RETENTION), Some(Generation::new(3)));
        assert_eq!(notes.expired(at(722), RETENTION), Some(Generation::new(8)));
        notes.forget(at(722), RETENTION);
        assert_eq!(notes.garbage.len(), 1);
    }

    #[test]
    fn a_generation_is_noted_once_it_is_settled() {
        let commits = [(3, 90), (4, 80), (5, 10)];
        let settled = |age: &u64| *age >= 75;
        assert_eq!(noted(5, commits, settled), Some(4));
        assert_eq!(noted(3, commits, settled), Some(3));
        assert_eq!(noted(2, commits, settled), None);
    }

    #[test]
    fn notes_round_trip_and_a_newer_format_is_refused() {
        let mut notes = Notes::default();
        notes.observe(Generation::new(5), at(0));
        assert_eq!(Notes::parse("k", &serde_json::to_vec(&notes).unwrap()).unwrap(), notes);
        assert!(matches!(Notes::parse("k", br#"{"format":2}"#), Err(UnreadableNotes::NewerFormat { .. })));
        assert!(matches!(Notes::parse("k", b"[]"), Err(UnreadableNotes::Malformed { .. })));
    }

    proptest! {
        /// Held against one time for each generation, which is what the marks stand for.
        #[test]
        fn marks_say_what_a_list_of_all_generations_would(
            seen in prop::collection::vec((1_u64..12, 1_i64..200), 1..30),
            forgets in any::<bool>(),
        ) {
            let mut notes = Notes::default();
            let mut since: BTreeMap<u64, i64> = BTreeMap::new();
            let mut now = 0;
            for (named, later) in seen {
                now += later;
                notes.observe(Generation::new(named), at(now));
                since.retain(|generation, _| *generation < named);
                for generation in 0..named {
                    since.entry(generation).or_insert(now);
                }
                let expired = since.iter().filter(|(_, since)| now - **since >= 360);
                let expected = expired.map(|(generation, _)| *generation + 1).max();
                prop_assert_eq!(notes.expired(at(now), RETENTION).map(Generation::number), expected);
                for generation in 0..12 {
                    let noted = notes.since(Generation::new(generation));
                    let has_expired = noted.is_some_and(|since| at(now) - since >= RETENTION);
                    prop_assert_eq!(has_expired, expected.is_some_and(|below| generation < below));
                    if !forgets {
                        prop_assert_eq!(noted, since.get(&generation).map(|since| at(*since)));
                    }
                }
                if forgets {
                    notes.forget(at(now), RETENTION);
                }
            }
        }
    }
}
