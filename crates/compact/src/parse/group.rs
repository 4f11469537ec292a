//! Some landing batches that one worker parses.

use std::{
    hash::{BuildHasher, Hasher},
    io,
    ops::Range,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use arrow::array::RecordBatch;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use columnar::Lines;
use domain::{Dataset, batch::BatchName, landing};
use foldhash::quality::RandomState;

use crate::{
    error::CompactError,
    limits::{Limits, ROW},
    log::build_error,
    quarantine::{Refusals, Refused},
    unpack::Unpacker,
};

/// A group is handed to a worker when it has so many bytes, as they are stored: some milliseconds of work.
const BYTES: u64 = 256 << 10;

/// Or so many batches.
const BATCHES: usize = 64;

/// Columns of about so many bytes become a chunk of rows. Arrow addresses the bytes of a column of text with 31 bits.
const CHUNK: usize = 32 << 20;

/// Rows of so many bytes of lines become a chunk too, however little their columns take. A column whose texts turn out not
/// to repeat has each row's own text from then on, so no more than that at once.
const UNCUT: usize = 4 * CHUNK;

/// The size of the columns is looked at each time that so many bytes were read: of lines, and [`PLACE`] for each place that
/// they took in the columns.
const LOOK: usize = 1 << 20;

/// Bytes of one place in a column, as most of them have. Short lines may leave many fields out, and these take memory.
const PLACE: usize = 8;

/// Objects that follow each other in the listing.
#[derive(Debug, Default)]
pub(super) struct Group {
    objects: Vec<Object>,
    bytes: u64,
}

#[derive(Debug)]
struct Object {
    batch: BatchName,
    key: String,
    packed: Bytes,
}

impl Group {
    pub(super) fn push(&mut self, batch: BatchName, key: String, packed: Bytes) {
        self.bytes += packed.len() as u64;
        self.objects.push(Object { batch, key, packed });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// Bytes of its objects, as they are stored.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Whether it has enough for one worker, with so many more objects of so many bytes.
    pub(super) fn is_full_with(&self, objects: usize, bytes: u64, limits: &Limits) -> bool {
        self.objects.len() + objects >= BATCHES || self.bytes + bytes >= BYTES.min(limits.inputs / 8).max(1)
    }
}

/// What a group was parsed to.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// Bytes of the group's objects, as they are stored.
    pub(super) packed: u64,
    pub(super) batches: Vec<Batch>,
    /// The rows of all batches, in their order.
    pub(super) chunks: Vec<RecordBatch>,
    /// Of each row a hash of its line: see [`Parsed::contents`](super::Parsed::contents).
    pub(super) contents: Vec<u64>,
    /// Bytes of the chunks' columns.
    columns: usize,
    /// Bytes of the lines whose rows are in no chunk yet.
    uncut: usize,
}

#[derive(Debug)]
pub(super) struct Batch {
    pub(super) name: BatchName,
    /// Bytes of memory that its rows take, and of what quarantine gets of it: see [`Limits::inputs`].
    pub(super) bytes: u64,
    /// Bytes of its lines.
    pub(super) landed: u64,
    /// Rows of the group up to the end of this batch.
    pub(super) rows: usize,
    pub(super) refused: Refused,
}

/// What a group had before an object.
struct Before {
    /// Bytes of columns.
    columns: usize,
    rows: usize,
}

/// Parses groups: what all workers share, and the tools that none of them uses at the moment.
pub(super) struct Parser {
    dataset: Dataset,
    limits: Limits,
    now: DateTime<Utc>,
    /// See [`Inputs::hasher`](super::Inputs::hasher).
    hasher: RandomState,
    is_closed: AtomicBool,
    idle: Mutex<Vec<Tools>>,
}

/// What one worker needs. It is kept for the next group, because memory that was used before is faster than new memory.
struct Tools {
    unpacker: Unpacker,
    lines: Lines,
    /// How many rows the last group had.
    rows: usize,
}

impl Parser {
    pub(super) fn new(dataset: Dataset, limits: Limits, hasher: RandomState, now: DateTime<Utc>) -> Self {
        Self { dataset, limits, now, hasher, is_closed: AtomicBool::new(false), idle: Mutex::default() }
    }

    /// From now on [`Parser::parse`] answers at once, with nothing.
    pub(super) fn close(&self) {
        self.is_closed.store(true, Ordering::Relaxed);
    }

    /// Parses batch after batch. It ends early where this group alone is as much as a generation may take.
    pub(super) fn parse(&self, group: Group) -> Result<Taken, CompactError> {
        let mut taken = Taken { packed: group.bytes, ..Taken::default() };
        if self.is_closed.load(Ordering::Relaxed) {
            return Ok(taken);
        }
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut tools = idle.map_or_else(|| self.tools(), Ok).map_err(build_error)?;
        taken.contents.reserve(tools.rows + tools.rows / 8);
        let (mut bytes, mut all_landed, mut refused) = (0, 0, 0);
        for object in group.objects {
            let (landed, of_object) = self.take(&object, &mut tools, &mut taken)?;
            refused += of_object.bytes;
            let rows = taken.contents.len();
            let columns = (taken.columns + tools.lines.bytes()) as u64;
            // A column that gives up its dictionary may take less than before. What was counted stays.
            let all = (columns + refused + ROW * rows as u64).max(bytes);
            let batch = Batch { name: object.batch, bytes: all - bytes, landed, rows, refused: of_object };
            taken.batches.push(batch);
            bytes = all;
            all_landed += landed;
            if bytes >= self.limits.inputs || all_landed >= self.limits.landed {
                break;
            }
        }
        cut(&mut tools.lines, &mut taken)?;
        tools.rows = taken.contents.len();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(tools);
        Ok(taken)
    }

    fn tools(&self) -> io::Result<Tools> {
        let most = usize::try_from(self.limits.unpacked).unwrap_or(usize::MAX);
        let lines = Lines::coded(&self.dataset).ingested_within(landing::ingestion_times(self.now));
        Ok(Tools { unpacker: Unpacker::new(most)?, lines, rows: 0 })
    }

    /// Takes the lines of one object. Answers how many bytes they have, and those that do not fit.
    fn take(
        &self,
        object: &Object,
        Tools { unpacker, lines, .. }: &mut Tools,
        taken: &mut Taken,
    ) -> Result<(u64, Refused), CompactError> {
        let (mut failure, mut pushed, mut landed) = (None, 0, 0);
        let before = Before { columns: taken.columns + lines.bytes(), rows: taken.contents.len() };
        let mut refusals = Refusals::new(self.dataset.name(), &object.key, self.now, &self.limits);
        let unpacked = unpacker.unpack_while(&object.packed, |position, line, text| {
            let result = match text {
                Some(text) => lines.push_str(text),
                None => lines.push(line),
            };
            match result {
                Ok(()) => {
                    landed += line.len() as u64;
                    taken.contents.push(self.content(line, lines.ingestion()));
                }
                Err(misfit) => refusals.push(position, misfit, line),
            }
            pushed += line.len() + PLACE * lines.places();
            taken.uncut += line.len();
            if pushed >= LOOK {
                pushed = 0;
                failure = self.look(&object.key, &before, landed, lines, taken).err();
            }
            failure.is_none()
        });
        if let Some(error) = failure {
            return Err(error);
        }
        let refused = refusals.end(&object.packed, unpacked.damage).map_err(build_error)?;
        Ok((unpacked.bytes, refused))
    }

    /// Makes a chunk of the rows so far, if they are enough for one. It is an error if the object that is being read takes more
    /// than one may: its rows, whose lines have so many bytes. Lines that are refused have a bound of their own.
    fn look(
        &self,
        key: &str,
        before: &Before,
        landed: u64,
        lines: &mut Lines,
        taken: &mut Taken,
    ) -> Result<(), CompactError> {
        let Limits { object: most, object_landed: most_landed, .. } = self.limits;
        let columns = (taken.columns + lines.bytes()).saturating_sub(before.columns) as u64;
        let bytes = columns + ROW * (taken.contents.len() - before.rows) as u64;
        let reason = if bytes > most {
            format!("its rows take more than {most} bytes of memory")
        } else if landed > most_landed {
            format!("its lines have more than {most_landed} bytes")
        } else if lines.bytes() >= CHUNK || taken.uncut >= UNCUT {
            return cut(lines, taken);
        } else {
            return Ok(());
        };
        Err(CompactError::LandingTooLarge { key: key.to_owned(), reason })
    }

    /// A hash of what a line says, but for the time of its ingestion.
    fn content(&self, line: &[u8], ingestion: Option<Range<usize>>) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        match ingestion.and_then(|place| Some((line.get(..place.start)?, line.get(place.end..)?))) {
            Some((before, behind)) => {
                hasher.write(before);
                hasher.write(behind);
            }
            None => hasher.write(line),
        }
        hasher.finish()
    }
}

/// Makes a chunk of the rows so far.
fn cut(lines: &mut Lines, taken: &mut Taken) -> Result<(), CompactError> {
    taken.uncut = 0;
    if lines.rows() > 0 {
        taken.columns += lines.bytes();
        taken.chunks.push(lines.finish().map_err(build_error)?);
    }
    Ok(())
}
