//! `combinations` and `ngrams`: arrays of parts of an array.

use datafusion::{
    arrow::{array::ArrayRef, datatypes::DataType as Arrow},
    error::Result,
};

use super::{
    made::{Column, Rows, Source},
    shape::{first, is_whole, same_array},
    types::{array_of, element_of},
};
use crate::functions::{
    argument::Argument,
    bounded::Bounded,
    own::{Own, invalid, unexpected},
};

/// Trino's bounds on the elements of a combination, and on those of all combinations.
const LONGEST: i64 = 5;
const MOST_ELEMENTS: u128 = 100_000;

/// All choices of so many elements, in the order of their last places.
pub(super) fn combinations() -> Own {
    Own::values("combinations", takes, answers, |arguments, bounded| {
        make(arguments, bounded, |length, size, pick| {
            if size < 0 {
                return Err(invalid(format!("combination size must not be negative: {size}")));
            }
            if size > LONGEST {
                return Err(invalid(format!("combination size must not exceed {LONGEST}: {size}")));
            }
            let size = usize::try_from(size).unwrap_or_default();
            if size > length {
                return Ok(());
            }
            if choices(length, size).saturating_mul(size as u128) > MOST_ELEMENTS {
                return Err(invalid("combinations exceed max size"));
            }
            let mut chosen: Vec<usize> = (0..size).collect();
            loop {
                pick(&chosen)?;
                let is_last = |place: usize| {
                    let next = chosen.get(place + 1).copied().unwrap_or(length);
                    chosen[place] + 1 >= next
                };
                let Some(place) = (0..size).find(|place| !is_last(*place)) else { return Ok(()) };
                chosen[place] += 1;
                for (before, chosen) in chosen.iter_mut().enumerate().take(place) {
                    *chosen = before;
                }
            }
        })
    })
}

/// The runs of so many elements, or all of them where there are fewer.
pub(super) fn ngrams() -> Own {
    Own::values("ngrams", takes, answers, |arguments, bounded| {
        make(arguments, bounded, |length, size, pick| {
            if size <= 0 {
                return Err(invalid("N must be positive"));
            }
            let size = usize::try_from(size).unwrap_or(usize::MAX).min(length);
            for from in 0..=length - size {
                pick(&(from..from + size).collect::<Vec<_>>())?;
            }
            Ok(())
        })
    })
}

/// How many there are: of `size` at most five.
fn choices(length: usize, size: usize) -> u128 {
    let factors = (0..size as u128).map(|place| (length as u128 - place, place + 1));
    factors.fold(1, |choices, (factor, divisor)| choices * factor / divisor)
}

/// Picks the places of the elements of one part.
type Pick<'p> = &'p mut dyn FnMut(&[usize]) -> Result<()>;

/// Arrays of the parts that are chosen of each array: of so many elements, by the second argument.
fn make(
    arguments: &[Argument],
    bounded: &mut Bounded<'_>,
    choose: impl Fn(usize, i64, Pick<'_>) -> Result<()>,
) -> Result<ArrayRef> {
    let array = first(arguments)?;
    let sizes = arguments.get(1).ok_or_else(|| unexpected(&Arrow::Null))?.bigints();
    let sources = [Source::of(array.elements())];
    let mut elements = Column::of(&sources);
    let (mut made, mut parts) = (Rows::new(bounded.rows()), Rows::new(bounded.rows()));
    for row in 0..bounded.rows() {
        let (Some(places), Some(size)) = (array.get(row), sizes.get(row)) else {
            made.end(parts.len(), false, bounded)?;
            continue;
        };
        let counted = &*bounded;
        choose(places.len(), size, &mut |chosen| {
            made.add(4, counted)?;
            for place in chosen {
                elements.push(0, places.start + place, &mut made, counted)?;
            }
            parts.mark(elements.len(), true)
        })?;
        made.end(parts.len(), true, bounded)?;
    }
    made.arrays(parts.arrays(elements.finish())?)
}

fn takes(given: &[Arrow]) -> Option<Vec<Arrow>> {
    match given {
        [array, size] => {
            element_of(array)?;
            is_whole(size).then(|| vec![array.clone(), Arrow::Int64])
        }
        _ => None,
    }
}

fn answers(given: &[Arrow]) -> Arrow {
    array_of(same_array(given))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_counted() {
        for (length, size, expected) in
            [(0, 0, 1), (4, 0, 1), (4, 1, 4), (4, 2, 6), (5, 5, 1), (40, 5, 658_008), (100_000, 1, 100_000)]
        {
            assert_eq!(choices(length, size), expected, "{length} {size}");
        }
    }
}
