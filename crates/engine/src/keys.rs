//! Partition keys: their types, and the values of partitions, which the catalog has as texts.
//!
//! Which texts are values of a type is Trino's rule for its Hive tables (`HiveUtil.parsePartitionValue` and the functions
//! that it calls). A text that is none fails the query, as it does there: it names a partition that cannot be compared.

mod read;
#[cfg(test)]
mod tests;
mod write;

use datafusion::{
    arrow::{
        array::{ArrayRef, new_empty_array},
        datatypes::{DataType as Arrow, SchemaRef, TimeUnit},
    },
    common::ScalarValue,
    error::Result as DfResult,
};
use domain::{
    data_type::DataType,
    port::{CatalogPartition, PartitionKey, Table},
};

use crate::{
    error::{EngineError, Failure},
    text::read::floating,
    types,
};
pub(crate) use write::texts;

/// How Hive writes a partition value that is null.
const HIVE_NULL: &str = "__HIVE_DEFAULT_PARTITION__";

/// A partition as the catalog had it when the query began.
#[derive(Debug, Clone)]
pub(crate) struct Partition {
    /// One value for each key, of the key's type.
    pub(crate) values: Vec<ScalarValue>,
    pub(crate) entry: CatalogPartition,
}

/// A type that a key may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyType {
    Boolean,
    TinyInt,
    SmallInt,
    Int,
    BigInt,
    Real,
    Double,
    /// All digits, and those behind the point.
    Decimal(u8, u8),
    /// With the most characters, if there is a bound.
    Varchar(Option<usize>),
    Date,
    Timestamp,
}

/// Whether a partition key of this type can be read and written here. The type is named as the catalog names it: `int`,
/// `decimal(12,2)`, `string`.
pub fn is_key_type(data_type: &str) -> bool {
    KeyType::of(data_type).is_some()
}

impl KeyType {
    fn of(written: &str) -> Option<Self> {
        let written = written.trim().to_lowercase();
        Some(match written.as_str() {
            "tinyint" => Self::TinyInt,
            "smallint" => Self::SmallInt,
            "integer" => Self::Int,
            // Hive's, where nothing is said.
            "decimal" => Self::Decimal(10, 0),
            "varchar" => Self::Varchar(None),
            other => match other.strip_prefix("varchar(") {
                Some(rest) => Self::Varchar(Some(rest.strip_suffix(')')?.trim().parse().ok()?)),
                None => match other.parse::<DataType>().ok()? {
                    DataType::Boolean => Self::Boolean,
                    DataType::Int => Self::Int,
                    DataType::BigInt => Self::BigInt,
                    DataType::Float => Self::Real,
                    DataType::Double => Self::Double,
                    DataType::Decimal(digits) => Self::Decimal(digits.precision(), digits.scale()),
                    DataType::String => Self::Varchar(None),
                    DataType::Date => Self::Date,
                    DataType::Timestamp => Self::Timestamp,
                    DataType::Binary | DataType::Array(_) | DataType::Struct(_) | DataType::Map(_) => {
                        return None;
                    }
                },
            },
        })
    }

    pub(crate) fn arrow(self) -> Arrow {
        match self {
            Self::Boolean => Arrow::Boolean,
            Self::TinyInt => Arrow::Int8,
            Self::SmallInt => Arrow::Int16,
            Self::Int => Arrow::Int32,
            Self::BigInt => Arrow::Int64,
            Self::Real => Arrow::Float32,
            Self::Double => Arrow::Float64,
            Self::Decimal(precision, scale) => Arrow::Decimal128(precision, scale.cast_signed()),
            Self::Varchar(_) => Arrow::Utf8,
            Self::Date => Arrow::Date32,
            Self::Timestamp => Arrow::Timestamp(TimeUnit::Millisecond, None),
        }
    }

    /// The type as Trino's error names it.
    fn word(self) -> String {
        match self {
            Self::Varchar(Some(most)) => format!("varchar({most})"),
            Self::Real => "FLOAT".to_owned(),
            other => {
                let name = types::name(&other.arrow()).unwrap_or_default();
                if name.contains('(') { name } else { name.to_uppercase() }
            }
        }
    }

    /// The value that a text is, or null where there is none. `None`: the text is no value of the type.
    fn value(self, text: Option<&str>) -> Option<ScalarValue> {
        Some(match self {
            Self::Boolean => ScalarValue::Boolean(optional(text, read::boolean)?),
            Self::TinyInt => ScalarValue::Int8(optional(text, read::whole)?),
            Self::SmallInt => ScalarValue::Int16(optional(text, read::whole)?),
            Self::Int => ScalarValue::Int32(optional(text, read::whole)?),
            Self::BigInt => ScalarValue::Int64(optional(text, read::whole)?),
            Self::Real => ScalarValue::Float32(optional(text, floating)?),
            Self::Double => ScalarValue::Float64(optional(text, floating)?),
            Self::Decimal(precision, scale) => {
                let units = optional(text, |text| read::units(text, precision, scale))?;
                ScalarValue::Decimal128(units, precision, scale.cast_signed())
            }
            Self::Varchar(most) => ScalarValue::Utf8(optional(text, |text| read::bounded(text, most))?),
            Self::Date => ScalarValue::Date32(optional(text, read::day)?),
            Self::Timestamp => ScalarValue::TimestampMillisecond(optional(text, read::millis)?, None),
        })
    }
}

/// What is read of the text, if there is one.
fn optional<T>(text: Option<&str>, read: impl FnOnce(&str) -> Option<T>) -> Option<Option<T>> {
    match text {
        None => Some(None),
        Some(text) => read(text).map(Some),
    }
}

/// The types of the table's keys. A type that no key can have here is refused.
pub(crate) fn types(table: &Table) -> Result<Vec<KeyType>, EngineError> {
    let one = |key: &PartitionKey| {
        KeyType::of(&key.data_type).ok_or_else(|| {
            EngineError::unsupported(format!(
                "the partition key {}.{} of type {}",
                table.name, key.name, key.data_type
            ))
        })
    };
    table.partition_keys.iter().map(one).collect()
}

/// The partition's value of each key.
pub(crate) fn values(
    table: &Table,
    types: &[KeyType],
    partition: &CatalogPartition,
) -> Result<Vec<ScalarValue>, Failure> {
    let keys = table.partition_keys.iter().zip(types).zip(&partition.values);
    let value = |((key, of), text): ((&PartitionKey, &KeyType), &String)| {
        let given = (text != HIVE_NULL).then_some(text.as_str());
        of.value(given).ok_or_else(|| {
            let (of, key, table) = (of.word(), &key.name, &table.name);
            Failure::new(
                "HIVE_INVALID_PARTITION_VALUE",
                format!(
                    "Invalid partition value '{text}' for {of} partition key: {key}, of the table {table}"
                ),
            )
        })
    };
    keys.map(value).collect()
}

/// The values of each key, in the order of the partitions.
pub(crate) fn columns(keys: &SchemaRef, partitions: &[Partition]) -> DfResult<Vec<ArrayRef>> {
    let column = |(index, data_type): (usize, &Arrow)| {
        if partitions.is_empty() {
            return Ok(new_empty_array(data_type));
        }
        ScalarValue::iter_to_array(partitions.iter().filter_map(|one| one.values.get(index).cloned()))
    };
    keys.fields().iter().map(|key| key.data_type()).enumerate().map(column).collect()
}
