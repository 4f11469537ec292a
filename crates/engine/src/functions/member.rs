//! Whether a value is among those of a query, with SQL's three values.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, BooleanArray},
        datatypes::DataType as Arrow,
    },
    error::Result,
};

use super::own::{Own, unexpected};

/// Of whether an equal value was found, and whether a null stands in the way of a no: true, null or false. A query cannot
/// call it by its name.
pub(super) fn member() -> Own {
    let takes = |given: &[Arrow]| (given.len() == 2).then(|| vec![Arrow::Boolean; 2]);
    Own::new("member", takes, |_| Arrow::Boolean, answer)
}

fn answer(columns: &[ArrayRef]) -> Result<ArrayRef> {
    let [found, unknown] = columns else { return Err(unexpected(&Arrow::Null)) };
    let (found, unknown) = (found.as_boolean(), unknown.as_boolean());
    let is_true = |column: &BooleanArray, row: usize| column.is_valid(row) && column.value(row);
    let rows = (0..found.len()).map(|row| match (is_true(found, row), is_true(unknown, row)) {
        (true, _) => Some(true),
        (false, true) => None,
        (false, false) => Some(false),
    });
    Ok(Arc::new(rows.collect::<BooleanArray>()))
}
