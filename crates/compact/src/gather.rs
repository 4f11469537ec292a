//! Values out of several arrays, in any order.
//!
//! Arrow's own `interleave` does this for every type that there is. Ours knows those of a table alone, and is compiled for
//! speed: what is compiled for every type is compiled for size (`[profile.release.package]`).

mod scattered;

use std::{ops::Range, sync::Arc};

use arrow::{
    array::{Array, ArrayRef, new_null_array},
    compute::concat,
    error::ArrowError,
};

use crate::coded::is_coded;
use scattered::scattered;

/// An array, and a value in it. Neither number is larger than that of a row, which has 32 bits.
pub(crate) type Place = (u32, u32);

/// Neighbours are copied as a whole where at most one value in so many begins a new run of them.
const SHORTEST_RUNS: usize = 32;

/// The values at these places, in this order. They get the type of `like`, with its dictionaries: either all arrays have
/// the same ones, or `like` has texts there. Then an array may have texts or a dictionary of its own.
///
/// The arrays are those from number `first` on. No place is in another one.
pub(crate) fn gather(
    like: &ArrayRef,
    arrays: &[&dyn Array],
    first: usize,
    places: &[Place],
) -> Result<ArrayRef, ArrowError> {
    if arrays.is_empty() || places.is_empty() {
        return Ok(like.slice(0, 0));
    }
    if arrays.iter().any(|array| is_coded(array.data_type())) {
        return scattered(like, arrays, first, places);
    }
    if arrays.iter().all(|array| array.null_count() == array.len()) {
        return Ok(new_null_array(like.data_type(), places.len()));
    }
    let Some(runs) = runs(places) else { return scattered(like, arrays, first, places) };
    let slice = |(array, values): (u32, Range<u32>)| {
        arrays[array as usize - first].slice(values.start as usize, values.len())
    };
    let slices: Vec<ArrayRef> = runs.into_iter().map(slice).collect();
    if let [only] = slices.as_slice() {
        return Ok(Arc::clone(only));
    }
    concat(&slices.iter().map(AsRef::as_ref).collect::<Vec<&dyn Array>>())
}

/// Values that lie side by side in one array; `None` if these runs are short.
fn runs(places: &[Place]) -> Option<Vec<(u32, Range<u32>)>> {
    let is_beginning = |pair: &&[Place]| pair[0].0 != pair[1].0 || pair[0].1 + 1 != pair[1].1;
    let most = places.len() / SHORTEST_RUNS;
    // Of scattered values this is seen by the first few.
    if places.windows(2).filter(is_beginning).nth(most).is_some() {
        return None;
    }
    let mut runs: Vec<(u32, Range<u32>)> = Vec::with_capacity(most + 1);
    for (array, value) in places {
        match runs.last_mut() {
            Some((of, values)) if *of == *array && values.end == *value => values.end += 1,
            _ => runs.push((*array, *value..*value + 1)),
        }
    }
    Some(runs)
}

#[cfg(test)]
mod tests {
    use arrow::{
        array::{AsArray, Int32Array, LargeStringArray, RecordBatch, new_empty_array},
        compute::interleave,
        datatypes::{DataType, Int32Type},
    };
    use domain::drawn::{Drawn, Random};

    use super::*;
    use crate::runs::tests::parsed;

    /// Columns of any type, and any of their arrays, against Arrow's own way.
    #[test]
    fn values_are_those_that_arrow_gathers() {
        for seed in 0..40 {
            let random = &mut Random::new(seed);
            let drawn = Drawn::new("d", random).unwrap();
            let batches: Vec<RecordBatch> = (0..1 + random.below(6))
                .map(|_| {
                    let batch = parsed(&drawn, 1 + random.below(50), random);
                    let from = random.below(batch.num_rows());
                    batch.slice(from, batch.num_rows() - from)
                })
                .collect();
            let first = random.below(batches.len());
            let last = first + random.below(batches.len() - first);
            let place = |random: &mut Random| -> Place {
                let batch = first + random.below(last + 1 - first);
                (batch as u32, random.below(batches[batch].num_rows()) as u32)
            };
            let places: Vec<Place> = (0..1 + random.below(300)).map(|_| place(random)).collect();
            for (index, field) in batches[0].schema().fields().iter().enumerate() {
                let arrays: Vec<&dyn Array> =
                    batches.iter().map(|batch| batch.column(index).as_ref()).collect();
                let like = new_empty_array(field.data_type());
                let found = gather(&like, &arrays[first..=last], first, &places).unwrap();
                let places: Vec<(usize, usize)> =
                    places.iter().map(|(array, value)| (*array as usize, *value as usize)).collect();
                let expected = interleave(&arrays, &places).unwrap();
                assert_eq!(
                    (&found, found.data_type()),
                    (&expected, field.data_type()),
                    "seed {seed}, {field}"
                );
            }
        }
    }

    #[test]
    fn neighbours_and_scattered_values_come_in_the_order_of_their_places() {
        let arrays: Vec<Int32Array> =
            (0..3).map(|array| Int32Array::from_iter_values(array * 1_000..array * 1_000 + 200)).collect();
        let arrays: Vec<&dyn Array> = arrays.iter().map(|array| array as &dyn Array).collect();
        let run = |array: u32, values: Range<u32>| values.map(|value| (array, value)).collect::<Vec<_>>();
        let scattered: Vec<Place> = (0..200).map(|n| (n % 3, n * 7 % 200)).collect();
        // One run is a slice; two long ones are copied; of short ones and scattered values each one is.
        let cases = [
            (run(1, 10..150), 1),
            ([run(2, 100..200), run(0, 0..100)].concat(), 2),
            ([run(1, 0..90), run(1, 80..90), scattered.clone()].concat(), 0),
            (scattered, 0),
            (run(2, 7..8), 1),
            (Vec::new(), 0),
        ];
        for (places, wanted) in cases {
            let found = gather(&new_empty_array(&DataType::Int32), &arrays, 0, &places).unwrap();
            let expected: Vec<i32> =
                places.iter().map(|(array, value)| (array * 1_000 + value) as i32).collect();
            assert_eq!(found.as_primitive::<Int32Type>().values()[..], expected[..]);
            assert_eq!(runs(&places).map_or(0, |runs| runs.len()), wanted, "{places:?}");
        }
    }

    #[test]
    fn a_type_that_no_table_has_is_refused() {
        let texts = LargeStringArray::from_iter_values(["a", "b"]);
        let like = new_empty_array(&DataType::LargeUtf8);
        let found = gather(&like, &[&texts, &texts], 0, &[(0, 1), (1, 0), (0, 0)]);
        assert!(matches!(found, Err(ArrowError::NotYetImplemented(_))), "{found:?}");
    }
}
