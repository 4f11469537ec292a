//! The invariants of the commit protocol, I1 to I6, as pure functions. Production decides by them, and simulation and
//! model check every step with the same ones.
//!
//! They are generic over what an event, a batch and a generation are called, since a model counts where production
//! has texts.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Debug,
};

use crate::generation::CommitKind;

/// An invariant that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{invariant} is violated: {what}")]
pub struct Violation {
    /// `I1` to `I6`.
    pub invariant: &'static str,
    /// In which way.
    pub what: String,
}

fn violated<T>(invariant: &'static str, what: String) -> Result<T, Violation> {
    Err(Violation { invariant, what })
}

/// **I1**: every acknowledged event is in landing, in quarantine, or in the rows of the head generation.
pub fn accounted_for<E: Ord + Debug>(
    acknowledged: &BTreeSet<E>,
    landing: &BTreeSet<E>,
    quarantine: &BTreeSet<E>,
    head_rows: &BTreeSet<E>,
) -> Result<(), Violation> {
    let is_somewhere =
        |event: &&E| landing.contains(event) || quarantine.contains(event) || head_rows.contains(event);
    match acknowledged.iter().find(|event| !is_somewhere(event)) {
        None => Ok(()),
        Some(lost) => violated("I1", format!("event {lost:?} was acknowledged and is nowhere")),
    }
}

/// The live part of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Log {
    /// The head: the highest generation.
    pub head: u64,
    /// The lowest one that is reached from the head without a gap.
    pub oldest: u64,
}

impl Log {
    /// Whether a commit of this number is part of the log. Any other is debris: no parent, and never read.
    pub fn has(&self, generation: u64) -> bool {
        (self.oldest..=self.head).contains(&generation)
    }
}

/// **I2**: the log is contiguous downward from the head to the first gap. `None` without commits.
pub fn log(generations: &BTreeSet<u64>) -> Option<Log> {
    let head = *generations.last()?;
    let mut oldest = head;
    while oldest.checked_sub(1).is_some_and(|below| generations.contains(&below)) {
        oldest -= 1;
    }
    Some(Log { head, oldest })
}

/// **I2**: the head is never deleted, so its number never falls.
pub fn head_stays(before: &BTreeSet<u64>, after: &BTreeSet<u64>) -> Result<(), Violation> {
    if before.last() <= after.last() {
        return Ok(());
    }
    violated("I2", format!("the head {:?} is gone, {:?} is the highest now", before.last(), after.last()))
}

/// **I3**: the rows of a generation are those of its parent and, for an append, one for each newly consumed event that
/// the parent does not have. A merge, a rebuild and a rollback have exactly the parent's; a repair has one for each
/// event of the parent; a discard has no row that the parent has not. Events are told apart by their identity; a parent
/// with twins is one that a fault has let them into.
pub fn follows<E: Ord + Debug>(
    kind: CommitKind,
    parent: &[E],
    newly_consumed: &BTreeSet<E>,
    rows: &[E],
) -> Result<(), Violation> {
    let mut expected = counted(parent);
    match kind {
        CommitKind::Append => newly_consumed.iter().for_each(|event| {
            expected.entry(event).or_insert(1);
        }),
        CommitKind::Repair => expected.values_mut().for_each(|count| *count = 1),
        CommitKind::Merge | CommitKind::Rebuild | CommitKind::Rollback | CommitKind::Discard => {}
    }
    let may_lack = kind == CommitKind::Discard;
    let found = counted(rows);
    for (event, wanted) in &expected {
        match found.get(event) {
            Some(count) if count == wanted || (may_lack && count < wanted) => {}
            None if may_lack => {}
            None => return violated("I3", format!("event {event:?} is missing in the new generation")),
            Some(count) => {
                return violated(
                    "I3",
                    format!("event {event:?} is in {count} rows, and belongs in {wanted}"),
                );
            }
        }
    }
    match found.keys().find(|event| !expected.contains_key(*event)) {
        None => Ok(()),
        Some(invented) => violated("I3", format!("event {invented:?} is in neither parent nor inputs")),
    }
}

