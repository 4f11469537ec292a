//! What a generation is made of: which files are merged, which are carried over, and whether to wait.

use chrono::{DateTime, TimeDelta, Utc};
use domain::DataFile;

/// Files of one tier that are merged into one of the next. With four, a thousand equal batches are rewritten less
/// than five times each, and leave at most three files in each of five tiers.
const FANOUT: usize = 4;

/// The most small files that a generation has.
pub(crate) const MAX_SMALL: usize = 15;

/// How many are left where that would be exceeded: fewer, so that it does not come up again at once.
const AFTER_CUT: usize = 12;

/// Where files are sealed, new bytes wait until they are this share of the sealed ones: 5 percent.
const WAIT_SHARE: u64 = 20;

/// Or until the oldest input is so old.
const MAX_WAIT: TimeDelta = TimeDelta::minutes(5);

/// What becomes of the head's files.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Plan<'a> {
    /// Read, and merged with the new rows.
    pub(crate) merged: Vec<&'a DataFile>,
    /// Copied by the store, unread.
    pub(crate) carried: Vec<&'a DataFile>,
}

/// Decides which of the files are merged with so many new rows. Files are in tiers by their rows, each four times
/// the one before; four of a tier make one of a higher one, with everything below it.
pub(crate) fn by_tier(files: &[DataFile], new_rows: u64) -> Plan<'_> {
    let (small, mut carried) = split(files);
    let mut taken = 0;
    let mut pile = new_rows;
    while let Some(tier) = full_tier(&small[taken..], pile) {
        let more = small[taken..].iter().take_while(|file| tier_of(file.rows) <= tier).count();
        pile += small[taken..taken + more].iter().map(|file| file.rows).sum::<u64>();
        taken += more;
    }
    // The pile becomes one small file, or is sealed; it is counted as one.
    let left = small.len() - taken + usize::from(pile > 0);
    if left > MAX_SMALL {
        taken += left - AFTER_CUT;
    }
    carried.extend(&small[taken..]);
    Plan { merged: small[..taken].to_vec(), carried }
}

/// Every small file, where there are at least two.
pub(crate) fn all_small(files: &[DataFile]) -> Plan<'_> {
    let (small, carried) = split(files);
    match small.len() {
        0 | 1 => Plan { merged: Vec::new(), carried: files.iter().collect() },
        _ => Plan { merged: small, carried },
    }
}

/// Nothing is merged: for a run that has no time for it.
pub(crate) fn nothing(files: &[DataFile]) -> Plan<'_> {
    Plan { merged: Vec::new(), carried: files.iter().collect() }
}

impl Plan<'_> {
    /// Bytes that are to be read and written anew.
    pub(crate) fn merged_bytes(&self) -> u64 {
        self.merged.iter().map(|file| file.bytes).sum()
    }
}

/// Small files, fewest rows first, and sealed ones.
fn split(files: &[DataFile]) -> (Vec<&DataFile>, Vec<&DataFile>) {
    let (sealed, mut small): (Vec<_>, Vec<_>) = files.iter().partition(|file| file.sealed);
    small.sort_by_key(|file| file.rows);
    (small, sealed)
}

/// The highest tier with as many files as are merged, the pile counted where it belongs.
fn full_tier(small: &[&DataFile], pile: u64) -> Option<u32> {
    let pile = (pile > 0).then(|| tier_of(pile));
    let count = |tier: u32| {
        small.iter().filter(|file| tier_of(file.rows) == tier).count() + usize::from(pile == Some(tier))
    };
    small.iter().map(|file| tier_of(file.rows)).filter(|tier| count(*tier) >= FANOUT).max()
}

/// The logarithm to base four.
fn tier_of(rows: u64) -> u32 {
    rows.max(1).ilog2() / 2
}

/// Whether it is too early for a commit, which copies everything that is sealed: until when it is.
pub(crate) fn wait_until(
    files: &[DataFile],
    new_bytes: u64,
    oldest_input: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let sealed: u64 = files.iter().filter(|file| file.sealed).map(|file| file.bytes).sum();
    let due = oldest_input + MAX_WAIT;
    (new_bytes.saturating_mul(WAIT_SHARE) < sealed && now < due).then_some(due)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(rows: u64, sealed: bool) -> DataFile {
        DataFile { key: rows.to_string(), rows, bytes: rows * 10, sealed }
    }

    fn rows(files: &[&DataFile]) -> Vec<u64> {
        files.iter().map(|file| file.rows).collect()
    }

    #[test]
    fn four_of_a_tier_are_merged_with_everything_below() {
        let files = [file(100, false), file(9_000, true), file(120, false), file(90, false), file(3, false)];
        let plan = by_tier(&files, 110);
        assert_eq!(rows(&plan.merged), [3, 90, 100, 120]);
        assert_eq!(rows(&plan.carried), [9_000]);
        let plan = by_tier(&files, 20);
        assert!(plan.merged.is_empty(), "three of that tier, and one below: {plan:?}");
        assert_eq!(by_tier(&files, 0).merged.len(), 0);
    }

    #[test]
    fn what_is_merged_may_fill_the_next_tier_too() {
        let files: Vec<DataFile> =
            [1, 1, 1, 4, 4, 4, 16, 16, 16].map(|rows| file(rows, false)).into_iter().collect();
        assert_eq!(by_tier(&files, 1).merged.len(), 9);
    }

    /// The bounds, in rows: a thousand equal batches, and batches of any size.
    #[test]
    fn rewriting_is_logarithmic_and_files_stay_few() {
        let sizes: [fn(u64) -> u64; 3] = [|_| 10, |n| n % 7 + 1, |n| (n * 7_919) % 4_096 + 1];
        for size in sizes {
            let (mut files, mut written, mut landed) = (Vec::<DataFile>::new(), 0, 0);
            for n in 0..1_000 {
                let new = size(n);
                let plan = by_tier(&files, new);
                let merged = new + rows(&plan.merged).iter().sum::<u64>();
                let mut next: Vec<DataFile> = plan.carried.into_iter().cloned().collect();
                next.push(file(merged, false));
                files = next;
                (written, landed) = (written + merged, landed + new);
                assert!(files.len() <= MAX_SMALL, "{} files", files.len());
            }
            assert_eq!(files.iter().map(|file| file.rows).sum::<u64>(), landed);
            assert!(written < 5 * landed, "{written} rows written for {landed} landed");
        }
    }

    #[test]
    fn nobody_waits_but_for_what_is_sealed() {
        let at = DateTime::UNIX_EPOCH;
        assert_eq!(wait_until(&[file(1_000, false)], 1, at, at), None);
        let sealed = [file(1_000, true)];
        assert_eq!(wait_until(&sealed, 499, at, at), Some(at + MAX_WAIT));
        assert_eq!(wait_until(&sealed, 500, at, at), None);
        assert_eq!(wait_until(&sealed, 1, at, at + MAX_WAIT), None);
    }
}
