//! The numbers of paths: integers, bigints, decimals and doubles, as SQL has them.

use std::cmp::Ordering;

use super::wrong::Wrong;

/// What two numbers are calculated by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Plus,
    Minus,
    Times,
    Divide,
    Modulo,
}

/// A number by its type.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Number {
    Integer(i32),
    BigInt(i64),
    /// In units of the last place, with so many places.
    Decimal(i128, u32),
    Double(f64),
}

impl Number {
    /// Of digits without a point and an exponent. `None`: there are too many.
    pub(super) fn whole(digits: &str) -> Option<Self> {
        if let Ok(number) = digits.parse() {
            return Some(Self::Integer(number));
        }
        if let Ok(number) = digits.parse() {
            return Some(Self::BigInt(number));
        }
        let number: i128 = digits.parse().ok()?;
        (number.unsigned_abs() < 10_u128.pow(38)).then_some(Self::Decimal(number, 0))
    }

    /// Of digits with a point and without an exponent.
    pub(super) fn decimal(text: &str) -> Option<Self> {
        let (whole, places) = text.split_once('.')?;
        let digits = [whole, places].concat();
        let count = digits.trim_start_matches('0').len();
        let units = digits.parse::<i128>().ok().filter(|_| count <= 38)?;
        Some(Self::Decimal(units, u32::try_from(places.len()).ok().filter(|places| *places <= 38)?))
    }

    fn wide(self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(number.into()),
            Self::BigInt(number) => Some(number),
            Self::Decimal(..) | Self::Double(_) => None,
        }
    }

    pub(super) fn double(self) -> f64 {
        match self {
            Self::Integer(number) => number.into(),
            Self::BigInt(number) => number as f64,
            // Read from its digits, which is rounded once.
            Self::Decimal(units, places) => format!("{units}e-{places}").parse().unwrap_or(f64::NAN),
            Self::Double(number) => number,
        }
    }

    /// As an index of an array, without what is behind the point.
    pub(super) fn index(self) -> Option<i64> {
        match self {
            Self::Decimal(units, places) => i64::try_from(units / 10_i128.checked_pow(places)?).ok(),
            Self::Double(number) if number.is_finite() => Some(number as i64),
            Self::Double(_) => None,
            other => other.wide(),
        }
    }

    pub(super) fn compared(self, other: Self) -> Option<Ordering> {
        if let (Some((left, left_places)), Some((right, right_places))) = (self.units(), other.units()) {
            let places = left_places.max(right_places);
            let scaled = |units: i128, by: u32| units.checked_mul(10_i128.checked_pow(by)?);
            let left = scaled(left, places - left_places)?;
            return Some(left.cmp(&scaled(right, places - right_places)?));
        }
        self.double().partial_cmp(&other.double())
    }

    fn units(self) -> Option<(i128, u32)> {
        match self {
            Self::Decimal(units, places) => Some((units, places)),
            Self::Double(_) => None,
            other => other.wide().map(|number| (number.into(), 0)),
        }
    }

    pub(super) fn negated(self) -> Result<Self, Wrong> {
        match self {
            Self::Integer(number) => number.checked_neg().map(Self::Integer).ok_or_else(out_of_range),
            Self::BigInt(number) => number.checked_neg().map(Self::BigInt).ok_or_else(out_of_range),
            Self::Decimal(units, places) => Ok(Self::Decimal(-units, places)),
            Self::Double(number) => Ok(Self::Double(-number)),
        }
    }

    pub(super) fn absolute(self) -> Result<Self, Wrong> {
        match self.compared(Self::Integer(0)) {
            Some(Ordering::Less) => self.negated(),
            _ => Ok(if let Self::Double(number) = self { Self::Double(number.abs()) } else { self }),
        }
    }

    /// The next whole number: above it, or else below.
    pub(super) fn rounded(self, is_up: bool) -> Result<Self, Wrong> {
        match self {
            Self::Double(number) => Ok(Self::Double(if is_up { number.ceil() } else { number.floor() })),
            Self::Decimal(..) => Err(Wrong::Unsupported("ceiling() or floor() of a decimal in a JSON path")),
            whole => Ok(whole),
        }
    }

    pub(super) fn calculated(self, operation: Operation, other: Self) -> Result<Self, Wrong> {
        match (self, other) {
            (Self::Decimal(..), _) | (_, Self::Decimal(..)) => {
                Err(Wrong::Unsupported("arithmetic with a decimal in a JSON path"))
            }
            (Self::Double(_), _) | (_, Self::Double(_)) => {
                let (left, right) = (self.double(), other.double());
                Ok(Self::Double(match operation {
                    Operation::Plus => left + right,
                    Operation::Minus => left - right,
                    Operation::Times => left * right,
                    Operation::Divide => left / right,
                    Operation::Modulo => left % right,
                }))
            }
            (Self::Integer(left), Self::Integer(right)) => {
                let number = calculated(left.into(), operation, right.into())?;
                i32::try_from(number).map(Self::Integer).map_err(|_| out_of_range())
            }
            (left, right) => {
                let (Some(left), Some(right)) = (left.wide(), right.wide()) else {
                    return Err(out_of_range());
                };
                calculated(left, operation, right).map(Self::BigInt)
            }
        }
    }
}

fn calculated(left: i64, operation: Operation, right: i64) -> Result<i64, Wrong> {
    let number = match operation {
        Operation::Plus => left.checked_add(right),
        Operation::Minus => left.checked_sub(right),
        Operation::Times => left.checked_mul(right),
        Operation::Divide | Operation::Modulo if right == 0 => return Err(by_zero()),
        Operation::Divide => left.checked_div(right),
        Operation::Modulo => Some(left.wrapping_rem(right)),
    };
    number.ok_or_else(out_of_range)
}

fn out_of_range() -> Wrong {
    Wrong::path("a number is out of the range of its type")
}

fn by_zero() -> Wrong {
    Wrong::path("Division by zero")
}
