//! Texts as numbers, read as Java reads them.

use std::str::FromStr;

/// As `Double.parseDouble` reads it, but for hexadecimal digits.
pub(crate) fn floating<T: FromStr>(text: &str) -> Option<T> {
    let text = text.trim_matches(|character: char| character <= ' ');
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if unsigned == "NaN" || unsigned == "Infinity" {
        return text.parse().ok();
    }
    let text = text.strip_suffix(['f', 'F', 'd', 'D']).unwrap_or(text);
    // Rust reads words in any case, too.
    let shaped = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    if shaped { text.parse().ok() } else { None }
}

/// Why a text is no decimal of the type.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NoDecimal {
    /// Not digits, with a point among them and an exponent behind them.
    NotANumber,
    /// More digits than there is room for.
    TooLarge,
}

/// As `BigDecimal` reads it: digits, a point among them, and an exponent. What is beyond the last place is rounded, a half
/// away from zero.
pub(crate) fn units_of(text: &str, precision: u8, scale: u8) -> std::result::Result<i128, NoDecimal> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().map_err(|_| NoDecimal::NotANumber)?),
        None => (text, 0),
    };
    let unsigned = mantissa.strip_prefix(['-', '+']).unwrap_or(mantissa);
    let (whole, places) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let digits = [whole, places].concat();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NoDecimal::NotANumber);
    }
    let significant = digits.trim_start_matches('0');
    if significant.is_empty() {
        return Ok(0);
    }
    let count = |length: usize| i64::try_from(length).map_err(|_| NoDecimal::TooLarge);
    // How many digits the units have more than the text, or fewer.
    let shift = i64::from(scale) + i64::from(exponent) - count(places.len())?;
    let kept = count(significant.len())? + shift;
    if kept < 0 {
        return Ok(0);
    }
    if kept > 38 {
        return Err(NoDecimal::TooLarge);
    }
    let kept = usize::try_from(kept).map_err(|_| NoDecimal::TooLarge)?;
    let (head, tail) = significant.split_at(significant.len().min(kept));
    let mut units: i128 = format!("0{head:0<kept$}").parse().map_err(|_| NoDecimal::NotANumber)?;
    if tail.starts_with(|digit| digit >= '5') {
        units += 1;
    }
    if units >= 10_i128.pow(precision.into()) {
        return Err(NoDecimal::TooLarge);
    }
    Ok(if mantissa.starts_with('-') { -units } else { units })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_read_as_javas() {
        for (text, precision, scale, expected) in [
            ("1.10", 12, 2, Ok(110)),
            ("-1.235", 12, 2, Ok(-124)),
            ("1.2349", 12, 2, Ok(123)),
            (".5", 1, 0, Ok(1)),
            ("5.", 1, 0, Ok(5)),
            ("+7", 4, 2, Ok(700)),
            ("1e3", 6, 2, Ok(100_000)),
            ("1.5E-2", 6, 2, Ok(2)),
            ("4.9E-3", 6, 2, Ok(0)),
            ("5E-3", 6, 2, Ok(1)),
            ("5E-4", 6, 2, Ok(0)),
            ("0e2147483647", 6, 2, Ok(0)),
            ("1e2147483647", 6, 2, Err(NoDecimal::TooLarge)),
            ("1e-2147483648", 6, 2, Ok(0)),
            ("1e2147483648", 6, 2, Err(NoDecimal::NotANumber)),
            ("9.995", 3, 2, Err(NoDecimal::TooLarge)),
            ("99999999999999999999999999999999999999", 38, 0, Ok(10_i128.pow(38) - 1)),
            ("99999999999999999999999999999999999999.5", 38, 0, Err(NoDecimal::TooLarge)),
            ("000000000000000000000000000000000000000001", 1, 0, Ok(1)),
            ("", 4, 2, Err(NoDecimal::NotANumber)),
            (".", 4, 2, Err(NoDecimal::NotANumber)),
            ("-", 4, 2, Err(NoDecimal::NotANumber)),
            ("1e", 4, 2, Err(NoDecimal::NotANumber)),
            (" 1", 4, 2, Err(NoDecimal::NotANumber)),
            ("1.2.3", 4, 2, Err(NoDecimal::NotANumber)),
            ("NaN", 4, 2, Err(NoDecimal::NotANumber)),
            ("١", 4, 2, Err(NoDecimal::NotANumber)),
        ] {
            assert_eq!(units_of(text, precision, scale), expected, "{text}");
        }
    }

    #[test]
    fn doubles_are_read_as_javas() {
        for (text, expected) in [
            ("1", Some(1.0)),
            (" \t1.5\n", Some(1.5)),
            ("-1e3", Some(-1000.0)),
            (".5", Some(0.5)),
            ("5.", Some(5.0)),
            ("1.5f", Some(1.5)),
            ("1.5D", Some(1.5)),
            ("Infinity", Some(f64::INFINITY)),
            ("-Infinity", Some(f64::NEG_INFINITY)),
            ("1e400", Some(f64::INFINITY)),
            ("inf", None),
            ("infinity", None),
            ("nan", None),
            ("", None),
            ("f", None),
            ("1 2", None),
            ("0x10", None),
        ] {
            assert_eq!(floating::<f64>(text), expected, "{text}");
        }
        assert!(floating::<f64>("NaN").is_some_and(f64::is_nan));
    }
}
