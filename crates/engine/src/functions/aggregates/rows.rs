//! Rows of columns: copied, put together, sorted, and those that are equal.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, BooleanArray, Float32Array, Float64Array, UInt64Array},
        compute::{SortOptions, concat, take},
        datatypes::{DataType as Arrow, Float32Type, Float64Type},
        row::{RowConverter, Rows, SortField},
    },
    error::Result,
};

/// The rows at these places, copied: they do not keep the batch alive that they come from.
pub(super) fn taken(columns: &[ArrayRef], places: &UInt64Array) -> Result<Vec<ArrayRef>> {
    columns.iter().map(|column| Ok(take(column, places, None)?)).collect()
}

/// The places of so many rows, all of them.
pub(super) fn all(rows: usize) -> UInt64Array {
    UInt64Array::from_iter_values((0..rows).map(|row| row as u64))
}

/// The rows of one chunk after those of another. There is at least one chunk.
pub(super) fn joined(chunks: &[Vec<ArrayRef>]) -> Result<Vec<ArrayRef>> {
    let columns = chunks.first().map_or(0, Vec::len);
    let join = |column: usize| -> Result<ArrayRef> {
        let parts: Vec<&dyn Array> = chunks.iter().map(|chunk| chunk[column].as_ref()).collect();
        Ok(concat(&parts)?)
    };
    (0..columns).map(join).collect()
}

/// The places of the rows in the order of these columns. Rows that tie keep theirs.
pub(super) fn order(columns: &[ArrayRef], options: &[SortOptions]) -> Result<UInt64Array> {
    let rows = encoded(columns, options)?;
    let mut places: Vec<u64> = (0..rows.num_rows()).map(|row| row as u64).collect();
    places.sort_by(|left, right| rows.row(*left as usize).cmp(&rows.row(*right as usize)));
    Ok(UInt64Array::from(places))
}

/// The order in which the greatest comes first, or the least. NaN is the last choice of both.
pub(super) fn best_first(column: &ArrayRef, descending: bool) -> Result<UInt64Array> {
    let options = SortOptions { descending, nulls_first: false };
    let is_nan: Option<BooleanArray> = match column.data_type() {
        Arrow::Float32 => Some(
            column.as_primitive::<Float32Type>().iter().map(|n| Some(n.is_some_and(f32::is_nan))).collect(),
        ),
        Arrow::Float64 => Some(
            column.as_primitive::<Float64Type>().iter().map(|n| Some(n.is_some_and(f64::is_nan))).collect(),
        ),
        _ => None,
    };
    match is_nan {
        Some(is_nan) => {
            order(&[Arc::new(is_nan) as ArrayRef, Arc::clone(column)], &[SortOptions::default(), options])
        }
        None => order(std::slice::from_ref(column), &[options]),
    }
}

/// Of values and their counts, so many that are most frequent. Of those that tie, the least ones.
pub(super) fn most_frequent(columns: &[ArrayRef], most: usize) -> Result<Vec<ArrayRef>> {
    let [values, counts] = columns else { return Ok(Vec::new()) };
    let descending = SortOptions { descending: true, nulls_first: false };
    let order = order(&[Arc::clone(counts), Arc::clone(values)], &[descending, SortOptions::default()])?;
    taken(columns, &order.slice(0, most.min(order.len())))
}

/// The places of the first row of each kind.
pub(super) fn distinct(columns: &[ArrayRef]) -> Result<UInt64Array> {
    let rows = encoded(columns, &vec![SortOptions::default(); columns.len()])?;
    let mut seen = HashSet::new();
    let first = (0..rows.num_rows()).filter(|row| seen.insert(rows.row(*row).data()));
    Ok(UInt64Array::from_iter_values(first.map(|row| row as u64)))
}

/// The places of the rows that have each value of a column, in the order in which the values first come.
pub(super) fn groups(column: &ArrayRef) -> Result<Vec<Vec<u64>>> {
    let rows = encoded(std::slice::from_ref(column), &[SortOptions::default()])?;
    let mut numbers: HashMap<&[u8], usize> = HashMap::new();
    let mut groups: Vec<Vec<u64>> = Vec::new();
    for row in 0..rows.num_rows() {
        let number = *numbers.entry(rows.row(row).data()).or_insert(groups.len());
        if number == groups.len() {
            groups.push(Vec::new());
        }
        groups[number].push(row as u64);
    }
    Ok(groups)
}

/// The rows as bytes that compare as the values do.
fn encoded(columns: &[ArrayRef], options: &[SortOptions]) -> Result<Rows> {
    let field = |(column, options): (&ArrayRef, &SortOptions)| {
        SortField::new_with_options(column.data_type().clone(), *options)
    };
    let converter = RowConverter::new(columns.iter().zip(options).map(field).collect())?;
    let columns: Vec<ArrayRef> = columns.iter().map(comparable).collect();
    Ok(converter.convert_columns(&columns)?)
}

/// The column with one zero and one NaN, which is the greatest: their bits tell more of them apart.
fn comparable(column: &ArrayRef) -> ArrayRef {
    match column.data_type() {
        Arrow::Float32 => {
            let one = |number: f32| if number.is_nan() { f32::NAN } else { number + 0.0 };
            let numbers: Float32Array = column.as_primitive::<Float32Type>().unary(one);
            Arc::new(numbers)
        }
        Arrow::Float64 => {
            let one = |number: f64| if number.is_nan() { f64::NAN } else { number + 0.0 };
            let numbers: Float64Array = column.as_primitive::<Float64Type>().unary(one);
            Arc::new(numbers)
        }
        _ => Arc::clone(column),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doubles(numbers: &[f64]) -> ArrayRef {
        Arc::new(Float64Array::from(numbers.to_vec()))
    }

    #[test]
    fn zeros_are_one_and_nan_is_the_greatest_but_the_last_choice() {
        let numbers = doubles(&[0.0, -f64::NAN, -0.0, f64::NAN, -1.0, 2.0]);
        assert_eq!(distinct(&[Arc::clone(&numbers)]).unwrap().values(), &[0_u64, 1, 4, 5]);
        let ascending = order(&[Arc::clone(&numbers)], &[SortOptions::default()]).unwrap();
        assert_eq!(ascending.values(), &[4_u64, 0, 2, 5, 1, 3]);
        assert_eq!(best_first(&numbers, true).unwrap().values(), &[5_u64, 0, 2, 4, 1, 3]);
        assert_eq!(best_first(&numbers, false).unwrap().values(), &[4_u64, 0, 2, 5, 1, 3]);
        let groups = groups(&numbers).unwrap();
        assert_eq!(groups, [vec![0, 2], vec![1, 3], vec![4], vec![5]]);
    }
}
