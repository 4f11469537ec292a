//! What a compactor may use of the memory that it is given, and how large files get.

use domain::settings::CompactSettings;

/// Bytes that a new row takes beside its columns, at the most: 41 while twins are looked for (hashes of its line and of its
/// identity, and its place in a table that is half full), 48 while rows are sorted (12 of them are its hashes, which are
/// compared with those of other runs), and less from then on. Of short rows it is more than their columns.
pub(crate) const ROW: u64 = 48;

/// Bytes of lines that `ingest` has in memory before it writes them. The lines of a landing object have about so many at the
/// most, and those of one message.
const SLICE: u64 = 16 << 20;

/// Shares of the memory budget.
///
/// What is held at the same time, at the most, while a generation is made of new rows:
///
/// - The rows, once, as the parser made them, with [`ROW`] bytes for each: nine twentieths of the budget. What is counted is what the
///   columns take, so it is the same for texts that repeat and for those that do not. Rows stay where they were parsed until
///   they are encoded; no column is decoded as a whole ([`crate::coded`]). What quarantine gets of the inputs counts with its
///   text before it is packed.
/// - What is fetched and not yet parsed, a sixteenth, and a buffer for each thread to unpack into, and another one where lines
///   are refused. What is parsed meanwhile is expected to fit into the rows' share; one batch may go beyond it, since a batch
///   is taken whole.
/// - Numbers into dictionaries once more, of as many columns as there are threads, when chunks get a dictionary in common.
/// - The file that is being written, its open row group, and a row group of each file that is merged. Where new rows are
///   written without a merge, up to four row groups of the file are open, and up to four wait to be copied into it: an eighth.
/// - Runs of what was read before, packed, with 16 bytes a row for the hashes of their identities and lines, and with
///   dictionaries.
///
/// So the first three stay under nine sixteenths of the budget. The runs get three eighths, and the file a quarter: runs are
/// there while further inputs are read, and while they are merged; no file is written while inputs are read. Beside few
/// enough runs the rows of the last part are merged without being packed ([`Limits::beside_last`]).
///
/// A few thousand rows at a time are gathered with their texts, as many as make a batch at their average size. Where few
/// rows have a far longer text than the others, and always the same one, so that it counts once, and where these rows stand
/// side by side in the order, they are more than a batch; all of them together have no more bytes than may land at once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Bytes of memory that new rows take at once: their columns, [`ROW`] for each, and what is refused. A batch is taken
    /// whole, so that many and one batch.
    pub(crate) inputs: u64,
    /// Landing bytes, unpacked, that are read at once, whatever they take of memory; that many and one batch. Any rows of a
    /// column of text may be gathered at once, and Arrow addresses their bytes with 31 bits.
    pub(crate) landed: u64,
    /// Bytes of memory that the rows of one landing object may take: three eighths of the budget. With all else at its most,
    /// that is four thirds of the budget, which is the memory of a Lambda function whose budget nobody set. What `ingest` lands
    /// by the same settings is taken with any budget.
    pub(crate) object: u64,
    /// Bytes of the lines of one landing object that fit. With [`Limits::landed`], they are fewer than 31 bits address.
    pub(crate) object_landed: u64,
    /// Bytes of one landing object, as it is stored: it is fetched whole.
    pub(crate) object_packed: u64,
    /// Bytes of landing objects, as they are stored, that are fetched at the same time, or are fetched and wait to be parsed.
    pub(crate) fetched: u64,
    /// Bytes that an object is unpacked to at once, and that its refused lines have before they are packed.
    pub(crate) unpacked: u64,
    /// Bytes of refused lines of one landing object, before they are packed, that are kept line by line. `ingest` writes
    /// objects of some 32 MiB, all of whose lines have about twice that.
    pub(crate) refused: u64,
    /// Decoded bytes of rows that a rebuild sorts at once, and of identities that a repair compares at once.
    pub(crate) held: u64,
    /// Bytes of sorted runs, packed, that are merged into one generation at once.
    pub(crate) runs: u64,
    /// Bytes of runs beside which the rows of the last part stay in memory as they are while all are merged: with a file
    /// that is being written, and its row group. Beside more, they are packed too.
    pub(crate) beside_last: u64,
    /// The size of a full data file.
    pub(crate) target: u64,
    /// Encoded bytes of one row group.
    pub(crate) row_group: u64,
    /// The most rows of one row group, however small they are: six pages of 16,384 rows. DuckDB, which prunes by row group
    /// and reads one with one thread, has 122,880 rows in each of its own; the bloom filter of so many identities as are
    /// here fills a power of two.
    pub(crate) row_group_rows: u64,
    /// Decoded bytes of one batch of rows on its way from file to file.
    pub(crate) batch: u64,
}

