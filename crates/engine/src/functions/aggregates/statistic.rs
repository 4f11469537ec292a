//! Statistics of which a few numbers are kept, however many rows there are. The numbers are updated and merged as Trino does
//! it (`AggregationUtils`), so that the last digits agree, too.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray},
        datatypes::{DataType as Arrow, Field, FieldRef, Float32Type, Float64Type},
    },
    common::ScalarValue,
    error::Result,
    logical_expr::{Accumulator, utils::format_state_name},
};

use crate::functions::own::{invalid, unexpected};

/// How many numbers are kept.
const KEPT: usize = 6;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Statistic {
    Corr,
    CovarPop,
    CovarSamp,
    Entropy,
    GeometricMean,
    Kurtosis,
    RegrIntercept,
    RegrSlope,
    Skewness,
    StddevPop,
    StddevSamp,
    VarPop,
    VarSamp,
}

impl Statistic {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Corr => "corr",
            Self::CovarPop => "covar_pop",
            Self::CovarSamp => "covar_samp",
            Self::Entropy => "entropy",
            Self::GeometricMean => "geometric_mean",
            Self::Kurtosis => "kurtosis",
            Self::RegrIntercept => "regr_intercept",
            Self::RegrSlope => "regr_slope",
            Self::Skewness => "skewness",
            Self::StddevPop => "stddev_pop",
            Self::StddevSamp => "stddev_samp",
            Self::VarPop => "var_pop",
            Self::VarSamp => "var_samp",
        }
    }

    /// The one that an aggregate of DataFusion's computes, which has no DISTINCT.
    pub(super) fn of_datafusion(name: &str) -> Option<Self> {
        Some(match name {
            "stddev" => Self::StddevSamp,
            "stddev_pop" => Self::StddevPop,
            "var" | "var_samp" => Self::VarSamp,
            "var_pop" => Self::VarPop,
            _ => return None,
        })
    }

    fn is_of_pairs(self) -> bool {
        matches!(self, Self::Corr | Self::CovarPop | Self::CovarSamp | Self::RegrIntercept | Self::RegrSlope)
    }

    /// All numbers are doubles here, whatever the type of the answer.
    pub(super) fn takes(self, given: &[Arrow]) -> Option<Vec<Arrow>> {
        let arguments = if self.is_of_pairs() { 2 } else { 1 };
        let is_whole = |found: &Arrow| found.is_integer() || *found == Arrow::Null;
        let is_number = |found: &Arrow| {
            is_whole(found) || matches!(found, Arrow::Float32 | Arrow::Float64 | Arrow::Decimal128(..))
        };
        let fits = match self {
            // They are doubles when this is asked again; whether they were integers is checked before.
            Self::Entropy => given.iter().all(|found| is_whole(found) || *found == Arrow::Float64),
            _ => given.iter().all(is_number),
        };
        if given.len() != arguments || !fits {
            return None;
        }
        // Reals stay what they are: their type tells that of the answer.
        let is_real =
            self.keeps_reals() && given.contains(&Arrow::Float32) && !given.contains(&Arrow::Float64);
        let taken = if is_real { Arrow::Float32 } else { Arrow::Float64 };
        Some(vec![taken; arguments])
    }

    fn keeps_reals(self) -> bool {
        self.is_of_pairs() || self == Self::GeometricMean
    }

    pub(super) fn answers(self, given: &[Arrow]) -> Arrow {
        match given.first() {
            Some(Arrow::Float32) => Arrow::Float32,
            _ => Arrow::Float64,
        }
    }

    pub(super) fn state_fields(name: &str) -> Vec<FieldRef> {
        let field = |place: usize| {
            let name = format_state_name(name, &format!("number{place}"));
            Arc::new(Field::new(name, Arrow::Float64, true))
        };
        (0..KEPT).map(field).collect()
    }

    /// For an answer of a type.
    pub(super) fn accumulator(self, answer: &Arrow) -> Numbers {
        Numbers { statistic: self, kept: [0.0; KEPT], is_real: *answer == Arrow::Float32 }
    }
}

/// What is kept: of pairs the count, both means, the sum of products around them, and both sums of squares; of others the
/// count and the four central moments; of a mean the count and the sum of logarithms; of an entropy the sum, and the sum of
/// products with logarithms.
#[derive(Debug)]
pub(super) struct Numbers {
    statistic: Statistic,
    kept: [f64; KEPT],
    is_real: bool,
}

