//! `array_sort(array, (x, y) -> ...)`: a merge sort whose comparisons are made for all arrays at the same time.

use std::ops::Range;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, UInt64Array},
        compute::take,
        datatypes::{DataType as Arrow, Int32Type},
    },
    error::Result,
};

use super::{
    arrays::{Made, nested},
    body::{Body, Evaluation, Source},
    items::{Items, arrays, windows},
};
use crate::functions::{argument::Argument, bounded::Bounded, own::invalid};

pub(super) fn sorted(
    evaluation: &Evaluation<'_>,
    body: &Body,
    array: &Argument,
    result: &Arrow,
    bounded: &mut Bounded<'_>,
) -> Result<ArrayRef> {
    let lists = nested(array)?;
    let elements = lists.columns[0];
    let mut made = Made::default();
    for window in windows(bounded.rows(), |row| lists.len(row)) {
        let items = Items::of(&lists, window.clone());
        let mut places: Vec<u64> = items.places.iter().copied().flatten().collect();
        let longest = window.clone().map(|row| lists.len(row)).max().unwrap_or_default();
        let mut width = 1;
        while width < longest {
            let mut merges = Vec::new();
            let mut begin = 0;
            for row in window.clone() {
                let end = begin + lists.len(row);
                while begin < end {
                    let (middle, until) = (end.min(begin + width), end.min(begin + 2 * width));
                    merges.push(Merge {
                        row: row as u64,
                        left: begin..middle,
                        right: middle..until,
                        merged: Vec::new(),
                    });
                    begin = until;
                }
            }
            merge(evaluation, body, elements, &places, &mut merges)?;
            places = merges.into_iter().flat_map(|merge| merge.merged).collect();
            width *= 2;
        }
        let found = take(elements, &UInt64Array::from(places), None)?;
        made.append(found, window.map(|row| lists.range(row).map(|range| range.len())), bounded)?;
    }
    arrays(result, &made.lengths, &made.parts)
}

/// Two sorted parts of an array, of places that lie side by side, which become one.
struct Merge {
    row: u64,
    left: Range<usize>,
    right: Range<usize>,
    merged: Vec<u64>,
}

impl Merge {
    /// Takes the next of one part; where one part has no more, all of the other one.
    fn take(&mut self, places: &[u64], from_right: bool) {
        let part = if from_right { &mut self.right } else { &mut self.left };
        self.merged.extend(part.next().map(|at| places[at]));
    }

    fn end(&mut self, places: &[u64]) {
        let rest = self.left.by_ref().chain(self.right.by_ref());
        self.merged.extend(rest.map(|at| places[at]));
    }

    fn is_open(&self) -> bool {
        !self.left.is_empty() && !self.right.is_empty()
    }
}

fn merge(
    evaluation: &Evaluation<'_>,
    body: &Body,
    elements: &ArrayRef,
    places: &[u64],
    merges: &mut [Merge],
) -> Result<()> {
    let mut open: Vec<usize> = (0..merges.len()).filter(|merge| merges[*merge].is_open()).collect();
    while !open.is_empty() {
        let mut items = Items::default();
        for merge in &open {
            let Merge { row, left, right, .. } = &merges[*merge];
            items.rows.push(*row);
            items.places.push(Some(places[left.start]));
            items.others.push(Some(places[right.start]));
        }
        let sources = [
            Source { array: elements, places: &items.places },
            Source { array: elements, places: &items.others },
        ];
        let found = evaluation.of(body, &sources, &items.rows)?;
        let found = found.as_primitive::<Int32Type>();
        for (at, merge) in open.iter().enumerate() {
            if found.is_null(at) || !(-1..=1).contains(&found.value(at)) {
                return Err(invalid("Lambda comparator must return either -1, 0, or 1"));
            }
            // Of equal ones that from the left: the order of the array stays.
            merges[*merge].take(places, found.value(at) > 0);
        }
        open.retain(|merge| merges[*merge].is_open());
    }
    merges.iter_mut().for_each(|merge| merge.end(places));
    Ok(())
}
