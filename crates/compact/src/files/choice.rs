//! How a column is encoded: decided by what a sample of it comes to.

use arrow::{
    array::{Array, ArrayRef},
    datatypes::FieldRef,
};
use parquet::{
    basic::{Compression, Encoding, Type as Physical, ZstdLevel},
    errors::ParquetError,
    file::properties::{DEFAULT_DICTIONARY_PAGE_SIZE_LIMIT, WriterProperties, WriterPropertiesBuilder},
    schema::types::{ColumnDescPtr, SchemaDescriptor},
};

use super::{
    distinct::Growth,
    trial::{Trial, trial},
};

/// Costs the least time to write, and for random bytes also the least space.
const FAST: i32 = 1;

/// Costs two to three times the time of [`FAST`].
const STRONG: i32 = 3;

/// One part in so many is what another encoding or a higher level must save to be worth its time or its novelty.
const WORTH: u64 = 32;

/// How one leaf column is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Choice {
    /// Whether values go into a dictionary, until that is full.
    pub(super) dictionary: bool,
    /// What values are written in without a dictionary, or when it is full.
    pub(super) encoding: Encoding,
    pub(super) compression: Compression,
    /// Bytes of the sample when it is so written, as part of a whole row group.
    pub(super) bytes: u64,
}

impl Choice {
    /// For a column that is not worth a trial.
    pub(super) fn untried() -> Result<Self, ParquetError> {
        Ok(Self { dictionary: true, encoding: Encoding::PLAIN, compression: zstd(FAST)?, bytes: 0 })
    }
}

/// Encodes a sample in each way that may pay, and answers the best one for each leaf of the column. Row groups will have
/// `rows` rows.
///
/// DuckDB, Trino (Athena), Spark since 3.3.1, Polars and Arrow read all of these encodings, also in data pages of version
/// 1: plain, dictionary, `DELTA_BINARY_PACKED` for integers, and `DELTA_LENGTH_BYTE_ARRAY` for text. Without the four
/// bytes of length before each, UUIDs as text are 6 percent smaller.
pub(super) fn choose(
    field: &FieldRef,
    leaves: &[ColumnDescPtr],
    sample: &ArrayRef,
    rows: usize,
) -> Result<Vec<Choice>, ParquetError> {
    let (fast, strong) = (zstd(FAST)?, zstd(STRONG)?);
    let with = |dictionary: bool, compression: Compression| {
        WriterProperties::builder().set_dictionary_enabled(dictionary).set_compression(compression)
    };
    let plain = trial(field, sample, with(false, fast).set_encoding(Encoding::PLAIN))?;
    let deltas: Vec<Encoding> = leaves.iter().map(delta).collect();
    let has_delta = deltas.iter().any(|encoding| *encoding != Encoding::PLAIN);
    let in_deltas = if has_delta {
        trial(field, sample, encoded(with(false, fast), leaves, &deltas))?
    } else {
        plain.clone()
    };
    let direct: Vec<(Encoding, Trial)> = deltas
        .iter()
        .zip(plain.iter().zip(&in_deltas))
        .map(|(delta, (plain, in_delta))| {
            let worth = is_worth(in_delta.compressed, plain.compressed);
            if worth { (*delta, *in_delta) } else { (Encoding::PLAIN, *plain) }
        })
        .collect();
    let encodings: Vec<Encoding> = direct.iter().map(|(encoding, _)| *encoding).collect();
    let strongly = trial(field, sample, encoded(with(false, strong), leaves, &encodings))?;
    let half = sample.slice(0, sample.len() / 2);
    let in_dictionary = trial(field, sample, with(true, Compression::UNCOMPRESSED))?;
    let half_in_dictionary = trial(field, &half, with(true, Compression::UNCOMPRESSED))?;
    let scale = rows as f64 / sample.len().max(1) as f64;

    let choices = leaves.iter().enumerate().map(|(leaf, descriptor)| {
        let (encoding, fastly) = direct[leaf];
        let (compression, bytes) = level(&fastly, &strongly[leaf], (fast, strong));
        let direct = Choice { dictionary: false, encoding, compression, bytes };
        if !has_dictionary(descriptor) {
            return direct;
        }
        if plain[leaf].values == 0 {
            // Only nulls here, but values may follow.
            return Choice { dictionary: true, compression: fast, ..direct };
        }
        let growth = Growth::new(&plain[leaf], &half_in_dictionary[leaf], &in_dictionary[leaf], scale);
        match dictionary_bytes(&growth, &plain[leaf], &in_dictionary[leaf], scale) {
            Some(bytes) if bytes <= direct.bytes => {
                Choice { dictionary: true, compression: fast, bytes, ..direct }
            }
            _ => direct,
        }
    });
    Ok(choices.collect())
}