impl Limits {
    pub(crate) fn new(settings: &impl AsRef<CompactSettings>) -> Self {
        let settings = settings.as_ref();
        let budget = settings.memory_budget;
        let ingested = SLICE + settings.max_unpacked;
        let inputs = budget / 20 * 9;
        let target = settings.target_file_size.min(budget / 4);
        let row_group = (budget / 64).clamp(1 << 20, 64 << 20);
        Self {
            inputs,
            landed: budget.min(1 << 30),
            object: (budget / 8 * 3).max(3 * ingested),
            object_landed: budget.clamp(ingested, (1 << 30) - (32 << 20)),
            object_packed: (budget / 16).max(ingested),
            fetched: (budget / 16).min(64 << 20),
            // With 64 threads no more than a quarter of the default budget.
            unpacked: (budget / 256).clamp(1 << 18, 8 << 20),
            // Packed, it is a tenth of that.
            refused: budget / 4,
            held: (budget / 8).min(1 << 30),
            // Beside the inputs' half, and beside the file's quarter.
            runs: budget / 8 * 3,
            beside_last: (budget / 16 * 15).saturating_sub(inputs + target + row_group),
            target,
            row_group,
            row_group_rows: 6 * 16_384,
            batch: (budget / 128).clamp(1 << 18, 8 << 20),
        }
    }

    /// From this size on a file is sealed. Half the target: of a merge's output the last file may be anything.
    pub(crate) fn sealed(&self) -> u64 {
        self.target / 2
    }

    /// How many rows of this size make a batch: one at the least, and 8,192 at the most.
    pub(crate) fn batch_rows(&self, row_bytes: u64) -> usize {
        batch_rows(self.batch, row_bytes)
    }
}

/// How many rows of this size make a batch of so many bytes.
pub(crate) fn batch_rows(batch: u64, row_bytes: u64) -> usize {
    usize::try_from(batch / row_bytes.max(1)).unwrap_or(usize::MAX).clamp(1, 8_192)
}

#[cfg(test)]
mod tests {
    use domain::settings::Settings;

    use super::*;

    fn settings(memory_budget: u64) -> CompactSettings {
        CompactSettings { memory_budget, ..Settings::read(|_| None).unwrap().compact }
    }

    /// What is in memory while inputs are read, with a buffer for each of eight threads; and while runs are merged.
    #[test]
    fn what_is_in_memory_at_the_same_time_is_less_than_the_budget() {
        for memory_budget in [64 << 20, 512 << 20, 1_536 << 20, 10 << 30] {
            let settings = settings(memory_budget);
            let limits = Limits::new(&settings);
            let reading = limits.inputs + limits.fetched + 8 * limits.unpacked;
            assert!(reading <= memory_budget / 16 * 9, "{reading} bytes of {memory_budget}");
            assert!(limits.runs + reading <= memory_budget / 16 * 15, "{limits:?}");
            assert!(limits.runs + limits.target + limits.row_group <= memory_budget / 4 * 3, "{limits:?}");
            let merging = limits.inputs + limits.beside_last + limits.target + limits.row_group;
            assert!(merging <= memory_budget / 16 * 15, "{merging} bytes of {memory_budget}");
            assert!(limits.beside_last >= memory_budget / 8, "{limits:?}");
            // As many rows as 32 bits can count have more bytes than that.
            assert!(limits.inputs / ROW < u64::from(u32::MAX), "{limits:?}");
        }
    }

    /// Whoever lands an object of any size does not fill a function's memory, and what `ingest` lands is taken.
    #[test]
    fn one_object_at_its_most_is_in_memory_beside_all_else() {
        for memory_budget in [64 << 20, 384 << 20, 512 << 20, 1_536 << 20, 10 << 30] {
            let settings = settings(memory_budget);
            let limits = Limits::new(&settings);
            let all = limits.inputs + limits.object + limits.object_packed + limits.fetched + limits.runs;
            assert!(memory_budget < 512 << 20 || all <= memory_budget / 3 * 4 + 3, "{limits:?}");
            let least = |limits: &Limits| limits.object.min(limits.object_landed).min(limits.object_packed);
            assert!(least(&limits) >= 32 << 20, "{limits:?}");
            let larger = Limits::new(&CompactSettings { max_unpacked: 256 << 20, ..settings });
            assert!(least(&larger) >= 256 << 20, "{larger:?}");
            // It is seen a MiB and a line later.
            let landed = limits.landed + limits.object_landed + (17 << 20);
            assert!(i32::try_from(landed).is_ok(), "{limits:?}");
        }
    }

    #[test]
    fn a_batch_of_long_rows_is_no_larger_than_one_of_short_rows() {
        for memory_budget in [64 << 20, 512 << 20, 10 << 30] {
            let settings = settings(memory_budget);
            let limits = Limits::new(&settings);
            for row_bytes in [0, 1, 300, 10_000, 256 << 10, 100 << 20] {
                let rows = limits.batch_rows(row_bytes) as u64;
                assert!((1..=8_192).contains(&rows), "{rows} rows of {row_bytes} bytes");
                assert!(rows == 1 || rows * row_bytes <= limits.batch, "{rows} rows of {row_bytes} bytes");
            }
        }
    }
}
