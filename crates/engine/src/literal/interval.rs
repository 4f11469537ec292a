//! Interval literals: `INTERVAL '3' DAY`, `INTERVAL -'2 10:30' DAY TO MINUTE`, `INTERVAL '1-6' YEAR TO MONTH`. They become
//! calls of functions of ours, for DataFusion's intervals are of another kind: there a day is not always 24 hours.

use datafusion::sql::sqlparser::ast::{DateTimeField, Expr, Interval, UnaryOperator, Value, ValueWithSpan};

use crate::{
    calls,
    error::EngineError,
    functions::{DAY_TO_SECOND_OF, YEAR_TO_MONTH_OF},
};

/// The units, from the longest, with their length in months or in milliseconds.
const UNITS: [(DateTimeField, i64); 6] = [
    (DateTimeField::Year, 12),
    (DateTimeField::Month, 1),
    (DateTimeField::Day, 86_400_000),
    (DateTimeField::Hour, 3_600_000),
    (DateTimeField::Minute, 60_000),
    (DateTimeField::Second, 1_000),
];

/// Where the units begin that are counted in milliseconds.
const FIRST_OF_DAY: usize = 2;

/// The call that gives the interval.
pub(super) fn rewritten(interval: &Interval) -> Result<Expr, EngineError> {
    let invalid = || {
        let message = format!(
            "{interval} is not a valid interval literal: expected a number of units, as in INTERVAL '1' DAY"
        );
        EngineError::failed("INVALID_LITERAL", message)
    };
    let (text, negated) = text(&interval.value).ok_or_else(invalid)?;
    let (first, last) = units(interval).ok_or_else(invalid)?;
    let length = length(text, first, last).ok_or_else(invalid)?;
    let length = if negated { -length } else { length };
    let function = if first < FIRST_OF_DAY {
        i32::try_from(length).map_err(|_| invalid())?;
        YEAR_TO_MONTH_OF
    } else {
        DAY_TO_SECOND_OF
    };
    let digits = Expr::Value(Value::Number(length.unsigned_abs().to_string(), false).with_empty_span());
    let number = match length {
        0.. => digits,
        _ => Expr::UnaryOp { op: UnaryOperator::Minus, expr: Box::new(digits) },
    };
    Ok(calls::call(function, vec![number]))
}

/// Whether it is written as Athena writes one: a text in quotes, perhaps with a sign before it, and units that follow each
/// other.
pub(crate) fn is_spelled(interval: &Interval) -> bool {
    let plain = interval.leading_precision.is_none() && interval.fractional_seconds_precision.is_none();
    plain && text(&interval.value).is_some() && units(interval).is_some()
}

/// The text, and whether a minus stands before it.
fn text(value: &Expr) -> Option<(&str, bool)> {
    match value {
        Expr::Value(ValueWithSpan { value: Value::SingleQuotedString(text), .. }) => Some((text, false)),
        Expr::UnaryOp { op: op @ (UnaryOperator::Minus | UnaryOperator::Plus), expr } => match &**expr {
            Expr::Value(ValueWithSpan { value: Value::SingleQuotedString(text), .. }) => {
                Some((text, *op == UnaryOperator::Minus))
            }
            _ => None,
        },
        _ => None,
    }
}

/// The first and the last unit, as places in [`UNITS`].
fn units(interval: &Interval) -> Option<(usize, usize)> {
    let place = |field: &DateTimeField| UNITS.iter().position(|(unit, _)| unit == field);
    let first = place(interval.leading_field.as_ref()?)?;
    let last = match &interval.last_field {
        None => first,
        Some(field) => place(field)?,
    };
    let of_one_kind = (first < FIRST_OF_DAY) == (last < FIRST_OF_DAY);
    (of_one_kind && first <= last).then_some((first, last))
}

