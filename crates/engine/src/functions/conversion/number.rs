//! Values as booleans and numbers.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, BooleanArray, Decimal128Array, PrimitiveArray},
        datatypes::{
            ArrowPrimitiveType, DataType as Arrow, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type,
            Int64Type,
        },
    },
    error::Result,
};

use super::source::{Converted, Source, Whole, invalid};
use crate::functions::own::{failed, unexpected};

/// The values in the other type. What cannot be converted is a failure, or null.
pub(super) fn convert(values: &ArrayRef, to: &Arrow, is_try: bool) -> Result<ArrayRef> {
    let source = Source::of(values)?;
    Ok(match to {
        Arrow::Boolean => {
            let rows = rows(&source, is_try, |row| source.boolean(row));
            Arc::new(rows.collect::<Result<BooleanArray>>()?)
        }
        Arrow::Int8 => {
            let range = (i8::MIN.into(), i8::MAX.into());
            whole::<Int8Type>(&source, is_try, &Whole { word: "tinyint", of_text: "TINYINT", range })?
        }
        Arrow::Int16 => {
            let range = (i16::MIN.into(), i16::MAX.into());
            whole::<Int16Type>(&source, is_try, &Whole { word: "smallint", of_text: "SMALLINT", range })?
        }
        Arrow::Int32 => {
            let range = (i32::MIN.into(), i32::MAX.into());
            whole::<Int32Type>(&source, is_try, &Whole { word: "integer", of_text: "INT", range })?
        }
        Arrow::Int64 => {
            let range = (i64::MIN, i64::MAX);
            whole::<Int64Type>(&source, is_try, &Whole { word: "bigint", of_text: "BIGINT", range })?
        }
        Arrow::Float32 => {
            let rows = rows(&source, is_try, |row| source.floating::<f32>(row, "REAL"));
            Arc::new(rows.collect::<Result<PrimitiveArray<Float32Type>>>()?)
        }
        Arrow::Float64 => {
            let rows = rows(&source, is_try, |row| source.floating::<f64>(row, "DOUBLE"));
            Arc::new(rows.collect::<Result<PrimitiveArray<Float64Type>>>()?)
        }
        Arrow::Decimal128(precision, scale) => {
            let places = u8::try_from(*scale).unwrap_or_default();
            let rows = rows(&source, is_try, |row| source.decimal(row, *precision, places));
            let decimals = rows.collect::<Result<Decimal128Array>>()?;
            Arc::new(decimals.with_precision_and_scale(*precision, *scale)?)
        }
        other => return Err(unexpected(other)),
    })
}

fn whole<T: ArrowPrimitiveType>(source: &Source, is_try: bool, to: &Whole) -> Result<ArrayRef>
where
    T::Native: TryFrom<i64>,
{
    let convert = |row| {
        let number = source.whole(row, to)?;
        T::Native::try_from(number).map_err(|_| invalid(format!("Cannot cast '{number}' to {}", to.of_text)))
    };
    Ok(Arc::new(rows(source, is_try, convert).collect::<Result<PrimitiveArray<T>>>()?))
}

fn rows<T>(
    source: &Source,
    is_try: bool,
    convert: impl Fn(usize) -> Converted<T>,
) -> impl Iterator<Item = Result<Option<T>>> {
    (0..source.len()).map(move |row| {
        if source.is_null(row) {
            return Ok(None);
        }
        match convert(row) {
            Ok(value) => Ok(Some(value)),
            Err(_) if is_try => Ok(None),
            Err(failure) => Err(failed(failure)),
        }
    })
}
