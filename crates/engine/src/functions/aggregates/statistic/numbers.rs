//! The numbers that are kept, as Trino updates and merges them.

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray},
        datatypes::{DataType as Arrow, Float32Type, Float64Type},
    },
    common::ScalarValue,
    error::Result,
    logical_expr::Accumulator,
};

use super::{KEPT, Statistic};
use crate::functions::own::{invalid, unexpected};

/// What is kept: of pairs the count, both means, the sum of products around them, and both sums of squares; of others the
/// count and the four central moments; of a mean the count and the sum of logarithms; of an entropy the sum, and the sum of
/// products with logarithms.
#[derive(Debug)]
pub(in crate::functions::aggregates) struct Numbers {
    statistic: Statistic,
    kept: [f64; KEPT],
    is_real: bool,
}

impl Numbers {
    pub(super) fn new(statistic: Statistic, is_real: bool) -> Self {
        Self { statistic, kept: [0.0; KEPT], is_real }
    }

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
mod tests;
