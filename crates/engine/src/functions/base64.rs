//! `to_base64(varbinary)`.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD};
use datafusion::{
    arrow::{
        array::{ArrayRef, AsArray, StringArray},
        datatypes::DataType as Arrow,
    },
    error::Result,
    logical_expr::{Signature, Volatility},
};

use super::unary::Unary;

/// Bytes as base64 with padding.
pub(super) fn to_base64() -> Unary {
    Unary {
        name: "to_base64",
        takes: Signature::exact(vec![Arrow::Binary], Volatility::Immutable),
        answers: Arrow::Utf8,
        apply: encode,
    }
}

fn encode(bytes: &ArrayRef) -> Result<ArrayRef> {
    let texts = bytes.as_binary::<i32>().iter().map(|bytes| bytes.map(|bytes| STANDARD.encode(bytes)));
    Ok(Arc::new(texts.collect::<StringArray>()))
}
