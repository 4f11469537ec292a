//! The numbers that rows have in a run.

use std::ops::Range;

use super::{PIECE_ROWS, known::Hashed};

/// A row of a piece whose twin is in an earlier run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Dropped {
    pub(super) row: u32,
    /// The run of the row that stays, and its number in there.
    pub(super) run: usize,
    pub(super) of: u32,
}

/// So many rows in pieces of this size, or of the largest that there may be.
pub(super) fn ranges(rows: usize, piece_rows: usize) -> Vec<Range<usize>> {
    let piece_rows = piece_rows.clamp(1, PIECE_ROWS as usize);
    (0..rows).step_by(piece_rows).map(|from| from..rows.min(from + piece_rows)).collect()
}

/// The same ranges of rows, when those that are dropped are gone.
pub(super) fn left(ranges: &[Range<usize>], dropped: &[Vec<Dropped>]) -> Vec<Range<usize>> {
    let mut end = 0;
    let left = |(range, dropped): (&Range<usize>, &Vec<Dropped>)| {
        let start = end;
        end += range.len() - dropped.len();
        start..end
    };
    ranges.iter().zip(dropped).map(left).collect()
}

/// The piece of a row, and its place in there.
pub(super) fn place(number: u32) -> (usize, u32) {
    ((number / PIECE_ROWS) as usize, number % PIECE_ROWS)
}

/// The place of a row, of this number in a run that is being made, among all rows, which are in these pieces.
pub(super) fn among_all(number: u32, pieces: &[Range<usize>]) -> usize {
    let (piece, row) = place(number);
    pieces[piece].start + row as usize
}

/// Gives a row the number that it has among those that stay. Answers whether it does.
pub(super) fn renumber(row: &mut Hashed, dropped: &[Vec<Dropped>]) -> bool {
    let (piece, at) = place(row.number());
    let before = dropped[piece].partition_point(|dropped| dropped.row < at);
    *row = row.numbered(row.number() - before as u32);
    dropped[piece].get(before).is_none_or(|dropped| dropped.row != at)
}
