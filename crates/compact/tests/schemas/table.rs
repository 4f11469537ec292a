//! One partition of a drawn dataset, and what must be in it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use arrow::{
    array::AsArray,
    datatypes::{Int64Type, TimestampMillisecondType},
};
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use compact::{Compactor, Twins};
use domain::{
    Commit, CommitKind, DataFile, Partition,
    batch::BatchName,
    commit::WriterId,
    dataset::FieldIds,
    drawn::{self, Drawn, Identity, MARK, Random},
    key, landing,
    memory::{ManualClock, MemoryStore, SeededIds},
    port::{Clock, Ids, ObjectStore, PutMode},
    run::Run,
    schemas,
    settings::{CompactSettings, Settings},
};
use parquet::{
    arrow::arrow_reader::ParquetRecordBatchReaderBuilder,
    file::reader::{FileReader, SerializedFileReader},
};

/// Marks of a partition: few, so that twins are many.
const MARKS: u64 = 30;

/// Events of a batch, at the most.
const EVENTS: usize = 20;

pub(crate) struct Table {
    store: Arc<MemoryStore<ManualClock>>,
    clock: Arc<ManualClock>,
    ids: Arc<SeededIds>,
    compactor: Compactor<MemoryStore<ManualClock>, ManualClock, SeededIds>,
    /// The newest version, and how many there are.
    drawn: Drawn,
    versions: u32,
    /// The first version that was accepted with field ids.
    numbered_from: u32,
    partition: Partition,
    /// For each mark, when it was ingested, as far as it is in the table.
    there: BTreeMap<u64, BTreeSet<DateTime<Utc>>>,
    /// The same of what has landed and was not compacted.
    landed: BTreeMap<u64, BTreeSet<DateTime<Utc>>>,
    words: String,
}

impl Table {
    pub(crate) fn new(seed: u64, random: &mut Random) -> Self {
        let clock = Arc::new(ManualClock::new("2026-11-23T10:00:00Z".parse().unwrap()));
        let store = Arc::new(MemoryStore::with_clock(clock.clone()));
        let drawn = Drawn::new("drawn", random).unwrap();
        let settings = CompactSettings {
            target_file_size: *random.pick(&[1, 6_000, 1 << 27]).unwrap(),
            memory_budget: *random.pick(&[1 << 29, 1 << 29, 20_000, 2_000]).unwrap(),
            threads: *random.pick(&[1, 2, 3]).unwrap(),
            ..Settings::read(|_| None).unwrap().compact
        };
        let ids = Arc::new(SeededIds::new(seed));
        let row_group = *random.pick(&[1, 3, 10, 1 << 20]).unwrap();
        let compactor = Compactor::new(store.clone(), clock.clone(), ids.clone(), &settings);
        let parts = *random.pick(&[1, 2_000, 1 << 30, 1 << 30]).unwrap();
        let compactor = compactor.with_row_groups_of(row_group).with_parts_of(parts);
        let partition = drawn.partition(clock.now()).unwrap();
        let words = format!(
            "seed {seed}, {row_group} rows a group, parts of {parts} bytes, {:?}",
            drawn.definition()
        );
        let (there, landed) = (BTreeMap::new(), BTreeMap::new());
        let numbered_from = [1, 2, 3, u32::MAX][usize::try_from(seed % 4).unwrap()];
        let table = Self {
            store,
            clock,
            ids,
            compactor,
            drawn,
            versions: 1,
            numbered_from,
            partition,
            there,
            landed,
            words,
        };
        futures::executor::block_on(table.define());
        table
    }

    /// Accepts the newest version, as a `register` that gives field ids does or as an older one. Once there are ids, an
    /// older one cannot read the definition, and so accepts no other.
    async fn define(&self) {
        let name = self.drawn.dataset().name();
        let definition = if self.versions < self.numbered_from {
            serde_json::to_vec(self.drawn.definition()).unwrap()
        } else {
            let live = schemas::load(&*self.store, name).await.unwrap();
            schemas::encode(self.drawn.dataset(), live.as_ref()).unwrap()
        };
        let key = key::schema(name, self.versions);
        self.store.put(&key, definition.into(), PutMode::Create).await.unwrap();
    }

    pub(crate) async fn evolve(&mut self, random: &mut Random) {
        self.drawn = self.drawn.evolved(random).unwrap();
        self.versions += 1;
        self.define().await;
    }

