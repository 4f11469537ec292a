//! `cardinality(array or map)`.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, Int64Array},
        datatypes::DataType as Arrow,
    },
    error::Result,
};

use super::own::{Own, unexpected};
use crate::values::range;

/// How many elements there are.
pub(super) fn cardinality() -> Own {
    let takes = |given: &[Arrow]| match given {
        [Arrow::List(_) | Arrow::Map(..)] => Some(given.to_vec()),
        _ => None,
    };
    Own::new("cardinality", takes, |_| Arrow::Int64, count)
}

fn count(arguments: &[ArrayRef]) -> Result<ArrayRef> {
    let array = &arguments[0];
    let offsets = match array.data_type() {
        Arrow::List(_) => array.as_list::<i32>().value_offsets(),
        Arrow::Map(..) => array.as_map().value_offsets(),
        other => return Err(unexpected(other)),
    };
    let counts = (0..array.len()).map(|row| {
        let elements = i64::try_from(range(offsets, row).len()).unwrap_or(i64::MAX);
        array.is_valid(row).then_some(elements)
    });
    Ok(Arc::new(counts.collect::<Int64Array>()))
}
