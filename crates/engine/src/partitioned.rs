//! A result dealt out to the partitions of a table that is made of it.

use std::collections::BTreeMap;

use datafusion::arrow::{
    array::{Array, RecordBatch, StringArray, UInt32Array},
    compute::take_record_batch,
    error::ArrowError,
};
use futures::{StreamExt, stream::BoxStream};

use crate::{error::EngineError, keys, result::Execution};

/// The rows of one partition, of those of a batch.
#[derive(Debug, Clone, PartialEq)]
pub struct PartitionRows {
    /// The values of the keys, as Athena writes them into paths and the catalog.
    pub values: Vec<Option<String>>,
    /// The rows without the keys, in their order.
    pub rows: RecordBatch,
}

impl Execution {
    /// The rows by partition, batch by batch. The last `keys` columns are the keys. They have to be of types that keys may
    /// have ([`is_key_type`](crate::is_key_type)); a result with others fails as `Internal`.
    pub fn partitioned(self, keys: usize) -> BoxStream<'static, Result<Vec<PartitionRows>, EngineError>> {
        let batches = self.batches;
        batches.map(move |batch| batch.and_then(|batch| by_partition(&batch, keys))).boxed()
    }
}

fn by_partition(batch: &RecordBatch, keys: usize) -> Result<Vec<PartitionRows>, EngineError> {
    let no_keys = || EngineError::Internal(format!("the last {keys} columns are no keys").into());
    let width = batch.num_columns().checked_sub(keys).ok_or_else(no_keys)?;
    let (_, last) = batch.columns().split_at(width);
    let texts: Vec<StringArray> = last.iter().map(keys::texts).collect::<Result<_, _>>()?;
    let mut places: BTreeMap<Vec<Option<&str>>, Vec<u32>> = BTreeMap::new();
    for (row, place) in (0..batch.num_rows()).zip(0..) {
        let values = texts.iter().map(|text| text.is_valid(row).then(|| text.value(row)));
        places.entry(values.collect()).or_default().push(place);
    }
    let rest: Vec<usize> = (0..width).collect();
    let rest = batch.project(&rest).map_err(broken)?;
    let part = |(values, places): (Vec<Option<&str>>, Vec<u32>)| {
        let rows = take_record_batch(&rest, &UInt32Array::from(places)).map_err(broken)?;
        Ok(PartitionRows { values: values.into_iter().map(|value| value.map(str::to_owned)).collect(), rows })
    };
    places.into_iter().map(part).collect()
}

fn broken(error: ArrowError) -> EngineError {
    EngineError::Internal(Box::new(error))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::{ArrayRef, Int32Array};

    use super::*;

    fn batch() -> RecordBatch {
        let numbers: ArrayRef = Arc::new(Int32Array::from(vec![1, 2, 3, 4, 5]));
        let days: ArrayRef =
            Arc::new(StringArray::from(vec![Some("b"), Some("a"), None, Some("b"), Some("")]));
        let kinds: ArrayRef = Arc::new(StringArray::from(vec!["x", "x", "x", "x", "y"]));
        RecordBatch::try_from_iter_with_nullable([
            ("n", numbers, true),
            ("day", days, true),
            ("kind", kinds, true),
        ])
        .unwrap()
    }

    fn dealt(keys: usize) -> Vec<(Vec<Option<String>>, usize, Vec<i32>)> {
        let parts = by_partition(&batch(), keys).unwrap();
        let numbers = |rows: &RecordBatch| {
            let column = rows.column(0).as_any().downcast_ref::<Int32Array>().unwrap();
            column.values().to_vec()
        };
        parts.into_iter().map(|part| (part.values, part.rows.num_columns(), numbers(&part.rows))).collect()
    }

    #[test]
    fn every_row_is_in_its_partition_and_without_its_keys() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            dealt(2),
            [
                (vec![None, some("x")], 1, vec![3]),
                (vec![some(""), some("y")], 1, vec![5]),
                (vec![some("a"), some("x")], 1, vec![2]),
                (vec![some("b"), some("x")], 1, vec![1, 4]),
            ]
        );
        assert_eq!(dealt(1), [(vec![some("x")], 2, vec![1, 2, 3, 4]), (vec![some("y")], 2, vec![5])]);
    }

    #[test]
    fn keys_of_other_types_are_their_texts() {
        let parts = by_partition(&batch().project(&[1, 0]).unwrap(), 1).unwrap();
        let values: Vec<_> = parts.iter().map(|part| part.values[0].as_deref().unwrap()).collect();
        assert_eq!(values, ["1", "2", "3", "4", "5"]);
    }

    #[test]
    fn more_keys_than_columns_are_none() {
        assert!(matches!(by_partition(&batch(), 4), Err(EngineError::Internal(_))));
    }
}
