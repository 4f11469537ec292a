//! The types of arrays, maps and rows, and what they have in common.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType as Arrow, Field, Fields};

use crate::functions::greatest::of_both;

/// The array of such elements, as a column of a table has it: the names of the parts are a part of the type.
pub(in crate::functions) fn array_of(element: Arrow) -> Arrow {
    Arrow::List(Arc::new(Field::new("element", element, true)))
}

/// The map of such keys and values, as a column of a table has it.
pub(in crate::functions) fn map_of(key: Arrow, value: Arrow) -> Arrow {
    Arrow::Map(Arc::new(Field::new("key_value", Arrow::Struct(entry_of(key, value)), false)), false)
}

/// What the entries of such a map are made of.
pub(super) fn entry_of(key: Arrow, value: Arrow) -> Fields {
    [Field::new("key", key, false), Field::new("value", value, true)].into_iter().collect()
}

/// The row of fields without names.
pub(super) fn row_of(parts: impl IntoIterator<Item = Arrow>) -> Arrow {
    Arrow::Struct(parts.into_iter().map(|part| Field::new("", part, true)).collect())
}

/// The type of an array's elements. A null without a type is taken for an array of such nulls.
pub(super) fn element_of(array: &Arrow) -> Option<&Arrow> {
    match array {
        Arrow::List(element) => Some(element.data_type()),
        Arrow::Null => Some(array),
        _ => None,
    }
}

/// The types of a map's keys and values, likewise.
pub(super) fn pair_of(map: &Arrow) -> Option<(&Arrow, &Arrow)> {
    match map {
        Arrow::Map(entries, _) => match entries.data_type() {
            Arrow::Struct(pair) if pair.len() == 2 => Some((pair[0].data_type(), pair[1].data_type())),
            _ => None,
        },
        Arrow::Null => Some((map, map)),
        _ => None,
    }
}

/// The type with the names that its parts have here. What counts without a sign is a bigint.
pub(super) fn normal(found: &Arrow) -> Arrow {
    match found {
        Arrow::UInt64 => Arrow::Int64,
        Arrow::List(element) => array_of(normal(element.data_type())),
        Arrow::Struct(fields) => Arrow::Struct(
            fields.iter().map(|field| Field::new(field.name(), normal(field.data_type()), true)).collect(),
        ),
        map @ Arrow::Map(..) => match pair_of(map) {
            Some((key, value)) => map_of(normal(key), normal(value)),
            None => map.clone(),
        },
        other => other.clone(),
    }
}

/// The type that both have in Trino. `None`: they have none.
pub(super) fn common(one: &Arrow, other: &Arrow) -> Option<Arrow> {
    let (one, other) = (&normal(one), &normal(other));
    match (one, other) {
        (one, other) if one == other => Some(one.clone()),
        (Arrow::Null, known) | (known, Arrow::Null) => Some(known.clone()),
        (Arrow::List(one), Arrow::List(other)) => Some(array_of(common(one.data_type(), other.data_type())?)),
        (Arrow::Map(..), Arrow::Map(..)) => {
            let ((key, value), (other_key, other_value)) = (pair_of(one)?, pair_of(other)?);
            Some(map_of(common(key, other_key)?, common(value, other_value)?))
        }
        (Arrow::Struct(one), Arrow::Struct(other)) if one.len() == other.len() => {
            let field = |(one, other): (&Arc<Field>, &Arc<Field>)| {
                let name = if one.name() == other.name() { one.name().as_str() } else { "" };
                Some(Field::new(name, common(one.data_type(), other.data_type())?, true))
            };
            Some(Arrow::Struct(one.iter().zip(other.iter()).map(field).collect::<Option<Fields>>()?))
        }
        (one, other) if is_nested(one) || is_nested(other) => None,
        (one, other) => of_both(one, other),
    }
}

/// The type that all have.
pub(super) fn common_of_all<'t>(all: impl IntoIterator<Item = &'t Arrow>) -> Option<Arrow> {
    all.into_iter().try_fold(Arrow::Null, |known, next| common(&known, next))
}

pub(super) fn is_nested(found: &Arrow) -> bool {
    matches!(found, Arrow::List(_) | Arrow::Struct(_) | Arrow::Map(..))
}

/// Whether equality of such values is known here: of all but maps and JSON, at any depth. All of these have an order, too.
pub(super) fn is_comparable(found: &Arrow) -> bool {
    !holds(found, &|part| matches!(part, Arrow::Map(..) | Arrow::LargeUtf8))
}

/// Whether DataFusion finds which of such values are the same as Trino does: it compares floats bit by bit.
pub(super) fn is_groupable(found: &Arrow) -> bool {
    let is_other = |part: &Arrow| {
        matches!(part, Arrow::Map(..) | Arrow::LargeUtf8 | Arrow::Float32 | Arrow::Float64 | Arrow::Null)
    };
    !holds(found, &is_other)
}

/// Whether such a type is it, or a part of it. Of a map, no part is looked at.
pub(super) fn holds(found: &Arrow, is_it: &dyn Fn(&Arrow) -> bool) -> bool {
    is_it(found)
        || match found {
            Arrow::List(element) => holds(element.data_type(), is_it),
            Arrow::Struct(fields) => fields.iter().any(|field| holds(field.data_type(), is_it)),
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use domain::DataType;

    use super::*;

    #[test]
    fn arrays_and_maps_are_of_the_types_that_columns_have() {
        let text = DataType::String;
        assert_eq!(array_of(text.arrow()), DataType::Array(Box::new(text.clone())).arrow());
        assert_eq!(map_of(Arrow::Utf8, Arrow::Int64), DataType::Map(Box::new(DataType::BigInt)).arrow());
    }

    #[test]
    fn nested_types_have_the_common_type_of_their_parts() {
        let row =
            |name: &str, part: Arrow| Arrow::Struct([Field::new(name, part, true)].into_iter().collect());
        for (one, other, expected) in [
            (array_of(Arrow::Null), array_of(Arrow::Int32), Some(array_of(Arrow::Int32))),
            (array_of(Arrow::Int32), array_of(Arrow::Int64), Some(array_of(Arrow::Int64))),
            (array_of(Arrow::Int32), array_of(Arrow::Utf8), None),
            (array_of(Arrow::Int32), Arrow::Int32, None),
            (Arrow::Null, array_of(Arrow::Int32), Some(array_of(Arrow::Int32))),
            (row("a", Arrow::Int32), row("a", Arrow::Float64), Some(row("a", Arrow::Float64))),
            (row("a", Arrow::Int32), row("b", Arrow::Int32), Some(row("", Arrow::Int32))),
            (row("a", Arrow::Int32), row_of([Arrow::Int32, Arrow::Int32]), None),
            (
                map_of(Arrow::Utf8, Arrow::Null),
                map_of(Arrow::Utf8, Arrow::Date32),
                Some(map_of(Arrow::Utf8, Arrow::Date32)),
            ),
        ] {
            assert_eq!(common(&one, &other), expected, "{one} {other}");
        }
    }
}
