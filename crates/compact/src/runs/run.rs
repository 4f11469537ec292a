//! A run: rows that are packed, and what later rows are held against.

use std::ops::Range;

use arrow::{array::ArrayRef, error::ArrowError};

use super::{
    known::{Hashed, Known},
    numbers::{among_all, place},
    packed::Piece,
    unpacked::Twin,
};
use crate::{identity::Identity, sorted::Sorted};

/// The rows of a run.
pub(super) struct Run {
    pub(super) pieces: Vec<Piece>,
    pub(super) known: Known,
    /// Of the rows of each piece hashes of their lines; none if those of some are not known.
    pub(super) lines: Vec<Box<[u64]>>,
    /// What was dropped of later runs for it, and may differ.
    pub(super) twins: Vec<Twin>,
    /// Bytes of its dictionaries, which its pieces share.
    pub(super) words: usize,
}

impl Run {
    /// The hash of the line of the row of this number, if it is known.
    pub(super) fn line(&self, number: u32) -> Option<&u64> {
        let (piece, row) = place(number);
        self.lines.get(piece)?.get(row as usize)
    }

    /// Bytes of memory that it takes beside its pieces.
    pub(super) fn bytes(&self) -> usize {
        let lines = self.lines.iter().map(|lines| size_of_val(&lines[..])).sum::<usize>();
        size_of_val(&self.twins[..]) + self.known.bytes() + lines + self.words
    }

    /// The rows of the run that have the identity of one of these, which are in such pieces: the numbers of both.
    pub(super) fn twins_of(
        &self,
        identity: &[usize],
        (rows, pieces): (&Sorted, &[Range<usize>]),
        hashed: &[Hashed],
    ) -> Result<Vec<(u32, u32)>, ArrowError> {
        let mut twins = self.known.candidates(hashed);
        if twins.is_empty() {
            return Ok(twins);
        }
        twins.sort_unstable();
        let places: Vec<usize> = twins.iter().map(|(_, ours)| among_all(*ours, pieces)).collect();
        let ours = identity.iter().map(|index| rows.column_of(*index, &places));
        let ours = ours.collect::<Result<Vec<ArrayRef>, _>>()?;
        let ours: Vec<&ArrayRef> = ours.iter().collect();
        let mut there: Option<(usize, Vec<ArrayRef>)> = None;
        let (mut failed, mut candidates) = (Ok(()), 0_usize..);
        twins.retain(|(theirs, _)| {
            let candidate = candidates.next().unwrap_or_default();
            let (piece, row) = place(*theirs);
            if there.as_ref().is_none_or(|(at, _)| *at != piece) {
                let unpacked = identity.iter().map(|index| self.pieces[piece].column(*index));
                match unpacked.collect::<Result<Vec<_>, _>>() {
                    Ok(unpacked) => there = Some((piece, unpacked)),
                    Err(error) => failed = Err(error),
                }
            }
            let Some((_, theirs)) = &there else { return false };
            let theirs: Vec<&ArrayRef> = theirs.iter().collect();
            Identity::is_same(&theirs, row as usize, &ours, candidate)
        });
        failed.map(|()| twins)
    }
}
