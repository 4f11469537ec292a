//! `to_base64(varbinary)`.

use base64::{Engine, engine::general_purpose::STANDARD};
use datafusion::{
    arrow::{
        array::{Array, AsArray},
        datatypes::DataType as Arrow,
    },
    error::Result,
};

use super::{
    argument::Argument,
    made::Made,
    own::{Own, exactly},
};

/// Bytes as base64 with padding.
pub(super) fn to_base64() -> Own {
    Own::texts("to_base64", |given| exactly(given, &[Arrow::Binary]), |_| Arrow::Utf8, encode)
}

fn encode(arguments: &[Argument], made: &mut Made<'_>) -> Result<()> {
    let values = arguments[0].array().as_binary::<i32>();
    for row in 0..made.rows() {
        let place = arguments[0].place(row);
        if values.is_null(place) {
            made.append(None)?;
            continue;
        }
        let bytes = values.value(place);
        made.admit(bytes.len().div_ceil(3).saturating_mul(4))?;
        made.append(Some(&STANDARD.encode(bytes)))?;
    }
    Ok(())
}