/// In months or milliseconds. Units at the end may be left out, none is bound by the one before it, and a sign is only
/// before the first.
fn length(text: &str, first: usize, last: usize) -> Option<i64> {
    let (sign, mut rest) = match text.as_bytes() {
        [b'-', ..] => (-1, &text[1..]),
        [b'+', ..] => (1, &text[1..]),
        _ => (1, text),
    };
    let mut sum = 0_i64;
    for (place, (unit, length)) in UNITS.iter().enumerate().take(last + 1).skip(first) {
        let end = rest.find(|character: char| !character.is_ascii_digit()).unwrap_or(rest.len());
        let (digits, behind) = rest.split_at(end);
        // Athena counts each unit in 32 bits.
        let count = digits.parse::<i32>().ok()?;
        sum = sum.checked_add(i64::from(count).checked_mul(*length)?)?;
        rest = behind;
        if *unit == DateTimeField::Second
            && let Some(fraction) = rest.strip_prefix('.')
        {
            let fits =
                (1..=9).contains(&fraction.len()) && fraction.bytes().all(|byte| byte.is_ascii_digit());
            // What is shorter than a millisecond is cut off.
            let millis = format!("{fraction:0<3}").get(..3)?.parse::<i64>().ok().filter(|_| fits)?;
            sum = sum.checked_add(millis)?;
            rest = "";
        }
        if rest.is_empty() {
            return sum.checked_mul(sign);
        }
        if place == last {
            return None;
        }
        let separator = match unit {
            DateTimeField::Year => '-',
            DateTimeField::Day => ' ',
            _ => ':',
        };
        rest = rest.strip_prefix(separator)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, first: DateTimeField, last: Option<DateTimeField>) -> Option<i64> {
        let value = Value::SingleQuotedString(text.to_owned()).with_empty_span();
        let interval = Interval {
            value: Box::new(Expr::Value(value)),
            leading_field: Some(first),
            leading_precision: None,
            last_field: last,
            fractional_seconds_precision: None,
        };
        let (first, last) = units(&interval)?;
        length(text, first, last)
    }

    /// Trino's TestIntervalDayTime and TestIntervalYearMonth.
    #[test]
    fn literals_are_read_as_trino_reads_them() {
        use DateTimeField::{Day, Hour, Minute, Month, Second, Year};
        const HOUR: i64 = 3_600_000;
        for (text, first, last, expected) in [
            ("12", Day, Some(Second), Some(12 * 24 * HOUR)),
            ("12 10", Day, Some(Second), Some((12 * 24 + 10) * HOUR)),
            ("12 10:45", Day, Some(Second), Some((12 * 24 + 10) * HOUR + 45 * 60_000)),
            ("12 10:45:32", Day, Some(Second), Some((12 * 24 + 10) * HOUR + 45 * 60_000 + 32_000)),
            ("12 10:45:32.123", Day, Some(Second), Some((12 * 24 + 10) * HOUR + 45 * 60_000 + 32_123)),
            ("12 10:45", Day, Some(Minute), Some((12 * 24 + 10) * HOUR + 45 * 60_000)),
            ("12 10:45:32", Day, Some(Minute), None),
            ("12 10", Day, Some(Hour), Some((12 * 24 + 10) * HOUR)),
            ("12", Day, None, Some(12 * 24 * HOUR)),
            ("12 10", Day, None, None),
            ("10:45:32.123", Hour, Some(Second), Some(10 * HOUR + 45 * 60_000 + 32_123)),
            ("10:45", Hour, Some(Minute), Some(10 * HOUR + 45 * 60_000)),
            ("45:32.123", Minute, Some(Second), Some(45 * 60_000 + 32_123)),
            ("32.123", Second, None, Some(32_123)),
            ("32.1239", Second, None, Some(32_123)),
            ("-32.5", Second, None, Some(-32_500)),
            ("100", Hour, None, Some(100 * HOUR)),
            ("1.5", Hour, None, None),
            ("1:-5", Hour, Some(Minute), None),
            ("124-30", Year, Some(Month), Some(124 * 12 + 30)),
            ("124", Year, Some(Month), Some(124 * 12)),
            ("-1-6", Year, Some(Month), Some(-18)),
            ("30", Month, None, Some(30)),
            ("1-2", Month, None, None),
            ("", Day, None, None),
            ("-", Day, None, None),
            ("--1", Day, None, None),
            ("1e10", Day, None, None),
            (" 1", Day, None, None),
            ("1 ", Day, None, None),
            ("1.", Second, None, None),
            ("1.1234567890", Second, None, None),
            ("1.é", Second, None, None),
            ("é", Day, None, None),
            ("1 day 2", Day, None, None),
            ("2147483647", Day, None, Some(2_147_483_647 * 24 * HOUR)),
            ("2147483648", Day, None, None),
            ("99999999999999999999", Day, None, None),
            ("9223372036854775807", Second, None, None),
            ("1", Day, Some(Month), None),
            ("1", Month, Some(Day), None),
            ("1", Second, Some(Minute), None),
            ("1", DateTimeField::Quarter, None, None),
        ] {
            assert_eq!(found(text, first.clone(), last.clone()), expected, "{text} {first} {last:?}");
        }
    }
}
