//! `to_base64(varbinary)`.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD};
use datafusion::{
    arrow::{
        array::{ArrayRef, AsArray, StringArray},
        datatypes::DataType as Arrow,
    },
    error::Result,
};

use super::own::{Own, exactly};

/// Bytes as base64 with padding.
pub(super) fn to_base64() -> Own {
    Own::new("to_base64", |given| exactly(given, &[Arrow::Binary]), |_| Arrow::Utf8, encode)
}

fn encode(arguments: &[ArrayRef]) -> Result<ArrayRef> {
    let bytes = arguments[0].as_binary::<i32>().iter();
    Ok(Arc::new(bytes.map(|bytes| bytes.map(|bytes| STANDARD.encode(bytes))).collect::<StringArray>()))
}
