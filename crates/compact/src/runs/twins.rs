//! Which rows of a new run have a twin in an earlier one.

use std::ops::Range;

use arrow::{array::ArrayRef, error::ArrowError};
use domain::sabotage::{self, Bug};

use super::{
    Run, Runs,
    known::{self, Hashed},
    place,
};
use crate::{identity::Identity, ordered::Ordered};

/// Rows of a run that is being made: its identity columns, and their hashes.
struct Identified {
    columns: Vec<ArrayRef>,
    hashes: Vec<u64>,
}

/// A row of a piece whose twin is in an earlier run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Dropped {
    pub(super) row: u32,
    /// The run of the row that stays, and its number in there.
    pub(super) run: usize,
    pub(super) of: u32,
}

impl Runs<'_> {
    /// The rows' hashes in order, and for each range which of its rows have a twin in an earlier run.
    pub(super) fn look_up(
        &self,
        rows: &dyn Ordered,
        ranges: &[Range<usize>],
    ) -> Result<(Vec<Hashed>, Vec<Vec<Dropped>>), ArrowError> {
        let identified = self.workers.each(ranges.to_vec(), |range| self.identified(rows, range));
        let identified = identified.into_iter().collect::<Result<Vec<_>, _>>()?;
        let hashed = known::sorted(identified.iter().map(|piece| &piece.hashes[..]), self.workers)?;
        let dropped = self.dropped(&identified, &hashed)?;
        Ok((hashed, dropped))
    }

    fn identified(&self, rows: &dyn Ordered, range: Range<usize>) -> Result<Identified, ArrowError> {
        let columns = self.identity_columns.iter().map(|index| rows.column(*index, range.clone()));
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        let hashes = self.identity.hashes(&columns.iter().collect::<Vec<_>>())?;
        Ok(Identified { columns, hashes })
    }

    /// For each piece, which of its rows have a twin in an earlier run, in order.
    fn dropped(&self, new: &[Identified], hashed: &[Hashed]) -> Result<Vec<Vec<Dropped>>, ArrowError> {
        let mut dropped = vec![Vec::new(); new.len()];
        if sabotage::is_on(Bug::TwinsWithinBatchOnly) || sabotage::is_on(Bug::TwinsWithinPartOnly) {
            return Ok(dropped);
        }
        let columns: Vec<Vec<&ArrayRef>> = new.iter().map(|piece| piece.columns.iter().collect()).collect();
        let runs = (0..self.runs.len()).collect();
        let found = self.workers.each(runs, |run: usize| self.twins_in(&self.runs[run], &columns, hashed));
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

    /// The rows of a run that have the identity of a new one: the numbers of both.
    fn twins_in(
        &self,
        run: &Run,
        columns: &[Vec<&ArrayRef>],
        hashed: &[Hashed],
    ) -> Result<Vec<(u32, u32)>, ArrowError> {
        let mut twins = run.known.candidates(hashed);
        twins.sort_unstable();
        let mut there: Option<(usize, Vec<ArrayRef>)> = None;
        let mut failed = Ok(());
        twins.retain(|(theirs, ours)| {
            let (piece, row) = place(*theirs);
            if there.as_ref().is_none_or(|(at, _)| *at != piece) {
                let unpacked = self.identity_columns.iter().map(|index| run.pieces[piece].column(*index));
                match unpacked.collect::<Result<Vec<_>, _>>() {
                    Ok(unpacked) => there = Some((piece, unpacked)),
                    Err(error) => failed = Err(error),
                }
            }
            let Some((_, theirs)) = &there else { return false };
            let (piece, ours) = place(*ours);
            let theirs: Vec<&ArrayRef> = theirs.iter().collect();
            Identity::is_same(&theirs, row as usize, &columns[piece], ours as usize)
        });
        failed.map(|()| twins)
    }
}

/// Gives a row the number that it has among those that stay. Answers whether it does.
pub(super) fn renumber(row: &mut Hashed, dropped: &[Vec<Dropped>]) -> bool {
    let (piece, at) = place(row.number);
    let before = dropped[piece].partition_point(|dropped| dropped.row < at);
    row.number -= before as u32;
    dropped[piece].get(before).is_none_or(|dropped| dropped.row != at)
}
