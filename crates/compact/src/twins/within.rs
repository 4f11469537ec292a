//! Twins among the rows that a partition has.

use std::{
    collections::{BTreeMap, HashMap, hash_map::Entry},
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use arrow::{
    array::{Array, AsArray, BooleanBufferBuilder, RecordBatch},
    buffer::BooleanBuffer,
    datatypes::{Schema, TimestampMillisecondType},
    row::OwnedRow,
};
use domain::{
    DataFile, Dataset,
    dataset::INGESTED_AT,
    port::ObjectStore,
    sabotage::{self, Bug},
};
use parquet::{arrow::arrow_reader::RowSelection, file::metadata::RowGroupMetaData};

use super::projected;
use crate::{
    error::CompactError,
    files::{Source, identity_columns},
    limits::Limits,
    log::build_error,
    rows::Keys,
};

/// What an identity takes in memory besides its own bytes, at a guess: its place in the map, and what is known of it.
const OVERHEAD: u64 = 160;

/// Which rows are twins.
#[derive(Debug)]
pub(crate) struct Within {
    /// For each file, which of its rows stay.
    pub(crate) keep: Vec<BooleanBuffer>,
    /// How many do not.
    pub(crate) twins: u64,
    /// Of those, how many differ in content from the one that stays.
    pub(crate) conflicting: u64,
}

/// A row: its file, and its place in there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    file: usize,
    row: usize,
}

/// Rows of one identity.
#[derive(Debug)]
struct Seen {
    /// The one that stays: the earliest ingested, then the first one.
    first: (i64, Place),
    twins: Vec<Place>,
}

/// Looks at the identities of all rows, as many at a time as the limits allow: identities are shared out by their
/// hashes, and the files read once for each share. `in_time` is asked before each file. `NotFound` means that a file was
/// vacuumed.
pub(crate) async fn within<S: ObjectStore>(
    store: &S,
    files: &[DataFile],
    dataset: &Dataset,
    limits: &Limits,
    in_time: impl Fn() -> Result<(), CompactError>,
) -> Result<Within, CompactError> {
    let search = Search { store, files, dataset, limits };
    let mut shares = search.shares().await?;
    loop {
        match search.all(shares, &in_time).await? {
            Some(within) => return Ok(within),
            // Identities that repeat are written once and held each by itself: more than the files' sizes let expect.
            None => shares *= 2,
        }
    }
}

struct Search<'a, S> {
    store: &'a S,
    files: &'a [DataFile],
    dataset: &'a Dataset,
    limits: &'a Limits,
}

