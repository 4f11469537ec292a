//! Parquet files of a generation: read back, and written.

mod conform;

use std::sync::Arc;

use arrow::{
    array::RecordBatch,
    datatypes::{DataType, SchemaRef},
};
use bytes::Bytes;
use domain::{
    Commit, DataFile, Dataset,
    port::{ObjectStore, Source},
};
use futures::future::try_join_all;
use parquet::{
    arrow::{ArrowWriter, arrow_reader::ParquetRecordBatchReaderBuilder, arrow_writer::ArrowWriterOptions},
    basic::{Compression, ZstdLevel},
    file::{metadata::SortingColumn, properties::WriterProperties},
};

use crate::{error::CompactError, log::build_error};

use conform::conform;

/// How many data files are read at the same time.
const READS: usize = 4;

/// All rows of a generation, in the current schema. `NotFound` means that it was vacuumed: the run is stale.
pub(crate) async fn read<S: ObjectStore>(
    store: &S,
    commit: &Commit,
    dataset: &Dataset,
) -> Result<Vec<RecordBatch>, CompactError> {
    let schema = dataset.arrow_schema();
    let mut batches = Vec::new();
    for files in commit.files.chunks(READS) {
        let reads: Vec<_> = files.iter().map(|file| read_one(store, file, &schema)).collect();
        batches.extend(try_join_all(reads).await?.into_iter().flatten());
    }
    Ok(batches)
}

async fn read_one<S: ObjectStore>(
    store: &S,
    file: &DataFile,
    schema: &SchemaRef,
) -> Result<Vec<RecordBatch>, CompactError> {
    let bytes = store.get(&file.key).await?;
    let batches = decode(bytes, schema).and_then(|batches| check_rows(batches, file.rows));
    batches.map_err(|source| CompactError::DataFile { key: file.key.clone(), source })
}

fn check_rows(batches: Vec<RecordBatch>, expected: u64) -> Result<Vec<RecordBatch>, Source> {
    let found: u64 = batches.iter().map(|batch| batch.num_rows() as u64).sum();
    if found == expected {
        Ok(batches)
    } else {
        Err(format!("the commit says {expected} rows, the file has {found}").into())
    }
}

fn decode(bytes: Bytes, schema: &SchemaRef) -> Result<Vec<RecordBatch>, Source> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes)?.build()?;
    reader.map(|batch| conform(&batch?, schema)).collect()
}

/// The rows as one Parquet file.
pub(crate) fn encode(rows: &RecordBatch, dataset: &Dataset) -> Result<Bytes, CompactError> {
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3).map_err(build_error)?))
        .set_created_by(concat!("tributary ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_sorting_columns(Some(sorting_columns(rows, dataset)))
        .build();
    // The file says what it is in Parquet's own terms; Arrow's are of use to Arrow readers only.
    let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
    let mut file = Vec::new();
    let mut writer = ArrowWriter::try_new_with_options(&mut file, Arc::clone(&rows.schema()), options)
        .map_err(build_error)?;
    writer.write(rows).map_err(build_error)?;
    writer.close().map_err(build_error)?;
    Ok(file.into())
}

/// Parquet counts columns by their leaves: a struct is as many as it has fields, at any depth.
fn sorting_columns(rows: &RecordBatch, dataset: &Dataset) -> Vec<SortingColumn> {
    let schema = rows.schema();
    let leaf = |name: &&str| -> Option<usize> {
        let index = schema.index_of(name).ok()?;
        Some(schema.fields()[..index].iter().map(|field| leaves(field.data_type())).sum())
    };
    dataset
        .sort_order()
        .iter()
        .filter_map(leaf)
        .filter_map(|leaf| i32::try_from(leaf).ok())
        .map(|column_idx| SortingColumn { column_idx, descending: false, nulls_first: true })
        .collect()
}

fn leaves(data_type: &DataType) -> usize {
    match data_type {
        DataType::Struct(fields) => fields.iter().map(|field| leaves(field.data_type())).sum(),
        DataType::List(part) | DataType::Map(part, _) => leaves(part.data_type()),
        _ => 1,
    }
}

#[cfg(test)]
mod tests;
