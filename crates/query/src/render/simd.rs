//! Sixteen bytes looked at, and copied, together: values are short, and most of them are done with one step.

use wide::u8x16;

/// How many are looked at.
pub(crate) const LENGTH: usize = 16;

/// As many bits as there are bytes; the lowest is the first byte's.
pub(crate) type Mask = u32;

/// The bits of the first `length` bytes, or of as many as there can be.
#[inline]
pub(crate) fn first(length: usize) -> Mask {
    if length >= PAIR { Mask::MAX } else { (1 << length) - 1 }
}

/// Twice as many.
pub(crate) const PAIR: usize = 2 * LENGTH;

/// What is found in the one half and in the other.
#[inline]
pub(crate) fn pair(bytes: &[u8; PAIR], find: impl Fn(&[u8; LENGTH]) -> Mask) -> Mask {
    match bytes.as_chunks::<LENGTH>().0 {
        [low, high] => find(low) | find(high) << LENGTH,
        _ => 0,
    }
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

/// How many [`quotes`] looks at.
pub(crate) const BLOCK: usize = 4 * LENGTH;

/// Which of the bytes from `at` on are quotes, of as many as there are bits.
#[inline]
pub(crate) fn quotes(bytes: &[u8], at: usize) -> u64 {
    let rest = bytes.get(at..).unwrap_or_default();
    if let Some(block) = rest.first_chunk::<BLOCK>() {
        return quotes_of(block);
    }
    let mut block = [0; BLOCK];
    block[..rest.len()].copy_from_slice(rest);
    quotes_of(&block)
}

#[inline]
fn quotes_of(block: &[u8; BLOCK]) -> u64 {
    let (chunks, _) = block.as_chunks::<LENGTH>();
    let quotes = |chunk| u64::from(same(chunk, &[b'"'; LENGTH]));
    chunks.iter().enumerate().fold(0, |found, (index, chunk)| found | quotes(chunk) << (index * LENGTH))
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
            any: [u8; LENGTH], near in "[\"\\\\,\r\n /0-9:.]{16}", long in "[\"x]{0,150}",
        ) {
            let both = [any, near.as_bytes().try_into().unwrap()].concat();
            let found = pair(both.first_chunk().unwrap(), special_in_csv);
            prop_assert_eq!(found & first(16), special_in_csv(&any));
            prop_assert_eq!(found >> 16, special_in_csv(near.as_bytes().first_chunk().unwrap()));
            let long = long.as_bytes();
            for bytes in [any, near.as_bytes().try_into().unwrap()] {
                prop_assert_eq!(digits(&bytes), mask(&bytes, |byte| byte.is_ascii_digit()));
                prop_assert_eq!(special_in_json(&bytes), mask(&bytes, |byte| byte < b' ' || byte == b'"' || byte == b'\\'));
                prop_assert_eq!(special_in_csv(&bytes), mask(&bytes, |byte| b"\",\r\n".contains(&byte)));
                prop_assert_eq!(same(&bytes, &any) & first(3), mask(&bytes, |_| true) & same(&bytes, &any) & 7);
            }
            for at in 0..=long.len() + 1 {
                let place = |(index, byte): (usize, &u8)| u64::from(*byte == b'"') << index;
                let one_by_one = long.iter().skip(at).take(BLOCK).enumerate().map(place).sum::<u64>();
                prop_assert_eq!(quotes(long, at), one_by_one);
            }
        }
    }
}