    pub(crate) fn wait(&self, random: &mut Random) {
        let minutes = [1, 8, 25][random.below(3)];
        self.clock.advance(TimeDelta::minutes(minutes));
    }

    fn run(&self) -> Run {
        Run::new(self.clock.now(), None)
    }

    /// Lands a batch of some events, some of them twins.
    pub(crate) async fn land(&mut self, random: &mut Random) {
        self.clock.advance(TimeDelta::milliseconds(10));
        let now = self.clock.now();
        let (mut text, mut names) = (Vec::new(), Vec::new());
        for _ in 0..=random.below(EVENTS) {
            let mark = random.bits() % MARKS.min(self.drawn.marks());
            let event = self.drawn.event(mark, &self.partition, random);
            let id = match self.drawn.identity() {
                Identity::Columns => None,
                Identity::CloudEvent => Some(format!("/drawn {mark}")),
                // As if one message had come again.
                Identity::Message => Some(format!("message-{mark}:0")),
            };
            landing::Writer::new(now).line(id.as_deref(), &event, &mut text);
            names.push((id.unwrap_or_default(), event));
            self.landed.entry(mark).or_default().insert(now);
        }
        let names = names.iter().map(|(id, event)| (id.as_str(), event.as_bytes()));
        let batch = BatchName::of(self.drawn.dataset().name(), &self.partition.to_string(), names);
        let key = key::landing(self.drawn.dataset().name(), &self.partition, &batch);
        self.store.put(&key, zstd::bulk::compress(&text, 1).unwrap().into(), PutMode::Create).await.unwrap();
    }

    pub(crate) async fn compact(&mut self, now: bool) {
        let (dataset, run) = (self.drawn.dataset().name(), self.run());
        let report = match now {
            true => self.compactor.compact_now(dataset, &self.partition, &run).await,
            false => self.compactor.compact(dataset, &self.partition, &run).await,
        };
        let report = report.unwrap_or_else(|error| panic!("{}: {}", self.words, domain::chain(&error)));
        // Some may be in the table, and some not.
        if report.waiting {
            let report = self.compactor.compact_now(dataset, &self.partition, &run).await.unwrap();
            assert!(!report.waiting, "{}: {report:?}", self.words);
        }
        // What is done is done: nobody commits the same rows again and again.
        let again =
            self.compactor.compact_now(self.drawn.dataset().name(), &self.partition, &self.run()).await;
        let again = again.unwrap();
        let third =
            self.compactor.compact_now(self.drawn.dataset().name(), &self.partition, &self.run()).await;
        assert_eq!((again.batches, third.unwrap().committed), (0, 0), "{}", self.words);
        for (mark, times) in std::mem::take(&mut self.landed) {
            self.there.entry(mark).or_insert(times);
        }
    }

    pub(crate) async fn rebuild(&self) {
        let (before, run) = (self.rows().await.len() as u64, self.run());
        let answer = self.compactor.rebuild(self.drawn.dataset().name(), &self.partition, &run).await;
        let report = answer.unwrap_or_else(|error| panic!("{}: {}", self.words, domain::chain(&error)));
        assert!(report.committed == 0 || report.rows == before, "{}: {report:?}", self.words);
    }

    /// Repairs the partition, which has so many twins.
    pub(crate) async fn repair(&self, twins: u64) {
        let (dataset, run) = (self.drawn.dataset().name(), self.run());
        let counted = self.compactor.twins(dataset, &self.partition, &run).await.unwrap();
        let rows = self.rows().await.len() as u64;
        let generation = counted.generation;
        assert_eq!(counted, Twins { generation, rows, twins, conflicting: 0 }, "{}", self.words);
        let report = self.compactor.repair(dataset, &self.partition, &run).await.unwrap();
        assert_eq!(
            (report.duplicates_dropped, report.committed),
            (twins, u32::from(twins > 0)),
            "{}",
            self.words
        );
        let again = self.compactor.repair(dataset, &self.partition, &run).await.unwrap();
        assert_eq!(again.committed, 0, "{}", self.words);
    }

    pub(crate) async fn head(&self) -> Commit {
        self.find_head().await.unwrap()
    }

