//! Texts as they are encoded here, beside those of the writer of Arrow.

use std::{collections::BTreeSet, sync::Arc};

use arrow::{
    array::{Array, ArrayRef, AsArray, RecordBatch, StringArray},
    compute::concat_batches,
    datatypes::{DataType, Field, FieldRef, Schema, SchemaRef},
};
use bytes::Bytes;
use domain::drawn::Random;
use parquet::{
    arrow::{ArrowSchemaConverter, ArrowWriter, arrow_reader::ParquetRecordBatchReaderBuilder},
    basic::{Compression, Encoding, ZstdLevel},
    bloom_filter::Sbbf,
    file::{
        metadata::ParquetMetaData,
        properties::{EnabledStatistics, WriterProperties},
        writer::SerializedFileWriter,
    },
};

use super::coded::{metadata, same_bounds};
use crate::{
    files::{
        encoder::{Chunk, EncoderFactory},
        pages::PAGE_ROWS,
    },
    texts::Texts,
};

/// The column in a file of one row group, encoded here: so many rows at a time, as arrays or where they lie.
fn ours(
    field: &FieldRef,
    texts: &ArrayRef,
    at_once: usize,
    lie: bool,
    properties: &WriterProperties,
) -> Bytes {
    let properties = Arc::new(properties.clone());
    let mut encoder = EncoderFactory::new(field, &properties).unwrap().encoder().unwrap();
    for start in (0..texts.len()).step_by(at_once) {
        let rows = at_once.min(texts.len() - start);
        let spots: Vec<(u32, u32)> = (start..start + rows).map(|row| (3, row as u32)).collect();
        match Texts::new(std::iter::once(texts), 3, &spots) {
            Some(texts) if lie => {
                assert!(encoder.takes_texts().unwrap());
                encoder.write_texts(&texts).unwrap();
            }
            _ => encoder.write(&texts.slice(start, rows)).unwrap(),
        }
    }
    let schema = ArrowSchemaConverter::new().convert(&Schema::new(vec![Arc::clone(field)])).unwrap();
    let mut writer = SerializedFileWriter::new(Vec::new(), schema.root_schema_ptr(), properties).unwrap();
    let mut group = writer.next_row_group().unwrap();
    for chunk in encoder.close().unwrap() {
        assert!(matches!(chunk, Chunk::Ours(..)));
        chunk.append_to(&mut group).unwrap();
    }
    group.close().unwrap();
    writer.into_inner().unwrap().into()
}

fn by_arrow(schema: &SchemaRef, texts: &ArrayRef, properties: &WriterProperties) -> Bytes {
    let batch = RecordBatch::try_new(schema.clone(), vec![Arc::clone(texts)]).unwrap();
    let mut file = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut file, schema.clone(), Some(properties.clone())).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    file.into()
}

fn read(file: &Bytes, schema: &SchemaRef) -> ArrayRef {
    let reader = ParquetRecordBatchReaderBuilder::try_new(file.clone()).unwrap().build().unwrap();
    let batches: Vec<RecordBatch> = reader.map(Result::unwrap).collect();
    Arc::clone(concat_batches(schema, &batches).unwrap().column(0))
}

/// Bytes of a dictionary of all texts.
fn dictionary_bytes(texts: &ArrayRef) -> usize {
    let texts: BTreeSet<&str> = texts.as_string::<i32>().iter().flatten().collect();
    texts.iter().map(|text| text.len() + 4).sum()
}

fn filter(file: &Bytes, metadata: &ParquetMetaData) -> Option<Sbbf> {
    let chunk = metadata.row_group(0).column(0);
    let begin = usize::try_from(chunk.bloom_filter_offset()?).unwrap();
    let end = begin + usize::try_from(chunk.bloom_filter_length()?).unwrap();
    Some(Sbbf::from_bytes(&file[begin..end]).unwrap())
}

