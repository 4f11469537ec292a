use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use arrow::{
    array::UInt32Array,
    compute::{concat_batches, take_record_batch},
    row::{OwnedRow, Row},
};
use chrono::{DateTime, TimeDelta, Utc};
use columnar::Lines;
use domain::{
    DataFile,
    drawn::{Drawn, Random},
    landing,
    memory::MemoryStore,
    settings::Settings,
};
use proptest::prelude::*;

use super::*;
use crate::{
    chunks::Chunks, coded::tests::coded as with_dictionary, files::Source, generation::Workshop,
    limits::Limits, plan, sorted::Sorted,
};

mod pieces;

fn now() -> DateTime<Utc> {
    "2026-11-23T10:05:00Z".parse().unwrap()
}

/// So many events as rows, in the order that they come in. Their marks are few, so that twins are many, and they are
/// ingested one after the other.
pub(crate) fn parsed(drawn: &Drawn, count: usize, random: &mut Random) -> RecordBatch {
    let partition = drawn.partition(now()).unwrap();
    let (mut lines, mut line) = (Lines::new(drawn.dataset()), Vec::new());
    for number in 0..count {
        line.clear();
        let mark = random.bits() % drawn.marks().min(40);
        let event = drawn.event(mark, &partition, random);
        let id = format!("message-{mark}:0");
        let at = now() + TimeDelta::milliseconds(i64::try_from(number).unwrap());
        landing::Writer::new(at).line(Some(&id), &event, &mut line);
        lines.push(line.trim_ascii_end()).unwrap();
    }
    lines.finish().unwrap()
}

/// A stable sort by the row format alone.
fn sorted(rows: &RecordBatch, dataset: &Dataset) -> RecordBatch {
    let keys = Keys::new(&rows.schema(), &dataset.sort_order()).unwrap().of(rows).unwrap();
    let mut indices: Vec<u32> = (0..rows.num_rows() as u32).collect();
    indices.sort_by_key(|index| keys.row(*index as usize));
    take_record_batch(rows, &UInt32Array::from(indices)).unwrap()
}

/// The rows as they come from the parser, with dictionaries but for the columns of identity and order, as the next run.
fn with_dictionaries(rows: &RecordBatch, runs: &Runs<'_>, dataset: &Dataset) -> Sorted {
    let (schema, order, identity) = (rows.schema(), dataset.sort_order(), identity_columns(dataset));
    let is_plain =
        |name: &str| order.contains(&name) || identity.iter().any(|(identity, _)| *identity == name);
    let fields = schema.fields().iter().zip(rows.columns());
    let columns =
        fields.map(
            |(field, column)| {
                if is_plain(field.name()) { Arc::clone(column) } else { with_dictionary(column) }
            },
        );
    let batch = coded::batch(&schema, columns.collect()).unwrap();
    in_chunks(&schema, batch, runs, dataset)
}

/// The rows in two chunks, as the next run.
fn in_chunks(schema: &SchemaRef, rows: RecordBatch, runs: &Runs<'_>, dataset: &Dataset) -> Sorted {
    let (all, schema) = ((0..rows.num_rows() as u32).collect(), Arc::clone(schema));
    let half = rows.num_rows() / 2;
    let chunks = [rows.slice(0, half), rows.slice(half, rows.num_rows() - half)];
    let chunks = chunks.into_iter().filter(|batch| batch.num_rows() > 0).collect();
    let chunks = Chunks::new(schema, chunks).unwrap();
    Sorted::new(chunks, all, runs.words(), dataset, runs.workers).unwrap()
}

/// Hashes of the lines of the first so many rows, each of which may have been written in one of two ways. Of the others
/// nothing is known.
fn lines(rows: &RecordBatch, known: usize, random: &mut Random) -> Vec<u64> {
    let hash = |row: Row<'_>| {
        let mut hasher = DefaultHasher::new();
        row.hash(&mut hasher);
        hasher.finish() << 1
    };
    let contents = Keys::content(&rows.schema()).unwrap().of(rows).unwrap();
    contents.iter().take(known).map(|row| hash(row) | random.bits() & 1).collect()
}

/// Hashes of a part's rows, with these of their lines.
fn hashes(runs: &Runs<'_>, part: &RecordBatch, lines: &[u64]) -> Hashes {
    let identities = runs.identity.hashes(&runs.identity.of(part.columns())).unwrap();
    Hashes { identities: identities.into_iter().map(|hash| hash as u32).collect(), lines: lines.to_vec() }
}

/// By the rule in its plainest form: the first row of an identity stays. It knows the content of each.
struct Plain<'a> {
    dataset: &'a Dataset,
    seen: HashMap<OwnedRow, OwnedRow>,
    duplicates: u64,
    conflicting: u64,
}

impl Plain<'_> {
    /// The rows that stay.
    fn take(&mut self, rows: &RecordBatch) -> RecordBatch {
        let schema = rows.schema();
        let identity = Keys::identity(&schema, self.dataset).unwrap().of(rows).unwrap();
        let content = Keys::content(&schema).unwrap().of(rows).unwrap();
        let mut stay = Vec::new();
        for (index, (identity, content)) in (0_u32..).zip(identity.iter().zip(content.iter())) {
            match self.seen.get(&identity.owned()) {
                None => {
                    self.seen.insert(identity.owned(), content.owned());
                    stay.push(index);
                }
                Some(first) => {
                    self.duplicates += 1;
                    self.conflicting += u64::from(first.row() != content);
                }
            }
        }
        take_record_batch(rows, &UInt32Array::from(stay)).unwrap()
    }
}

