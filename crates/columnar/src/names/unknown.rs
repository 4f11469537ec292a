//! The names of an object that no column and no field of a struct reads. None may occur twice.

use std::ops::Range;

/// Up to this many names, one that may be a repetition is compared with those before it. With more, all are sorted at
/// the end.
const FEW: usize = 32;

/// The most in one object. The general path has a higher limit.
const MOST: usize = 5_000;

/// Where the names are in a line, with their quotes.
#[derive(Debug, Default)]
pub(crate) struct Unknown {
    places: Vec<Range<usize>>,
    /// A bit for each of them, by [`bit`]. A name whose bit is not set is new.
    seen: u64,
}

impl Unknown {
    /// Begins anew, and keeps its memory.
    pub(crate) fn clear(&mut self) {
        self.places.clear();
        self.seen = 0;
    }

    pub(crate) fn places(&self) -> &[Range<usize>] {
        &self.places
    }

    /// Adds the name at this place of the line `bytes`. `None` if it is a repetition that is found already, or if there
    /// are too many names. [`Unknown::check`] finds the other repetitions.
    pub(crate) fn add(&mut self, place: Range<usize>, bytes: &[u8]) -> Option<()> {
        let name = bytes.get(place.clone())?;
        let bit = bit(name);
        let count = self.places.len();
        let is_there = || self.places.iter().any(|other| bytes.get(other.clone()) == Some(name));
        if count == MOST || self.seen & bit != 0 && count < FEW && is_there() {
            return None;
        }
        self.seen |= bit;
        self.places.push(place);
        Some(())
    }

    /// To be called at the end of the object. `None` if a name occurs twice.
    pub(crate) fn check(&self, bytes: &[u8]) -> Option<()> {
        if self.places.len() <= FEW {
            return Some(());
        }
        let mut names: Vec<&[u8]> = self.places.iter().filter_map(|place| bytes.get(place.clone())).collect();
        names.sort_unstable();
        names.windows(2).all(|pair| pair[0] != pair[1]).then_some(())
    }
}

/// One of 64 bits for a name in quotes: its first and last character and its length choose it.
fn bit(name: &[u8]) -> u64 {
    match name {
        [_, first, .., last, _] => {
            1 << ((usize::from(*first) * 7 + usize::from(*last) * 31 + name.len() * 13) % 64)
        }
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_name_that_is_there_twice_is_found(
            names in proptest::collection::vec("[a-d]{0,4}", 0..50), again in proptest::option::of(0_usize..50),
        ) {
            let mut names: Vec<String> = names.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
            let twice = again.and_then(|again| names.get(again).cloned());
            names.extend(twice.clone());
            let text: String = names.iter().map(|name| format!("\"{name}\"")).collect();
            let mut unknown = Unknown::default();
            // What was there before the object is no part of it.
            unknown.add(0..text.len(), text.as_bytes());
            unknown.clear();
            let mut at = 0;
            let added = names.iter().try_for_each(|name| {
                let place = at..at + name.len() + 2;
                at = place.end;
                unknown.add(place, text.as_bytes())
            });
            let is_once = added.and_then(|()| unknown.check(text.as_bytes())).is_some();
            prop_assert_eq!(is_once, twice.is_none());
            if is_once {
                prop_assert_eq!(unknown.places().len(), names.len());
            }
        }
    }
}
