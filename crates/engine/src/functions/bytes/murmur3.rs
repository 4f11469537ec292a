//! `murmur3`: MurmurHash3 of 128 bits, of its kind for 64-bit machines (`MurmurHash3_x64_128`), with the seed 0.

use datafusion::arrow::datatypes::DataType as Arrow;

use super::{digest::each, of_bytes};
use crate::functions::own::Own;

const FIRST: u64 = 0x87c3_7b91_1142_53d5;
const SECOND: u64 = 0x4cf5_ad43_2745_937f;

/// What is read at once.
const BLOCK: usize = 16;

/// The hash of bytes: of both halves, the lowest byte is the first.
pub(super) fn murmur3() -> Own {
    Own::values("murmur3", of_bytes, |_| Arrow::Binary, |arguments, bounded| each(arguments, bounded, hash))
}

fn hash(bytes: &[u8]) -> Vec<u8> {
    let (mut low, mut high) = (0_u64, 0_u64);
    let blocks = bytes.chunks_exact(BLOCK);
    let rest = blocks.remainder();
    for block in blocks {
        let (first, second) = halves(block);
        low = (low ^ mixed_first(first)).rotate_left(27).wrapping_add(high);
        low = low.wrapping_mul(5).wrapping_add(0x52dc_e729);
        high = (high ^ mixed_second(second)).rotate_left(31).wrapping_add(low);
        high = high.wrapping_mul(5).wrapping_add(0x3849_5ab5);
    }
    // A half that is 0 changes nothing.
    let (first, second) = halves(rest);
    let length = bytes.len() as u64;
    low ^= mixed_first(first) ^ length;
    high ^= mixed_second(second) ^ length;
    (low, high) = added(low, high);
    (low, high) = added(spread(low), spread(high));
    [low.to_le_bytes(), high.to_le_bytes()].concat()
}

fn mixed_first(half: u64) -> u64 {
    half.wrapping_mul(FIRST).rotate_left(31).wrapping_mul(SECOND)
}

fn mixed_second(half: u64) -> u64 {
    half.wrapping_mul(SECOND).rotate_left(33).wrapping_mul(FIRST)
}

/// Both halves of a block, which may be shorter.
fn halves(block: &[u8]) -> (u64, u64) {
    let value = block.iter().rev().fold(0_u128, |value, byte| (value << 8) | u128::from(*byte));
    (value as u64, (value >> 64) as u64)
}

fn added(low: u64, high: u64) -> (u64, u64) {
    let low = low.wrapping_add(high);
    (low, high.wrapping_add(low))
}

/// Every bit changes about half of the others.
fn spread(half: u64) -> u64 {
    let half = (half ^ (half >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let half = (half ^ (half >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    half ^ (half >> 33)
}
