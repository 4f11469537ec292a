//! `max(x)` and `min(x)`, which count what they hold of texts.
//!
//! DataFusion 55.2 keeps the text of each group in a buffer, writes a better one over it, and counts only the text that is in
//! it. The buffer stays as long as the longest text that was in it: groups whose long texts gave way to short ones would hold
//! gigabytes that nobody counts. So a group counts as the longest of its texts until it is emitted.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, BooleanArray},
        datatypes::{DataType as Arrow, FieldRef},
    },
    common::ScalarValue,
    error::Result,
    logical_expr::{
        Accumulator, AggregateUDF, AggregateUDFImpl, EmitTo, GroupsAccumulator, ReversedUDAF,
        SetMonotonicity, Signature, StatisticsArgs,
        function::{AccumulatorArgs, StateFieldsArgs},
        utils::AggregateOrderSensitivity,
    },
};

/// Whether an aggregate is one of these.
pub(super) fn picks(name: &str) -> bool {
    matches!(name, "max" | "min")
}

/// The aggregate of DataFusion's whose groups it counts.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Extremum(pub(super) Arc<AggregateUDF>);

impl AggregateUDFImpl for Extremum {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn signature(&self) -> &Signature {
        self.0.signature()
    }

    fn coerce_types(&self, given: &[Arrow]) -> Result<Vec<Arrow>> {
        self.0.coerce_types(given)
    }

    fn return_type(&self, given: &[Arrow]) -> Result<Arrow> {
        self.0.return_type(given)
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        self.0.state_fields(args)
    }

    fn accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        self.0.accumulator(args)
    }

    fn create_sliding_accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        self.0.create_sliding_accumulator(args)
    }

    fn groups_accumulator_supported(&self, args: AccumulatorArgs<'_>) -> bool {
        self.0.groups_accumulator_supported(args)
    }

    fn create_groups_accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn GroupsAccumulator>> {
        let is_text = matches!(args.return_field.data_type(), Arrow::Utf8 | Arrow::Binary);
        let inner = self.0.create_groups_accumulator(args)?;
        if !is_text {
            return Ok(inner);
        }
        Ok(Box::new(Texts { inner, longest: Vec::new(), held: 0 }))
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        self.0.order_sensitivity()
    }

    fn reverse_expr(&self) -> ReversedUDAF {
        self.0.reverse_udf()
    }

    fn is_descending(&self) -> Option<bool> {
        self.0.is_descending()
    }

    fn value_from_stats(&self, args: &StatisticsArgs<'_>) -> Option<ScalarValue> {
        self.0.value_from_stats(args)
    }

    fn set_monotonicity(&self, of: &Arrow) -> SetMonotonicity {
        self.0.inner().set_monotonicity(of)
    }
}

struct Texts {
    inner: Box<dyn GroupsAccumulator>,
    /// Of each group, in bytes.
    longest: Vec<usize>,
    /// The sum of these.
    held: usize,
}

impl Texts {
    fn note(&mut self, values: &[ArrayRef], group_indices: &[usize], groups: usize) {
        self.longest.resize(groups.max(self.longest.len()), 0);
        let Some(values) = values.first() else { return };
        let offsets = match values.data_type() {
            Arrow::Utf8 => values.as_string::<i32>().value_offsets(),
            Arrow::Binary => values.as_binary::<i32>().value_offsets(),
            _ => return,
        };
        for (ends, group) in offsets.windows(2).zip(group_indices) {
            let [from, to] = ends else { continue };
            let length = usize::try_from(to - from).unwrap_or_default();
            if let Some(longest) = self.longest.get_mut(*group)
                && length > *longest
            {
                self.held += length - *longest;
                *longest = length;
            }
        }
    }

    fn emitted(&mut self, emit_to: EmitTo) {
        let groups = match emit_to {
            EmitTo::All => self.longest.len(),
            EmitTo::First(groups) => groups.min(self.longest.len()),
        };
        let freed: usize = self.longest.drain(..groups).sum();
        self.held -= freed;
    }
}

impl GroupsAccumulator for Texts {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        opt_filter: Option<&BooleanArray>,
        total_num_groups: usize,
    ) -> Result<()> {
        self.note(values, group_indices, total_num_groups);
        self.inner.update_batch(values, group_indices, opt_filter, total_num_groups)
    }

    fn merge_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        total_num_groups: usize,
    ) -> Result<()> {
        self.note(values, group_indices, total_num_groups);
        self.inner.merge_batch(values, group_indices, total_num_groups)
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let answers = self.inner.evaluate(emit_to);
        self.emitted(emit_to);
        answers
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        let states = self.inner.state(emit_to);
        self.emitted(emit_to);
        states
    }

    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        opt_filter: Option<&BooleanArray>,
    ) -> Result<Vec<ArrayRef>> {
        self.inner.convert_to_state(values, opt_filter)
    }

    fn size(&self) -> usize {
        self.inner.size().max(self.held) + self.longest.capacity() * size_of::<usize>()
    }
}

#[cfg(test)]
mod tests;
