//! Parquet's encoding of numbers by their differences, for the lengths of texts.

use super::hybrid::number;

/// Numbers of a block, and the parts of it that have as many bits for each number: as the writer of Arrow has them.
const BLOCK: usize = 128;
const PARTS: usize = 4;
const PART: usize = BLOCK / PARTS;

/// Appends numbers below 2^31.
pub(super) fn encode(numbers: &[u32], out: &mut Vec<u8>) {
    for count in [BLOCK, PARTS, numbers.len()] {
        number(count, out);
    }
    signed(numbers.first().copied().unwrap_or_default().into(), out);
    let mut block = [0; BLOCK];
    let mut begin = 0;
    while begin + 1 < numbers.len() {
        let end = numbers.len().min(begin + BLOCK + 1);
        let deltas = &mut block[..end - begin - 1];
        for (delta, pair) in deltas.iter_mut().zip(numbers[begin..end].windows(2)) {
            *delta = i64::from(pair[1]) - i64::from(pair[0]);
        }
        encode_block(deltas, out);
        begin = end - 1;
    }
}

fn encode_block(deltas: &[i64], out: &mut Vec<u8>) {
    let least = deltas.iter().copied().min().unwrap_or_default();
    signed(least, out);
    let widths = out.len();
    out.extend_from_slice(&[0; PARTS]);
    for (index, part) in deltas.chunks(PART).enumerate() {
        let greatest = part.iter().copied().max().unwrap_or_default();
        // At most 32: the differences of two numbers below 2^31 are less than 2^32 apart.
        let bits = u64::BITS - (greatest - least).cast_unsigned().leading_zeros();
        out[widths + index] = bits as u8;
        let end = out.len() + PART / 8 * bits as usize;
        let (mut word, mut filled) = (0_u64, 0);
        for delta in part {
            word |= (delta - least).cast_unsigned() << filled;
            filled += bits;
            if filled >= 32 {
                out.extend_from_slice(&(word as u32).to_le_bytes());
                word >>= 32;
                filled -= 32;
            }
        }
        // What is missing of the part is zeros.
        if filled > 0 {
            out.extend_from_slice(&(word as u32).to_le_bytes());
        }
        out.resize(end, 0);
    }
}

/// A number in bytes of seven bits each; those near zero are short.
fn signed(value: i64, out: &mut Vec<u8>) {
    number(((value << 1) ^ (value >> 63)).cast_unsigned() as usize, out);
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::{
        array::{Array, ArrayRef, AsArray, RecordBatch, StringArray},
        datatypes::{DataType, Field, Schema},
    };
    use bytes::Bytes;
    use parquet::{
        arrow::{ArrowWriter, arrow_reader::ParquetRecordBatchReaderBuilder},
        basic::{Compression, Encoding},
        file::{
            properties::WriterProperties,
            reader::{FileReader, SerializedFileReader},
        },
    };
    use proptest::prelude::*;

    use super::*;

    /// What the writer of Arrow makes of texts of these lengths: the body of the only page.
    fn by_arrow(lengths: &[u32]) -> Vec<u8> {
        let texts = StringArray::from_iter_values(lengths.iter().map(|length| "x".repeat(*length as usize)));
        let schema = Arc::new(Schema::new(vec![Field::new("t", DataType::Utf8, false)]));
        let batch = RecordBatch::try_new(schema.clone(), vec![Arc::new(texts) as ArrayRef]).unwrap();
        let properties = WriterProperties::builder()
            .set_dictionary_enabled(false)
            .set_compression(Compression::UNCOMPRESSED)
            .set_encoding(Encoding::DELTA_LENGTH_BYTE_ARRAY)
            .build();
        let mut file = Vec::new();
        let mut writer = ArrowWriter::try_new(&mut file, schema, Some(properties)).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        let file = Bytes::from(file);
        let read = ParquetRecordBatchReaderBuilder::try_new(file.clone()).unwrap().build().unwrap();
        assert_eq!(
            read.map(|batch| batch.unwrap().column(0).as_string::<i32>().len()).sum::<usize>(),
            lengths.len()
        );
        let reader = SerializedFileReader::new(file).unwrap();
        let pages = reader.get_row_group(0).unwrap().get_column_page_reader(0).unwrap();
        let pages: Vec<_> = pages.map(|page| page.unwrap().buffer().to_vec()).collect();
        assert_eq!(pages.len(), 1);
        pages.concat()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn lengths_are_as_the_writer_of_arrow_has_them(
            runs in proptest::collection::vec((0_u32..600, 1_usize..150, 0_u32..3), 1..6),
        ) {
            let lengths: Vec<u32> = runs
                .into_iter()
                .flat_map(|(length, count, step)| (0..count as u32).map(move |n| length + n % 7 * step))
                .collect();
            let mut found = Vec::new();
            encode(&lengths, &mut found);
            found.extend(std::iter::repeat_n(b'x', lengths.iter().sum::<u32>() as usize));
            prop_assert_eq!(found, by_arrow(&lengths));
        }
    }
}
