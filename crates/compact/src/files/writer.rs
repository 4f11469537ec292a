//! Rows into data files of the right size.

use arrow::{array::RecordBatch, datatypes::DataType};
use domain::{
    DataFile, Dataset,
    dataset::ID,
    port::{ObjectStore, PutMode},
};
use parquet::{
    arrow::{ArrowWriter, arrow_writer::ArrowWriterOptions},
    basic::{Compression, ZstdLevel},
    file::{
        metadata::SortingColumn,
        properties::{WriterProperties, WriterPropertiesBuilder},
    },
    schema::types::ColumnPath,
};

use crate::{error::CompactError, limits::Limits, log::build_error};

/// How often a bloom filter may say that an identity is there when it is not: each time, columns are read for nothing.
const FALSE_POSITIVES: f64 = 1e-5;

/// The files of a new generation, one after the other.
pub(crate) struct Output<'a, S> {
    store: &'a S,
    dataset: &'a Dataset,
    location: &'a str,
    named: fn(&str, u32) -> String,
    /// The number of the first file.
    first: u32,
    limits: Limits,
    /// Whether the rows come in the dataset's order.
    in_order: bool,
    /// The file that is being written, and its rows so far.
    open: Option<(ArrowWriter<Vec<u8>>, u64)>,
    /// Rows that are still to come, at the most.
    expected: u64,
    /// Bytes that are still to come, at a guess.
    expected_bytes: u64,
    files: Vec<DataFile>,
}

impl<'a, S: ObjectStore> Output<'a, S> {
    /// For up to `rows` rows, of about `bytes` bytes when encoded, in the directory `location`, where `named` names
    /// them.
    pub(crate) fn new(
        store: &'a S,
        dataset: &'a Dataset,
        (location, named): (&'a str, fn(&str, u32) -> String),
        limits: Limits,
        rows: u64,
        bytes: u64,
    ) -> Self {
        Self {
            store,
            dataset,
            location,
            named,
            first: 0,
            limits,
            in_order: true,
            open: None,
            expected: rows,
            expected_bytes: bytes,
            files: Vec::new(),
        }
    }

    /// With files that are numbered from this one on.
    pub(crate) fn starting_at(self, first: u32) -> Self {
        Self { first, ..self }
    }

    /// For rows in another order than the dataset's: the files do not say that they are in it.
    pub(crate) fn in_order(self, in_order: bool) -> Self {
        Self { in_order, ..self }
    }

    /// Adds rows, which are in the dataset's order, after those that were there.
    pub(crate) async fn write(&mut self, rows: &RecordBatch) -> Result<(), CompactError> {
        if rows.num_rows() == 0 {
            return Ok(());
        }
        let (mut writer, mut in_file) = match self.open.take() {
            Some(open) => open,
            None => (self.begin(rows)?, 0),
        };
        writer.write(rows).map_err(build_error)?;
        in_file += rows.num_rows() as u64;
        self.expected = self.expected.saturating_sub(rows.num_rows() as u64);
        if (writer.bytes_written() + writer.in_progress_size()) as u64 >= self.limits.target {
            return self.end(writer, in_file).await;
        }
        self.open = Some((writer, in_file));
        Ok(())
    }

    /// Ends the last file. Answers all of them, in order.
    pub(crate) async fn finish(mut self) -> Result<Vec<DataFile>, CompactError> {
        if let Some((writer, rows)) = self.open.take() {
            self.end(writer, rows).await?;
        }
        Ok(self.files)
    }

    fn begin(&self, rows: &RecordBatch) -> Result<ArrowWriter<Vec<u8>>, CompactError> {
        let order = if self.in_order { sorting_columns(rows, self.dataset) } else { Vec::new() };
        let options = options(self.dataset, order, &self.limits, self.expected)?;
        // All at once: a buffer that grows by doubling is there twice while it moves.
        let size = self.expected_bytes.min(self.limits.target.saturating_add(self.limits.row_group));
        let buffer = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
        ArrowWriter::try_new_with_options(buffer, rows.schema(), options).map_err(build_error)
    }

    async fn end(&mut self, writer: ArrowWriter<Vec<u8>>, rows: u64) -> Result<(), CompactError> {
        let body = writer.into_inner().map_err(build_error)?;
        let part = u32::try_from(self.files.len()).map_err(build_error)?;
        let (key, bytes) = ((self.named)(self.location, self.first + part), body.len() as u64);
        self.expected_bytes = self.expected_bytes.saturating_sub(bytes);
        self.store.put(&key, body.into(), PutMode::Overwrite).await?;
        self.files.push(DataFile { key, rows, bytes, sealed: bytes >= self.limits.sealed() });
        Ok(())
    }
}

/// How a file is written that will hold up to `expected` rows in this order.
fn options(
    dataset: &Dataset,
    order: Vec<SortingColumn>,
    limits: &Limits,
    expected: u64,
) -> Result<ArrowWriterOptions, CompactError> {
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3).map_err(build_error)?))
        .set_created_by(concat!("tributary ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_max_row_group_row_count(usize::try_from(limits.row_group_rows).ok())
        .set_max_row_group_bytes(usize::try_from(limits.row_group).ok())
        .set_sorting_columns(Some(order).filter(|order| !order.is_empty()));
    let distinct = expected.clamp(1, limits.row_group_rows);
    let properties = with_bloom_filters(properties, dataset, distinct).build();
    // The file says what it is in Parquet's own terms; Arrow's are of use to Arrow readers only.
    Ok(ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true))
}

/// Bloom filters on what makes two rows twins, so that a file without a twin need not be read to know it. The writer
/// folds each to the size that its values need.
fn with_bloom_filters(
    properties: WriterPropertiesBuilder,
    dataset: &Dataset,
    distinct: u64,
) -> WriterPropertiesBuilder {
    identity_columns(dataset).into_iter().fold(properties, |properties, (name, data_type)| {
        // Parquet has none for them.
        if data_type == domain::DataType::Boolean {
            return properties;
        }
        let path = ColumnPath::from(name);
        properties
            .set_column_bloom_filter_fpp(path.clone(), FALSE_POSITIVES)
            .set_column_bloom_filter_max_ndv(path, distinct)
    })
}

/// The columns that say what makes two rows twins.
pub(crate) fn identity_columns(dataset: &Dataset) -> Vec<(&str, domain::DataType)> {
    match dataset.identity().len() {
        0 => vec![(ID, domain::DataType::String)],
        _ => dataset.identity().map(|column| (column.name.as_str(), column.data_type.clone())).collect(),
    }
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

/// The rows as one file, and nothing stored.
#[cfg(test)]
pub(super) fn encode(rows: &RecordBatch, dataset: &Dataset) -> Result<bytes::Bytes, CompactError> {
    let settings = domain::settings::Settings::read(|_| None).map_err(build_error)?;
    let order = sorting_columns(rows, dataset);
    let options = options(dataset, order, &Limits::new(&settings), rows.num_rows() as u64)?;
    let mut writer =
        ArrowWriter::try_new_with_options(Vec::new(), rows.schema(), options).map_err(build_error)?;
    writer.write(rows).map_err(build_error)?;
    Ok(writer.into_inner().map_err(build_error)?.into())
}
