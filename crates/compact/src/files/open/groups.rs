//! Several row groups of a file, encoded at the same time.
//!
//! Columns take very different times. Where each row group was encoded alone, all threads waited for the last column of it,
//! and then for one that copied it into the file. Which rows are in a row group does not depend on the number of threads.

use std::ops::Range;

use parquet::{errors::ParquetError, file::writer::SerializedFileWriter};

use super::{Column, OpenFile, encode_parts, is_full};
use crate::{
    files::{
        balance::heaviest_first,
        encoder::{Chunk, EncoderFactory},
        parts::Parts,
    },
    limits::Limits,
    workers::Workers,
};

/// The most row groups that are encoded at the same time.
const MOST: usize = 4;

/// What a worker does.
enum Work<'w> {
    /// Writes earlier row groups into the file.
    Append(&'w mut SerializedFileWriter<Vec<u8>>, Vec<Vec<Chunk>>),
    /// Encodes a column of a row group from its beginning to its end.
    Encode(usize, &'w EncoderFactory, &'w Parts<'w>),
}

impl OpenFile {
    /// The row groups of these rows that are to be encoded next: as many as may be at the same time, and as fit into the file.
    /// The first one of a file is alone, since only a sample says how large it will be. No row group may be begun.
    pub(in crate::files) fn groups(&self, limits: &Limits, rows: Range<usize>) -> Vec<Range<usize>> {
        let most = if self.rows == 0 { 1 } else { MOST };
        let (mut groups, mut start, mut written) = (Vec::new(), rows.start, self.written());
        while start < rows.end && groups.len() < most && (groups.is_empty() || !is_full(written, limits)) {
            let end = rows.end.min(start + self.group_behind(written, limits));
            written += self.density.bytes_of(end - start) + self.filters;
            groups.push(start..end);
            start = end;
        }
        groups
    }

    /// Encodes row groups, one of each of these parts. What was encoded before is written into the file meanwhile.
    pub(in crate::files) fn encode_groups(
        &mut self,
        workers: &Workers,
        groups: &[Parts<'_>],
    ) -> Result<(), ParquetError> {
        let Self { writer, columns, waiting, .. } = self;
        let columns: &[Column] = columns;
        let append = Work::Append(writer, std::mem::take(waiting));
        let encode = groups.iter().flat_map(move |parts| {
            let columns = columns.iter().enumerate();
            columns.map(move |(index, column)| (column.weight, Work::Encode(index, &column.factory, parts)))
        });
        // The copy first: it frees memory.
        let items = std::iter::once((u64::MAX, append)).chain(encode).collect();
        let mut done = heaviest_first(workers, items, work).into_iter();
        done.next().transpose()?;
        let columns = self.columns.len();
        for parts in groups {
            let chunks = done.by_ref().take(columns).collect::<Result<Vec<_>, _>>()?;
            self.encoded(chunks.into_iter().flatten().collect(), parts.rows());
        }
        Ok(())
    }
}

/// Answers what was encoded.
fn work(work: Work<'_>) -> Result<Vec<Chunk>, ParquetError> {
    match work {
        Work::Append(writer, groups) => append_to(writer, groups).map(|()| Vec::new()),
        Work::Encode(index, factory, parts) => {
            let mut encoder = factory.encoder()?;
            encode_parts(&mut encoder, parts, index)?;
            encoder.close()
        }
    }
}

/// Writes row groups into the file, one behind the other.
pub(super) fn append_to(
    writer: &mut SerializedFileWriter<Vec<u8>>,
    groups: Vec<Vec<Chunk>>,
) -> Result<(), ParquetError> {
    for chunks in groups {
        let mut group = writer.next_row_group()?;
        for chunk in chunks {
            chunk.append_to(&mut group)?;
        }
        group.close()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use columnar::Lines;
    use domain::{Dataset, settings::Settings};
    use parquet::file::metadata::ParquetMetaDataReader;

    use super::*;
    use crate::{files::open::Beginning, testing::line};

    #[test]
    fn the_first_row_group_is_alone_and_of_the_others_four_are_encoded_at_once() {
        let columns = br#"{"name": "d", "columns": [{"name": "n", "type": "bigint"}]}"#;
        let dataset = Dataset::from_json(columns).unwrap();
        let mut lines = Lines::new(&dataset);
        for n in 0..3_000 {
            lines.push_str(&line(&format!(r#"{{"n":{n}}}"#))).unwrap();
        }
        let rows = lines.finish().unwrap();
        let limits = Limits { row_group_rows: 100, ..Limits::new(&Settings::read(|_| None).unwrap()) };
        let workers = Workers::new(2);
        let beginning = Beginning {
            dataset: &dataset,
            limits: &limits,
            workers: &workers,
            in_order: true,
            rows: 3_000,
            bytes: 1 << 20,
        };
        let mut file = OpenFile::begin(beginning, &rows, 0..3_000).unwrap();
        let (mut start, mut counts) = (0, Vec::new());
        while start < 3_000 {
            let groups = file.groups(&limits, start..3_000);
            assert!(groups.iter().all(|group| group.len() == 100), "{groups:?}");
            counts.push(groups.len());
            start = groups.last().unwrap().end;
            let parts: Vec<Parts<'_>> = groups.into_iter().map(|group| Parts::of(&rows, group, 64)).collect();
            file.encode_groups(&workers, &parts).unwrap();
            // Those before are in the file.
            assert_eq!(file.waiting.len(), parts.len());
        }
        assert_eq!(counts, [1, 4, 4, 4, 4, 4, 4, 4, 1]);
        let (body, count) = file.finish(&workers).unwrap();
        let metadata = ParquetMetaDataReader::new().parse_and_finish(&Bytes::from(body)).unwrap();
        assert_eq!((count, metadata.num_row_groups()), (3_000, 30));
    }
}
