//! How long an interval may be.

use sqlparser::ast::{DateTimeField, Expr, Interval, UnaryOperator, Value, ValueWithSpan};

use super::Refused;

/// Refuses a number that is too large for its unit. The local engine counts days and months in 32 bits, and no time that
/// can be answered is so far from another one.
pub(super) fn bounded(Interval { value, leading_field, .. }: &Interval) -> Result<(), Refused> {
    let (Some(literal), Some(unit)) = (literal(value), leading_field) else { return Ok(()) };
    let ValueWithSpan { value: Value::SingleQuotedString(digits), span } = literal else { return Ok(()) };
    let most = match unit {
        DateTimeField::Year => i32::MAX.unsigned_abs() / 12,
        _ => i32::MAX.unsigned_abs(),
    };
    let mut before = None;
    for part in digits.split_inclusive(|c: char| !c.is_ascii_digit()) {
        let number = part.trim_end_matches(|c: char| !c.is_ascii_digit());
        let is_fraction = before == Some('.');
        before = part.chars().last();
        let fits = number.is_empty() || number.parse::<u32>().is_ok_and(|number| number <= most);
        if !is_fraction && !fits {
            let message = format!("an interval has at most {most} of the unit {unit}");
            return Err(Refused::at(message, span.start));
        }
    }
    Ok(())
}

/// Perhaps with a sign before it.
fn literal(value: &Expr) -> Option<&ValueWithSpan> {
    match value {
        Expr::Value(value) => Some(value),
        Expr::UnaryOp { op: UnaryOperator::Minus | UnaryOperator::Plus, expr } => match &**expr {
            Expr::Value(value) => Some(value),
            _ => None,
        },
        _ => None,
    }
}
