//! The aggregates that keep rows: what they take, keep and answer.

use datafusion::arrow::datatypes::DataType as Arrow;

use super::statistic::Statistic;
use crate::functions::nested::{array_of, map_of};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    ArrayAgg,
    /// Of a text, the separator, what is done with texts that are too long ([`super::overflow`]), and the filler.
    ListAgg,
    MapAgg,
    MultimapAgg,
    Histogram,
    /// `max(x, n)`
    MaxN,
    /// `min(x, n)`
    MinN,
    /// `max_by(x, y, n)`
    MaxByN,
    /// `min_by(x, y, n)`
    MinByN,
    Percentile,
    /// `approx_most_frequent(buckets, x, capacity)`
    MostFrequent,
    MapUnion,
    /// Of distinct rows: those of all rows keep no rows.
    Distinct(Statistic),
}

/// What the arguments of a call are for, by their places.
pub(super) struct Roles {
    /// Their values are kept, row by row.
    pub(super) kept: &'static [usize],
    /// The value of the first row is that of all.
    pub(super) constant: &'static [usize],
    /// A row without a value there does not count.
    pub(super) required: &'static [usize],
}

/// The number beside each value that is kept once for all rows that have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    /// How many rows there were.
    Count,
    /// The same as a double.
    One,
}

impl Roles {
    fn new(kept: &'static [usize], constant: &'static [usize], required: &'static [usize]) -> Self {
        Self { kept, constant, required }
    }
}

impl Kind {
    /// What it is called in plans. Those that a query calls by the name of another function are called otherwise.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::ArrayAgg => "array_agg",
            Self::ListAgg => "listagg",
            Self::MapAgg => "map_agg",
            Self::MultimapAgg => "multimap_agg",
            Self::Histogram => "histogram",
            Self::MaxN => super::MAX_N,
            Self::MinN => super::MIN_N,
            Self::MaxByN => super::MAX_BY_N,
            Self::MinByN => super::MIN_BY_N,
            Self::Percentile => "approx_percentile",
            Self::MostFrequent => "approx_most_frequent",
            Self::MapUnion => "map_union",
            Self::Distinct(statistic) => statistic.name(),
        }
    }

    /// The name in a query.
    pub(super) fn called(self) -> &'static str {
        match self {
            Self::MaxN => "max",
            Self::MinN => "min",
            Self::MaxByN => "max_by",
            Self::MinByN => "min_by",
            other => other.name(),
        }
    }

    /// Whether the answer depends on the order of the rows.
    pub(super) fn is_ordered(self) -> bool {
        matches!(self, Self::ArrayAgg | Self::ListAgg | Self::MapAgg | Self::MultimapAgg)
    }

    /// Whether the greatest comes first, of those that choose.
    pub(super) fn is_descending(self) -> bool {
        matches!(self, Self::MaxN | Self::MaxByN)
    }

    /// What arguments of these types are converted to. `None`: it does not take them.
    pub(super) fn takes(self, given: &[Arrow]) -> Option<Vec<Arrow>> {
        let whole = |found: &Arrow| found.is_integer() || *found == Arrow::Null;
        let text = |found: &Arrow| matches!(found, Arrow::Utf8 | Arrow::Null);
        match (self, given) {
            (Self::ArrayAgg | Self::Histogram, [value]) => Some(vec![kept(value)]),
            (Self::ListAgg, [_, _, _, _]) if given.iter().all(text) => Some(vec![Arrow::Utf8; 4]),
            (Self::MapAgg | Self::MultimapAgg, [key, value]) => Some(vec![kept(key), kept(value)]),
            (Self::MaxN | Self::MinN, [value, n]) if whole(n) => Some(vec![kept(value), Arrow::Int64]),
            (Self::MaxByN | Self::MinByN, [value, key, n]) if whole(n) => {
                Some(vec![kept(value), kept(key), Arrow::Int64])
            }
            (Self::Percentile, [value, share]) => Some(vec![ranked(value)?, shares(share)?]),
            (Self::Percentile, [value, weight, share]) if is_number(weight) => {
                Some(vec![ranked(value)?, Arrow::Float64, shares(share)?])
            }
            (Self::Percentile, [value, weight, share, accuracy])
                if is_number(weight) && is_number(accuracy) && is_number(share) =>
            {
                Some(vec![ranked(value)?, Arrow::Float64, Arrow::Float64, Arrow::Float64])
            }
            (Self::MostFrequent, [buckets, value, capacity])
                if whole(buckets) && whole(capacity) && is_counted(value) =>
            {
                Some(vec![Arrow::Int64, kept(value), Arrow::Int64])
            }
            (Self::MapUnion, [map @ Arrow::Map(..)]) => Some(vec![map.clone()]),
            (Self::Distinct(statistic), given) => statistic.takes(given),
            _ => None,
        }
    }

    /// The type of the answer to arguments of the types that [`Self::takes`] gives.
    pub(super) fn answers(self, taken: &[Arrow]) -> Option<Arrow> {
        match (self, taken) {
            (Self::ArrayAgg, [value])
            | (Self::MaxN | Self::MinN, [value, _])
            | (Self::MaxByN | Self::MinByN, [value, _, _]) => Some(array_of(value.clone())),
            (Self::ListAgg, _) => Some(Arrow::Utf8),
            (Self::MapAgg, [key, value]) => Some(map_of(key.clone(), value.clone())),
            (Self::MultimapAgg, [key, value]) => Some(map_of(key.clone(), array_of(value.clone()))),
            (Self::Histogram, [key]) => Some(map_of(key.clone(), Arrow::Int64)),
            (Self::Percentile, [value, rest @ ..]) => {
                let is_array = rest.iter().any(|found| matches!(found, Arrow::List(_)));
                Some(if is_array { array_of(value.clone()) } else { value.clone() })
            }
            (Self::MostFrequent, [_, value, _]) => Some(map_of(value.clone(), Arrow::Int64)),
            (Self::MapUnion, [map]) => Some(map.clone()),
            (Self::Distinct(statistic), taken) => Some(statistic.answers(taken)),
            _ => None,
        }
    }

    /// What so many arguments are for.
    pub(super) fn roles(self, arguments: usize) -> Roles {
        match (self, arguments) {
            (Self::ArrayAgg, _) => Roles::new(&[0], &[], &[]),
            (Self::ListAgg, _) => Roles::new(&[0], &[1, 2, 3], &[0]),
            (Self::MapAgg | Self::MultimapAgg, _) => Roles::new(&[0, 1], &[], &[0]),
            (Self::Histogram, _) => Roles::new(&[0], &[], &[0]),
            (Self::MaxN | Self::MinN, _) => Roles::new(&[0], &[1], &[0, 1]),
            (Self::MaxByN | Self::MinByN, _) => Roles::new(&[0, 1], &[2], &[1, 2]),
            (Self::Percentile, 2) => Roles::new(&[0], &[1], &[0, 1]),
            (Self::Percentile, 3) => Roles::new(&[0, 1], &[2], &[0, 1, 2]),
            (Self::Percentile, _) => Roles::new(&[0, 1], &[2, 3], &[0, 1, 2, 3]),
            (Self::MostFrequent, _) => Roles::new(&[1], &[0, 2], &[1]),
            (Self::MapUnion, _) => Roles::new(&[0], &[], &[0]),
            (Self::Distinct(_), 2) => Roles::new(&[0, 1], &[], &[0, 1]),
            (Self::Distinct(_), _) => Roles::new(&[0], &[], &[0]),
        }
    }

    /// What is kept beside the values of the arguments.
    pub(super) fn weight(self, arguments: usize) -> Option<Weight> {
        match (self, arguments) {
            (Self::Histogram | Self::MostFrequent, _) => Some(Weight::Count),
            (Self::Percentile, 2) => Some(Weight::One),
            _ => None,
        }
    }
}

