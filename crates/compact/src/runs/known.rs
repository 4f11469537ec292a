//! Which identities a run has, by their hashes.

use arrow::error::ArrowError;

use super::PIECE_ROWS;
use crate::workers::Workers;

/// Half of the hash of a row's identity, and the row's number in its run, as one word, which is fast to sort. Of rows whose
/// halves are equal the identities are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Hashed(u64);

impl Hashed {
    fn new(hash: u32, number: u32) -> Self {
        Self(u64::from(hash) << 32 | u64::from(number))
    }

    fn hash(self) -> u32 {
        (self.0 >> 32) as u32
    }

    pub(super) fn number(self) -> u32 {
        self.0 as u32
    }

    /// The same with another number.
    pub(super) fn numbered(self, number: u32) -> Self {
        Self::new(self.hash(), number)
    }
}

/// The hashes of a run's identities, in order: 8 bytes a row.
#[derive(Debug)]
pub(super) struct Known(Vec<Hashed>);

/// The rows of all pieces, by their hashes. An error if there are more than numbers have room for.
pub(super) fn sorted<'a>(
    pieces: impl ExactSizeIterator<Item = &'a [u32]> + Clone,
    workers: &Workers,
) -> Result<Vec<Hashed>, ArrowError> {
    if pieces.len() > (u32::MAX / PIECE_ROWS) as usize {
        return Err(ArrowError::InvalidArgumentError(format!("{} pieces in a run", pieces.len())));
    }
    let mut rows = Vec::with_capacity(pieces.clone().map(<[u32]>::len).sum());
    for (piece, hashes) in (0..).step_by(PIECE_ROWS as usize).zip(pieces) {
        rows.extend((piece..).zip(hashes).map(|(number, hash)| Hashed::new(*hash, number)));
    }
    workers.sort(&mut rows);
    Ok(rows)
}

impl Known {
    /// Of rows that are in order of their hashes.
    pub(super) fn new(mut rows: Vec<Hashed>) -> Self {
        rows.shrink_to_fit();
        Self(rows)
    }

    pub(super) fn bytes(&self) -> usize {
        size_of_val(&self.0[..])
    }

    /// Which of these rows, in order of their hashes, have the hash of one of the run's: the numbers of both. Most often
    /// they are twins.
    pub(super) fn candidates(&self, rows: &[Hashed]) -> Vec<(u32, u32)> {
        let (mut candidates, mut begin) = (Vec::new(), 0);
        for row in rows {
            while self.0.get(begin).is_some_and(|theirs| theirs.hash() < row.hash()) {
                begin += 1;
            }
            let same = self.0[begin..].iter().take_while(|theirs| theirs.hash() == row.hash());
            candidates.extend(same.map(|theirs| (theirs.number(), row.number())));
        }
        candidates
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_equal_hashes_is_a_candidate_and_no_other() {
        let ours: [&[u32]; 3] = [&[5, 1], &[9], &[5, 7]];
        let theirs: [&[u32]; 2] = [&[7, 5, 3], &[5, 10]];
        let workers = &Workers::new(1);
        let sorted = |pieces: &[&[u32]]| sorted(pieces.iter().copied(), workers).unwrap();
        let known = Known::new(sorted(&theirs));
        let mut found = known.candidates(&sorted(&ours));
        found.sort_unstable();
        let at = |piece: u32, row: u32| piece * PIECE_ROWS + row;
        let wanted = [
            (at(0, 0), at(2, 1)),
            (at(0, 1), at(0, 0)),
            (at(0, 1), at(2, 0)),
            (at(1, 0), at(0, 0)),
            (at(1, 0), at(2, 0)),
        ];
        assert_eq!(found, wanted);
        assert_eq!(known.bytes(), 5 * 8);
        assert!(Known::new(Vec::new()).candidates(&sorted(&ours)).is_empty());
    }
}
