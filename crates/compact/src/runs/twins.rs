//! Which rows of a new run have a twin in an earlier one.

use std::ops::Range;

use arrow::error::ArrowError;
use domain::sabotage::{self, Bug};

use super::{
    Runs,
    known::{self, Hashed},
    numbers::{Dropped, place},
    run::Run,
};
use crate::sorted::Sorted;

impl Runs<'_> {
    /// The rows' hashes in order, and for each range which of its rows have a twin in an earlier run.
    pub(super) fn look_up(
        &self,
        rows: &Sorted,
        hashes: &[u32],
        ranges: &[Range<usize>],
    ) -> Result<(Vec<Hashed>, Vec<Vec<Dropped>>), ArrowError> {
        let pieces = self.workers.each(ranges.to_vec(), |range| -> Vec<u32> {
            range.map(|row| hashes[rows.number(row) as usize]).collect()
        });
        let hashed = known::sorted(pieces.iter().map(|piece| &piece[..]), self.workers)?;
        drop(pieces);
        let dropped = self.dropped(rows, ranges, &hashed)?;
        Ok((hashed, dropped))
    }

    /// For each piece, which of its rows have a twin in an earlier run, in order.
    fn dropped(
        &self,
        rows: &Sorted,
        ranges: &[Range<usize>],
        hashed: &[Hashed],
    ) -> Result<Vec<Vec<Dropped>>, ArrowError> {
        let mut dropped = vec![Vec::new(); ranges.len()];
        if sabotage::is_on(Bug::TwinsWithinBatchOnly) || sabotage::is_on(Bug::TwinsWithinPartOnly) {
            return Ok(dropped);
        }
        let runs = self.runs.iter().collect();
        let found =
            self.workers.each(runs, |run: &Run| run.twins_of(&self.identity_columns, (rows, ranges), hashed));
        for (run, twins) in found.into_iter().enumerate() {
            for (of, ours) in twins? {
                let (piece, row) = place(ours);
                dropped[piece].push(Dropped { row, run, of });
            }
        }
        for rows in &mut dropped {
            rows.sort_unstable();
        }
        Ok(dropped)
    }
}
