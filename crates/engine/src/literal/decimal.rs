//! Decimals from their texts, exactly.

use datafusion::sql::sqlparser::ast::ExactNumberInfo;

use crate::text::number;

/// The most digits of a decimal.
const MAX_DIGITS: usize = 38;

/// A decimal number: its text with all of its places, and how many digits it takes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Decimal {
    pub(super) text: String,
    pub(super) precision: u8,
    pub(super) scale: u8,
}

/// Why a text is no decimal of the type.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NoDecimal {
    /// Not digits with a point among them.
    NotANumber,
    /// More digits than there is room for.
    TooLarge,
}

impl Decimal {
    /// As `DECIMAL '1.10'` and a number with a point are read: all digits count, but for zeros before them.
    pub(super) fn literal(text: &str) -> Result<Self, NoDecimal> {
        let Parts { negative, whole, places } = Parts::of(text)?;
        let digits = (whole.len() + places.len()).max(1);
        if digits > MAX_DIGITS {
            return Err(NoDecimal::TooLarge);
        }
        let units = units(&[whole, places].concat())?;
        Self::of(negative, units, digits, places.len())
    }

    /// As a `CAST` of text reads it: what is beyond the last place is rounded, a half away from zero.
    pub(super) fn cast(text: &str, precision: u8, scale: u8) -> Result<Self, NoDecimal> {
        let Parts { negative, whole, places } = Parts::of(text)?;
        let scale = usize::from(scale);
        let (kept, cut) = places.split_at(places.len().min(scale));
        let mut units = units(&format!("{whole}{kept:0<scale$}"))?;
        if cut.starts_with(|digit| digit >= '5') {
            units += 1;
        }
        let room = 10_i128.checked_pow(precision.into()).ok_or(NoDecimal::TooLarge)?;
        if units >= room {
            return Err(NoDecimal::TooLarge);
        }
        Self::of(negative, units, precision.into(), scale)
    }

    fn of(negative: bool, units: i128, digits: usize, scale: usize) -> Result<Self, NoDecimal> {
        let mut text = Vec::new();
        number::decimal(&mut text, if negative { -units } else { units }, scale);
        let number = |number: usize| u8::try_from(number).map_err(|_| NoDecimal::TooLarge);
        let text = String::from_utf8_lossy(&text).into_owned();
        Ok(Self { text, precision: number(digits)?, scale: number(scale)? })
    }

    /// The type as the parser has it.
    pub(super) fn digits(&self) -> ExactNumberInfo {
        ExactNumberInfo::PrecisionAndScale(self.precision.into(), self.scale.into())
    }
}

struct Parts<'a> {
    negative: bool,
    /// Without zeros before the first digit.
    whole: &'a str,
    places: &'a str,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Result<Self, NoDecimal> {
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (whole, places) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if !(digits(whole) && digits(places)) || whole.len() + places.len() == 0 {
            return Err(NoDecimal::NotANumber);
        }
        Ok(Self { negative: text.starts_with('-'), whole: whole.trim_start_matches('0'), places })
    }
}

fn units(digits: &str) -> Result<i128, NoDecimal> {
    match digits.trim_start_matches('0') {
        "" => Ok(0),
        digits if digits.len() > MAX_DIGITS => Err(NoDecimal::TooLarge),
        digits => digits.parse().map_err(|_| NoDecimal::NotANumber),
    }
}

/// Precision and scale of a type as it is written, if they are possible: both have to be there, or the precision
/// alone.
pub(crate) fn digits_of(info: ExactNumberInfo) -> Option<(u8, u8)> {
    let (precision, scale) = match info {
        ExactNumberInfo::None => return None,
        ExactNumberInfo::Precision(precision) => (precision, 0),
        ExactNumberInfo::PrecisionAndScale(precision, scale) => (precision, scale),
    };
    let (precision, scale) = (u8::try_from(precision).ok()?, u8::try_from(scale).ok()?);
    domain::data_type::Decimal::new(precision, scale).map(|decimal| (decimal.precision(), decimal.scale()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_have_the_digits_that_are_written() {
        for (text, expected) in [
            ("1.10", Ok(("1.10", 3, 2))),
            ("-0.05", Ok(("-0.05", 2, 2))),
            ("007", Ok(("7", 1, 0))),
            ("0", Ok(("0", 1, 0))),
            (".5", Ok(("0.5", 1, 1))),
            ("+1.", Ok(("1", 1, 0))),
            ("99999999999999999999999999999999999999", Ok(("99999999999999999999999999999999999999", 38, 0))),
            ("1e3", Err(NoDecimal::NotANumber)),
            ("", Err(NoDecimal::NotANumber)),
            (".", Err(NoDecimal::NotANumber)),
            (" 1", Err(NoDecimal::NotANumber)),
            ("100000000000000000000000000000000000000", Err(NoDecimal::TooLarge)),
        ] {
            let found = Decimal::literal(text);
            let found = found.as_ref().map(|found| (found.text.as_str(), found.precision, found.scale));
            assert_eq!(found, expected.as_ref().copied(), "{text}");
        }
    }

    #[test]
    fn casts_round_a_half_away_from_zero() {
        for (text, precision, scale, expected) in [
            ("1.10", 12, 2, Ok("1.10")),
            ("1.235", 12, 2, Ok("1.24")),
            ("-1.235", 12, 2, Ok("-1.24")),
            ("1.2349", 12, 2, Ok("1.23")),
            ("7", 4, 2, Ok("7.00")),
            ("0.5", 1, 0, Ok("1")),
            ("99.995", 4, 2, Err(NoDecimal::TooLarge)),
            ("100", 4, 2, Err(NoDecimal::TooLarge)),
            ("x", 4, 2, Err(NoDecimal::NotANumber)),
        ] {
            let found = Decimal::cast(text, precision, scale);
            assert_eq!(found.as_ref().map(|found| found.text.as_str()), expected.as_ref().copied(), "{text}");
        }
    }
}
