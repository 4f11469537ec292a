use columnar::Lines;
use domain::{
    drawn::Random,
    memory::MemoryStore,
    port::{PutMode, StoreError},
    quarantine::{Original, Rejected},
    settings::Settings,
};

use super::*;
use crate::testing::line;

mod budget;
mod refused;

fn dataset() -> Dataset {
    Dataset::from_json(
        br#"{"name": "d", "columns": [{"name": "n", "type": "int"}, {"name": "s", "type": "array<string>"}]}"#,
    )
    .unwrap()
}

/// When the lines of [`line`] were ingested.
fn now() -> DateTime<Utc> {
    "2026-11-23T10:05:00.5Z".parse().unwrap()
}

/// What has landed: the listing, and the lines of each object, with the place of each.
struct Landing {
    store: MemoryStore,
    fresh: Vec<Landed>,
    partition: Partition,
    hasher: RandomState,
}

impl Landing {
    fn new() -> Self {
        let partition = "dt=2026-11-23".parse().unwrap();
        let (store, hasher) = (MemoryStore::default(), RandomState::default());
        Self { store, fresh: Vec::new(), partition, hasher }
    }

    async fn put(&mut self, body: Bytes) {
        let (name, number) = (dataset().name().clone(), self.fresh.len());
        let batch = BatchName::of(&name, "dt=2026-11-23", [("", &number.to_be_bytes()[..])]);
        let (key, bytes) = (key::landing(&name, &self.partition, &batch), body.len() as u64);
        self.store.put(&key, body, PutMode::Create).await.unwrap();
        self.fresh.push(Landed { batch, bytes, at: DateTime::UNIX_EPOCH });
    }

    async fn parse(&self, limits: &Limits, threads: usize) -> Result<Parsed, CompactError> {
        self.parse_first(self.fresh.len(), limits, threads).await
    }

    /// As if only so many batches had landed.
    async fn parse_first(
        &self,
        batches: usize,
        limits: &Limits,
        threads: usize,
    ) -> Result<Parsed, CompactError> {
        let (dataset, workers) = (dataset(), Workers::new(threads));
        let (store, partition, hasher) = (&self.store, &self.partition, &self.hasher);
        let inputs = Inputs { store, dataset: &dataset, partition, limits, workers: &workers, hasher };
        parse(&inputs, &self.fresh[..batches], now()).await
    }
}

