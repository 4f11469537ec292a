//! Numbers as most senders write them: few digits, and no exponent.

use domain::data_type::Decimal;

/// Powers of ten that 64 bits have room for.
const POWERS: [i64; 19] = {
    let mut powers = [1; 19];
    let mut index = 1;
    while index < powers.len() {
        powers[index] = powers[index - 1] * 10;
        index += 1;
    }
    powers
};

/// Powers of ten that a double and a float have exactly.
const DOUBLES: [f64; 19] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18];
const FLOATS: [f32; 11] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10];

/// The largest numbers below which a double and a float have every whole number.
const DOUBLE_WHOLES: i64 = 1 << 53;
const FLOAT_WHOLES: i64 = 1 << 24;

/// The most digits.
const DIGITS: usize = 18;

/// A number that is `digits / 10^places`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Short {
    /// Without the sign: -0.0 is not 0.0.
    digits: i64,
    /// How many digits were written.
    length: usize,
    /// How many of them behind the point.
    places: usize,
    negative: bool,
}

impl Short {
    /// The number at the beginning, as JSON writes it, and how many bytes it takes. `None` if there is none, or one with
    /// more digits or an exponent. What follows is no part of it.
    #[inline(always)] // Called for each number: what it answers stays in registers.
    pub(super) fn read(bytes: &[u8]) -> Option<(Self, usize)> {
        let negative = bytes.first() == Some(&b'-');
        let start = usize::from(negative);
        let (mut digits, count) = leading(bytes, start);
        let mut at = start + count;
        while let Some(digit) = digit(bytes, at) {
            if at - start == DIGITS {
                return None;
            }
            digits = digits * 10 + digit;
            at += 1;
        }
        let whole = at - start;
        if whole == 0 || whole > 1 && bytes[start] == b'0' {
            return None;
        }
        let mut places = 0;
        if bytes.get(at) == Some(&b'.') {
            let (fraction, count) = leading(bytes, at + 1);
            if whole + count > DIGITS {
                return None;
            }
            digits = digits * POWERS[count] + fraction;
            (places, at) = (count, at + 1 + count);
            while let Some(digit) = digit(bytes, at) {
                if whole + places == DIGITS {
                    return None;
                }
                digits = digits * 10 + digit;
                (places, at) = (places + 1, at + 1);
            }
            if places == 0 {
                return None;
            }
        }
        if matches!(bytes.get(at), Some(b'e' | b'E')) {
            return None;
        }
        Some((Self { digits, length: whole + places, places, negative }, at))
    }

    /// If it was written as a whole number.
    #[inline]
    pub(super) fn integer(self) -> Option<i64> {
        (self.places == 0).then(|| self.signed(self.digits))
    }

    /// The number in units of the decimal's last digit, if it has no more places and not too many digits.
    #[inline]
    pub(super) fn decimal(self, decimal: Decimal) -> Option<i128> {
        let units = self.scaled(usize::from(decimal.scale()))?;
        let fits = POWERS.get(usize::from(decimal.precision())).is_none_or(|limit| units.abs() < *limit);
        fits.then(|| i128::from(units))
    }

    /// The number times ten to the power of `scale`, if that is a whole number of few digits.
    #[inline]
    pub(super) fn scaled(self, scale: usize) -> Option<i64> {
        let shift = scale.checked_sub(self.places)?;
        (self.length + shift <= DIGITS).then(|| self.signed(self.digits * POWERS[shift]))
    }

    /// The nearest double. Both numbers of the division are exact, so it is what rounds, once.
    #[inline]
    pub(super) fn double(self) -> Option<f64> {
        let power = DOUBLES.get(self.places)?;
        (self.digits <= DOUBLE_WHOLES).then(|| {
            let value = self.digits as f64 / power;
            if self.negative { -value } else { value }
        })
    }

    /// The nearest float, by the same reasoning.
    #[inline]
    pub(super) fn float(self) -> Option<f32> {
        let power = FLOATS.get(self.places)?;
        (self.digits <= FLOAT_WHOLES).then(|| {
            let value = self.digits as f32 / power;
            if self.negative { -value } else { value }
        })
    }

    #[inline]
    fn signed(self, value: i64) -> i64 {
        if self.negative { -value } else { value }
    }
}

