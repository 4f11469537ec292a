//! Sixteen bytes looked at together.

use wide::u8x16;

/// How many are looked at.
pub(super) const LENGTH: usize = 16;

/// What is before the first quote or backslash; all of it if there is none.
#[inline]
pub fn bare(bytes: &[u8]) -> &[u8] {
    let end = find(bytes, special, |byte| matches!(byte, b'"' | b'\\'));
    &bytes[..end]
}

/// How many at the beginning can stand in a string as they are: the same, and no control characters either.
#[inline]
pub(super) fn plain_in_string(bytes: &[u8]) -> usize {
    find(bytes, special_or_control, |byte| matches!(byte, b'"' | b'\\' | 0..0x20))
}

/// How many of these sixteen can.
#[inline]
pub(super) fn plain_of_sixteen_in_string(chunk: &[u8; LENGTH]) -> usize {
    // The bit behind the last one is that of the length.
    (special_or_control(u8x16::new(*chunk)).to_bitmask() | 1 << LENGTH).trailing_zeros() as usize
}

/// As many as a number has bits.
pub(super) const BLOCK: usize = 64;

/// Which of the first bytes are quotes or backslashes: the lowest bit is the first byte's.
#[inline]
pub(super) fn special_of_block<const N: usize>(block: &[u8; N]) -> u64 {
    let (chunks, _) = block.as_chunks::<LENGTH>();
    chunks.iter().take(BLOCK / LENGTH).enumerate().fold(0, |found, (index, chunk)| {
        found | u64::from(special(u8x16::new(*chunk)).to_bitmask()) << (index * LENGTH)
    })
}

#[inline]
fn special(bytes: u8x16) -> u8x16 {
    bytes.simd_eq(u8x16::splat(b'"')) | bytes.simd_eq(u8x16::splat(b'\\'))
}

#[inline]
fn special_or_control(bytes: u8x16) -> u8x16 {
    bytes.simd_eq(bytes.min(u8x16::splat(0x1f))) | special(bytes)
}

/// The place of the first byte that is found, or the length. Both functions find the same.
#[inline]
fn find(bytes: &[u8], among: impl Fn(u8x16) -> u8x16, is: impl Fn(&u8) -> bool) -> usize {
    let (chunks, rest) = bytes.as_chunks::<LENGTH>();
    for (index, chunk) in chunks.iter().enumerate() {
        let found = among(u8x16::new(*chunk)).to_bitmask();
        if found != 0 {
            return index * LENGTH + found.trailing_zeros() as usize;
        }
    }
    chunks.len() * LENGTH + rest.iter().position(is).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_plain_part_is_found_as_byte_by_byte(
            bytes in proptest::collection::vec(any::<u8>(), 0..200), special in 0_usize..99,
        ) {
            let mut bytes = bytes;
            bytes.retain(|byte| !matches!(byte, b'"' | b'\\' | 0..0x20));
            prop_assert_eq!(plain_in_string(&bytes), bytes.len());
            prop_assert_eq!(bare(&bytes), &bytes[..]);
            for wanted in [b'"', b'\\', 0, 0x1f, b'\n'] {
                let mut bytes = bytes.clone();
                let at = special.min(bytes.len());
                bytes.insert(at, wanted);
                prop_assert_eq!(plain_in_string(&bytes), at);
                let bare_end = if wanted < b' ' { bytes.len() } else { at };
                prop_assert_eq!(bare(&bytes).len(), bare_end);
                if let Some(chunk) = bytes.first_chunk() {
                    prop_assert_eq!(plain_of_sixteen_in_string(chunk), at.min(LENGTH));
                }
                if let Some(block) = bytes.first_chunk::<{ BLOCK + 3 }>() {
                    prop_assert_eq!(special_of_block(block).trailing_zeros() as usize, bare_end.min(BLOCK));
                }
            }
        }
    }
}
