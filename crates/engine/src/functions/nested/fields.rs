//! The fields of rows, by their place or their name.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, AsArray, BooleanArray},
        compute::nullif,
        datatypes::{DataType as Arrow, Field, FieldRef, Fields},
    },
    common::ScalarValue,
    error::{DataFusionError, Result},
    logical_expr::{
        ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
    },
};

use super::{access::SUBSCRIPT, fit::fit, types::normal};
use crate::functions::{
    argument::answer,
    own::{Own, failure, invalid, not_taken, unexpected},
};

/// What `(...).field` is rewritten to. A query cannot call it by this name.
pub(crate) const FIELD: &str = "field_of";

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
