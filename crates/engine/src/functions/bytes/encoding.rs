//! Bytes as hexadecimal digits, as base64 and as numbers, and the ways back.

use std::{fmt::Write, sync::Arc};

use base64::{
    Engine, alphabet,
    engine::{
        DecodePaddingMode,
        general_purpose::{GeneralPurpose, GeneralPurposeConfig, URL_SAFE},
    },
};
use datafusion::{
    arrow::{
        array::{ArrayRef, Int64Array},
        datatypes::DataType as Arrow,
    },
    error::Result,
};

use super::{Bytes, Made, of_bytes};
use crate::{
    cancel::Cancellation,
    functions::{
        argument::Argument,
        bounded::Bounded,
        made::Made as MadeTexts,
        own::{Own, exactly, invalid},
    },
};

/// As Java reads base64: padding may be missing, and the bits after the last byte may be any.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);

const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const OF_URLS: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// Bytes as hexadecimal digits, capital ones.
pub(super) fn to_hex() -> Own {
    Own::texts("to_hex", of_bytes, |_| Arrow::Utf8, hexadecimal)
}

/// The bytes of hexadecimal digits.
pub(super) fn from_hex() -> Own {
    Own::values(
        "from_hex",
        written,
        |_| Arrow::Binary,
        |arguments, bounded| decode(arguments, bounded, of_hexadecimal),
    )
}

/// Bytes as base64 for URLs, with padding.
pub(super) fn to_base64url() -> Own {
    Own::texts("to_base64url", of_bytes, |_| Arrow::Utf8, base64_of_urls)
}

/// The bytes of base64.
pub(super) fn from_base64() -> Own {
    Own::values(
        "from_base64",
        written,
        |_| Arrow::Binary,
        |arguments, bounded| decode(arguments, bounded, |text| of_base64(text, &STANDARD)),
    )
}

/// The bytes of base64 for URLs.
pub(super) fn from_base64url() -> Own {
    Own::values(
        "from_base64url",
        written,
        |_| Arrow::Binary,
        |arguments, bounded| decode(arguments, bounded, |text| of_base64(text, &OF_URLS)),
    )
}

/// A bigint as eight bytes, of which the highest is the first.
pub(super) fn to_big_endian_64() -> Own {
    let takes = |given: &[Arrow]| match given {
        [Arrow::Int32 | Arrow::Int64 | Arrow::Null] => Some(vec![Arrow::Int64]),
        _ => None,
    };
    Own::values("to_big_endian_64", takes, |_| Arrow::Binary, from_numbers)
}

/// The bigint of eight bytes.
pub(super) fn from_big_endian_64() -> Own {
    Own::watched("from_big_endian_64", of_bytes, |_| Arrow::Int64, to_numbers)
}

/// What is decoded may be a text or bytes.
pub(super) fn written(given: &[Arrow]) -> Option<Vec<Arrow>> {
    match given {
        [Arrow::Binary] => Some(vec![Arrow::Binary]),
        _ => exactly(given, &[Arrow::Utf8]),
    }
}

fn hexadecimal(arguments: &[Argument], made: &mut MadeTexts<'_>) -> Result<()> {
    let values = Bytes::of(&arguments[0]);
    for row in 0..made.rows() {
        let Some(bytes) = values.get(row) else {
            made.append(None)?;
            continue;
        };
        made.admit(bytes.len().saturating_mul(2))?;
        let mut text = String::with_capacity(2 * bytes.len());
        for byte in bytes {
            // A text takes whatever is written to it.
            let _ = write!(text, "{byte:02X}");
        }
        made.append(Some(&text))?;
    }
    Ok(())
}

fn base64_of_urls(arguments: &[Argument], made: &mut MadeTexts<'_>) -> Result<()> {
    let values = Bytes::of(&arguments[0]);
    for row in 0..made.rows() {
        let Some(bytes) = values.get(row) else {
            made.append(None)?;
            continue;
        };
        made.admit(bytes.len().div_ceil(3).saturating_mul(4))?;
        made.append(Some(&URL_SAFE.encode(bytes)))?;
    }
    Ok(())
}

fn decode(
    arguments: &[Argument],
    bounded: &mut Bounded<'_>,
    decode: fn(&[u8]) -> Result<Vec<u8>>,
) -> Result<ArrayRef> {
    let values = Bytes::of(&arguments[0]);
    let mut made = Made::new();
    for row in 0..bounded.rows() {
        // It is shorter than what it is read from.
        let bytes = values.get(row).map(decode).transpose()?;
        made.append(bytes.as_deref(), bounded)?;
    }
    Ok(made.finish())
}

fn of_hexadecimal(text: &[u8]) -> Result<Vec<u8>> {
    if !text.len().is_multiple_of(2) {
        return Err(invalid(format!("invalid input length {}", text.len())));
    }
    let digit = |byte: u8| {
        let digit = char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        digit.ok_or_else(|| invalid(format!("not a hexadecimal digit: \"{}\" = {byte}", char::from(byte))))
    };
    text.chunks_exact(2).map(|pair| Ok((digit(pair[0])? << 4) | digit(pair[1])?)).collect()
}

fn of_base64(text: &[u8], engine: &GeneralPurpose) -> Result<Vec<u8>> {
    // Java takes no padding or all of it.
    if text.ends_with(b"=") && !text.len().is_multiple_of(4) {
        return Err(invalid("Input byte array has wrong 4-byte ending unit"));
    }
    engine.decode(text).map_err(|error| invalid(format!("the text is no base64: {error}")))
}

fn from_numbers(arguments: &[Argument], bounded: &mut Bounded<'_>) -> Result<ArrayRef> {
    let numbers = arguments[0].bigints();
    let mut made = Made::new();
    for row in 0..bounded.rows() {
        let bytes = numbers.get(row).map(i64::to_be_bytes);
        made.append(bytes.as_ref().map(<[u8; 8]>::as_slice), bounded)?;
    }
    Ok(made.finish())
}

fn to_numbers(arguments: &[Argument], rows: usize, cancellation: &Cancellation) -> Result<ArrayRef> {
    let values = Bytes::of(&arguments[0]);
    let number = |row| -> Result<Option<i64>> {
        cancellation.check()?;
        let Some(bytes) = values.get(row) else { return Ok(None) };
        let eight = <[u8; 8]>::try_from(bytes);
        eight
            .map(|eight| Some(i64::from_be_bytes(eight)))
            .map_err(|_| invalid(format!("expected 8-byte input, but got instead: {}", bytes.len())))
    };
    Ok(Arc::new((0..rows).map(number).collect::<Result<Int64Array>>()?))
}
