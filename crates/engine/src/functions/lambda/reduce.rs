//! `reduce(array, state, (state, element) -> state, state -> result)`: the elements one after the other, those of all rows at
//! the same time.

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, UInt64Array},
        compute::{concat, take},
        datatypes::DataType as Arrow,
    },
    error::Result,
};

use super::{
    arrays::nested,
    body::{Body, Evaluation, Source},
    items::joined,
};
use crate::{
    functions::{argument::Argument, bounded::Bounded},
    guard::bytes,
};

pub(super) fn reduce(
    evaluation: &Evaluation<'_>,
    [merge, finish]: [&Body; 2],
    array: &Argument,
    initial: &Argument,
    result: &Arrow,
    bounded: &mut Bounded<'_>,
) -> Result<ArrayRef> {
    let lists = nested(array)?;
    // The rows with the most elements first: what is left of them has the more elements.
    let mut rows: Vec<usize> = (0..bounded.rows()).filter(|row| lists.range(*row).is_some()).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(lists.len(*row)));
    let of_rows = |rows: &[usize]| rows.iter().map(|row| *row as u64).collect::<Vec<u64>>();
    let places = rows.iter().map(|row| initial.place(*row) as u64);
    let mut states = take(initial.array(), &UInt64Array::from_iter_values(places), None)?;
    // Those of the rows that have no more elements: the last rows first.
    let mut ended: Vec<ArrayRef> = Vec::new();
    let mut left = rows.len();
    let mut element = 0;
    loop {
        let going = rows[..left].partition_point(|row| lists.len(*row) > element);
        if going < left {
            ended.push(states.slice(going, left - going));
            states = states.slice(0, going);
            left = going;
        }
        if left == 0 {
            break;
        }
        let place = |row: &usize| lists.range(*row).and_then(|range| range.clone().nth(element));
        let elements: Vec<Option<u64>> =
            rows[..left].iter().map(|row| place(row).map(|place| place as u64)).collect();
        let all: Vec<Option<u64>> = (0..left).map(|row| Some(row as u64)).collect();
        let sources =
            [Source { array: &states, places: &all }, Source { array: lists.columns[0], places: &elements }];
        let merged = evaluation.of(merge, &sources, &of_rows(&rows[..left]))?;
        states = joined(&[merged], initial.array().data_type())?;
        element += 1;
    }
    ended.reverse();
    let parts: Vec<&dyn Array> = ended.iter().map(|part| &**part).collect();
    let states = if parts.is_empty() { states } else { concat(&parts)? };
    let all: Vec<Option<u64>> = (0..rows.len()).map(|row| Some(row as u64)).collect();
    let sources = [Source { array: &states, places: &all }];
    let found = evaluation.of(finish, &sources, &of_rows(&rows))?;
    let mut places: Vec<Option<u64>> = vec![None; bounded.rows()];
    for (place, row) in rows.iter().enumerate() {
        bounded.count(bytes(&found, place..place + 1))?;
        places[*row] = Some(place as u64);
    }
    joined(&[take(&found, &UInt64Array::from(places), None)?], result)
}