/// The rows of the files that are made of the runs, in their order, and how many twins differed. So many bytes of rows are
/// merged at a time.
fn made(runs: Runs<'_>, dataset: &Dataset, batch: u64) -> (RecordBatch, u64) {
    let (store, limits) = (MemoryStore::default(), Limits::new(&Settings::read(|_| None).unwrap()));
    let limits = Limits { batch, ..limits };
    let (schema, workers) = (dataset.arrow_schema(), runs.workers);
    let workshop = Workshop { store: &store, dataset, limits, workers, location: "tables/d/g/".into() };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let (made, conflicting) = workshop.make_of_runs(runs, &plan::nothing(&[])).await.unwrap();
        (read(&store, &made.files, &schema).await, conflicting)
    })
}

/// All rows of the files, in their order.
async fn read(store: &MemoryStore, files: &[DataFile], schema: &SchemaRef) -> RecordBatch {
    let mut found = Vec::new();
    for file in files {
        let source = Source::open(store, file).await.unwrap();
        let mut batches = source.rows(schema, 100).unwrap();
        while let Some(batch) = batches.next().await.unwrap() {
            found.push(batch);
        }
    }
    concat_batches(schema, &found).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Parts of the inputs become one generation as if they had been read at once, whatever the schema, the number of
    /// threads, the size of pieces, and however many hashes collide.
    #[test]
    fn runs_are_merged_without_twins_as_a_map_would_do_it(
        seed in any::<u64>(),
        sizes in prop::collection::vec(0_usize..60, 1..5),
        piece_rows in prop::sample::select(vec![1_usize, 7, 64, 100_000]),
        bits in prop::sample::select(vec![0_u64, 3, u64::MAX]),
        threads in prop::sample::select(vec![1_usize, 3]),
        // Of each part, whether it has dictionaries.
        coded in prop::sample::select(vec![[false; 4], [true; 4], [true, true, false, true]]),
        // Whether the last part is packed, too.
        packs_all in any::<bool>(),
        // Of how many rows of each part the hashes of their lines are known.
        known in prop::sample::select(vec![0_usize, 20, 1_000]),
        // Whether the merge takes one round or many.
        batch in prop::sample::select(vec![1_u64, 2_000, 8 << 20]),
    ) {
        let random = &mut Random::new(seed);
        let drawn = Drawn::new("d", random).unwrap();
        let (dataset, workers) = (drawn.dataset(), &Workers::new(threads));
        let schema = dataset.arrow_schema();
        let mut runs = Runs::new(dataset, workers).unwrap();
        runs.identity = Identity::new(&schema, dataset).unwrap().with_bits(bits);
        let plain = |dataset| Plain { dataset, seen: HashMap::new(), duplicates: 0, conflicting: 0 };
        let (mut all, mut expected) = (plain(dataset), Vec::new());
        for (number, size) in sizes.iter().enumerate() {
            // Within a part there are no twins left, and it is in order.
            let part = sorted(&plain(dataset).take(&parsed(&drawn, *size, random)), dataset);
            expected.push(all.take(&part));
            let hashes = hashes(&runs, &part, &lines(&part, known, random));
            let part = match coded[number] {
                true => with_dictionaries(&part, &runs, dataset),
                false => in_chunks(&schema, part, &runs, dataset),
            };
            if !packs_all && number + 1 == sizes.len() {
                runs.push_last(part, &hashes, piece_rows).unwrap();
                prop_assert_eq!(runs.len(), number);
                continue;
            }
            runs.push(part, &hashes, piece_rows).unwrap();
            prop_assert_eq!(runs.len(), number + 1);
        }
        let expected = sorted(&concat_batches(&schema, &expected).unwrap(), dataset);
        prop_assert_eq!(runs.duplicates(), all.duplicates);
        prop_assert_eq!(runs.rows(), expected.num_rows() as u64);
        let (found, conflicting) = made(runs, dataset, batch);
        prop_assert_eq!(found, expected);
        prop_assert_eq!(conflicting, all.conflicting);
    }
}

/// A whole run is dropped, and takes next to nothing; what it was is counted.
#[test]
fn a_part_that_came_before_is_dropped_as_a_whole() {
    let random = &mut Random::new(3);
    let drawn = Drawn::new("d", random).unwrap();
    let (dataset, workers) = (drawn.dataset(), &Workers::new(1));
    let mut first = Plain { dataset, seen: HashMap::new(), duplicates: 0, conflicting: 0 };
    let part = sorted(&first.take(&parsed(&drawn, 60, random)), dataset);
    let schema = dataset.arrow_schema();
    let mut runs = Runs::new(dataset, workers).unwrap();
    let hashes = hashes(&runs, &part, &[]);
    runs.push(in_chunks(&schema, part.clone(), &runs, dataset), &hashes, 10).unwrap();
    let (rows, bytes) = (runs.rows(), runs.bytes());
    assert!(rows > 0 && bytes > 0 && runs.unpacked_bytes() > 0);
    runs.push(in_chunks(&schema, part, &runs, dataset), &hashes, 10).unwrap();
    assert_eq!((runs.rows(), runs.duplicates()), (rows, rows));
    // Each twin is noted, with its hash, and the dictionaries are there once more.
    let most = bytes + 16 * rows + runs.words().unwrap().get_array_memory_size() as u64 + 100;
    assert!(runs.bytes() <= most, "{} bytes, {bytes} before", runs.bytes());
}
