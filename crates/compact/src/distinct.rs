//! New rows among themselves: twins dropped.

mod shares;

use arrow::{
    array::{ArrayRef, BooleanBufferBuilder, RecordBatch},
    error::ArrowError,
};
use domain::{Dataset, dataset::INGESTED_AT};
use hashbrown::{HashTable, hash_table::Entry};

use crate::{
    chunks::Chunks,
    identity::Identity,
    same::same,
    sorted::Sorted,
    texts::{Column, Text},
    workers::Workers,
};

use shares::{Entered, Shared, share_of};

/// Into how many tables many rows are shared out by their hashes. Each is then small enough for a core's own cache, and
/// can be filled by a thread of its own.
const SHARES: usize = 64;

/// Up to so many rows one table is small enough.
const FEW: usize = 1 << 14;

/// New rows without twins among them.
#[derive(Debug)]
pub(crate) struct Distinct {
    /// All rows as they came.
    all: Chunks,
    identity: Identity,
    /// The columns that say what the sender said: all but the time of ingestion.
    content: Vec<usize>,
    /// The first row of each identity, shared out by the hash; none if nothing is looked up.
    tables: Vec<HashTable<Entered>>,
    /// Of each row half of the hash of its identity; none if they are not kept.
    hashes: Vec<u32>,
    /// Whether each row stays.
    keep: BooleanBufferBuilder,
    kept: usize,
    /// Rows dropped because their twin was there already.
    pub(crate) duplicates: u64,
    /// Of those, how many differed from their twin in content.
    pub(crate) conflicting: u64,
}

/// What is kept of the looking for twins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Keeps {
    /// The tables, so that rows of files can be looked up. Without, a table is freed as soon as it has been filled, and the
    /// next one gets its memory.
    pub(crate) tables: bool,
    /// See [`Distinct::take_hashes`].
    pub(crate) hashes: bool,
}

impl Distinct {
    /// Of twins the first one stays: the rows are in order of batch and line. `contents` are hashes: rows with the same one
    /// have the same content. Of rows beyond their end nothing is known.
    pub(crate) fn new(
        all: Chunks,
        identity: Identity,
        contents: &[u64],
        keeps: Keeps,
        workers: &Workers,
    ) -> Result<Self, ArrowError> {
        let fields = all.schema().fields().iter().enumerate();
        let content = fields.filter(|(_, field)| field.name() != INGESTED_AT).map(|(index, _)| index);
        let content: Vec<usize> = content.collect();
        let (found, hashes) = {
            let rows = Rows { contents, ..Rows::new(&all, &identity, &content) };
            let count = if all.rows() <= FEW { 1 } else { SHARES };
            let (shared, hashes) = rows.shared(count, keeps.hashes, workers)?;
            let found = workers.each((0..count).collect(), |share: usize| {
                let found = rows.distinct(share, &shared);
                if keeps.tables { found } else { Found { first: HashTable::new(), ..found } }
            });
            (found, hashes)
        };
        let mut keep = BooleanBufferBuilder::new(all.rows());
        keep.append_n(all.rows(), true);
        let (mut tables, mut duplicates, mut conflicting) = (Vec::with_capacity(found.len()), 0, 0);
        for share in found {
            for twin in &share.twins {
                keep.set_bit(*twin as usize, false);
            }
            duplicates += share.twins.len();
            conflicting += share.conflicting;
            if keeps.tables {
                tables.push(share.first);
            }
        }
        let kept = all.rows() - duplicates;
        let duplicates = duplicates as u64;
        Ok(Self { all, identity, content, tables, hashes, keep, kept, duplicates, conflicting })
    }

    /// Of each row, also of those that do not stay, half of the hash of its identity: its lower 32 bits. None if they are not
    /// kept.
    pub(crate) fn take_hashes(&mut self) -> Vec<u32> {
        std::mem::take(&mut self.hashes)
    }

    /// How many rows stay.
    pub(crate) fn kept(&self) -> usize {
        self.kept
    }

    /// All rows, also those that do not stay.
    pub(crate) fn chunks(&self) -> &Chunks {
        &self.all
    }