impl<S: ObjectStore> Search<'_, S> {
    /// Looks at share after share. `None` if one of them does not fit into memory.
    async fn all(
        &self,
        shares: u64,
        in_time: &impl Fn() -> Result<(), CompactError>,
    ) -> Result<Option<Within>, CompactError> {
        let mut keep: Vec<BooleanBufferBuilder> = Vec::with_capacity(self.files.len());
        for file in self.files {
            let rows = usize::try_from(file.rows).map_err(build_error)?;
            let mut all = BooleanBufferBuilder::new(rows);
            all.append_n(rows, true);
            keep.push(all);
        }
        let (mut twins, mut conflicting) = (0, 0);
        for share in 0..shares {
            let Some(found) = self.share(share, shares, in_time).await? else { return Ok(None) };
            for place in found.iter().flat_map(|seen| &seen.twins) {
                keep[place.file].set_bit(place.row, false);
                twins += 1;
            }
            conflicting += self.conflicting(&found, in_time).await?;
        }
        let keep = keep.into_iter().map(|mut keep| keep.finish()).collect();
        Ok(Some(Within { keep, twins, conflicting }))
    }

    /// Into how many shares the identities are to be split, so that one of them fits into memory.
    async fn shares(&self) -> Result<u64, CompactError> {
        let names = identity_columns(self.dataset);
        let mut bytes = 0;
        for file in self.files {
            let source = Source::open(self.store, file).await?;
            let chunks = source.metadata().row_groups().iter().flat_map(RowGroupMetaData::columns);
            let is_identity = |path: String| names.iter().any(|(name, _)| path == *name);
            let sizes = chunks.filter(|chunk| is_identity(chunk.column_path().string()));
            let sizes = sizes.map(|chunk| u64::try_from(chunk.uncompressed_size()).unwrap_or_default());
            bytes += sizes.sum::<u64>() + OVERHEAD * file.rows;
        }
        Ok(bytes.div_ceil(self.limits.held.max(1)).max(1))
    }

    /// The identities of one share that more than one row has. `None` if the share does not fit into memory.
    ///
    /// A row without an identity, of which a column is null, is nobody's twin: nothing says that two of them are the same.
    /// This version writes none, but files of old or of another hand may have some.
    async fn share(
        &self,
        share: u64,
        shares: u64,
        in_time: &impl Fn() -> Result<(), CompactError>,
    ) -> Result<Option<Vec<Seen>>, CompactError> {
        let mut names: Vec<&str> = identity_columns(self.dataset).into_iter().map(|(name, _)| name).collect();
        names.push(INGESTED_AT);
        let schema = projected(&self.dataset.arrow_schema(), &names).map_err(build_error)?;
        let keys = Keys::identity(&schema, self.dataset).map_err(build_error)?;
        let schema = Arc::new(schema);
        let identity = names.len() - 1;
        let (mut seen, mut bytes): (HashMap<OwnedRow, Seen>, u64) = (HashMap::new(), 0);
        for (file, data) in self.files.iter().enumerate() {
            in_time()?;
            if sabotage::is_on(Bug::RepairWithinFilesOnly) {
                seen.retain(|_, seen| !seen.twins.is_empty());
            }
            let source = Source::open(self.store, data).await?;
            let batch_rows = self.limits.batch_rows(source.row_bytes(self.limits.batch).await);
            let mut batches = source.columns(&schema, batch_rows)?;
            let mut row = 0;
            while let Some(batch) = batches.next().await? {
                let times = ingested(&batch, &schema)?;
                let columns = &batch.columns()[..identity];
                for (index, (key, at)) in keys.of(&batch).map_err(build_error)?.iter().zip(times).enumerate()
                {
                    let is_whole = columns.iter().all(|column| column.is_valid(index));
                    if is_whole && (shares == 1 || hash(&key) % shares == share) {
                        let is_new = see(&mut seen, key.owned(), (at, Place { file, row }));
                        bytes += if is_new { key.as_ref().len() as u64 + OVERHEAD } else { 0 };
                    }
                    row += 1;
                }
                // With room for what the estimate is off by: a share is never exactly one of so many parts.
                if bytes > 2 * self.limits.held.max(1 << 10) && shares < file_rows(self.files) {
                    return Ok(None);
                }
            }
        }
        Ok(Some(seen.into_values().filter(|seen| !seen.twins.is_empty()).collect()))
    }

    /// How many of the twins differ from the row that stays.
    async fn conflicting(
        &self,
        found: &[Seen],
        in_time: &impl Fn() -> Result<(), CompactError>,
    ) -> Result<u64, CompactError> {
        let mut rows: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for seen in found {
            for place in seen.twins.iter().chain([&seen.first.1]) {
                rows.entry(place.file).or_default().push(place.row);
            }
        }
        let mut contents: HashMap<(usize, usize), u64> = HashMap::new();
        for (file, mut rows) in rows {
            in_time()?;
            rows.sort_unstable();
            let hashes = self.contents(&self.files[file], &rows).await?;
            contents.extend(rows.into_iter().zip(hashes).map(|(row, hash)| ((file, row), hash)));
        }
        let content = |place: &Place| contents.get(&(place.file, place.row));
        let differing = |seen: &Seen| {
            let kept = content(&seen.first.1);
            seen.twins.iter().filter(|twin| content(twin) != kept).count() as u64
        };
        Ok(found.iter().map(differing).sum())
    }

    /// A hash of all that the sender said, for each of these rows of a file, which are in order.
    async fn contents(&self, file: &DataFile, rows: &[usize]) -> Result<Vec<u64>, CompactError> {
        let source = Source::open(self.store, file).await?;
        let schema = self.dataset.arrow_schema();
        let keys = Keys::content(&schema).map_err(build_error)?;
        let (mut hashes, mut left, mut begin) = (Vec::with_capacity(rows.len()), rows, 0);
        for group in 0..source.metadata().num_row_groups() {
            let length = source.metadata().row_group(group).num_rows();
            let length = usize::try_from(length).map_err(build_error)?;
            let inside;
            (inside, left) = left.split_at(left.partition_point(|row| *row < begin + length));
            if !inside.is_empty() {
                let ranges = inside.iter().map(|row| row - begin..row - begin + 1);
                let selection = RowSelection::from_consecutive_ranges(ranges, length);
                let mut batches = source.part(group, &schema, Some(selection))?;
                while let Some(batch) = batches.next().await? {
                    hashes.extend(keys.of(&batch).map_err(build_error)?.iter().map(|row| hash(&row)));
                }
            }
            begin += length;
        }
        Ok(hashes)
    }
}

fn file_rows(files: &[DataFile]) -> u64 {
    files.iter().map(|file| file.rows).sum()
}

/// When each row was ingested.
fn ingested<'b>(
    batch: &'b RecordBatch,
    schema: &Schema,
) -> Result<impl Iterator<Item = i64> + 'b, CompactError> {
    let times = batch.column(schema.index_of(INGESTED_AT).map_err(build_error)?);
    let times = times.as_primitive::<TimestampMillisecondType>();
    // A row of which nobody knows when it came is the last.
    Ok(times.iter().map(|time| time.unwrap_or(i64::MAX)))
}

/// Takes a row in. Answers whether its identity is a new one.
fn see(all: &mut HashMap<OwnedRow, Seen>, key: OwnedRow, row: (i64, Place)) -> bool {
    match all.entry(key) {
        Entry::Vacant(vacant) => {
            vacant.insert(Seen { first: row, twins: Vec::new() });
            true
        }
        Entry::Occupied(mut occupied) => {
            let seen = occupied.get_mut();
            let later = seen.first.max(row);
            seen.first = seen.first.min(row);
            seen.twins.push(later.1);
            false
        }
    }
}

fn hash(row: &arrow::row::Row<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    row.hash(&mut hasher);
    hasher.finish()
}
