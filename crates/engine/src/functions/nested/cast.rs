//! Casts to arrays, maps and rows: part by part, by their places.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, BooleanArray, ListArray, MapArray, StructArray},
        compute::{CastOptions, cast_with_options, nullif},
        datatypes::{DataType as Arrow, Field, FieldRef},
    },
    common::{ScalarValue, config::ConfigOptions},
    error::Result,
    logical_expr::{
        ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
    },
};

use super::{
    fit::fit_by,
    made::{Column, Rows, Source},
    types::{is_nested, pair_of},
};
use crate::{
    cancel::Cancellation,
    functions::{
        self,
        argument::{Argument, answer},
        own::{failure, not_taken, unexpected},
    },
    type_text, types, typing,
    values::range,
};

/// What a `CAST` to an array, a map or a row is rewritten to. A query cannot call it by this name.
pub(crate) const NESTED_CAST: &str = "cast_nested";

/// A cast to the type that the second argument names: [`type_text`].
#[derive(Debug)]
pub(super) struct NestedCast {
    cancellation: Cancellation,
    signature: Signature,
}

impl NestedCast {
    pub(super) fn until(cancellation: &Cancellation) -> Self {
        Self { cancellation: cancellation.clone(), signature: Signature::user_defined(Volatility::Immutable) }
    }
}

impl PartialEq for NestedCast {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for NestedCast {}

impl std::hash::Hash for NestedCast {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        NESTED_CAST.hash(state);
    }
}

impl ScalarUDFImpl for NestedCast {
    fn name(&self) -> &str {
        NESTED_CAST
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[Arrow]) -> Result<Vec<Arrow>> {
        match given {
            [_, Arrow::Utf8] => Ok(given.to_vec()),
            _ => Err(not_taken(NESTED_CAST)),
        }
    }

