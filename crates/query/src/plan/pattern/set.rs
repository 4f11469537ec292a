//! Sets of characters, as ranges of numbers.
//!
//! Engines differ in which characters outside of ASCII are in `\w`, `\s` and `\d`. But every engine has each character
//! either in such a class or in its negation. So a character outside of ASCII has three numbers here, one for each way in
//! which an engine may class it. Two sets have a number in common if there is an engine for which they may have a
//! character in common. A class and its negation have none.

/// The first and the last number of a range.
pub(super) type Range = (u32, u32);

/// The first character outside of ASCII.
const FIRST_BEYOND: u32 = 0x80;
/// How far apart the numbers of one character are.
const COPY: u32 = char::MAX as u32 + 1 - FIRST_BEYOND;
/// The last number.
const LAST: u32 = char::MAX as u32 + 2 * COPY;

/// An engine may have a character outside of ASCII in none of `\w`, `\d` and `\s`.
pub(super) const UNCLASSED: u32 = 0;
/// It may have it in `\w`, and white space in `\s`.
pub(super) const CLASSED: u32 = 1;
/// It may have it in `\d`, and so in `\w`: no engine has a digit that is not in `\w`. White space is in `\s` then.
pub(super) const DIGIT: u32 = 2;

/// The numbers of ranges outside of ASCII, for these ways to class their characters.
pub(super) fn classed_as(ranges: &[Range], ways: &[u32]) -> Vec<Range> {
    let mut numbers = Vec::with_capacity(ranges.len() * ways.len());
    for way in ways {
        numbers.extend(ranges.iter().map(|(first, last)| (first + way * COPY, last + way * COPY)));
    }
    numbers
}

/// All numbers of a range of characters.
pub(super) fn everywhere((first, last): Range) -> Vec<Range> {
    let mut numbers = vec![(first, last)];
    if last >= FIRST_BEYOND {
        numbers.extend(classed_as(&[(first.max(FIRST_BEYOND), last)], &[CLASSED, DIGIT]));
    }
    numbers
}

/// Ranges in order, with something between any two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Set(Vec<Range>);

impl Set {
    pub(super) fn new(ranges: impl IntoIterator<Item = Range>) -> Self {
        let mut ranges: Vec<Range> = ranges.into_iter().filter(|(first, last)| first <= last).collect();
        ranges.sort_unstable();
        let mut merged: Vec<Range> = Vec::with_capacity(ranges.len());
        for (first, last) in ranges {
            match merged.last_mut() {
                Some((_, end)) if first <= end.saturating_add(1) => *end = last.max(*end),
                _ => merged.push((first, last)),
            }
        }
        Self(merged)
    }

    /// Every number.
    pub(super) fn all() -> Self {
        Self(vec![(0, LAST)])
    }

    pub(super) fn ranges(&self) -> &[Range] {
        &self.0
    }

    pub(super) fn complement(&self) -> Self {
        let mut gaps = Vec::with_capacity(self.0.len() + 1);
        let mut next = 0;
        for (first, last) in &self.0 {
            if *first > next {
                gaps.push((next, first - 1));
            }
            next = last + 1;
        }
        if next <= LAST {
            gaps.push((next, LAST));
        }
        Self(gaps)
    }

    /// What is in any of the sets. It takes as long as to sort their ranges once.
    pub(super) fn union(sets: impl IntoIterator<Item = Self>) -> Self {
        Self::new(sets.into_iter().flat_map(|set| set.0))
    }

    pub(super) fn intersection(&self, other: &Self) -> Self {
        Self::union([self.complement(), other.complement()]).complement()
    }

    /// Whether the sets have a number in common. It takes as many steps as they have ranges, at most.
    pub(super) fn meets(&self, other: &Self) -> bool {
        let (mut ours, mut theirs) = (self.0.iter().peekable(), other.0.iter().peekable());
        while let (Some(one), Some(two)) = (ours.peek(), theirs.peek()) {
            if one.1 < two.0 {
                ours.next();
            } else if two.1 < one.0 {
                theirs.next();
            } else {
                return true;
            }
        }
        false
    }
}
