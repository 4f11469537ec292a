//! The constants of a group: the arguments whose value in the first row is that of all.

use datafusion::{
    arrow::{
        array::{Array, ArrayRef},
        datatypes::DataType as Arrow,
    },
    common::ScalarValue,
    error::Result,
};

use super::{Gathered, plan::literal};
use crate::functions::{
    aggregates::{kind::Kind, overflow, percentile},
    own::{invalid, unexpected},
};

/// The most values that `max(x, n)` and the like may give, as on Athena.
const MOST_CHOSEN: i64 = 10_000;

impl Gathered {
    /// Those of the group, or those that all groups share.
    pub(super) fn constants(&self) -> Vec<&ScalarValue> {
        if self.plan.literals.is_empty() {
            self.constants.iter().collect()
        } else {
            self.plan.literals.iter().filter_map(literal).collect()
        }
    }

    /// The n of `max(x, n)`.
    pub(super) fn most(&self) -> Result<usize> {
        match self.constants().first() {
            Some(ScalarValue::Int64(Some(n))) => usize::try_from(*n).map_err(|_| unexpected(&Arrow::Int64)),
            _ => Err(unexpected(&Arrow::Null)),
        }
    }

    /// Takes the constants of the first row that counts, and fails where they are refused.
    pub(super) fn note<'a>(&mut self, columns: impl Iterator<Item = &'a ArrayRef>, row: usize) -> Result<()> {
        if self.is_noted {
            return Ok(());
        }
        if self.plan.literals.is_empty() {
            let own = columns.map(|column| Ok(ScalarValue::try_from_array(column, row)?.compacted()));
            self.constants = own.collect::<Result<Vec<_>>>()?;
        }
        self.check_constants()?;
        self.is_noted = true;
        Ok(())
    }

    /// Fails where Trino refuses them, and where they are too large to be kept for each group.
    fn check_constants(&self) -> Result<()> {
        let constants = self.constants();
        match (self.plan.kind, constants.as_slice()) {
            (Kind::MaxN | Kind::MinN, [ScalarValue::Int64(Some(n))]) => {
                if *n <= 0 {
                    return Err(invalid("second argument of max_n/min_n must be positive"));
                }
                chosen(*n, "second argument of max_n/min_n")?;
            }
            (Kind::MaxByN | Kind::MinByN, [ScalarValue::Int64(Some(n))]) => {
                if *n <= 0 {
                    return Err(invalid("third argument of max_by/min_by must be a positive integer"));
                }
                chosen(*n, "third argument of max_by/min_by")?;
            }
            (Kind::MostFrequent, [buckets, capacity]) => {
                for (number, what) in [(buckets, "bucket count"), (capacity, "capacity")] {
                    if !matches!(number, ScalarValue::Int64(Some(2..))) {
                        let message = format!("approx_most_frequent {what} must be greater than one");
                        return Err(invalid(message));
                    }
                }
            }
            (Kind::Percentile, [_, ScalarValue::Float64(Some(accuracy))]) => {
                percentile::check_accuracy(*accuracy)?;
            }
            (Kind::Percentile, [ScalarValue::List(shares)]) => {
                percentile::check_count(shares.value(0).len())?;
            }
            (Kind::ListAgg, [separator, _, filler]) => {
                overflow::check_lengths(overflow::text(separator)?, overflow::text(filler)?)?;
            }
            _ => {}
        }
        Ok(())
    }
}

/// Fails where more values are asked for than Trino gives.
fn chosen(n: i64, argument: &str) -> Result<()> {
    if n <= MOST_CHOSEN {
        return Ok(());
    }
    Err(invalid(format!("{argument} must be less than or equal to {MOST_CHOSEN}; found {n}")))
}
