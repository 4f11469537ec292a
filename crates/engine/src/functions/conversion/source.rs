//! The values that become numbers, read as Java reads them (Trino's `VarcharOperators`, `DoubleOperators`, `RealOperators` and
//! `DecimalCasts`).

use std::str::FromStr;

use datafusion::{
    arrow::{
        array::{
            Array, ArrayRef, AsArray, BooleanArray, Decimal128Array, Float32Array, Float64Array, Int64Array,
            StringArray,
        },
        compute::cast,
        datatypes::{DataType as Arrow, Decimal128Type, Float32Type, Float64Type, Int64Type},
    },
    error::Result,
};

use crate::{
    error::Failure,
    functions::own::unexpected,
    text::{
        number,
        read::{NoDecimal, floating, units_of},
    },
};

pub(super) type Converted<T> = std::result::Result<T, Failure>;

/// A type of integers.
pub(super) struct Whole {
    /// The type's name.
    pub(super) word: &'static str,
    /// The name that Trino gives it where a text is no number.
    pub(super) of_text: &'static str,
    pub(super) range: (i64, i64),
}

/// A column, by its type.
pub(super) enum Source {
    Boolean(BooleanArray),
    /// With the name of its type.
    Integer(Int64Array, &'static str),
    Real(Float32Array),
    Double(Float64Array),
    /// With its precision and scale.
    Decimal(Decimal128Array, u8, usize),
    Text(StringArray),
}

impl Source {
    pub(super) fn of(values: &ArrayRef) -> Result<Self> {
        Ok(match values.data_type() {
            Arrow::Boolean => Self::Boolean(values.as_boolean().clone()),
            Arrow::Int8 | Arrow::Int16 | Arrow::Int32 | Arrow::Int64 | Arrow::UInt64 => {
                let word = match values.data_type() {
                    Arrow::Int8 => "TINYINT",
                    Arrow::Int16 => "SMALLINT",
                    Arrow::Int32 => "INTEGER",
                    _ => "BIGINT",
                };
                Self::Integer(cast(values, &Arrow::Int64)?.as_primitive::<Int64Type>().clone(), word)
            }
            Arrow::Float32 => Self::Real(values.as_primitive::<Float32Type>().clone()),
            Arrow::Float64 => Self::Double(values.as_primitive::<Float64Type>().clone()),
            Arrow::Decimal128(precision, scale) => {
                let scale = usize::try_from(*scale).unwrap_or_default();
                Self::Decimal(values.as_primitive::<Decimal128Type>().clone(), *precision, scale)
            }
            Arrow::Utf8 => Self::Text(values.as_string::<i32>().clone()),
            other => return Err(unexpected(other)),
        })
    }

    pub(super) fn is_null(&self, row: usize) -> bool {
        match self {
            Self::Boolean(values) => values.is_null(row),
            Self::Integer(values, _) => values.is_null(row),
            Self::Real(values) => values.is_null(row),
            Self::Double(values) => values.is_null(row),
            Self::Decimal(values, ..) => values.is_null(row),
            Self::Text(values) => values.is_null(row),
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Boolean(values) => values.len(),
            Self::Integer(values, _) => values.len(),
            Self::Real(values) => values.len(),
            Self::Double(values) => values.len(),
            Self::Decimal(values, ..) => values.len(),
            Self::Text(values) => values.len(),
        }
    }

    pub(super) fn boolean(&self, row: usize) -> Converted<bool> {
        Ok(match self {
            Self::Boolean(values) => values.value(row),
            Self::Integer(values, _) => values.value(row) != 0,
            Self::Real(values) => values.value(row) != 0.0,
            Self::Double(values) => values.value(row) != 0.0,
            Self::Decimal(values, ..) => values.value(row) != 0,
            Self::Text(values) => {
                let text = values.value(row);
                match text.to_ascii_lowercase().as_str() {
                    "t" | "true" | "1" => true,
                    "f" | "false" | "0" => false,
                    _ => return Err(invalid(format!("Cannot cast '{text}' to BOOLEAN"))),
                }
            }
        })
    }

