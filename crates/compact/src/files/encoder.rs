//! One column of one row group, encoded apart from the others.

use std::{io::Write, sync::Arc};

use arrow::{
    array::{Array, ArrayRef},
    datatypes::{DataType, FieldRef, Schema},
};
use bytes::Bytes;
use parquet::{
    arrow::{
        ArrowSchemaConverter,
        arrow_writer::{ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves},
    },
    column::writer::ColumnCloseResult,
    errors::ParquetError,
    file::{
        properties::WriterPropertiesPtr,
        writer::{SerializedFileWriter, SerializedRowGroupWriter},
    },
    schema::types::ColumnDescPtr,
};

use super::{
    coded::CodedLeaf,
    slots::{Step, leaves},
    text::TextLeaf,
};
use crate::{
    coded::{is_coded, plain, with_type},
    texts::{Column, Texts},
};

/// A leaf that is encoded.
pub(super) enum Chunk {
    Arrow(Box<ArrowColumnChunk>),
    /// By a writer of ours.
    Ours(Bytes, Box<ColumnCloseResult>),
}

/// What encodes a leaf.
enum Leaf {
    Arrow(Box<ArrowColumnWriter>),
    Coded(Box<CodedLeaf>),
    /// The column is this leaf.
    Text(Box<TextLeaf>),
}

/// Makes the encoders of one column, a new one for each row group. A column holds a compressor and buffers only while
/// its encoder exists.
pub(super) struct EncoderFactory {
    field: FieldRef,
    factory: ArrowRowGroupWriterFactory,
    leaves: Arc<Leaves>,
}

/// The leaves of a column in Parquet's order.
struct Leaves {
    descriptors: Vec<ColumnDescPtr>,
    paths: Vec<Option<Vec<Step>>>,
    properties: WriterPropertiesPtr,
}

/// Encodes the values of one column for one row group. A nested column has one writer for each of its leaves.
pub(super) struct ColumnEncoder {
    field: FieldRef,
    leaves: Arc<Leaves>,
    writers: Vec<Leaf>,
    is_empty: bool,
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
        let descriptor = converter.convert(&schema)?;
        let leaves = Leaves {
            descriptors: descriptor.columns().to_vec(),
            paths: leaves(field.data_type()),
            properties: Arc::clone(properties),
        };
        let root = descriptor.root_schema_ptr();
        // A factory takes its schema from a file writer. That of the real file would make the writers of all columns at
        // once, with their compressors and bloom filters. A file of this column alone has the same leaves.
        let alone = SerializedFileWriter::new(std::io::sink(), root, Arc::clone(properties))?;
        let factory = ArrowRowGroupWriterFactory::new(&alone, schema);
        Ok(Self { field: Arc::clone(field), factory, leaves: Arc::new(leaves) })
    }

    /// An encoder without values.
    pub(super) fn encoder(&self) -> Result<ColumnEncoder, ParquetError> {
        // The number of the row group matters to encrypted files only.
        let writers = self
            .factory
            .create_column_writers(0)?
            .into_iter()
            .map(|writer| Leaf::Arrow(Box::new(writer)))
            .collect();
        let (field, leaves) = (Arc::clone(&self.field), Arc::clone(&self.leaves));
        Ok(ColumnEncoder { field, leaves, writers, is_empty: true })
    }
}

impl ColumnEncoder {
    /// Adds values after those that were added before. Texts may have dictionaries.
    pub(super) fn write(&mut self, values: &ArrayRef) -> Result<(), ParquetError> {
        if std::mem::take(&mut self.is_empty) {
            self.choose_writers(values)?;
        }
        let is_arrow = |writer: &Leaf| matches!(writer, Leaf::Arrow(_));
        let leaves = if self.writers.iter().any(is_arrow) {
            compute_leaves(&with_type(&self.field, values), values)?
        } else {
            Vec::new()
        };
        for (index, writer) in self.writers.iter_mut().enumerate() {
            match (writer, leaves.get(index)) {
                (Leaf::Arrow(writer), Some(leaf)) => writer.write(leaf)?,
                (Leaf::Arrow(_), None) => {}
                (Leaf::Coded(writer), _) => writer.write(&self.field, values)?,
                (Leaf::Text(writer), _) => write_texts(writer, values)?,
            }
        }
        Ok(())
    }

