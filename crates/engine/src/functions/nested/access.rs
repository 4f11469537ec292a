//! `element_at`, subscripts, and the fields of rows.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, BooleanArray},
        compute::nullif,
        datatypes::{DataType as Arrow, Field, FieldRef, Fields},
    },
    common::ScalarValue,
    error::{DataFusionError, Result},
    logical_expr::{
        ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
    },
};

use super::{
    arguments::{Maps, Scalars, types},
    fit::fit,
    made::{Column, Rows, Source},
    order::Pairs,
    shape::first,
    show::shown,
    types::{common, element_of, is_comparable, normal, pair_of},
};
use crate::functions::{
    argument::{Argument, answer},
    bounded::Bounded,
    own::{Own, failure, invalid, not_taken, unexpected},
};

/// What `a[i]` is rewritten to. A query cannot call it by this name.
pub(crate) const SUBSCRIPT: &str = "subscript";

/// What `(...).field` is rewritten to, likewise.
pub(crate) const FIELD: &str = "field_of";

/// The element at a place, counted from 1, or from the end if it is negative; or the value of a key. Null if there
/// is none.
pub(super) fn element_at() -> Own {
    Own::values("element_at", takes, answers, |arguments, bounded| find(arguments, bounded, false))
}

/// The same, of `a[i]`: it fails where there is none.
pub(super) fn element() -> Own {
    Own::values(SUBSCRIPT, takes, answers, |arguments, bounded| find(arguments, bounded, true))
}

fn takes(given: &[Arrow]) -> Option<Vec<Arrow>> {
    match given {
        [array @ Arrow::List(_), Arrow::Int32 | Arrow::Int64 | Arrow::Null] => {
            Some(vec![array.clone(), Arrow::Int64])
        }
        [map @ Arrow::Map(..), wanted] => {
            let key = common(pair_of(map)?.0, wanted)?;
            is_comparable(&key).then(|| given.to_vec())
        }
        _ => None,
    }
}

fn answers(given: &[Arrow]) -> Arrow {
    match given.first() {
        Some(map @ Arrow::Map(..)) => pair_of(map).map_or(Arrow::Null, |(_, value)| normal(value)),
        Some(array) => element_of(array).map_or(Arrow::Null, normal),
        None => Arrow::Null,
    }
}

fn find(arguments: &[Argument], bounded: &mut Bounded<'_>, is_strict: bool) -> Result<ArrayRef> {
    match types(arguments).as_slice() {
        [Arrow::List(_), _] => find_element(arguments, bounded, is_strict),
        given => find_value(arguments, given, bounded, is_strict),
    }
}

fn find_element(arguments: &[Argument], bounded: &mut Bounded<'_>, is_strict: bool) -> Result<ArrayRef> {
    let [_, wanted] = arguments else { return Err(unexpected(&Arrow::Null)) };
    let (array, wanted) = (first(arguments)?, wanted.bigints());
    let sources = [Source::of(array.elements())];
    let (mut found, mut counted) = (Column::of(&sources), Rows::new(bounded.rows()));
    for row in 0..bounded.rows() {
        let place = match (array.get(row), wanted.get(row)) {
            (Some(mut places), Some(number)) => {
                if number == 0 {
                    return Err(invalid("SQL array indices start at 1"));
                }
                if is_strict && number < 0 {
                    return Err(invalid(format!("Array subscript is negative: {number}")));
                }
                let length = places.len();
                let before = usize::try_from(number.unsigned_abs() - 1).ok();
                let place = before
                    .and_then(|before| if number > 0 { places.nth(before) } else { places.nth_back(before) });
                if is_strict && place.is_none() {
                    return Err(invalid(format!(
                        "Array subscript must be less than or equal to array length: {number} > {length}"
                    )));
                }
                place
            }
            _ => None,
        };
        match place {
            Some(at) => found.push(0, at, &mut counted, bounded)?,
            None => found.push_null(&mut counted, bounded)?,
        }
        counted.end(found.len(), true, bounded)?;
    }
    Ok(found.finish())
}

fn find_value(
    arguments: &[Argument],
    given: &[Arrow],
    bounded: &mut Bounded<'_>,
    is_strict: bool,
) -> Result<ArrayRef> {
    let ([map, wanted], [map_type, wanted_type]) = (arguments, given) else {
        return Err(unexpected(&Arrow::Null));
    };
    let (key, value) = pair_of(map_type).ok_or_else(|| unexpected(map_type))?;
    let key = common(key, wanted_type).ok_or_else(|| unexpected(wanted_type))?;
    let (maps, wanted) = (Maps::of(map, &key, &normal(value))?, Scalars::of(wanted, &key)?);
    let pairs = Pairs::of(maps.keys(), wanted.values())?;
    let sources = [Source::of(maps.values())];
    let (mut found, mut counted) = (Column::of(&sources), Rows::new(bounded.rows()));
    for row in 0..bounded.rows() {
        let place = match maps.get(row) {
            Some(mut entries) if !wanted.is_null(row) => {
                let place = entries.find(|at| pairs.equal(*at, wanted.place(row)) == Some(true));
                if is_strict && place.is_none() {
                    let key = shown(wanted.values(), wanted.place(row));
                    return Err(invalid(format!("Key not present in map: {key}")));
                }
                place
            }
            _ => None,
        };
        match place {
            Some(at) => found.push(0, at, &mut counted, bounded)?,
            None => found.push_null(&mut counted, bounded)?,
        }
        counted.end(found.len(), true, bounded)?;
    }
    Ok(found.finish())
}

/// `a[i]`: of a row, the field at a place that is a literal.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Subscript {
    element: Own,
    signature: Signature,
}

