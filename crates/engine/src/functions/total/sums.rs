//! The totals of many groups at once.

use std::{ops::Range, sync::Arc};

use datafusion::{
    arrow::{
        array::{
            ArrayRef, AsArray, Decimal128Array, Decimal256Array, DurationMillisecondArray, Float32Array,
            Float64Array, Int64Array, IntervalYearMonthArray, PrimitiveArray,
        },
        datatypes::{
            ArrowPrimitiveType, DataType as Arrow, Decimal128Type, Decimal256Type, DurationMillisecondType,
            Float32Type, Float64Type, Int64Type, IntervalYearMonthType, i256,
        },
    },
    error::Result,
};

use crate::functions::own::{failure, unexpected};

/// The digits of a total on its way.
pub(super) const STATE_DIGITS: u8 = 76;

/// One number for each group, and how many values went into it.
#[derive(Debug)]
pub(super) struct Sums {
    totals: Totals,
    counts: Vec<i64>,
    scale: i8,
    answer: Arrow,
    is_mean: bool,
}

#[derive(Debug)]
enum Totals {
    /// Whole numbers, and units of a decimal's last place. No number of rows overflows it.
    Exact(Vec<i256>),
    /// What is in double precision in Athena as well.
    Inexact(Vec<f64>),
}

impl Sums {
    /// For values of a type, and an answer of a type.
    pub(super) fn new(input: &Arrow, answer: &Arrow, is_mean: bool) -> Result<Self> {
        let (totals, scale) = match (input, answer) {
            (Arrow::Int64, Arrow::Int64)
            | (Arrow::Duration(_), Arrow::Duration(_))
            | (Arrow::Interval(_), Arrow::Interval(_)) => (Totals::Exact(Vec::new()), 0),
            (Arrow::Decimal128(_, scale), Arrow::Decimal128(..)) => (Totals::Exact(Vec::new()), *scale),
            (Arrow::Int64 | Arrow::Float32 | Arrow::Float64, Arrow::Float32 | Arrow::Float64) => {
                (Totals::Inexact(Vec::new()), 0)
            }
            _ => return Err(unexpected(input)),
        };
        Ok(Self { totals, counts: Vec::new(), scale, answer: answer.clone(), is_mean })
    }

    /// For the same types, without a group.
    pub(super) fn empty(&self) -> Self {
        let totals = match &self.totals {
            Totals::Exact(_) => Totals::Exact(Vec::new()),
            Totals::Inexact(_) => Totals::Inexact(Vec::new()),
        };
        Self { totals, counts: Vec::new(), answer: self.answer.clone(), ..*self }
    }

    /// Makes room for so many groups.
    pub(super) fn grow(&mut self, groups: usize) {
        self.counts.resize(groups, 0);
        match &mut self.totals {
            Totals::Exact(totals) => totals.resize(groups, i256::ZERO),
            Totals::Inexact(totals) => totals.resize(groups, 0.0),
        }
    }

    /// Adds each value to the group of its row, or takes it off again.
    pub(super) fn add(
        &mut self,
        values: &ArrayRef,
        group: impl Fn(usize) -> Option<usize>,
        takes_off: bool,
    ) -> Result<()> {
        let counts = &mut self.counts;
        let mut count = |group: usize| counts[group] += if takes_off { -1 } else { 1 };
        match (&mut self.totals, values.data_type()) {
            (Totals::Exact(totals), Arrow::Int64) => each::<Int64Type>(values, group, |group, value| {
                count(group);
                step(&mut totals[group], i256::from_i128(value.into()), takes_off);
            }),
            (Totals::Exact(totals), Arrow::Decimal128(..)) => {
                each::<Decimal128Type>(values, group, |group, value| {
                    count(group);
                    step(&mut totals[group], i256::from_i128(value), takes_off);
                });
            }
            (Totals::Exact(totals), Arrow::Duration(_)) => {
                each::<DurationMillisecondType>(values, group, |group, value| {
                    count(group);
                    step(&mut totals[group], i256::from_i128(value.into()), takes_off);
                });
            }
            (Totals::Exact(totals), Arrow::Interval(_)) => {
                each::<IntervalYearMonthType>(values, group, |group, value| {
                    count(group);
                    step(&mut totals[group], i256::from_i128(value.into()), takes_off);
                });
            }
            (Totals::Inexact(totals), Arrow::Int64) => each::<Int64Type>(values, group, |group, value| {
                count(group);
                let value = value as f64;
                totals[group] += if takes_off { -value } else { value };
            }),
            (Totals::Inexact(totals), Arrow::Float32) => {
                each::<Float32Type>(values, group, |group, value| {
                    count(group);
                    totals[group] += f64::from(if takes_off { -value } else { value });
                });
            }
            (Totals::Inexact(totals), Arrow::Float64) => {
                each::<Float64Type>(values, group, |group, value| {
                    count(group);
                    totals[group] += if takes_off { -value } else { value };
                });
            }
            (_, other) => return Err(unexpected(other)),
        }
        Ok(())
    }

