//! What a compactor may use of the memory that it is given, and how large files get.

use domain::settings::Settings;

/// Shares of the memory budget. What is held at the same time, at the most: the new rows in three forms (as columns,
/// as sort keys, and in order), a row group of each file that is merged, and the file that is being written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Landing bytes, unpacked, that go into one generation. A batch is taken whole, so that many and one batch.
    pub(crate) inputs: u64,
    /// The size of a full data file.
    pub(crate) target: u64,
    /// Encoded bytes of one row group.
    pub(crate) row_group: u64,
    /// The most rows of one row group, however small they are.
    pub(crate) row_group_rows: u64,
    /// Decoded bytes of one batch of rows on its way from file to file.
    pub(crate) batch: u64,
}

impl Limits {
    pub(crate) fn new(settings: &Settings) -> Self {
        let budget = settings.memory_budget;
        Self {
            // Arrow addresses the bytes of a column of text with 31 bits.
            inputs: (budget / 8).min(1 << 30),
            target: settings.target_file_size.min(budget / 4),
            row_group: (budget / 64).clamp(1 << 20, 64 << 20),
            row_group_rows: 1 << 20,
            batch: (budget / 128).clamp(1 << 18, 8 << 20),
        }
    }

    /// From this size on a file is sealed. Half the target: of a merge's output the last file may be anything.
    pub(crate) fn sealed(&self) -> u64 {
        self.target / 2
    }

    /// How many rows of this size make a batch.
    pub(crate) fn batch_rows(&self, row_bytes: u64) -> usize {
        usize::try_from(self.batch / row_bytes.max(1)).unwrap_or(usize::MAX).clamp(64, 8_192)
    }
}
