//! Functions of arrays that look at one element at a time.

use std::{ops::Range, sync::Arc};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, BooleanArray, UInt64Array},
        compute::take,
        datatypes::DataType as Arrow,
    },
    error::Result,
};

use super::{
    body::{Body, Evaluation, Source},
    items::{Items, Nested, arrays, windows},
    kind::Kind,
};
use crate::{
    functions::{argument::Argument, bounded::Bounded, own::unexpected},
    guard::bytes,
};

/// What an element of an array takes besides its own bytes.
pub(super) const ELEMENT: usize = 4;

pub(super) fn nested(argument: &Argument) -> Result<Nested<'_>> {
    Nested::of(argument)?.ok_or_else(|| unexpected(&Arrow::Null))
}

pub(super) fn transform(
    evaluation: &Evaluation<'_>,
    body: &Body,
    array: &Argument,
    result: &Arrow,
    bounded: &mut Bounded<'_>,
) -> Result<ArrayRef> {
    let lists = nested(array)?;
    let mut made = Made::default();
    for window in windows(bounded.rows(), |row| lists.len(row)) {
        let items = Items::of(&lists, window.clone());
        let sources = [Source { array: lists.columns[0], places: &items.places }];
        let found = evaluation.of(body, &sources, &items.rows)?;
        let lengths = window.map(|row| lists.range(row).map(|range| range.len()));
        made.append(found, lengths, bounded)?;
    }
    arrays(result, &made.lengths, &made.parts)
}

pub(super) fn zip_with(
    evaluation: &Evaluation<'_>,
    body: &Body,
    first: &Argument,
    second: &Argument,
    result: &Arrow,
    bounded: &mut Bounded<'_>,
) -> Result<ArrayRef> {
    let (first, second) = (nested(first)?, nested(second)?);
    // The shorter one is filled up with nulls.
    let len = |row: usize| Some(first.range(row)?.len().max(second.range(row)?.len()));
    let mut made = Made::default();
    for window in windows(bounded.rows(), |row| len(row).unwrap_or_default()) {
        let mut items = Items::default();
        for row in window.clone() {
            let (Some(one), Some(other)) = (first.range(row), second.range(row)) else { continue };
            for element in 0..one.len().max(other.len()) {
                items.push(row, one.clone().nth(element), other.clone().nth(element));
            }
        }
        let sources = [
            Source { array: first.columns[0], places: &items.places },
            Source { array: second.columns[0], places: &items.others },
        ];
        let found = evaluation.of(body, &sources, &items.rows)?;
        made.append(found, window.map(len), bounded)?;
    }
    arrays(result, &made.lengths, &made.parts)
}

pub(super) fn filter(
    evaluation: &Evaluation<'_>,
    body: &Body,
    array: &Argument,
    result: &Arrow,
    bounded: &mut Bounded<'_>,
) -> Result<ArrayRef> {
    let lists = nested(array)?;
    let mut made = Made::default();
    for window in windows(bounded.rows(), |row| lists.len(row)) {
        let items = Items::of(&lists, window.clone());
        let sources = [Source { array: lists.columns[0], places: &items.places }];
        let found = evaluation.of(body, &sources, &items.rows)?;
        let (kept, lengths) = kept(&lists, window, found.as_boolean());
        made.append(take(lists.columns[0], &kept, None)?, lengths.into_iter(), bounded)?;
    }
    arrays(result, &made.lengths, &made.parts)
}

/// The places of the elements of some rows for which it is true, and how many they are in each row.
pub(super) fn kept(
    nested: &Nested<'_>,
    rows: Range<usize>,
    is_kept: &BooleanArray,
) -> (UInt64Array, Vec<Option<usize>>) {
    let mut places = Vec::new();
    let mut lengths = Vec::with_capacity(rows.len());
    let mut item = 0;
    for row in rows {
        let before = places.len();
        let range = nested.range(row);
        let is_there = range.is_some();
        for place in range.into_iter().flatten() {
            if is_kept.is_valid(item) && is_kept.value(item) {
                places.push(place as u64);
            }
            item += 1;
        }
        lengths.push(is_there.then(|| places.len() - before));
    }
    (UInt64Array::from(places), lengths)
}

/// Whether all, some or no elements meet the condition; unknown where those whose answer is null would decide.
pub(super) fn matches(
    kind: Kind,
    evaluation: &Evaluation<'_>,
    body: &Body,
    array: &Argument,
    rows: usize,
) -> Result<ArrayRef> {
    let lists = nested(array)?;
    let mut answers: Vec<Option<bool>> = Vec::with_capacity(rows);
    for window in windows(rows, |row| lists.len(row)) {
        let items = Items::of(&lists, window.clone());
        let sources = [Source { array: lists.columns[0], places: &items.places }];
        // An element that decides may be before the one that fails: those after it are not looked at.
        let found = evaluation.of(body, &sources, &items.rows).ok();
        let mut item = 0;
        for row in window {
            let Some(range) = lists.range(row) else {
                answers.push(None);
                continue;
            };
            let (mut answer, mut is_known) = (kind != Kind::AnyMatch, true);
            let all = item..item + range.len();
            item = all.end;
            for element in all {
                let met = match &found {
                    Some(found) => met(found.as_boolean(), element),
                    None => {
                        let place = &items.places[element..=element];
                        let sources = [Source { array: lists.columns[0], places: place }];
                        let one = evaluation.of(body, &sources, &items.rows[element..=element])?;
                        met(one.as_boolean(), 0)
                    }
                };
                match met {
                    None => is_known = false,
                    Some(met) if met != (kind == Kind::AllMatch) => {
                        // One that is met decides, or one that is not met where all have to be.
                        answer = kind == Kind::AnyMatch;
                        is_known = true;
                        break;
                    }
                    Some(_) => {}
                }
            }
            answers.push(is_known.then_some(answer));
        }
    }
    Ok(Arc::new(BooleanArray::from(answers)))
}

fn met(answers: &BooleanArray, place: usize) -> Option<bool> {
    answers.is_valid(place).then(|| answers.value(place))
}

/// The elements that were made so far.
#[derive(Default)]
pub(super) struct Made {
    pub(super) lengths: Vec<Option<usize>>,
    pub(super) parts: Vec<ArrayRef>,
}

impl Made {
    /// The elements of the next rows: so many of each, or no array.
    pub(super) fn append(
        &mut self,
        elements: ArrayRef,
        lengths: impl Iterator<Item = Option<usize>>,
        bounded: &mut Bounded<'_>,
    ) -> Result<()> {
        let mut begin = 0;
        for length in lengths {
            let end = begin + length.unwrap_or_default();
            bounded.count(bytes(&elements, begin..end).saturating_add((end - begin) * ELEMENT))?;
            begin = end;
            self.lengths.push(length);
        }
        self.parts.push(elements);
        Ok(())
    }
}
