//! A column of a result, its type looked at once for a batch and not for each value.

use datafusion::arrow::{
    array::{
        Array, AsArray, BinaryArray, BooleanArray, Date32Array, Decimal128Array, DurationMillisecondArray,
        Float32Array, Float64Array, Int32Array, Int64Array, IntervalYearMonthArray, LargeStringArray,
        ListArray, MapArray, StringArray, TimestampMillisecondArray,
    },
    datatypes::{
        DataType as Arrow, Date32Type, Decimal128Type, DurationMillisecondType, Float32Type, Float64Type,
        Int32Type, Int64Type, IntervalUnit, IntervalYearMonthType, TimeUnit, TimestampMillisecondType,
    },
};

use crate::{
    text::{number, time},
    zone::Zone,
};

/// The values of a column or of a part of one.
pub(crate) struct Values<'a> {
    array: &'a dyn Array,
    part: Part<'a>,
}

/// The array by its type, and the parts of a nested one.
pub(crate) enum Part<'a> {
    Null,
    Boolean(&'a BooleanArray),
    Integer(&'a Int32Array),
    BigInt(&'a Int64Array),
    Real(&'a Float32Array),
    Double(&'a Float64Array),
    /// With its scale.
    Decimal(&'a Decimal128Array, usize),
    Varchar(&'a StringArray),
    Json(&'a LargeStringArray),
    Varbinary(&'a BinaryArray),
    Date(&'a Date32Array),
    Timestamp(&'a TimestampMillisecondArray),
    /// Shown in the zone.
    Instant(&'a TimestampMillisecondArray, Zone),
    DayToSecond(&'a DurationMillisecondArray),
    YearToMonth(&'a IntervalYearMonthArray),
    Array(&'a ListArray, Box<Values<'a>>),
    Row(Vec<(&'a str, Values<'a>)>),
    /// With its keys, and its values.
    Map(&'a MapArray, Box<Values<'a>>, Box<Values<'a>>),
}

impl<'a> Values<'a> {
    /// `Err` is a type that [`crate::types::of_result`] does not make.
    pub(crate) fn of(array: &'a dyn Array) -> Result<Self, Arrow> {
        let unknown = || Err(array.data_type().clone());
        let part = match array.data_type() {
            Arrow::Null => Part::Null,
            Arrow::Boolean => Part::Boolean(array.as_boolean()),
            Arrow::Int32 => Part::Integer(array.as_primitive::<Int32Type>()),
            Arrow::Int64 => Part::BigInt(array.as_primitive::<Int64Type>()),
            Arrow::Float32 => Part::Real(array.as_primitive::<Float32Type>()),
            Arrow::Float64 => Part::Double(array.as_primitive::<Float64Type>()),
            Arrow::Decimal128(_, scale) => match usize::try_from(*scale) {
                Ok(scale) => Part::Decimal(array.as_primitive::<Decimal128Type>(), scale),
                Err(_) => return unknown(),
            },
            Arrow::Utf8 => Part::Varchar(array.as_string::<i32>()),
            Arrow::LargeUtf8 => Part::Json(array.as_string::<i64>()),
            Arrow::Binary => Part::Varbinary(array.as_binary::<i32>()),
            Arrow::Date32 => Part::Date(array.as_primitive::<Date32Type>()),
            Arrow::Timestamp(TimeUnit::Millisecond, None) => {
                Part::Timestamp(array.as_primitive::<TimestampMillisecondType>())
            }
            zoned @ Arrow::Timestamp(TimeUnit::Millisecond, Some(_)) => {
                Part::Instant(array.as_primitive::<TimestampMillisecondType>(), Zone::of(zoned))
            }
            Arrow::Duration(TimeUnit::Millisecond) => {
                Part::DayToSecond(array.as_primitive::<DurationMillisecondType>())
            }
            Arrow::Interval(IntervalUnit::YearMonth) => {
                Part::YearToMonth(array.as_primitive::<IntervalYearMonthType>())
            }
            Arrow::List(_) => {
                let lists = array.as_list::<i32>();
                Part::Array(lists, Box::new(Self::of(lists.values())?))
            }
            Arrow::Struct(fields) => {
                let columns = fields.iter().zip(array.as_struct().columns());
                let parts = columns.map(|(field, column)| Ok((field.name().as_str(), Self::of(column)?)));
                Part::Row(parts.collect::<Result<_, Arrow>>()?)
            }
            Arrow::Map(..) => {
                let maps = array.as_map();
                let (keys, values) = (Self::of(maps.keys())?, Self::of(maps.values())?);
                Part::Map(maps, Box::new(keys), Box::new(values))
            }
            _ => return unknown(),
        };
        Ok(Self { array, part })
    }

    /// The part that has the value of this row; `None` if it is null.
    pub(crate) fn get(&self, row: usize) -> Option<&Part<'a>> {
        let null = matches!(self.part, Part::Null) || self.array.is_null(row);
        (!null).then_some(&self.part)
    }
}

/// The places of a row's elements or entries among all of the parts.
pub(crate) fn range(offsets: &[i32], row: usize) -> std::ops::Range<usize> {
    let at = |index: usize| {
        offsets.get(index).and_then(|offset| usize::try_from(*offset).ok()).unwrap_or_default()
    };
    at(row)..at(row + 1)
}

impl Part<'_> {
    /// Appends the text of a scalar, and nothing for any other value. Text and JSON are as they are.
    pub(crate) fn write_scalar(&self, buffer: &mut Vec<u8>, row: usize) {
        match self {
            Self::Boolean(array) => {
                let word: &[u8] = if array.value(row) { b"true" } else { b"false" };
                buffer.extend_from_slice(word);
            }
            Self::Integer(array) => number::integer(buffer, i64::from(array.value(row))),
            Self::BigInt(array) => number::integer(buffer, array.value(row)),
            Self::Real(array) => number::floating(buffer, array.value(row)),
            Self::Double(array) => number::floating(buffer, array.value(row)),
            Self::Decimal(array, scale) => number::decimal(buffer, array.value(row), *scale),
            Self::Varchar(array) => buffer.extend_from_slice(array.value(row).as_bytes()),
            Self::Json(array) => buffer.extend_from_slice(array.value(row).as_bytes()),
            Self::Varbinary(array) => hex(buffer, array.value(row)),
            Self::Date(array) => time::date(buffer, i64::from(array.value(row))),
            Self::Timestamp(array) => time::timestamp(buffer, array.value(row)),
            Self::Instant(array, zone) => time::zoned(buffer, array.value(row), *zone),
            Self::DayToSecond(array) => time::day_to_second(buffer, array.value(row)),
            Self::YearToMonth(array) => time::year_to_month(buffer, array.value(row)),
            Self::Null | Self::Array(..) | Self::Row(_) | Self::Map(..) => {}
        }
    }
}

/// `00 ff`: how Athena shows bytes.
pub(crate) fn hex(buffer: &mut Vec<u8>, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for (index, byte) in bytes.iter().enumerate() {
        if index > 0 {
            buffer.push(b' ');
        }
        buffer.push(DIGITS[usize::from(byte >> 4)]);
        buffer.push(DIGITS[usize::from(byte & 15)]);
    }
}