    /// Whether the row of this number stays.
    pub(crate) fn keeps(&self, row: u32) -> bool {
        self.keep.get_bit(row as usize)
    }

    /// Looks up rows of a file, of which these are the identity's columns, in the order of the definition. Answers which of
    /// them have a twin among the new rows, in order: the place in the columns, and the number of the first such new row.
    pub(crate) fn twins_of(&self, columns: &[ArrayRef]) -> Result<Vec<(usize, u32)>, ArrowError> {
        if self.tables.is_empty() {
            return Err(ArrowError::ComputeError("rows without tables cannot be looked up".to_owned()));
        }
        let columns: Vec<&ArrayRef> = columns.iter().collect();
        let rows = Rows::new(&self.all, &self.identity, &self.content);
        let mut twins = Vec::new();
        for (place, hash) in self.identity.hashes(&columns)?.into_iter().enumerate() {
            let wanted = Entered::new(hash, 0);
            let is_twin = |there: &Entered| {
                there.is_like(wanted) && {
                    let (chunk, row) = self.all.place(there.row());
                    Identity::is_same(&rows.identities[chunk], row, &columns, place)
                }
            };
            let table = &self.tables[share_of(hash, self.tables.len())];
            twins.extend(table.find(wanted.spread(), is_twin).map(|there| (place, there.row())));
        }
        Ok(twins)
    }

    /// Whether a new row differs from one of a batch with the same columns in anything but the time of its ingestion.
    pub(crate) fn differs(&self, row: u32, batch: &RecordBatch, place: usize) -> bool {
        let (chunk, row) = self.all.place(row);
        let differs = |index: &usize| !same(self.all.column(chunk, *index), row, batch.column(*index), place);
        self.content.iter().any(differs)
    }

    /// Drops a row whose twin is in the table already, unless that was done before.
    pub(crate) fn drop_row(&mut self, row: u32) {
        if self.keeps(row) {
            self.keep.set_bit(row as usize, false);
            self.kept -= 1;
            self.duplicates += 1;
        }
    }

    /// The rows that stay, in the dataset's order. Their dictionaries begin with those of `before`, a batch of rows that came
    /// before them.
    pub(crate) fn sorted(
        self,
        before: Option<&RecordBatch>,
        dataset: &Dataset,
        workers: &Workers,
    ) -> Result<Sorted, ArrowError> {
        let Self { all, tables, mut keep, kept, .. } = self;
        drop(tables);
        let keep = keep.finish();
        let mut rows = Vec::with_capacity(kept);
        // No more rows than 32 bits can count are in the chunks.
        rows.extend(keep.set_indices_u32());
        Sorted::new(all, rows, before, dataset, workers)
    }
}

/// What was found in one share.
struct Found {
    first: HashTable<Entered>,
    /// The rows that are twins of an earlier one.
    twins: Vec<u32>,
    conflicting: u64,
}

/// The rows with their identities at hand.
struct Rows<'a> {
    all: &'a Chunks,
    identity: &'a Identity,
    /// The identity's columns of each chunk.
    identities: Vec<Vec<&'a ArrayRef>>,
    /// The same, if the identity is a column of texts.
    texts: Option<Vec<Column<'a>>>,
    content: &'a [usize],
    /// Of the first rows, hashes of their content.
    contents: &'a [u64],
}

