//! Athena's types, as a definition writes them.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A column's type, named as Athena and Glue name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum DataType {
    /// `true` or `false`.
    Boolean,
    /// 32-bit signed integer.
    Int,
    /// 64-bit signed integer.
    BigInt,
    /// 64-bit IEEE 754.
    Double,
    /// UTF-8 text.
    String,
    /// A day.
    Date,
    /// Milliseconds since 1970, UTC. Athena sees no more digits than that.
    Timestamp,
}

/// Every type this version handles, in the order messages list them.
pub const ALL: [DataType; 7] = [
    DataType::Boolean,
    DataType::Int,
    DataType::BigInt,
    DataType::Double,
    DataType::String,
    DataType::Date,
    DataType::Timestamp,
];

/// Types that Athena has and this version does not handle yet.
const PLANNED: [&str; 6] = ["float", "decimal", "binary", "array", "struct", "map"];

/// Why a text is not a type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidType {
    /// Athena has the type; this version does not.
    #[error(
        "type {0:?} is not supported yet; supported: boolean, int, bigint, double, string, date, timestamp"
    )]
    NotYet(String),
    /// No such type.
    #[error("unknown type {0:?}; supported: boolean, int, bigint, double, string, date, timestamp")]
    Unknown(String),
}

impl DataType {
    /// The name in Glue, in definitions and in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Int => "int",
            Self::BigInt => "bigint",
            Self::Double => "double",
            Self::String => "string",
            Self::Date => "date",
            Self::Timestamp => "timestamp",
        }
    }

    /// The type of the column in Arrow, and so in Parquet.
    ///
    /// Timestamps are INT64 milliseconds without a zone: INT96 is deprecated, and a zone makes readers
    /// disagree on whether to shift the value.
    pub fn arrow(self) -> arrow_schema::DataType {
        use arrow_schema::{DataType as Arrow, TimeUnit};
        match self {
            Self::Boolean => Arrow::Boolean,
            Self::Int => Arrow::Int32,
            Self::BigInt => Arrow::Int64,
            Self::Double => Arrow::Float64,
            Self::String => Arrow::Utf8,
            Self::Date => Arrow::Date32,
            Self::Timestamp => Arrow::Timestamp(TimeUnit::Millisecond, None),
        }
    }
}

impl FromStr for DataType {
    type Err = InvalidType;

    fn from_str(text: &str) -> Result<Self, InvalidType> {
        if let Some(found) = ALL.into_iter().find(|known| known.name() == text) {
            return Ok(found);
        }
        let head = text.split(['(', '<']).next().unwrap_or(text);
        if PLANNED.contains(&head) {
            Err(InvalidType::NotYet(text.to_owned()))
        } else {
            Err(InvalidType::Unknown(text.to_owned()))
        }
    }
}

impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl TryFrom<String> for DataType {
    type Error = InvalidType;
    fn try_from(text: String) -> Result<Self, InvalidType> {
        text.parse()
    }
}

impl From<DataType> for String {
    fn from(value: DataType) -> Self {
        value.name().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_round_trips_through_its_name() {
        for data_type in ALL {
            assert_eq!(data_type.name().parse(), Ok(data_type));
        }
    }

    #[test]
    fn types_of_later_versions_are_refused_by_name() {
        let refused = "decimal(12,2)".parse::<DataType>().unwrap_err();
        assert!(matches!(refused, InvalidType::NotYet(_)));
        assert!(refused.to_string().contains("decimal(12,2)"));
        assert!(matches!("array<string>".parse::<DataType>(), Err(InvalidType::NotYet(_))));
        assert!(matches!("strng".parse::<DataType>(), Err(InvalidType::Unknown(_))));
        assert!(matches!("STRING".parse::<DataType>(), Err(InvalidType::Unknown(_))));
    }
}