fn counted<E: Ord>(events: &[E]) -> BTreeMap<&E, usize> {
    let mut counts = BTreeMap::new();
    for event in events {
        *counts.entry(event).or_insert(0) += 1;
    }
    counts
}

/// **I4**: a landing object is deleted only when the head lists it as consumed.
pub fn may_delete_landing<B: PartialEq + Debug>(
    consumed_by_head: impl IntoIterator<Item = B>,
    batch: &B,
) -> Result<(), Violation> {
    if consumed_by_head.into_iter().any(|consumed| consumed == *batch) {
        return Ok(());
    }
    violated("I4", format!("landing batch {batch:?} is deleted, and the head does not list it as consumed"))
}

/// **I4**: what may be deleted from landing: the batches that the *head* lists as consumed at least the grace ago.
/// `reached(t)` says whether a time is that long ago.
///
/// The head and no other commit: a late commit under a vacuumed number is no head, and its list is not in
/// the table.
pub fn cleanable<B, T>(
    consumed_by_head: impl IntoIterator<Item = (B, T)>,
    reached: impl Fn(&T) -> bool,
) -> impl Iterator<Item = B> {
    consumed_by_head.into_iter().filter(move |(_, at)| reached(at)).map(|(batch, _)| batch)
}

/// Whether a committed generation is garbage: not the head, not what a target names, and not newer than that. Where
/// there are several targets, `named` is the oldest generation that any of them names, and `None` while one of them
/// names nothing: then nothing is garbage.
pub fn is_garbage(generation: u64, head: u64, named: Option<u64>) -> bool {
    generation != head && named.is_some_and(|named| generation < named)
}

/// What is known of a generation when one of its data files is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate<T> {
    /// It is the head, or what the catalog names, or newer than that.
    Live,
    /// It has been garbage since then.
    Garbage(T),
    /// It has no commit, and its newest file is of then.
    Uncommitted(T),
    /// It lost the race for its number: another writer's commit is there.
    Overtaken,
}

/// **I5**: a data file is deleted only when its generation has been garbage for the retention, or was never committed
/// and is older than it; or by its own writer, when another one's commit has its number. `reached(t)` says whether a
/// time is at least the retention ago.
pub fn may_delete_data<T: Debug>(fate: Fate<T>, reached: impl Fn(&T) -> bool) -> Result<(), Violation> {
    match &fate {
        Fate::Garbage(since) | Fate::Uncommitted(since) if reached(since) => Ok(()),
        Fate::Overtaken => Ok(()),
        Fate::Live | Fate::Garbage(_) | Fate::Uncommitted(_) => {
            violated("I5", format!("a data file is deleted too early: {fate:?}"))
        }
    }
}

