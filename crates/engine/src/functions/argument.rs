use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, GenericStringArray, Int64Array, OffsetSizeTrait},
        datatypes::Int64Type,
    },
    common::ScalarValue,
    error::Result,
    logical_expr::ColumnarValue,
};

/// What a function is called with: a value for each row, or one for all of them. The one is not copied: it may be
/// long, and the rows many.
#[derive(Debug)]
pub(super) struct Argument {
    array: ArrayRef,
    is_single: bool,
}

impl Argument {
    pub(super) fn new(value: ColumnarValue) -> Result<Self> {
        Ok(match value {
            ColumnarValue::Array(array) => Self { array, is_single: false },
            ColumnarValue::Scalar(scalar) => Self { array: scalar.to_array()?, is_single: true },
        })
    }

    /// A value for each row.
    pub(super) fn of(array: &ArrayRef) -> Self {
        Self { array: Arc::clone(array), is_single: false }
    }

    pub(super) fn is_single(&self) -> bool {
        self.is_single
    }

    /// The values; [`Self::place`] says where a row's is.
    pub(super) fn array(&self) -> &ArrayRef {
        &self.array
    }

    pub(super) fn place(&self, row: usize) -> usize {
        if self.is_single { 0 } else { row }
    }

    /// The values as texts, which they must be.
    pub(super) fn texts<O: OffsetSizeTrait>(&self) -> TextArgument<'_, O> {
        TextArgument { argument: self, texts: self.array.as_string::<O>() }
    }

    /// The values as bigints, which they must be.
    pub(super) fn bigints(&self) -> BigintArgument<'_> {
        BigintArgument { argument: self, numbers: self.array.as_primitive::<Int64Type>() }
    }
}

/// What a function answers: a value for each row, or the first one for all of them.
pub(super) fn answer(values: ArrayRef, is_single: bool) -> Result<ColumnarValue> {
    if is_single {
        return Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&values, 0)?));
    }
    Ok(ColumnarValue::Array(values))
}

pub(super) struct TextArgument<'a, O: OffsetSizeTrait> {
    argument: &'a Argument,
    texts: &'a GenericStringArray<O>,
}

impl<'a, O: OffsetSizeTrait> TextArgument<'a, O> {
    /// The row's text; `None` if it is null.
    pub(super) fn get(&self, row: usize) -> Option<&'a str> {
        let place = self.argument.place(row);
        self.texts.is_valid(place).then(|| self.texts.value(place))
    }
}

pub(super) struct BigintArgument<'a> {
    argument: &'a Argument,
    numbers: &'a Int64Array,
}

impl BigintArgument<'_> {
    /// The row's number; `None` if it is null.
    pub(super) fn get(&self, row: usize) -> Option<i64> {
        let place = self.argument.place(row);
        self.numbers.is_valid(place).then(|| self.numbers.value(place))
    }
}