    /// Whether [`Self::write_texts`] may be called for the next values, which are texts.
    pub(super) fn takes_texts(&mut self) -> Result<bool, ParquetError> {
        if std::mem::take(&mut self.is_empty) {
            self.choose_text_writer()?;
        }
        Ok(matches!(self.writers[..], [Leaf::Text(_)]))
    }

    /// As [`Self::write`], for texts that lie here and there.
    pub(super) fn write_texts(&mut self, texts: &Texts<'_>) -> Result<(), ParquetError> {
        match &mut self.writers[..] {
            [Leaf::Text(writer)] => writer.write(texts.iter()),
            _ => Err(ParquetError::General("a column that is not of texts alone".to_owned())),
        }
    }

    /// A column of texts has a writer of ours.
    fn choose_text_writer(&mut self) -> Result<(), ParquetError> {
        let Leaves { descriptors, properties, .. } = &*self.leaves;
        if *self.field.data_type() == DataType::Utf8
            && let ([writer], [descriptor]) = (&mut self.writers[..], &descriptors[..])
            && let Some(texts) = TextLeaf::new(descriptor, properties)?
        {
            *writer = Leaf::Text(Box::new(texts));
        }
        Ok(())
    }

    /// So has a leaf of which the first values have a dictionary.
    fn choose_writers(&mut self, values: &ArrayRef) -> Result<(), ParquetError> {
        if !is_coded(values.data_type()) {
            return self.choose_text_writer();
        }
        let Leaves { descriptors, paths, properties } = &*self.leaves;
        for (writer, (descriptor, path)) in self.writers.iter_mut().zip(descriptors.iter().zip(paths)) {
            if let Some(path) = path
                && let Some(coded) = CodedLeaf::new(descriptor, path, values, properties)?
            {
                *writer = Leaf::Coded(Box::new(coded));
            }
        }
        Ok(())
    }

    /// Encoded bytes so far, estimated for what is not in a page yet.
    pub(super) fn size(&self) -> u64 {
        let size = |writer: &Leaf| match writer {
            Leaf::Arrow(writer) => writer.get_estimated_total_bytes() as u64,
            Leaf::Coded(writer) => writer.size(),
            Leaf::Text(writer) => writer.size(),
        };
        self.writers.iter().map(size).sum()
    }

    /// The encoded leaves, in the order of the schema.
    pub(super) fn close(self) -> Result<Vec<Chunk>, ParquetError> {
        let close = |writer| match writer {
            Leaf::Arrow(writer) => writer.close().map(|chunk| Chunk::Arrow(Box::new(chunk))),
            Leaf::Coded(writer) => {
                writer.close().map(|(bytes, close)| Chunk::Ours(bytes.into(), Box::new(close)))
            }
            Leaf::Text(writer) => {
                writer.close().map(|(bytes, close)| Chunk::Ours(bytes.into(), Box::new(close)))
            }
        };
        self.writers.into_iter().map(close).collect()
    }
}

/// Rows with a dictionary may follow others.
fn write_texts(writer: &mut TextLeaf, values: &ArrayRef) -> Result<(), ParquetError> {
    let values = plain(values)?;
    match Column::of(&values) {
        Some(_) if values.null_count() == values.len() => writer.write_nulls(values.len()),
        Some(texts) => writer.write(texts.iter()),
        None => Err(ParquetError::General("a column of another type than before".to_owned())),
    }
}

impl Chunk {
    /// What is to be said of it.
    pub(super) fn close(&self) -> &ColumnCloseResult {
        match self {
            Self::Arrow(chunk) => chunk.close(),
            Self::Ours(_, close) => close,
        }
    }

    pub(super) fn append_to<W: Write + Send>(
        self,
        group: &mut SerializedRowGroupWriter<'_, W>,
    ) -> Result<(), ParquetError> {
        match self {
            Self::Arrow(chunk) => chunk.append_to_row_group(group),
            Self::Ours(bytes, close) => group.append_column(&bytes, *close),
        }
    }
}