impl Subscript {
    /// With the function for arrays and maps.
    pub(super) fn new(element: Own) -> Self {
        Self { element, signature: Signature::user_defined(Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for Subscript {
    fn name(&self) -> &str {
        SUBSCRIPT
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[Arrow]) -> Result<Vec<Arrow>> {
        // DataFusion passes no failure on from here: it comes with the result's type.
        match given {
            [Arrow::List(_) | Arrow::Map(..), _] => {
                Ok(self.element.coerce_types(given).unwrap_or_else(|_| given.to_vec()))
            }
            [_, _] => Ok(given.to_vec()),
            _ => Err(not_taken(SUBSCRIPT)),
        }
    }

    fn return_type(&self, given: &[Arrow]) -> Result<Arrow> {
        self.element.return_type(given)
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs) -> Result<FieldRef> {
        let given: Vec<Arrow> = args.arg_fields.iter().map(|field| field.data_type().clone()).collect();
        let answered = match given.first() {
            Some(Arrow::Struct(fields)) => {
                let index = args.scalar_arguments.get(1).copied().flatten().and_then(number);
                let place = index.ok_or_else(|| {
                    failure("TYPE_MISMATCH", "Subscript expression on ROW requires a constant index")
                })?;
                match usize::try_from(place).ok().and_then(|place| fields.get(place.checked_sub(1)?)) {
                    Some(field) => normal(field.data_type()),
                    None if place <= 0 => {
                        return Err(invalid(format!(
                            "Invalid subscript index: {place}. ROW indices start at 1"
                        )));
                    }
                    None => {
                        return Err(invalid(format!(
                            "Subscript index out of bounds: {place}, max value is {}",
                            fields.len()
                        )));
                    }
                }
            }
            _ if self.element.coerce_types(&given).is_err() => return Err(no_subscript(&given)),
            _ => self.element.return_type(&given)?,
        };
        Ok(Arc::new(Field::new(SUBSCRIPT, answered, true)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let index = match args.args.as_slice() {
            [row, ColumnarValue::Scalar(index)] if matches!(row.data_type(), Arrow::Struct(_)) => {
                number(index)
            }
            _ => return self.element.invoke_with_args(args),
        };
        let place =
            index.and_then(|index| usize::try_from(index).ok()).and_then(|place| place.checked_sub(1));
        field_of(args, |rows| place.filter(|place| *place < rows.len()))
    }
}

/// `(...).field`.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct FieldOf {
    signature: Signature,
}

impl FieldOf {
    pub(super) fn new() -> Self {
        Self { signature: Signature::user_defined(Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for FieldOf {
    fn name(&self) -> &str {
        FIELD
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[Arrow]) -> Result<Vec<Arrow>> {
        match given {
            [_, Arrow::Utf8] => Ok(given.to_vec()),
            _ => Err(not_taken(FIELD)),
        }
    }

    fn return_type(&self, _: &[Arrow]) -> Result<Arrow> {
        Err(unexpected(&Arrow::Null))
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs) -> Result<FieldRef> {
        let name = args.scalar_arguments.get(1).copied().flatten().and_then(text).unwrap_or_default();
        let fields = match args.arg_fields.first().map(|field| field.data_type()) {
            Some(Arrow::Struct(fields)) => fields,
            Some(other) => {
                let message = format!("Expression of type {} is not of type ROW", word(other));
                return Err(failure("TYPE_MISMATCH", message));
            }
            None => return Err(not_taken(FIELD)),
        };
        match fields.iter().find(|field| field.name() == name) {
            Some(field) => Ok(Arc::new(Field::new(FIELD, normal(field.data_type()), true))),
            None => Err(failure("COLUMN_NOT_FOUND", format!("Field '{name}' cannot be resolved"))),
        }
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let name = match args.args.as_slice() {
            [_, ColumnarValue::Scalar(name)] => text(name).map(str::to_owned),
            _ => None,
        };
        field_of(args, |fields| fields.iter().position(|field| Some(field.name()) == name.as_ref()))
    }
}

/// The field of a row that is chosen; null where the row is.
fn field_of(
    args: ScalarFunctionArgs,
    choose: impl FnOnce(&Fields) -> Option<usize>,
) -> Result<ColumnarValue> {
    let to = args.return_field.data_type().clone();
    let Some(row) = args.args.into_iter().next() else { return Err(unexpected(&Arrow::Null)) };
    let is_single = matches!(row, ColumnarValue::Scalar(_));
    let rows = row.into_array(1)?;
    let rows = rows.as_struct();
    let column = choose(rows.fields()).and_then(|place| rows.columns().get(place));
    let column = fit(column.ok_or_else(|| unexpected(rows.data_type()))?, &to)?;
    let column = match rows.nulls() {
        None => column,
        Some(nulls) => {
            let are_null: BooleanArray = nulls.iter().map(|is_valid| Some(!is_valid)).collect();
            nullif(&column, &are_null)?
        }
    };
    answer(column, is_single)
}

fn no_subscript(given: &[Arrow]) -> DataFusionError {
    let words: Vec<String> = given.iter().map(word).collect();
    let (of, index) = match words.as_slice() {
        [of, index] => (of.as_str(), index.as_str()),
        _ => ("unknown", "unknown"),
    };
    failure("TYPE_MISMATCH", format!("Cannot apply operator: {of}[{index}]"))
}

fn word(found: &Arrow) -> String {
    crate::types::name(found).unwrap_or_else(|| found.to_string())
}

fn number(value: &ScalarValue) -> Option<i64> {
    match value {
        ScalarValue::Int32(number) => number.map(i64::from),
        ScalarValue::Int64(number) => *number,
        _ => None,
    }
}

fn text(value: &ScalarValue) -> Option<&str> {
    match value {
        ScalarValue::Utf8(text) => text.as_deref(),
        _ => None,
    }
}
