//! What a sample comes to when it is encoded.

use std::sync::Arc;

use arrow::{array::ArrayRef, datatypes::FieldRef};
use parquet::{
    errors::ParquetError,
    file::{
        properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder},
        statistics::Statistics,
    },
};

use super::encoder::{Chunk, EncoderFactory};

/// One leaf of a column as a trial encoded it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Trial {
    /// Bytes in the file.
    pub(super) compressed: u64,
    /// Bytes before compression.
    pub(super) uncompressed: u64,
    /// Of `compressed`, those of the dictionary.
    pub(super) dictionary: u64,
    /// Values that are not null.
    pub(super) values: u64,
}

/// Encodes a column with these properties. Answers its leaves in the order of the schema.
pub(super) fn trial(
    field: &FieldRef,
    values: &ArrayRef,
    properties: WriterPropertiesBuilder,
) -> Result<Vec<Trial>, ParquetError> {
    // Counts nulls.
    let properties: WriterProperties = properties.set_statistics_enabled(EnabledStatistics::Chunk).build();
    let mut encoder = EncoderFactory::new(field, &Arc::new(properties))?.encoder()?;
    encoder.write(values)?;
    Ok(encoder.close()?.iter().map(Trial::of).collect())
}

impl Trial {
    fn of(chunk: &Chunk) -> Self {
        let close = chunk.close();
        let metadata = &close.metadata;
        let count = |number: i64| u64::try_from(number).unwrap_or_default();
        let compressed = count(metadata.compressed_size());
        let data_pages: Option<u64> = close.offset_index.as_ref().map(|index| {
            index.page_locations().iter().map(|page| count(i64::from(page.compressed_page_size))).sum()
        });
        let nulls = metadata.statistics().and_then(Statistics::null_count_opt).unwrap_or_default();
        Self {
            compressed,
            uncompressed: count(metadata.uncompressed_size()),
            dictionary: compressed.saturating_sub(data_pages.unwrap_or(compressed)),
            values: count(metadata.num_values()).saturating_sub(nulls),
        }
    }
}
