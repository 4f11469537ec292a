//! `to_base64(varbinary)`.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD};
use datafusion::{
    arrow::{
        array::{AsArray, StringArray},
        datatypes::DataType as Arrow,
    },
    common::utils::take_function_args,
    error::Result,
    logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility},
};

/// Bytes as base64 with padding.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct ToBase64(Signature);

impl ToBase64 {
    pub(super) fn new() -> Self {
        Self(Signature::exact(vec![Arrow::Binary], Volatility::Immutable))
    }
}

impl ScalarUDFImpl for ToBase64 {
    fn name(&self) -> &str {
        "to_base64"
    }

    fn signature(&self) -> &Signature {
        &self.0
    }

    fn return_type(&self, _: &[Arrow]) -> Result<Arrow> {
        Ok(Arrow::Utf8)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rows = args.number_rows;
        let [bytes] = take_function_args("to_base64", args.args)?;
        let bytes = bytes.into_array(rows)?;
        let texts = bytes.as_binary::<i32>().iter().map(|bytes| bytes.map(|bytes| STANDARD.encode(bytes)));
        Ok(ColumnarValue::Array(Arc::new(texts.collect::<StringArray>())))
    }
}
