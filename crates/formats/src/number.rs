//! Numbers as people and programs write them in CSV, as JSON writes them.

use std::borrow::Cow;

/// The number as JSON, digit by digit: `.90`, `8.` and `+5` are numbers too. `None` for what is none, such as `007`,
/// which is a code.
pub(crate) fn json(text: &str) -> Option<Cow<'_, str>> {
    let (sign, unsigned) = match text.as_bytes().first()? {
        b'-' => ("-", &text[1..]),
        b'+' => ("", &text[1..]),
        _ => ("", text),
    };
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => unsigned.split_at(at),
        None => (unsigned, ""),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let has_digits = !whole.is_empty() || fraction.is_some_and(|fraction| !fraction.is_empty());
    let is_code = whole.len() > 1 && whole.starts_with('0');
    if !has_digits || is_code || !digits(whole) || !digits(fraction.unwrap_or_default()) {
        return None;
    }
    if let Some(power) = exponent.get(1..) {
        let power = power.strip_prefix(['+', '-']).unwrap_or(power);
        if power.is_empty() || !digits(power) {
            return None;
        }
    }
    let is_json = !text.starts_with('+') && !whole.is_empty() && fraction != Some("");
    if is_json {
        return Some(Cow::Borrowed(text));
    }
    let whole = if whole.is_empty() { "0" } else { whole };
    let fraction = match fraction {
        None => String::new(),
        Some("") => ".0".to_owned(),
        Some(fraction) => format!(".{fraction}"),
    };
    Some(Cow::Owned(format!("{sign}{whole}{fraction}{exponent}")))
}

/// Whether a text that is a number may as well be a code: `12E4` is how a product is called, and no program writes
/// 120,000 that way (`1e+05`, `1.2E5`).
pub(crate) fn may_be_code(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    match unsigned.find(['e', 'E']) {
        Some(at) => !unsigned[..at].contains('.') && !unsigned[at + 1..].starts_with(['+', '-']),
        None => text.starts_with('+'),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_people_write_becomes_json() {
        for (text, expected) in [
            ("12", "12"),
            ("-7.50", "-7.50"),
            ("1e400", "1e400"),
            ("0", "0"),
            ("-0.0", "-0.0"),
            (".90", "0.90"),
            ("-.5", "-0.5"),
            ("8.", "8.0"),
            ("+5", "5"),
            ("1.e-5", "1.0e-5"),
            ("+.5E+3", "0.5E+3"),
        ] {
            assert_eq!(json(text).as_deref(), Some(expected), "{text}");
        }
        for text in
            ["", "-", ".", "+.", "007", "1,5", "1e", "1e+", "e5", "NaN", "0x1", "1.2.3", "- 1", "1_000", "١"]
        {
            assert_eq!(json(text), None, "{text}");
        }
    }

    #[test]
    fn codes_look_like_numbers() {
        for text in ["12E4", "7e2", "3E05", "+4912345"] {
            assert!(json(text).is_some() && may_be_code(text), "{text}");
        }
        for text in ["1e-05", "1e+16", "1.5E7", "12", "-3.5"] {
            assert!(json(text).is_some() && !may_be_code(text), "{text}");
        }
    }

    proptest! {
        /// The oracles are other parsers of numbers: Rust's own, and serde's.
        #[test]
        fn a_number_keeps_its_value(text in "[+-]?[0-9]{0,3}\\.?[0-9]{0,3}([eE][+-]?[0-9]{0,2})?") {
            match json(&text) {
                Some(json) => {
                    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
                    let (expected, found) = (text.parse::<f64>().unwrap(), value.as_f64().unwrap());
                    prop_assert!((expected - found).abs() <= expected.abs() * 1e-15, "{} {}", text, json);
                }
                None => {
                    let unsigned = text.trim_start_matches(['+', '-']);
                    let is_code = unsigned.len() > 1 && unsigned.starts_with('0') && !unsigned.starts_with("0.");
                    prop_assert!(text.parse::<f64>().is_err() || is_code, "{}", text);
                }
            }
        }
    }
}