/// How the sample's part of a row group is compressed, and to how many bytes.
fn level(fastly: &Trial, strongly: &Trial, (fast, strong): (Compression, Compression)) -> (Compression, u64) {
    let (plain, fastly, strongly) = (fastly.uncompressed, fastly.compressed, strongly.compressed);
    if is_worth(strongly, fastly.min(plain)) {
        (strong, strongly)
    } else if is_worth(fastly, plain) {
        (fast, fastly)
    } else {
        // Readers would decompress it for nothing.
        (Compression::UNCOMPRESSED, plain)
    }
}

/// The bytes that a dictionary would make of the sample, as part of a row group that is `scale` times as long. `None`
/// if the dictionary would not hold all of a row group's values.
fn dictionary_bytes(growth: &Growth, plain: &Trial, found: &Trial, scale: f64) -> Option<u64> {
    let values = plain.values as f64;
    let entries = growth.in_row_group;
    if entries * plain.uncompressed as f64 / values > DEFAULT_DICTIONARY_PAGE_SIZE_LIMIT as f64 {
        return None;
    }
    // Indices of more entries have more bits.
    let data_pages = found.compressed.saturating_sub(found.dictionary) as f64;
    let indices = data_pages * bits(entries) / bits(growth.in_sample);
    let dictionary = entries * plain.compressed as f64 / values / scale.max(1.0);
    Some((indices + dictionary) as u64)
}

fn bits(entries: f64) -> f64 {
    entries.log2().ceil().max(1.0)
}

/// Whether so many bytes are enough fewer than those.
fn is_worth(fewer: u64, than: u64) -> bool {
    fewer.saturating_add(than / WORTH) < than
}

fn zstd(level: i32) -> Result<Compression, ParquetError> {
    Ok(Compression::ZSTD(ZstdLevel::try_new(level)?))
}

/// The encoding of differences for this type; `PLAIN` if it has none.
fn delta(leaf: &ColumnDescPtr) -> Encoding {
    match leaf.physical_type() {
        Physical::INT32 | Physical::INT64 => Encoding::DELTA_BINARY_PACKED,
        Physical::BYTE_ARRAY => Encoding::DELTA_LENGTH_BYTE_ARRAY,
        _ => Encoding::PLAIN,
    }
}

/// The writer makes dictionaries for these types, in files of version 1.
fn has_dictionary(leaf: &ColumnDescPtr) -> bool {
    !matches!(leaf.physical_type(), Physical::BOOLEAN | Physical::FIXED_LEN_BYTE_ARRAY)
}

fn encoded(
    properties: WriterPropertiesBuilder,
    leaves: &[ColumnDescPtr],
    encodings: &[Encoding],
) -> WriterPropertiesBuilder {
    leaves.iter().zip(encodings).fold(properties, |properties, (leaf, encoding)| {
        properties.set_column_encoding(leaf.path().clone(), *encoding)
    })
}

/// The leaves of each column, in the order of the schema.
pub(super) fn leaves_by_column(schema: &SchemaDescriptor) -> Vec<Vec<ColumnDescPtr>> {
    let columns = schema.root_schema().get_fields().len();
    let mut leaves = vec![Vec::new(); columns];
    for (index, leaf) in schema.columns().iter().enumerate() {
        leaves[schema.get_column_root_idx(index)].push(leaf.clone());
    }
    leaves
}