    /// A fraction is rounded, a half away from zero.
    pub(super) fn whole(&self, row: usize, to: &Whole) -> Converted<i64> {
        let Whole { word, of_text, range } = to;
        let within = |number: i64| (range.0..=range.1).contains(&number);
        let out_of_range = |shown: &str| {
            Failure::new("NUMERIC_VALUE_OUT_OF_RANGE", format!("Out of range for {word}: {shown}"))
        };
        match self {
            Self::Boolean(values) => Ok(i64::from(values.value(row))),
            Self::Integer(values, _) => {
                let number = values.value(row);
                if within(number) { Ok(number) } else { Err(out_of_range(&number.to_string())) }
            }
            Self::Real(values) => {
                let number = values.value(row);
                if number.is_nan() {
                    return Err(invalid(format!("Cannot cast real NaN to {word}")));
                }
                // A bigint is then the greatest or the least there is.
                let rounded = f64::from(number).round() as i64;
                if within(rounded) { Ok(rounded) } else { Err(out_of_range(&java(number))) }
            }
            Self::Double(values) => {
                let number = values.value(row);
                if *word == "bigint" {
                    let fits = number.round() >= -TWO_TO_63 && number.round() < TWO_TO_63;
                    let unable = || invalid(format!("Unable to cast {} to bigint", java(number)));
                    return if fits { Ok(number.round() as i64) } else { Err(unable()) };
                }
                if number.is_nan() {
                    return Err(invalid(format!("Cannot cast double NaN to {word}")));
                }
                let rounded = number.round() as i64;
                if within(rounded) { Ok(rounded) } else { Err(out_of_range(&java(number))) }
            }
            Self::Decimal(values, precision, scale) => {
                let units = values.value(row);
                let rounded = rounded_off(units, *scale);
                let number = i64::try_from(rounded).ok().filter(|number| within(*number));
                number.ok_or_else(|| {
                    let mut shown = Vec::new();
                    // Trino shows what it has at hand: of a short decimal the whole number.
                    match *precision {
                        0..=18 => number::decimal(&mut shown, rounded, 0),
                        _ => number::decimal(&mut shown, units, *scale),
                    }
                    let shown = String::from_utf8_lossy(&shown).into_owned();
                    invalid(format!("Cannot cast '{shown}' to {}", word.to_uppercase()))
                })
            }
            Self::Text(values) => {
                let text = values.value(row);
                let number = text.parse::<i64>().ok().filter(|number| within(*number));
                number.ok_or_else(|| invalid(format!("Cannot cast '{text}' to {of_text}")))
            }
        }
    }

    /// Of a text.
    pub(super) fn floating<T: FromStr>(&self, row: usize, word: &str) -> Converted<T> {
        match self {
            Self::Text(values) => {
                let text = values.value(row);
                floating(text).ok_or_else(|| invalid(format!("Cannot cast '{text}' to {word}")))
            }
            _ => Err(invalid(format!("Cannot cast to {word}"))),
        }
    }

    /// In units of the last place.
    pub(super) fn decimal(&self, row: usize, precision: u8, scale: u8) -> Converted<i128> {
        let cannot = |what: &str, shown: &str| {
            invalid(format!("Cannot cast {what} '{shown}' to DECIMAL({precision}, {scale})"))
        };
        match self {
            Self::Boolean(values) => {
                let units = if values.value(row) { 10_i128.pow(scale.into()) } else { 0 };
                if units < 10_i128.pow(precision.into()) { Ok(units) } else { Err(cannot("BOOLEAN", "true")) }
            }
            Self::Real(values) => {
                let number = values.value(row);
                let units = if number.is_finite() {
                    units_of(&format!("{number:E}"), precision, scale).ok()
                } else {
                    None
                };
                units.ok_or_else(|| cannot("REAL", &java(number)))
            }
            Self::Double(values) => {
                let number = values.value(row);
                let units = if number.is_finite() {
                    units_of(&format!("{number:E}"), precision, scale).ok()
                } else {
                    None
                };
                units.ok_or_else(|| cannot("DOUBLE", &java(number)))
            }
            Self::Text(values) => {
                let text = values.value(row);
                units_of(text, precision, scale).map_err(|why| {
                    let why = match why {
                        NoDecimal::NotANumber => "Value is not a number.",
                        NoDecimal::TooLarge => "Value too large.",
                    };
                    invalid(format!("Cannot cast VARCHAR '{text}' to DECIMAL({precision}, {scale}). {why}"))
                })
            }
            Self::Integer(values, word) => {
                let number = values.value(row);
                let units = in_units(i128::from(number), 0, precision, scale);
                units.ok_or_else(|| cannot(word, &number.to_string()))
            }
            Self::Decimal(values, from, places) => {
                let units = values.value(row);
                in_units(units, *places, precision, scale).ok_or_else(|| {
                    let mut shown = Vec::new();
                    number::decimal(&mut shown, units, *places);
                    cannot(&format!("DECIMAL({from}, {places})"), &String::from_utf8_lossy(&shown))
                })
            }
        }
    }
}

const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;

pub(super) fn invalid(message: String) -> Failure {
    Failure::new("INVALID_CAST_ARGUMENT", message)
}

fn java<T: Copy + std::fmt::Debug + std::fmt::UpperExp + Into<f64>>(number: T) -> String {
    let mut text = Vec::new();
    number::floating(&mut text, number);
    String::from_utf8_lossy(&text).into_owned()
}

/// A decimal of so many places as one of `precision` digits and `scale` places: rounded, or with zeros behind.
fn in_units(units: i128, places: usize, precision: u8, scale: u8) -> Option<i128> {
    let scale = usize::from(scale);
    let units = if scale < places {
        rounded_off(units, places - scale)
    } else {
        let zeros = u32::try_from(scale - places).ok()?;
        units.checked_mul(10_i128.checked_pow(zeros)?)?
    };
    (units.unsigned_abs() < 10_u128.checked_pow(precision.into())?).then_some(units)
}

fn rounded_off(units: i128, scale: usize) -> i128 {
    let divisor = 10_i128.pow(u32::try_from(scale.min(38)).unwrap_or(38));
    let half_up = scale > 0 && (units % divisor).unsigned_abs() * 2 >= divisor.unsigned_abs();
    units / divisor + if half_up { units.signum() } else { 0 }
}
