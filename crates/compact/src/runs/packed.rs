//! Rows in little memory: the buffers of their columns, each packed by itself.

mod buffers;
mod numbers;
mod uuids;

use std::io;

use arrow::{
    array::{Array, ArrayData, ArrayRef, MutableArrayData, RecordBatch, make_array},
    datatypes::DataType,
    error::ArrowError,
};
use zstd::bulk::{Compressor, Decompressor};

use crate::coded::with_dictionary_of;
use buffers::Bytes;
use numbers::Kind;

/// The level of compression. The rows are packed and unpacked once, so it is a fast one.
const LEVEL: i32 = 1;

/// Some rows, packed.
pub(super) struct Piece {
    rows: usize,
    columns: Vec<Packed>,
    bytes: usize,
    unpacked_bytes: usize,
}

impl Piece {
    pub(super) fn pack(batch: &RecordBatch) -> Result<Self, ArrowError> {
        let mut compressor = Compressor::new(LEVEL)?;
        let columns = batch.columns().iter().map(|column| {
            let data = column.to_data();
            if is_alone(&data) {
                return Ok::<_, ArrowError>(Packed::pack(&data, &mut compressor)?);
            }
            // It is a part of a larger column, whose buffers it shares: of those only the part is wanted.
            let mut part = MutableArrayData::new(vec![&data], false, data.len());
            part.try_extend(0, 0, data.len())?;
            Ok(Packed::pack(&part.freeze(), &mut compressor)?)
        });
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        let bytes = columns.iter().map(Packed::bytes).sum();
        let unpacked_bytes = columns.iter().map(Packed::unpacked_bytes).sum();
        Ok(Self { rows: batch.num_rows(), columns, bytes, unpacked_bytes })
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// Bytes that it takes in memory.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn unpacked_bytes(&self) -> usize {
        self.unpacked_bytes
    }

    /// A column by its index.
    pub(super) fn column(&self, index: usize) -> Result<ArrayRef, ArrowError> {
        Ok(make_array(self.columns[index].unpack(&mut Decompressor::new()?)?))
    }

    /// All rows, with the dictionaries of this batch in place of their own: they have to begin with those.
    pub(super) fn unpack(&self, words: &RecordBatch) -> Result<RecordBatch, ArrowError> {
        let mut decompressor = Decompressor::new()?;
        let columns =
            self.columns.iter().zip(words.columns()).map(|(column, words)| {
                with_dictionary_of(&make_array(column.unpack(&mut decompressor)?), words)
            });
        RecordBatch::try_new(words.schema(), columns.collect::<Result<_, ArrowError>>()?)
    }
}

/// Whether the buffers hold the array's values from their beginning to their end, and nothing else.
fn is_alone(data: &ArrayData) -> bool {
    let ends_at = |length: usize| {
        let ends = data.buffers()[0].typed_data::<i32>();
        ends.len() == data.len() + 1 && ends[0] == 0 && usize::try_from(ends[data.len()]) == Ok(length)
    };
    data.offset() == 0
        && (is_coded(data) || data.child_data().iter().all(is_alone))
        && match data.data_type() {
            DataType::Dictionary(..) => data.buffers()[0].len() == data.len() * size_of::<u16>(),
            DataType::Utf8 | DataType::Binary => ends_at(data.buffers()[1].len()),
            DataType::List(_) | DataType::Map(..) => ends_at(data.child_data()[0].len()),
            DataType::Struct(_) => data.child_data().iter().all(|child| child.len() == data.len()),
            DataType::Boolean => data.buffers()[0].len() == data.len().div_ceil(8),
            other => {
                other.primitive_width().is_some_and(|width| data.buffers()[0].len() == data.len() * width)
            }
        }
}

/// Whether these are numbers into a dictionary, which all pieces share.
fn is_coded(data: &ArrayData) -> bool {
    matches!(data.data_type(), DataType::Dictionary(..))
}

/// What the values are, if they are whole numbers.
fn kind(data_type: &DataType) -> Option<Kind> {
    match data_type {
        DataType::Dictionary(..) => Some(Kind::Code),
        DataType::Int32 | DataType::Date32 => Some(Kind::Int32),
        DataType::Int64 | DataType::Timestamp(..) => Some(Kind::Int64),
        DataType::Decimal128(..) => Some(Kind::Int128),
        _ => None,
    }
}

/// An array, with its parts.
struct Packed {
    data_type: DataType,
    len: usize,
    /// A bit for each value, if one of them is null.
    nulls: Option<Bytes>,
    buffers: Vec<Bytes>,
    children: Vec<Self>,
    /// Of numbers into a dictionary the texts, which many pieces share.
    texts: Option<ArrayData>,
}

impl Packed {
    /// Of an array that begins where its buffers do.
    fn pack(data: &ArrayData, compressor: &mut Compressor<'_>) -> io::Result<Self> {
        let nulls = data.nulls().map(|nulls| Bytes::pack(&nulls.inner().sliced(), compressor)).transpose()?;
        let buffers = data.buffers().iter().enumerate();
        let buffers = buffers.map(|(index, buffer)| match (data.data_type(), index) {
            (DataType::Utf8 | DataType::Binary | DataType::List(_) | DataType::Map(..), 0) => {
                Bytes::pack_offsets(buffer, compressor)
            }
            (DataType::Utf8, 1) => Bytes::pack_texts(buffer, compressor),
            (data_type, _) => match kind(data_type) {
                Some(kind) => Bytes::pack_numbers(kind, buffer, compressor),
                None => Bytes::pack(buffer, compressor),
            },
        });
        let buffers = buffers.collect::<Result<_, _>>()?;
        let texts = data.child_data().first().filter(|_| is_coded(data)).cloned();
        let children = data.child_data().iter().filter(|_| texts.is_none());
        let children = children.map(|child| Self::pack(child, compressor)).collect::<Result<_, _>>()?;
        Ok(Self { data_type: data.data_type().clone(), len: data.len(), nulls, buffers, children, texts })
    }

    fn unpack(&self, decompressor: &mut Decompressor<'_>) -> Result<ArrayData, ArrowError> {
        let nulls = self.nulls.as_ref().map(|nulls| nulls.unpack(decompressor)).transpose()?;
        let buffers = self.buffers.iter().map(|buffer| buffer.unpack(decompressor));
        let buffers = buffers.collect::<Result<_, _>>()?;
        let children = self.children.iter().map(|child| child.unpack(decompressor));
        let mut children: Vec<ArrayData> = children.collect::<Result<_, _>>()?;
        children.extend(self.texts.clone());
        ArrayData::builder(self.data_type.clone())
            .len(self.len)
            .null_bit_buffer(nulls)
            .buffers(buffers)
            .child_data(children)
            .align_buffers(true)
            .build()
    }

    fn bytes(&self) -> usize {
        self.sum(&Bytes::bytes)
    }

    fn unpacked_bytes(&self) -> usize {
        self.sum(&Bytes::unpacked_bytes)
    }

    /// Of all buffers, those of the parts included.
    fn sum(&self, size: &impl Fn(&Bytes) -> usize) -> usize {
        let own: usize = self.nulls.iter().chain(&self.buffers).map(size).sum();
        own + self.children.iter().map(|child| child.sum(size)).sum::<usize>()
    }
}

#[cfg(test)]
mod tests;
