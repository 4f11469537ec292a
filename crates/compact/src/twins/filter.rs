//! What rules a twin out without reading a row: the bounds of a column, and its bloom filter.

use arrow::{
    array::{Array, ArrayRef, AsArray},
    buffer::BooleanBuffer,
    datatypes::{
        DataType, Date32Type, Decimal128Type, Field, Float32Type, Float64Type, Int32Type, Int64Type, Schema,
        TimeUnit, TimestampMillisecondType,
    },
    error::ArrowError,
};
use domain::{
    port::ObjectStore,
    sabotage::{self, Bug},
};
use parquet::{
    arrow::{ArrowSchemaConverter, arrow_reader::statistics::StatisticsConverter},
    basic::Type as Physical,
    bloom_filter::Sbbf,
    errors::ParquetError,
    file::metadata::ColumnChunkMetaData,
    schema::types::{ColumnDescPtr, ColumnDescriptor},
};

use super::bounds::Bounds;
use crate::{error::CompactError, files::Source};

/// One identity column of the candidates.
pub(super) struct Filter {
    /// As the table has it, and where.
    field: Field,
    index: usize,
    /// How our files have the column.
    written: ColumnDescPtr,
}

impl Filter {
    /// For a column of the table's schema.
    pub(super) fn new(name: &str, schema: &Schema) -> Result<Self, ArrowError> {
        let index = schema.index_of(name)?;
        let field = Field::new(name, schema.field(index).data_type().clone(), true);
        let written = ArrowSchemaConverter::new().convert(&Schema::new(vec![field.clone()]))?.column(0);
        Ok(Self { field, index, written })
    }

    /// The column's place in the table's schema.
    pub(super) fn index(&self) -> usize {
        self.index
    }

    /// What the metadata of a row group says of the column.
    pub(super) fn look<'s, S: ObjectStore>(
        &self,
        source: &'s Source<'_, S>,
        row_group: usize,
    ) -> Evidence<'s> {
        let chunks = source.metadata().row_group(row_group).columns();
        // Identity columns are scalars: the leaf has the column's own name. Old files have all of them.
        let leaf = chunks.iter().position(|chunk| chunk.column_path().string() == *self.field.name());
        // What the bytes of another type say is not about these values. The row group is read, and found out.
        let leaf = leaf.filter(|leaf| is_same(chunks[*leaf].column_descr(), &self.written));
        let Some(leaf) = leaf else { return Evidence::default() };
        let chunk = Some(&chunks[leaf]);
        let leaf = if sabotage::is_on(Bug::BoundsOfAnotherColumn) { 0 } else { leaf };
        Evidence { chunk, bounds: self.bounds(source, row_group, leaf), bloom: None }
    }

    /// The least and the greatest value of the file's leaf column at this place. `None` if the file does not say them, or
    /// not in a way that is understood: then it is read. Of floats it may leave NaN out of account, and -0: there they
    /// decide nothing.
    fn bounds<S: ObjectStore>(
        &self,
        source: &Source<'_, S>,
        row_group: usize,
        leaf: usize,
    ) -> Option<Bounds> {
        if self.field.data_type().is_floating() {
            return None;
        }
        // By the place that its name has in this file. `StatisticsConverter::try_new` would take the place that the
        // name has in a schema of ours, which is another one as soon as the file has other columns.
        let descriptor = source.metadata().file_metadata().schema_descr();
        let converter = StatisticsConverter::from_column_index(leaf, &self.field, descriptor).ok()?;
        let group = || [source.metadata().row_group(row_group)].into_iter();
        Bounds::new(converter.row_group_mins(group()).ok()?, converter.row_group_maxes(group()).ok()?)
    }
}

/// What a row group says of a column's values. What it does not say, it does not rule out.
#[derive(Default)]
pub(super) struct Evidence<'s> {
    chunk: Option<&'s ColumnChunkMetaData>,
    bounds: Option<Bounds>,
    bloom: Option<Sbbf>,
}

impl Evidence<'_> {
    /// Reads the column's bloom filter, if it has one.
    pub(super) async fn look_closer<S: ObjectStore>(
        &mut self,
        source: &Source<'_, S>,
    ) -> Result<(), CompactError> {
        let Some(chunk) = self.chunk else { return Ok(()) };
        let (Some(offset), Some(length)) = (chunk.bloom_filter_offset(), chunk.bloom_filter_length()) else {
            return Ok(());
        };
        let path = || chunk.column_path().string();
        let end = u64::try_from(offset).ok().zip(u64::try_from(length).ok());
        let range = end.and_then(|(offset, length)| Some(offset..offset.checked_add(length)?));
        let Some(range) = range.filter(|range| range.end <= source.file().bytes) else {
            let what = format!("the bloom filter of column {} is not within it", path());
            return Err(source.damaged(ParquetError::General(what)));
        };
        let bytes = source.bytes(range).await?;
        // An empty filter panics where it is asked, and one that is too short says of values that they are not there.
        domain::footer::bloom::check(&bytes, true).map_err(|broken| {
            source.damaged(ParquetError::General(format!("column {}: {broken}", path())))
        })?;
        self.bloom = Some(Sbbf::from_bytes(&bytes).map_err(|error| source.damaged(error))?);
        Ok(())
    }

    /// Which of the values are within the bounds; `None` if nothing is known.
    pub(super) fn within(&self, values: &ArrayRef) -> Option<BooleanBuffer> {
        self.bounds.as_ref()?.within(values)
    }

    /// Whether the row group may have the value in this row, by its bloom filter.
    pub(super) fn may_have(&self, values: &ArrayRef, row: usize) -> bool {
        match (&self.bloom, self.chunk) {
            (Some(bloom), Some(chunk)) => may_have(bloom, chunk, values, row),
            _ => true,
        }
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
