use std::{
    fmt::{Debug, UpperExp},
    io::Write,
};

pub(crate) fn integer(buffer: &mut Vec<u8>, value: i64) {
    // A vector takes whatever is written to it.
    let _ = write!(buffer, "{value}");
}

/// As Java prints a double or a float: the shortest digits that read back the same, plain from 10^-3 to 10^7 and
/// with an exponent outside.
pub(crate) fn floating<T: Copy + Debug + UpperExp + Into<f64>>(buffer: &mut Vec<u8>, value: T) {
    let wide: f64 = value.into();
    if wide.is_nan() {
        return buffer.extend_from_slice(b"NaN");
    }
    if wide.is_infinite() {
        return buffer.extend_from_slice(if wide > 0.0 { b"Infinity" } else { b"-Infinity" });
    }
    if wide == 0.0 || (1e-3..1e7).contains(&wide.abs()) {
        // Rust's debug form has the `.0`, and no exponent in this range.
        let _ = write!(buffer, "{value:?}");
        return;
    }
    let start = buffer.len();
    let _ = write!(buffer, "{value:E}");
    let end = buffer.iter().skip(start).position(|byte| *byte == b'E').map_or(buffer.len(), |at| start + at);
    if !buffer.get(start..end).is_some_and(|mantissa| mantissa.contains(&b'.')) {
        buffer.splice(end..end, *b".0");
    }
}

/// A decimal of so many units of its last place: always with all of its places.
pub(crate) fn decimal(buffer: &mut Vec<u8>, units: i128, scale: usize) {
    let sign = if units < 0 { "-" } else { "" };
    let digits = format!("{:0width$}", units.unsigned_abs(), width = scale + 1);
    let (whole, places) = digits.split_at(digits.len() - scale);
    let point = if places.is_empty() { "" } else { "." };
    let _ = write!(buffer, "{sign}{whole}{point}{places}");
}

/// The same as JSON has it, which is as Java prints a `BigDecimal`: with an exponent where more than five zeros
/// would follow the point.
pub(crate) fn json_decimal(buffer: &mut Vec<u8>, units: i128, scale: usize) {
    let digits = units.unsigned_abs().to_string();
    // The exponent if one digit stood before the point.
    let zeros = (scale + 1).saturating_sub(digits.len());
    if zeros <= 6 {
        return decimal(buffer, units, scale);
    }
    let sign = if units < 0 { "-" } else { "" };
    let (first, rest) = digits.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    let _ = write!(buffer, "{sign}{first}{point}{rest}E-{zeros}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut buffer = Vec::new();
        write(&mut buffer);
        String::from_utf8(buffer).unwrap()
    }

    #[test]
    fn floats_are_javas() {
        for (value, expected) in [
            (0.1_f32, "0.1"),
            (0.001, "0.001"),
            (0.000_999, "9.99E-4"),
            (1e7, "1.0E7"),
            (16_777_216.0, "1.6777216E7"),
            (f32::MAX, "3.4028235E38"),
            (f32::MIN_POSITIVE, "1.1754944E-38"),
            (-0.0, "-0.0"),
            (f32::NAN, "NaN"),
        ] {
            assert_eq!(written(|buffer| floating(buffer, value)), expected);
        }
    }

    #[test]
    fn decimals_have_all_their_places_and_in_json_an_exponent_where_they_are_tiny() {
        let largest = 10_i128.pow(38) - 1;
        for (units, scale, expected, json) in [
            (110, 2, "1.10", "1.10"),
            (-5, 2, "-0.05", "-0.05"),
            (0, 0, "0", "0"),
            (0, 2, "0.00", "0.00"),
            (7, 6, "0.000007", "0.000007"),
            (7, 7, "0.0000007", "7E-7"),
            (-123, 10, "-0.0000000123", "-1.23E-8"),
            (0, 10, "0.0000000000", "0E-10"),
            (largest, 0, &largest.to_string(), &largest.to_string()),
            (-largest, 38, &format!("-0.{largest}"), &format!("-0.{largest}")),
        ] {
            assert_eq!(written(|buffer| decimal(buffer, units, scale)), expected);
            assert_eq!(written(|buffer| json_decimal(buffer, units, scale)), json);
        }
    }
}
