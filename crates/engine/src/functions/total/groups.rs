//! The totals as DataFusion asks for them, group by group.

use std::ops::Range;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, BooleanArray},
        datatypes::DataType as Arrow,
    },
    error::Result,
    logical_expr::{EmitTo, GroupsAccumulator},
};

use super::sums::Sums;
use crate::functions::own::unexpected;

impl GroupsAccumulator for Sums {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        opt_filter: Option<&BooleanArray>,
        total_num_groups: usize,
    ) -> Result<()> {
        let [values] = values else { return Err(unexpected(&Arrow::Null)) };
        self.grow(total_num_groups);
        let passes = |row: usize| opt_filter.is_none_or(|filter| filter.is_valid(row) && filter.value(row));
        self.add(values, |row| passes(row).then(|| group_indices[row]), false)
    }

    fn merge_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        total_num_groups: usize,
    ) -> Result<()> {
        self.grow(total_num_groups);
        self.merge(values, |row| group_indices[row])
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let groups = given(self, &emit_to);
        let answers = self.answers(groups.clone())?;
        self.forget(groups);
        Ok(answers)
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        let groups = given(self, &emit_to);
        let states = self.states(groups.clone())?;
        self.forget(groups);
        Ok(states)
    }

    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        opt_filter: Option<&BooleanArray>,
    ) -> Result<Vec<ArrayRef>> {
        let [column] = values else { return Err(unexpected(&Arrow::Null)) };
        let mut sums = self.empty();
        let rows: Vec<usize> = (0..column.len()).collect();
        sums.update_batch(values, &rows, opt_filter, rows.len())?;
        sums.states(0..rows.len())
    }

    fn size(&self) -> usize {
        self.bytes()
    }
}

/// Which groups are to be given away.
fn given(sums: &Sums, emit: &EmitTo) -> Range<usize> {
    match emit {
        EmitTo::All => 0..sums.groups(),
        EmitTo::First(groups) => 0..*groups,
    }
}