    async fn find_head(&self) -> Option<Commit> {
        let prefix = key::commits_prefix(self.drawn.dataset().name(), &self.partition);
        let key = self.store.list_all(&prefix).await.unwrap().pop()?.key;
        Some(Commit::parse(&key, &self.store.get(&key).await.unwrap()).unwrap())
    }

    /// Commits every row twice, as an old fault might have done: the files, and the same files again.
    pub(crate) async fn double(&self, random: &mut Random) {
        let head = self.head().await;
        let (generation, writer) = (head.generation.next().unwrap(), WriterId::from(self.ids.ulid()));
        let location = key::generation_prefix(&head.dataset, &head.partition, generation, &writer);
        let mut sources: Vec<&DataFile> = head.files.iter().chain(&head.files).collect();
        let mut files = Vec::new();
        for part in 0..u32::try_from(sources.len()).unwrap() {
            let source = sources.swap_remove(random.below(sources.len()));
            let key = key::data_file(&location, part);
            self.store.copy(&source.key, &key).await.unwrap();
            files.push(DataFile { key, ..source.clone() });
        }
        let rows = 2 * head.rows;
        let commit = Commit { kind: CommitKind::Merge, generation, writer, location, files, rows, ..head };
        let body = serde_json::to_vec(&commit).unwrap();
        self.store.put(&commit.key(), body.into(), PutMode::Create).await.unwrap();
    }

    /// Mark and time of ingestion of every row of the head's files, by names.
    pub(crate) async fn rows(&self) -> Vec<(u64, DateTime<Utc>)> {
        let mut rows = Vec::new();
        let accepted = schemas::load(&*self.store, self.drawn.dataset().name()).await.unwrap().unwrap();
        for file in self.find_head().await.into_iter().flat_map(|head| head.files) {
            let body = self.store.get(&file.key).await.unwrap();
            self.check_ids(&body, accepted.dataset.field_ids().unwrap());
            let before = rows.len();
            for batch in ParquetRecordBatchReaderBuilder::try_new(body).unwrap().build().unwrap() {
                let batch = batch.unwrap();
                let column = |name| batch.column_by_name(name);
                let times = column("_ingested_at").unwrap().as_primitive::<TimestampMillisecondType>();
                let extras = column("_extra").unwrap().as_string::<i32>();
                let marks = column(MARK).map(AsArray::as_primitive::<Int64Type>);
                for row in 0..batch.num_rows() {
                    let mark = match marks {
                        Some(marks) => u64::try_from(marks.value(row)).unwrap(),
                        None => drawn::mark(extras.value(row)).unwrap(),
                    };
                    rows.push((mark, DateTime::from_timestamp_millis(times.value(row)).unwrap()));
                }
            }
            assert_eq!((rows.len() - before) as u64, file.rows, "{}", self.words);
        }
        rows
    }

    /// Each column of a file has the id that the newest definition says: whenever the file was written, and whichever
    /// version was the first to be accepted with ids.
    fn check_ids(&self, body: &Bytes, ids: &FieldIds) {
        let reader = SerializedFileReader::new(body.clone()).unwrap();
        let schema = reader.metadata().file_metadata().schema_descr();
        for column in schema.root_schema().get_fields() {
            let info = column.get_basic_info();
            let id = info.has_id().then(|| info.id());
            assert_eq!(id, ids.of(column.name()), "{}: column {}", self.words, column.name());
        }
        for leaf in schema.columns() {
            // A repeated group is between a list or a map and its parts, and no column.
            let path = leaf.path().string().replace(".list.", ".").replace(".key_value.", ".");
            let info = leaf.self_type().get_basic_info();
            assert_eq!(info.has_id().then(|| info.id()), ids.of(&path), "{}: column {path}", self.words);
        }
    }

    /// Every mark is in so many rows, and each says when it came first.
    pub(crate) async fn check(&self, times: usize) {
        let mut rows = self.rows().await;
        rows.sort_unstable();
        let mut expected: Vec<u64> = self.there.keys().copied().flat_map(|mark| vec![mark; times]).collect();
        expected.sort_unstable();
        let marks: Vec<u64> = rows.iter().map(|(mark, _)| *mark).collect();
        assert_eq!(marks, expected, "{}", self.words);
        for (mark, at) in rows {
            assert!(self.there[&mark].contains(&at), "{}: mark {mark} says {at}", self.words);
        }
    }
}
