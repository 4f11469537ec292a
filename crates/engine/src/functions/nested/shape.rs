//! Functions that take parts of arrays, or put them together. (Trino's chapter "Array functions and operators".)

use std::ops::Range;

use datafusion::{
    arrow::{array::ArrayRef, datatypes::DataType as Arrow},
    error::Result,
};

use super::{
    arguments::{Arrays, types},
    made::{Column, Rows, Source, rows},
    types::{array_of, common, common_of_all, element_of, normal, row_of},
};
use crate::functions::{
    argument::Argument,
    bounded::Bounded,
    own::{Own, invalid, unexpected},
    text::CONCAT,
};

/// The most arrays that `zip` takes in Trino.
const MOST_ZIPPED: usize = 5;

/// So many elements from a place on, which is counted from the end if it is negative.
pub(super) fn slice() -> Own {
    let takes = |given: &[Arrow]| match given {
        [array, from, length] => {
            element_of(array)?;
            (is_whole(from) && is_whole(length)).then(|| vec![array.clone(), Arrow::Int64, Arrow::Int64])
        }
        _ => None,
    };
    Own::values("slice", takes, same_array, |arguments, bounded| {
        let [_, starts, lengths] = arguments else { return Err(unexpected(&Arrow::Null)) };
        let (starts, lengths) = (starts.bigints(), lengths.bigints());
        reshape(arguments, bounded, |row, count| {
            let (Some(start), Some(length)) = (starts.get(row), lengths.get(row)) else { return Ok(None) };
            if length < 0 {
                return Err(invalid("length must be greater than or equal to 0"));
            }
            if start == 0 {
                return Err(invalid("SQL array indices start at 1"));
            }
            let size = i64::try_from(count).unwrap_or(i64::MAX);
            let first = if start < 0 { size.saturating_add(start).saturating_add(1) } else { start };
            let end = first.saturating_add(length).min(size.saturating_add(1));
            if first < 1 || first >= end {
                return Ok(Some(0..0));
            }
            let place = |number: i64| usize::try_from(number - 1).unwrap_or_default();
            Ok(Some(place(first)..place(end)))
        })
    })
}

/// Without the last so many elements.
pub(super) fn trim_array() -> Own {
    let takes = |given: &[Arrow]| match given {
        [array, size] => {
            element_of(array)?;
            is_whole(size).then(|| vec![array.clone(), Arrow::Int64])
        }
        _ => None,
    };
    Own::values("trim_array", takes, same_array, |arguments, bounded| {
        let [_, sizes] = arguments else { return Err(unexpected(&Arrow::Null)) };
        let sizes = sizes.bigints();
        reshape(arguments, bounded, |row, count| {
            let Some(size) = sizes.get(row) else { return Ok(None) };
            if size < 0 {
                return Err(invalid(format!("size must not be negative: {size}")));
            }
            let kept = usize::try_from(size).ok().and_then(|size| count.checked_sub(size));
            let exceeds = || invalid(format!("size must not exceed array cardinality {count}: {size}"));
            Ok(Some(0..kept.ok_or_else(exceeds)?))
        })
    })
}

/// The elements in the opposite order.
pub(super) fn reverse() -> Own {
    Own::values("reverse", one_array, same_array, |arguments, bounded| {
        let array = first(arguments)?;
        let sources = [Source::of(array.elements())];
        let (mut elements, mut made) = (Column::of(&sources), Rows::new(bounded.rows()));
        for row in 0..bounded.rows() {
            let places = array.get(row);
            for at in places.clone().into_iter().flatten().rev() {
                elements.push(0, at, &mut made, bounded)?;
            }
            made.end(elements.len(), places.is_some(), bounded)?;
        }
        made.arrays(elements.finish())
    })
}

/// The elements of an array's arrays. One that is null has none.
pub(super) fn flatten() -> Own {
    let takes = |given: &[Arrow]| match given {
        [array] => element_of(element_of(array)?).map(|_| given.to_vec()),
        _ => None,
    };
    let answers = |given: &[Arrow]| array_of(inner(given).map_or(Arrow::Null, |inner| normal(&inner)));
    Own::values("flatten", takes, answers, |arguments, bounded| {
        let element = normal(&inner(&types(arguments)).ok_or_else(|| unexpected(&Arrow::Null))?);
        let [argument] = arguments else { return Err(unexpected(&Arrow::Null)) };
        let outer = Arrays::of(argument, &array_of(element.clone()))?;
        let within = Argument::of(outer.elements());
        let within = Arrays::of(&within, &element)?;
        let sources = [Source::of(within.elements())];
        let (mut elements, mut made) = (Column::of(&sources), Rows::new(bounded.rows()));
        for row in 0..bounded.rows() {
            let places = outer.get(row);
            for at in places.clone().into_iter().flatten() {
                for at in within.get(at).into_iter().flatten() {
                    elements.push(0, at, &mut made, bounded)?;
                }
            }
            made.end(elements.len(), places.is_some(), bounded)?;
        }
        made.arrays(elements.finish())
    })
}

