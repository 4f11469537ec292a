//! One column of one row group, encoded apart from the others.

use std::sync::Arc;

use arrow::{
    array::ArrayRef,
    datatypes::{FieldRef, Schema},
};
use parquet::{
    arrow::{
        ArrowSchemaConverter,
        arrow_writer::{ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves},
    },
    errors::ParquetError,
    file::{properties::WriterPropertiesPtr, writer::SerializedFileWriter},
};

/// Makes the encoders of one column, a new one for each row group. A column holds a compressor and buffers only while
/// its encoder exists.
#[derive(Debug)]
pub(super) struct EncoderFactory {
    field: FieldRef,
    factory: ArrowRowGroupWriterFactory,
}

/// Encodes the values of one column for one row group. A nested column has one writer for each of its leaves.
#[derive(Debug)]
pub(super) struct ColumnEncoder {
    field: FieldRef,
    writers: Vec<ArrowColumnWriter>,
}

impl EncoderFactory {
    /// For a column of a file with these properties.
    ///
    /// # Errors
    ///
    /// If Parquet has no form for the column's type.
    pub(super) fn new(field: &FieldRef, properties: &WriterPropertiesPtr) -> Result<Self, ParquetError> {
        let schema = Arc::new(Schema::new(vec![Arc::clone(field)]));
        let converter = ArrowSchemaConverter::new().with_coerce_types(properties.coerce_types());
        let root = converter.convert(&schema)?.root_schema_ptr();
        // A factory takes its schema from a file writer. That of the real file would make the writers of all columns at
        // once, with their compressors and bloom filters. A file of this column alone has the same leaves.
        let alone = SerializedFileWriter::new(std::io::sink(), root, Arc::clone(properties))?;
        let factory = ArrowRowGroupWriterFactory::new(&alone, schema);
        Ok(Self { field: Arc::clone(field), factory })
    }

    /// An encoder without values.
    pub(super) fn encoder(&self) -> Result<ColumnEncoder, ParquetError> {
        // The number of the row group matters to encrypted files only.
        let writers = self.factory.create_column_writers(0)?;
        Ok(ColumnEncoder { field: Arc::clone(&self.field), writers })
    }
}

impl ColumnEncoder {
    /// Adds values after those that were added before.
    pub(super) fn write(&mut self, values: &ArrayRef) -> Result<(), ParquetError> {
        let leaves = compute_leaves(&self.field, values)?;
        for (writer, leaf) in self.writers.iter_mut().zip(&leaves) {
            writer.write(leaf)?;
        }
        Ok(())
    }

    /// Encoded bytes so far, estimated for what is not in a page yet.
    pub(super) fn size(&self) -> u64 {
        self.writers.iter().map(|writer| writer.get_estimated_total_bytes() as u64).sum()
    }

    /// The encoded leaves, in the order of the schema.
    pub(super) fn close(self) -> Result<Vec<ArrowColumnChunk>, ParquetError> {
        self.writers.into_iter().map(ArrowColumnWriter::close).collect()
    }
}
