//! Statistics of which a few numbers are kept, however many rows there are. The numbers are updated and merged as Trino does
//! it (`AggregationUtils`), so that the last digits agree, too.

mod numbers;

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::{DataType as Arrow, Field, FieldRef},
    logical_expr::utils::format_state_name,
};

use numbers::Numbers;

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
        Numbers::new(self, *answer == Arrow::Float32)
    }
}
