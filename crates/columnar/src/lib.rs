//! Values of the lake's types as Arrow arrays, of the types that [`DataType::arrow`] gives: what `compact` writes and
//! what `query` answers are built alike.
//!
//! [`Builder`] takes values one by one. [`Lines`] reads whole lines of landing batches, without values in between.

mod buffers;
mod lines;
mod names;
mod nested;
mod part;
mod time;

use std::fmt;

use arrow::{array::ArrayRef, error::ArrowError};
use domain::{DataType, value::Value};

pub use lines::{Lines, Misfit};

/// Collects the values of one column.
pub struct Builder {
    part: part::Part,
    arrow: arrow::datatypes::DataType,
}

impl Builder {
    /// A column of this type without values.
    pub fn new(data_type: &DataType) -> Self {
        Self { part: part::Part::new(data_type), arrow: data_type.arrow() }
    }

    /// Adds a value, which [`domain::value::parse`] or `event::read` gave for the column's type. Any other becomes null.
    pub fn append(&mut self, value: Value<'_>) {
        self.part.append(value);
    }

    /// The array.
    pub fn finish(mut self) -> Result<ArrayRef, ArrowError> {
        self.part.finish(&self.arrow)
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("arrow", &self.arrow).finish_non_exhaustive()
    }
}