impl Weight {
    pub(super) fn arrow(self) -> Arrow {
        match self {
            Self::Count => Arrow::Int64,
            Self::One => Arrow::Float64,
        }
    }
}

/// What counts has no sign in DataFusion.
fn kept(found: &Arrow) -> Arrow {
    match found {
        Arrow::UInt64 => Arrow::Int64,
        other => other.clone(),
    }
}

/// Trino takes a bigint or a varchar.
fn is_counted(found: &Arrow) -> bool {
    found.is_integer() || matches!(found, Arrow::Utf8 | Arrow::Null)
}

fn is_number(found: &Arrow) -> bool {
    found.is_integer()
        || matches!(found, Arrow::Null | Arrow::Float32 | Arrow::Float64 | Arrow::Decimal128(..))
}

/// A bigint, a double or a real.
fn ranked(found: &Arrow) -> Option<Arrow> {
    match found {
        Arrow::Float32 => Some(Arrow::Float32),
        Arrow::Float64 | Arrow::Decimal128(..) => Some(Arrow::Float64),
        other if other.is_integer() || *other == Arrow::Null => Some(Arrow::Int64),
        _ => None,
    }
}

/// One share, or an array of them.
fn shares(found: &Arrow) -> Option<Arrow> {
    match found {
        Arrow::List(element) if is_number(element.data_type()) => Some(array_of(Arrow::Float64)),
        other if is_number(other) => Some(Arrow::Float64),
        _ => None,
    }
}
