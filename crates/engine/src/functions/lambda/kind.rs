//! Which functions there are, and the types of what they take and give.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType as Arrow, Field, Fields};

use crate::functions::nested::{array_of, map_of};

/// Sorts an array by its elements, or by a function, and is called [`SORTED_BY`] then.
pub(crate) const ARRAY_SORT: &str = "array_sort";

/// What DataFusion knows the form of [`ARRAY_SORT`] with a function by. A query cannot call it so.
pub(crate) const SORTED_BY: &str = "array_sort_by";

/// The names in queries.
pub(crate) const NAMES: [&str; 12] = [
    "all_match",
    "any_match",
    ARRAY_SORT,
    "filter",
    "map_filter",
    "map_zip_with",
    "none_match",
    "reduce",
    "transform",
    "transform_keys",
    "transform_values",
    "zip_with",
];

/// What an argument is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Value,
    /// A lambda expression of so many parameters.
    Lambda(usize),
}

/// One of the functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    AllMatch,
    AnyMatch,
    Filter,
    MapFilter,
    MapZipWith,
    NoneMatch,
    Reduce,
    SortedBy,
    Transform,
    TransformKeys,
    TransformValues,
    ZipWith,
}

pub(super) const ALL: [Kind; 12] = [
    Kind::AllMatch,
    Kind::AnyMatch,
    Kind::Filter,
    Kind::MapFilter,
    Kind::MapZipWith,
    Kind::NoneMatch,
    Kind::Reduce,
    Kind::SortedBy,
    Kind::Transform,
    Kind::TransformKeys,
    Kind::TransformValues,
    Kind::ZipWith,
];

const ONE: &[Part] = &[Part::Value, Part::Lambda(1)];
const TWO: &[Part] = &[Part::Value, Part::Lambda(2)];
const ZIPPED: &[Part] = &[Part::Value, Part::Value, Part::Lambda(2)];
const ZIPPED_MAPS: &[Part] = &[Part::Value, Part::Value, Part::Lambda(3)];
const REDUCED: &[Part] = &[Part::Value, Part::Value, Part::Lambda(2), Part::Lambda(1)];

/// The arguments of the function, and how Trino's documentation writes its call. `None`: it takes no functions.
pub(crate) fn lambda_signature(name: &str) -> Option<(&'static [Part], &'static str)> {
    Some(match name {
        "all_match" => (ONE, "all_match(array(T), function(T, boolean))"),
        "any_match" => (ONE, "any_match(array(T), function(T, boolean))"),
        ARRAY_SORT => (TWO, "array_sort(array(T), function(T, T, integer))"),
        "filter" => (ONE, "filter(array(T), function(T, boolean))"),
        "map_filter" => (TWO, "map_filter(map(K, V), function(K, V, boolean))"),
        "map_zip_with" => (ZIPPED_MAPS, "map_zip_with(map(K, V1), map(K, V2), function(K, V1, V2, V3))"),
        "none_match" => (ONE, "none_match(array(T), function(T, boolean))"),
        "reduce" => {
            (REDUCED, "reduce(array(T), initialState S, inputFunction(S, T, S), outputFunction(S, R))")
        }
        "transform" => (ONE, "transform(array(T), function(T, U))"),
        "transform_keys" => (TWO, "transform_keys(map(K1, V), function(K1, V, K2))"),
        "transform_values" => (TWO, "transform_values(map(K, V1), function(K, V1, V2))"),
        "zip_with" => (ZIPPED, "zip_with(array(T), array(U), function(T, U, R))"),
        _ => return None,
    })
}

