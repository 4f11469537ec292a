//! The type that several values have in Athena: numbers, dates and timestamps, and arrays of them.

use datafusion::{
    arrow::datatypes::{DataType as Arrow, TimeUnit},
    common::{DFSchema, ScalarValue},
    error::Result,
    logical_expr::{Cast, Expr, ExprSchemable},
};

use super::called;
use crate::functions;

/// The digits of a decimal that holds an integer, and a bigint.
const INTEGER_DIGITS: u8 = 10;
const BIGINT_DIGITS: u8 = 19;

/// The most digits of a second.
const MOST_DIGITS: u8 = 9;

/// [`unified`] for values that are answered.
pub(super) fn unify<'e>(exprs: impl IntoIterator<Item = &'e mut Expr>, schema: &DFSchema) -> Result<bool> {
    unified(exprs.into_iter().collect(), schema, |_| false)
}

/// [`unified`] for values of which the first is compared with each of the others, and which are not answered. With nanoseconds
/// there is no time after April 2262 or before September 1677: one that is beyond, compared with one that is within, may as well
/// be the last there is, or the first. Two that are both beyond are not compared so.
pub(super) fn unify_compared<'e>(
    exprs: impl IntoIterator<Item = &'e mut Expr>,
    schema: &DFSchema,
) -> Result<bool> {
    unified(exprs.into_iter().collect(), schema, |types| {
        let is_fine = |found: &Arrow| digits_of_second(found) == Some(MOST_DIGITS) || *found == Arrow::Null;
        types.split_first().is_some_and(|(first, others)| is_fine(first) || others.iter().all(is_fine))
    })
}

/// Where one of them is a double, all numbers are; else where one is a real; else where one is a decimal, integers
/// are decimals of as many digits as their types have. Where one is a timestamp, dates are. `reaches` says of the types whether
/// a time that the common one does not reach is its last or first, and no failure.
fn unified(
    mut exprs: Vec<&mut Expr>,
    schema: &DFSchema,
    reaches: impl FnOnce(&[Arrow]) -> bool,
) -> Result<bool> {
    let types = exprs.iter().map(|expr| expr.get_type(schema)).collect::<Result<Vec<_>>>()?;
    let reaches = reaches(&types);
    if let Some(array) = array_of_all(&types) {
        let mut changed = false;
        for (expr, found) in exprs.iter_mut().zip(types) {
            if found != array && found != Arrow::Null {
                replace(expr, array.clone());
                changed = true;
            }
        }
        return Ok(changed);
    }
    let floating = [Arrow::Float64, Arrow::Float32].into_iter().find(|floating| types.contains(floating));
    let decimal = types.iter().any(|found| matches!(found, Arrow::Decimal128(..)));
    // DataFusion would compare two timestamps by the digits that both have.
    let timestamp = types.iter().filter(|found| digits_of_second(found).is_some());
    let timestamp = timestamp.max_by_key(|found| digits_of_second(found)).cloned();
    let is_coarser = |found: &Arrow, than: &Arrow| {
        let zoneless = [found, than].iter().all(|found| matches!(found, Arrow::Timestamp(_, None)));
        zoneless && digits_of_second(found) < digits_of_second(than)
    };
    let mut changed = false;
    for (expr, found) in exprs.iter_mut().zip(types) {
        let target = match (&floating, &timestamp) {
            (Some(floating), _) => found.is_numeric().then(|| floating.clone()),
            (None, Some(timestamp)) => {
                (found == Arrow::Date32 || is_coarser(&found, timestamp)).then(|| timestamp.clone())
            }
            (None, None) if decimal => {
                integer_digits(expr, &found).map(|digits| Arrow::Decimal128(digits, 0))
            }
            (None, None) => None,
        };
        if let Some(target) = target.filter(|target| *target != found) {
            let value = std::mem::take(&mut **expr);
            **expr = match &target {
                Arrow::Timestamp(TimeUnit::Nanosecond, None) => in_nanoseconds(value, &found, reaches),
                _ => converted(value, &found, target),
            };
            changed = true;
        }
    }
    Ok(changed)
}

