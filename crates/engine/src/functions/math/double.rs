//! Functions of doubles, as Java's `Math` calculates them. Other numbers become doubles.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, AsArray, BooleanArray, Float64Array},
        datatypes::{DataType as Arrow, Float64Type},
    },
    error::Result,
};

use super::{doubles, great_circle};
use crate::functions::own::Own;

/// The names of all.
pub(super) const NAMES: [&str; 29] = [
    "acos",
    "asin",
    "atan",
    "atan2",
    "cbrt",
    "cos",
    "cosh",
    "degrees",
    "exp",
    "great_circle_distance",
    "is_finite",
    "is_infinite",
    "is_nan",
    "ln",
    "log",
    "log10",
    "log2",
    "pow",
    "power",
    "radians",
    "sin",
    "sinh",
    "sqrt",
    "tan",
    "tanh",
    "e",
    "infinity",
    "nan",
    "pi",
];

/// Those that have arguments.
pub(super) fn all() -> Vec<Own> {
    vec![
        of_one("acos", |columns| map(columns, f64::acos)),
        of_one("asin", |columns| map(columns, f64::asin)),
        of_one("atan", |columns| map(columns, f64::atan)),
        of_two("atan2", |columns| zip(columns, f64::atan2)),
        of_one("cbrt", |columns| map(columns, f64::cbrt)),
        of_one("cos", |columns| map(columns, f64::cos)),
        of_one("cosh", |columns| map(columns, f64::cosh)),
        of_one("degrees", |columns| map(columns, f64::to_degrees)),
        of_one("exp", |columns| map(columns, f64::exp)),
        great_circle::great_circle_distance(),
        whether("is_finite", |columns| test(columns, f64::is_finite)),
        whether("is_infinite", |columns| test(columns, f64::is_infinite)),
        whether("is_nan", |columns| test(columns, f64::is_nan)),
        of_one("ln", |columns| map(columns, f64::ln)),
        // The base comes first.
        of_two("log", |columns| zip(columns, |base, number| number.ln() / base.ln())),
        of_one("log10", |columns| map(columns, f64::log10)),
        of_one("log2", |columns| map(columns, |number| number.ln() / std::f64::consts::LN_2)),
        of_two("pow", |columns| zip(columns, power)),
        of_two("power", |columns| zip(columns, power)),
        of_one("radians", |columns| map(columns, f64::to_radians)),
        of_one("sin", |columns| map(columns, f64::sin)),
        of_one("sinh", |columns| map(columns, f64::sinh)),
        of_one("sqrt", |columns| map(columns, f64::sqrt)),
        of_one("tan", |columns| map(columns, f64::tan)),
        of_one("tanh", |columns| map(columns, f64::tanh)),
    ]
}

fn of_one(name: &'static str, apply: fn(&[ArrayRef]) -> Result<ArrayRef>) -> Own {
    Own::new(name, |given| doubles(given, 1), |_| Arrow::Float64, apply)
}

fn of_two(name: &'static str, apply: fn(&[ArrayRef]) -> Result<ArrayRef>) -> Own {
    Own::new(name, |given| doubles(given, 2), |_| Arrow::Float64, apply)
}

fn whether(name: &'static str, apply: fn(&[ArrayRef]) -> Result<ArrayRef>) -> Own {
    Own::new(name, |given| doubles(given, 1), |_| Arrow::Boolean, apply)
}

fn map(columns: &[ArrayRef], apply: fn(f64) -> f64) -> Result<ArrayRef> {
    let mapped: Float64Array =
        columns[0].as_primitive::<Float64Type>().unary(|number| one_nan(apply(number)));
    Ok(Arc::new(mapped))
}

fn zip(columns: &[ArrayRef], apply: fn(f64, f64) -> f64) -> Result<ArrayRef> {
    let (left, right) = (columns[0].as_primitive::<Float64Type>(), columns[1].as_primitive::<Float64Type>());
    let pairs = left.iter().zip(right.iter());
    let zipped: Float64Array = pairs.map(|(left, right)| Some(one_nan(apply(left?, right?)))).collect();
    Ok(Arc::new(zipped))
}

/// The number, and the same NaN for every one: of a root of -1, processors make one that is negative.
fn one_nan(number: f64) -> f64 {
    if number.is_nan() { f64::NAN } else { number }
}

fn test(columns: &[ArrayRef], apply: fn(f64) -> bool) -> Result<ArrayRef> {
    let tested: BooleanArray =
        columns[0].as_primitive::<Float64Type>().iter().map(|number| number.map(apply)).collect();
    Ok(Arc::new(tested))
}

/// To C, 1 to the power of anything is 1, and so is -1 to the power of infinity: to Java, they are none.
fn power(base: f64, exponent: f64) -> f64 {
    if exponent.is_nan() || (base.abs() == 1.0 && exponent.is_infinite()) {
        return f64::NAN;
    }
    base.powf(exponent)
}
