//! The conversions of `CAST` and `TRY_CAST` that DataFusion makes otherwise than Trino, or not at all: texts that are read
//! as numbers, numbers that are rounded to fewer places, floats and times as texts, and JSON as anything.
//!
//! So are those that may lose something of a number, and those between timestamps of different precisions. DataFusion 55.2
//! makes `x = 0.130` of `CAST(x AS decimal(10,2)) = 0.13` (apache/datafusion#23095), and `x > 1` of
//! `TRY_CAST(x AS integer) > 1` (#24702). Of a literal with more digits of a second than the column has, it drops those digits.
//! It does so twice, with expressions and with physical expressions, and it does not know these functions. A cast that loses
//! nothing stays a cast: by it DataFusion finds which row groups of a file need not be read.

mod instant;
mod json;
mod number;
mod source;
mod text;
mod varchar;

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, StringBuilder},
        datatypes::{DataType as Arrow, IntervalUnit, TimeUnit},
    },
    common::ScalarValue,
    error::Result,
    logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility},
};

use super::{
    argument::{Argument, answer},
    greatest::digits,
    nested,
    own::unexpected,
};
use crate::{
    text::read::floating,
    types::{JSON, is_nested},
};
use instant::Beyond;
use text::Texts;

pub(super) use json::JsonColumn;
pub(crate) use varchar::{CAST_TO_VARCHAR, TRY_CAST_TO_VARCHAR};
pub(super) use varchar::{cast_to_varchar, try_cast_to_varchar};

/// The text of a value, as `CAST` to varchar makes it. `None`: it is null, or there is no such cast here.
pub(crate) fn varchar_of(value: &ScalarValue) -> Option<String> {
    let values = value.to_array().ok()?;
    let texts = Texts::of(values.as_ref()).ok()?;
    texts.get(0)
}

/// Whether [`Conversion`] makes the conversion. The other ones of Trino are DataFusion's.
pub(crate) fn converts(from: &Arrow, to: &Arrow) -> bool {
    let to_number = matches!(
        to,
        Arrow::Boolean | Arrow::Int8 | Arrow::Int16 | Arrow::Int32 | Arrow::Int64 | Arrow::Decimal128(..)
    );
    if *from == JSON {
        return json::reads(to);
    }
    match (from, to) {
        (Arrow::Utf8, Arrow::Float32 | Arrow::Float64)
        | (Arrow::Float32 | Arrow::Float64, Arrow::Utf8)
        | (Arrow::Boolean, Arrow::Decimal128(..))
        | (Arrow::Int16 | Arrow::Int32 | Arrow::Int64 | Arrow::UInt64, Arrow::Int8)
        | (Arrow::Int32 | Arrow::Int64 | Arrow::UInt64, Arrow::Int16)
        | (Arrow::Int64 | Arrow::UInt64, Arrow::Int32)
        | (Arrow::Timestamp(..), Arrow::Utf8)
        | (Arrow::Duration(TimeUnit::Millisecond) | Arrow::Interval(IntervalUnit::YearMonth), Arrow::Utf8) => {
            true
        }
        (Arrow::Utf8 | Arrow::Float32 | Arrow::Float64, _) => to_number,
        (from, Arrow::Decimal128(precision, scale)) => is_narrower((*precision, *scale), from),
        (Arrow::Decimal128(..), _) => to_number,
        (Arrow::Timestamp(from, None), Arrow::Timestamp(to, None)) => from != to,
        _ => false,
    }
}

/// Whether a decimal of so many digits and places has no room for all digits of the other type. What is no exact number has
/// none.
fn is_narrower((precision, scale): (u8, i8), from: &Arrow) -> bool {
    let whole = |precision: u8, scale: i8| i16::from(precision) - i16::from(scale);
    digits(from).is_some_and(|(from_precision, from_scale)| {
        scale < from_scale || whole(precision, scale) < whole(from_precision, from_scale)
    })
}

/// Whether it is a type that JSON is cast to, and not nested.
pub(super) fn is_scalar_of_json(to: &Arrow) -> bool {
    json::reads(to) && !is_nested(to)
}

/// A text as a double, as a cast reads it.
pub(super) fn double_of(text: &str) -> Option<f64> {
    floating(text)
}

/// A `CAST` to a type, or a `TRY_CAST`, of values of which [`converts`] says yes; and of arrays, maps and rows to a wider type.
/// A query cannot call it by its name.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Conversion {
    to: Arrow,
    /// What cannot be converted is null, and no failure.
    is_try: bool,
    /// A time that the type does not reach is the last or the first that it reaches.
    is_within_reach: bool,
    signature: Signature,
}

impl Conversion {
    pub(super) fn new(to: Arrow, is_try: bool) -> Self {
        let signature = Signature::user_defined(Volatility::Immutable);
        Self { to, is_try, is_within_reach: false, signature }
    }

    pub(super) fn within_reach(to: Arrow) -> Self {
        Self { is_within_reach: true, ..Self::new(to, false) }
    }

    fn apply(&self, values: &ArrayRef) -> Result<ArrayRef> {
        if *values.data_type() == JSON {
            return json::convert(values, &self.to, self.is_try);
        }
        if is_nested(&self.to) {
            return nested::converted(values, &self.to);
        }
        if matches!(self.to, Arrow::Timestamp(..)) {
            let beyond = match (self.is_within_reach, self.is_try) {
                (true, _) => Beyond::End,
                (false, true) => Beyond::Null,
                (false, false) => Beyond::Failure,
            };
            return instant::convert(values, &self.to, beyond);
        }
        if self.to != Arrow::Utf8 {
            return number::convert(values, &self.to, self.is_try);
        }
        let texts = Texts::of(values.as_ref())?;
        // A text of at most some dozens of bytes for each row.
        let mut builder = StringBuilder::new();
        for row in 0..values.len() {
            builder.append_option(texts.get(row));
        }
        Ok(Arc::new(builder.finish()))
    }
}

impl ScalarUDFImpl for Conversion {
    fn name(&self) -> &str {
        if self.is_try { "try_cast" } else { "cast" }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[Arrow]) -> Result<Vec<Arrow>> {
        Ok(given.to_vec())
    }

    fn return_type(&self, _: &[Arrow]) -> Result<Arrow> {
        Ok(self.to.clone())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let Some(value) = args.args.into_iter().next() else { return Err(unexpected(&Arrow::Null)) };
        let value = Argument::new(value)?;
        answer(self.apply(value.array())?, value.is_single())
    }
}