impl Kind {
    /// What DataFusion knows it by.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::SortedBy => SORTED_BY,
            other => other.word(),
        }
    }

    /// What queries call it by.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::AllMatch => "all_match",
            Self::AnyMatch => "any_match",
            Self::Filter => "filter",
            Self::MapFilter => "map_filter",
            Self::MapZipWith => "map_zip_with",
            Self::NoneMatch => "none_match",
            Self::Reduce => "reduce",
            Self::SortedBy => ARRAY_SORT,
            Self::Transform => "transform",
            Self::TransformKeys => "transform_keys",
            Self::TransformValues => "transform_values",
            Self::ZipWith => "zip_with",
        }
    }

    /// The types of the parameters of each of its lambda expressions, for values of these types. `None`: it takes no such
    /// values. The state of a `reduce` has the type of the second value here.
    pub(super) fn parameters(self, values: &[Arrow]) -> Option<Vec<Vec<Arrow>>> {
        Some(match (self, values) {
            (Self::AllMatch | Self::AnyMatch | Self::Filter | Self::NoneMatch | Self::Transform, [array]) => {
                vec![vec![element(array)?]]
            }
            (Self::SortedBy, [array]) => {
                let element = element(array)?;
                vec![vec![element.clone(), element]]
            }
            (Self::Reduce, [array, state]) => {
                vec![vec![state.clone(), element(array)?], vec![state.clone()]]
            }
            (Self::ZipWith, [first, second]) => vec![vec![element(first)?, element(second)?]],
            (Self::MapFilter | Self::TransformKeys | Self::TransformValues, [map]) => {
                let (key, value) = entry(map)?;
                vec![vec![key, value]]
            }
            (Self::MapZipWith, [first, second]) => {
                let ((key, one), (other_key, other)) = (entry(first)?, entry(second)?);
                (key == other_key).then(|| vec![vec![key, one, other]])?
            }
            _ => return None,
        })
    }

    /// The type of the result, where the lambda expressions have these results.
    pub(super) fn answers(self, values: &[Arrow], results: &[Arrow]) -> Option<Arrow> {
        let first = results.first()?;
        Some(match self {
            Self::AllMatch | Self::AnyMatch | Self::NoneMatch => Arrow::Boolean,
            Self::Filter | Self::SortedBy => array_of(element(values.first()?)?),
            Self::MapFilter => values.first()?.clone(),
            Self::Reduce => results.get(1)?.clone(),
            Self::Transform | Self::ZipWith => array_of(first.clone()),
            Self::TransformKeys => map_of(first.clone(), entry(values.first()?)?.1),
            Self::TransformValues | Self::MapZipWith => map_of(entry(values.first()?)?.0, first.clone()),
        })
    }

    /// What its one lambda expression has to give; `None`: anything.
    pub(super) fn wanted(self) -> Option<Arrow> {
        match self {
            Self::AllMatch | Self::AnyMatch | Self::Filter | Self::MapFilter | Self::NoneMatch => {
                Some(Arrow::Boolean)
            }
            Self::SortedBy => Some(Arrow::Int32),
            _ => None,
        }
    }
}

/// The type of an array's elements. That of NULL is not known.
fn element(array: &Arrow) -> Option<Arrow> {
    match array {
        Arrow::List(element) => Some(element.data_type().clone()),
        Arrow::Null => Some(Arrow::Null),
        _ => None,
    }
}

/// The types of a map's keys and values.
fn entry(map: &Arrow) -> Option<(Arrow, Arrow)> {
    let Arrow::Map(entries, _) = map else { return None };
    match entries.data_type() {
        Arrow::Struct(pair) if pair.len() == 2 => {
            Some((pair[0].data_type().clone(), pair[1].data_type().clone()))
        }
        _ => None,
    }
}

