//! One column on its way: values in, an Arrow array out.

use std::sync::Arc;

use arrow::{
    array::ArrayRef,
    datatypes::{
        BinaryType, DataType as Arrow, Date32Type, Decimal128Type, Float32Type, Float64Type, Int32Type,
        Int64Type, TimestampMillisecondType,
    },
    error::ArrowError,
};
use domain::{DataType, data_type::Decimal, value::Value};

use crate::{
    buffers::{Booleans, Collector, Numbers, Strings, Texts, Words},
    nested::{Lists, Maps, Structs},
    time::Day,
};

/// Collects the values of one column or of a part of one.
#[derive(Debug)]
pub(crate) enum Part {
    Boolean(Booleans),
    Int(Numbers<Int32Type>),
    BigInt(Numbers<Int64Type>),
    Float(Numbers<Float32Type>),
    Double(Numbers<Float64Type>),
    Decimal(Numbers<Decimal128Type>, Decimal),
    String(Words),
    Date(Numbers<Date32Type>, Day),
    Timestamp(Numbers<TimestampMillisecondType>, Day),
    Binary(Strings),
    Array(Box<Lists>),
    Struct(Box<Structs>),
    Map(Box<Maps>),
}

impl Part {
    pub(crate) fn new(data_type: &DataType) -> Self {
        Self::of(data_type, Words::plain)
    }

    /// The same, where texts that repeat may become numbers into dictionaries, but for those of maps.
    pub(crate) fn coded(data_type: &DataType) -> Self {
        Self::of(data_type, Words::coded)
    }

    /// With columns of texts as they are made by `words`.
    fn of(data_type: &DataType, words: fn() -> Words) -> Self {
        match data_type {
            DataType::Boolean => Self::Boolean(Booleans::default()),
            DataType::Int => Self::Int(Numbers::new()),
            DataType::BigInt => Self::BigInt(Numbers::new()),
            DataType::Float => Self::Float(Numbers::new()),
            DataType::Double => Self::Double(Numbers::new()),
            DataType::Decimal(decimal) => Self::Decimal(Numbers::new(), *decimal),
            DataType::String => Self::String(words()),
            DataType::Date => Self::Date(Numbers::new(), Day::default()),
            DataType::Timestamp => Self::Timestamp(Numbers::new(), Day::default()),
            DataType::Binary => Self::Binary(Strings::new()),
            DataType::Array(element) => Self::Array(Box::new(Lists::new(Self::of(element, words)))),
            DataType::Struct(fields) => {
                let parts = fields.iter().map(|field| Self::of(&field.data_type, words)).collect();
                Self::Struct(Box::new(Structs::new(fields, parts)))
            }
            DataType::Map(value) => Self::Map(Box::new(Maps::new(Self::new(value)))),
        }
    }

    /// Of this type. A column takes no other values but null: any other becomes null.
    pub(crate) fn append(&mut self, value: Value<'_>) {
        match (self, value) {
            (Self::Boolean(booleans), Value::Boolean(value)) => booleans.append(value),
            (Self::Int(numbers), Value::Int(value)) => numbers.append(value),
            (Self::BigInt(numbers), Value::BigInt(value)) => numbers.append(value),
            (Self::Float(numbers), Value::Float(value)) => numbers.append(value),
            (Self::Double(numbers), Value::Double(value)) => numbers.append(value),
            (Self::Decimal(numbers, _), Value::Decimal(units)) => numbers.append(units),
            (Self::String(strings), Value::String(value)) => strings.append(value.as_bytes()),
            (Self::Date(numbers, _), Value::Date(value)) => numbers.append(value),
            (Self::Timestamp(numbers, _), Value::Timestamp(value)) => numbers.append(value),
            (Self::Binary(strings), Value::Binary(value)) => strings.append(&value),
            (Self::Array(lists), Value::Array(elements)) => lists.append(elements),
            (Self::Struct(structs), Value::Struct(fields)) => structs.append(fields),
            (Self::Map(maps), Value::Map(entries)) => maps.append(entries),
            (part, _) => part.collector_mut().append_null(),
        }
    }

