//! Days and times of a result: their shape is looked at, and a time is written as RFC 3339.

use super::{
    mismatch::Mismatch,
    number,
    result::Value,
    simd::{self, LENGTH},
};

/// Appends a day of the shape `2026-11-23`.
#[inline]
pub(super) fn date(out: &mut Vec<u8>, value: Value<'_>) -> Result<(), Mismatch> {
    let valid = value.len() == 10
        && match value.chunk(0) {
            Some(chunk) => has_shape(chunk, b"0000-00-00      ", 10),
            None => shaped(value.bytes(), b"0000-00-00"),
        };
    if !valid {
        return Err(Mismatch);
    }
    out.extend_from_slice(value.bytes());
    Ok(())
}

/// Appends `2026-11-23 10:05:00.123` as `2026-11-23T10:05:00.123Z`: always three figures of a second, always UTC.
#[inline]
pub(super) fn timestamp(out: &mut Vec<u8>, value: Value<'_>) -> Result<(), Mismatch> {
    // What nearly all of them look like is seen in two steps, which overlap.
    if let Some(text) = value.bytes().first_chunk::<23>()
        && value.len() == text.len()
        && let (Some(start), Some(end)) = (text.first_chunk(), text.last_chunk())
        && has_shape(start, b"0000-00-00 00:00", LENGTH)
        && has_shape(end, b"-00 00:00:00.000", LENGTH)
    {
        let mut written = [b'Z'; 24];
        written[..23].copy_from_slice(text);
        written[10] = b'T';
        out.extend_from_slice(&written);
        return Ok(());
    }
    any_timestamp(out, value.bytes())
}

fn any_timestamp(out: &mut Vec<u8>, text: &[u8]) -> Result<(), Mismatch> {
    let (start, fraction) = text.split_at(text.len().min(19));
    if !shaped(start, b"0000-00-00 00:00:00") {
        return Err(Mismatch);
    }
    let figures = match fraction {
        [] => b"000".as_slice(),
        [b'.', figures @ ..] if !figures.is_empty() && number::digits(figures).1.is_empty() => figures,
        _ => return Err(Mismatch),
    };
    out.extend_from_slice(&start[..10]);
    out.push(b'T');
    out.extend_from_slice(&start[11..]);
    out.push(b'.');
    for index in 0..3 {
        out.push(figures.get(index).copied().unwrap_or(b'0'));
    }
    out.push(b'Z');
    Ok(())
}

/// Whether digits stand where `shape` has a `0`, and the shape's own characters elsewhere.
fn shaped(text: &[u8], shape: &[u8]) -> bool {
    text.len() == shape.len()
        && text.iter().zip(shape).all(|(byte, form)| match form {
            b'0' => byte.is_ascii_digit(),
            other => byte == other,
        })
}

/// The same for the first bytes of sixteen.
#[inline]
fn has_shape(chunk: &[u8; LENGTH], shape: &[u8; LENGTH], length: usize) -> bool {
    let figures = simd::same(shape, &[b'0'; LENGTH]);
    let fits = (simd::digits(chunk) & figures) | (simd::same(chunk, shape) & !figures);
    !fits & simd::first(length) == 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn in_two_steps_is_as_byte_by_byte(
            text in "[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}", place in 0_usize..23, other in "[0-9 :.x-]",
        ) {
            let mut changed = text.clone();
            changed.replace_range(place..=place, &other);
            for text in [text, changed] {
                let (mut quick, mut slow) = (Vec::new(), Vec::new());
                prop_assert_eq!(timestamp(&mut quick, Value::of(&text)), any_timestamp(&mut slow, text.as_bytes()));
                prop_assert_eq!(quick, slow);
                let day = date(&mut Vec::new(), Value::within(&text, 10));
                prop_assert_eq!(day.is_ok(), shaped(&text.as_bytes()[..10], b"0000-00-00"));
                prop_assert_eq!(day, date(&mut Vec::new(), Value::of(&text[..10])));
            }
        }
    }
}
