//! Numbers as a format says: with sign, grouped, with zeros before them, with places after the point, or with an
//! exponent.

use super::specifier::Specifier;

/// `%d`, `%x` and `%o`.
pub(super) fn integer(specifier: &Specifier, number: i64) -> String {
    let unsigned = number.cast_unsigned();
    let (prefix, digits) = match specifier.conversion {
        'x' => ("0x", format!("{unsigned:x}")),
        'o' => ("0", format!("{unsigned:o}")),
        _ => return signed(specifier, number < 0, &number.unsigned_abs().to_string()),
    };
    let prefix = if specifier.has('#') { prefix } else { "" };
    let zeros = zeros_before(specifier, prefix.len() + digits.len());
    format!("{prefix}{}{digits}", "0".repeat(zeros))
}

/// `%f` and `%e` of a double: of the shortest digits that read back the same, a half is rounded up, as Java does.
pub(super) fn floating(specifier: &Specifier, number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    let is_negative = number.is_sign_negative();
    if number.is_infinite() {
        let (before, after) = signs(specifier, is_negative);
        return format!("{before}Infinity{after}");
    }
    let shortest = format!("{:e}", number.abs());
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((shortest.as_str(), "0"));
    let digits = mantissa.replace('.', "");
    let places = i64::try_from(digits.len() - 1).unwrap_or(i64::MAX);
    exact(specifier, is_negative, &digits, places - exponent.parse::<i64>().unwrap_or(0))
}

/// `%f` and `%e` of a decimal, a half rounded up.
pub(super) fn decimal(specifier: &Specifier, units: i128, scale: usize) -> String {
    let scale = i64::try_from(scale).unwrap_or(i64::MAX);
    exact(specifier, units < 0, &units.unsigned_abs().to_string(), scale)
}

/// A number of these digits, of which so many are behind the point.
fn exact(specifier: &Specifier, is_negative: bool, digits: &str, scale: i64) -> String {
    let places = specifier.precision.unwrap_or(6);
    let text = match specifier.conversion {
        'e' => scientific(digits, scale, places),
        _ => fixed(digits, scale, places),
    };
    signed(specifier, is_negative, &text)
}

/// `123.46`.
fn fixed(digits: &str, scale: i64, places: usize) -> String {
    let kept =
        i64::try_from(digits.len()).unwrap_or(i64::MAX).saturating_sub(scale).saturating_add(to_i64(places));
    let units = if kept < 0 { String::new() } else { rounded(digits, usize::try_from(kept).unwrap_or(0)) };
    // The macro for formats takes no width of more than 16 bits.
    let units = "0".repeat((places + 1).saturating_sub(units.len())) + &units;
    let (whole, fraction) = units.split_at(units.len() - places);
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        whole => whole,
    };
    if places == 0 { whole.to_owned() } else { format!("{whole}.{fraction}") }
}

/// `1.2346e+02`.
fn scientific(digits: &str, scale: i64, places: usize) -> String {
    let significant = digits.trim_start_matches('0');
    let mut exponent = if significant.is_empty() { 0 } else { to_i64(significant.len()) - 1 - scale };
    let mut units = rounded(if significant.is_empty() { "0" } else { significant }, places + 1);
    if units.len() > places + 1 {
        units.pop();
        exponent += 1;
    }
    let (first, rest) = units.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{first}{point}{rest}e{sign}{:02}", exponent.unsigned_abs())
}

/// The first so many digits, or as many with zeros after them. Rounded up, it may be one more.
fn rounded(digits: &str, count: usize) -> String {
    let Some(next) = digits.as_bytes().get(count) else {
        return digits.to_owned() + &"0".repeat(count - digits.len());
    };
    let mut kept = digits.as_bytes()[..count].to_vec();
    if *next < b'5' {
        return String::from_utf8_lossy(&kept).into_owned();
    }
    for digit in kept.iter_mut().rev() {
        if *digit < b'9' {
            *digit += 1;
            return String::from_utf8_lossy(&kept).into_owned();
        }
        *digit = b'0';
    }
    format!("1{}", String::from_utf8_lossy(&kept))
}

fn to_i64(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// With sign, in groups, and with zeros before it, as the flags say.
fn signed(specifier: &Specifier, is_negative: bool, text: &str) -> String {
    let (before, after) = signs(specifier, is_negative);
    let text = if specifier.has(',') { grouped(text) } else { text.to_owned() };
    let zeros = zeros_before(specifier, before.len() + text.len() + after.len());
    format!("{before}{}{text}{after}", "0".repeat(zeros))
}

fn signs(specifier: &Specifier, is_negative: bool) -> (&'static str, &'static str) {
    match (is_negative, specifier.has('(')) {
        (true, true) => ("(", ")"),
        (true, false) => ("-", ""),
        (false, _) if specifier.has('+') => ("+", ""),
        (false, _) if specifier.has(' ') => (" ", ""),
        (false, _) => ("", ""),
    }
}

fn zeros_before(specifier: &Specifier, length: usize) -> usize {
    if specifier.has('0') { specifier.width.unwrap_or(0).saturating_sub(length) } else { 0 }
}

fn grouped(text: &str) -> String {
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut grouped = String::with_capacity(text.len() + whole.len() / 3);
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + rest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn halves_of_the_shortest_digits_are_rounded_up() {
        for (digits, scale, places, as_fixed, as_scientific) in [
            ("2675", 3, 2, "2.68", "2.68e+00"),
            ("9995", 3, 2, "10.00", "1.00e+01"),
            ("5", 1, 0, "1", "5e-01"),
            ("49", 2, 0, "0", "5e-01"),
            ("0", 0, 2, "0.00", "0.00e+00"),
            ("1", -22, 1, "10000000000000000000000.0", "1.0e+22"),
            ("1", 7, 3, "0.000", "1.000e-07"),
            ("9", 2, 1, "0.1", "9.0e-02"),
            ("123456", 0, 0, "123456", "1e+05"),
        ] {
            assert_eq!(fixed(digits, scale, places), as_fixed, "{digits} {scale} {places}");
            assert_eq!(scientific(digits, scale, places), as_scientific, "{digits} {scale} {places}");
        }
        assert_eq!(fixed("1", 0, 100_000).len(), 100_002);
        assert_eq!(scientific("1", 0, 100_000).len(), 100_006);
        assert_eq!(grouped("1234567.8901"), "1,234,567.8901");
        assert_eq!(grouped("123"), "123");
    }

    proptest! {
        /// Where nothing is rounded, Rust writes the same.
        #[test]
        fn whole_units_are_written_as_rust_writes_them(units in 0_u32..1_000_000, places in 3_usize..9) {
            let number = f64::from(units) / 1_000.0;
            prop_assert_eq!(fixed(&units.to_string(), 3, places), format!("{number:.places$}"));
        }
    }
}