    fn return_type(&self, _: &[Arrow]) -> Result<Arrow> {
        Err(unexpected(&Arrow::Null))
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs) -> Result<FieldRef> {
        let text = match args.scalar_arguments.get(1).copied().flatten() {
            Some(ScalarValue::Utf8(Some(text))) => text.as_str(),
            _ => "",
        };
        let (Some(to), Some(from)) = (type_text::read(text), args.arg_fields.first()) else {
            return Err(not_taken(NESTED_CAST));
        };
        if !is_castable(from.data_type(), &to) {
            let word = |found: &Arrow| types::name(found).unwrap_or_else(|| found.to_string());
            let (from, to) = (word(from.data_type()), word(&to));
            let message = format!("CAST of {from} to {to} is not supported by the local engine");
            return Err(failure("NOT_SUPPORTED", message));
        }
        Ok(Arc::new(Field::new(NESTED_CAST, to, true)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        self.cancellation.check()?;
        let to = args.return_field.data_type().clone();
        let Some(value) = args.args.into_iter().next() else { return Err(unexpected(&Arrow::Null)) };
        let value = Argument::new(value)?;
        answer(converted(value.array(), &to)?, value.is_single())
    }
}

/// Whether there is such a cast. Rows are cast field by field, whatever their names.
pub(super) fn is_castable(from: &Arrow, to: &Arrow) -> bool {
    match (from, to) {
        (Arrow::Null, _) => true,
        (Arrow::List(from), Arrow::List(to)) => is_castable(from.data_type(), to.data_type()),
        (Arrow::Struct(from), Arrow::Struct(to)) => {
            from.len() == to.len()
                && from.iter().zip(to).all(|(from, to)| is_castable(from.data_type(), to.data_type()))
        }
        (Arrow::Map(..), Arrow::Map(..)) => match (pair_of(from), pair_of(to)) {
            (Some((from_key, from)), Some((key, value))) => {
                // Two keys might become the same one otherwise.
                (from_key == key || *from_key == Arrow::Null) && is_castable(from, value)
            }
            _ => false,
        },
        (from, to) if is_nested(from) || is_nested(to) => functions::converts(from, to),
        // By the clocks of its zone, which Arrow's cast does not know.
        (Arrow::Timestamp(_, Some(_)), Arrow::Date32 | Arrow::Timestamp(..)) => from == to,
        (from, to) => typing::is_castable(from, to),
    }
}

/// The values in the other type, of which [`is_castable`] says yes: part by part, whatever the parts' names.
pub(in crate::functions) fn converted(values: &ArrayRef, to: &Arrow) -> Result<ArrayRef> {
    fit_by(&shown_only(values)?, to, &leaf)
}

/// One conversion of Athena's, as a `CAST` makes it.
fn leaf(values: &ArrayRef, to: &Arrow) -> Result<ArrayRef> {
    let from = values.data_type();
    let of_text = if *from == Arrow::Utf8 { functions::cast_of_text(to, false) } else { None };
    let own: Option<ScalarUDF> =
        of_text.or_else(|| functions::converts(from, to).then(|| functions::conversion(to.clone(), false)));
    let Some(own) = own else {
        let options = CastOptions { safe: false, ..CastOptions::default() };
        return Ok(cast_with_options(values, to, &options)?);
    };
    let rows = values.len();
    let called = own.invoke_with_args(ScalarFunctionArgs {
        args: vec![ColumnarValue::Array(Arc::clone(values))],
        arg_fields: vec![Arc::new(Field::new("value", from.clone(), true))],
        number_rows: rows,
        return_field: Arc::new(Field::new("cast", to.clone(), true)),
        config_options: Arc::new(ConfigOptions::default()),
    })?;
    called.into_array(rows)
}

/// The values without those that no row shows: a conversion of them might fail.
fn shown_only(values: &ArrayRef) -> Result<ArrayRef> {
    match values.data_type() {
        Arrow::List(element) => {
            let lists = values.as_list::<i32>();
            let (rows, elements) = packed(values, lists.value_offsets(), lists.values())?;
            let elements = shown_only(&elements)?;
            let (offsets, nulls) = rows.parts();
            Ok(Arc::new(ListArray::try_new(Arc::clone(element), offsets, elements, nulls)?))
        }
        Arrow::Map(entries, is_sorted) => {
            let maps = values.as_map();
            let pairs: ArrayRef = Arc::new(maps.entries().clone());
            let (rows, pairs) = packed(values, maps.value_offsets(), &pairs)?;
            let (offsets, nulls) = rows.parts();
            let pairs = pairs.as_struct().clone();
            Ok(Arc::new(MapArray::try_new(Arc::clone(entries), offsets, pairs, nulls, *is_sorted)?))
        }
        Arrow::Struct(fields) => {
            let rows = values.as_struct();
            let are_null: Option<BooleanArray> =
                rows.nulls().map(|nulls| nulls.iter().map(|is_valid| Some(!is_valid)).collect());
            let columns = rows.columns().iter().map(|column| {
                let column = match &are_null {
                    Some(are_null) if *column.data_type() != Arrow::Null => nullif(column, are_null)?,
                    _ => Arc::clone(column),
                };
                shown_only(&column)
            });
            let columns = columns.collect::<Result<Vec<_>>>()?;
            Ok(Arc::new(StructArray::try_new(fields.clone(), columns, rows.nulls().cloned())?))
        }
        _ => Ok(Arc::clone(values)),
    }
}

/// The elements of the rows that are not null, one after another.
fn packed(values: &ArrayRef, offsets: &[i32], elements: &ArrayRef) -> Result<(Rows, ArrayRef)> {
    let sources = [Source::of(elements)];
    let (mut column, mut rows) = (Column::of(&sources), Rows::new(values.len()));
    for row in 0..values.len() {
        let is_valid = values.is_valid(row);
        if is_valid {
            column.copy_all(0, range(offsets, row))?;
        }
        rows.mark(column.len(), is_valid)?;
    }
    Ok((rows, column.finish()))
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::{
        array::{Int32Array, StringArray},
        datatypes::Int32Type,
    };

    use super::*;
    use crate::functions::nested::types::array_of;

    #[test]
    fn what_no_row_shows_is_not_converted() {
        let elements: ArrayRef = Arc::new(StringArray::from(vec!["x", "1", "2", "y"]));
        let mut rows = Rows::new(3);
        for (end, is_valid) in [(1, false), (3, true), (4, true)] {
            rows.mark(end, is_valid).unwrap();
        }
        let lists = rows.arrays(elements).unwrap().slice(0, 2);
        let numbers = converted(&lists, &array_of(Arrow::Int32)).unwrap();
        let numbers = numbers.as_list::<i32>();
        assert!(numbers.is_null(0));
        let found = numbers.value(1);
        assert_eq!(found.as_primitive::<Int32Type>(), &Int32Array::from(vec![1, 2]));
    }
}