/// Good lines, lines that do not fit, some that are no text or empty; and now and then an object that ends early.
fn object(random: &mut Random) -> Bytes {
    let mut text = Vec::new();
    for _ in 0..random.below(60) {
        let n = random.below(1_000);
        match random.below(12) {
            0 => text.extend_from_slice(line(r#"{"n":"one"}"#).as_bytes()),
            1 => text.extend_from_slice(b"\xff\n"),
            2 => text.push(b'\n'),
            _ => text.extend_from_slice(line(&format!(r#"{{"n":{n},"s":["{n}"]}}"#)).as_bytes()),
        }
    }
    let mut packed = zstd::bulk::compress(&text, 1).unwrap();
    if random.chance(150) {
        packed.truncate(packed.len() - packed.len() / 4 - 1);
    }
    packed.into()
}

/// The refused lines of these objects of quarantine.
fn lines_of(parts: &[Part]) -> Vec<Rejected> {
    let texts = parts.iter().map(|part| zstd::decode_all(&part.body[..]).unwrap());
    texts
        .flat_map(|text| {
            text.split(|byte| *byte == b'\n')
                .filter(|line| !line.is_empty())
                .map(|line| serde_json::from_slice(line).unwrap())
                .collect::<Vec<Rejected>>()
        })
        .collect()
}

/// The first so many batches in their plainest form: one object after the other, by a reader of the standard library.
async fn plain(landing: &Landing, batches: usize) -> (RecordBatch, Vec<Rejected>) {
    let (dataset, mut rejected) = (dataset(), Vec::new());
    let mut rows = Lines::new(&dataset);
    for landed in &landing.fresh[..batches] {
        let key = key::landing(dataset.name(), &landing.partition, &landed.batch);
        let packed = landing.store.get(&key).await.unwrap();
        let refuse = |position, reason, original| Rejected {
            message_id: key.clone(),
            position,
            dataset: Some(dataset.name().clone()),
            reason,
            at: now(),
            carrier: domain::quarantine::Carrier::default(),
            original,
        };
        let encode = |bytes: &[u8]| {
            Original::Base64(base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes))
        };
        let mut lines = Vec::new();
        let mut reader = std::io::BufReader::new(zstd::Decoder::new(&packed[..]).unwrap());
        for position in 0.. {
            let mut line = Vec::new();
            match std::io::BufRead::read_until(&mut reader, b'\n', &mut line) {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) => {
                    let reason = format!("the landing object cannot be unpacked: {error}");
                    lines.push(refuse(position, reason, encode(&packed)));
                    break;
                }
            }
            let line = line.strip_suffix(b"\n").unwrap_or(&line);
            if line.is_empty() {
                continue;
            }
            if let Err(misfit) = rows.push(line) {
                let text = std::str::from_utf8(line).map(|text| Original::Text(text.to_owned()));
                lines.push(refuse(position, misfit.to_string(), text.unwrap_or_else(|_| encode(line))));
            }
        }
        rejected.extend(lines);
    }
    (rows.finish().unwrap(), rejected)
}

impl Parsed {
    /// Whether the limits allow no more.
    fn is_enough(&self, limits: &Limits) -> bool {
        self.bytes >= limits.inputs || self.landed >= limits.landed
    }
}

/// The chunks with texts in place of numbers.
fn with_texts(chunks: &[RecordBatch]) -> Vec<RecordBatch> {
    let plain = |chunk: &RecordBatch| {
        let columns = chunk.columns().iter().map(|column| crate::coded::plain(column).unwrap());
        RecordBatch::try_new(dataset().arrow_schema(), columns.collect()).unwrap()
    };
    chunks.iter().map(plain).collect()
}

fn limits() -> Limits {
    Limits::new(&Settings::read(|_| None).unwrap())
}

#[tokio::test]
async fn any_number_of_threads_and_any_budget_parse_the_same() {
    let mut random = Random::new(31);
    let (mut cut, mut refused) = (0, 0);
    for run in 0..12 {
        let mut landing = Landing::new();
        for _ in 0..random.below(150) {
            landing.put(object(&mut random)).await;
        }
        let unlimited = (limits().inputs, limits().landed);
        for (inputs, landed) in [
            (1, unlimited.1),
            (1 + random.below(150_000) as u64, unlimited.1),
            (unlimited.0, 1 + random.below(150_000) as u64),
            unlimited,
        ] {
            let mut first: Option<(usize, Vec<(usize, usize)>)> = None;
            for threads in [1, 2, 4] {
                // The budget decides how large groups are, too; few are fetched at a time, or many.
                let fetched = [1, 1 << 20][random.below(2)];
                let limits = Limits { inputs, landed, fetched, ..limits() };
                let found = landing.parse(&limits, threads).await.unwrap();
                let words = format!("run {run}, {inputs} and {landed} bytes, {threads} threads");
                let count = found.batches.len();
                assert!(found.batches.iter().eq(landing.fresh[..count].iter().map(|landed| &landed.batch)));
                assert!(count == landing.fresh.len() || found.is_enough(&limits), "{words}");
                if let Some(last) = count.checked_sub(1) {
                    // Without its last batch it would not be enough.
                    let less = landing.parse_first(last, &limits, threads).await.unwrap();
                    assert!(less.batches.len() == last && !less.is_enough(&limits), "{words}");
                }
                let (rows, rejected) = plain(&landing, count).await;
                assert_eq!(lines_of(&found.refused), rejected, "{words}");
                // Where files end follows from what the chunks take of memory.
                let size = |chunk: &RecordBatch| (chunk.num_rows(), chunk.get_array_memory_size());
                let sizes: Vec<(usize, usize)> = found.chunks.iter().map(size).collect();
                let (batches, sizes_of_first) = first.get_or_insert_with(|| (count, sizes.clone()));
                assert_eq!((*batches, &*sizes_of_first), (count, &sizes), "{words}");
                let schema = dataset().arrow_schema();
                let chunks = arrow::compute::concat_batches(&schema, &with_texts(&found.chunks)).unwrap();
                assert_eq!(chunks, rows, "{words}");
                cut += usize::from(count < landing.fresh.len());
                refused += rejected.len();
            }
        }
    }
    assert!(cut > 20 && refused > 500, "{cut} were cut, {refused} refused lines");
}

/// Lines that say the same have the same hash, whenever they were ingested and whichever batch and worker they are of.
#[tokio::test]
async fn lines_that_differ_in_the_time_of_ingestion_alone_have_one_hash() {
    let mut landing = Landing::new();
    let at = |second: u32, data: &str| line(data).replace("10:05:00", &format!("10:05:{second:02}"));
    let events = [r#"{"n":1}"#, r#"{"n":2}"#, r#"{"n":1,"s":[]}"#, r#"{"n": 1}"#];
    for batch in 0..9_u32 {
        let lines: String =
            events.iter().map(|event| at(batch, event)).chain(["damaged\n".to_owned()]).collect();
        landing.put(zstd::bulk::compress(lines.as_bytes(), 1).unwrap().into()).await;
    }
    assert_ne!(at(1, events[0]), at(2, events[0]));
    let mut before = None;
    for (inputs, batches) in [(1, 1), (limits().inputs, 9)] {
        let found = landing.parse(&Limits { inputs, ..limits() }, 3).await.unwrap();
        assert_eq!(found.contents.len(), batches * events.len());
        let [first, second, third, fourth] = found.contents[..4] else { panic!("too few") };
        // Parts of the inputs are compared, too.
        assert_eq!(*before.get_or_insert([first, second, third, fourth]), [first, second, third, fourth]);
        assert!(found.contents.chunks(4).all(|hashes| hashes == [first, second, third, fourth]));
        let different: std::collections::BTreeSet<u64> = found.contents.iter().copied().collect();
        assert_eq!(different.len(), events.len());
    }
    // Nobody knows the hashes beforehand.
    landing.hasher = RandomState::default();
    let other = landing.parse(&limits(), 1).await.unwrap();
    assert_ne!(Some(&other.contents[..4]), before.as_ref().map(|hashes| &hashes[..]));
}

#[tokio::test]
async fn nothing_landed_is_nothing_parsed() {
    let parsed = Landing::new().parse(&limits(), 2).await.unwrap();
    assert!(parsed.batches.is_empty() && parsed.chunks.is_empty() && parsed.refused.is_empty());
}

/// Sizes that the listing has wrong do not stop anything: an object may have been replaced by hand. But for one that says that
/// the object is too large to be fetched.
#[tokio::test]
async fn objects_of_other_sizes_than_listed_are_parsed_all_the_same() {
    let mut random = Random::new(32);
    let mut landing = Landing::new();
    for _ in 0..100 {
        landing.put(object(&mut random)).await;
    }
    for inputs in [1, 5_000, limits().inputs] {
        let limits = Limits { inputs, ..limits() };
        let expected = landing.parse(&limits, 2).await.unwrap();
        assert_eq!(expected.batches.len() == 100, inputs == self::limits().inputs);
        for sizes in [0, 1, 1 << 20, limits.object_packed] {
            landing.fresh.iter_mut().for_each(|landed| landed.bytes = sizes);
            let found = landing.parse(&limits, 2).await.unwrap();
            assert_eq!(found.batches, expected.batches, "{sizes} bytes each, {inputs} of the inputs");
            assert_eq!(found.chunks, expected.chunks, "{sizes} bytes each, {inputs} of the inputs");
        }
    }
}

#[test]
fn groups_are_not_parsed_when_nobody_waits_for_them() {
    let parser = Arc::new(Parser::new(dataset(), limits(), RandomState::default(), now()));
    let batches = || {
        let mut group = Group::default();
        let batch = BatchName::of(dataset().name(), "dt=2026-11-23", [("", &[0_u8][..])]);
        let packed = zstd::bulk::compress(line(r#"{"n":1}"#).as_bytes(), 1).unwrap();
        group.push(batch, "key".to_owned(), packed.into());
        parser.parse(group).unwrap().batches.len()
    };
    assert_eq!(batches(), 1);
    drop(Closing(Arc::clone(&parser)));
    assert_eq!(batches(), 0);
}
