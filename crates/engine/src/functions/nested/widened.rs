//! Nested values in the type that they have in common with others, which Trino gives them by itself.

use datafusion::{
    arrow::datatypes::DataType as Arrow,
    common::ScalarValue,
    error::Result,
    logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility},
};

use super::cast::converted;
use crate::functions::own::unexpected;

/// What widens arrays, maps and rows, part by part and whatever the parts' names. A query cannot call it.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(in crate::functions) struct Widened {
    to: Arrow,
    signature: Signature,
}

impl Widened {
    pub(in crate::functions) fn to(to: Arrow) -> Self {
        Self { to, signature: Signature::user_defined(Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for Widened {
    fn name(&self) -> &str {
        "widened"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[Arrow]) -> Result<Vec<Arrow>> {
        Ok(given.to_vec())
    }

    fn return_type(&self, _: &[Arrow]) -> Result<Arrow> {
        Ok(self.to.clone())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        match args.args.as_slice() {
            [ColumnarValue::Array(values)] => Ok(ColumnarValue::Array(converted(values, &self.to)?)),
            [ColumnarValue::Scalar(value)] => {
                let widened = converted(&value.to_array()?, &self.to)?;
                Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&widened, 0)?))
            }
            _ => Err(unexpected(&Arrow::Null)),
        }
    }
}
