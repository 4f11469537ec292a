//! What a statement calls for the time that it is: one instant, however often it asks.

use std::hash::{Hash, Hasher};

use datafusion::{
    arrow::datatypes::DataType as Arrow,
    common::ScalarValue,
    error::Result,
    logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility},
};

use crate::{text::time::MILLIS_PER_DAY, types::UTC};

/// All of their names. The session's time zone is UTC, as Athena's is.
pub(crate) const NAMES: [&str; 5] =
    ["current_date", "current_timestamp", "current_timezone", "localtimestamp", "now"];

/// A function without arguments, whose value is known when the query begins.
#[derive(Debug)]
pub(super) struct Known {
    name: &'static str,
    value: ScalarValue,
    signature: Signature,
}

/// All of them for a query that began so many milliseconds after 1970-01-01 UTC.
pub(super) fn all(began: i64) -> Vec<Known> {
    let instant = || ScalarValue::TimestampMillisecond(Some(began), Some(UTC.into()));
    let day = i32::try_from(began.div_euclid(MILLIS_PER_DAY)).ok();
    NAMES
        .into_iter()
        .map(|name| Known {
            name,
            value: match name {
                "current_date" => ScalarValue::Date32(day),
                "current_timezone" => ScalarValue::Utf8(Some(UTC.to_owned())),
                "localtimestamp" => ScalarValue::TimestampMillisecond(Some(began), None),
                _ => instant(),
            },
            // Within the one query that it is made for.
            signature: Signature::nullary(Volatility::Immutable),
        })
        .collect()
}

impl PartialEq for Known {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.value == other.value
    }
}

impl Eq for Known {}

impl Hash for Known {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl ScalarUDFImpl for Known {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[Arrow]) -> Result<Arrow> {
        Ok(self.value.data_type())
    }

    fn invoke_with_args(&self, _: ScalarFunctionArgs) -> Result<ColumnarValue> {
        Ok(ColumnarValue::Scalar(self.value.clone()))
    }
}
