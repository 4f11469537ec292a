//! The rows of one group, kept until the group is asked for its answer.
//!
//! They are kept in arrays, copied out of their batches: chunks of which each is longer than the next, so that a row is copied
//! only as often as the chunks double. What is known to be needed no more is left out as the rows grow.

mod answer;
mod constants;
mod plan;

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{
            Array, ArrayRef, AsArray, BooleanArray, Float64Array, Int64Array, ListArray, new_empty_array,
        },
        buffer::{NullBuffer, OffsetBuffer},
        compute::filter,
        datatypes::{DataType as Arrow, Field, Int64Type},
    },
    common::ScalarValue,
    error::Result,
    logical_expr::Accumulator,
};

use super::{
    answers,
    kind::{Kind, Weight},
    percentile, rows,
};
use crate::functions::own::unexpected;

pub(super) use plan::Plan;

/// How many rows a group has before some are left out for the first time.
const FIRST_REDUCTION: usize = 1_024;

/// By how much more memory is counted than the rows take: they are copied when they are sorted, and into the answer.
const COPIES: usize = 3;

/// What the types and constants of a group take, in bytes, and more.
const OVERHEAD: usize = 512;

#[derive(Debug)]
pub(super) struct Gathered {
    plan: Plan,
    /// The constants of the first row; empty before there is one, where there are none, and where they are literals.
    constants: Vec<ScalarValue>,
    /// Whether a row has come that counts, and its constants are checked.
    is_noted: bool,
    chunks: Vec<Vec<ArrayRef>>,
    rows: usize,
    /// So many rows are there when some are left out next.
    next_reduction: usize,
    /// Of a percentile: see [`percentile::merged`].
    scale: u32,
    bytes: usize,
}

impl Gathered {
    pub(super) fn new(plan: Plan) -> Self {
        let (constants, chunks) = (Vec::new(), Vec::new());
        let next_reduction = FIRST_REDUCTION;
        Self { plan, constants, is_noted: false, chunks, rows: 0, next_reduction, scale: 0, bytes: 0 }
    }

    /// Keeps a chunk of rows, which holds on to no more than these.
    fn keep(&mut self, chunk: Vec<ArrayRef>) -> Result<()> {
        let rows = length(&chunk);
        if rows == 0 {
            return Ok(());
        }
        self.rows += rows;
        self.chunks.push(chunk);
        while let [.., before, last] = self.chunks.as_slice()
            && length(before) <= length(last)
        {
            let first = self.chunks.len() - 2;
            let joined = rows::joined(&self.chunks[first..])?;
            self.chunks.truncate(first);
            self.chunks.push(joined);
        }
        if self.rows >= self.next_reduction {
            self.reduce()?;
            self.next_reduction = FIRST_REDUCTION.max(2 * self.rows);
        }
        let arrays = self.chunks.iter().flatten();
        let arrays: usize = arrays.map(Array::get_array_memory_size).sum();
        self.bytes = arrays + ScalarValue::size_of_vec(&self.constants);
        Ok(())
    }

    /// Leaves out what no answer needs, and makes one chunk of the rest.
    fn reduce(&mut self) -> Result<()> {
        if self.chunks.is_empty() {
            return Ok(());
        }
        let columns = rows::joined(&self.chunks)?;
        let columns = self.reduced(columns)?;
        self.rows = length(&columns);
        self.chunks = vec![columns];
        Ok(())
    }

    fn reduced(&mut self, columns: Vec<ArrayRef>) -> Result<Vec<ArrayRef>> {
        if self.plan.is_distinct {
            let places = rows::distinct(&columns[..self.plan.values()])?;
            return rows::taken(&columns, &places);
        }
        match self.plan.kind {
            Kind::Histogram | Kind::MostFrequent => answers::counted(&columns),
            Kind::Percentile => {
                let (columns, scale) = percentile::merged(&columns, self.scale)?;
                self.scale = scale;
                Ok(columns)
            }
            Kind::MaxN | Kind::MinN | Kind::MaxByN | Kind::MinByN => self.best(&columns),
            Kind::MapAgg if self.plan.keys.is_empty() => {
                let places = rows::distinct(&columns[..1])?;
                rows::taken(&columns, &places)
            }
            _ => Ok(columns),
        }
    }