/// **I6**: the location that the catalog names is a committed generation's whose files exist; `at_rest` it is the
/// head's.
pub fn named_location(
    named: u64,
    committed: &BTreeSet<u64>,
    files_exist: bool,
    at_rest: bool,
) -> Result<(), Violation> {
    if !committed.contains(&named) {
        return violated("I6", format!("the catalog names generation {named}, which has no commit"));
    }
    if !files_exist {
        return violated("I6", format!("the catalog names generation {named}, whose files are gone"));
    }
    match committed.last() {
        Some(head) if at_rest && *head != named => {
            violated("I6", format!("at rest the catalog names generation {named}, and the head is {head}"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set<const N: usize>(items: [u64; N]) -> BTreeSet<u64> {
        items.into()
    }

    #[test]
    fn the_log_ends_at_the_first_gap() {
        assert_eq!(log(&set([])), None);
        assert_eq!(log(&set([1, 2, 3])), Some(Log { head: 3, oldest: 1 }));
        let gap = log(&set([1, 4, 7, 8, 9])).unwrap();
        assert_eq!(gap, Log { head: 9, oldest: 7 });
        assert!(gap.has(7) && !gap.has(4) && !gap.has(10));
        assert_eq!(log(&set([0])), Some(Log { head: 0, oldest: 0 }));
    }

    #[test]
    fn each_invariant_finds_its_violation() {
        let none = set([]);
        assert!(accounted_for(&set([1, 2, 3]), &set([1]), &set([2]), &set([3])).is_ok());
        assert_eq!(accounted_for(&set([4]), &none, &none, &set([3])).unwrap_err().invariant, "I1");
        assert!(head_stays(&set([1, 2]), &set([2])).is_ok());
        assert_eq!(head_stays(&set([1, 2]), &set([1])).unwrap_err().invariant, "I2");
        for (kind, parent, rows) in [
            (CommitKind::Append, vec![1], vec![2, 1]),
            // Twins that a fault let in stay, and let no new ones in.
            (CommitKind::Append, vec![1, 1], vec![1, 2, 1]),
            (CommitKind::Append, vec![2, 2], vec![2, 2]),
            (CommitKind::Merge, vec![1], vec![1]),
            (CommitKind::Rollback, vec![1, 1], vec![1, 1]),
            (CommitKind::Repair, vec![1, 1, 3], vec![1, 3]),
            (CommitKind::Discard, vec![1, 1, 3], vec![1]),
            (CommitKind::Discard, vec![1, 3], vec![]),
        ] {
            assert_eq!(follows(kind, &parent, &set([2]), &rows), Ok(()), "{kind:?} {parent:?}");
        }
        for (kind, parent, rows) in [
            (CommitKind::Append, vec![1], vec![1]),
            (CommitKind::Append, vec![1], vec![1, 2, 3]),
            (CommitKind::Append, vec![1], vec![1, 2, 2]),
            (CommitKind::Append, vec![1, 1], vec![1, 2]),
            (CommitKind::Rebuild, vec![1], vec![1, 2]),
            (CommitKind::Merge, vec![1, 1], vec![1]),
            (CommitKind::Repair, vec![1, 1], vec![1, 1]),
            (CommitKind::Repair, vec![1, 1, 3], vec![1]),
            (CommitKind::Repair, vec![1], vec![1, 2]),
            (CommitKind::Discard, vec![1], vec![1, 1]),
            (CommitKind::Discard, vec![1, 3], vec![1, 2]),
        ] {
            let violation = follows(kind, &parent, &set([2]), &rows).unwrap_err();
            assert_eq!(violation.invariant, "I3", "{kind:?} {parent:?} {rows:?}");
        }
        assert!(may_delete_landing(["a", "b"], &"b").is_ok());
        assert_eq!(may_delete_landing(["a"], &"b").unwrap_err().invariant, "I4");
        let reached = |since: &u64| *since <= 5;
        assert!(may_delete_data(Fate::Garbage(5), reached).is_ok());
        assert!(may_delete_data(Fate::Overtaken, reached).is_ok());
        for fate in [Fate::Live, Fate::Garbage(6), Fate::Uncommitted(6)] {
            assert_eq!(may_delete_data(fate, reached).unwrap_err().invariant, "I5");
        }
        assert!(named_location(2, &set([2, 3]), true, false).is_ok());
        for (named, files_exist, at_rest) in [(1, true, false), (2, false, false), (2, true, true)] {
            let violation = named_location(named, &set([2, 3]), files_exist, at_rest).unwrap_err();
            assert_eq!(violation.invariant, "I6");
        }
    }

    #[test]
    fn garbage_is_older_than_what_the_catalog_names() {
        assert!(is_garbage(4, 9, Some(5)));
        assert!(!is_garbage(5, 9, Some(5)) && !is_garbage(6, 9, Some(5)) && !is_garbage(9, 9, Some(10)));
        assert!(!is_garbage(1, 9, None));
    }
}
