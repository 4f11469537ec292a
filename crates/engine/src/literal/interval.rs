//! Intervals. DataFusion counts months and days in 32 bits and everything below in 64 bits of nanoseconds, and takes
//! texts that Athena does not take.

use datafusion::sql::sqlparser::ast::{DateTimeField, Expr, Interval, Value, ValueWithSpan};

/// The most years whose months fit into 32 bits.
const MOST_YEARS: i64 = i32::MAX as i64 / 12;

/// Whether the text is a number of the interval's unit, and one that fits. What is no plain literal is another
/// check's matter.
pub(super) fn is_valid(interval: &Interval) -> bool {
    let Expr::Value(ValueWithSpan { value: Value::SingleQuotedString(text), .. }) = &*interval.value else {
        return true;
    };
    let Some(unit) = &interval.leading_field else { return true };
    let number = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = match number.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (number, None),
    };
    let has_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let fraction_fits = match fraction {
        None => true,
        Some(fraction) => *unit == DateTimeField::Second && has_digits(fraction) && fraction.len() <= 9,
    };
    has_digits(whole) && fraction_fits && whole.parse::<i64>().is_ok_and(|number| number <= most(unit))
}

/// The most that an interval of one unit may have.
fn most(unit: &DateTimeField) -> i64 {
    const SECONDS: i64 = i64::MAX / 1_000_000_000 - 1;
    match unit {
        DateTimeField::Year => MOST_YEARS,
        DateTimeField::Hour => SECONDS / 3_600,
        DateTimeField::Minute => SECONDS / 60,
        DateTimeField::Second => SECONDS,
        _ => i64::from(i32::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interval(text: &str, unit: DateTimeField) -> Interval {
        let value = Value::SingleQuotedString(text.to_owned()).with_empty_span();
        Interval {
            value: Box::new(Expr::Value(value)),
            leading_field: Some(unit),
            leading_precision: None,
            last_field: None,
            fractional_seconds_precision: None,
        }
    }

    #[test]
    fn a_number_of_each_unit_has_a_bound() {
        use DateTimeField::{Day, Hour, Minute, Month, Second, Year};
        for (unit, most) in [
            (Year, 178_956_970_i64),
            (Month, 2_147_483_647),
            (Day, 2_147_483_647),
            (Hour, 2_562_047),
            (Minute, 153_722_867),
            (Second, 9_223_372_035),
        ] {
            for sign in ["", "+", "-"] {
                for number in [0, 1, most] {
                    let text = format!("{sign}{number}");
                    assert!(is_valid(&interval(&text, unit.clone())), "{text} {unit}");
                }
                for number in [most + 1, 106_751_991_168, i64::MAX] {
                    let text = format!("{sign}{number}");
                    assert!(!is_valid(&interval(&text, unit.clone())), "{text} {unit}");
                }
                let text = format!("{sign}99999999999999999999");
                assert!(!is_valid(&interval(&text, unit.clone())), "{text} {unit}");
            }
            for text in ["", "-", "abc", "1e10", "1 day 2147483648", "--1", "1.", "1.1234567890"] {
                assert!(!is_valid(&interval(text, unit.clone())), "{text} {unit}");
            }
            assert_eq!(is_valid(&interval("1.5", unit.clone())), unit == Second, "{unit}");
        }
    }
}
