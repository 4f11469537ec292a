//! The value of a subquery that may give one row.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, UInt64Array},
        compute::take,
        datatypes::DataType as Arrow,
    },
    error::{DataFusionError, Result},
    logical_expr::AggregateUDF,
};

use super::{
    aggregates::Sole,
    own::{Own, unexpected},
};
use crate::{error::Failure, values::range};

/// What keeps the values of each group, as many as tell one from several.
pub(crate) fn kept_values() -> Arc<AggregateUDF> {
    Arc::new(AggregateUDF::from(Sole::new()))
}

/// Of those values the only one: null if there is none, and a failure if there are several. A query cannot call it by its
/// name.
pub(super) fn sole() -> Own {
    let takes = |given: &[Arrow]| match given {
        [Arrow::List(_)] => Some(given.to_vec()),
        _ => None,
    };
    let answers = |given: &[Arrow]| match given {
        [Arrow::List(element)] => element.data_type().clone(),
        _ => Arrow::Null,
    };
    Own::new("sole_value", takes, answers, only)
}

fn only(columns: &[ArrayRef]) -> Result<ArrayRef> {
    let [lists] = columns else { return Err(unexpected(&Arrow::Null)) };
    let Some(lists) = lists.as_list_opt::<i32>() else { return Err(unexpected(lists.data_type())) };
    let offsets = lists.value_offsets();
    let places = (0..lists.len()).map(|row| {
        let values = range(offsets, row);
        if lists.is_null(row) || values.is_empty() {
            return Ok(None);
        }
        if values.len() > 1 {
            let message = "Scalar sub-query has returned multiple rows";
            let failure = Failure::new("SUBQUERY_MULTIPLE_ROWS", message);
            return Err(DataFusionError::External(Box::new(failure)));
        }
        Ok(Some(values.start as u64))
    });
    Ok(take(lists.values(), &places.collect::<Result<UInt64Array>>()?, None)?)
}
