//! What rules a twin out without reading a row: the bounds of a column, and its bloom filter.

use arrow::{
    array::{Array, ArrayRef, AsArray, RecordBatch, UInt32Array},
    compute::take,
    datatypes::{
        DataType, Date32Type, Decimal128Type, Field, Float32Type, Float64Type, Int32Type, Int64Type, Schema,
        TimeUnit, TimestampMillisecondType,
    },
    error::ArrowError,
    row::{RowConverter, Rows, SortField},
};
use domain::{
    port::ObjectStore,
    sabotage::{self, Bug},
};
use parquet::{
    arrow::{ArrowSchemaConverter, arrow_reader::statistics::StatisticsConverter},
    basic::Type as Physical,
    bloom_filter::Sbbf,
    file::metadata::ColumnChunkMetaData,
    schema::types::{ColumnDescPtr, ColumnDescriptor},
};

use crate::{error::CompactError, files::Source};

/// One identity column of the candidates.
pub(super) struct Filter {
    name: String,
    values: ArrayRef,
    converter: RowConverter,
    keys: Rows,
    /// How our files have the column.
    written: ColumnDescPtr,
}

impl Filter {
    pub(super) fn new(name: &str, all: &RecordBatch, indices: &[u32]) -> Result<Self, ArrowError> {
        let column = all.column(all.schema().index_of(name)?);
        let values = take(column, &UInt32Array::from(indices.to_vec()), None)?;
        let converter = RowConverter::new(vec![SortField::new(values.data_type().clone())])?;
        let keys = converter.convert_columns(std::slice::from_ref(&values))?;
        let schema = Schema::new(vec![Field::new(name, values.data_type().clone(), true)]);
        let written = ArrowSchemaConverter::new().convert(&schema)?.column(0);
        Ok(Self { name: name.to_owned(), values, converter, keys, written })
    }

    /// Leaves the candidates that may have a twin in the row group.
    pub(super) async fn retain<S: ObjectStore>(
        &self,
        source: &Source<'_, S>,
        row_group: usize,
        maybe: &mut Vec<usize>,
    ) -> Result<(), CompactError> {
        let chunks = source.metadata().row_group(row_group).columns();
        // Identity columns are scalars: the leaf has the column's own name. Old files have all of them.
        let Some(leaf) = chunks.iter().position(|chunk| chunk.column_path().string() == self.name) else {
            return Ok(());
        };
        let chunk = &chunks[leaf];
        // What the bytes of another type say is not about these values. The row group is read, and found out.
        if !is_same(chunk.column_descr(), &self.written) {
            return Ok(());
        }
        let leaf = if sabotage::is_on(Bug::BoundsOfAnotherColumn) { 0 } else { leaf };
        self.retain_within_bounds(source, row_group, leaf, maybe);
        if maybe.is_empty() {
            return Ok(());
        }
        let (Some(offset), Some(length)) = (chunk.bloom_filter_offset(), chunk.bloom_filter_length()) else {
            return Ok(());
        };
        let (Ok(offset), Ok(length)) = (u64::try_from(offset), u64::try_from(length)) else {
            return Ok(());
        };
        let bytes = source.bytes(offset..offset + length).await?;
        let bloom = Sbbf::from_bytes(&bytes).map_err(|error| source.damaged(error))?;
        maybe.retain(|candidate| may_have(&bloom, chunk, &self.values, *candidate));
        Ok(())
    }

    /// By the least and the greatest value, where the file says them. Of floats it may leave NaN out of account, and
    /// -0: there they decide nothing.
    fn retain_within_bounds<S: ObjectStore>(
        &self,
        source: &Source<'_, S>,
        row_group: usize,
        leaf: usize,
        maybe: &mut Vec<usize>,
    ) {
        if self.values.data_type().is_floating() {
            return;
        }
        if let Some((least, greatest)) = self.bounds(source, row_group, leaf) {
            let (least, greatest) = (least.row(0), greatest.row(0));
            maybe.retain(|candidate| (least..=greatest).contains(&self.keys.row(*candidate)));
        }
    }

    /// The bounds of the file's leaf column at this place. `None` if the file does not say them, or not in a way that is
    /// understood: then it is read.
    fn bounds<S: ObjectStore>(
        &self,
        source: &Source<'_, S>,
        row_group: usize,
        leaf: usize,
    ) -> Option<(Rows, Rows)> {
        // By the place that its name has in this file. `StatisticsConverter::try_new` would take the place that the
        // name has in a schema of ours, which is another one as soon as the file has other columns.
        let field = Field::new(&self.name, self.values.data_type().clone(), true);
        let descriptor = source.metadata().file_metadata().schema_descr();
        let converter = StatisticsConverter::from_column_index(leaf, &field, descriptor).ok()?;
        let group = || [source.metadata().row_group(row_group)].into_iter();
        let least = converter.row_group_mins(group()).ok()?;
        let greatest = converter.row_group_maxes(group()).ok()?;
        if least.len() != 1 || least.is_null(0) || greatest.len() != 1 || greatest.is_null(0) {
            return None;
        }
        Some((
            self.converter.convert_columns(&[least]).ok()?,
            self.converter.convert_columns(&[greatest]).ok()?,
        ))
    }
}

/// Whether two columns have their values in the same form.
fn is_same(one: &ColumnDescriptor, other: &ColumnDescriptor) -> bool {
    let form = |column: &ColumnDescriptor| {
        (column.physical_type(), column.type_length(), column.type_precision(), column.type_scale())
    };
    form(one) == form(other) && one.logical_type_ref() == other.logical_type_ref()
}

/// What the filter says of a value, which it knows by the bytes that Parquet stores.
fn may_have(bloom: &Sbbf, chunk: &ColumnChunkMetaData, values: &ArrayRef, row: usize) -> bool {
    match values.data_type() {
        DataType::Int32 => bloom.check(&values.as_primitive::<Int32Type>().value(row)),
        DataType::Date32 => bloom.check(&values.as_primitive::<Date32Type>().value(row)),
        DataType::Int64 => bloom.check(&values.as_primitive::<Int64Type>().value(row)),
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            bloom.check(&values.as_primitive::<TimestampMillisecondType>().value(row))
        }
        // Files of before zero had one form may have -0.0.
        DataType::Float32 => match values.as_primitive::<Float32Type>().value(row) {
            0.0 => bloom.check(&0.0_f32) || bloom.check(&-0.0_f32),
            value => bloom.check(&value),
        },
        DataType::Float64 => match values.as_primitive::<Float64Type>().value(row) {
            0.0 => bloom.check(&0.0_f64) || bloom.check(&-0.0_f64),
            value => bloom.check(&value),
        },
        DataType::Utf8 => bloom.check(values.as_string::<i32>().value(row).as_bytes()),
        DataType::Binary => bloom.check(values.as_binary::<i32>().value(row)),
        DataType::Decimal128(..) => {
            let units = values.as_primitive::<Decimal128Type>().value(row);
            let descriptor = chunk.column_descr();
            match descriptor.physical_type() {
                Physical::INT32 => i32::try_from(units).is_ok_and(|units| bloom.check(&units)),
                Physical::INT64 => i64::try_from(units).is_ok_and(|units| bloom.check(&units)),
                Physical::FIXED_LEN_BYTE_ARRAY => {
                    let bytes = units.to_be_bytes();
                    let length = usize::try_from(descriptor.type_length()).unwrap_or(bytes.len());
                    bloom.check(&bytes[bytes.len().saturating_sub(length)..])
                }
                _ => true,
            }
        }
        _ => true,
    }
}
