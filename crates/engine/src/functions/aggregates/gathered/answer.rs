//! What a group answers.

use std::sync::Arc;

use arrow_buffer::MemoryReservation;
use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, UInt64Array},
        compute::SortOptions,
        datatypes::{DataType as Arrow, Float64Type},
    },
    common::ScalarValue,
    error::Result,
    logical_expr::Accumulator,
};

use super::{COPIES, Gathered, Plan, length};
use crate::{
    functions::{
        aggregates::{
            answers,
            kind::Kind,
            overflow::{self, Overflow},
            percentile, rows,
        },
        own::{failure, unexpected},
    },
    memory::{EXCEEDED, LONG_GROUP},
};

impl Gathered {
    /// The answer. A long one is counted until the query is over: the operator makes those of all groups before the
    /// first leaves it.
    pub(super) fn answer(&mut self) -> Result<ScalarValue> {
        let answer = self.of_group()?;
        if let Some(memory) = &self.plan.memory {
            let bytes = answer.size();
            if bytes > LONG_GROUP {
                memory.pass_on(bytes)?;
            }
        }
        Ok(answer)
    }

    fn of_group(&mut self) -> Result<ScalarValue> {
        self.plan.cancellation.check()?;
        let _hold = match &self.plan.memory {
            // Its own copy is counted by the operator; this is what is made of it.
            Some(memory) => {
                let mut hold = memory.memory().hold();
                hold.resize(self.bytes.saturating_mul(COPIES));
                memory.memory().check()?;
                Some(hold)
            }
            None => None,
        };
        self.reduce()?;
        let Some(columns) = self.chunks.first().filter(|columns| length(columns) > 0) else {
            return ScalarValue::try_new_null(&self.plan.answer);
        };
        let (values, keys) = columns.split_at(self.plan.values());
        let values = if self.plan.keys.is_empty() {
            values.to_vec()
        } else {
            rows::taken(values, &rows::order(keys, &self.plan.keys)?)?
        };
        self.bound(&values)?;
        self.of_all(&values)
    }

    /// Fails where an array or a map of all of these would be too large. The others choose, or are bounded by themselves.
    fn bound(&self, values: &[ArrayRef]) -> Result<()> {
        let Some(memory) = &self.plan.memory else { return Ok(()) };
        let is_bounded = matches!(self.plan.answer, Arrow::List(_) | Arrow::Map(..));
        let most = memory.limits().group();
        let bytes: usize = values.iter().map(Array::get_array_memory_size).sum();
        if !is_bounded || bytes <= most {
            return Ok(());
        }
        let name = self.plan.kind.called();
        let message = format!("{name} makes a value of more than {most} bytes, the most of the local engine");
        Err(failure(EXCEEDED, message))
    }

    fn of_all(&self, values: &[ArrayRef]) -> Result<ScalarValue> {
        let Plan { kind, answer, keys, .. } = &self.plan;
        let [first, ..] = values else { return Err(unexpected(answer)) };
        match kind {
            Kind::ArrayAgg | Kind::MaxN | Kind::MinN => {
                let values = if *kind == Kind::ArrayAgg { values.to_vec() } else { self.best(values)? };
                answers::array(Arc::clone(&values[0]), answer)
            }
            Kind::MaxByN | Kind::MinByN => {
                let best = self.best(values)?;
                answers::array(Arc::clone(&best[0]), answer)
            }
            Kind::ListAgg => match self.constants().as_slice() {
                [separator, word, filler] => {
                    answers::text(first, overflow::text(separator)?, &Overflow::new(word, filler)?)
                }
                _ => Err(unexpected(answer)),
            },
            Kind::MapAgg => answers::first_of_each(&in_order(values, keys)?, answer),
            Kind::MultimapAgg => answers::all_of_each(&in_order(values, keys)?, answer),
            Kind::Histogram => {
                let counted = answers::counted(values)?;
                answers::histogram(&in_order(&counted, keys)?, answer)
            }
            Kind::MostFrequent => {
                let most = rows::most_frequent(&answers::counted(values)?, self.most()?)?;
                answers::histogram(&in_order(&most, keys)?, answer)
            }
            Kind::MapUnion => answers::union(first, answer),
            Kind::Percentile => self.percentile(values),
            Kind::Distinct(statistic) => {
                let sorted = rows::order(values, &vec![SortOptions::default(); values.len()])?;
                let mut numbers = statistic.accumulator(answer);
                numbers.update_batch(&rows::taken(values, &sorted)?)?;
                numbers.evaluate()
            }
        }
    }

    fn percentile(&self, columns: &[ArrayRef]) -> Result<ScalarValue> {
        let (columns, _) = percentile::merged(columns, self.scale)?;
        let [values, weights] = columns.as_slice() else { return Err(unexpected(&self.plan.answer)) };
        match self.constants().first() {
            Some(ScalarValue::Float64(share)) => {
                ScalarValue::try_from_array(values, percentile::place(weights, *share)?)
            }
            Some(ScalarValue::List(shares)) => {
                let shares = shares.value(0);
                let shares = shares.as_primitive::<Float64Type>().iter();
                let places = shares.map(|share| Ok(percentile::place(weights, share)? as u64));
                let places = places.collect::<Result<Vec<u64>>>()?;
                let chosen =
                    rows::taken(std::slice::from_ref(values), &UInt64Array::from(places))?.swap_remove(0);
                answers::array(chosen, &self.plan.answer)
            }
            _ => Err(unexpected(&self.plan.answer)),
        }
    }
}

/// The entries of a map in the order of their keys, unless the query has an order: so the answer is the same each time.
fn in_order(values: &[ArrayRef], keys: &[SortOptions]) -> Result<Vec<ArrayRef>> {
    if keys.is_empty() {
        rows::taken(values, &rows::order(&values[..1], &[SortOptions::default()])?)
    } else {
        Ok(values.to_vec())
    }
}
