//! The types that Glue's expressions know, and their values' order.

use std::cmp::Ordering;

use chrono::{NaiveDate, NaiveDateTime};

use super::super::error::GlueError;

/// More digits before or after the point than any decimal type has.
const MAX_EXPONENT: i32 = 100;

/// A partition key's type, as far as it decides how values compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::glue) enum Kind {
    Text,
    Integer,
    Decimal,
    Date,
    Timestamp,
}

/// A value of a key; only values of one type are ever compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::glue) enum Value {
    /// By the order of its UTF-8 bytes.
    Text(String),
    Integer(i128),
    Decimal(Decimal),
    Date(NaiveDate),
    Timestamp(NaiveDateTime),
}

impl Kind {
    /// The types are those in the documentation of `GetPartitions`; with any other, Glue refuses an expression.
    pub(super) fn of(name: &str) -> Result<Self, GlueError> {
        let base = name.split('(').next().unwrap_or_default().trim().to_ascii_lowercase();
        match base.as_str() {
            "string" | "char" | "varchar" => Ok(Self::Text),
            "tinyint" | "smallint" | "int" | "integer" | "bigint" | "long" => Ok(Self::Integer),
            "decimal" => Ok(Self::Decimal),
            "date" => Ok(Self::Date),
            "timestamp" => Ok(Self::Timestamp),
            _ => Err(GlueError::Invalid(format!("Unknown type : '{name}'"))),
        }
    }

    /// The value that a text has in this type, or why it has none.
    pub(super) fn read(self, text: &str) -> Result<Value, String> {
        match self {
            Self::Text => Ok(Value::Text(text.to_owned())),
            Self::Integer => {
                text.parse().map(Value::Integer).map_err(|_| format!("\"{text}\" is not an integer."))
            }
            Self::Decimal => {
                Decimal::read(text).map(Value::Decimal).ok_or_else(|| format!("{text} is not a decimal."))
            }
            Self::Date => NaiveDate::parse_from_str(text, "%Y-%m-%d")
                .map(Value::Date)
                .map_err(|_| format!("{text} is not a date.")),
            Self::Timestamp => NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f")
                .map(Value::Timestamp)
                .map_err(|_| {
                    format!(
                        "Timestamp format must be yyyy-mm-dd hh:mm:ss[.fffffffff] {text} is not a timestamp."
                    )
                }),
        }
    }

    pub(super) fn check_like(self) -> Result<(), GlueError> {
        let name = match self {
            Self::Text => return Ok(()),
            Self::Integer => "Integral",
            Self::Decimal => "Decimal",
            Self::Date => "Date",
            Self::Timestamp => "Timestamp",
        };
        Err(GlueError::Invalid(format!("{name} data type doesn't support operation 'LIKE'")))
    }
}

/// A decimal number, exact: its digits without zeros in front of the whole ones and after the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::glue) struct Decimal {
    negative: bool,
    whole: String,
    fraction: String,
}

impl Decimal {
    fn read(text: &str) -> Option<Self> {
        let (number, exponent) = match text.split_once(['e', 'E']) {
            Some((number, exponent)) => (number, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        if exponent.abs() > MAX_EXPONENT {
            return None;
        }
        let negative = number.starts_with('-');
        let digits = number.strip_prefix(['-', '+']).unwrap_or(number);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all = format!("{whole}{fraction}");
        if all.is_empty() || !all.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let point = i32::try_from(whole.len()).ok()? + exponent;
        let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or(0));
        let point_in = usize::try_from(point).unwrap_or(0);
        let padded = format!("{}{all}{}", zeros(-point), zeros(point - i32::try_from(all.len()).ok()?));
        let (whole, fraction) = padded.split_at_checked(point_in)?;
        let whole = whole.trim_start_matches('0').to_owned();
        let fraction = fraction.trim_end_matches('0').to_owned();
        let negative = negative && !(whole.is_empty() && fraction.is_empty());
        Some(Self { negative, whole, fraction })
    }

    fn magnitude(&self) -> (usize, &str, &str) {
        (self.whole.len(), &self.whole, &self.fraction)
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, false) => self.magnitude().cmp(&other.magnitude()),
            (true, true) => other.magnitude().cmp(&self.magnitude()),
            (negative, _) => {
                if negative {
                    Ordering::Less
                } else {
                    Ordering::Greater
                }
            }
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
