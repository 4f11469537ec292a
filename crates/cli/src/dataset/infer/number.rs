//! How many digits a number has, on both sides of the point.

/// The digits of a number that count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Digits {
    /// Before the point.
    pub(super) whole: u32,
    /// After it.
    pub(super) scale: u32,
}

/// The most digits that a decimal can have.
const MOST: i64 = 38;

/// The digits of a JSON number; `None` if no decimal has so many.
pub(super) fn digits(text: &str) -> Option<Digits> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    if whole.is_empty() || !all.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let exponent: i64 = exponent.strip_prefix('+').unwrap_or(exponent).parse().ok()?;
    let leading = all.len() - all.trim_start_matches('0').len();
    if leading == all.len() {
        return Some(Digits { whole: 1, scale: 0 });
    }
    let significant = i64::try_from(all.trim_matches('0').len()).ok()?;
    let first =
        i64::try_from(whole.len()).ok()?.checked_add(exponent)?.checked_sub(i64::try_from(leading).ok()?)?;
    // `first` digits are before the point, the others behind it.
    let scale = significant.checked_sub(first)?.max(0);
    let whole = first.max(1);
    let fits = whole.checked_add(scale)? <= MOST;
    fits.then_some(Digits { whole: u32::try_from(whole).ok()?, scale: u32::try_from(scale).ok()? })
}

/// What a double keeps of a number that is written in decimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// All: it has no more than the 15 digits that every double has.
    Few,
    /// All: it has more, and is a shortest text that this double has.
    Shortest,
    /// Not all.
    Not,
}

/// The digits that every double keeps.
const DOUBLE: usize = 15;

/// What the double that is nearest to a JSON number keeps of it.
pub(super) fn kept(text: &str, double: f64) -> Kept {
    let digits = significant(text);
    if digits.0.len() <= DOUBLE {
        Kept::Few
    } else if digits == significant(&format!("{double:e}")) || is_other_of_a_tie(&digits, double) {
        Kept::Shortest
    } else {
        Kept::Not
    }
}

/// Whether a fraction's digits are as short and as near as those that Rust writes for the double.
///
/// Where a double lies exactly between two shortest texts, writers differ: Rust rounds up, `serde_json` and
/// JavaScript round to the even digit. An integer is exact, so that neither of its two texts would be the
/// number that was meant.
fn is_other_of_a_tie((digits, power): &(String, i64), double: f64) -> bool {
    let is_fraction = i64::try_from(digits.len()).is_ok_and(|length| length > *power);
    // A double has at most 767 significant digits, and Rust writes as many of them exactly as are asked for.
    let (exact, exact_power) = significant(&format!("{double:.766e}"));
    is_fraction && exact_power == *power && exact.strip_suffix('5').is_some_and(|lower| lower == digits)
}

/// The digits of a number without the zeros at both ends, and the power of ten of the first one.
fn significant(text: &str) -> (String, i64) {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let exponent: i64 = exponent.strip_prefix('+').unwrap_or(exponent).parse().unwrap_or_default();
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let leading = all.len() - all.trim_start_matches('0').len();
    let power = i64::try_from(whole.len()).unwrap_or_default() - i64::try_from(leading).unwrap_or_default();
    (all.trim_matches('0').to_owned(), power + exponent)
}

impl Digits {
    /// Enough for both.
    pub(super) fn max(self, other: Self) -> Self {
        Self { whole: self.whole.max(other.whole), scale: self.scale.max(other.scale) }
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        DataType,
        data_type::Decimal,
        json::Raw,
        value::{self, Value},
    };
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn zeros_at_the_ends_do_not_count() {
        for (text, whole, scale) in [
            ("0", 1, 0),
            ("-12.50", 2, 1),
            ("0.0010", 1, 3),
            ("1e3", 4, 0),
            ("12.5e-3", 1, 4),
            ("1200", 4, 0),
            ("1.5E+2", 3, 0),
        ] {
            assert_eq!(digits(text), Some(Digits { whole, scale }), "{text}");
        }
        for text in [
            "1e38",
            "1e-38",
            "1e99999999999999999999",
            "",
            "x",
            "1.2.3",
            "123456789012345678901234567890123456789",
        ] {
            assert_eq!(digits(text), None, "{text}");
        }
    }

    #[test]
    fn a_doubles_shortest_text_is_kept() {
        for (text, expected) in [
            ("10.5", Kept::Few),
            ("100000000000000000000", Kept::Few),
            ("10.357019999999999", Kept::Shortest),
            ("0.30000000000000004", Kept::Shortest),
            ("1.0357019999999999e1", Kept::Shortest),
            ("-12345678901234567000", Kept::Shortest),
            // The double is 706403109560532.25.
            ("706403109560532.2", Kept::Shortest),
            ("706403109560532.3", Kept::Shortest),
            ("706403109560532.22", Kept::Not),
            ("0.1234567890123456789", Kept::Not),
            ("9223372036854775808", Kept::Not),
            ("9007199254740993", Kept::Not),
        ] {
            assert_eq!(kept(text, text.parse().unwrap()), expected, "{text}");
        }
    }

    proptest! {
        /// serde_json writes doubles by another algorithm than this looks at them by.
        #[test]
        fn whatever_another_writer_makes_of_a_double_is_kept(double in any::<f64>().prop_filter("finite", |double| double.is_finite())) {
            let text = serde_json::to_string(&double).unwrap();
            prop_assert_ne!(kept(&text, double), Kept::Not, "{}", text);
        }

        #[test]
        fn a_decimal_of_so_many_digits_takes_the_number(text in "-?(0|[1-9][0-9]{0,25})(\\.[0-9]{1,12})?([eE][+-]?[0-9]{1,2})?") {
            if let Some(Digits { whole, scale }) = digits(&text) {
                let decimal = Decimal::new(u8::try_from(whole + scale).unwrap(), u8::try_from(scale).unwrap()).unwrap();
                let value = value::parse(&DataType::Decimal(decimal), Raw::parse(&text).unwrap());
                prop_assert!(matches!(value, Ok(Value::Decimal(_))), "{}: {:?}", text, value);
            }
        }
    }
}