impl Numbers {
    fn add(&mut self, values: [f64; 2]) -> Result<()> {
        let [first, second] = values;
        match self.statistic {
            Statistic::Entropy => {
                if first < 0.0 {
                    return Err(invalid("Entropy count argument must be non-negative"));
                }
                if first > 0.0 {
                    self.kept[0] += first;
                    self.kept[1] += first * first.ln();
                }
            }
            Statistic::GeometricMean => {
                self.kept[0] += 1.0;
                self.kept[1] += first.ln();
            }
            // The first argument depends on the second one.
            pairs if pairs.is_of_pairs() => self.add_pair(second, first),
            _ => self.add_value(first),
        }
        Ok(())
    }

    fn add_pair(&mut self, x: f64, y: f64) {
        let [count, mean_x, mean_y, products, squares_x, squares_y] = &mut self.kept;
        *count += 1.0;
        let (old_x, old_y) = (*mean_x, *mean_y);
        *mean_x += (x - old_x) / *count;
        *mean_y += (y - old_y) / *count;
        *products += (x - old_x) * (y - *mean_y);
        *squares_x += (x - old_x) * (x - *mean_x);
        *squares_y += (y - old_y) * (y - *mean_y);
    }

    fn add_value(&mut self, value: f64) {
        let [count, m1, m2, m3, m4, _] = &mut self.kept;
        let before = *count;
        *count += 1.0;
        let n = *count;
        let delta = value - *m1;
        let part = delta / n;
        let squared = part * part;
        let step = delta * part * before;
        *m1 += part;
        *m4 += step * squared * (n * n - 3.0 * n + 3.0) + 6.0 * squared * *m2 - 4.0 * part * *m3;
        *m3 += step * part * (n - 2.0) - 3.0 * part * *m2;
        *m2 += step;
    }

    fn merge(&mut self, other: [f64; KEPT]) {
        match self.statistic {
            Statistic::Entropy | Statistic::GeometricMean => {
                self.kept[0] += other[0];
                self.kept[1] += other[1];
            }
            _ if other[0] == 0.0 => {}
            _ if self.kept[0] == 0.0 => self.kept = other,
            pairs if pairs.is_of_pairs() => self.merge_pairs(other),
            _ => self.merge_values(other),
        }
    }

    fn merge_pairs(&mut self, other: [f64; KEPT]) {
        let [count, mean_x, mean_y, products, squares_x, squares_y] = &mut self.kept;
        let [nb, xb, yb, products_b, squares_xb, squares_yb] = other;
        let na = *count;
        let n = na + nb;
        let (delta_x, delta_y) = (xb - *mean_x, yb - *mean_y);
        *squares_x += squares_xb + na * nb * delta_x * delta_x / n;
        *squares_y += squares_yb + na * nb * delta_y * delta_y / n;
        *products += products_b + delta_x * delta_y * na * nb / n;
        *mean_x += delta_x * nb / n;
        *mean_y += delta_y * nb / n;
        *count = n;
    }

    fn merge_values(&mut self, other: [f64; KEPT]) {
        let [na, m1a, m2a, m3a, m4a, _] = self.kept;
        let [nb, m1b, m2b, m3b, m4b, _] = other;
        let n = na + nb;
        let delta = m1b - m1a;
        let squared = delta * delta;
        self.kept[0] = n;
        self.kept[1] = (na * m1a + nb * m1b) / n;
        self.kept[2] = m2a + m2b + squared * na * nb / n;
        self.kept[3] = m3a
            + m3b
            + delta * squared * na * nb * (na - nb) / (n * n)
            + 3.0 * delta * (na * m2b - nb * m2a) / n;
        self.kept[4] = m4a
            + m4b
            + squared * squared * na * nb * (na * na - na * nb + nb * nb) / (n * n * n)
            + 6.0 * squared * (na * na * m2b + nb * nb * m2a) / (n * n)
            + 4.0 * delta * (na * m3b - nb * m3a) / n;
    }

