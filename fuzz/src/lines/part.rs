//! One column by Arrow's own builders: values in, an array out.

use std::sync::Arc;

use arrow::{
    array::{
        ArrayRef, BinaryBuilder, BooleanBuilder, Date32Builder, Decimal128Builder, Float32Builder,
        Float64Builder, Int32Builder, Int64Builder, StringBuilder, TimestampMillisecondBuilder,
    },
    datatypes::DataType as Arrow,
    error::ArrowError,
};
use domain::{DataType, value::Value};

use super::nested::{Lists, Maps, Structs};

/// Collects the values of one column or of a part of one.
pub(crate) enum Part {
    Boolean(BooleanBuilder),
    Int(Int32Builder),
    BigInt(Int64Builder),
    Float(Float32Builder),
    Double(Float64Builder),
    Decimal(Decimal128Builder),
    String(StringBuilder),
    Date(Date32Builder),
    Timestamp(TimestampMillisecondBuilder),
    Binary(BinaryBuilder),
    Array(Box<Lists>),
    Struct(Structs),
    Map(Box<Maps>),
}

impl Part {
    pub(crate) fn new(data_type: &DataType) -> Self {
        match data_type {
            DataType::Boolean => Self::Boolean(BooleanBuilder::new()),
            DataType::Int => Self::Int(Int32Builder::new()),
            DataType::BigInt => Self::BigInt(Int64Builder::new()),
            DataType::Float => Self::Float(Float32Builder::new()),
            DataType::Double => Self::Double(Float64Builder::new()),
            DataType::Decimal(_) => Self::Decimal(Decimal128Builder::new()),
            DataType::String => Self::String(StringBuilder::new()),
            DataType::Date => Self::Date(Date32Builder::new()),
            DataType::Timestamp => Self::Timestamp(TimestampMillisecondBuilder::new()),
            DataType::Binary => Self::Binary(BinaryBuilder::new()),
            DataType::Array(element) => Self::Array(Box::new(Lists::new(Self::new(element)))),
            DataType::Struct(fields) => {
                Self::Struct(Structs::new(fields.iter().map(|field| Self::new(&field.data_type)).collect()))
            }
            DataType::Map(value) => Self::Map(Box::new(Maps::new(Self::new(value)))),
        }
    }

    /// `event::read` gave the value for this column's type, so it is of that type or null.
    pub(crate) fn append(&mut self, value: Value<'_>) {
        match (self, value) {
            (Self::Boolean(builder), Value::Boolean(value)) => builder.append_value(value),
            (Self::Int(builder), Value::Int(value)) => builder.append_value(value),
            (Self::BigInt(builder), Value::BigInt(value)) => builder.append_value(value),
            (Self::Float(builder), Value::Float(value)) => builder.append_value(value),
            (Self::Double(builder), Value::Double(value)) => builder.append_value(value),
            (Self::Decimal(builder), Value::Decimal(units)) => builder.append_value(units),
            (Self::String(builder), Value::String(value)) => builder.append_value(value),
            (Self::Date(builder), Value::Date(value)) => builder.append_value(value),
            (Self::Timestamp(builder), Value::Timestamp(value)) => builder.append_value(value),
            (Self::Binary(builder), Value::Binary(value)) => builder.append_value(value),
            (Self::Array(lists), Value::Array(elements)) => lists.append(elements),
            (Self::Struct(structs), Value::Struct(fields)) => structs.append(fields),
            (Self::Map(maps), Value::Map(entries)) => maps.append(entries),
            (builder, _) => builder.append_null(),
        }
    }

    pub(crate) fn append_null(&mut self) {
        match self {
            Self::Boolean(builder) => builder.append_null(),
            Self::Int(builder) => builder.append_null(),
            Self::BigInt(builder) => builder.append_null(),
            Self::Float(builder) => builder.append_null(),
            Self::Double(builder) => builder.append_null(),
            Self::Decimal(builder) => builder.append_null(),
            Self::String(builder) => builder.append_null(),
            Self::Date(builder) => builder.append_null(),
            Self::Timestamp(builder) => builder.append_null(),
            Self::Binary(builder) => builder.append_null(),
            Self::Array(lists) => lists.append_null(),
            Self::Struct(structs) => structs.append_null(),
            Self::Map(maps) => maps.append_null(),
        }
    }

    /// The array, of the type that [`DataType::arrow`] gives for what the builder was made of.
    pub(crate) fn finish(self, arrow: &Arrow) -> Result<ArrayRef, ArrowError> {
        Ok(match (self, arrow) {
            (Self::Boolean(mut builder), _) => Arc::new(builder.finish()),
            (Self::Int(mut builder), _) => Arc::new(builder.finish()),
            (Self::BigInt(mut builder), _) => Arc::new(builder.finish()),
            (Self::Float(mut builder), _) => Arc::new(builder.finish()),
            (Self::Double(mut builder), _) => Arc::new(builder.finish()),
            (Self::Decimal(mut builder), Arrow::Decimal128(precision, scale)) => {
                Arc::new(builder.finish().with_precision_and_scale(*precision, *scale)?)
            }
            (Self::String(mut builder), _) => Arc::new(builder.finish()),
            (Self::Date(mut builder), _) => Arc::new(builder.finish()),
            (Self::Timestamp(mut builder), _) => Arc::new(builder.finish()),
            (Self::Binary(mut builder), _) => Arc::new(builder.finish()),
            (Self::Array(lists), Arrow::List(element)) => lists.finish(element)?,
            (Self::Struct(structs), Arrow::Struct(fields)) => structs.finish(fields)?,
            (Self::Map(maps), Arrow::Map(entries, sorted)) => maps.finish(entries, *sorted)?,
            (Self::Decimal(_) | Self::Array(_) | Self::Struct(_) | Self::Map(_), other) => {
                return Err(ArrowError::SchemaError(format!("a column of another type than {other}")));
            }
        })
    }
}
