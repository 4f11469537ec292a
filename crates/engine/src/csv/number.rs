use std::io::Write;

pub(super) fn integer(buffer: &mut Vec<u8>, value: i64) {
    // A vector takes whatever is written to it.
    let _ = write!(buffer, "{value}");
}

/// As Java prints a double: the shortest digits that read back the same, plain from 10^-3 to 10^7 and with an
/// exponent outside.
pub(super) fn double(buffer: &mut Vec<u8>, value: f64) {
    if value.is_nan() {
        return buffer.extend_from_slice(b"NaN");
    }
    if value.is_infinite() {
        return buffer.extend_from_slice(if value > 0.0 { b"Infinity" } else { b"-Infinity" });
    }
    let magnitude = value.abs();
    if value == 0.0 || (1e-3..1e7).contains(&magnitude) {
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