/// The type of a `reduce`'s state that has values of both types: the one to which Athena converts both.
pub(super) fn common(left: &Arrow, right: &Arrow) -> Option<Arrow> {
    use Arrow::{Date32, Decimal128, Float32, Float64, Null, Timestamp};
    if left == right {
        return Some(left.clone());
    }
    let digits = |found: &Arrow| match found {
        Arrow::Int8 => Some((3, 0)),
        Arrow::Int16 => Some((5, 0)),
        Arrow::Int32 => Some((10, 0)),
        Arrow::Int64 => Some((19, 0)),
        Decimal128(precision, scale) => Some((i16::from(*precision), i16::from(*scale))),
        _ => None,
    };
    Some(match (left, right) {
        (Null, other) | (other, Null) => other.clone(),
        (Float64, other) | (other, Float64) if other.is_numeric() => Float64,
        (Float32, other) | (other, Float32) if other.is_numeric() => Float32,
        (Timestamp(_, None), Date32) => left.clone(),
        (Date32, Timestamp(_, None)) => right.clone(),
        (Arrow::List(one), Arrow::List(other)) => array_of(common(one.data_type(), other.data_type())?),
        (Arrow::Struct(one), Arrow::Struct(other)) if one.len() == other.len() => {
            let field = |(one, other): (&Arc<Field>, &Arc<Field>)| {
                let name = if one.name() == other.name() { one.name().as_str() } else { "" };
                Some(Field::new(name, common(one.data_type(), other.data_type())?, true))
            };
            Arrow::Struct(one.iter().zip(other.iter()).map(field).collect::<Option<Fields>>()?)
        }
        (Arrow::Map(..), Arrow::Map(..)) => {
            let ((key, value), (other_key, other_value)) = (entry(left)?, entry(right)?);
            let found = common(&key, &other_key)?;
            // Two keys may become one double.
            if found.is_floating() && key != other_key {
                return None;
            }
            map_of(found, common(&value, &other_value)?)
        }
        _ => {
            let ((p1, s1), (p2, s2)) = (digits(left)?, digits(right)?);
            if left.is_integer() && right.is_integer() {
                return Some(if p1 > p2 { left.clone() } else { right.clone() });
            }
            let scale = s1.max(s2);
            let precision = ((p1 - s1).max(p2 - s2) + scale).min(38);
            Decimal128(u8::try_from(precision).ok()?, i8::try_from(scale).ok()?)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_has_a_kind_and_a_signature() {
        let mut words: Vec<&str> = ALL.into_iter().map(Kind::word).collect();
        words.sort_unstable();
        assert_eq!(words, NAMES);
        for name in NAMES {
            let (parts, spelled) = lambda_signature(name).unwrap();
            assert!(spelled.starts_with(&format!("{name}(")) && parts[0] == Part::Value, "{name}");
        }
        assert!(lambda_signature(SORTED_BY).is_none() && lambda_signature("abs").is_none());
    }

    #[test]
    fn states_have_the_wider_type() {
        use Arrow::{Decimal128, Float32, Float64, Int32, Int64, Null, Utf8};
        let row = |name: &str, part| Arrow::Struct([Field::new(name, part, true)].into_iter().collect());
        for (left, right, expected) in [
            (Int32, Int64, Some(Int64)),
            (Decimal128(2, 1), Decimal128(3, 1), Some(Decimal128(3, 1))),
            (Int32, Decimal128(2, 1), Some(Decimal128(11, 1))),
            (Decimal128(38, 1), Decimal128(38, 2), Some(Decimal128(38, 2))),
            (Int64, Float32, Some(Float32)),
            (Float32, Float64, Some(Float64)),
            (Null, Utf8, Some(Utf8)),
            (Utf8, Int32, None),
            (row("a", Int32), row("a", Int64), Some(row("a", Int64))),
            (row("a", Int32), row("b", Float64), Some(row("", Float64))),
            (row("a", Int32), row("a", Utf8), None),
            (row("a", Int32), Int32, None),
            (map_of(Utf8, Int32), map_of(Utf8, Null), Some(map_of(Utf8, Int32))),
            (map_of(Int32, Null), map_of(Int64, Float64), Some(map_of(Int64, Float64))),
            (map_of(Int64, Utf8), map_of(Float64, Utf8), None),
            (array_of(row("a", Int32)), array_of(row("a", Float64)), Some(array_of(row("a", Float64)))),
        ] {
            assert_eq!(common(&left, &right), expected, "{left} {right}");
            assert_eq!(common(&right, &left), expected, "{right} {left}");
        }
    }
}