/// Few texts and many, short ones and some that are longer than a bound, null ones, and pages of nulls alone.
fn drawn(rows: usize, different: usize, nulls: usize, random: &mut Random) -> ArrayRef {
    let text = |number: usize| match number % 7 {
        0 => String::new(),
        1 => format!("{number}").repeat(number % 30),
        2 => format!("\u{0}é{number}"),
        _ => format!("{number:08}-text"),
    };
    let texts = (0..rows).map(|row| {
        let is_null = nulls > 0 && (row / PAGE_ROWS == 1 || random.chance(nulls));
        (!is_null).then(|| text(random.below(different)))
    });
    Arc::new(texts.collect::<StringArray>())
}

/// Behind the row with which a dictionary becomes too large, texts are written as they are.
#[test]
fn a_dictionary_that_becomes_too_large_is_the_last_one() {
    let field: FieldRef = Arc::new(Field::new("t", DataType::Utf8, true));
    let schema: SchemaRef = Arc::new(Schema::new(vec![Arc::clone(&field)]));
    let text = |row: usize| (!row.is_multiple_of(5)).then(|| format!("{:0>100}", row % 30_000));
    let texts: ArrayRef = Arc::new((0..40_000).map(text).collect::<StringArray>());
    for encoding in [Encoding::PLAIN, Encoding::DELTA_LENGTH_BYTE_ARRAY] {
        let properties =
            WriterProperties::builder().set_encoding(encoding).set_bloom_filter_enabled(true).build();
        let file = ours(&field, &texts, 8_192, true, &properties);
        assert_eq!(&read(&file, &schema), &texts, "{encoding}");
        let found = metadata(&file);
        let expected = [Encoding::PLAIN, Encoding::RLE, Encoding::RLE_DICTIONARY, encoding];
        let chunk = found.row_group(0).column(0);
        assert!(
            expected.iter().all(|encoding| chunk.encodings().any(|found| found == *encoding)),
            "{chunk:?}"
        );
        let filter = filter(&file, &found).unwrap();
        assert!(texts.as_string::<i32>().iter().flatten().all(|text| filter.check(text)));
        assert!(file.len() < 4_000_000 + 2 * (1 << 20), "{} bytes", file.len());
    }
}

#[test]
fn texts_come_back_and_readers_prune_by_what_the_writer_of_arrow_says() {
    let zstd = Compression::ZSTD(ZstdLevel::try_new(1).unwrap());
    for seed in 0..48 {
        let random = &mut Random::new(seed);
        let nulls = [0, 0, 100, 1_000][random.below(4)];
        let field: FieldRef = Arc::new(Field::new("t", DataType::Utf8, nulls > 0 || random.chance(500)));
        let schema: SchemaRef = Arc::new(Schema::new(vec![Arc::clone(&field)]));
        let (rows, different) = (1 + random.below(40_000), [1, 3, 300, 1_000_000][random.below(4)]);
        let texts = drawn(rows, different, nulls, random);
        let encoding = [Encoding::PLAIN, Encoding::DELTA_LENGTH_BYTE_ARRAY][random.below(2)];
        let (dictionary, has_filter) = (random.chance(500), random.chance(500));
        let properties = WriterProperties::builder()
            .set_dictionary_enabled(dictionary)
            .set_encoding(encoding)
            .set_compression([zstd, Compression::UNCOMPRESSED][random.below(2)])
            .set_bloom_filter_enabled(has_filter)
            .set_data_page_row_count_limit(PAGE_ROWS)
            .set_statistics_enabled(EnabledStatistics::Page)
            .build();
        let words =
            format!("seed {seed}: {rows} rows, {different} texts, {nulls} nulls, {encoding}, {dictionary}");
        let at_once = [1_000, 8_192, 50_000][random.below(3)];
        let found = ours(&field, &texts, at_once, random.chance(500), &properties);
        let expected = by_arrow(&schema, &texts, &properties);
        assert_eq!(&read(&found, &schema), &texts, "{words}");
        let (one, other) = (metadata(&found), metadata(&expected));
        let filters = (filter(&found, &one), filter(&expected, &other));
        assert_eq!(filters.0.is_some(), has_filter, "{words}");
        assert_eq!(format!("{:?}", filters.0), format!("{:?}", filters.1), "{words}");
        // Where a dictionary becomes too large, the writers go on without it from other rows on.
        if !dictionary || dictionary_bytes(&texts) < 1_000_000 {
            same_bounds(&one, &other, &words);
        }
    }
}
