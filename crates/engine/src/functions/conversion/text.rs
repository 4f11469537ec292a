//! Values as texts.

use std::fmt::UpperExp;

use datafusion::{
    arrow::{
        array::{
            Array, AsArray, Float32Array, Float64Array, TimestampMicrosecondArray, TimestampNanosecondArray,
        },
        datatypes::{
            DataType as Arrow, Float32Type, Float64Type, TimeUnit, TimestampMicrosecondType,
            TimestampNanosecondType,
        },
    },
    error::Result,
};

use crate::{
    functions::own::unexpected,
    text::{number, time},
    values::Values,
    zone::Zone,
};

/// How many digits a real has after the point.
const REAL_PLACES: usize = 6;

/// The texts of a column's values, as `CAST` to varchar makes them.
pub(super) struct Texts<'a> {
    values: &'a dyn Array,
    kind: Kind<'a>,
}

enum Kind<'a> {
    Real(&'a Float32Array),
    Double(&'a Float64Array),
    Micros(&'a TimestampMicrosecondArray, Option<Zone>),
    Nanos(&'a TimestampNanosecondArray, Option<Zone>),
    /// As results show them.
    Plain(Values<'a>),
}

impl<'a> Texts<'a> {
    pub(super) fn of(values: &'a dyn Array) -> Result<Self> {
        let found = values.data_type();
        let kind = match found {
            Arrow::Float32 => Kind::Real(values.as_primitive::<Float32Type>()),
            Arrow::Float64 => Kind::Double(values.as_primitive::<Float64Type>()),
            Arrow::Timestamp(TimeUnit::Microsecond, zone) => Kind::Micros(
                values.as_primitive::<TimestampMicrosecondType>(),
                zone.as_ref().map(|_| Zone::of(found)),
            ),
            Arrow::Timestamp(TimeUnit::Nanosecond, zone) => Kind::Nanos(
                values.as_primitive::<TimestampNanosecondType>(),
                zone.as_ref().map(|_| Zone::of(found)),
            ),
            _ => Kind::Plain(Values::of(values).map_err(|found| unexpected(&found))?),
        };
        Ok(Self { values, kind })
    }

    /// `None` if it is null.
    pub(super) fn get(&self, row: usize) -> Option<String> {
        if self.values.is_null(row) {
            return None;
        }
        let mut text = Vec::new();
        match &self.kind {
            Kind::Real(reals) => return Some(real(reals.value(row))),
            Kind::Double(doubles) => return Some(scientific(doubles.value(row))),
            Kind::Micros(times, zone) => fine(&mut text, times.value(row), 1_000, *zone),
            Kind::Nanos(times, zone) => fine(&mut text, times.value(row), 1_000_000, *zone),
            Kind::Plain(values) => values.get(row)?.write_scalar(&mut text, row),
        }
        Some(String::from_utf8_lossy(&text).into_owned())
    }

    /// What a message names the value by, where the text is no answer.
    pub(super) fn shown(&self, row: usize, text: &str) -> String {
        let mut java = Vec::new();
        match &self.kind {
            Kind::Real(reals) => number::floating(&mut java, reals.value(row)),
            Kind::Double(doubles) => number::floating(&mut java, doubles.value(row)),
            _ => return text.to_owned(),
        }
        format!("{} ({text})", String::from_utf8_lossy(&java))
    }
}

/// `1.5E0`: since its release 369, Trino writes floats as the SQL standard wants them, with an exponent. The digits are
/// the fewest that read back the same.
pub(super) fn scientific<T: Copy + UpperExp + Into<f64>>(value: T) -> String {
    let wide: f64 = value.into();
    if wide.is_nan() {
        return "NaN".to_owned();
    }
    if wide.is_infinite() {
        return if wide > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    if wide == 0.0 {
        return if wide.is_sign_negative() { "-0E0" } else { "0E0" }.to_owned();
    }
    let text = format!("{value:E}");
    match text.split_once('E') {
        Some((digits, exponent)) if !digits.contains('.') => format!("{digits}.0E{exponent}"),
        _ => text,
    }
}

/// A real has seven digits at most.
fn real(value: f32) -> String {
    let text = scientific(value);
    let places =
        text.split_once('E').map_or(0, |(digits, _)| digits.len() - digits.find('.').unwrap_or(0) - 1);
    if places <= REAL_PLACES {
        return text;
    }
    // Rounded from the digits that are shown, as Java does.
    let wide: f64 = text.parse().unwrap_or_else(|_| f64::from(value));
    let rounded = format!("{wide:.REAL_PLACES$E}");
    match rounded.split_once('E') {
        Some((digits, exponent)) => {
            let digits = digits.trim_end_matches('0');
            let point = if digits.ends_with('.') { "0" } else { "" };
            format!("{digits}{point}E{exponent}")
        }
        None => rounded,
    }
}

/// A time with more digits than those of milliseconds.
fn fine(text: &mut Vec<u8>, units: i64, per_milli: i64, zone: Option<Zone>) {
    let (millis, rest) = (units.div_euclid(per_milli), units.rem_euclid(per_milli));
    time::timestamp(text, zone.map_or(millis, |zone| zone.local(millis)));
    let width = if per_milli == 1_000 { 3 } else { 6 };
    text.extend_from_slice(format!("{rest:0width$}").as_bytes());
    if let Some(zone) = zone {
        text.push(b' ');
        text.extend_from_slice(zone.id().as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is expected is from Trino's `TestDoubleOperators` and `TestRealOperators`, as far as they have the value.
    #[test]
    fn floats_have_exponents() {
        for (value, expected) in [
            (12e2, "1.2E3"),
            (12345678.9e0, "1.23456789E7"),
            (0.5, "5.0E-1"),
            (1.0, "1.0E0"),
            (-37.7, "-3.77E1"),
            (0.1 + 0.2, "3.0000000000000004E-1"),
            (f64::MAX, "1.7976931348623157E308"),
            (0.0, "0E0"),
            (-0.0, "-0E0"),
            (f64::INFINITY, "Infinity"),
            (f64::NEG_INFINITY, "-Infinity"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(scientific(value), expected);
        }
        for (value, expected) in [
            (12e2_f32, "1.2E3"),
            (0.1, "1.0E-1"),
            (-0.0, "-0E0"),
            (1.5, "1.5E0"),
            (12_345_678.0, "1.234568E7"),
            (16_777_216.0, "1.677722E7"),
            (f32::MAX, "3.402823E38"),
            (f32::INFINITY, "Infinity"),
        ] {
            assert_eq!(real(value), expected);
        }
    }
}
