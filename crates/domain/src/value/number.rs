//! Numbers from their texts, decided on the digits: a double would round first.

use crate::data_type::Decimal;

/// The text begins as JSON's numbers do. That the rest is one is checked by whoever split the text into values.
fn is_number(text: &str) -> bool {
    text.starts_with(|c: char| c == '-' || c.is_ascii_digit())
}

pub(super) fn float(text: &str) -> Option<f32> {
    text.parse().ok().filter(|float: &f32| is_number(text) && float.is_finite())
}

pub(super) fn double(text: &str) -> Option<f64> {
    text.parse().ok().filter(|double: &f64| is_number(text) && double.is_finite())
}

pub(super) fn integer(text: &str) -> Option<i64> {
    if !is_number(text) {
        return None;
    }
    text.parse().ok().or_else(|| scaled(text, 0).and_then(|value| i64::try_from(value).ok()))
}

/// The number in units of the decimal's last digit, if it has no more digits than the decimal.
pub(super) fn decimal(text: &str, decimal: Decimal) -> Option<i128> {
    let value = scaled(text, i64::from(decimal.scale()))?;
    (value.unsigned_abs() < 10_u128.pow(u32::from(decimal.precision()))).then_some(value)
}

/// The number times ten to the power of `scale`, if that is a whole number of at most 38 digits.
pub(super) fn scaled(text: &str, scale: i64) -> Option<i128> {
    short(text, scale).map(i128::from).or_else(|| long(text, scale))
}

/// The same for what nearly all numbers are: few digits, no exponent, and no more decimal places than the scale;
/// `None` for all others.
fn short(text: &str, scale: i64) -> Option<i64> {
    let (negative, unsigned) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    // More digits could be too many for the type once they are scaled.
    if unsigned.len() + usize::try_from(scale).ok()? > 18
        || !unsigned.starts_with(|c: char| c.is_ascii_digit())
    {
        return None;
    }
    let (mut value, mut places) = (0_i64, None);
    for byte in unsigned.bytes() {
        match (byte, places) {
            (b'0'..=b'9', _) => value = value * 10 + i64::from(byte - b'0'),
            (b'.', None) => places = Some(0),
            _ => return None,
        }
        places = places.map(|places| places + i64::from(byte != b'.'));
    }
    let shift = u32::try_from(scale - places.unwrap_or(0)).ok()?;
    let value = value * 10_i64.pow(shift);
    Some(if negative { -value } else { value })
}

fn long(text: &str, scale: i64) -> Option<i128> {
    let (negative, unsigned) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = || whole.bytes().chain(fraction.bytes());
    if whole.is_empty() || !digits().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let sign = usize::from(exponent.starts_with(['-', '+']));
    if exponent.len() == sign || !exponent[sign..].bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let length = whole.len() + fraction.len();
    let zeros = digits().rev().take_while(|digit| *digit == b'0').count();
    if zeros == length {
        return Some(0);
    }
    // Trailing zeros are no digits of the number: what is left must all count.
    let (exponent, fraction) = (exponent.parse::<i64>().ok()?, i64::try_from(fraction.len()).ok()?);
    let shift =
        exponent.checked_add(scale)?.checked_sub(fraction)?.checked_add(i64::try_from(zeros).ok()?)?;
    let shift = u32::try_from(shift).ok().filter(|shift| *shift <= 38)?;
    let mut value: i128 = 0;
    for digit in digits().take(length - zeros) {
        value = value.checked_mul(10)?.checked_add(i128::from(digit - b'0'))?;
    }
    let value = value.checked_mul(10_i128.pow(shift))?;
    Some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_of_few_digits_are_read_the_short_way() {
        for (text, scale, value) in
            [("7", 0, 7), ("-1.1", 2, -110), ("0.05", 2, 5), ("-0", 15, 0), ("1.", 1, 10)]
        {
            assert_eq!(short(text, scale), Some(value), "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_short_way_and_the_long_one_read_the_same(
            text in prop_oneof!["-?[0-9]{0,19}(\\.[0-9]{0,9})?", "[-+.e0-9]{0,12}"],
            scale in 0_i64..19,
        ) {
            if let Some(value) = short(&text, scale) {
                prop_assert_eq!(Some(i128::from(value)), long(&text, scale), "{}", text);
            }
        }
    }
}