/// The number of up to eight digits at this place, and how many they are. They are read at once: most numbers have a few
/// digits, another count in each row, and a loop over them ends where the processor does not expect it. None, if the line ends
/// within the next eight bytes.
#[inline]
fn leading(bytes: &[u8], at: usize) -> (i64, usize) {
    let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) else { return (0, 0) };
    // Of a digit its value. Of any other byte more than nine, so its highest bit is set here or by the sum.
    let values = u64::from_le_bytes(*chunk) ^ 0x3030_3030_3030_3030;
    let sums = (values & 0x7f7f_7f7f_7f7f_7f7f) + 0x7676_7676_7676_7676;
    let count = ((values | sums) & 0x8080_8080_8080_8080).trailing_zeros() as usize / 8;
    if count == 0 {
        return (0, 0);
    }
    // With zeros before them they are eight. Two make one of 8 bits, then of 16, then of 32.
    let ones = values << (64 - 8 * count);
    let twos = (ones * 10 + (ones >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (twos * 100 + (twos >> 16)) & 0x0000_ffff_0000_ffff;
    let eight = (fours * 10_000 + (fours >> 32)) & 0xffff_ffff;
    (eight.cast_signed(), count)
}

#[inline]
fn digit(bytes: &[u8], at: usize) -> Option<i64> {
    let digit = bytes.get(at)?.wrapping_sub(b'0');
    (digit <= 9).then_some(i64::from(digit))
}

#[cfg(test)]
mod tests {
    use domain::{
        DataType,
        json::Raw,
        value::{self, Value},
    };
    use proptest::prelude::*;

    use super::*;

    /// Numbers of all kinds, most of them short.
    fn text() -> impl Strategy<Value = String> {
        prop_oneof![
            "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,20})?([eE][-+]?[0-9]{1,3})?",
            "-?(0|[1-9][0-9]{0,7})(\\.[0-9]{1,10})?",
            "[-+.e0-9]{0,12}",
            any::<f32>().prop_map(|float| float.to_string()),
            (any::<u64>(), 0_usize..17)
                .prop_map(|(digits, places)| format!("{:.places$}", digits as f64 / 1e9)),
        ]
    }

    #[test]
    fn numbers_of_few_digits_are_read_the_short_way() {
        let read = |text: &str| Short::read(text.as_bytes());
        for (text, integer, double) in [("0", Some(0), 0.0), ("-7", Some(-7), -7.0), ("1.50", None, 1.5)] {
            let (short, length) = read(text).unwrap();
            assert_eq!(
                (short.integer(), short.double(), length),
                (integer, Some(double), text.len()),
                "{text}"
            );
        }
        for text in ["", "-", "01", "-01", "1.", ".5", "1e3", "1.5E3", "+1", "1234567890123456789", "x"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read("12,").map(|(_, length)| length), Some(2));
        assert_eq!(read("-0").unwrap().0.double().unwrap().to_bits(), (-0.0_f64).to_bits());
    }

    #[test]
    fn up_to_eight_digits_are_read_at_once() {
        for count in 0..=12 {
            for behind in ["", ",", ".5 and more", "/:;and more", "\u{80}ÿand more", "e5 and more"] {
                let text = format!("{}{behind}", &"901234567890"[..count]);
                let expected = match count.min(8) {
                    _ if text.len() < 8 => (0, 0),
                    0 => (0, 0),
                    count => (text[..count].parse().unwrap(), count),
                };
                assert_eq!(leading(text.as_bytes(), 0), expected, "{text}");
                assert_eq!(leading(format!("-{text}").as_bytes(), 1), expected, "-{text}");
            }
        }
        assert_eq!(leading(b"12345678", 9), (0, 0));
    }

    proptest! {
        #[test]
        fn what_is_read_is_json_and_the_standard_librarys_number(text in text(), behind in "([,} ][ -~]{0,20})?") {
            let bytes = format!("{text}{behind}");
            let read = Short::read(bytes.as_bytes());
            // What is behind a number does not matter.
            prop_assert_eq!(read, Short::read(text.as_bytes()));
            let Some((short, length)) = read else { return Ok(()) };
            let text = &bytes[..length];
            prop_assert!(serde_json::from_str::<serde_json::Number>(text).is_ok(), "{}", text);
            if let Some(double) = short.double() {
                prop_assert_eq!(double.to_bits(), text.parse::<f64>().unwrap().to_bits(), "{}", text);
            }
            if let Some(float) = short.float() {
                prop_assert_eq!(float.to_bits(), text.parse::<f32>().unwrap().to_bits(), "{}", text);
            }
            if let Some(integer) = short.integer() {
                prop_assert_eq!(Ok(integer), text.parse::<i64>());
            }
        }

        /// The digits alone, as one whole number, say the same.
        #[test]
        fn decimals_are_exact(text in text(), precision in 1_u8..=38, scale in 0_u8..=38) {
            prop_assume!(scale <= precision);
            let decimal = Decimal::new(precision, scale).unwrap();
            let Some((short, length)) = Short::read(text.as_bytes()) else { return Ok(()) };
            let text = &text[..length];
            let read = value::parse(&DataType::Decimal(decimal), Raw::parse(text).unwrap());
            let Some(units) = short.decimal(decimal) else { return Ok(()) };
            let places = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
            let zeros = usize::from(scale) - places;
            let digits: i128 = format!("{}{}", text.replace('.', ""), "0".repeat(zeros)).parse().unwrap();
            prop_assert_eq!(units, digits);
            prop_assert!(units.unsigned_abs().to_string().len() <= usize::from(precision));
            prop_assert_eq!(read, Ok(Value::Decimal(units)));
        }
    }
}