/// Rows of the elements at the same places; what a shorter array lacks is null.
pub(super) fn zip() -> Own {
    let takes = |given: &[Arrow]| {
        let fits = (2..=MOST_ZIPPED).contains(&given.len());
        (fits && given.iter().all(|array| element_of(array).is_some())).then(|| given.to_vec())
    };
    let answers = |given: &[Arrow]| {
        array_of(row_of(given.iter().map(|array| element_of(array).map_or(Arrow::Null, normal))))
    };
    Own::values("zip", takes, answers, |arguments, bounded| {
        let arrays = arguments.iter().map(|argument| {
            let element = element_of(argument.array().data_type()).map_or(Arrow::Null, normal);
            Arrays::of(argument, &element)
        });
        let arrays = arrays.collect::<Result<Vec<_>>>()?;
        let sources: Vec<[Source; 1]> = arrays.iter().map(|array| [Source::of(array.elements())]).collect();
        let mut columns: Vec<Column<'_>> = sources.iter().map(|source| Column::of(source)).collect();
        let mut made = Rows::new(bounded.rows());
        for row in 0..bounded.rows() {
            let places: Option<Vec<_>> = arrays.iter().map(|array| array.get(row)).collect();
            let longest = places.iter().flatten().map(ExactSizeIterator::len).max().unwrap_or_default();
            for (column, places) in columns.iter_mut().zip(places.iter().flatten()) {
                for place in 0..longest {
                    match places.clone().nth(place) {
                        Some(at) => column.push(0, at, &mut made, bounded)?,
                        None => column.push_null(&mut made, bounded)?,
                    }
                }
            }
            made.end(columns.first().map_or(0, Column::len), places.is_some(), bounded)?;
        }
        made.arrays(rows(columns.into_iter().map(Column::finish).collect())?)
    })
}

/// Arrays one after another; or one and a further element after it, or before it.
pub(super) fn concat() -> Own {
    let takes = |given: &[Arrow]| parts(given).map(|_| given.to_vec());
    let answers = |given: &[Arrow]| array_of(parts(given).map_or(Arrow::Null, |(element, _)| element));
    Own::values(CONCAT, takes, answers, |arguments, bounded| {
        let (element, are_arrays) = parts(&types(arguments)).ok_or_else(|| unexpected(&Arrow::Null))?;
        let wrapped = arguments.iter().zip(are_arrays);
        let wrapped = wrapped.map(|(argument, is_array)| {
            if is_array { Arrays::of(argument, &element) } else { Arrays::of_single(argument, &element) }
        });
        let arrays = wrapped.collect::<Result<Vec<_>>>()?;
        let sources: Vec<Source> = arrays.iter().map(|array| Source::of(array.elements())).collect();
        let (mut elements, mut made) = (Column::of(&sources), Rows::new(bounded.rows()));
        for row in 0..bounded.rows() {
            let places: Option<Vec<_>> = arrays.iter().map(|array| array.get(row)).collect();
            let is_array = places.is_some();
            for (source, places) in places.into_iter().flatten().enumerate() {
                for at in places {
                    elements.push(source, at, &mut made, bounded)?;
                }
            }
            made.end(elements.len(), is_array, bounded)?;
        }
        made.arrays(elements.finish())
    })
}

/// The type of the elements of what is put together, and which of the parts are arrays.
fn parts(given: &[Arrow]) -> Option<(Arrow, Vec<bool>)> {
    if given.len() < 2 || !given.iter().any(|part| matches!(part, Arrow::List(_))) {
        return None;
    }
    let elements: Option<Vec<&Arrow>> = given.iter().map(element_of).collect();
    let all = elements.and_then(common_of_all);
    if let Some(element) = all {
        return Some((element, vec![true; given.len()]));
    }
    let [left, right] = given else { return None };
    let with = |array: &Arrow, other: &Arrow| match array {
        Arrow::List(element) => common(element.data_type(), other),
        _ => None,
    };
    match with(left, right) {
        Some(element) => Some((element, vec![true, false])),
        None => with(right, left).map(|element| (element, vec![false, true])),
    }
}

/// Of arrays, parts of each: `part` says which of so many elements, or that there is no array.
fn reshape(
    arguments: &[Argument],
    bounded: &mut Bounded<'_>,
    part: impl Fn(usize, usize) -> Result<Option<Range<usize>>>,
) -> Result<ArrayRef> {
    let array = first(arguments)?;
    let sources = [Source::of(array.elements())];
    let (mut elements, mut made) = (Column::of(&sources), Rows::new(bounded.rows()));
    for row in 0..bounded.rows() {
        let kept = match array.get(row) {
            None => None,
            Some(places) => {
                part(row, places.len())?.map(|kept| places.start + kept.start..places.start + kept.end)
            }
        };
        let is_array = kept.is_some();
        for at in kept.into_iter().flatten() {
            elements.push(0, at, &mut made, bounded)?;
        }
        made.end(elements.len(), is_array, bounded)?;
    }
    made.arrays(elements.finish())
}

/// The first argument, which is of arrays, with the names that their parts have here.
pub(super) fn first(arguments: &[Argument]) -> Result<Arrays<'_>> {
    let argument = arguments.first().ok_or_else(|| unexpected(&Arrow::Null))?;
    let found = argument.array().data_type();
    let element = element_of(found).ok_or_else(|| unexpected(found))?;
    Arrays::of(argument, &normal(element))
}

pub(super) fn one_array(given: &[Arrow]) -> Option<Vec<Arrow>> {
    match given {
        [array] => element_of(array).map(|_| given.to_vec()),
        _ => None,
    }
}

pub(super) fn same_array(given: &[Arrow]) -> Arrow {
    array_of(given.first().and_then(element_of).map_or(Arrow::Null, normal))
}

pub(super) fn is_whole(found: &Arrow) -> bool {
    matches!(found, Arrow::Int32 | Arrow::Int64 | Arrow::Null)
}

fn inner(given: &[Arrow]) -> Option<Arrow> {
    element_of(element_of(given.first()?)?).cloned()
}
