//! `great_circle_distance`: how far two places of the earth are from each other.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, Float64Array},
        datatypes::{DataType as Arrow, Float64Type},
    },
    error::Result,
};

use super::doubles;
use crate::functions::own::{Own, invalid};

/// In kilometers, as Trino's `GeoFunctions` has it.
const RADIUS_OF_EARTH: f64 = 6_371.01;

/// Of two places, each by its latitude and its longitude in degrees: the distance in kilometers.
pub(super) fn great_circle_distance() -> Own {
    Own::new("great_circle_distance", |given| doubles(given, 4), |_| Arrow::Float64, each)
}

fn each(columns: &[ArrayRef]) -> Result<ArrayRef> {
    let numbers: Vec<&Float64Array> = columns.iter().map(AsArray::as_primitive::<Float64Type>).collect();
    let distance = |row: usize| -> Result<Option<f64>> {
        if numbers.iter().any(|numbers| numbers.is_null(row)) {
            return Ok(None);
        }
        let [one, other] = [0, 2].map(|first| (numbers[first].value(row), numbers[first + 1].value(row)));
        check(one)?;
        check(other)?;
        Ok(Some(between(one, other)))
    };
    let rows = columns.first().map_or(0, Array::len);
    Ok(Arc::new((0..rows).map(distance).collect::<Result<Float64Array>>()?))
}

fn check((latitude, longitude): (f64, f64)) -> Result<()> {
    if !(-90.0..=90.0).contains(&latitude) {
        return Err(invalid("Latitude must be between -90 and 90"));
    }
    if !(-180.0..=180.0).contains(&longitude) {
        return Err(invalid("Longitude must be between -180 and 180"));
    }
    Ok(())
}

/// By Vincenty's formula on a sphere.
fn between((latitude, longitude): (f64, f64), (other_latitude, other_longitude): (f64, f64)) -> f64 {
    let (sine, cosine) = latitude.to_radians().sin_cos();
    let (other_sine, other_cosine) = other_latitude.to_radians().sin_cos();
    let (delta_sine, delta_cosine) = (longitude.to_radians() - other_longitude.to_radians()).sin_cos();
    let first = other_cosine * delta_sine;
    let second = cosine * other_sine - sine * other_cosine * delta_cosine;
    let third = sine * other_sine + cosine * other_cosine * delta_cosine;
    (first * first + second * second).sqrt().atan2(third) * RADIUS_OF_EARTH
}
