//! New rows among themselves: twins dropped.

use std::collections::{HashMap, hash_map::Entry};

use arrow::{
    array::{RecordBatch, UInt32Array},
    compute::take_record_batch,
    error::ArrowError,
    row::OwnedRow,
};
use domain::Dataset;

use crate::rows::Keys;

/// New rows without twins among them.
#[derive(Debug)]
pub(crate) struct Distinct {
    /// All rows as they came.
    pub(crate) all: RecordBatch,
    /// The rows that stay, by their identity.
    pub(crate) kept: HashMap<OwnedRow, u32>,
    /// Rows dropped because their twin was there already.
    pub(crate) duplicates: u64,
    /// Of those, how many differed from their twin in content.
    pub(crate) conflicting: u64,
}

impl Distinct {
    /// Of twins the first one stays: the rows are in order of batch and line.
    pub(crate) fn new(dataset: &Dataset, all: RecordBatch) -> Result<Self, ArrowError> {
        let keys = Keys::identity(&all.schema(), dataset)?.of(&all)?;
        let mut kept: HashMap<OwnedRow, u32> = HashMap::with_capacity(all.num_rows());
        let mut twins = Vec::new();
        for (index, key) in (0_u32..).zip(keys.iter()) {
            match kept.entry(key.owned()) {
                Entry::Vacant(vacant) => {
                    vacant.insert(index);
                }
                Entry::Occupied(occupied) => twins.push((*occupied.get(), index)),
            }
        }
        let (duplicates, conflicting) = (twins.len() as u64, conflicts(&all, &twins)?);
        Ok(Self { all, kept, duplicates, conflicting })
    }

    /// The rows that stay, in the dataset's order.
    pub(crate) fn sorted(self, dataset: &Dataset) -> Result<RecordBatch, ArrowError> {
        let Self { all, kept, .. } = self;
        sort(&all, kept.into_values().collect(), dataset)
    }
}

/// These rows in the dataset's order; rows that are alike in it stay as they came.
pub(crate) fn sort(
    all: &RecordBatch,
    mut indices: Vec<u32>,
    dataset: &Dataset,
) -> Result<RecordBatch, ArrowError> {
    let order = Keys::new(&all.schema(), &dataset.sort_order())?.of(all)?;
    indices
        .sort_unstable_by(|a, b| order.row(*a as usize).cmp(&order.row(*b as usize)).then_with(|| a.cmp(b)));
    drop(order);
    take_record_batch(all, &UInt32Array::from(indices))
}

/// How many of the twins differ in anything but the time of their ingestion.
fn conflicts(all: &RecordBatch, twins: &[(u32, u32)]) -> Result<u64, ArrowError> {
    if twins.is_empty() {
        return Ok(0);
    }
    let side = |pick: fn(&(u32, u32)) -> u32| {
        let indices = UInt32Array::from_iter_values(twins.iter().map(pick));
        take_record_batch(all, &indices)
    };
    differing(&side(|twin| twin.0)?, &side(|twin| twin.1)?)
}

/// In how many places rows of two batches differ in content.
pub(crate) fn differing(left: &RecordBatch, right: &RecordBatch) -> Result<u64, ArrowError> {
    let content = Keys::content(&left.schema())?;
    let (left, right) = (content.of(left)?, content.of(right)?);
    Ok(left.iter().zip(right.iter()).filter(|(a, b)| a != b).count() as u64)
}

#[cfg(test)]
mod tests;
