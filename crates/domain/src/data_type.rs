//! Athena's types, as a definition writes them.

mod parse;

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

pub use parse::InvalidType;

/// A column's type, named as Athena and Glue name it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum DataType {
    /// `true` or `false`.
    Boolean,
    /// 32-bit signed integer.
    Int,
    /// 64-bit signed integer.
    BigInt,
    /// 32-bit IEEE 754.
    Float,
    /// 64-bit IEEE 754.
    Double,
    /// An exact decimal number.
    Decimal(Decimal),
    /// UTF-8 text.
    String,
    /// A day.
    Date,
    /// Milliseconds since 1970, UTC. Athena sees no more digits than that.
    Timestamp,
    /// Bytes.
    Binary,
    /// Any number of values of one type.
    Array(Box<DataType>),
    /// Named fields in a fixed order.
    Struct(Vec<Field>),
    /// Text to values of one type. Athena allows other keys; JSON's names are text.
    Map(Box<DataType>),
}

/// How many digits a decimal has: `decimal(precision,scale)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decimal {
    precision: u8,
    scale: u8,
}

/// The most digits of a decimal, in Athena as in Parquet's 16 bytes.
pub const MAX_PRECISION: u8 = 38;

impl Decimal {
    /// `None` unless the precision is 1 to 38 and the scale at most that.
    pub fn new(precision: u8, scale: u8) -> Option<Self> {
        let valid = (1..=MAX_PRECISION).contains(&precision) && scale <= precision;
        valid.then_some(Self { precision, scale })
    }

    /// All digits.
    pub fn precision(self) -> u8 {
        self.precision
    }

    /// Those after the point.
    pub fn scale(self) -> u8 {
        self.scale
    }
}

/// A field of a struct. Its name follows the rule of column names: Athena folds case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its type.
    pub data_type: DataType,
    /// The sender's name for it, where it differs. A type that is written as text has none: see
    /// [`Column::sent`](crate::dataset::Column::sent).
    pub from: Option<String>,
}

impl Field {
    /// The sender's name for it.
    pub fn sender(&self) -> &str {
        self.from.as_deref().unwrap_or(&self.name)
    }
}

impl DataType {
    /// Whether it is one value and not made of others: what a key or a sort order can be.
    pub fn is_scalar(&self) -> bool {
        !matches!(self, Self::Array(_) | Self::Struct(_) | Self::Map(_))
    }

    /// The type of the column in Arrow, and so in Parquet.
    ///
    /// Timestamps are INT64 milliseconds without a zone: INT96 is deprecated, and a zone makes readers
    /// disagree on whether to shift the value. Lists and maps have the names that Parquet's specification gives
    /// their parts (`element`, `key_value`).
    pub fn arrow(&self) -> arrow_schema::DataType {
        use arrow_schema::{DataType as Arrow, Field as ArrowField, TimeUnit};
        match self {
            Self::Boolean => Arrow::Boolean,
            Self::Int => Arrow::Int32,
            Self::BigInt => Arrow::Int64,
            Self::Float => Arrow::Float32,
            Self::Double => Arrow::Float64,
            // At most 38, so neither changes.
            Self::Decimal(decimal) => Arrow::Decimal128(decimal.precision, decimal.scale.cast_signed()),
            Self::String => Arrow::Utf8,
            Self::Date => Arrow::Date32,
            Self::Timestamp => Arrow::Timestamp(TimeUnit::Millisecond, None),
            Self::Binary => Arrow::Binary,
            Self::Array(element) => Arrow::List(Arc::new(ArrowField::new("element", element.arrow(), true))),
            Self::Struct(fields) => Arrow::Struct(
                fields
                    .iter()
                    .map(|field| ArrowField::new(&field.name, field.data_type.arrow(), true))
                    .collect(),
            ),
            Self::Map(value) => {
                let entry = [
                    ArrowField::new("key", Arrow::Utf8, false),
                    ArrowField::new("value", value.arrow(), true),
                ];
                let entries = ArrowField::new("key_value", Arrow::Struct(entry.into_iter().collect()), false);
                Arrow::Map(Arc::new(entries), false)
            }
        }
    }
}

impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean => f.write_str("boolean"),
            Self::Int => f.write_str("int"),
            Self::BigInt => f.write_str("bigint"),
            Self::Float => f.write_str("float"),
            Self::Double => f.write_str("double"),
            Self::Decimal(Decimal { precision, scale }) => write!(f, "decimal({precision},{scale})"),
            Self::String => f.write_str("string"),
            Self::Date => f.write_str("date"),
            Self::Timestamp => f.write_str("timestamp"),
            Self::Binary => f.write_str("binary"),
            Self::Array(element) => write!(f, "array<{element}>"),
            Self::Struct(fields) => {
                f.write_str("struct<")?;
                for (index, Field { name, data_type, .. }) in fields.iter().enumerate() {
                    let comma = if index == 0 { "" } else { "," };
                    write!(f, "{comma}{name}:{data_type}")?;
                }
                f.write_str(">")
            }
            Self::Map(value) => write!(f, "map<string,{value}>"),
        }
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
        value.to_string()
    }
}

#[cfg(test)]
pub(crate) mod tests;