/// A date, or a timestamp with fewer digits.
pub(super) fn in_nanoseconds(value: Expr, from: &Arrow, reaches: bool) -> Expr {
    let milliseconds = Arrow::Timestamp(TimeUnit::Millisecond, None);
    let value = if *from == Arrow::Date32 { cast(value, milliseconds) } else { value };
    let to = Arrow::Timestamp(TimeUnit::Nanosecond, None);
    let function = if reaches { functions::within_reach(to) } else { functions::conversion(to, false) };
    called(function, value)
}

/// The type of all, where they are arrays.
fn array_of_all(types: &[Arrow]) -> Option<Arrow> {
    let mut arrays = types.iter().filter(|found| **found != Arrow::Null);
    let first = arrays.next().filter(|found| matches!(found, Arrow::List(_)))?;
    arrays.try_fold(first.clone(), |common, next| functions::nested_common(&common, next))
}

/// How many digits a timestamp has of a second.
fn digits_of_second(found: &Arrow) -> Option<u8> {
    match found {
        Arrow::Timestamp(TimeUnit::Second, _) => Some(0),
        Arrow::Timestamp(TimeUnit::Millisecond, _) => Some(3),
        Arrow::Timestamp(TimeUnit::Microsecond, _) => Some(6),
        Arrow::Timestamp(TimeUnit::Nanosecond, _) => Some(9),
        _ => None,
    }
}

/// DataFusion reads every number as a bigint; in Athena a small one is an integer.
fn integer_digits(expr: &Expr, found: &Arrow) -> Option<u8> {
    let literal = match expr {
        Expr::Negative(inner) => inner,
        other => other,
    };
    match (literal, found) {
        (Expr::Literal(ScalarValue::Int64(Some(number)), _), _) if i32::try_from(*number).is_ok() => {
            Some(INTEGER_DIGITS)
        }
        (_, Arrow::Int32) => Some(INTEGER_DIGITS),
        (_, Arrow::Int64 | Arrow::UInt64) => Some(BIGINT_DIGITS),
        _ => None,
    }
}

/// `i + 1` is an integer where `i` is one: DataFusion reads every number as a bigint, and the sum of two integers would
/// be beyond their range without a word.
pub(super) fn narrow(sides: [&mut Expr; 2], schema: &DFSchema) -> Result<bool> {
    let [left, right] = sides;
    let small = |expr: &Expr, found: &Arrow| {
        *found == Arrow::Int32 || integer_digits(expr, found) == Some(INTEGER_DIGITS)
    };
    let fit = small(&*left, &left.get_type(schema)?) && small(&*right, &right.get_type(schema)?);
    if !fit {
        return Ok(false);
    }
    let changed = [left, right].map(narrow_literal);
    Ok(changed.contains(&true))
}

fn narrow_literal(expr: &mut Expr) -> bool {
    match expr {
        Expr::Negative(inner) => narrow_literal(inner),
        Expr::Literal(value, _) => match *value {
            ScalarValue::Int64(Some(number)) => match i32::try_from(number) {
                Ok(number) => {
                    *value = ScalarValue::Int32(Some(number));
                    true
                }
                Err(_) => false,
            },
            _ => false,
        },
        _ => false,
    }
}

/// The value, which is of the type `from`, in the other one. DataFusion looks through a cast, and a timestamp may have more
/// digits than it sees then.
pub(super) fn converted(expr: Expr, from: &Arrow, to: Arrow) -> Expr {
    if functions::converts(from, &to) {
        called(functions::conversion(to, false), expr)
    } else {
        cast(expr, to)
    }
}

pub(super) fn replace(expr: &mut Expr, to: Arrow) {
    let inner = std::mem::take(expr);
    *expr = cast(inner, to);
}

pub(super) fn cast(expr: Expr, to: Arrow) -> Expr {
    Expr::Cast(Cast::new(Box::new(expr), to))
}
