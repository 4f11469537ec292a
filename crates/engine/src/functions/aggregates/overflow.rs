//! What `listagg` does with a text that is too long.

use datafusion::{common::ScalarValue, error::Result};

use crate::functions::own::{invalid, unexpected, unsupported_value};

/// What an argument of `listagg` says where `ON OVERFLOW` says nothing, or `ERROR`.
pub(crate) const ERROR: &str = "error";

/// The same for `TRUNCATE ... WITH COUNT`.
pub(crate) const WITH_COUNT: &str = "with count";

/// The same for `TRUNCATE ... WITHOUT COUNT`.
pub(crate) const WITHOUT_COUNT: &str = "without count";

/// What stands for what was left out, unless the query says it.
pub(crate) const FILLER: &str = "...";

/// The most bytes of a filler, as on Athena.
const LONGEST_FILLER: usize = 65_536;

/// The most bytes of a separator and of a filler here: a group may keep a copy of them.
const LONGEST: usize = 1_024;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Overflow {
    /// The query fails.
    Error,
    /// The text ends with the filler, and with how many values were left out.
    Truncate { filler: String, is_counted: bool },
}

impl Overflow {
    /// By the words above, and the filler.
    pub(super) fn new(word: &ScalarValue, filler: &ScalarValue) -> Result<Self> {
        let filler = text(filler)?;
        Ok(match text(word)? {
            WITH_COUNT => Self::Truncate { filler: filler.to_owned(), is_counted: true },
            WITHOUT_COUNT => Self::Truncate { filler: filler.to_owned(), is_counted: false },
            _ => Self::Error,
        })
    }
}

/// Fails for a separator or a filler that is too long.
pub(super) fn check_lengths(separator: &str, filler: &str) -> Result<()> {
    if filler.len() > LONGEST_FILLER {
        return Err(invalid(format!(
            "Overflow filler length {} exceeds maximum length {LONGEST_FILLER}",
            filler.len()
        )));
    }
    for (text, what) in [(separator, "a separator"), (filler, "an overflow filler")] {
        if text.len() > LONGEST {
            return Err(unsupported_value(&format!("listagg with {what} of more than {LONGEST} bytes")));
        }
    }
    Ok(())
}

/// The text of a constant, which it must be.
pub(super) fn text(value: &ScalarValue) -> Result<&str> {
    match value {
        ScalarValue::Utf8(Some(text)) => Ok(text),
        other => Err(unexpected(&other.data_type())),
    }
}
