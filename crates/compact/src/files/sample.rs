//! Some rows that stand for many.

use std::ops::Range;

use arrow::{
    array::{Array, ArrayRef},
    compute::concat,
    error::ArrowError,
};

use crate::ordered::Ordered;

/// The most rows of a sample: encoding them several times over costs less than one percent of encoding a large file.
pub(super) const MOST_ROWS: usize = 4_096;

/// Places that rows are taken from.
const RUNS: usize = 16;

/// The rows of a sample of at most `most` rows: all, if there are no more; else runs of neighbours, spread evenly.
/// Neighbours show how alike successive values are, and the spread shows how many different ones there are.
pub(super) fn runs(rows: Range<usize>, most: usize) -> Vec<Range<usize>> {
    let most = most.clamp(1, MOST_ROWS);
    if rows.len() <= most {
        return vec![rows];
    }
    let run = (most / RUNS).max(1);
    let count = most.min(RUNS);
    let last = rows.len() - run;
    let start = |number: usize| rows.start + number * last / (count - 1).max(1);
    (0..count).map(|number| start(number)..start(number) + run).collect()
}

/// The values of one column in these rows.
pub(super) fn sampled(
    rows: &dyn Ordered,
    runs: &[Range<usize>],
    column: usize,
) -> Result<ArrayRef, ArrowError> {
    let parts = runs.iter().map(|run| rows.column(column, run.clone())).collect::<Result<Vec<_>, _>>()?;
    if let [only] = parts.as_slice() {
        return Ok(only.clone());
    }
    let parts: Vec<&dyn Array> = parts.iter().map(AsRef::as_ref).collect();
    concat(&parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_within_the_rows_apart_from_each_other_and_reach_both_ends() {
        for start in [0, 1, 1_000] {
            for count in [1, 2, 15, 16, 17, 255, 4_095, 4_096, 4_097, 5_000, 98_304, 3_000_001] {
                for most in [0, 1, 5, 16, 64, 1_000, 4_096, usize::MAX] {
                    let words = format!("{count} rows from {start}, at most {most}");
                    let runs = runs(start..start + count, most);
                    let rows: usize = runs.iter().map(Range::len).sum();
                    assert!((1..=most.clamp(1, MOST_ROWS)).contains(&rows), "{words}: {rows}");
                    assert_eq!(runs[0].start, start, "{words}");
                    assert!(runs.windows(2).all(|pair| pair[0].end <= pair[1].start), "{words}: {runs:?}");
                    let end = runs[runs.len() - 1].end;
                    let reached = end == start + count || most <= 1;
                    assert!(reached, "{words}: {runs:?}");
                }
            }
        }
    }
}