    fn answer(&self) -> Option<f64> {
        let [n, m1, m2, m3, m4, squares_y] = self.kept;
        let finite = |number: f64| number.is_finite().then_some(number);
        match self.statistic {
            Statistic::Entropy if n > 0.0 => Some(((n.ln() - m1 / n) / std::f64::consts::LN_2).max(0.0)),
            Statistic::Entropy => Some(0.0),
            Statistic::GeometricMean => (n > 0.0).then(|| (m1 / n).exp()),
            Statistic::VarPop => (n > 0.0).then(|| m2 / n),
            Statistic::VarSamp => (n > 1.0).then(|| m2 / (n - 1.0)),
            Statistic::StddevPop => (n > 0.0).then(|| (m2 / n).sqrt()),
            Statistic::StddevSamp => (n > 1.0).then(|| (m2 / (n - 1.0)).sqrt()),
            Statistic::Skewness => (n >= 3.0).then(|| n.sqrt() * m3 / m2.powf(1.5)),
            Statistic::Kurtosis => (n >= 4.0).then(|| {
                ((n - 1.0) * n * (n + 1.0)) / ((n - 2.0) * (n - 3.0)) * m4 / (m2 * m2)
                    - 3.0 * ((n - 1.0) * (n - 1.0)) / ((n - 2.0) * (n - 3.0))
            }),
            // Of pairs: both means, the products, and the squares.
            Statistic::CovarPop => (n > 0.0).then(|| m3 / n),
            Statistic::CovarSamp => (n > 1.0).then(|| m3 / (n - 1.0)),
            Statistic::Corr => finite(m3 / m4.sqrt() / squares_y.sqrt()),
            Statistic::RegrSlope => finite(m3 / m4),
            Statistic::RegrIntercept => finite(m2 - m3 / m4 * m1),
        }
    }
}

/// The values of a column as doubles.
fn number(column: &ArrayRef, row: usize) -> Option<f64> {
    match column.data_type() {
        Arrow::Float32 => {
            let numbers = column.as_primitive::<Float32Type>();
            numbers.is_valid(row).then(|| numbers.value(row).into())
        }
        _ => {
            let numbers = column.as_primitive::<Float64Type>();
            numbers.is_valid(row).then(|| numbers.value(row))
        }
    }
}

impl Accumulator for Numbers {
    fn update_batch(&mut self, columns: &[ArrayRef]) -> Result<()> {
        let (first, second) = match columns {
            [first] => (first, first),
            [first, second] => (first, second),
            _ => return Err(unexpected(&Arrow::Null)),
        };
        for row in 0..first.len() {
            if let (Some(first), Some(second)) = (number(first, row), number(second, row)) {
                self.add([first, second])?;
            }
        }
        Ok(())
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let [first, ..] = states else { return Err(unexpected(&Arrow::Null)) };
        if states.len() != KEPT {
            return Err(unexpected(&Arrow::Null));
        }
        for row in 0..first.len() {
            let mut other = [0.0; KEPT];
            for (kept, column) in other.iter_mut().zip(states) {
                *kept = number(column, row).unwrap_or(0.0);
            }
            self.merge(other);
        }
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(self.kept.iter().map(|number| ScalarValue::Float64(Some(*number))).collect())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let answer = self.answer();
        Ok(if self.is_real {
            ScalarValue::Float32(answer.map(|number| number as f32))
        } else {
            ScalarValue::Float64(answer)
        })
    }

    fn size(&self) -> usize {
        size_of::<Self>()
    }
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::Float64Array;
    use proptest::prelude::*;

    use super::*;

    const ALL: [Statistic; 13] = [
        Statistic::Corr,
        Statistic::CovarPop,
        Statistic::CovarSamp,
        Statistic::Entropy,
        Statistic::GeometricMean,
        Statistic::Kurtosis,
        Statistic::RegrIntercept,
        Statistic::RegrSlope,
        Statistic::Skewness,
        Statistic::StddevPop,
        Statistic::StddevSamp,
        Statistic::VarPop,
        Statistic::VarSamp,
    ];

    fn of(statistic: Statistic, pairs: &[(f64, f64)]) -> Numbers {
        let column = |numbers: Vec<f64>| Arc::new(Float64Array::from(numbers)) as ArrayRef;
        let mut columns = vec![column(pairs.iter().map(|pair| pair.0).collect())];
        if statistic.is_of_pairs() {
            columns.push(column(pairs.iter().map(|pair| pair.1).collect()));
        }
        let mut numbers = statistic.accumulator(&Arrow::Float64);
        numbers.update_batch(&columns).unwrap();
        numbers
    }

