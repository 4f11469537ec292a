//! Bytes as base32, and the way back (RFC 4648, as Guava's `BaseEncoding.base32()` has it, which Trino calls).

use datafusion::{
    arrow::{array::ArrayRef, datatypes::DataType as Arrow},
    error::Result,
};

use super::{Bytes, Made, encoding::written, of_bytes};
use crate::functions::{
    argument::Argument,
    bounded::Bounded,
    made::Made as MadeTexts,
    own::{Own, invalid},
};

const DIGITS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// How many digits eight of them may end with, without padding: others are of no whole number of bytes.
const ENDS: [usize; 5] = [0, 2, 4, 5, 7];

/// Bytes as base32, with padding.
pub(super) fn to_base32() -> Own {
    Own::texts("to_base32", of_bytes, |_| Arrow::Utf8, texts)
}

/// The bytes of base32, with padding or without.
pub(super) fn from_base32() -> Own {
    Own::values("from_base32", written, |_| Arrow::Binary, bytes)
}

fn texts(arguments: &[Argument], made: &mut MadeTexts<'_>) -> Result<()> {
    let values = Bytes::of(&arguments[0]);
    for row in 0..made.rows() {
        let Some(bytes) = values.get(row) else {
            made.append(None)?;
            continue;
        };
        made.admit(bytes.len().div_ceil(5).saturating_mul(8))?;
        made.append(Some(&encoded(bytes)))?;
    }
    Ok(())
}

fn bytes(arguments: &[Argument], bounded: &mut Bounded<'_>) -> Result<ArrayRef> {
    let values = Bytes::of(&arguments[0]);
    let mut made = Made::new();
    for row in 0..bounded.rows() {
        // It is shorter than what it is read from.
        let bytes = values.get(row).map(decoded).transpose()?;
        made.append(bytes.as_deref(), bounded)?;
    }
    Ok(made.finish())
}

fn encoded(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    for five in bytes.chunks(5) {
        let mut bits = 0_u64;
        for place in 0..5 {
            bits = (bits << 8) | u64::from(five.get(place).copied().unwrap_or_default());
        }
        let digits = (five.len() * 8).div_ceil(5);
        for place in 0..8 {
            let digit = DIGITS[(bits >> (35 - 5 * place)) as usize & 31];
            text.push(if place < digits { char::from(digit) } else { '=' });
        }
    }
    text
}

fn decoded(text: &[u8]) -> Result<Vec<u8>> {
    let padding = text.iter().rev().take_while(|byte| **byte == b'=').count();
    let digits = &text[..text.len() - padding];
    if !ENDS.contains(&(digits.len() % 8)) {
        return Err(invalid(format!("Invalid input length {}", digits.len())));
    }
    let mut bytes = Vec::with_capacity(digits.len() * 5 / 8);
    let (mut bits, mut count) = (0_u32, 0_u32);
    for byte in digits {
        let Some(digit) = DIGITS.iter().position(|digit| digit == byte) else {
            return Err(invalid(format!("Unrecognized character: {}", char::from(*byte))));
        };
        bits = (bits << 5) | digit as u32;
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    Ok(bytes)
}
