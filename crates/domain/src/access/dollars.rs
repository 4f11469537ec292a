//! Amounts of US dollars, exact to a millionth: no float is on their way.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Millionths of a dollar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Dollars(u64);

/// The text is no amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected dollars with at most 6 decimals, for example 5 or 6.75")]
pub struct InvalidDollars;

impl Dollars {
    /// So many millionths of a dollar.
    pub fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// The amount in millionths of a dollar.
    pub fn micros(self) -> u64 {
        self.0
    }
}

impl FromStr for Dollars {
    type Err = InvalidDollars;
    fn from_str(text: &str) -> Result<Self, InvalidDollars> {
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(part) || part.len() > 6 {
            return Err(InvalidDollars);
        }
        let part: u64 = format!("{part:0<6}").parse().map_err(|_| InvalidDollars)?;
        let whole: u64 = whole.parse().map_err(|_| InvalidDollars)?;
        let micros = whole.checked_mul(1_000_000).and_then(|micros| micros.checked_add(part));
        micros.map(Self).ok_or(InvalidDollars)
    }
}

impl fmt::Display for Dollars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{}.{:06}", self.0 / 1_000_000, self.0 % 1_000_000);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

impl TryFrom<String> for Dollars {
    type Error = InvalidDollars;
    fn try_from(text: String) -> Result<Self, InvalidDollars> {
        text.parse()
    }
}

impl From<Dollars> for String {
    fn from(dollars: Dollars) -> Self {
        dollars.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn amounts_come_back(micros in any::<u64>()) {
            let dollars = Dollars::from_micros(micros);
            prop_assert_eq!(dollars.to_string().parse(), Ok(dollars));
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for bad in ["", ".", "5.", ".5", "-5", "+5", "5.1234567", "5,1", "1e3", "18446744073709551615"] {
            assert_eq!(bad.parse::<Dollars>(), Err(InvalidDollars), "{bad}");
        }
        assert_eq!("6.75".parse::<Dollars>().unwrap().micros(), 6_750_000);
    }
}
