//! Rows in little memory: the buffers of their columns, each packed by itself.

mod buffers;
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
            _ => Bytes::pack(buffer, compressor),
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
mod tests {
    use arrow::compute::interleave;
    use domain::drawn::{Drawn, Random};
    use proptest::prelude::*;

    use super::*;
    use crate::runs::tests::parsed;

    proptest! {
        /// Of any schema, and of any part of a batch.
        #[test]
        fn what_is_packed_comes_back(
            seed in any::<u64>(), rows in 0_usize..60, from in 0_usize..60, length in 0_usize..60,
        ) {
            let random = &mut Random::new(seed);
            let drawn = Drawn::new("d", random).unwrap();
            let batch = parsed(&drawn, rows, random);
            let from = from.min(rows);
            let part = batch.slice(from, length.min(rows - from));
            let piece = Piece::pack(&part).unwrap();
            prop_assert_eq!(piece.rows(), part.num_rows());
            prop_assert!(piece.bytes() <= piece.unpacked_bytes());
            let schema = batch.schema();
            for index in 0..schema.fields().len() {
                let column = piece.column(index).unwrap();
                prop_assert_eq!(&column, part.column(index));
            }
            prop_assert_eq!(piece.unpack(&RecordBatch::new_empty(schema)).unwrap(), part);
        }
    }

    /// A piece of a large column takes no more than the rows that it has.
    #[test]
    fn of_a_large_batch_only_the_part_is_kept() {
        let random = &mut Random::new(7);
        let drawn = Drawn::new("d", random).unwrap();
        let batch = parsed(&drawn, 2_000, random);
        let whole = Piece::pack(&batch).unwrap().unpacked_bytes();
        for from in [0, 900, 1_900] {
            let part = Piece::pack(&batch.slice(from, 100)).unwrap().unpacked_bytes();
            assert!(part < whole / 10, "{part} bytes from row {from} on, {whole} of all");
        }
    }

    /// What was gathered needs no copy, unlike parts of it, nested ones too.
    #[test]
    fn only_columns_that_share_their_buffers_are_copied() {
        let mut alone = 0;
        for seed in 0..40 {
            let random = &mut Random::new(seed);
            let drawn = Drawn::new("d", random).unwrap();
            let batch = parsed(&drawn, 100, random);
            for column in batch.columns() {
                let column: &dyn Array = column.as_ref();
                let places: Vec<(usize, usize)> = (0..100).rev().map(|row| (0, row)).collect();
                let gathered = interleave(&[column], &places).unwrap();
                alone += usize::from(is_alone(&gathered.to_data()));
                for (from, length) in [(0, 50), (10, 60), (50, 50)] {
                    let part = gathered.slice(from, length);
                    let data = part.to_data();
                    if is_alone(&data) {
                        let packed = Packed::pack(&data, &mut Compressor::new(LEVEL).unwrap()).unwrap();
                        let unpacked = packed.unpack(&mut Decompressor::new().unwrap()).unwrap();
                        assert_eq!(&make_array(unpacked), &part, "seed {seed}");
                        // Bits that begin within a byte are packed to whole words.
                        let most = data.get_slice_memory_size().unwrap() + 64;
                        assert!(packed.unpacked_bytes() <= most, "seed {seed}: {data:?}");
                    }
                }
            }
        }
        assert!(alone > 120, "{alone} columns are packed without a copy");
    }
}
