//! Amounts as a person writes them: bytes with a unit, and rates that may be none.

use std::str::FromStr;

/// A number of bytes, one at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bytes(pub(super) u64);

/// The text is no number of bytes.
#[derive(Debug, thiserror::Error)]
#[error("expected a number of bytes from 1, with or without a unit, for example 500000000, 500MB or 2GiB")]
pub(super) struct InvalidBytes;

impl FromStr for Bytes {
    type Err = InvalidBytes;
    fn from_str(text: &str) -> Result<Self, InvalidBytes> {
        let digits = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let factor: u64 = match unit {
            "" | "B" => 1,
            "kB" | "KB" => 1_000,
            "MB" => 1_000_000,
            "GB" => 1_000_000_000,
            "TB" => 1_000_000_000_000,
            "KiB" => 1 << 10,
            "MiB" => 1 << 20,
            "GiB" => 1 << 30,
            "TiB" => 1 << 40,
            _ => return Err(InvalidBytes),
        };
        let number: u64 = number.parse().map_err(|_| InvalidBytes)?;
        let bytes = number.checked_mul(factor).filter(|bytes| *bytes > 0);
        bytes.map(Self).ok_or(InvalidBytes)
    }
}

/// So many requests in a minute, or any number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rate(pub(super) Option<u32>);

/// The text is no rate.
#[derive(Debug, thiserror::Error)]
#[error("expected a number of requests from 1, or none for no bound")]
pub(super) struct InvalidRate;

impl FromStr for Rate {
    type Err = InvalidRate;
    fn from_str(text: &str) -> Result<Self, InvalidRate> {
        match text {
            "none" => Ok(Self(None)),
            number => match number.parse() {
                Ok(rate) if rate > 0 => Ok(Self(Some(rate))),
                _ => Err(InvalidRate),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_units() {
        for (text, expected) in [
            ("1", 1),
            ("1000B", 1_000),
            ("100GB", 100_000_000_000),
            ("1KiB", 1_024),
            ("2TiB", 2 << 40),
            ("7MB", 7_000_000),
        ] {
            assert_eq!(text.parse::<Bytes>().unwrap(), Bytes(expected), "{text}");
        }
        for bad in
            ["", "0", "0GB", "-1", "1.5GB", "GB", "1 GB", "1gb", "1PB", "18446744073709551615KB", "\u{661}"]
        {
            assert!(bad.parse::<Bytes>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_rate_is_a_number_or_none() {
        assert_eq!("60".parse::<Rate>().unwrap(), Rate(Some(60)));
        assert_eq!("none".parse::<Rate>().unwrap(), Rate(None));
        for bad in ["", "0", "-1", "None", "unlimited", "4294967296"] {
            assert!(bad.parse::<Rate>().is_err(), "{bad}");
        }
    }
}