    /// Adds what [`Self::states`] gave.
    pub(super) fn merge(&mut self, states: &[ArrayRef], group: impl Fn(usize) -> usize) -> Result<()> {
        let [totals, counts] = states else { return Err(unexpected(&Arrow::Null)) };
        match &mut self.totals {
            Totals::Exact(sums) => each::<Decimal256Type>(
                totals,
                |row| Some(group(row)),
                |group, total| {
                    step(&mut sums[group], total, false);
                },
            ),
            Totals::Inexact(sums) => each::<Float64Type>(
                totals,
                |row| Some(group(row)),
                |group, total| {
                    sums[group] += total;
                },
            ),
        }
        let known = &mut self.counts;
        each::<Int64Type>(counts, |row| Some(group(row)), |group, count| known[group] += count);
        Ok(())
    }

    /// Totals and counts of some groups.
    pub(super) fn states(&self, groups: Range<usize>) -> Result<Vec<ArrayRef>> {
        let counts = Int64Array::from(self.counts[groups.clone()].to_vec());
        let totals: ArrayRef = match &self.totals {
            Totals::Exact(totals) => {
                let totals = Decimal256Array::from_iter_values(totals[groups].iter().copied());
                Arc::new(totals.with_precision_and_scale(STATE_DIGITS, self.scale)?)
            }
            Totals::Inexact(totals) => Arc::new(Float64Array::from(totals[groups].to_vec())),
        };
        Ok(vec![totals, Arc::new(counts)])
    }

    /// The answers for some groups: null where no value was.
    pub(super) fn answers(&self, groups: Range<usize>) -> Result<ArrayRef> {
        let counts = self.counts[groups.clone()].iter().copied();
        match (&self.totals, &self.answer) {
            (Totals::Inexact(totals), answer) => {
                let means = totals[groups].iter().zip(counts).map(|(total, count)| {
                    let answer = if self.is_mean { total / count as f64 } else { *total };
                    (count != 0).then_some(answer)
                });
                Ok(match answer {
                    Arrow::Float32 => {
                        Arc::new(means.map(|mean| mean.map(|mean| mean as f32)).collect::<Float32Array>())
                    }
                    _ => Arc::new(means.collect::<Float64Array>()),
                })
            }
            (Totals::Exact(totals), Arrow::Decimal128(precision, scale)) => {
                let answers = totals[groups].iter().zip(counts).map(|(total, count)| {
                    let answer = if self.is_mean { mean(*total, count) } else { *total };
                    (count != 0).then(|| decimal(answer)).transpose()
                });
                let answers = answers.collect::<Result<Decimal128Array>>()?;
                Ok(Arc::new(answers.with_precision_and_scale(*precision, *scale)?))
            }
            (Totals::Exact(totals), Arrow::Duration(_)) => {
                let answers = totals[groups].iter().zip(counts).map(|(total, count)| {
                    (count != 0).then(|| bigint(self.of_interval(*total, count))).transpose()
                });
                Ok(Arc::new(answers.collect::<Result<DurationMillisecondArray>>()?))
            }
            (Totals::Exact(totals), Arrow::Interval(_)) => {
                let answers = totals[groups].iter().zip(counts).map(|(total, count)| {
                    (count != 0).then(|| months(self.of_interval(*total, count))).transpose()
                });
                Ok(Arc::new(answers.collect::<Result<IntervalYearMonthArray>>()?))
            }
            (Totals::Exact(totals), _) => {
                let answers = totals[groups]
                    .iter()
                    .zip(counts)
                    .map(|(total, count)| (count != 0).then(|| bigint(*total)).transpose());
                Ok(Arc::new(answers.collect::<Result<Int64Array>>()?))
            }
        }
    }