    pub(crate) fn append_null(&mut self) {
        self.collector_mut().append_null();
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Boolean(booleans) => booleans.len(),
            Self::Int(numbers) => numbers.len(),
            Self::BigInt(numbers) => numbers.len(),
            Self::Float(numbers) => numbers.len(),
            Self::Double(numbers) => numbers.len(),
            Self::Decimal(numbers, _) => numbers.len(),
            Self::Date(numbers, _) => numbers.len(),
            Self::Timestamp(numbers, _) => numbers.len(),
            Self::String(words) => words.len(),
            Self::Binary(strings) => strings.len(),
            Self::Array(lists) => lists.len(),
            Self::Struct(structs) => structs.len(),
            Self::Map(maps) => maps.len(),
        }
    }

    pub(crate) fn collector(&self) -> &dyn Collector {
        match self {
            Self::Boolean(booleans) => booleans,
            Self::Int(numbers) => numbers,
            Self::BigInt(numbers) => numbers,
            Self::Float(numbers) => numbers,
            Self::Double(numbers) => numbers,
            Self::Decimal(numbers, _) => numbers,
            Self::Date(numbers, _) => numbers,
            Self::Timestamp(numbers, _) => numbers,
            Self::String(words) => words,
            Self::Binary(strings) => strings,
            Self::Array(lists) => &**lists,
            Self::Struct(structs) => &**structs,
            Self::Map(maps) => &**maps,
        }
    }

    pub(crate) fn collector_mut(&mut self) -> &mut dyn Collector {
        match self {
            Self::Boolean(booleans) => booleans,
            Self::Int(numbers) => numbers,
            Self::BigInt(numbers) => numbers,
            Self::Float(numbers) => numbers,
            Self::Double(numbers) => numbers,
            Self::Decimal(numbers, _) => numbers,
            Self::Date(numbers, _) => numbers,
            Self::Timestamp(numbers, _) => numbers,
            Self::String(words) => words,
            Self::Binary(strings) => strings,
            Self::Array(lists) => &mut **lists,
            Self::Struct(structs) => &mut **structs,
            Self::Map(maps) => &mut **maps,
        }
    }

    /// The array, of the type that [`DataType::arrow`] gives for what the part was made of, but for dictionaries in place of
    /// texts where they are coded. Begins anew.
    pub(crate) fn finish(&mut self, arrow: &Arrow) -> Result<ArrayRef, ArrowError> {
        Ok(match (self, arrow) {
            (Self::Boolean(booleans), _) => booleans.finish(),
            (Self::Int(numbers), _) => Arc::new(numbers.finish()?),
            (Self::BigInt(numbers), _) => Arc::new(numbers.finish()?),
            (Self::Float(numbers), _) => Arc::new(numbers.finish()?),
            (Self::Double(numbers), _) => Arc::new(numbers.finish()?),
            (Self::Decimal(numbers, _), Arrow::Decimal128(precision, scale)) => {
                Arc::new(numbers.finish()?.with_precision_and_scale(*precision, *scale)?)
            }
            (Self::String(words), _) => words.finish()?,
            (Self::Date(numbers, _), _) => Arc::new(numbers.finish()?),
            (Self::Timestamp(numbers, _), _) => Arc::new(numbers.finish()?),
            (Self::Binary(strings), _) => Arc::new(strings.finish::<BinaryType>()?),
            (Self::Array(lists), Arrow::List(element)) => lists.finish(element)?,
            (Self::Struct(structs), Arrow::Struct(fields)) => structs.finish(fields)?,
            (Self::Map(maps), Arrow::Map(entries, sorted)) => maps.finish(entries, *sorted)?,
            (Self::Decimal(..) | Self::Array(_) | Self::Struct(_) | Self::Map(_), other) => {
                return Err(ArrowError::SchemaError(format!("a column of another type than {other}")));
            }
        })
    }
}
