//! Rows put together: twins dropped, the rest in order.

use std::collections::HashMap;

use arrow::{
    array::{RecordBatch, UInt32Array},
    compute::{concat_batches, take_record_batch},
    error::ArrowError,
    row::{OwnedRow, RowConverter, Rows, SortField},
};
use domain::{
    Dataset,
    dataset::{ID, INGESTED_AT},
};

/// The rows of a generation.
#[derive(Debug)]
pub(crate) struct Merged {
    /// In the dataset's sort order.
    pub(crate) rows: RecordBatch,
    /// Rows dropped because their twin was there already.
    pub(crate) duplicates: u64,
    /// Of those, how many differed from their twin in content.
    pub(crate) conflicting: u64,
}

/// Puts the batches together. Of twins, the first one stays: so what is in the table goes first, then the
/// inputs by batch and line (I3).
pub(crate) fn merge(dataset: &Dataset, batches: &[RecordBatch]) -> Result<Merged, ArrowError> {
    let all = concat_batches(&dataset.arrow_schema(), batches)?;
    let identity: Vec<&str> = match dataset.identity().len() {
        0 => vec![ID],
        _ => dataset.identity().map(|column| column.name.as_str()).collect(),
    };
    let keys = rows(&all, &identity)?;
    let mut first: HashMap<OwnedRow, u32> = HashMap::with_capacity(all.num_rows());
    let (mut kept, mut twins) = (Vec::new(), Vec::new());
    for (index, key) in (0_u32..).zip(keys.iter()) {
        match first.entry(key.owned()) {
            std::collections::hash_map::Entry::Vacant(vacant) => {
                vacant.insert(index);
                kept.push(index);
            }
            std::collections::hash_map::Entry::Occupied(occupied) => twins.push((*occupied.get(), index)),
        }
    }
    let conflicting = conflicts(&all, &twins)?;

    let order = rows(&all, &dataset.sort_order())?;
    // Stable: rows that are alike in the sort order stay as they came.
    kept.sort_by(|a, b| order.row(*a as usize).cmp(&order.row(*b as usize)));
    let rows = take_record_batch(&all, &UInt32Array::from(kept))?;
    Ok(Merged { rows, duplicates: twins.len() as u64, conflicting })
}

/// How many of the twins differ in anything but the time of their ingestion.
fn conflicts(all: &RecordBatch, twins: &[(u32, u32)]) -> Result<u64, ArrowError> {
    if twins.is_empty() {
        return Ok(0);
    }
    let schema = all.schema();
    let content: Vec<&str> = schema
        .fields()
        .iter()
        .map(|field| field.name().as_str())
        .filter(|name| *name != INGESTED_AT)
        .collect();
    let side = |pick: fn(&(u32, u32)) -> u32| {
        let indices = UInt32Array::from_iter_values(twins.iter().map(pick));
        take_record_batch(all, &indices)
    };
    let (stayed, dropped) = (side(|twin| twin.0)?, side(|twin| twin.1)?);
    let converter = converter(&stayed, &content)?;
    let (stayed, dropped) =
        (convert(&converter, &stayed, &content)?, convert(&converter, &dropped, &content)?);
    Ok(stayed.iter().zip(dropped.iter()).filter(|(a, b)| a != b).count() as u64)
}

fn rows(batch: &RecordBatch, names: &[&str]) -> Result<Rows, ArrowError> {
    convert(&converter(batch, names)?, batch, names)
}

fn converter(batch: &RecordBatch, names: &[&str]) -> Result<RowConverter, ArrowError> {
    let schema = batch.schema();
    let fields = names
        .iter()
        .map(|name| schema.field_with_name(name).map(|field| SortField::new(field.data_type().clone())));
    RowConverter::new(fields.collect::<Result<_, _>>()?)
}

fn convert(converter: &RowConverter, batch: &RecordBatch, names: &[&str]) -> Result<Rows, ArrowError> {
    let columns = names
        .iter()
        .map(|name| batch.schema().index_of(name).map(|index| batch.column(index).clone()))
        .collect::<Result<Vec<_>, _>>()?;
    converter.convert_columns(&columns)
}

#[cfg(test)]
mod tests;