    /// The total, or its mean, of which a half goes up: Trino rounds it with Java's `Math.round`.
    fn of_interval(&self, total: i256, count: i64) -> i256 {
        if !self.is_mean {
            return total;
        }
        let count = i256::from_i128(count.max(1).into());
        let two = i256::from_i128(2);
        let (dividend, divisor) = (total.wrapping_mul(two).wrapping_add(count), count.wrapping_mul(two));
        let (whole, rest) = (dividend.wrapping_div(divisor), dividend.wrapping_rem(divisor));
        if rest.is_negative() { whole.wrapping_sub(i256::from_i128(1)) } else { whole }
    }

    /// How many groups there are.
    pub(super) fn groups(&self) -> usize {
        self.counts.len()
    }

    /// Without these groups: the ones behind them move up.
    pub(super) fn forget(&mut self, groups: Range<usize>) {
        self.counts.drain(groups.clone());
        match &mut self.totals {
            Totals::Exact(totals) => drop(totals.drain(groups)),
            Totals::Inexact(totals) => drop(totals.drain(groups)),
        }
    }

    /// What they take in memory.
    pub(super) fn bytes(&self) -> usize {
        let of_totals = match &self.totals {
            Totals::Exact(totals) => totals.capacity() * size_of::<i256>(),
            Totals::Inexact(totals) => totals.capacity() * size_of::<f64>(),
        };
        of_totals + self.counts.capacity() * size_of::<i64>()
    }
}

fn each<T: ArrowPrimitiveType>(
    values: &ArrayRef,
    group: impl Fn(usize) -> Option<usize>,
    mut apply: impl FnMut(usize, T::Native),
) {
    let values: &PrimitiveArray<T> = values.as_primitive::<T>();
    for (row, value) in values.iter().enumerate() {
        if let (Some(value), Some(group)) = (value, group(row)) {
            apply(group, value);
        }
    }
}

fn step(total: &mut i256, by: i256, takes_off: bool) {
    *total = if takes_off { total.wrapping_sub(by) } else { total.wrapping_add(by) };
}

/// Rounded once, a half away from zero.
fn mean(total: i256, count: i64) -> i256 {
    let count = i256::from_i128(count.max(1).into());
    let (whole, rest) = (total.wrapping_div(count), total.wrapping_rem(count));
    if rest.wrapping_abs().wrapping_add(rest.wrapping_abs()) < count {
        return whole;
    }
    let one = i256::from_i128(if total.is_negative() { -1 } else { 1 });
    whole.wrapping_add(one)
}

fn decimal(total: i256) -> Result<i128> {
    let fits = |total: &i128| total.unsigned_abs() < 10_u128.pow(38);
    let overflow = || failure("NUMERIC_VALUE_OUT_OF_RANGE", "Decimal overflow");
    total.to_i128().filter(fits).ok_or_else(overflow)
}

fn bigint(total: i256) -> Result<i64> {
    let total = total.to_i128().and_then(|total| i64::try_from(total).ok());
    total.ok_or_else(|| failure("NUMERIC_VALUE_OUT_OF_RANGE", "bigint addition overflow"))
}

fn months(total: i256) -> Result<i32> {
    let total = total.to_i128().and_then(|total| i32::try_from(total).ok());
    total.ok_or_else(|| failure("NUMERIC_VALUE_OUT_OF_RANGE", "interval year to month out of range"))
}

#[cfg(test)]
mod tests;
