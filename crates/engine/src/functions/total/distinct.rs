//! A total of each value once.

use std::collections::HashSet;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray},
        datatypes::DataType as Arrow,
    },
    common::ScalarValue,
    error::Result,
    logical_expr::Accumulator,
};

use super::{One, sums::Sums};
use crate::functions::own::unexpected;

/// Keeps the values, and adds them when it is asked.
#[derive(Debug)]
pub(super) struct Distinct {
    input: Arrow,
    seen: HashSet<ScalarValue>,
    /// In the order in which they came, so that an answer does not depend on hashes.
    values: Vec<ScalarValue>,
    /// What the values take, both times. It is asked for after each batch.
    bytes: usize,
    sums: Sums,
}

impl Distinct {
    pub(super) fn new(input: Arrow, sums: Sums) -> Self {
        Self { input, seen: HashSet::new(), values: Vec::new(), bytes: 0, sums }
    }

    fn keep(&mut self, values: &ArrayRef) -> Result<()> {
        for row in (0..values.len()).filter(|row| values.is_valid(*row)) {
            let value = ScalarValue::try_from_array(values, row)?;
            if self.seen.insert(value.clone()) {
                self.bytes += 2 * value.size();
                self.values.push(value);
            }
        }
        Ok(())
    }
}

impl Accumulator for Distinct {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let [values] = values else { return Err(unexpected(&Arrow::Null)) };
        self.keep(values)
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let [lists] = states else { return Err(unexpected(&Arrow::Null)) };
        lists.as_list::<i32>().iter().flatten().try_for_each(|values| self.keep(&values))
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![ScalarValue::List(ScalarValue::new_list(&self.values, &self.input, true))])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let mut total = One::new(self.sums.empty());
        if !self.values.is_empty() {
            let values: ArrayRef = ScalarValue::iter_to_array(self.values.iter().cloned())?;
            total.update_batch(&[values])?;
        }
        total.evaluate()
    }

    fn size(&self) -> usize {
        size_of::<Self>() + self.bytes
    }
}
