//! Functions that look at which elements are the same: as `IS NOT DISTINCT FROM` says. (Trino's chapter "Array functions and
//! operators".)

use std::{collections::HashSet, sync::Arc};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, BooleanArray},
        datatypes::DataType as Arrow,
        row::Rows as KeyRows,
    },
    error::Result,
};

use super::{
    arguments::{Arrays, types},
    keys::Keys,
    made::{Column, Rows, Source},
    shape::{one_array, same_array},
    types::{array_of, common, element_of, is_comparable},
};
use crate::functions::{
    argument::Argument,
    bounded::Bounded,
    own::{Own, unexpected},
};

/// Each element once.
pub(super) fn array_distinct() -> Own {
    let takes = |given: &[Arrow]| one_array(given).filter(|_| element(given).is_some());
    Own::values("array_distinct", takes, same_array, |arguments, bounded| {
        let sets = Sets::of(arguments)?;
        sets.collect(bounded, |sets, row, pick| sets.each_once(row, 0, |_| true, pick))
    })
}

/// The elements of both, each once.
pub(super) fn array_union() -> Own {
    Own::values("array_union", two_arrays, of_both, |arguments, bounded| {
        let sets = Sets::of(arguments)?;
        sets.collect(bounded, |sets, row, pick| {
            let mut seen = HashSet::new();
            for side in 0..2 {
                for at in sets.places(side, row) {
                    if seen.insert(sets.key(side, at)) {
                        pick(side, at)?;
                    }
                }
            }
            Ok(())
        })
    })
}

/// The elements that both have, each once, in the order of the longer one.
pub(super) fn array_intersect() -> Own {
    Own::values("array_intersect", two_arrays, of_both, |arguments, bounded| {
        let sets = Sets::of(arguments)?;
        sets.collect(bounded, |sets, row, pick| {
            let [left, right] = [0, 1].map(|side| sets.places(side, row).len());
            let longer = usize::from(left < right);
            let others = sets.keys_of(1 - longer, row);
            sets.each_once(row, longer, |key| others.contains(key), pick)
        })
    })
}

/// The elements of the first that the second has not, each once.
pub(super) fn array_except() -> Own {
    Own::values("array_except", two_arrays, of_both, |arguments, bounded| {
        let sets = Sets::of(arguments)?;
        sets.collect(bounded, |sets, row, pick| {
            let others = sets.keys_of(1, row);
            sets.each_once(row, 0, |key| !others.contains(key), pick)
        })
    })
}

/// Whether they have an element in common that is not null; unknown where they have none, and one of them has a null.
pub(super) fn arrays_overlap() -> Own {
    Own::watched(
        "arrays_overlap",
        two_arrays,
        |_| Arrow::Boolean,
        |arguments, rows, cancellation| {
            let sets = Sets::of(arguments)?;
            let found = (0..rows).map(|row| {
                cancellation.check()?;
                if !sets.is_known(row) {
                    return Ok(None);
                }
                let [left, right] = [0, 1].map(|side| sets.places(side, row));
                if left.is_empty() || right.is_empty() {
                    return Ok(Some(false));
                }
                let has_null = |side: usize| sets.places(side, row).any(|at| sets.is_null(side, at));
                let others: HashSet<&[u8]> =
                    right.filter(|at| !sets.is_null(1, *at)).map(|at| sets.key(1, at)).collect();
                let mut known = left.filter(|at| !sets.is_null(0, *at));
                if known.any(|at| others.contains(sets.key(0, at))) {
                    return Ok(Some(true));
                }
                Ok((!has_null(0) && !has_null(1)).then_some(false))
            });
            Ok(Arc::new(found.collect::<Result<BooleanArray>>()?))
        },
    )
}

