//! Functions that look for a value among an array's elements, by the operator `=`.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, BooleanArray, Int64Array},
        datatypes::DataType as Arrow,
    },
    error::Result,
};

use super::{
    arguments::{Arrays, Scalars, types},
    made::{Column, Rows, Source},
    order::Pairs,
    types::{array_of, common, element_of, is_comparable},
};
use crate::functions::{
    argument::Argument,
    own::{Own, failure, unexpected},
};

/// Whether a value is among an array's; unknown where it is not, and a null is.
pub(super) fn contains() -> Own {
    Own::watched(
        "contains",
        takes,
        |_| Arrow::Boolean,
        |arguments, rows, cancellation| {
            let search = Search::of(arguments)?;
            let found = (0..rows).map(|row| {
                cancellation.check()?;
                let Some(places) = search.places(row) else { return Ok(None) };
                let mut has_null = false;
                for at in places {
                    match search.is_at(at, row)? {
                        Some(true) => return Ok(Some(true)),
                        Some(false) => {}
                        None => has_null = true,
                    }
                }
                Ok((!has_null).then_some(false))
            });
            Ok(Arc::new(found.collect::<Result<BooleanArray>>()?))
        },
    )
}

/// The place of the first element that is equal, counted from 1; 0 if there is none.
pub(super) fn array_position() -> Own {
    Own::watched(
        "array_position",
        takes,
        |_| Arrow::Int64,
        |arguments, rows, cancellation| {
            let search = Search::of(arguments)?;
            let found = (0..rows).map(|row| {
                cancellation.check()?;
                let Some(places) = search.places(row) else { return Ok(None) };
                for (before, at) in places.enumerate() {
                    if search.is_at(at, row)? == Some(true) {
                        return Ok(i64::try_from(before + 1).ok());
                    }
                }
                Ok(Some(0))
            });
            Ok(Arc::new(found.collect::<Result<Int64Array>>()?))
        },
    )
}

/// Without the elements that are equal.
pub(super) fn array_remove() -> Own {
    let answers = |given: &[Arrow]| array_of(element(given).unwrap_or(Arrow::Null));
    Own::values("array_remove", takes, answers, |arguments, bounded| {
        let search = Search::of(arguments)?;
        let sources = [Source::of(search.arrays.elements())];
        let (mut elements, mut made) = (Column::of(&sources), Rows::new(bounded.rows()));
        for row in 0..bounded.rows() {
            let places = search.places(row);
            let is_array = places.is_some();
            for at in places.into_iter().flatten() {
                if search.is_at(at, row)? != Some(true) {
                    elements.push(0, at, &mut made, bounded)?;
                }
            }
            made.end(elements.len(), is_array, bounded)?;
        }
        made.arrays(elements.finish())
    })
}

struct Search<'a> {
    arrays: Arrays<'a>,
    wanted: Scalars<'a>,
    pairs: Pairs,
}

impl<'a> Search<'a> {
    fn of(arguments: &'a [Argument]) -> Result<Self> {
        let [arrays, wanted] = arguments else { return Err(unexpected(&Arrow::Null)) };
        let element = element(&types(arguments)).ok_or_else(|| unexpected(&Arrow::Null))?;
        let (arrays, wanted) = (Arrays::of(arrays, &element)?, Scalars::of(wanted, &element)?);
        let pairs = Pairs::of(arrays.elements(), wanted.values())?;
        Ok(Self { arrays, wanted, pairs })
    }

    /// Where the row's elements are; `None`: the array or the value is null.
    fn places(&self, row: usize) -> Option<std::ops::Range<usize>> {
        if self.wanted.is_null(row) { None } else { self.arrays.get(row) }
    }

    /// Whether the element is equal to the row's value. `None`: it is null. Fails where a null in one of them, which are
    /// nested, stands in the way.
    fn is_at(&self, at: usize, row: usize) -> Result<Option<bool>> {
        let elements = self.arrays.elements();
        let equal = self.pairs.equal(at, self.wanted.place(row));
        if equal.is_some() || *elements.data_type() == Arrow::Null || elements.is_null(at) {
            return Ok(equal);
        }
        let words = "contains does not support arrays with elements that are null or contain null";
        Err(failure("NOT_SUPPORTED", words))
    }
}

fn takes(given: &[Arrow]) -> Option<Vec<Arrow>> {
    match given {
        [Arrow::List(_) | Arrow::Null, _] => element(given).map(|_| given.to_vec()),
        _ => None,
    }
}

/// The type in which both are compared.
fn element(given: &[Arrow]) -> Option<Arrow> {
    let [array, wanted] = given else { return None };
    common(element_of(array)?, wanted).filter(is_comparable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_looked_for_is_of_the_elements_type_or_fits_it() {
        let array = |element: Arrow| array_of(element);
        assert!(takes(&[array(Arrow::Int32), Arrow::Int64]).is_some());
        assert!(takes(&[array(Arrow::Int32), Arrow::Utf8]).is_none());
        assert!(takes(&[Arrow::Int32, Arrow::Int32]).is_none());
    }
}
