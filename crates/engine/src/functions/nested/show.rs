//! Values in the messages of failures.

use datafusion::arrow::array::ArrayRef;

use super::fit::fit;
use crate::{csv, types, values::Values};

/// The value as a text, as a result has it.
pub(super) fn shown(values: &ArrayRef, at: usize) -> String {
    let normal = types::of_result(values.data_type()).map(|(_, normal)| normal);
    let one = values.slice(at, 1);
    let one = normal.and_then(|normal| fit(&one, &normal).ok()).unwrap_or(one);
    let mut text = Vec::new();
    if let Ok(values) = Values::of(&one) {
        match values.get(0) {
            None => text.extend_from_slice(b"null"),
            Some(part) => {
                let Ok(()) = csv::nested(&mut text, part, 0);
            }
        }
    }
    String::from_utf8_lossy(&text).into_owned()
}