/// Whether the second is a part of the first, without anything between.
pub(super) fn contains_sequence() -> Own {
    Own::watched(
        "contains_sequence",
        two_arrays,
        |_| Arrow::Boolean,
        |arguments, rows, cancellation| {
            let sets = Sets::of(arguments)?;
            let found = (0..rows).map(|row| {
                cancellation.check()?;
                if !sets.is_known(row) {
                    return Ok(None);
                }
                let [all, wanted] = [0, 1]
                    .map(|side| sets.places(side, row).map(|at| sets.key(side, at)).collect::<Vec<_>>());
                if wanted.is_empty() {
                    return Ok(Some(true));
                }
                for (tried, window) in all.windows(wanted.len()).enumerate() {
                    if tried % 1_024 == 0 {
                        cancellation.check()?;
                    }
                    if window == wanted {
                        return Ok(Some(true));
                    }
                }
                Ok(Some(false))
            });
            Ok(Arc::new(found.collect::<Result<BooleanArray>>()?))
        },
    )
}

/// Arrays with a key for each of their elements.
struct Sets<'a> {
    arrays: Vec<Arrays<'a>>,
    keys: Vec<KeyRows>,
}

impl<'a> Sets<'a> {
    fn of(arguments: &'a [Argument]) -> Result<Self> {
        let element = element(&types(arguments)).ok_or_else(|| unexpected(&Arrow::Null))?;
        let arrays = arguments.iter().map(|argument| Arrays::of(argument, &element));
        let arrays = arrays.collect::<Result<Vec<_>>>()?;
        let keys = Keys::of(&element)?;
        let keys = arrays.iter().map(|array| keys.made(array.elements())).collect::<Result<Vec<_>>>()?;
        Ok(Self { arrays, keys })
    }

    fn is_known(&self, row: usize) -> bool {
        self.arrays.iter().all(|array| array.get(row).is_some())
    }

    fn places(&self, side: usize, row: usize) -> std::ops::Range<usize> {
        self.arrays.get(side).and_then(|array| array.get(row)).unwrap_or_default()
    }

    fn key(&self, side: usize, at: usize) -> &[u8] {
        self.keys.get(side).map(|keys| keys.row(at).data()).unwrap_or_default()
    }

    fn keys_of(&self, side: usize, row: usize) -> HashSet<&[u8]> {
        self.places(side, row).map(|at| self.key(side, at)).collect()
    }

    fn is_null(&self, side: usize, at: usize) -> bool {
        self.arrays.get(side).is_none_or(|array| {
            let elements = array.elements();
            *elements.data_type() == Arrow::Null || elements.is_null(at)
        })
    }

    /// Picks each element of a side once, of which the condition holds.
    fn each_once<'s>(
        &'s self,
        row: usize,
        side: usize,
        condition: impl Fn(&&'s [u8]) -> bool,
        pick: &mut dyn FnMut(usize, usize) -> Result<()>,
    ) -> Result<()> {
        let mut seen = HashSet::new();
        for at in self.places(side, row) {
            let key = self.key(side, at);
            if condition(&key) && seen.insert(key) {
                pick(side, at)?;
            }
        }
        Ok(())
    }

    /// The arrays of what is picked for each row.
    fn collect(
        &self,
        bounded: &mut Bounded<'_>,
        choose: impl Fn(&Self, usize, &mut dyn FnMut(usize, usize) -> Result<()>) -> Result<()>,
    ) -> Result<ArrayRef> {
        let sources: Vec<Source> = self.arrays.iter().map(|array| Source::of(array.elements())).collect();
        let (mut elements, mut made) = (Column::of(&sources), Rows::new(bounded.rows()));
        for row in 0..bounded.rows() {
            let is_known = self.is_known(row);
            if is_known {
                let counted = &*bounded;
                choose(self, row, &mut |side, at| elements.push(side, at, &mut made, counted))?;
            }
            made.end(elements.len(), is_known, bounded)?;
        }
        made.arrays(elements.finish())
    }
}

/// The type of the elements of all.
fn element(given: &[Arrow]) -> Option<Arrow> {
    let elements = given.iter().map(element_of).collect::<Option<Vec<_>>>()?;
    let all = elements.into_iter().try_fold(Arrow::Null, |known, next| common(&known, next))?;
    is_comparable(&all).then_some(all)
}

fn two_arrays(given: &[Arrow]) -> Option<Vec<Arrow>> {
    (given.len() == 2 && element(given).is_some()).then(|| given.to_vec())
}

fn of_both(given: &[Arrow]) -> Arrow {
    array_of(element(given).unwrap_or(Arrow::Null))
}
