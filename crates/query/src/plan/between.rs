//! Numbers that a column of decimals cannot have, compared with those that it can: `fee=lt.0.005` where fees have two
//! digits after the point. PostgreSQL compares the numbers themselves, and so does this, without another type in the SQL.

use domain::data_type::Decimal;

use super::{
    column::Operand,
    condition::{Comparison, Condition},
    value::Value,
};

/// A number that is no value of a decimal type, by the value of the type next to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Between {
    units: i128,
    scale: u8,
    /// Whether the number is more than that value, with no value of the type between the two; else it is less.
    above: bool,
}

impl Between {
    /// `None` if the text is no number, or one that the type has.
    pub(super) fn of(decimal: Decimal, text: &str) -> Option<Self> {
        let is_number = text.len() <= MAX_TEXT
            && text
                .bytes()
                .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E'))
            && domain::json::Raw::parse(text).is_ok();
        if !is_number {
            return None;
        }
        let (is_negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = [whole, fraction].concat();
        let scale = decimal.scale();
        let most = 10_i128.pow(u32::from(decimal.precision())) - 1;
        // How many of the digits are units of the type; an exponent beyond this is beyond every type.
        let exponent: i64 = exponent.parse().unwrap_or(if exponent.starts_with('-') { -FAR } else { FAR });
        let length = whole.len() as i64 + exponent.clamp(-FAR, FAR) + i64::from(scale);
        let (units, rest) = digits.split_at(usize::try_from(length).unwrap_or_default().min(digits.len()));
        let zeros = length - units.len() as i64;
        let units = units.trim_start_matches('0');
        let magnitude = match (units, zeros.max(0)) {
            ("", _) => Some(0),
            (units, zeros) if units.len() as i64 + zeros <= i64::from(decimal.precision()) => {
                let shift = 10_i128.pow(u32::try_from(zeros).unwrap_or_default());
                units.parse::<i128>().ok().map(|units| units * shift)
            }
            _ => None,
        };
        let (magnitude, is_more) = match magnitude {
            Some(magnitude) => (magnitude, rest.bytes().any(|digit| digit != b'0')),
            None => (most, true),
        };
        is_more.then_some(Self {
            units: if is_negative { -magnitude } else { magnitude },
            scale,
            above: !is_negative,
        })
    }

    /// The condition that a column's value compares so with the number.
    pub(super) fn compared(self, operand: &Operand, comparison: Comparison) -> Condition {
        let with = |comparison| {
            Condition::Compare(operand.clone(), comparison, Value::Decimal(self.units, self.scale))
        };
        // Every value is on one side of the number, and null on neither.
        let (below, beyond) = if self.above {
            (with(Comparison::Lte), with(Comparison::Gt))
        } else {
            (with(Comparison::Lt), with(Comparison::Gte))
        };
        match comparison {
            Comparison::Lt | Comparison::Lte => below,
            Comparison::Gt | Comparison::Gte => beyond,
            Comparison::Eq => Condition::All(vec![below, beyond]),
            Comparison::Neq => Condition::Any(vec![below, beyond]),
            Comparison::IsDistinct => Condition::Any(vec![below, beyond, Condition::IsNull(operand.clone())]),
        }
    }
}

/// The longest text of a number, as for every other value that is no text.
const MAX_TEXT: usize = 400;
/// More digits than any number of so many characters has places for.
const FAR: i64 = 1_000;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{plan::column::TableColumn, testing};

    fn of(precision: u8, scale: u8, text: &str) -> Option<(i128, bool)> {
        Between::of(Decimal::new(precision, scale).unwrap(), text).map(|found| (found.units, found.above))
    }

    #[test]
    fn a_number_lies_beside_a_value_of_the_type() {
        for (text, expected) in [
            ("0.005", Some((0, true))),
            ("-0.005", Some((0, false))),
            ("1.239", Some((123, true))),
            ("-1.239", Some((-123, false))),
            ("1.230", None),
            ("0", None),
            ("-0.000", None),
            ("1e-3", Some((0, true))),
            ("1.5E1", None),
            ("15e-4", Some((0, true))),
            ("1e2", Some((9_999, true))),
            ("99.99", None),
            ("99.991", Some((9_999, true))),
            ("100", Some((9_999, true))),
            ("-1e300", Some((-9_999, false))),
            ("1e99999999999999999999", Some((9_999, true))),
            ("1e-99999999999999999999", Some((0, true))),
            ("0e99999999999999999999", None),
            ("x", None),
            ("", None),
            ("\"1.005\"", None),
            ("true", None),
            (" 0.005", None),
        ] {
            assert_eq!(of(4, 2, text), expected, "{text}");
        }
        let widest = "9".repeat(38);
        assert_eq!(of(38, 0, &widest), None);
        assert_eq!(of(38, 0, &format!("{widest}0")), Some((10_i128.pow(38) - 1, true)));
        assert_eq!(of(38, 38, "1e-39"), Some((0, true)));
    }

    proptest! {
        /// An oracle by numbers with more digits, which the type's values are compared with.
        #[test]
        fn the_conditions_say_what_the_numbers_say(value in -9_999_i128..=9_999, thousandths in -200_000_i128..200_000) {
            let sign = if thousandths < 0 { "-" } else { "" };
            let size = thousandths.unsigned_abs();
            let text = format!("{sign}{}.{:03}", size / 1_000, size % 1_000);
            let Some(between) = Between::of(Decimal::new(4, 2).unwrap(), &text) else {
                prop_assert!(thousandths % 10 == 0 && thousandths.abs() <= 99_990, "{}", text);
                return Ok(());
            };
            prop_assert!(thousandths % 10 != 0 || thousandths.abs() > 99_990, "{}", text);
            let dataset = testing::parcels();
            let operand = Operand::new(TableColumn::find(&dataset, "fee").unwrap(), &[]).unwrap();
            let exact = (value * 10).cmp(&thousandths);
            for (comparison, expected) in [
                (Comparison::Lt, exact.is_lt()),
                (Comparison::Lte, exact.is_le()),
                (Comparison::Gt, exact.is_gt()),
                (Comparison::Gte, exact.is_ge()),
                (Comparison::Eq, exact.is_eq()),
                (Comparison::Neq, exact.is_ne()),
                (Comparison::IsDistinct, exact.is_ne()),
            ] {
                let condition = between.compared(&operand, comparison);
                prop_assert_eq!(holds(&condition, value), expected, "{} {:?} {}", value, comparison, text);
            }
        }
    }

    fn holds(condition: &Condition, value: i128) -> bool {
        match condition {
            Condition::Compare(_, comparison, Value::Decimal(units, 2)) => match comparison {
                Comparison::Lt => value < *units,
                Comparison::Lte => value <= *units,
                Comparison::Gt => value > *units,
                Comparison::Gte => value >= *units,
                other => panic!("{other:?}"),
            },
            Condition::IsNull(_) => false,
            Condition::All(all) => all.iter().all(|one| holds(one, value)),
            Condition::Any(any) => any.iter().any(|one| holds(one, value)),
            other => panic!("{other:?}"),
        }
    }
}