impl<'a> Rows<'a> {
    fn new(all: &'a Chunks, identity: &'a Identity, content: &'a [usize]) -> Self {
        let identities: Vec<Vec<&ArrayRef>> =
            all.batches().iter().map(|batch| identity.of(batch.columns())).collect();
        let text = |columns: &Vec<&'a ArrayRef>| match columns[..] {
            [column] => Column::of(column.as_ref()),
            _ => None,
        };
        let texts = identities.iter().map(text).collect();
        Self { all, identity, identities, texts, content, contents: &[] }
    }

    /// The rows of each chunk, shared out by their hashes; and half of the hash of each row, if they are kept.
    fn shared(
        &self,
        count: usize,
        keeps_hashes: bool,
        workers: &Workers,
    ) -> Result<(Vec<Shared>, Vec<u32>), ArrowError> {
        let chunks = self.identities.iter().enumerate().collect();
        let hashed = workers.each(chunks, |(chunk, identity): (usize, &Vec<&ArrayRef>)| {
            let hashes = self.identity.hashes(identity)?;
            let shared = Shared::new(&hashes, self.all.start(chunk), count);
            let kept = if keeps_hashes { &hashes[..] } else { &[] };
            let halves: Vec<u32> = kept.iter().map(|hash| *hash as u32).collect();
            Ok::<_, ArrowError>((shared, halves))
        });
        let room = if keeps_hashes { self.all.rows() } else { 0 };
        let (mut shared, mut halves) = (Vec::with_capacity(hashed.len()), Vec::with_capacity(room));
        for of_chunk in hashed {
            let (rows, hashes) = of_chunk?;
            shared.push(rows);
            halves.extend(hashes);
        }
        Ok((shared, halves))
    }

    /// The first row of each identity in one share, and what else there is.
    fn distinct(&self, share: usize, shared: &[Shared]) -> Found {
        self.guessed(share, shared).unwrap_or_else(|| self.compared(share, shared))
    }

    /// The same, if all rows whose halves of a hash are equal turn out to be twins: in most shares they are. To compare them in
    /// the end takes less time, since rows are far from each other in memory, and no comparison waits for the one before.
    fn guessed(&self, share: usize, shared: &[Shared]) -> Option<Found> {
        let (mut first, mut pairs) = (Self::table(share, shared), Vec::new());
        for row in shared.iter().flat_map(|shared| shared.of(share)).copied() {
            let is_like = |there: &Entered| there.is_like(row);
            match first.entry(row.spread(), is_like, |there: &Entered| there.spread()) {
                Entry::Vacant(vacant) => {
                    vacant.insert(row);
                }
                Entry::Occupied(there) => pairs.push((there.get().row(), row.row())),
            }
        }
        if !pairs.iter().all(|(one, other)| self.are_twins(*one, *other)) {
            return None;
        }
        let conflicting = pairs.iter().filter(|(one, other)| self.differ(*one, *other)).count() as u64;
        Some(Found { first, twins: pairs.into_iter().map(|(_, row)| row).collect(), conflicting })
    }

    /// With room for the rows of a share.
    fn table(share: usize, shared: &[Shared]) -> HashTable<Entered> {
        HashTable::with_capacity(shared.iter().map(|shared| shared.of(share).len()).sum())
    }

    /// The same, comparing each row at once with those that may be its twins.
    fn compared(&self, share: usize, shared: &[Shared]) -> Found {
        let mut first = Self::table(share, shared);
        let (mut twins, mut conflicting) = (Vec::new(), 0);
        for row in shared.iter().flat_map(|shared| shared.of(share)).copied() {
            let is_twin = |there: &Entered| there.is_like(row) && self.are_twins(there.row(), row.row());
            match first.entry(row.spread(), is_twin, |there: &Entered| there.spread()) {
                Entry::Vacant(vacant) => {
                    vacant.insert(row);
                }
                Entry::Occupied(there) => {
                    conflicting += u64::from(self.differ(there.get().row(), row.row()));
                    twins.push(row.row());
                }
            }
        }
        Found { first, twins, conflicting }
    }

    fn are_twins(&self, one: u32, other: u32) -> bool {
        let (one, other) = (self.all.place(one), self.all.place(other));
        if let Some(texts) = &self.texts {
            let text = |(chunk, row): (usize, usize)| texts[chunk].get(row).map(Text::bytes);
            return text(one) == text(other);
        }
        let columns = |(chunk, _): (usize, usize)| &self.identities[chunk];
        Identity::is_same(columns(one), one.1, columns(other), other.1)
    }

    /// Whether two rows differ in anything but the time of their ingestion.
    fn differ(&self, one: u32, other: u32) -> bool {
        let content = |row: u32| self.contents.get(row as usize);
        if content(one).is_some_and(|hash| content(other) == Some(hash)) {
            return false;
        }
        let (one, other) = (self.all.place(one), self.all.place(other));
        self.content.iter().any(|index| {
            let column = |(chunk, _): (usize, usize)| self.all.column(chunk, *index);
            !same(column(one), one.1, column(other), other.1)
        })
    }
}

#[cfg(test)]
mod tests;
