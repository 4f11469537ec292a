//! Sixteen bytes looked at, and copied, together: values are short, and most of them are done with one step.

use wide::u8x16;

/// How many are looked at.
pub(crate) const LENGTH: usize = 16;

/// As many bits as there are bytes; the lowest is the first byte's.
pub(crate) type Mask = u32;

/// The bits of the first `length` bytes.
#[inline]
pub(crate) fn first(length: usize) -> Mask {
    if length >= LENGTH { 0xffff } else { (1 << length) - 1 }
}

/// Which are digits.
#[inline]
pub(crate) fn digits(bytes: &[u8; LENGTH]) -> Mask {
    let values = u8x16::new(*bytes) - u8x16::splat(b'0');
    values.simd_eq(values.min(u8x16::splat(9))).to_bitmask()
}

/// Which are those of the other text.
#[inline]
pub(crate) fn same(bytes: &[u8; LENGTH], other: &[u8; LENGTH]) -> Mask {
    u8x16::new(*bytes).simd_eq(u8x16::new(*other)).to_bitmask()
}

/// Which cannot stand in a JSON string as they are.
#[inline]
pub(crate) fn special_in_json(bytes: &[u8; LENGTH]) -> Mask {
    let bytes = u8x16::new(*bytes);
    let control = bytes.simd_eq(bytes.min(u8x16::splat(0x1f)));
    (control | bytes.simd_eq(u8x16::splat(b'"')) | bytes.simd_eq(u8x16::splat(b'\\'))).to_bitmask()
}

/// Which ask for quotes around a CSV value.
#[inline]
pub(crate) fn special_in_csv(bytes: &[u8; LENGTH]) -> Mask {
    let bytes = u8x16::new(*bytes);
    let among = |byte| bytes.simd_eq(u8x16::splat(byte));
    (among(b'"') | among(b',') | among(b'\r') | among(b'\n')).to_bitmask()
}

/// The place of the first quote at or behind `from`.
#[inline]
pub(crate) fn quote(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let found = same(chunk, &[b'"'; LENGTH]);
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize);
        }
        at += LENGTH;
    }
    let rest = bytes.get(at..)?;
    rest.iter().position(|byte| *byte == b'"').map(|place| at + place)
}

/// Appends the first `length` of the bytes, which is quicker than to copy just so many.
#[inline]
pub(crate) fn append<const N: usize>(out: &mut Vec<u8>, bytes: &[u8; N], length: usize) {
    let end = out.len() + length;
    out.extend_from_slice(bytes);
    out.truncate(end);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mask(bytes: &[u8; LENGTH], is: impl Fn(u8) -> bool) -> Mask {
        bytes.iter().enumerate().fold(0, |mask, (index, byte)| mask | Mask::from(is(*byte)) << index)
    }

    proptest! {
        #[test]
        fn together_they_are_what_they_are_one_by_one(
            any: [u8; LENGTH], near in "[\"\\\\,\r\n /0-9:.]{16}", long in prop::collection::vec(any::<u8>(), 0..80),
        ) {
            for bytes in [any, near.as_bytes().try_into().unwrap()] {
                prop_assert_eq!(digits(&bytes), mask(&bytes, |byte| byte.is_ascii_digit()));
                prop_assert_eq!(special_in_json(&bytes), mask(&bytes, |byte| byte < b' ' || byte == b'"' || byte == b'\\'));
                prop_assert_eq!(special_in_csv(&bytes), mask(&bytes, |byte| b"\",\r\n".contains(&byte)));
                prop_assert_eq!(same(&bytes, &any) & first(3), mask(&bytes, |_| true) & same(&bytes, &any) & 7);
            }
            for from in 0..=long.len() + 1 {
                let place = long.iter().enumerate().skip(from).find(|(_, byte)| **byte == b'"');
                prop_assert_eq!(quote(&long, from), place.map(|(place, _)| place));
            }
        }
    }
}