    /// The rows of the greatest keys, or of the least ones.
    fn best(&self, columns: &[ArrayRef]) -> Result<Vec<ArrayRef>> {
        let Some(key) = columns.last() else { return Ok(Vec::new()) };
        let order = rows::best_first(key, self.plan.kind.is_descending())?;
        let most = self.most()?.min(order.len());
        rows::taken(columns, &order.slice(0, most))
    }

    /// The columns of the rows that count, copied.
    fn taken(&self, columns: &[ArrayRef]) -> Result<Vec<ArrayRef>> {
        let required = self.plan.kind.roles(self.plan.arguments).required;
        let rows = length(columns);
        // A column of nulls without a type has nulls, but no bitmap of them.
        let nulls = required.iter().filter_map(|place| columns[*place].logical_nulls());
        let nulls: Vec<NullBuffer> = nulls.filter(|nulls| nulls.null_count() > 0).collect();
        if nulls.is_empty() {
            return rows::taken(columns, &rows::all(rows));
        }
        let counts = |row: usize| nulls.iter().all(|nulls| nulls.is_valid(row));
        let mask: BooleanArray = (0..rows).map(|row| Some(counts(row))).collect();
        columns.iter().map(|column| Ok(filter(column, &mask)?)).collect()
    }
}

fn length(columns: &[ArrayRef]) -> usize {
    columns.first().map_or(0, Array::len)
}

impl Accumulator for Gathered {
    fn update_batch(&mut self, columns: &[ArrayRef]) -> Result<()> {
        self.plan.cancellation.check()?;
        let columns = self.taken(columns)?;
        let rows = length(&columns);
        if rows == 0 {
            return Ok(());
        }
        let (kind, arguments) = (self.plan.kind, self.plan.arguments);
        let roles = kind.roles(arguments);
        self.note(roles.constant.iter().map(|place| &columns[*place]), 0)?;
        let weight: Option<ArrayRef> = kind.weight(arguments).map(|weight| match weight {
            Weight::Count => Arc::new(Int64Array::from(vec![1; rows])) as ArrayRef,
            Weight::One => Arc::new(Float64Array::from(vec![1.0; rows])) as ArrayRef,
        });
        let kept: Vec<ArrayRef> = roles.kept.iter().map(|place| Arc::clone(&columns[*place])).collect();
        if kind == Kind::Percentile
            && let [_, weights] = kept.as_slice()
        {
            percentile::check_weights(weights)?;
        }
        let keys = columns[arguments..].iter().cloned();
        self.keep(kept.into_iter().chain(weight).chain(keys).collect())
    }

    /// After the constants, which are null where they are literals, come the scale, and an array for each column.
    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        self.plan.cancellation.check()?;
        let (constants, rest) = states.split_at(self.plan.constants().len());
        let [scales, columns @ ..] = rest else { return Err(unexpected(&Arrow::Null)) };
        let scales = scales.as_primitive::<Int64Type>();
        for row in 0..scales.len() {
            let chunk = columns.iter().map(|column| column.as_list::<i32>().value(row));
            let chunk: Vec<ArrayRef> = chunk.collect();
            let rows = length(&chunk);
            if rows == 0 {
                continue;
            }
            self.note(constants.iter(), row)?;
            self.scale = self.scale.max(u32::try_from(scales.value(row)).unwrap_or_default());
            self.keep(rows::taken(&chunk, &rows::all(rows))?)?;
        }
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        self.reduce()?;
        let mut state = self.constants.clone();
        if state.is_empty() {
            state = self.plan.constants().iter().map(ScalarValue::try_new_null).collect::<Result<_>>()?;
        }
        state.push(ScalarValue::Int64(Some(self.scale.into())));
        let kept = self.plan.kept();
        let columns: Vec<ArrayRef> = match self.chunks.first() {
            Some(columns) => columns.clone(),
            None => kept.iter().map(new_empty_array).collect(),
        };
        for (column, found) in columns.into_iter().zip(&kept) {
            let offsets = OffsetBuffer::from_lengths([column.len()]);
            let element = Arc::new(Field::new_list_field(found.clone(), true));
            state.push(ScalarValue::List(Arc::new(ListArray::try_new(element, offsets, column, None)?)));
        }
        Ok(state)
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        self.answer()
    }

    fn size(&self) -> usize {
        size_of::<Self>() + OVERHEAD + self.bytes.saturating_mul(COPIES)
    }
}

#[cfg(test)]
mod tests;