    /// By its definition, in two passes.
    fn defined(statistic: Statistic, pairs: &[(f64, f64)]) -> Option<f64> {
        let n = pairs.len() as f64;
        let mean = |of: &dyn Fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / n;
        let (mean_y, mean_x) = (mean(&|pair| pair.0), mean(&|pair| pair.1));
        let power = |exponent: i32| pairs.iter().map(|pair| (pair.0 - mean_y).powi(exponent)).sum::<f64>();
        let products: f64 = pairs.iter().map(|pair| (pair.0 - mean_y) * (pair.1 - mean_x)).sum();
        let squares_x: f64 = pairs.iter().map(|pair| (pair.1 - mean_x).powi(2)).sum();
        let slope = products / squares_x;
        let sum: f64 = pairs.iter().map(|pair| pair.0).sum();
        let at_least = |least: f64, answer: f64| (n >= least).then_some(answer);
        match statistic {
            Statistic::Corr => at_least(2.0, products / (squares_x * power(2)).sqrt()),
            Statistic::CovarPop => at_least(1.0, products / n),
            Statistic::CovarSamp => at_least(2.0, products / (n - 1.0)),
            Statistic::Entropy => {
                let part = |pair: &(f64, f64)| pair.0 / sum * (sum / pair.0).log2();
                Some(pairs.iter().map(part).sum())
            }
            Statistic::GeometricMean => {
                at_least(1.0, (pairs.iter().map(|pair| pair.0.ln()).sum::<f64>() / n).exp())
            }
            Statistic::Kurtosis => at_least(
                4.0,
                n * (n + 1.0) * (n - 1.0) / ((n - 2.0) * (n - 3.0)) * power(4) / power(2).powi(2)
                    - 3.0 * (n - 1.0).powi(2) / ((n - 2.0) * (n - 3.0)),
            ),
            Statistic::RegrIntercept => at_least(2.0, mean_y - slope * mean_x),
            Statistic::RegrSlope => at_least(2.0, slope),
            Statistic::Skewness => at_least(3.0, n.sqrt() * power(3) / power(2).powf(1.5)),
            Statistic::StddevPop => at_least(1.0, (power(2) / n).sqrt()),
            Statistic::StddevSamp => at_least(2.0, (power(2) / (n - 1.0)).sqrt()),
            Statistic::VarPop => at_least(1.0, power(2) / n),
            Statistic::VarSamp => at_least(2.0, power(2) / (n - 1.0)),
        }
    }

    fn is_near(found: Option<f64>, expected: Option<f64>) -> bool {
        match (found, expected) {
            (Some(found), Some(expected)) => (found - expected).abs() <= 1e-6 * expected.abs().max(1.0),
            (found, expected) => found == expected,
        }
    }

    proptest! {
        #[test]
        fn each_is_what_it_is_defined_to_be_and_merges(
            first in prop::collection::vec((1_u8..100, 1_u8..100), 0..30),
            second in prop::collection::vec((1_u8..100, 1_u8..100), 0..30),
        ) {
            let numbers = |pairs: &[(u8, u8)]| -> Vec<(f64, f64)> {
                pairs.iter().map(|pair| (pair.0.into(), pair.1.into())).collect()
            };
            let (first, second) = (numbers(&first), numbers(&second));
            let all = [first.clone(), second.clone()].concat();
            let varies = |of: &dyn Fn(&(f64, f64)) -> f64| all.iter().any(|pair| of(pair) != of(&all[0]));
            let varies = varies(&|pair| pair.0) && varies(&|pair| pair.1);
            let degenerate = !all.is_empty() && !varies;
            for statistic in ALL {
                let needs_variance = statistic.is_of_pairs()
                    || matches!(statistic, Statistic::Kurtosis | Statistic::Skewness);
                if degenerate && needs_variance {
                    continue;
                }
                let at_once = of(statistic, &all).answer();
                let expected = if all.is_empty() && statistic == Statistic::Entropy {
                    Some(0.0)
                } else {
                    defined(statistic, &all)
                };
                prop_assert!(is_near(at_once, expected), "{statistic:?}: {at_once:?}, {expected:?}");
                let mut merged = of(statistic, &first);
                merged.merge(of(statistic, &second).kept);
                prop_assert!(is_near(merged.answer(), expected), "{statistic:?} merged");
            }
        }
    }
}
