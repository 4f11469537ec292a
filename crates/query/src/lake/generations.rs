//! Which generations an answer was read from: the partitions' places in the catalog, and one digest of them.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::{
    DatasetName,
    port::{CatalogPartition, PartitionState},
};

use super::listed_partition::ListedPartition;
use crate::digest::Digest;

/// How many partitions Glue lists in one call.
const ONE_CALL: usize = 1_000;

/// A table as the catalog had it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TableState {
    /// Its partitions, newest first.
    pub(crate) partitions: Vec<ListedPartition>,
    /// When the newest of their events landed: a merge makes nothing fresher.
    pub(crate) freshness: Option<DateTime<Utc>>,
    /// Of which generation each partition is, and which version of the definition it follows.
    pub(crate) digest: [u8; 16],
}

impl TableState {
    /// Reads a listing.
    pub(crate) fn new(partitions: Vec<CatalogPartition>) -> Self {
        let mut partitions: Vec<_> = partitions.into_iter().map(ListedPartition::of).collect();
        partitions.sort_unstable_by(|a, b| b.values.cmp(&a.values));
        let mut digest = Digest::new("generations of a table");
        for partition in &partitions {
            // With the version: the same files have other columns under another definition.
            let version = partition.state.as_ref().map(|state| state.schema_version.to_string());
            digest = digest
                .all(partition.values.iter().map(String::as_str))
                .text(&partition.location)
                .option(version.as_deref());
        }
        let states = partitions.iter().filter_map(|partition| partition.state.as_ref());
        let freshness = states.map(PartitionState::fresh_at).max();
        Self { freshness, digest: digest.finish(), partitions }
    }
}

/// What an answer is read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Generations {
    /// The tables and their generations, in one digest of 32 hexadecimal digits.
    pub(crate) digest: String,
    /// When the newest of their events landed.
    pub(crate) freshness: Option<DateTime<Utc>>,
    /// For how long the catalog need not be looked at again.
    pub(crate) remaining: Duration,
    /// Whether a look at the catalog takes no more than a call for each table.
    pub(crate) is_quick: bool,
}

impl Generations {
    /// Of these tables, each with how long it need not be looked at again; `longest` for an answer from none.
    pub(crate) fn new<'a>(
        longest: Duration,
        tables: impl Iterator<Item = (&'a DatasetName, &'a TableState, Duration)>,
    ) -> Self {
        let mut digest = Digest::new("generations of an answer");
        let (mut freshness, mut remaining, mut is_quick) = (None, longest, true);
        for (name, table, left) in tables {
            digest = digest.text(name.as_str()).bytes(&table.digest);
            freshness = freshness.max(table.freshness);
            remaining = remaining.min(left);
            is_quick &= table.partitions.len() <= ONE_CALL;
        }
        Self { digest: digest.hexadecimal(), freshness, remaining, is_quick }
    }
}

#[cfg(test)]
mod tests {
    use domain::{Generation, port::EntryState};

    use super::*;

    fn partition(day: &str, location: &str) -> CatalogPartition {
        let state = EntryState::Registered(PartitionState {
            generation: Generation::new(1),
            schema_version: 1,
            rows: 1,
            bytes: 1,
            committed_at: format!("{day}T10:00:00Z").parse().unwrap(),
            newest_landed_at: None,
        });
        CatalogPartition { state, ..CatalogPartition::by_hand(vec![day.into()], location) }
    }

    #[test]
    fn the_digest_changes_with_every_place_and_not_with_the_order() {
        let of = |partitions: &[(&str, &str)]| {
            TableState::new(partitions.iter().map(|(day, place)| partition(day, place)).collect())
        };
        let one = of(&[("2026-11-22", "a"), ("2026-11-23", "b")]);
        assert_eq!(one, of(&[("2026-11-23", "b"), ("2026-11-22", "a")]));
        assert_eq!(one.freshness.unwrap().to_rfc3339(), "2026-11-23T10:00:00+00:00");
        for other in [
            of(&[]),
            of(&[("2026-11-22", "a")]),
            of(&[("2026-11-22", "b"), ("2026-11-23", "a")]),
            of(&[("2026-11-22", "a"), ("2026-11-23", "c")]),
        ] {
            assert_ne!(one.digest, other.digest);
        }
    }

    #[test]
    fn an_answer_from_no_table_is_of_one_generation_and_ages_all_the_same() {
        let longest = Duration::from_secs(5);
        let none = Generations::new(longest, std::iter::empty());
        assert_eq!((none.freshness, none.remaining), (None, longest));
        let (name, state) = (DatasetName::new("a").unwrap(), TableState::new(vec![]));
        let one = Generations::new(longest, [(&name, &state, Duration::from_secs(1))].into_iter());
        assert_eq!((one.remaining, one.is_quick), (Duration::from_secs(1), true));
        let many = (0..=ONE_CALL).map(|index| partition("2026-11-22", &index.to_string())).collect();
        let many = TableState::new(many);
        assert!(
            !Generations::new(longest, [(&name, &many, longest), (&name, &state, longest)].into_iter())
                .is_quick
        );
        assert_ne!(one.digest, none.digest);
    }
}
